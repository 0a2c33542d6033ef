"""Nothing but the configured scheme, host and port is connected to: base URLs, paths, redirects, proxies."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from simulator import faults

from g60_pipeline.ingest.live.http.guard import checked_base_url, origin_of
from g60_pipeline.ingest.live.http.messages import Request, SourceError

ROWS = Request("rows", "rows")


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Return a second listener, which says whether anyone has so much as connected."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def nobody_came_to(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_port_is_refused_before_connecting(bench: Any, elsewhere: Any, code: int) -> None:
    place = f"127.0.0.1:{elsewhere.getsockname()[1]}"
    bench.faulty(always=faults.redirect(f"http://{place}/rows", code))
    error = bench.refused(attempts=3)
    assert f"to http://{place}, another place, which was not connected to" in error.rule
    assert nobody_came_to(elsewhere)
    assert len(bench.server.asked) == 1


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://10.0.0.1/latest", "to http://10.0.0.1, another place"),
        ("http://169.254.169.254/meta", "to http://169.254.169.254, another place"),
        ("https://elsewhere.example/rows", "to https://elsewhere.example, another place"),
        ("//elsewhere.example/rows", "to http://elsewhere.example, another place"),
        ("http://localhost:{port}/source", "to http://localhost:{port}, another place"),
        ("https://127.0.0.1:{port}/source", "to https://127.0.0.1:{port}, another place"),
        ("http://127.0.0.1:{port}@elsewhere.example/", "it carries a user name"),
        ("http://user@127.0.0.1:{port}/source", "it carries a user name"),
        ("http://127.0.0.1:{port}\\@elsewhere.example/", "a backslash"),
        ("file:///etc/passwd", "no full http or https address"),
        ("ftp://127.0.0.1/rows", "no full http or https address"),
        ("http://[::1/rows", "which is refused"),
    ],
)
def test_a_redirect_elsewhere_is_refused_by_name(bench: Any, location: str, words: str) -> None:
    bench.faulty(always=faults.redirect(location.replace("{port}", str(bench.server.port))))
    error = bench.refused()
    assert words.replace("{port}", str(bench.server.port)) in error.rule
    assert "ingest/live/source/source.yaml" in error.remedy
    assert len(bench.server.asked) == 1


@pytest.mark.parametrize("location", ["/source/moved?page=2", "moved?page=2", "?page=2"])
def test_a_redirect_within_the_origin_is_followed(bench: Any, body: bytes, location: str) -> None:
    bench.faulty(faults.redirect(location), None)
    answer = bench.send(Request("rows", "rows", (("q", "1"),)))
    assert answer.content == body
    assert answer.url.endswith("/source/rows?q=1")
    assert bench.server.asked[1][1].query == {"page": "2"}


def test_endless_redirects_end(bench: Any) -> None:
    bench.faulty(always=faults.redirect("/source/rows"))
    assert bench.refused(attempts=3).rule == "it redirects more than 3 times"
    assert len(bench.server.asked) == 4


def test_a_redirect_without_a_target_is_told(bench: Any) -> None:
    bench.faulty(always=faults.status(302))
    assert bench.refused().rule == "it redirects (302) without saying where"


def test_the_body_of_a_redirect_is_not_read(bench: Any, body: bytes) -> None:
    bench.faulty(faults.huge(status=302, headers={"Location": "/source/rows"}), None)
    tracemalloc.start()
    assert bench.send().content == body
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


def test_a_posted_request_is_redirected_with_its_body_or_not_at_all(bench: Any, body: bytes) -> None:
    posted = Request("rows", "rows", body={"years": "2015-2025"})
    bench.faulty(faults.redirect("/source/rows", 307), None)
    assert bench.send(posted).content == body
    assert [asked.method for asked in bench.server.asked_of("source")] == ["POST", "POST"]
    assert bench.server.asked[0][1].body == bench.server.asked[1][1].body == b'{"years": "2015-2025"}'
    bench.faulty(always=faults.redirect("/source/rows", 302))
    assert "would lose its body" in bench.refused(posted).rule


@pytest.mark.parametrize(
    "path",
    [
        "../up",
        "a/../../b",
        "a/%2e%2e/b",
        ".",
        "/rows",
        "//elsewhere.example/rows",
        "a//b",
        "http://elsewhere.example/",
        "rows?x=1",
        "rows#x",
        "a\\..\\b",
        "a b",
        "rows\r\nX: y",
        "行",
    ],
)
def test_a_path_that_leads_out_is_refused_unsent(bench: Any, path: str) -> None:
    error = bench.refused(Request("rows", path))
    assert repr(path) in error.rule
    assert bench.server.asked == []


@pytest.mark.parametrize("path", ["", "rows/", "OECD.X,DSD_A@DF_B,1.0/CHN.A.._Z", "v2/country/CHN/indicator/A.B;C.D"])
def test_paths_of_real_services_arrive_as_they_are(bench: Any, path: str) -> None:
    bench.send(Request("rows", path))
    assert bench.server.asked[0][1].path == path


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://host.example", "https://host.example"),
        ("https://host.example:8443/api/v2/", "https://host.example:8443"),
        ("https://host.example:443/api", "https://host.example"),
        ("http://127.0.0.1:8000/worldbank", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_base_urls_that_may_be_asked(url: str, origin: str) -> None:
    assert checked_base_url(url) == url.rstrip("/")
    assert str(origin_of(url)) == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://host.example",
        "http://127.0.0.2",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "https://user:secret@host.example",
        "https://host.example?x=1",
        "https://host.example/#x",
        "ftp://host.example",
        "host.example",
        "https://",
        "https:///path",
        "https://host.example/a/../b",
        "https://host.example/a b",
        "",
        "https://host.example:99999",
        "https://主机.example",
    ],
)
def test_base_urls_that_may_not_be_asked(url: str) -> None:
    with pytest.raises(ValueError, match=r"base URL|address|user name|path|parse"):
        checked_base_url(url)


def test_a_public_service_is_not_asked_faster_than_its_plan_allows(bench: Any) -> None:
    error = bench.refused(network={"base_urls": {}, "pace": 0.5})
    assert error.rule == "a pace of 0.5 asks source.example faster than its plan allows"
    assert "G60_PACE" in error.remedy


def test_a_proxy_of_the_settings_is_used(bench: Any, body: bytes) -> None:
    network = {
        "base_urls": {"source": "http://localhost:1/source"},
        "proxies": {"http": f"http://127.0.0.1:{bench.server.port}"},
    }
    assert bench.send(network=network).content == body
    assert bench.server.asked[0][1].headers["Host"] == "localhost:1"


def test_a_proxy_of_the_environment_is_used_unless_exempted(
    bench: Any, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{bench.server.port}")
    network = {"base_urls": {"source": "http://localhost:1/source"}}
    assert bench.send(network=network).content == body
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert bench.refused(network=network).rule == "no connection can be made"


def test_a_proxy_that_is_down_is_told_without_its_password(bench: Any) -> None:
    network = {"proxies": {"http": "http://me:hush@127.0.0.1:1"}}
    error = bench.refused(network=network)
    assert error.rule == "the proxy cannot be reached or refuses"
    assert "hush" not in str(error)


def test_a_proxy_of_an_unknown_kind_is_told(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(SourceError, match="proxy"):
        bench.client(attempts=3).send(ROWS)


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes], int]]:
    """Return a function that serves some bytes and then one at a time, without end, and returns the port."""
    ended = threading.Event()
    with contextlib.ExitStack() as stack:

        def start(begun: bytes) -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=serve, args=(listener, begun), daemon=True)
            thread.start()
            stack.callback(thread.join, timeout=5)
            stack.callback(ended.set)
            return listener.getsockname()[1]

        def serve(listener: socket.socket, begun: bytes) -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(begun)
                    while not ended.wait(0.02):
                        connection.sendall(b"x")

        yield start


def test_a_proxy_whose_answer_to_connect_trickles_in_is_cut_at_the_deadline(bench: Any, dripping: Any) -> None:
    network = {
        "base_urls": {"source": "https://source.example/api"},
        "proxies": {"https": f"http://127.0.0.1:{dripping(b'HTTP/1.1 ')}"},
        "pace": 1,
    }
    started = time.monotonic()
    error = bench.refused(network=network, total_seconds=0.4)
    assert error.rule == "the answer was not whole after 0.4 s"
    assert time.monotonic() - started < 2


def test_a_tls_handshake_that_trickles_in_is_cut_at_the_deadline(bench: Any, dripping: Any) -> None:
    network = {"base_urls": {"source": f"https://127.0.0.1:{dripping(bytes.fromhex('16030340000200'))}/api"}}
    started = time.monotonic()
    error = bench.refused(network=network, total_seconds=0.4)
    assert error.rule == "the answer was not whole after 0.4 s"
    assert time.monotonic() - started < 2
