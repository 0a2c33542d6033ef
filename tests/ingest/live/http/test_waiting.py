"""How long is waited before a service is asked again: backoff, Retry-After, budgets, the source's own pace."""

from __future__ import annotations

import datetime as dt
import time
from email.utils import format_datetime
from typing import Any

import pytest
from simulator import faults

from g60_pipeline.ingest.live.http.messages import Request, SourceError
from g60_pipeline.ingest.live.http.pace import Pace
from g60_pipeline.ingest.live.http.verdicts import asked_to_wait

ROWS = Request("rows", "rows")


def test_backoff_doubles_with_jitter(bench: Any) -> None:
    bench.faulty(always=faults.status(503))
    bench.refused(network={"pace": 1}, attempts=4)
    assert [int(seconds) for seconds in bench.slept] == [1, 2, 4]
    assert any(seconds != int(seconds) for seconds in bench.slept)


def test_pace_stretches_the_backoff(bench: Any) -> None:
    bench.faulty(always=faults.status(503))
    bench.refused(network={"pace": 10}, attempts=2)
    assert 10 <= bench.slept[0] <= 20


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_in_seconds_is_obeyed(bench: Any, body: bytes, code: int) -> None:
    bench.faulty(faults.status(code, {"Retry-After": "9"}), None)
    client = bench.client(attempts=2)
    assert client.send(ROWS).content == body
    assert bench.slept == [9]
    assert client.requests_sent == 2


def test_retry_after_as_a_date_is_obeyed(bench: Any, body: bytes, now: dt.datetime) -> None:
    date = format_datetime(now + dt.timedelta(seconds=40), usegmt=True)
    bench.faulty(faults.status(429, {"Retry-After": date}), None)
    assert bench.send(attempts=2).content == body
    assert bench.slept == [40]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 03:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 04:01:00 -0000", 60.0),
        ("9" * 5000, 24 * 3600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 24 * 3600.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_strictly(now: dt.datetime, value: str, seconds: float | None) -> None:
    assert asked_to_wait({"retry-after": value}, "retry-after", now=now) == seconds


def test_a_long_retry_after_is_told_and_not_slept(bench: Any, now: dt.datetime) -> None:
    bench.faulty(always=faults.status(429, {"Retry-After": "3600"}))
    error = bench.refused(attempts=4, longest_wait_seconds=120)
    assert bench.slept == []
    assert len(bench.server.asked) == 1
    assert error.retry_at == now + dt.timedelta(hours=1)
    assert error.rule == "the service says that it is asked too often (429); it asks to wait 3600 s, more than 120 s"
    assert error.remedy == "Wait; do not ask before 2026-11-22 05:00:00 UTC"


def test_a_wait_that_did_not_help_is_passed_on(bench: Any, now: dt.datetime) -> None:
    bench.faulty(always=faults.status(429, {"Retry-After": "9"}))
    error = bench.refused(attempts=3)
    assert bench.slept == [9, 9]
    assert error.retry_at == now + dt.timedelta(seconds=9)
    assert error.answer.headers["retry-after"] == "9"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "43200", "Retry-After": "1"}, 43200),
        ({"X-RateLimit-Remaining": "0", "Retry-After": "60"}, 60),
        ({"X-RateLimit-Remaining": "-3", "X-RateLimit-Reset": "5"}, 5),
        ({"X-RateLimit-Remaining": "0.0"}, None),
    ],
)
def test_a_used_up_budget_is_not_asked_again(bench: Any, now: dt.datetime, headers: Any, seconds: int | None) -> None:
    bench.faulty(always=faults.status(429, headers))
    error = bench.refused(attempts=4)
    assert error.rule == "the budget the service grants is used up (429)"
    assert error.retry_at == (None if seconds is None else now + dt.timedelta(seconds=seconds))
    assert len(bench.server.asked) == 1


def test_too_many_requests_with_budget_left_are_asked_again(bench: Any, body: bytes) -> None:
    bench.faulty(faults.status(429, {"X-RateLimit-Remaining": "17"}), None)
    assert bench.send(attempts=2).content == body


def test_requests_keep_the_interval_of_the_source(bench: Any) -> None:
    client = bench.client(network={"pace": 0.5}, interval_seconds=0.12)
    started = time.monotonic()
    for _ in range(3):
        client.send(ROWS)
    assert time.monotonic() - started >= 0.115


def test_repetitions_keep_the_interval_too(bench: Any) -> None:
    bench.faulty(always=faults.status(500))
    client = bench.client(network={"pace": 0.001}, interval_seconds=50, attempts=3)
    started = time.monotonic()
    with pytest.raises(SourceError):
        client.send(ROWS)
    assert time.monotonic() - started >= 0.095


def test_pace_sleeps_to_the_next_turn_and_never_catches_up() -> None:
    clock, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    pace = Pace(3.0, sleep=sleep, clock=lambda: clock[0])
    for busy in (0.5, 10.0, 1.0, 0.0):
        pace.take_turn()
        clock[0] += busy
    assert slept == [2.5, 0.0, 2.0]
