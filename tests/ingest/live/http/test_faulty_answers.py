"""Answers that are late, cut, too large or of the wrong kind: what is tried again, and what is said."""

from __future__ import annotations

import datetime as dt
import gzip
import time
import tracemalloc
import zlib
from dataclasses import replace
from typing import Any

import pytest
from simulator import faults
from simulator.faults import Faulty, Fixed
from simulator.server import LocalServer
from simulator.wire import Reply

from g60_pipeline.ingest.live.http.messages import Request, SourceError


def test_a_sound_answer_comes_as_it_was_sent(bench: Any, body: bytes, now: dt.datetime) -> None:
    answer = bench.send(Request("rows", "rows/all", (("date", "2005:2025"), ("q", "a b"))))
    assert answer.content == body
    assert (answer.key, answer.method, answer.status, answer.body_sent) == ("rows", "GET", 200, None)
    assert answer.url == bench.server.url("source") + "/rows/all?date=2005%3A2025&q=a+b"
    assert answer.fetched_at == now


def test_an_answer_that_does_not_begin_times_out(bench: Any) -> None:
    bench.faulty(always=faults.hang())
    error = bench.refused(read_seconds=0.1)
    assert error.rule == "no answer within 0.1 s"
    assert error.answer is None


@pytest.mark.parametrize("fault", [faults.drip(), faults.drip_headers()], ids=["body", "headers"])
def test_an_answer_that_trickles_in_is_cut_at_the_deadline(bench: Any, fault: faults.Fault) -> None:
    bench.faulty(always=fault)
    started = time.monotonic()
    error = bench.refused(total_seconds=0.3)
    assert error.rule == "the answer was not whole after 0.3 s"
    assert time.monotonic() - started < 2


def test_an_answer_is_whole_although_an_earlier_attempt_was_cut(bench: Any, body: bytes) -> None:
    bench.faulty(faults.drip(), None)
    assert bench.send(total_seconds=0.3, attempts=2).content == body


@pytest.mark.parametrize(
    "fault", [faults.reset(), faults.truncated(), faults.truncated_zip()], ids=["reset", "cut", "cut gzip"]
)
def test_a_body_that_breaks_off_is_asked_again_and_then_told(bench: Any, body: bytes, fault: faults.Fault) -> None:
    bench.faulty(fault, fault, None)
    assert bench.send(attempts=3).content == body
    bench.faulty(always=fault)
    error = bench.refused(attempts=3)
    assert error.rule == "the answer broke off before its end; asked 3 times"
    assert error.answer is None
    assert len(bench.server.asked) == 6


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("http://127.0.0.1:1/source", "no connection can be made"),
        ("https://source.invalid/source", "the host's name is not known"),
    ],
    ids=["closed port", "unknown name"],
)
def test_a_service_never_reached_is_told_at_once(bench: Any, address: str, rule: str) -> None:
    client = bench.client(network={"base_urls": {"source": address}, "pace": 1}, attempts=4, interval_seconds=60)
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(SourceError) as caught:
            client.send(Request("rows", "rows"))
        assert caught.value.rule == rule
    assert bench.slept == []
    assert client.requests_sent == 1
    assert time.monotonic() - started < 5


def test_a_connection_lost_between_two_answers_is_waited_for(bench: Any, body: bytes) -> None:
    with LocalServer() as server:
        server.mount("source", Faulty(Fixed(Reply(content=body))))
        client = bench.client(network={"base_urls": {"source": server.url("source")}}, attempts=2)
        assert client.send(Request("rows", "rows")).content == body
    with pytest.raises(SourceError, match="no connection can be made; asked 2 times"):
        client.send(Request("rows", "rows"))


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_a_service_that_failed_once_is_asked_again(bench: Any, body: bytes, code: int) -> None:
    bench.faulty(faults.status(code), None)
    assert bench.send(attempts=2).content == body
    assert len(bench.server.asked) == 2


def test_every_fault_after_which_is_asked_again_is_told_with_what_came(bench: Any, body: bytes) -> None:
    bench.faulty(faults.status(503, content=b"out of order"), faults.reset(), None)
    told: list[SourceError] = []
    answer = bench.client(attempts=3).send(Request("rows", "rows"), on_retry=told.append)
    assert answer.content == body
    assert [fault.rule for fault in told] == ["the service failed (503)", "the answer broke off before its end"]
    assert [fault.answer and (fault.answer.status, fault.answer.content) for fault in told] == [
        (503, b"out of order"),
        None,
    ]


def test_a_fault_that_is_given_up_is_raised_and_not_told_as_asked_again(bench: Any) -> None:
    bench.faulty(always=faults.huge(5, status=503))
    told: list[SourceError] = []
    with pytest.raises(SourceError):
        bench.client(attempts=2, max_megabytes=1).send(Request("rows", "rows"), on_retry=told.append)
    assert [fault.answer for fault in told] == [None]


def test_a_service_that_keeps_failing_is_given_up(bench: Any) -> None:
    bench.faulty(always=faults.status(500, content=b'{"message": "out of order"}'))
    error = bench.refused(attempts=3)
    assert error.rule == "the service failed (500); asked 3 times"
    assert error.answer is not None
    assert error.answer.content == b'{"message": "out of order"}'


@pytest.mark.parametrize(
    ("code", "rule", "remedy"),
    [
        (400, "does not take the request", "archived answer"),
        (401, "wants a key", "G60_KEYS__SOURCE"),
        (403, "refuses to answer", "G60_CONTACT"),
        (404, "nothing at this address", "G60_BASE_URLS__SOURCE"),
        (410, "nothing at this address any more", "https://source.example/"),
        (413, "too much was asked for", "ingest/live/source/source.yaml"),
        (501, "the service failed", "later"),
        (204, "none that carries an answer", "later"),
        (206, "none that carries an answer", "later"),
        (304, "none that carries an answer", "later"),
    ],
)
def test_a_refusal_is_told_at_once_with_its_remedy(bench: Any, code: int, rule: str, remedy: str) -> None:
    bench.faulty(always=faults.status(code, content=b""))
    error = bench.refused(attempts=3)
    assert rule in error.rule
    assert f"({code})" in error.rule
    assert remedy in error.remedy
    assert len(bench.server.asked) == 1


def test_a_refusal_in_html_is_told_by_its_status(bench: Any) -> None:
    bench.faulty(always=faults.status(403, {"Content-Type": "text/html"}, content=b"<html>no</html>"))
    error = bench.refused()
    assert "(403)" in error.rule
    assert error.answer.content == b"<html>no</html>"


def test_a_refusal_whose_body_breaks_off_is_still_told(bench: Any) -> None:
    bench.faulty(always=faults.status(403, {"Content-Encoding": "gzip"}, content=b"not gzip"))
    error = bench.refused()
    assert "(403)" in error.rule
    assert error.answer is None


def test_a_missing_page_is_an_answer_where_the_request_says_so(bench: Any) -> None:
    bench.faulty(always=faults.status(404, content=b"<html>none</html>"))
    answer = bench.send(Request("rows", "rows", accept_missing=True))
    assert answer.status == 404


def test_an_empty_answer_is_asked_again(bench: Any, body: bytes) -> None:
    bench.faulty(faults.content(b"\r\n"), None)
    assert bench.send(attempts=2).content == body
    bench.faulty(always=faults.content(b""))
    assert bench.refused(attempts=2).rule == "the answer is empty; asked 2 times"


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("blanks", [b"", b"\xef\xbb\xbf", b"\r\n\t "])
def test_an_html_page_in_place_of_data_is_told(bench: Any, form: Any, blanks: bytes) -> None:
    bench.faulty(always=faults.content(blanks + faults.CHALLENGE))
    error = bench.refused(Request("rows", "rows", form=form), attempts=3)
    assert error.rule == "an HTML page came instead (a challenge or an error page)"
    assert error.retry_at is None
    assert error.answer.content == blanks + faults.CHALLENGE
    assert len(bench.server.asked) == 1


def test_a_challenge_page_stops_a_service_that_mislabels_for_half_an_hour(bench: Any, now: dt.datetime) -> None:
    bench.faulty(always=faults.challenge())
    error = bench.refused(Request("rows", "rows", any_content_type=True), attempts=3)
    assert "challenge" in error.rule
    assert error.retry_at == now + dt.timedelta(minutes=30)
    assert error.remedy == "Stop, and wait until 2026-11-22 04:30:00 UTC"
    assert len(bench.server.asked) == 1


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("json", "application/json; charset=utf-8"),
        ("json", "Text/JSON"),
        ("json", "application/sparql-results+json"),
        ("csv", "text/csv"),
        ("csv", "application/csv"),
        ("csv", "text/plain;charset=UTF-8"),
        ("csv", "application/vnd.sdmx.data+csv; version=1.0.0"),
        ("html", "text/html"),
        ("html", "application/xhtml+xml"),
    ],
)
def test_content_types_of_the_form_are_taken(bench: Any, body: bytes, form: Any, content_type: str) -> None:
    bench.faulty(always=faults.content_type(content_type))
    assert bench.send(Request("rows", "rows", form=form)).content == body


@pytest.mark.parametrize(
    ("form", "content_type"), [("json", "text/html"), ("csv", "application/json"), ("html", "text/plain"), ("json", "")]
)
def test_a_wrong_content_type_is_told(bench: Any, form: Any, content_type: str) -> None:
    bench.faulty(always=faults.content_type(content_type))
    error = bench.refused(Request("rows", "rows", form=form), attempts=3)
    assert error.rule == f"the content type is {content_type or 'not given'}, {form.upper()} was asked for"
    assert error.answer is not None
    assert len(bench.server.asked) == 1


def test_a_wrong_content_type_is_let_be_where_the_service_is_known_for_it(bench: Any, body: bytes) -> None:
    bench.faulty(always=faults.content_type("text/html"))
    assert bench.send(Request("rows", "rows", any_content_type=True)).content == body


def test_a_compressed_answer_comes_unpacked(bench: Any, body: bytes) -> None:
    bench.faulty(always=faults.zipped())
    assert bench.send().content == body


def test_a_deflated_answer_comes_unpacked_and_a_cut_one_is_told(bench: Any, body: bytes) -> None:
    packed = zlib.compress(body)
    deflated = Reply(content=packed, headers={"Content-Encoding": "deflate"})
    bench.faulty(always=lambda _: deflated)
    assert bench.send().content == body
    bench.faulty(always=lambda _: replace(deflated, content=packed[:-2]))
    assert bench.refused().rule == "the answer broke off before its end"


@pytest.mark.parametrize("packed", [gzip.compress(b"[1]")[:-3], b"not gzip"], ids=["cut", "damaged"])
def test_a_gzip_of_its_announced_length_is_still_checked_for_its_end(bench: Any, packed: bytes) -> None:
    bench.faulty(always=lambda _: Reply(content=packed, headers={"Content-Encoding": "gzip"}))
    assert bench.refused().rule == "the answer broke off before its end"


def test_a_gzip_of_several_members_comes_whole(bench: Any) -> None:
    packed = gzip.compress(b"[1,") + gzip.compress(b"2]")
    bench.faulty(always=lambda _: Reply(content=packed, headers={"Content-Encoding": "gzip"}))
    assert bench.send().content == b"[1,2]"


def test_a_compression_that_was_not_asked_for_is_refused(bench: Any) -> None:
    bench.faulty(always=faults.headers({"Content-Encoding": "br"}))
    assert bench.refused(attempts=3).rule == "the answer's compression is 'br', not gzip, deflate"
    assert len(bench.server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "received"),
    [(faults.huge(), 2_000_000), (faults.huge_announced(), 0), (faults.bomb(), 2_000_000)],
    ids=["200 MB in chunks", "200 MB announced", "gzip bomb of 300 MB"],
)
def test_a_body_beyond_the_limit_is_not_read_further(bench: Any, fault: faults.Fault, received: int) -> None:
    bench.faulty(always=fault)
    client = bench.client(max_megabytes=1.5, attempts=3)
    tracemalloc.start()
    with pytest.raises(SourceError, match=r"the answer is larger than 1\.5 MB; it was not read further"):
        client.send(Request("rows", "rows"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert client.requests_sent == 1
    assert client.bytes_received <= received
    assert peak < 12_000_000
