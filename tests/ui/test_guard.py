"""What is let through to Dagster's web server: its own pages, this machine's tools, and nothing a foreign page sends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from g60_pipeline.orchestration.guard import Guard

OWN = {"host": "127.0.0.1:3000"}
JSON = {"content-type": "application/json"}
PAGE = {"accept": "text/html,application/xhtml+xml"}
FROM_PAGE = {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}


def passes(
    headers: dict[str, str],
    *,
    kind: str = "http",
    path: str = "/graphql",
    method: str = "POST",
    host: str = "127.0.0.1",
) -> bool:
    """Return whether a request reaches the application; one that does not is answered."""
    reached: list[str] = []
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])

    async def send(message: Any) -> None:
        sent.append(message)

    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "method": method, "headers": lines}
    asyncio.run(Guard(application, host=host)(scope, None, send))  # type: ignore[arg-type]
    if not reached and kind == "http":
        assert sent[0]["status"] == 403
        assert b"`g60 ui`" in sent[1]["body"]
    elif not reached:
        assert (sent[0]["type"], sent[0]["code"]) == ("websocket.close", 1008)
    return bool(reached)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000"])
def test_own_names_are_let_through(host: str, kind: str) -> None:
    assert passes({"host": host, "origin": f"http://{host}", **JSON}, kind=kind)
    assert passes({"host": host, **JSON}, kind=kind)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "8.8.8.8", "", "localhost:x:y", "[::1"]
)
def test_foreign_host_is_refused(host: str, kind: str) -> None:
    assert not passes({"host": host, **JSON}, kind=kind)


def test_missing_host_is_refused() -> None:
    assert not passes(JSON)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:3001", "http://localhost:3000", "http://[", "127.0.0.1:3000", ""],
)
def test_foreign_origin_is_refused(origin: str, kind: str) -> None:
    assert not passes(OWN | JSON | {"origin": origin}, kind=kind)


@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST"])
def test_graphql_is_asked_by_post_in_json_only(method: str, path: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert not passes(OWN | form, method=method, path=path)
    assert passes(OWN | JSON, method=method, path=path) == (method == "POST")


def test_page_to_ask_by_hand_is_let_through() -> None:
    assert passes(OWN | PAGE, method="GET")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_page_of_another_site_may_link_but_neither_embed_nor_load(site: str) -> None:
    def asked(mode: str, to: str) -> bool:
        fetch = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": to}
        return passes(OWN | PAGE | fetch, method="GET", path="/runs")

    assert asked("navigate", "document")
    assert not any([asked("navigate", "iframe"), asked("no-cors", "image"), asked("cors", "empty")])


def test_requests_of_the_ui_itself_are_let_through() -> None:
    assert passes(OWN | JSON | FROM_PAGE)
    assert passes(OWN | FROM_PAGE, method="GET", path="/icons/a.svg")


def test_name_it_listens_on_is_its_own() -> None:
    assert passes({"host": "desk.example:3000", **JSON}, host="desk.example")
    assert passes({"host": "192.0.2.7:3000", **JSON}, host="0.0.0.0")  # noqa: S104  - nothing listens in this test
    assert not passes({"host": "evil.example:3000", **JSON}, host="0.0.0.0")  # noqa: S104


def test_what_is_no_request_is_let_through() -> None:
    assert passes({}, kind="lifespan")
