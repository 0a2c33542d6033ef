"""What the tally of STAR firms said on earlier days: counted as the list stood then, and kept where it differs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from g60_pipeline.contracts.source_rows import ListingVintage
from g60_pipeline.normalize.star_vintages import counts_with_vintages, list_on, turning_days

FIRST = dt.date(2026, 1, 10)
DTYPES = {name: column.dtype for name, column in ListingVintage.columns().items()}


def firm(code: str, listed: str, *, fetched: int = 0, **more: Any) -> dict[str, Any]:
    at = dt.datetime.combine(FIRST, dt.time(2), dt.UTC) + dt.timedelta(days=fetched)
    row = {"record_key": code, "stock_code": code, "list_date": listed, "retrieved_at": at, "came_later": fetched > 0}
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
            | {"document_id": "newest", "published": None}
            for end in ends
        ],
        schema_overrides={"flags": pl.List(pl.String), "published": pl.Date},
    )


def lists(*days: tuple[dt.date, dt.date]) -> pl.DataFrame:
    """Return days on which a list was seen that was fetched on another or the same one."""
    rows = [(day, f"list of {fetched}", fetched) for day, fetched in days]
    return pl.DataFrame(rows, schema={"seen": pl.Date, "document_id": pl.String, "fetched": pl.Date}, orient="row")


def told(live: pl.DataFrame, until: dt.date, seen: list[dt.date]) -> dict[str, tuple[float, dt.date, dt.date | None]]:
    rows = counts_with_vintages(live, seen=lists(*((day, day) for day in seen)), until=until, count=count)
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
    live = with_current(listed(firm("688001", "2025-11-03", superseded=turn), firm("688001", "2025-12-03", fetched=5)))
    rows = told(live, dt.date(2025, 12, 31), [FIRST, turn])
    assert rows["TALLY:2025-11-30@2026-01-10"] == [1.0, FIRST, turn]
    assert rows["TALLY:2025-11-30"] == [0.0, turn, None]
    assert rows["TALLY:2025-12-31"] == [1.0, FIRST, None]


def test_the_list_of_a_day_holds_what_was_there_and_marks_what_stood() -> None:
    turn = FIRST + dt.timedelta(days=5)
    live = listed(
        firm("688001", "2025-11-03", superseded=turn),
        firm("688001", "2025-12-03", fetched=5),
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
        seen=lists(),
        until=None,
        count=lambda _, __: count(listed(), dt.date(2025, 12, 31)),
    )
    assert rows["known_from"].to_list() == rows["superseded"].to_list() == [None, None]


def test_a_month_is_known_since_the_list_was_seen_unchanged_whatever_came_after() -> None:
    first, december, changed = FIRST, dt.date(2026, 2, 1), dt.date(2026, 2, 15)
    before = with_current(listed(firm("688001", "2025-11-03")))
    after = with_current(listed(firm("688001", "2025-11-03"), firm("688002", "2026-02-10", fetched=36)))
    unchanged, later = [(first, first), (december, first)], (changed, changed)
    names = ("period_end", "known_from", "document_id", "published")
    until = dt.date(2026, 1, 31)
    old = counts_with_vintages(before, seen=lists(*unchanged), until=until, count=count).select(names)
    new = counts_with_vintages(after, seen=lists(*unchanged, later), until=until, count=count).select(names)
    assert old.equals(new), "a list of later changes nothing of what was known"
    assert old.rows()[-1] == (until, december, f"list of {first}", first)


def test_a_count_is_cited_from_the_list_that_made_it() -> None:
    turn = FIRST + dt.timedelta(days=40)
    live = with_current(listed(firm("688001", "2025-11-03"), firm("688002", "2025-12-20", fetched=40)))
    rows = counts_with_vintages(live, seen=lists((FIRST, FIRST), (turn, turn)), until=dt.date(2026, 1, 31), count=count)
    assert dict(rows.select("observation_id", "document_id").iter_rows()) == {
        "TALLY:2025-11-30": f"list of {FIRST}",
        "TALLY:2025-12-31@2026-01-10": f"list of {FIRST}",
        "TALLY:2025-12-31": f"list of {turn}",
        "TALLY:2026-01-31": f"list of {turn}",
    }
    assert rows.filter(pl.col("published") > pl.col("known_from")).is_empty()


def with_current(live: pl.DataFrame) -> pl.DataFrame:
    return list_on(live, dt.date(2027, 1, 1))
