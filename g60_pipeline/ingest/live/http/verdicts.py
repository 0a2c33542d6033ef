"""What is said when a service does not answer as it must: rule, remedy, whether it may pass, when to ask again.

Each function returns the error to raise; asking again is the client's business.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from requests.exceptions import InvalidSchema, InvalidURL
from urllib3 import exceptions as faults

from g60_pipeline.catalog.live_models import LiveSource, file_of
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

CHALLENGE_PAUSE: Final = dt.timedelta(minutes=30)
"""How long a service is left alone after a challenge page."""

_LONGEST: Final = LONGEST_WAIT.total_seconds()
_LATER: Final = "Try again later; what is held stays in force"
_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_CERTIFICATE: Final = {
    9: "is not valid yet",
    10: "has expired",
    18: "was issued by itself, not by a known authority",
    19: "comes from an authority that is not known here",
    20: "comes from an authority that is not known here",
    21: "comes from an authority that is not known here, or its chain is incomplete",
    62: "is made out to another host",
    64: "is made out to another address",
}
"""OpenSSL's verification codes in words."""

_MOVED: Final = "Look at {page}; a new address goes into {base_urls}"
_STATUSES: Final = {
    401: ("the service wants a key, or does not take the one it got", "Check {keys}"),
    403: ("the service refuses to answer", "Check its terms, the contact setting (G60_CONTACT) and the address"),
    404: ("there is nothing at this address", f"It may have moved. {_MOVED}"),
    410: ("there is nothing at this address any more", f"It has moved. {_MOVED}"),
    413: ("the service says that too much was asked for", "Ask for less in {catalog}"),
    429: ("the service says that it is asked too often", "Wait"),
    500: ("the service failed", _LATER),
    400: ("the service does not take the request", "It may have changed: look at the archived answer"),
    0: ("the status is none that carries an answer", _LATER),
}
"""Status -> rule and remedy; 500, 400 and 0 go for those from there on that have no line of their own."""


_CHECK: Final = f"Check the network; {_LATER[0].lower()}{_LATER[1:]}"
_VERIFIED: Final = "Verification is never switched off; an authority of your own goes into G60_CA_BUNDLE"
_LIMIT: Final = "Look at what is asked for; the limit is max_megabytes in {catalog}"
_FAULTS: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str, bool], ...]] = (
    (BodyTooLargeError, "the answer is larger than {megabytes:g} MB; it was not read further", _LIMIT, False),
    (UnknownEncodingError, "the answer's compression is {said!r}, not {asked_for}", _LATER, False),
    (ssl.SSLCertVerificationError, "the certificate of the service {certificate}", _VERIFIED, False),
    (
        (InvalidSchema, InvalidURL),
        "the address or the proxy cannot be asked",
        "Check base_urls and the proxy settings",
        False,
    ),
    (faults.ProxyError, "the proxy cannot be reached or refuses", _CHECK, True),
    (faults.NameResolutionError, "the host's name is not known", _CHECK, True),
    (faults.NewConnectionError, "no connection can be made", _CHECK, True),
    (faults.ConnectTimeoutError, "no connection within {connect:g} s", _CHECK, True),
    ((faults.ReadTimeoutError, TimeoutError), "no answer within {read:g} s", _CHECK, True),
    ((faults.SSLError, ssl.SSLError), "the secured connection was broken off", _CHECK, True),
    (Exception, "the answer broke off before its end", _CHECK, True),
)
"""What went wrong underway, rule, remedy, whether it may pass; the first that is among the causes counts."""

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
        return PassingError(name, "the answer is empty", _LATER, answer=answer)
    if is_page(request.form, answer.content):
        rule = "an HTML page came instead (a challenge or an error page)"
        if not request.any_content_type:
            return SourceError(name, rule, _LATER, answer=answer)
        retry_at = answer.fetched_at + CHALLENGE_PAUSE
        return SourceError(name, rule, f"Stop, and wait until {_time(retry_at)}", retry_at=retry_at, answer=answer)
    wrong = None if request.any_content_type else type_fault(request.form, answer.headers.get("content-type", ""))
    if wrong:
        remedy = "Look at the archived answer; the service may have changed its form"
        return SourceError(name, wrong, remedy, answer=answer)
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
        rule, remedy = "the budget the service grants is used up (429)", "Wait until it is renewed"
        passing = False
    retry_at = None if wait is None else now + dt.timedelta(seconds=wait)
    if retry_at:
        remedy += f"; do not ask before {_time(retry_at)}"
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
        words["certificate"] = _CERTIFICATE.get(cause.verify_code, f"does not hold ({cause.verify_message})")
    kind = PassingError if passing else SourceError
    fault = kind(_name(plan, request), rule.format_map(words), remedy.format_map(words))
    if isinstance(fault, PassingError):
        fault.unreachable = any(isinstance(c, _UNREACHABLE) for c in causes)
    return fault


def too_slow(request: Request, *, plan: LiveSource) -> PassingError:
    """Return the error for an answer that was not whole in time."""
    rule = f"the answer was not whole after {plan.limits.total_seconds:g} s"
    return PassingError(_name(plan, request), rule, _LATER)


def given_up(fault: PassingError, *, attempts: int, longest_wait: float) -> SourceError:
    """Return the error to show for a fault that did not pass, or whose wait is too long."""
    rule = fault.rule if attempts == 1 else f"{fault.rule}; asked {attempts} times"
    if fault.wait_seconds is not None and fault.wait_seconds > longest_wait:
        rule += f"; it asks to wait {fault.wait_seconds:.0f} s, more than {longest_wait:g} s"
    return SourceError(fault.subject, rule, fault.remedy, retry_at=fault.retry_at, answer=fault.answer)


def _name(plan: LiveSource, request: Request) -> str:
    return f"{plan.source_id}, {request.key}"


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _is_used_up(headers: Mapping[str, str]) -> bool:
    return re.fullmatch(r"-\d+(\.\d+)?|0+(\.0+)?", headers.get("x-ratelimit-remaining", "").strip()) is not None


def _words(plan: LiveSource) -> dict[str, object]:
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


def _status_words(status: int, *, plan: LiveSource) -> tuple[str, str]:
    known = status if status in _STATUSES else next(s for s in (500, 400, 0) if status >= s)
    rule, remedy = _STATUSES[known]
    return f"{rule} ({status})", remedy.format_map(_words(plan))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            queue += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
