"""What a request carries: who asks, keys, conditions, cookies; and what of the answer is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from simulator import faults
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.ingest.live.http.messages import Request

ROWS = Request("rows", "rows")
KEY = "Zq8-secret-key-77"


def headers_of(bench: Any, position: int = -1) -> Any:
    return bench.server.asked[position][1].headers


@pytest.mark.parametrize(
    ("browser_like", "contact", "name"),
    [
        (False, "me@example.org", f"g60_pipeline/9.9 (me@example.org) python-requests/{requests.__version__}"),
        (False, None, f"g60_pipeline/9.9 python-requests/{requests.__version__}"),
        (True, "https://example.org/me", "Mozilla/5.0 (compatible; g60_pipeline/9.9; +https://example.org/me)"),
        (True, None, "Mozilla/5.0 (compatible; g60_pipeline/9.9)"),
    ],
)
def test_the_user_agent_says_who_asks(bench: Any, browser_like: bool, contact: str | None, name: str) -> None:
    bench.send(network={"contact": contact}, browser_like=browser_like)
    assert headers_of(bench)["User-Agent"] == name


def test_without_a_contact_a_service_that_asks_for_one_is_left_alone(bench: Any) -> None:
    error = bench.refused(needs_contact=True)
    assert "contact" in error.rule
    assert "G60_CONTACT" in error.remedy
    assert bench.server.asked == []
    bench.send(needs_contact=True, network={"contact": "me@example.org"})
    assert len(bench.server.asked) == 1


def test_the_headers_of_the_request_are_sent(bench: Any) -> None:
    bench.send(Request("rows", "rows", headers={"Referer": "https://source.example/list"}))
    assert headers_of(bench)["Referer"] == "https://source.example/list"
    assert headers_of(bench)["Accept"] == "application/json"
    assert headers_of(bench)["Accept-Encoding"] == "gzip, deflate"
    bench.send(Request("rows", "rows", headers={"Accept": "application/sparql-results+json"}))
    assert headers_of(bench)["Accept"] == "application/sparql-results+json"


def test_a_document_is_posted_as_json(bench: Any) -> None:
    answer = bench.send(Request("rows", "rows", body={"name": "杭州", "das": []}))
    assert answer.method == "POST"
    assert answer.body_sent == '{"name": "杭州", "das": []}'
    asked = bench.server.asked[0][1]
    assert asked.body.decode() == answer.body_sent
    assert asked.headers["Content-Type"] == "application/json"


def test_a_key_goes_into_its_header_and_nowhere_else(bench: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    bench.faulty(None, always=faults.status(401))
    client = bench.client(key_prefix="Bearer", network={"keys": {"source": KEY}})
    answer = client.send(ROWS)
    assert headers_of(bench)["Authorization"] == f"Bearer {KEY}"
    error = bench.refused(key_prefix="Bearer", network={"keys": {"source": KEY}})
    shown = [repr(answer), answer.url, repr(client), repr(client.__dict__), str(error), repr(error.answer), caplog.text]
    assert not any(KEY in text for text in shown)


def test_a_key_is_not_sent_where_the_service_takes_none_or_to_another_source(bench: Any) -> None:
    bench.send(network={"keys": {"source": KEY}})
    assert "Authorization" not in headers_of(bench)
    bench.send(network={"keys": {"other": KEY}}, key_prefix="Bearer")
    assert "Authorization" not in headers_of(bench)


def test_passwords_kept_in_netrc_are_not_sent(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hush\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.utils.get_netrc_auth(bench.server.url("source")) == ("me", "hush")
    bench.send()
    assert "Authorization" not in headers_of(bench)


def test_cookies_live_as_long_as_the_client(bench: Any) -> None:
    bench.faulty(always=faults.headers({"Set-Cookie": "session=abc; Path=/"}))
    client = bench.client()
    client.send(ROWS)
    client.send(ROWS)
    assert "Cookie" not in headers_of(bench, 0)
    assert headers_of(bench, 1)["Cookie"] == "session=abc"
    bench.send()
    assert "Cookie" not in headers_of(bench)


def test_a_cookie_set_by_a_redirect_is_sent_on(bench: Any) -> None:
    bench.faulty(faults.status(307, {"Location": "/source/rows", "Set-Cookie": "pass=1; Path=/"}), None)
    bench.send()
    assert headers_of(bench)["Cookie"] == "pass=1"


class Conditional:
    """Knows validators."""

    def reply(self, asked: IncomingRequest) -> Reply:
        unchanged = asked.headers.get("If-None-Match") == '"v1"' or "If-Modified-Since" in asked.headers
        return Reply(304) if unchanged else Reply(content=b"[1]", headers={"ETag": '"v1"'})


def test_an_unchanged_answer_is_none(bench: Any) -> None:
    bench.server.mount("source", Conditional())
    client = bench.client()
    first = client.send(ROWS)
    assert first.headers["etag"] == '"v1"'
    assert client.send(ROWS, etag=first.headers["etag"]) is None
    assert client.send(ROWS, last_modified="Sun, 01 Nov 2026 00:00:00 GMT") is None
    assert client.send(ROWS, etag='"v0"').content == b"[1]"
    assert client.requests_sent == 4


def test_unchanged_is_no_answer_to_a_plain_request(bench: Any) -> None:
    bench.faulty(always=faults.status(304, content=b""))
    assert "(304)" in bench.refused().rule


def test_only_headers_that_matter_are_kept(bench: Any, body: bytes) -> None:
    more = {"ETag": "x", "Last-Modified": "y", "Server": "s", "Set-Cookie": "a=b", "X-RateLimit-Remaining": "7"}
    bench.faulty(always=faults.headers(more))
    assert bench.send().headers == {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "etag": "x",
        "last-modified": "y",
        "x-ratelimit-remaining": "7",
    }


def test_bytes_are_counted_as_they_came(bench: Any, body: bytes) -> None:
    client = bench.client()
    client.send(ROWS)
    client.send(ROWS)
    assert (client.requests_sent, client.bytes_received) == (2, 2 * len(body))
