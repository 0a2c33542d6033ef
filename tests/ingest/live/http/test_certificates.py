"""TLS is verified, always: certificates that do not hold are told in words."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from simulator.faults import Fault, Faulty, Fixed, drip
from simulator.server import LocalServer
from simulator.wire import Reply

from g60_pipeline.ingest.live.http.messages import Request, SourceError

PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
Serve = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def serve(authority: trustme.CA, tmp_path: Path) -> Iterator[Serve]:
    """Return a function that serves with a certificate and returns the network settings to reach it by."""
    with ExitStack() as stack:

        def start(
            host: str = "127.0.0.1", *, known: bool = True, fault: Fault | None = None, **dates: dt.datetime
        ) -> dict[str, Any]:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(host, **dates).configure_cert(context)
            server = stack.enter_context(LocalServer(tls=context))
            server.mount("source", Faulty(Fixed(Reply(content=b"[1]")), always=fault))
            bundle = tmp_path / "authorities.pem"
            authority.cert_pem.write_to_path(str(bundle))
            return {"base_urls": {"source": server.url("source")}, "ca_bundle": bundle if known else None}

        yield start


def test_a_certificate_that_holds_is_taken(bench: Any, serve: Serve) -> None:
    assert bench.send(network=serve()).content == b"[1]"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"not_before": PAST, "not_after": PAST + dt.timedelta(days=30)}, "has expired"),
        ({"host": "other.example"}, "is made out to another"),
        ({"known": False}, "comes from an authority that is not known here"),
    ],
)
def test_a_certificate_that_does_not_hold_is_told(bench: Any, serve: Serve, how: Any, words: str) -> None:
    error = bench.refused(network=serve(**how), attempts=3)
    assert error.rule.startswith(f"the certificate of the service {words}")
    assert error.remedy == "Verification is never switched off; an authority of your own goes into G60_CA_BUNDLE"
    assert error.answer is None


def test_a_certificate_that_does_not_hold_is_not_asked_again(bench: Any, serve: Serve) -> None:
    client = bench.client(network=serve("other.example"), attempts=3)
    with pytest.raises(SourceError, match="certificate"):
        client.send(Request("rows", "rows"))
    assert client.requests_sent == 1


def test_a_server_that_speaks_no_tls_is_told(bench: Any) -> None:
    url = bench.server.url("source").replace("http:", "https:")
    assert bench.refused(network={"base_urls": {"source": url}}).rule == "the secured connection was broken off"


def test_the_deadline_cuts_a_secured_connection_too(bench: Any, serve: Serve) -> None:
    started = time.monotonic()
    error = bench.refused(network=serve(fault=drip()), total_seconds=0.3)
    assert error.rule == "the answer was not whole after 0.3 s"
    assert time.monotonic() - started < 2
