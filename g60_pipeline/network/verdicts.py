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

import requests

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.network.body import (
    ENCODINGS,
    BodyTooLargeError,
    UnknownEncodingError,
    is_blank,
    is_page,
    type_fault,
)
from g60_pipeline.network.messages import LONGEST_WAIT, Answer, Request, SourceError
from g60_pipeline.network.settings import variable

CHALLENGE_PAUSE: Final = dt.timedelta(minutes=30)
"""How long a service is left alone after a challenge page."""

_LONGEST: Final = LONGEST_WAIT.total_seconds()
_LATER: Final = "Try again later; what is held stays in force"
_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_UNREACHABLE: Final = frozenset(
    {"ConnectTimeout", "ConnectTimeoutError", "ConnectionRefusedError", "NameResolutionError", "NewConnectionError"}
)
"""Names of the errors of a connection that did not come about."""

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
    name = _name(plan, request)
    catalog = f"catalog/live/{plan.source_id}.yaml"
    if isinstance(error, BodyTooLargeError):
        rule = f"the answer is larger than {plan.limits.max_megabytes:g} MB; it was not read further"
        return SourceError(name, rule, f"Look at what is asked for; the limit is max_megabytes in {catalog}")
    if isinstance(error, UnknownEncodingError):
        return SourceError(name, f"the answer's compression is {str(error)[:40]!r}, not {ENCODINGS}", _LATER)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            words = _CERTIFICATE.get(cause.verify_code, f"does not hold ({cause.verify_message})")
            remedy = "Verification is never switched off; an authority of your own goes into G60_CA_BUNDLE"
            return SourceError(name, f"the certificate of the service {words}", remedy)
    if isinstance(error, requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
        return SourceError(name, "the address or the proxy cannot be asked", "Check base_urls and the proxy settings")
    fault = PassingError(
        name, _transport_words(causes, plan=plan), f"Check the network; {_LATER[0].lower()}{_LATER[1:]}"
    )
    fault.unreachable = bool(_UNREACHABLE & {type(cause).__name__ for cause in causes})
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


def _status_words(status: int, *, plan: LiveSource) -> tuple[str, str]:
    moved = f"Look at {plan.page_url}; a new address goes into {variable('base_urls', plan.source_id)}"
    known = {
        401: ("the service wants a key, or does not take the one it got", f"Check {variable('keys', plan.source_id)}"),
        403: ("the service refuses to answer", "Check its terms, the contact setting (G60_CONTACT) and the address"),
        404: ("there is nothing at this address", f"It may have moved. {moved}"),
        410: ("there is nothing at this address any more", f"It has moved. {moved}"),
        413: ("the service says that too much was asked for", f"Ask for less in catalog/live/{plan.source_id}.yaml"),
        429: ("the service says that it is asked too often", "Wait"),
    }
    if status in known:
        rule, remedy = known[status]
    elif status >= 500:
        rule, remedy = "the service failed", _LATER
    elif status >= 400:
        rule, remedy = "the service does not take the request", "It may have changed: look at the archived answer"
    else:
        rule, remedy = "the status is none that carries an answer", _LATER
    return f"{rule} ({status})", remedy


def _transport_words(causes: list[BaseException], *, plan: LiveSource) -> str:
    kinds = {type(cause).__name__ for cause in causes}
    words = {
        f"no connection within {plan.limits.connect_seconds:g} s": {"ConnectTimeout", "ConnectTimeoutError"},
        f"no answer within {plan.limits.read_seconds:g} s": {"ReadTimeout", "ReadTimeoutError", "TimeoutError"},
        "the proxy cannot be reached or refuses": {"ProxyError"},
        "the host's name is not known": {"NameResolutionError", "gaierror"},
        "no connection can be made": {"NewConnectionError", "ConnectionRefusedError"},
        "the secured connection was broken off": {"SSLError", "SSLEOFError"},
    }
    return next((said for said, names in words.items() if kinds & names), "the answer broke off before its end")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            queue += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
