"""What is asked of a live service and what it answered. No connection is made here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from g60_pipeline.errors import G60Error

LONGEST_WAIT: Final = dt.timedelta(days=1)
"""Longest time a source is left alone, whatever it asks for or a log says."""

Form = Literal["json", "csv", "html"]
"""What an answer's body is meant to be."""


@dataclass(frozen=True)
class Request:
    """One request below a source's base URL.

    Args:
        key: Name of the answer within its snapshot, such as `series/SP.POP.TOTL`; it does not change between refreshes.
        path: Path below the base URL, without a leading slash.
        params: Query parameters in order.
        form: What the body must be.
        body: JSON document to post; the request is a GET without one.
        headers: Further headers, such as Referer or Accept. Never a key: keys are added by the client.
        any_content_type: The service is known to mislabel its answers; the body alone counts.
        resumable: An answer a failed refresh received within a day serves the next one; for sources of many requests.
        accept_missing: A 404 is an answer (nothing there) and not a fault.
    """

    key: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    form: Form = "json"
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    any_content_type: bool = False
    accept_missing: bool = False
    resumable: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back, with the transfer's compression undone and nothing else changed.

    Args:
        source_id: The source that was asked.
        key: Key of the request.
        method: GET or POST.
        url: Full address asked, parameters included, keys left out.
        body_sent: JSON text that was posted.
        status: HTTP status.
        headers: Those headers of the answer that matter, names in lower case.
        content: The body.
        fetched_at: When the body had arrived, UTC.
    """

    source_id: str
    key: str
    method: str
    url: str
    body_sent: str | None
    status: int
    headers: Mapping[str, str]
    content: bytes
    fetched_at: dt.datetime

    @property
    def subject(self) -> str:
        """Return how it is named to people."""
        return f"{self.source_id}, {self.key}"

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the body, by which the archive keeps it."""
        return hashlib.sha256(self.content).hexdigest()


class SourceError(G60Error):
    """A live source did not answer as it must. What was stored before stays in force.

    Args:
        subject: Source and request, such as `worldbank, series/SP.POP.TOTL`.
        rule: The rule the answer breaks.
        remedy: What to do about it.
        retry_at: Time before which asking again is useless or unwelcome, UTC.
        answer: The answer at fault as far as it is whole, so that it can be archived and looked at.
    """

    def __init__(
        self,
        subject: str,
        rule: str,
        remedy: str,
        *,
        retry_at: dt.datetime | None = None,
        answer: Answer | None = None,
    ) -> None:
        """Keep what a refresh needs besides the words."""
        super().__init__(subject, rule, remedy)
        self.retry_at = retry_at
        self.answer = answer
