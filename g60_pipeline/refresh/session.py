"""The requests of one refresh: every answer is archived as it comes; what was just received is not asked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import AnswerRecord, Archive, Retry, SnapshotWithAnswers
from g60_pipeline.ingest.live.http.client import Client
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.wording import told

RESUMABLE: Final = dt.timedelta(days=1)
"""How long what a failed refresh received may serve the next one."""


@dataclass
class Session:
    """What was received during a refresh, and the way to ask for more."""

    source_id: str
    archive: Archive
    client: Client
    in_force: Mapping[str, SnapshotWithAnswers]
    resumable: Mapping[str, AnswerRecord]
    on_request: Callable[[str], None]
    now: Callable[[], dt.datetime]
    received: dict[str, AnswerRecord] = field(default_factory=dict)
    retried: list[Retry] = field(default_factory=list)

    def ask(self, request: Request) -> Answer:
        """Return the answer to a request, archived already: the old one where the service calls it unchanged."""
        again = self._resumed(request)
        if again is not None:
            self._store(again)
            return again
        self.on_request(request.key)
        before = self._archived(request)
        headers = before.headers if before is not None else {}
        try:
            answer = self.client.send(
                request,
                etag=headers.get("etag"),
                last_modified=headers.get("last-modified"),
                on_retry=lambda fault: self._note_retry(request, fault),
            )
        except SourceError as error:
            if error.answer is not None:
                self._store(error.answer)
            raise
        if answer is None:
            if before is None:
                raise SourceError(
                    f"{self.source_id}, {request.key}", told("live.refresh.not_modified"), told("live.remedy.later")
                )
            return replace(before, fetched_at=self.now())
        self._store(answer)
        return answer

    def _resumed(self, request: Request) -> Answer | None:
        """Return the answer a refresh that failed lately had received already, for requests that allow it."""
        record = self.resumable.get(self.client.url_of(request)) if request.resumable else None
        if record is None:
            return None
        try:
            return record.answer(self.archive.get(record.sha256), source_id=self.source_id)
        except G60Error:
            return None

    def _archived(self, request: Request) -> Answer | None:
        """Return the archived answer to the very same request, if there is one."""
        for snapshot in self.in_force.values():
            answer = snapshot.answers.get(request.key)
            if answer is not None and answer.url == self.client.url_of(request):
                return answer
        return None

    def _note_retry(self, request: Request, fault: SourceError) -> None:
        """Store what came instead of an answer before the request is sent again."""
        if fault.answer is not None:
            self.archive.put(fault.answer.content)
        record = AnswerRecord.of(fault.answer) if fault.answer is not None else None
        self.retried.append(Retry(key=request.key, at=self.now(), rule=fault.rule, answer=record))

    def _store(self, answer: Answer) -> None:
        self.archive.put(answer.content)
        self.received[f"{len(self.received)} {answer.key}"] = AnswerRecord.of(answer)


def resumable_answers(archive: Archive, source_id: str, now: dt.datetime) -> dict[str, AnswerRecord]:
    """Return by address the newest answer of the refreshes that failed since the last that succeeded.

    The answer each of them failed on is not among them, nor is one older than `RESUMABLE`.
    """
    found: dict[str, AnswerRecord] = {}
    for attempt in reversed(archive.attempts(source_id)):
        if attempt.ending != "failed":
            break
        for answer in reversed(attempt.answers[:-1]):
            if answer.status == 200 and dt.timedelta() <= now - answer.fetched_at <= RESUMABLE:
                found.setdefault(answer.url, answer)
    return found
