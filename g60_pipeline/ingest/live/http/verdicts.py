"""What is said when a service does not answer as it must: rule, remedy, whether it may pass, when to ask again.

Each function returns the error to raise; asking again is the client's business.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from requests.exceptions import InvalidSchema, InvalidURL
from urllib3 import exceptions as faults

from g60_pipeline.catalog.live_models import LiveSource, file_of
from g60_pipeline.ingest.live.decode import WAIT
from g60_pipeline.ingest.live.http.body import (
    ENCODINGS,
    BodyTooLargeError,
    UnknownEncodingError,
    is_blank,
    is_page,
    type_fault,
)
from g60_pipeline.ingest.live.http.messages import LONGEST_WAIT, Answer, Request, SourceError
from g60_pipeline.ingest.live.http.settings import variable
from g60_pipeline.wording import BilingualText, told

CHALLENGE_PAUSE: Final = dt.timedelta(minutes=30)
"""How long a service is left alone after a challenge page."""

_LONGEST: Final = LONGEST_WAIT.total_seconds()
_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_CERTIFICATE: Final = {
    9: "early",
    10: "expired",
    18: "self_issued",
    19: "unknown_authority",
    20: "unknown_authority",
    21: "incomplete_chain",
    62: "other_host",
    64: "other_address",
}
"""OpenSSL's verification codes -> entry of `live.certificate`."""

_STATUSES: Final = (401, 403, 404, 410, 413, 429, 500, 400, 0)
"""Statuses with an entry in `live.status`; 500, 400 and 0 go for those from there on that have none of their own."""

_FAULTS: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str, bool], ...]] = (
    (BodyTooLargeError, "too_large", "limit", False),
    (UnknownEncodingError, "compression", "wait", False),
    (ssl.SSLCertVerificationError, "certificate", "verified", False),
    ((InvalidSchema, InvalidURL), "not_asked", "proxy", False),
    (faults.ProxyError, "proxy", "network", True),
    (faults.NameResolutionError, "host", "network", True),
    (faults.NewConnectionError, "connection", "network", True),
    (faults.ConnectTimeoutError, "slow_connection", "network", True),
    ((faults.ReadTimeoutError, TimeoutError), "slow_answer", "network", True),
    ((faults.SSLError, ssl.SSLError), "broken_tls", "network", True),
    (Exception, "broken_off", "network", True),
)
"""What went wrong underway, entries of `live.fault` and `live.remedy`, whether it may pass; the first that fits."""

_UNREACHABLE: Final = (faults.ConnectTimeoutError, faults.NewConnectionError)
"""Errors of a connection that did not come about."""


class PassingError(SourceError):
    """A fault that may pass by itself, so that asking again makes sense.

    Attributes:
        wait_seconds: What the service asked to wait, if it did.
        unreachable: No connection came about, so that nothing was asked.
    """

    wait_seconds: float | None = None
    unreachable: bool = False


def asked_to_wait(headers: Mapping[str, str], name: str, *, now: dt.datetime) -> float | None:
    """Return the seconds a header such as Retry-After asks to wait, a day at most; None where it says nothing clear.

    Args:
        headers: Headers of the answer, names in lower case.
        name: Name of the header; its value is a number of seconds or an HTTP date.
        now: Present time, UTC.
    """
    value = headers.get(name, "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return min(float(value), _LONGEST)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST)


def of_content(request: Request, answer: Answer, *, plan: LiveSource) -> SourceError | None:
    """Return what is wrong with the body of an answer with status 200; None where nothing is."""
    name = _name(plan, request)
    if is_blank(answer.content):
        return PassingError(name, told("live.answer.empty"), WAIT, answer=answer)
    if is_page(request.form, answer.content):
        rule = told("live.http.page")
        if not request.any_content_type:
            return SourceError(name, rule, WAIT, answer=answer)
        retry_at = answer.fetched_at + CHALLENGE_PAUSE
        remedy = told("live.remedy.stop", until=_time(retry_at))
        return SourceError(name, rule, remedy, retry_at=retry_at, answer=answer)
    wrong = None if request.any_content_type else type_fault(request.form, answer.headers.get("content-type", ""))
    if wrong:
        return SourceError(name, wrong, told("live.remedy.look_at_answer"), answer=answer)
    return None


def of_status(request: Request, answer: Answer, *, plan: LiveSource, whole: bool) -> SourceError:
    """Return the error for a status other than 200.

    Args:
        request: What was asked.
        answer: What came.
        plan: The source.
        whole: The body arrived whole; otherwise it does not go with the error.
    """
    status, now = answer.status, answer.fetched_at
    wait = asked_to_wait(answer.headers, "retry-after", now=now)
    rule, remedy = _status_words(status, plan=plan)
    passing = status in _PASSING_STATUSES
    if status == 429 and _is_used_up(answer.headers):
        reset = asked_to_wait(answer.headers, "x-ratelimit-reset", now=now)
        wait = wait if reset is None else reset
        rule, remedy = told("live.http.budget"), told("live.remedy.renewed")
        passing = False
    retry_at = None if wait is None else now + dt.timedelta(seconds=wait)
    if retry_at:
        remedy = told("live.remedy.not_before", remedy=remedy, time=_time(retry_at))
    kind = PassingError if passing else SourceError
    fault = kind(_name(plan, request), rule, remedy, retry_at=retry_at, answer=answer if whole else None)
    if isinstance(fault, PassingError):
        fault.wait_seconds = wait
    return fault


def of_transport(request: Request, error: Exception, *, plan: LiveSource) -> SourceError:
    """Return the error for an answer that did not arrive. The words of the libraries are not passed on."""
    causes = [cause for cause in _causes(error) if isinstance(cause, Exception)]
    cause, (_, rule, remedy, passing) = next((c, f) for f in _FAULTS for c in causes if isinstance(c, f[0]))
    words = _words(plan) | {"said": str(cause)[:40]}
    if isinstance(cause, ssl.SSLCertVerificationError):
        name = _CERTIFICATE.get(cause.verify_code, "invalid")
        words["certificate"] = told(f"live.certificate.{name}", reason=cause.verify_message)
    kind = PassingError if passing else SourceError
    fault = kind(_name(plan, request), told(f"live.fault.{rule}", **words), told(f"live.remedy.{remedy}", **words))
    if isinstance(fault, PassingError):
        fault.unreachable = any(isinstance(c, _UNREACHABLE) for c in causes)
    return fault


def too_slow(request: Request, *, plan: LiveSource) -> PassingError:
    """Return the error for an answer that was not whole in time."""
    rule = told("live.fault.slow", seconds=plan.limits.total_seconds)
    return PassingError(_name(plan, request), rule, WAIT)


def given_up(fault: PassingError, *, attempts: int, longest_wait: float) -> SourceError:
    """Return the error to show for a fault that did not pass, or whose wait is too long."""
    rule = fault.rule if attempts == 1 else told("live.http.asked_times", rule=fault.rule, n=attempts)
    if fault.wait_seconds is not None and fault.wait_seconds > longest_wait:
        rule = told("live.http.asks_to_wait", rule=rule, seconds=fault.wait_seconds, most=longest_wait)
    return SourceError(fault.subject, rule, fault.remedy, retry_at=fault.retry_at, answer=fault.answer)


def _name(plan: LiveSource, request: Request) -> str:
    return f"{plan.source_id}, {request.key}"


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _is_used_up(headers: Mapping[str, str]) -> bool:
    return re.fullmatch(r"-\d+(\.\d+)?|0+(\.0+)?", headers.get("x-ratelimit-remaining", "").strip()) is not None


def _words(plan: LiveSource) -> dict[str, Any]:
    """Return what rules and remedies name of a source."""
    return {
        "keys": variable("keys", plan.source_id),
        "base_urls": variable("base_urls", plan.source_id),
        "page": plan.page_url,
        "catalog": file_of(plan.source_id),
        "asked_for": ", ".join(ENCODINGS),
        "megabytes": plan.limits.max_megabytes,
        "connect": plan.limits.connect_seconds,
        "read": plan.limits.read_seconds,
    }


def _status_words(status: int, *, plan: LiveSource) -> tuple[BilingualText, BilingualText]:
    known = status if status in _STATUSES else next(s for s in (500, 400, 0) if status >= s)
    rule = told("live.http.status", rule=told(f"live.status.{known}.rule"), status=status)
    return rule, told(f"live.status.{known}.remedy", **_words(plan))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            queue += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
