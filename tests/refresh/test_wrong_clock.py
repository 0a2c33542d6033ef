"""A clock that was wrong during a refresh: the order of snapshots, their times, and waits that are none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from simulator import faults
from simulator.desk import CATALOG, START

from g60_pipeline.ingest.live.archive import Attempt, Trouble
from g60_pipeline.ingest.live.replay import ArchiveRows, read_archive
from g60_pipeline.ingest.live.vintages import replay

SOURCE = "worldbank"
CODE = "NY.GDP.MKTP.CN"
WHEN_AHEAD = dt.datetime(2030, 3, 1, 1, 0, tzinfo=dt.UTC)
RIGHT = START + dt.timedelta(days=10)
DAY = dt.timedelta(days=1)


def publishes(desk: Any, gdp: int, *, on: str) -> None:
    """Let the service print another GDP of 2024 from now on."""
    desk.world.worldbank.series[CODE].values[2024] = gdp
    desk.world.worldbank.lastupdated = on


def read(desk: Any, *, now: dt.datetime | None = RIGHT) -> ArchiveRows:
    return read_archive(desk.settings.archive_dir, CATALOG, now=now)


def gdp_in_force(read: ArchiveRows) -> str:
    rows = replay(read.states).vintages["figures"].filter("current")
    return str(rows.filter(pl.col("series").str.contains("NY_GDP|NY.GDP|gdp"), period="2024")["value"].item())


@pytest.fixture
def ahead(desk: Any) -> Any:
    """Return a desk whose second refresh ran while the clock showed 2030; now it shows the right time again."""
    assert desk.refresh(SOURCE).ending == "new"
    desk.now = WHEN_AHEAD
    publishes(desk, 155_000_000_000_000, on="2026-08-01")
    assert desk.refresh(SOURCE).ending == "new"
    desk.now = RIGHT
    return desk


def test_an_answer_after_one_of_a_clock_ahead_is_the_newest(ahead: Any) -> None:
    publishes(ahead, 156_000_000_000_000, on="2026-09-01")
    third = ahead.refresh(SOURCE)
    assert (third.ending, third.changes.changed) == ("new", 1)
    assert ahead.held(SOURCE) == {"": third.snapshots[0]}
    assert ahead.refresh(SOURCE).ending == "unchanged"
    for now in (None, RIGHT):
        found = read(ahead, now=now)
        assert [row["state"] for row in found.snapshots] == ["superseded", "superseded", "in force"]
        times = [row["fetched_at"] for row in found.snapshots]
        assert times == sorted(times)
        assert gdp_in_force(found) == "156000000000000"
    assert [row["fetched_at"].year for row in read(ahead).snapshots] == [2026, 2026, 2026]
    assert "2030-03-01" in read(ahead).snapshots[1]["note_en"]


def test_a_refresh_without_news_dates_the_snapshot_of_a_clock_ahead(ahead: Any) -> None:
    told = ahead.refresh(SOURCE)
    assert told.ending == "unchanged"
    assert "the clock showed 2030-03-01; it shows 2026-11-26 now" in told.warnings[0]
    (_, second) = read(ahead).snapshots
    assert START < second["fetched_at"] < RIGHT
    assert second["holds_until"] == dt.date(2026, 10, 31)
    assert ahead.refresh(SOURCE).warnings == ()


def test_a_snapshot_of_a_clock_ahead_that_nothing_followed_is_of_today(ahead: Any) -> None:
    assert read(ahead).snapshots[1]["fetched_at"].date() == RIGHT.date()
    assert read(ahead).documents[1]["title"].endswith("retrieved 2026-11-26")


def test_an_archive_of_before_keeps_its_order(desk: Any) -> None:
    for day, number in enumerate((1, 2, 3)):
        desk.now = START + day * DAY
        publishes(desk, 150_000_000_000_000 + number, on=f"2026-07-0{number}")
        desk.refresh(SOURCE)
    found = read(desk).snapshots
    assert [row["fetched_at"].day for row in found] == [16, 17, 18]
    assert [row["note_en"] for row in found] == [None, None, None]


def noted(desk: Any, *, ended_at: dt.datetime, retry_at: dt.datetime) -> None:
    trouble = Trouble(subject=SOURCE, rule="it is asked too often", remedy="Wait")
    desk.archive.note(
        Attempt(
            source_id=SOURCE,
            parts=("",),
            started_at=ended_at,
            ended_at=ended_at,
            ending="failed",
            trouble=trouble,
            requests=1,
            received_bytes=0,
            retry_at=retry_at,
        )
    )


def test_a_wait_noted_under_a_clock_ahead_keeps_nobody_from_asking(desk: Any) -> None:
    noted(desk, ended_at=WHEN_AHEAD, retry_at=WHEN_AHEAD + DAY)
    told = desk.refresh(SOURCE)
    assert told.ending == "new"
    assert "asks to wait until 2030-03-02, which is not believed" in told.warnings[0]


def test_a_wait_of_an_older_log_lasts_a_day_and_no_longer(desk: Any) -> None:
    noted(desk, ended_at=START, retry_at=START + 30 * DAY)
    early = desk.refresh(SOURCE)
    assert early.retry_at == START + DAY
    assert early.trouble.remedy == "Wait until then, or run `g60 refresh worldbank --now`"
    desk.now = START + DAY
    assert desk.refresh(SOURCE).ending == "new"


@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_asks_to_wait_for_ever_is_left_alone_for_a_day(desk: Any, status: int) -> None:
    fault = faults.status(status, headers={"Retry-After": "9999999999"})
    desk.put_before(SOURCE, always=fault)
    attempt = desk.refresh(SOURCE)
    assert attempt.retry_at == START + DAY


def test_a_person_may_ask_a_source_at_once(desk: Any) -> None:
    from g60_pipeline.refresh.run import refresh

    noted(desk, ended_at=START, retry_at=START + DAY)
    assert desk.refresh(SOURCE).requests == 0
    attempt = refresh(desk.settings, SOURCE, at_once=True, now=lambda: desk.now)
    assert attempt.ending == "new"


def test_words_of_a_service_with_half_a_character_are_logged(desk: Any) -> None:
    trouble = Trouble(subject=SOURCE, rule="the service answers 500: bad \ud800 day", remedy="Wait")
    desk.refresh(SOURCE)
    (first,) = desk.attempts
    record = first.answers[0].model_dump() | {"headers": {"x-reason": "\udcff"}}
    answer = type(first.answers[0]).model_validate(record)
    told = replace_in(first, trouble=trouble, answers=(answer,), warnings=("\udfff",))
    desk.archive.note(told)
    assert desk.archive.attempts(SOURCE)[-1] == told
    assert told.trouble.rule == r"the service answers 500: bad \ud800 day"


def replace_in(attempt: Attempt, **changes: Any) -> Attempt:
    return Attempt.model_validate(attempt.model_dump() | changes)
