"""The client of one live source: it sends requests gently, follows no one elsewhere and hands back whole answers only.

What may be asked is decided in `guard`, what is said of a fault in `verdicts`; what an answer means, by the connectors.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final

import requests
import urllib3
from pyrate_limiter import Limiter, Rate, SingleBucketFactory, StateBucket
from requests.utils import get_environ_proxies
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.network import verdicts
from g60_pipeline.network.body import ENCODINGS, BodyTooLargeError, BrokenBodyError, UnknownEncodingError, read_body
from g60_pipeline.network.deadline import Deadline, DeadlineAdapter
from g60_pipeline.network.guard import address, origin_of, redirect_target
from g60_pipeline.network.headers import ACCEPT, kept, user_agent
from g60_pipeline.network.messages import Answer, Request, SourceError
from g60_pipeline.network.settings import NetworkSettings

REDIRECTS: Final = 3
"""Redirects within the origin that are followed for one request."""

_REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})
_KEEPING_METHOD: Final = frozenset({307, 308})
_TRANSPORT_FAULTS: Final = (
    OSError,  # requests' own among them
    urllib3.exceptions.HTTPError,
    BodyTooLargeError,
    BrokenBodyError,
    UnknownEncodingError,
)
_backoff = wait_exponential_jitter(max=60)


class _Session(requests.Session):
    """A session that reads no `.netrc` and neither follows a redirect nor reads its body."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the form requests calls
        return None


class Client:
    """Asks one live source. Used as a context manager; cookies live as long as it.

    Attributes:
        requests_sent: Requests sent, redirects and repetitions included.
        bytes_received: Bytes of bodies as they came over the wire.
        seconds_waited: Time spent waiting for the source's pace, backoff and Retry-After.
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
        self._session = _Session()
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        self._session.headers["User-Agent"] = user_agent(plan, contact=network.contact, version=version)
        self._session.headers["Accept-Encoding"] = ENCODINGS
        self._key = network.keys.get(plan.source_id)
        interval = round(plan.limits.interval_seconds * network.pace * 1000)
        bucket = StateBucket([Rate(1, interval)]) if interval else None
        self._limiter = Limiter(SingleBucketFactory(bucket, schedule_leak=False), buffer_ms=0) if bucket else None
        self._reached = False
        self._unreachable: SourceError | None = None
        self.requests_sent = 0
        self.bytes_received = 0
        self.seconds_waited = 0.0

    def __enter__(self) -> Client:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._session.close()
        if self._limiter:
            self._limiter.close()

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
            etag: ETag of the answer held.
            last_modified: Last-Modified of the answer held.
            on_retry: Told every fault after which the request is sent again, before that is done.

        Raises:
            SourceError: The request may not be sent, or no answer came that could be used.
        """
        url = self._permitted(request)
        if self._unreachable is not None:
            raise self._unreachable
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in validators.items() if value}
        limits = self._plan.limits
        retrying = Retrying(
            sleep=self._pause,
            stop=stop_after_attempt(limits.attempts),
            wait=self._wait_before_next,
            retry=retry_if_exception(self._may_ask_again),
            before_sleep=lambda state: on_retry(_fault_of(state)),
            reraise=True,
        )
        try:
            return retrying(self._attempt, request, url, conditions)
        except verdicts.PassingError as fault:
            attempts = int(retrying.statistics["attempt_number"])
            longest = limits.longest_wait_seconds
            told = verdicts.given_up(fault, attempts=attempts, longest_wait=longest)
            if fault.unreachable and not self._reached:
                self._unreachable = told
            raise told from fault

    def url_of(self, request: Request) -> str:
        """Return the full address of a request, as its answer will bear it.

        Raises:
            SourceError: The request may not be sent.
        """
        return str(self._prepared(request, self._permitted(request), {}, params=request.params).url)

    def _permitted(self, request: Request) -> str:
        name = f"{self._plan.source_id}, {request.key}"
        if self._plan.needs_contact and not self._network.contact:
            rule = "the service asks automated readers for a contact, and none is set"
            raise SourceError(name, rule, "Set G60_CONTACT to your mail address or a page about you")
        if self._network.pace < 1 and not self._origin.is_loopback:
            rule = f"a pace of {self._network.pace:g} asks {self._origin.host} faster than its plan allows"
            raise SourceError(name, rule, "Unset G60_PACE; below 1 is for servers on this machine")
        try:
            return address(self._base_url, request.path)
        except ValueError as error:
            raise SourceError(name, str(error), "Mend the path in the connector or the catalog") from error

    def _attempt(self, request: Request, url: str, conditions: Mapping[str, str]) -> Answer | None:
        asked = step = self._prepared(request, url, conditions, params=request.params)
        deadline = self._adapter.deadline = Deadline(self._plan.limits.total_seconds)
        self._take_turn()
        try:
            with deadline:
                for _ in range(REDIRECTS + 1):
                    with self._exchange(step) as response:
                        self._reached = True
                        if response.status_code not in _REDIRECTING:
                            return self._judged(response, request, asked=asked, conditional=bool(conditions))
                        target = self._target(response, request, current=str(step.url))
                        step = self._prepared(request, target, conditions, params=())
                        self._take_turn()
        except _TRANSPORT_FAULTS as error:
            if deadline.passed:
                raise verdicts.too_slow(request, plan=self._plan) from error
            raise verdicts.of_transport(request, error, plan=self._plan) from error
        rule = f"it redirects more than {REDIRECTS} times"
        raise SourceError(f"{self._plan.source_id}, {request.key}", rule, "Try again later")

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
        url = str(step.url)
        if origin_of(url) != self._origin:
            raise SourceError(self._plan.source_id, f"{url} is not within {self._origin}", "Mend the path")
        limits, network = self._plan.limits, self._network
        self.requests_sent += 1
        return self._session.send(
            step,
            stream=True,
            allow_redirects=False,
            timeout=(limits.connect_seconds, limits.read_seconds),
            verify=str(network.ca_bundle) if network.ca_bundle else True,
            proxies=network.proxies or get_environ_proxies(url),
        )

    def _target(self, response: requests.Response, request: Request, *, current: str) -> str:
        name, status = f"{self._plan.source_id}, {request.key}", response.status_code
        remedy = (
            f"Look at the new address; if it is the publisher's, it goes into catalog/live/{self._plan.source_id}.yaml"
        )
        location = response.headers.get("Location", "")
        if not location:
            raise SourceError(name, f"it redirects ({status}) without saying where", "Try again later")
        if request.body is not None and status not in _KEEPING_METHOD:
            raise SourceError(name, f"it redirects a posted request ({status}), which would lose its body", remedy)
        try:
            return redirect_target(current, location, within=self._origin)
        except ValueError as error:
            raise SourceError(name, str(error), remedy) from error

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
        except _TRANSPORT_FAULTS:
            if wanted:
                raise
            whole = False
        if wanted and self._adapter.deadline and self._adapter.deadline.passed:
            raise TimeoutError  # a connection cut by the deadline can look like the end of the body
        answer = Answer(
            key=request.key,
            method=str(asked.method),
            url=str(asked.url),
            body_sent=asked.body.decode("utf-8") if isinstance(asked.body, bytes) else None,
            status=status,
            headers=kept(response.headers),
            content=content,
            fetched_at=self._now(),
        )
        if not wanted:
            raise verdicts.of_status(request, answer, plan=self._plan, whole=whole)
        fault = verdicts.of_content(request, answer, plan=self._plan) if status == 200 else None
        if fault:
            raise fault
        return answer

    def _may_ask_again(self, error: BaseException) -> bool:
        """Return whether a fault may pass. A service never reached is not waited for."""
        if not isinstance(error, verdicts.PassingError) or (error.unreachable and not self._reached):
            return False
        return (error.wait_seconds or 0) <= self._plan.limits.longest_wait_seconds

    def _wait_before_next(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_seconds if isinstance(error, verdicts.PassingError) else None
        return max(asked or 0.0, _backoff(state) * self._network.pace)

    def _take_turn(self) -> None:
        if self._limiter:
            started = time.monotonic()
            self._limiter.try_acquire(self._origin.host)
            self.seconds_waited += time.monotonic() - started

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.seconds_waited += seconds
            self._sleep(seconds)

    def _count_bytes(self, number: int) -> None:
        self.bytes_received += number


def _fault_of(state: RetryCallState) -> SourceError:
    fault = state.outcome.exception() if state.outcome else None
    if not isinstance(fault, SourceError):
        raise TypeError("only a fault of the source is asked again")
    return fault
