"""The parsers of the live sources, with the answers of the stand-ins: read as they are collected, and as they are replayed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.direct import Direct
from simulator.wire import IncomingRequest, Reply, Service
from simulator.world import World

from breakage.fuzz import Case, Parser
from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.http.messages import Answer
from g60_pipeline.ingest.live.registry import CONNECTORS
from g60_pipeline.ingest.live.replay import checked


@dataclass
class Introduced:
    """A service that is told who asks, as a client with a contact does."""

    service: Service

    def reply(self, asked: IncomingRequest) -> Reply:
        headers = dict(asked.headers) | {"User-Agent": "g60_pipeline/1 (someone@example.org)"}
        return self.service.reply(replace(asked, headers=headers))


def live_parsers() -> Iterator[Parser]:
    catalog, world = load_catalog(), World()
    world.cnipa_annual.publish(2024)
    for source_id, service in world.services().items():
        plan = catalog.live_source(source_id)
        desk = Direct(CONNECTORS[source_id], plan, Introduced(service))
        cases = [
            case
            for part, answers in desk.refresh().items()
            for answer in _of_each_kind(answers)
            for case in _ways(desk, part, answers, answer)
        ]
        yield Parser(f"live: {source_id}", cases)


def _of_each_kind(answers: Mapping[str, Answer]) -> Iterator[Answer]:
    """Yield two answers of each form of address."""
    ordered = sorted(answers.values(), key=lambda answer: re.sub(r"[\d.]+", "", answer.key))
    for _, alike in itertools.groupby(ordered, key=lambda answer: re.sub(r"[\d.]+", "", answer.key).partition("/")[0]):
        yield from itertools.islice(alike, 2)


def _ways(desk: Direct, part: str, answers: Mapping[str, Answer], answer: Answer) -> list[Case]:
    def replayed(content: bytes) -> Any:
        changed = dict(answers) | {answer.key: replace(answer, content=content)}
        return checked(desk.connector.parse(part, changed, plan=desk.plan), desk.plan.source_id).frames()

    def collected(content: bytes) -> Any:
        spoiled = replace(
            desk, spoil={answer.key: lambda reply: replace(reply, content=content)}, asked=[], held={}, remarks=[]
        )
        return spoiled.refresh(*([part] if part else ()))

    return [Case(answer.content, replayed), Case(answer.content, collected)]
