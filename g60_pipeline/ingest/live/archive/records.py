"""The form of the archive's records. How they are stored: `store`."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.http.messages import LONGEST_WAIT, Answer
from g60_pipeline.wording import BilingualText, in_language, told

Ending = Literal["new", "unchanged", "failed"]
"""How a refresh ended."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _writable(text: Any) -> Any:
    """Return a text in which what UTF-8 can not write, half a character of a mutilated answer, is spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(text, str) else text


Text = Annotated[str, BeforeValidator(_writable)]
"""Words of a service, or made of them: whatever they are, the record of it can be written."""


MEND: Final = told("live.remedy.backup")
"""Remedy for a damaged archive."""


def said(text: Any) -> BilingualText:
    """Return words as a text in both languages; records of earlier versions have them in English alone."""
    english, chinese = text if isinstance(text, list | tuple) else (str(text), in_language(text, "zh"))
    return BilingualText(_writable(english), _writable(chinese))


Said = Annotated[
    BilingualText,
    BeforeValidator(said),
    PlainSerializer(lambda text: [str(text), in_language(text, "zh")], return_type=list[str]),
]
"""What was remarked, recorded as it was said in English and in Chinese: an archive outlives the catalogue of words."""


class Record(BaseModel):
    """Base of the archive's records: immutable, and an unknown key means damage."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class AnswerRecord(Record):
    """One answer: what was asked, when, what came back, and the hash its body is kept under."""

    key: Text
    method: Literal["GET", "POST"]
    url: Text
    body_sent: Text | None = None
    status: int
    headers: Mapping[Text, Text]
    sha256: Sha256
    size: int = Field(ge=0)
    fetched_at: AwareDatetime

    @classmethod
    def of(cls, answer: Answer) -> AnswerRecord:
        """Return the record of an answer."""
        return cls(
            key=answer.key,
            method="POST" if answer.method == "POST" else "GET",
            url=answer.url,
            body_sent=answer.body_sent,
            status=answer.status,
            headers=dict(answer.headers),
            sha256=answer.sha256,
            size=len(answer.content),
            fetched_at=answer.fetched_at,
        )

    def answer(self, content: bytes, *, source_id: str) -> Answer:
        """Return the answer of a source, given its body."""
        return Answer(
            source_id=source_id,
            key=self.key,
            method=self.method,
            url=self.url,
            body_sent=self.body_sent,
            status=self.status,
            headers=self.headers,
            content=content,
            fetched_at=self.fetched_at,
        )


class Snapshot(Record):
    """The answers that show the state of a source, or of a part of it, at one time.

    `rows_hash` is over the rows read out of them: two snapshots with equal rows are never kept. `accepted_by_operator`
    says that a person took answers the rules of acceptance had refused.
    """

    source_id: str
    part: str
    fetched_at: AwareDatetime
    previous: str | None
    version: str
    rows_hash: Sha256
    rows: int = Field(ge=0)
    accepted_by_operator: bool = False
    answers: tuple[AnswerRecord, ...]

    @property
    def snapshot_id(self) -> str:
        """Return time and content hash: the name of the file, and the proof of what is in it."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()
        stamp = self.fetched_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"{stamp}-{digest[:12]}"


class Trouble(Record):
    """Why a refresh failed, in the three parts of every message."""

    subject: Text
    rule: Text
    remedy: Text
    zh: tuple[Text, Text, Text] | None = None
    """The same in Chinese; records of earlier versions have it in English alone."""

    def error(self) -> G60Error:
        """Return it as an error, in both languages."""
        english = (self.subject, self.rule, self.remedy)
        return G60Error(*map(BilingualText, english, self.zh or english))


class Changes(Record):
    """How many rows a refresh added, removed and changed."""

    added: int = 0
    removed: int = 0
    changed: int = 0


class Retry(Record):
    """A fault that passed or was hoped to: when a request was sent again, why, and the answer, if one came whole."""

    key: Text
    at: AwareDatetime
    rule: Text
    answer: AnswerRecord | None = None


class Attempt(Record):
    """One refresh: when it ran, what it asked, how it ended.

    Every answer received is named here and kept, whether a snapshot holds it or not: `answers` are those that were
    used and the one the refresh failed on, `retried` the faults after which it asked again.
    """

    source_id: str
    parts: tuple[str, ...]
    started_at: AwareDatetime
    ended_at: AwareDatetime
    ending: Ending
    trouble: Trouble | None = None
    warnings: tuple[Said, ...] = ()
    snapshots: tuple[str, ...] = ()
    changes: Changes = Changes()
    rows: int = 0
    requests: int = Field(ge=0)
    received_bytes: int = Field(ge=0)
    retry_at: AwareDatetime | None = None
    answers: tuple[AnswerRecord, ...] = ()
    retried: tuple[Retry, ...] = ()

    def quiet_until(self, now: dt.datetime) -> dt.datetime | None:
        """Return until when the source asked to be left alone; None where that is over, or the clock was ahead then."""
        if self.retry_at is None or self.ended_at > now:
            return None
        until = min(self.retry_at, self.ended_at + LONGEST_WAIT)
        return until if until > now else None

    def received(self) -> tuple[AnswerRecord, ...]:
        """Return every answer that came, those at fault among them."""
        return (*self.answers, *(r.answer for r in self.retried if r.answer is not None))


@dataclass(frozen=True)
class Damage:
    """A file of the archive that is not what it must be."""

    file: str
    rule: str
    source_id: str = ""
    part: str = ""
    snapshot_id: str = ""
    remedy: str = MEND


@dataclass(frozen=True)
class SnapshotWithAnswers:
    """A snapshot whose record and bodies are all whole, with its answers by key."""

    snapshot: Snapshot
    answers: dict[str, Answer]

    @property
    def snapshot_id(self) -> str:
        """Return the identifier of the snapshot."""
        return self.snapshot.snapshot_id
