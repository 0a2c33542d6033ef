"""A local server with one plain stand-in, `source`, and clients for it. Nothing of the machine's own settings is seen."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from simulator.faults import Fault, Faulty, Fixed
from simulator.server import LocalServer
from simulator.wire import Reply

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.ingest.live.http.client import Client
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.http.settings import NetworkSettings

NOW: Final = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)
"""The moment at which every request is sent."""

BODY: Final = b'{"rows": [1, 2, 3], "note": "a body long enough to be cut in two"}'


STEADY: Final = Fixed(Reply(content=BODY))
"""The plain stand-in."""


def plan_of(**changes: Any) -> LiveSource:
    """Return a plain source, asked at once and without repetition but for what is given; limits by their own names."""
    limits = {"interval_seconds": 0, "attempts": 1, "connect_seconds": 2, "read_seconds": 2, "total_seconds": 5}
    plan = {
        "source_id": "source",
        "base_url": "https://source.example/api",
        "page_url": "https://source.example/",
        "schedule": {"cron": "0 9 * * 1", "running": True, "why": "a test"},
    }
    limits |= {name: changes.pop(name) for name in list(changes) if name in limits or name.endswith("megabytes")}
    limits |= {name: changes.pop(name) for name in list(changes) if name == "longest_wait_seconds"}
    return LiveSource.model_validate(plan | changes | {"limits": limits})


@dataclass
class Bench:
    """The server, and clients of `source` on it whose sleeps are written down instead of slept."""

    server: LocalServer
    slept: list[float] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def client(self, *, network: dict[str, Any] | None = None, **plan: Any) -> Client:
        """Return a client of the stand-in as it is mounted."""
        settings = {"base_urls": {"source": self.server.url("source")}, "pace": 0} | (network or {})
        client = Client(
            plan_of(**plan),
            NetworkSettings(**settings),
            version="9.9",
            sleep=self.slept.append,
            now=lambda: NOW,
        )
        self.clients.append(client)
        return client

    def faulty(self, *turns: Fault | None, always: Fault | None = None) -> None:
        """Put faults in front of the stand-in."""
        self.server.mount("source", Faulty(STEADY, always=always, turns=list(turns)))

    def send(self, request: Request | None = None, **plan: Any) -> Answer:
        """Return the answer to one request of a new client."""
        answer = self.client(**plan).send(request or Request("rows", "rows"))
        assert answer is not None
        return answer

    def refused(self, request: Request | None = None, **plan: Any) -> SourceError:
        """Return the error of one request of a new client; it names the source and the request."""
        with pytest.raises(SourceError) as caught:
            self.client(**plan).send(request or Request("rows", "rows"))
        assert caught.value.subject == "source, rows"
        return caught.value


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("G60_"):
            monkeypatch.delenv(name)


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Return the server with the plain stand-in mounted."""
    with LocalServer() as server:
        server.mount("source", STEADY)
        made = Bench(server)
        yield made
        for client in made.clients:
            client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def body() -> bytes:
    """Return what the plain stand-in replies."""
    return BODY


@pytest.fixture(scope="session")
def now() -> dt.datetime:
    """Return the moment at which every request is sent."""
    return NOW
