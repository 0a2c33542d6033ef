"""The client of one live source: it sends requests gently, follows no one elsewhere and hands back whole answers only.

What may be asked is decided in `guard`, what is said of a fault in `verdicts`; what an answer means, by the connectors.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

import requests
import urllib3
from requests.cookies import extract_cookies_to_jar
from requests.utils import get_environ_proxies

from g60_pipeline.catalog.live_models import LiveSource, file_of
from g60_pipeline.ingest.live.http import verdicts
from g60_pipeline.ingest.live.http.body import BROKEN, ENCODINGS, BodyTooLargeError, UnknownEncodingError, read_body
from g60_pipeline.ingest.live.http.deadline import DeadlineAdapter
from g60_pipeline.ingest.live.http.guard import LOOPBACK, AddressError, address, origin_of, redirect_target
from g60_pipeline.ingest.live.http.headers import ACCEPT, kept, user_agent
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.http.pace import Pace
from g60_pipeline.ingest.live.http.settings import NetworkSettings
from g60_pipeline.wording import BilingualText, told

REDIRECTS: Final = 3
"""Redirects within the origin that are followed for one request."""

KEY_REMOVED: Final = "(key removed)"
"""What is in the archive and in messages where a service repeats the key it was sent."""

SHORTEST_KEY: Final = 6
"""Signs a key must have to be looked for: a shorter one would be found everywhere."""

_REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})
_KEEPING_METHOD: Final = frozenset({307, 308})
_TRANSPORT_FAULTS: Final = (
    OSError,  # requests' own among them
    urllib3.exceptions.HTTPError,
    BodyTooLargeError,
    UnknownEncodingError,
    *BROKEN,
)
_LONGEST_BACKOFF: Final = 60.0


class Client:
    """Asks one live source. Used as a context manager; cookies live as long as it.

    Attributes:
        requests_sent: Requests sent, redirects and repetitions included.
        bytes_received: Bytes of bodies as they came over the wire.
    """

    def __init__(
        self,
        plan: LiveSource,
        network: NetworkSettings,
        *,
        version: str,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """Prepare the client; nothing is connected to.

        Args:
            plan: The source's entry of the catalog.
            network: Settings of the network.
            version: Version named in the User-Agent.
            sleep: Waits out backoff and Retry-After.
            now: Returns the present time, UTC.
        """
        self._plan = plan
        self._network = network
        self._sleep = sleep
        self._now = now
        self._base_url = network.base_urls.get(plan.source_id, plan.base_url)
        self._origin = origin_of(self._base_url)
        self._adapter = DeadlineAdapter()
        self._session = requests.Session()
        self._session.trust_env = False  # reads no .netrc
        self._session.headers["User-Agent"] = user_agent(plan, contact=network.contact, version=version)
        self._session.headers["Accept-Encoding"] = ", ".join(ENCODINGS)
        self._key = network.keys.get(plan.source_id)
        self._pace = Pace(plan.limits.interval_seconds * network.pace)
        self._reached = False
        self._unreachable: SourceError | None = None
        self.requests_sent = 0
        self.bytes_received = 0

    def __enter__(self) -> Client:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._session.close()
        self._adapter.close()

    def send(
        self,
        request: Request,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        on_retry: Callable[[SourceError], None] = lambda _: None,
    ) -> Answer | None:
        """Send a request and return its answer, or None where the service says that it is unchanged (304).

        Args:
            request: What to ask.
            etag: ETag of the stored answer.
            last_modified: Last-Modified of the stored answer.
            on_retry: Takes every fault after which the request is sent again, before that is done.

        Raises:
            SourceError: The request may not be sent, or no answer came that could be used.
        """
        url = self._permitted(request)
        if self._unreachable is not None:
            raise self._unreachable
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in validators.items() if value}
        number = 0
        while True:
            number += 1
            try:
                return self._attempt(request, url, conditions)
            except verdicts.PassingError as fault:
                if not self._may_ask_again(fault, number):
                    raise self._given_up(fault, number) from fault
                on_retry(fault)
                wait = max(fault.wait_seconds or 0.0, _backoff(number) * self._network.pace)
                if wait > 0:
                    self._sleep(wait)

    def url_of(self, request: Request) -> str:
        """Return the full address of a request, as it is in its answer.

        Raises:
            SourceError: The request may not be sent.
        """
        return str(self._prepared(request, self._permitted(request), {}, params=request.params).url)

    def _permitted(self, request: Request) -> str:
        name = f"{self._plan.source_id}, {request.key}"
        if self._plan.needs_contact and not self._network.contact:
            raise SourceError(name, told("live.http.contact"), told("live.remedy.set_contact"))
        if self._network.pace < 1 and self._origin.host not in LOOPBACK:
            raise SourceError(
                name,
                told("live.http.pace", pace=self._network.pace, host=self._origin.host),
                told("live.remedy.unset_pace"),
            )
        try:
            return address(self._base_url, request.path)
        except AddressError as error:
            raise SourceError(name, error.rule, told("live.remedy.mend_path")) from error

    def _attempt(self, request: Request, url: str, conditions: Mapping[str, str]) -> Answer | None:
        asked = step = self._prepared(request, url, conditions, params=request.params)
        self._pace.take_turn()
        try:
            with self._adapter.deadline(self._plan.limits.total_seconds):
                for _ in range(REDIRECTS + 1):
                    with self._exchange(step) as response:
                        self._reached = True
                        if response.status_code not in _REDIRECTING:
                            return self._judged(response, request, asked=asked, conditional=bool(conditions))
                        target = self._target(response, request, current=str(step.url))
                        step = self._prepared(request, target, conditions, params=())
                        self._pace.take_turn()
        except _TRANSPORT_FAULTS as error:
            if self._adapter.passed:
                raise verdicts.too_slow(request, plan=self._plan) from error
            raise verdicts.of_transport(request, error, plan=self._plan) from error
        raise SourceError(
            f"{self._plan.source_id}, {request.key}",
            told("live.http.redirects", most=REDIRECTS),
            told("live.remedy.later"),
        )

    def _prepared(
        self, request: Request, url: str, conditions: Mapping[str, str], *, params: tuple[tuple[str, str], ...]
    ) -> requests.PreparedRequest:
        headers = {"Accept": ACCEPT[request.form], **request.headers, **conditions}
        if self._key and self._plan.key_prefix:
            headers["Authorization"] = f"{self._plan.key_prefix} {self._key.get_secret_value()}"
        data = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(request.body, ensure_ascii=False).encode("utf-8")
        method = "GET" if data is None else "POST"
        return self._session.prepare_request(
            requests.Request(method, url, headers=headers, params=list(params), data=data)
        )

    def _exchange(self, step: requests.PreparedRequest) -> requests.Response:
        """Send by the adapter itself: the session would read the body of a redirect."""
        limits, network = self._plan.limits, self._network
        self.requests_sent += 1
        response = self._adapter.send(
            step,
            stream=True,
            timeout=(limits.connect_seconds, limits.read_seconds),
            verify=str(network.ca_bundle) if network.ca_bundle else True,
            proxies=network.proxies or get_environ_proxies(str(step.url)),
        )
        extract_cookies_to_jar(self._session.cookies, step, response.raw)  # type: ignore[no-untyped-call]
        return response

    def _target(self, response: requests.Response, request: Request, *, current: str) -> str:
        name, status = f"{self._plan.source_id}, {request.key}", response.status_code
        file = file_of(self._plan.source_id)
        location = response.headers.get("Location", "")
        if not location:
            raise SourceError(name, told("live.http.no_where", status=status), told("live.remedy.later"))
        if request.body is not None and status not in _KEEPING_METHOD:
            raise SourceError(name, told("live.http.posted", status=status), told("live.remedy.new_address", file=file))
        try:
            return redirect_target(current, location, within=self._origin)
        except AddressError as error:
            rule = BilingualText(*map(self._without_key, (error.rule, error.rule.zh)))
            raise SourceError(name, rule, told("live.remedy.new_address", file=file)) from error

    def _judged(
        self, response: requests.Response, request: Request, *, asked: requests.PreparedRequest, conditional: bool
    ) -> Answer | None:
        status = response.status_code
        if status == 304 and conditional:
            return None
        wanted = status == 200 or (status == 404 and request.accept_missing)
        whole, content = True, b""
        try:
            content = read_body(
                response, limit=int(self._plan.limits.max_megabytes * 1_000_000), count=self._count_bytes
            )
        except UnknownEncodingError as error:
            if wanted:
                raise UnknownEncodingError(self._without_key(str(error))) from None
            whole = False
        except _TRANSPORT_FAULTS:
            if wanted:
                raise
            whole = False
        if wanted and self._adapter.passed:
            raise TimeoutError  # a connection cut by the deadline can look like the end of the body
        answer = Answer(
            source_id=self._plan.source_id,
            key=request.key,
            method=str(asked.method),
            url=str(asked.url),
            body_sent=asked.body.decode("utf-8") if isinstance(asked.body, bytes) else None,
            status=status,
            headers={name: self._without_key(value) for name, value in kept(response.headers).items()},
            content=self._without_key(content.decode("latin-1")).encode("latin-1"),
            fetched_at=self._now(),
        )
        if not wanted:
            raise verdicts.of_status(request, answer, plan=self._plan, whole=whole)
        fault = verdicts.of_content(request, answer, plan=self._plan) if status == 200 else None
        if fault:
            raise fault
        return answer

    def _without_key(self, text: str) -> str:
        """Return what a service sent without the key it was sent: a page of errors may repeat what was asked."""
        key = self._key.get_secret_value() if self._key else ""
        if len(key) < SHORTEST_KEY:
            return text
        for form in dict.fromkeys((key, quote(key), quote_plus(key), json.dumps(key)[1:-1])):
            text = text.replace(form, KEY_REMOVED)
        return text

    def _may_ask_again(self, fault: verdicts.PassingError, number: int) -> bool:
        """Return whether to: a service never reached is not waited for, nor a long Retry-After."""
        limits = self._plan.limits
        reached = self._reached or not fault.unreachable
        return number < limits.attempts and reached and (fault.wait_seconds or 0) <= limits.longest_wait_seconds

    def _given_up(self, fault: verdicts.PassingError, number: int) -> SourceError:
        error = verdicts.given_up(fault, attempts=number, longest_wait=self._plan.limits.longest_wait_seconds)
        if fault.unreachable and not self._reached:
            self._unreachable = error
        return error

    def _count_bytes(self, number: int) -> None:
        self.bytes_received += number


def _backoff(number: int) -> float:
    """Return the seconds to wait after an attempt that failed: doubled each time, with jitter."""
    return min(2.0 ** (number - 1) + random.random(), _LONGEST_BACKOFF)  # noqa: S311  - jitter is no secret
