"""What all answers of OpenAlex have in common: envelope, error body, budget. What they list is read elsewhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from g60_pipeline.ingest.live.decode import WAIT, expect, json_of, record, signs
from g60_pipeline.ingest.live.http.messages import LONGEST_WAIT, Answer, SourceError
from g60_pipeline.wording import told

SOURCE_ID: Final = "openalex"
COUNT: Final = re.compile(r"[0-9]{1,15}")
"""A whole number as the service writes one."""

CHINA: Final = ZoneInfo("Asia/Shanghai")


def document_of(answer: Answer, *, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the JSON object of an answer, which must hold the keys.

    Raises:
        SourceError: It is an error body, or no such object.
    """
    body = json_of(answer)
    if isinstance(body, dict) and "error" in body:
        raise SourceError(
            answer.subject,
            told(
                "live.openalex.error", error=body["error"], message=body.get("message", told("live.answer.no_message"))
            ),
            told("live.remedy.see_message"),
        )
    return record(body, answer, what=told("live.part.answer"), keys=keys)


def whole_number(value: Any, answer: Answer, *, what: str) -> int:
    """Return a count.

    Raises:
        SourceError: It is not a whole number from 0.
    """
    number = signs(value)
    counted = isinstance(number, str) and COUNT.fullmatch(number)
    expect(counted, answer, "openalex.no_count", what=what, value=value)
    return int(number)


def check_budget(answer: Answer, *, still_to_send: int, today: dt.date) -> None:
    """Stop before spending when the day's budget does not cover the requests still to be sent.

    `x-ratelimit-remaining` counts credits; what one request costs is in `x-ratelimit-credits-used`. Headers of an
    answer of an earlier day, which an unchanged answer carries, say nothing about today.

    Raises:
        SourceError: The budget does not suffice; `retry_at` is when it is renewed.
    """
    remaining = answer.headers.get("x-ratelimit-remaining", "")
    if not COUNT.fullmatch(remaining) or answer.fetched_at.astimezone(CHINA).date() < today:
        return
    used = answer.headers.get("x-ratelimit-credits-used", "")
    needed = still_to_send * (max(int(used), 1) if COUNT.fullmatch(used) else 1)
    if int(remaining) >= needed:
        return
    reset = answer.headers.get("x-ratelimit-reset", "")
    wait = min(float(reset), LONGEST_WAIT.total_seconds()) if COUNT.fullmatch(reset) else None
    retry_at = None if wait is None else answer.fetched_at + dt.timedelta(seconds=wait)
    raise SourceError(
        answer.subject,
        told("live.openalex.budget", remaining=remaining, requests=still_to_send, needed=needed),
        told("live.remedy.key_or_less"),
        retry_at=retry_at,
        answer=answer,
    )


def expect_whole(condition: object, answer: Answer, rule: str, **values: Any) -> None:
    """Raise SourceError with advice to wait unless the condition holds: for what a service mends by itself."""
    expect(condition, answer, rule, remedy=WAIT, **values)
