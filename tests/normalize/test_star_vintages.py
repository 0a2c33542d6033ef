"""What the tally of STAR firms said on earlier days: counted as the list stood then, and kept where it differs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from g60_pipeline.normalize.star_vintages import counts_with_vintages, list_on, turning_days
from g60_pipeline.tables.live import ListingVintage

FIRST = dt.date(2026, 1, 10)
DTYPES = {name: column.dtype for name, column in ListingVintage.columns().items()}


def firm(code: str, listed: str, *, fetched: int = 0, **more: Any) -> dict[str, Any]:
    at = dt.datetime.combine(FIRST, dt.time(2), dt.UTC) + dt.timedelta(days=fetched)
    row = {"record_key": code, "stock_code": code, "list_date": listed, "retrieved_at": at, "replaces": False}
    return dict.fromkeys(DTYPES) | row | more


def listed(*firms: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(firms, schema=DTYPES)


def count(live: pl.DataFrame, until: dt.date | None) -> pl.DataFrame:
    """Count all current firms by month end from November 2025 on."""
    assert until is not None
    ends = pl.date_range(dt.date(2025, 11, 1), until.replace(day=1), "1mo", eager=True).dt.month_end()
    now = live.filter("current").select(pl.col("list_date").str.to_date())
    return pl.DataFrame(
        [
            {"observation_id": f"TALLY:{end}", "geo_code": "100000", "indicator_id": "star_listed", "basis": "tally"}
            | {"period_end": end, "value": float(now.filter(pl.col("list_date") <= end).height), "flags": []}
            | {"published": None}
            for end in ends
        ],
        schema_overrides={"flags": pl.List(pl.String), "published": pl.Date},
    )


def told(live: pl.DataFrame, until: dt.date, seen: list[dt.date]) -> dict[str, tuple[float, dt.date, dt.date | None]]:
    rows = counts_with_vintages(live, seen=pl.Series(seen, dtype=pl.Date), until=until, count=count)
    names = ("observation_id", "value", "known_from", "superseded")
    return {name: rest for name, *rest in map(list, rows.select(names).iter_rows())}  # type: ignore[misc]


def test_a_list_that_only_grows_has_one_count_a_month_known_from_the_next_list_on() -> None:
    live = listed(firm("688001", "2025-11-03"), firm("688002", "2026-01-20", fetched=14))
    assert turning_days(with_current(live)) == [FIRST]
    after = FIRST + dt.timedelta(days=30)
    assert told(with_current(live), dt.date(2026, 1, 31), [FIRST, after]) == {
        "TALLY:2025-11-30": [1.0, FIRST, None],
        "TALLY:2025-12-31": [1.0, FIRST, None],
        "TALLY:2026-01-31": [2.0, after, None],
    }


def test_a_firm_added_late_keeps_the_count_of_before_as_a_vintage() -> None:
    live = with_current(listed(firm("688001", "2025-11-03"), firm("688002", "2025-12-20", fetched=40)))
    turn = FIRST + dt.timedelta(days=40)
    assert turning_days(live) == [FIRST, turn]
    assert told(live, dt.date(2026, 1, 31), [FIRST, turn]) == {
        "TALLY:2025-11-30": [1.0, FIRST, None],
        "TALLY:2025-12-31@2026-01-10": [1.0, FIRST, turn],
        "TALLY:2025-12-31": [2.0, turn, None],
        "TALLY:2026-01-31": [2.0, turn, None],
    }


def test_a_firm_withdrawn_stood_until_then() -> None:
    turn = FIRST + dt.timedelta(days=5)
    live = with_current(listed(firm("688001", "2025-11-03"), firm("688002", "2025-11-04", withdrawn=turn)))
    rows = told(live, dt.date(2025, 12, 31), [FIRST, turn])
    assert rows["TALLY:2025-11-30@2026-01-10"] == [2.0, FIRST, turn]
    assert rows["TALLY:2025-11-30"] == [1.0, turn, None]


def test_a_listing_day_amended_moves_the_firm_between_months() -> None:
    turn = FIRST + dt.timedelta(days=5)
    live = with_current(
        listed(firm("688001", "2025-11-03", superseded=turn), firm("688001", "2025-12-03", fetched=5, replaces=True))
    )
    rows = told(live, dt.date(2025, 12, 31), [FIRST, turn])
    assert rows["TALLY:2025-11-30@2026-01-10"] == [1.0, FIRST, turn]
    assert rows["TALLY:2025-11-30"] == [0.0, turn, None]
    assert rows["TALLY:2025-12-31"] == [1.0, FIRST, None]


def test_the_list_of_a_day_holds_what_was_there_and_marks_what_stood() -> None:
    turn = FIRST + dt.timedelta(days=5)
    live = listed(
        firm("688001", "2025-11-03", superseded=turn),
        firm("688001", "2025-12-03", fetched=5, replaces=True),
        firm("688002", "2025-11-04", withdrawn=turn),
    )

    def current(day: dt.date) -> list[tuple[str, str]]:
        return list_on(live, day).filter("current").select("stock_code", "list_date").sort("stock_code").rows()

    assert current(turn - dt.timedelta(days=1)) == [("688001", "2025-11-03"), ("688002", "2025-11-04")]
    assert current(turn) == [("688001", "2025-12-03")]
    assert list_on(live, turn).height == 3


def test_without_a_list_the_counts_of_the_facts_are_known_since_their_document() -> None:
    rows = counts_with_vintages(
        listed(),
        seen=pl.Series([], dtype=pl.Date),
        until=None,
        count=lambda _, __: count(listed(), dt.date(2025, 12, 31)),
    )
    assert rows["known_from"].to_list() == rows["superseded"].to_list() == [None, None]


def with_current(live: pl.DataFrame) -> pl.DataFrame:
    return list_on(live, dt.date(2027, 1, 1))
