"""What should be held by now, told by the reference period and not by the last run."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from g60_pipeline.metrics.calendar import due_and_not_held
from g60_pipeline.normalize.periods import is_annual

INDICATOR = pl.DataFrame(
    {
        "indicator_id": ["thing", "other"],
        "name_en": ["R&D expenditure", "Other"],
        "name_zh": ["研发经费", "其他"],
        "default_basis": ["plain", "plain"],
        "release_month": [10, None],
        "release_lag_years": [1, None],
    },
    schema_overrides={"release_month": pl.Int32, "release_lag_years": pl.Int32},
)


def due(make: Any, day: dt.date, *rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    held = make.candidates(*({"geo_code": "100000"} | row for row in rows)).with_columns(annual=is_annual())
    return due_and_not_held(held, indicator=INDICATOR, today=day).drop("finding_en", "finding_zh").rows()


def test_a_figure_is_due_the_day_after_its_month_has_ended(make: Any) -> None:
    held = {"year": 2024}
    assert due(make, dt.date(2026, 10, 31), held) == []
    assert due(make, dt.date(2026, 11, 1), held) == [("thing", "plain", 2025, dt.date(2026, 10, 31), 2024)]


def test_every_year_missing_since_the_newest_is_told_the_newest_first(make: Any) -> None:
    found = due(make, dt.date(2026, 11, 1), {"year": 2022}, {"year": 2021})
    assert [row[2] for row in found] == [2025, 2024, 2023]
    assert {row[4] for row in found} == {2022}


@pytest.mark.parametrize(
    "late",
    [
        {"flags": ["lower_bound"]},
        {"flags": ["estimated_by_source"]},
        {"flags": ["withdrawn"]},
        {"period_kind": "part_year", "period_end": dt.date(2025, 9, 30)},
        {"period_kind": "part_year", "period_start": dt.date(2025, 4, 1)},
        {"period_kind": "point_in_time", "period_end": dt.date(2025, 10, 31)},
        {"period_kind": "point_in_time", "period_end": dt.date(2025, 12, 30)},
        {"geo_code": "330100"},
        {"basis": "another"},
    ],
)
def test_what_is_no_figure_of_the_nation_for_the_year_does_not_count(make: Any, late: dict[str, Any]) -> None:
    found = due(make, dt.date(2026, 11, 1), {"year": 2024}, {"year": 2025} | late)
    assert [row[2] for row in found] == [2025]


def test_an_indicator_without_a_calendar_is_never_due(make: Any) -> None:
    assert due(make, dt.date(2040, 1, 1), {"year": 2000, "indicator_id": "other"}) == []


def test_the_finding_says_it_in_a_sentence(make: Any) -> None:
    held = make.candidates({"geo_code": "100000", "year": 2024}).with_columns(annual=is_annual())
    found = due_and_not_held(held, indicator=INDICATOR, today=dt.date(2026, 11, 22))["finding_en"].to_list()
    assert found == [
        "R&D expenditure of 2025 was due by 2026-10-31 and is not held; the newest figure of China held is of 2024"
    ]


def test_the_facts_are_looked_at_on_a_later_day(graph: dict[str, pl.DataFrame]) -> None:
    found = due_and_not_held(graph["core.observation"], indicator=graph["core.indicator"], today=dt.date(2027, 11, 1))
    assert ("rd_expenditure", 2026) in found.select("indicator_id", "reference_year").rows()
