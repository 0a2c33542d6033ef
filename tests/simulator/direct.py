"""Puts a connector's requests to a stand-in without a server: what a client would do of it, and nothing it would judge."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from worded import assert_in_chinese

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.ingest.live.connector import Connector, Job, SourceRows
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from simulator.wire import IncomingRequest, Reply, Service

Snapshots = dict[str, dict[str, Answer]]


@dataclass
class Direct:
    """One connector on one stand-in. `spoil` changes the replies to the keys it names before they arrive."""

    connector: Connector
    plan: LiveSource
    service: Service
    today: dt.date = dt.date(2026, 11, 22)
    spoil: dict[str, Callable[[Reply], Reply]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    held: Snapshots = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def ask(self, request: Request) -> Answer:
        """Return the stand-in's reply as an answer; a status that is no answer is a SourceError, as in the client."""
        self.asked.append(request)
        body = None if request.body is None else json.dumps(request.body, ensure_ascii=False)
        method = "GET" if body is None else "POST"
        asked = IncomingRequest(method, request.path, dict(request.params), request.headers, (body or "").encode())
        reply = self.service.reply(asked)
        reply = self.spoil.get(request.key, lambda unchanged: unchanged)(reply)
        query = f"?{urlencode(request.params)}" if request.params else ""
        answer = Answer(
            source_id=self.plan.source_id,
            key=request.key,
            method=method,
            url=f"{self.plan.base_url}/{request.path}{query}",
            body_sent=body,
            status=reply.status,
            headers={"content-type": reply.content_type, **reply.headers},
            content=reply.content,
            fetched_at=dt.datetime.combine(self.today, dt.time(3), tzinfo=dt.UTC),
        )
        if reply.status != 200 and not (reply.status == 404 and request.accept_missing):
            raise SourceError(
                f"{self.plan.source_id}, {request.key}", f"status {reply.status}", "Try again later", answer=answer
            )
        return answer

    def refresh(self, *parts: str) -> Snapshots:
        """Return what the connector collected, by part and key, and hold it from now on."""
        named = parts or self.connector.parts(self.plan, today=self.today)
        job = Job(self.plan, named, self.today, self.ask, lambda part: self.held.get(part, {}), self.remarks.append)
        found = {part: {a.key: a for a in answers} for part, answers in self.connector.collect(job).items()}
        self.held |= found
        return found

    def read(self, part: str = "", *, answers: Mapping[str, Answer] | None = None) -> SourceRows:
        """Return the rows of a part of what is held."""
        return self.connector.parse(part, self.held[part] if answers is None else answers, plan=self.plan)

    def fault(self, *parts: str) -> SourceError:
        """Return why a refresh fails, making sure that it names source and remedy."""
        with pytest.raises(SourceError) as caught:
            self.refresh(*parts)
        assert caught.value.subject.startswith(self.plan.source_id)
        assert caught.value.remedy
        assert_in_chinese(caught.value)
        return caught.value

    def asked_keys(self) -> list[str]:
        """Return the keys asked for so far."""
        return [request.key for request in self.asked]


def edit(change: Callable[[Any], object]) -> Callable[[Reply], Reply]:
    """Return a spoiler that changes the JSON document of a reply in place."""
    return lambda reply: replace(reply, content=edit_body(change)(reply.content))


def edit_body(change: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    """Return a spoiler that changes a JSON document in place."""

    def spoil(content: bytes) -> bytes:
        document = json.loads(content)
        change(document)
        return json.dumps(document, ensure_ascii=False).encode()

    return spoil
