"""A refresh of the exchange's connector against its stand-in, without a server. What must come of it stands in the tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import polars as pl
from ingest.live.sse_star.stand_in import Sse
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.connector import Job, SourceRows
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.sse_star.connector import CONNECTOR

PLAN: Final = load_catalog().live_source("sse_star")
NOW: Final = dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC)
LISTS: Final = ["list/listed/1", "list/delisted/1"]
PROFILES: Final = [f"profile/{code}" for code in (688901, 688902, 688903, 688904, 688906)]


class Exchange:
    """A refresh against the stand-in, which remembers what was asked and what is held."""

    def __init__(self, service: Sse | None = None) -> None:
        self.service = service or Sse()
        self.now = NOW
        self.asked: list[Request] = []
        self.held: dict[str, Answer] = {}
        self.mend: Callable[[str, bytes], bytes] = lambda _key, content: content

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        reply: Reply = self.service.reply(IncomingRequest("GET", request.path, dict(request.params), request.headers))
        if reply.status != 200:
            raise SourceError(f"sse_star, {request.key}", f"status {reply.status}", "wait")
        content = self.mend(request.key, reply.content)
        headers = {"content-type": reply.content_type}
        return Answer("sse_star", request.key, "GET", "https://x/", None, reply.status, headers, content, self.now)

    def refresh(self) -> SourceRows:
        self.asked = []
        job = Job(PLAN, ("",), NOW.date(), self.ask, lambda _part: self.held)
        answers = {answer.key: answer for answer in CONNECTOR.collect(job)[""]}
        parsed = CONNECTOR.parse("", answers, plan=PLAN)
        self.held = answers
        return parsed

    @property
    def keys(self) -> list[str]:
        return [request.key for request in self.asked]

    def spoil_held(self) -> None:
        self.held = {key: replace(answer, content=b"{") for key, answer in self.held.items()}


def listing(parsed: SourceRows, code: str) -> dict[str, Any]:
    return parsed.listings.row(by_predicate=pl.col("stock_code") == code, named=True)
