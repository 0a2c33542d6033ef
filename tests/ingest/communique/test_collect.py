"""From a bureau's list page to its new communique, against a stand-in: what is asked, what is kept, what is not."""

from __future__ import annotations

import papers
import pytest
from simulator.server import LocalServer
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.catalog import load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.bureaus import Bureau, bureaus
from g60_pipeline.ingest.communique.collect import collect
from g60_pipeline.ingest.communique.places import place_named

CATALOG = load_catalog(None)
HUZHOU = place_named("湖州", CATALOG.geographies)
TITLE = "2024年湖州市国民经济和社会发展统计公报"
TEXT = "全年地区生产总值4213.8亿元，比上年增长5.6%。年末常住人口344.9万人。"
NOW = "2025-04-01T00:00:00+00:00"


class Site:
    """A bureau with a list page of three titles; the newest communique may be missing, or be a PDF behind its page."""

    def __init__(self) -> None:
        self.has_newest = True
        self.is_pdf = False
        self.title = TITLE

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what is at a path."""
        pages = {"list.html": self._list(), "a/2024.html": self._page(), "a/2024.pdf": self._pdf()}
        content = pages.get(asked.path)
        return Reply(200, content, "text/html") if content else Reply(404, b"nothing", "text/plain")

    def _list(self) -> bytes:
        newest = f'<li><a href="a/2024.html" title="{TITLE}">{TITLE[:12]}…</a></li>' if self.has_newest else ""
        older = '<li><a href="a/2023.html">2023年湖州市国民经济和社会发展统计公报</a></li>'
        other = '<li><a href="https://other.example.org/2024.html">2024年湖州市统计公报解读</a></li>'
        return f"<html><body><ul>{newest}{older}{other}</ul></body></html>".encode("gb18030")

    def _page(self) -> bytes:
        if self.is_pdf:
            return papers.page("附件：", '<a href="2024.pdf">公报全文</a>', title=TITLE)
        return papers.page(TEXT, title=self.title)

    def _pdf(self) -> bytes:
        return papers.pdf([TITLE, (84.0, TEXT)])


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def ask(site, tmp_path):
    with LocalServer() as server:
        server.mount("tjj", site)
        url = f"{server.url('tjj')}/list.html"
        bureau = Bureau.model_construct(
            geo_code="330500",
            publisher_zh="湖州市统计局",
            list_url=url,
            month=3,
            title=Bureau.model_fields["title"].default,
        )

        def run(year=2024):
            folder = tmp_path / "documents"
            return collect(bureau, HUZHOU, year=year, home=tmp_path, folder=folder, now=NOW)

        yield run


def paths(collected):
    return [url.rpartition("/tjj/")[2] for url in collected.asked]


def test_new_communique_is_found_by_its_title_and_kept(ask):
    collected = ask()
    assert collected.is_new
    assert (collected.document.geo_code, collected.document.year, collected.document.title) == ("330500", 2024, TITLE)
    assert collected.document.url.endswith("/a/2024.html")
    assert paths(collected) == ["list.html", "a/2024.html"]


def test_communique_that_is_there_is_not_asked_for_again(ask):
    ask()
    again = ask()
    assert (again.is_new, paths(again)) == (False, ["list.html"])


def test_year_that_is_not_out_yet_brings_nothing(ask, site, tmp_path):
    site.has_newest = False
    collected = ask()
    assert (collected.document, paths(collected)) == (None, ["list.html"])
    assert not (tmp_path / "documents").exists()


def test_file_behind_a_page_without_figures_is_kept(ask, site):
    site.is_pdf = True
    collected = ask()
    assert paths(collected) == ["list.html", "a/2024.html", "a/2024.pdf"]
    assert collected.document.form == "pdf"


def test_page_of_another_place_behind_the_title_is_refused(ask, site, tmp_path):
    site.title = "2024年嘉兴市国民经济和社会发展统计公报"
    with pytest.raises(G60Error, match="嘉兴市 2024"):
        ask()
    assert not (tmp_path / "documents").exists()


def test_page_that_is_gone_is_an_error(ask):
    with pytest.raises(G60Error, match="404"):
        ask(2023)


def test_bureau_without_list_page_says_what_to_do(tmp_path):
    unknown = next(b for b in bureaus() if b.list_url is None)
    with pytest.raises(G60Error, match="communique add"):
        collect(unknown, HUZHOU, year=2024, home=tmp_path, folder=tmp_path, now=NOW)


def test_every_member_of_the_corridor_has_a_bureau():
    members = {code for corridor in CATALOG.corridors for code in corridor.members}
    assert {bureau.geo_code for bureau in bureaus()} == members
