"""What a published period means: a year of a flow is a span, a year of a stock is its last day, a bare month says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from g60_pipeline.normalize.periods import is_annual, with_periods


def read(period_kind: str, period: str, observed_over: str) -> dict[str, Any]:
    frame = pl.DataFrame({"period_kind": [period_kind], "period": [period], "observed_over": [observed_over]})
    return with_periods(frame).row(0, named=True)


FLOW, STOCK = "calendar_year", "point_in_time"


@pytest.mark.parametrize(
    ("filed", "period", "over", "kind", "start", "end", "month_only"),
    [
        ("year", "2020", FLOW, "calendar_year", "2020-01-01", "2020-12-31", False),
        ("year", "2020", STOCK, "point_in_time", "2020-12-31", "2020-12-31", False),
        ("date", "2022-06-13", STOCK, "point_in_time", "2022-06-13", "2022-06-13", False),
        ("census", "2020-11-01", STOCK, "point_in_time", "2020-11-01", "2020-11-01", False),
        ("date", "2024-02/2024-02", STOCK, "point_in_time", "2024-02-29", "2024-02-29", True),
        ("part_year", "2024-01/2024-06", FLOW, "part_year", "2024-01-01", "2024-06-30", False),
        ("part_year", "2023-11/2024-02", FLOW, "part_year", "2023-11-01", "2024-02-29", False),
        ("part_year", "2024-03/2024-03", FLOW, "part_year", "2024-03-01", "2024-03-31", False),
        ("part_year", "2024-01/2024-12", FLOW, "calendar_year", "2024-01-01", "2024-12-31", False),
        ("part_year", "2024-01/2024-12", STOCK, "point_in_time", "2024-12-31", "2024-12-31", False),
        ("part_year", "2024-02/2025-01", FLOW, "part_year", "2024-02-01", "2025-01-31", False),
        ("part_year", "2024-01/2025-12", FLOW, "part_year", "2024-01-01", "2025-12-31", False),
    ],
)
def test_a_period_has_a_kind_a_first_and_a_last_day(
    filed: str, period: str, over: str, kind: str, start: str, end: str, month_only: bool
) -> None:
    row = read(filed, period, over)
    assert (row["kind"], row["period_start"].isoformat(), row["period_end"].isoformat()) == (kind, start, end)
    assert row["month_only"] is month_only


@pytest.mark.parametrize(
    ("filed", "period"),
    [
        ("year", "2020-12-31"),
        ("year", "20"),
        ("year", "２０２０"),
        ("year", "2020/2021"),
        ("date", "2020"),
        ("date", "2020-02-30"),
        ("date", "2020-01/2020-02"),
        ("census", "2020"),
        ("part_year", "2020"),
        ("part_year", "2020-01"),
        ("part_year", "2020-00/2020-06"),
        ("part_year", "2020-01/2020-13"),
    ],
)
def test_a_period_that_is_not_of_its_kind_has_no_end(filed: str, period: str) -> None:
    row = read(filed, period, FLOW)
    assert row["period_end"] is None


def test_flags_tell_a_bare_month_and_a_census(graph: dict[str, pl.DataFrame]) -> None:
    candidate = graph["core.observation_candidate"]
    raw = graph["raw.observation"].select(observation_id="row_id", filed="period_kind", period="period")
    joined = candidate.join(raw, on="observation_id")
    for row in joined.iter_rows(named=True):
        assert ("month_only" in row["flags"]) == (row["filed"] == "date" and "/" in row["period"])
        assert ("census" in row["flags"]) >= (row["filed"] == "census")


def test_the_census_of_2020_stands_on_its_own_day(graph: dict[str, pl.DataFrame]) -> None:
    census = graph["core.observation"].filter(basis="resident_census", year=2020)
    assert census["period_end"].unique().to_list() == [dt.date(2020, 11, 1)]
    assert census.height >= 10


@pytest.mark.parametrize(
    ("kind", "day", "annual"),
    [
        ("calendar_year", dt.date(2020, 12, 31), True),
        ("point_in_time", dt.date(2020, 12, 31), True),
        ("point_in_time", dt.date(2020, 12, 30), False),
        ("point_in_time", dt.date(2020, 11, 1), False),
        ("part_year", dt.date(2020, 12, 31), False),
    ],
)
def test_row_is_annual_for_a_calendar_year_and_its_last_day_only(kind: str, day: dt.date, annual: bool) -> None:
    frame = pl.DataFrame({"period_kind": [kind], "period_end": [day]})
    assert frame.select(is_annual()).item() is annual


def test_every_stored_annual_follows_from_the_period_of_its_row(graph: dict[str, pl.DataFrame]) -> None:
    stored = {name: frame for name, frame in graph.items() if "annual" in frame.columns}
    assert {"core.observation", "metrics.figure", "metrics.total", "metrics.growth"} <= stored.keys()
    for name, frame in stored.items():
        assert frame["annual"].null_count() == 0, name
        assert frame.filter(pl.col("annual") != is_annual()).is_empty(), name
        assert 0 < frame["annual"].sum() < frame.height, name
