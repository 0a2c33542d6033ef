"""A document by its address: through the package's one way out, from a stand-in on this machine."""

from __future__ import annotations

import papers
import pytest
from simulator.server import LocalServer
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.fetch import fetched, is_address

PAGE = papers.page("全年地区生产总值1234.5亿元。")
PDF = papers.pdf(["全年地区生产总值1234.5亿元。"])


class Bureau:
    """A site with a page, a PDF behind a query, and nothing else."""

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what is at a path."""
        if asked.path == "tjgb/2024.html":
            return Reply(200, PAGE, "text/html; charset=utf-8")
        if asked.path == "download" and asked.query.get("file") == "2024.pdf":
            return Reply(200, PDF, "application/octet-stream")
        return Reply(404, b"nothing", "text/plain")


@pytest.fixture
def site():
    with LocalServer() as server:
        server.mount("tjj", Bureau())
        yield server


@pytest.mark.parametrize(("path", "content"), [("tjgb/2024.html", PAGE), ("download?file=2024.pdf", PDF)])
def test_document_comes_as_the_site_sends_it(site, tmp_path, path, content):
    assert fetched(f"{site.url('tjj')}/{path}", home=tmp_path) == content
    (asked,) = site.asked_of("tjj")
    assert "g60_pipeline" in asked.headers["user-agent"]


def test_page_that_is_not_there_is_named(site, tmp_path):
    with pytest.raises(G60Error, match="404"):
        fetched(f"{site.url('tjj')}/gone.html", home=tmp_path)


def test_plain_http_elsewhere_is_refused_before_anything_is_sent(tmp_path):
    with pytest.raises(G60Error, match="plain http"):
        fetched("http://tjj.example.org/2024.html", home=tmp_path)


def test_only_web_addresses_are_addresses():
    assert [is_address(d) for d in ("https://a.org/b", "http://a.org", "C:\\b.html", "b.html")] == [
        True,
        True,
        False,
        False,
    ]
