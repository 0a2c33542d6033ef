"""The tally of STAR Market firms as it was on earlier days: counted again for every change of an earlier statement.

A firm listed newly changes no month that was complete; a listing or address amended, a firm withdrawn or added late
does. The list is counted as it was before each of those days; a count that differs is kept as a vintage. Each
count is cited from the list that was in force on the day it was first known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import polars as pl

from g60_pipeline.normalize.live_rows import china_day

ONE_DAY: Final = dt.timedelta(days=1)

SAME: Final = ("geo_code", "indicator_id", "basis", "period_end")
"""What a count is a count of."""

Count = Callable[[pl.DataFrame, dt.date | None], pl.DataFrame]
"""Counts the firms of `raw.live_listing` rows, up to the last month end by which they are complete."""


def list_on(live: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return the rows of `raw.live_listing` known on a day, marked whether they were current then."""
    newest = pl.col("retrieved_at") == pl.col("retrieved_at").max().over("record_key")
    valid = pl.col("withdrawn").is_null() | (pl.col("withdrawn") > day)
    return live.filter(china_day() <= day).with_columns(current=newest & valid)


def turning_days(live: pl.DataFrame) -> list[dt.date]:
    """Return the days on which the count of a complete month may have changed, the first day of the list first."""
    if live.is_empty():
        return []
    days = live.select(
        "withdrawn",
        day=china_day(),
        amended=pl.col("retrieved_at") > pl.col("retrieved_at").min().over("record_key"),
        late=pl.col("list_date").str.to_date().dt.month_end() < china_day(),
    )
    first: dt.date = days["day"].min()  # type: ignore[assignment]  # a column of dates
    recounted = days.filter(pl.col("amended") | pl.col("late"))["day"].to_list()
    return sorted({first, *recounted, *days["withdrawn"].drop_nulls().to_list()})


def counts_with_vintages(
    live: pl.DataFrame, *, seen: pl.DataFrame, until: dt.date | None, count: Count
) -> pl.DataFrame:
    """Return the counts of today and those of earlier days that came out differently.

    Args:
        live: `raw.live_listing`, every vintage.
        seen: Days on which a list was seen, with its document and the day it was fetched, as `days_seen` returns them.
        until: Last month end by which the list of today is complete.
        count: Counts a list.

    Returns:
        Candidates with `known_from` and `superseded`. A count is known once its month has ended and a list fetched
        after it was seen, kept or unchanged, where there is such a list; and not before the list that first gave it.
    """
    days = turning_days(live)
    if not days:
        return count(live, until).with_columns(known_from="published", superseded=pl.lit(None, dtype=pl.Date))
    lists = [(day, count(list_on(live, end - ONE_DAY), _complete(end))) for day, end in pairwise(days)]
    lists.append((days[-1], count(live, until)))
    stacked = pl.concat([counts.with_columns(turn=pl.lit(day)) for day, counts in lists])
    ordered = stacked.sort(*SAME, "turn").with_columns(run=pl.struct("value", "flags").rle_id().over(SAME))
    runs = ordered.group_by(*SAME, "run", maintain_order=True).agg(
        pl.all().exclude("turn").last(), turn=pl.col("turn").min(), last=pl.col("turn").max()
    )
    nexts = pl.col("turn").shift(-1).over(SAME)
    after = seen.select("seen").sort("seen")
    runs = (
        runs.with_columns(ended=pl.col("period_end") + pl.duration(days=1))
        .sort("ended")
        .join_asof(after, left_on="ended", right_on="seen", strategy="forward", coalesce=False)
        .with_columns(known_from=pl.max_horizontal("turn", pl.coalesce("seen", "ended")))
        .sort("known_from")
        .join_asof(_lists(seen), on="known_from", strategy="backward")
        .sort(*SAME, "turn")
    )
    rows = runs.with_columns(
        superseded=nexts,
        document_id=pl.coalesce("list_id", "document_id"),
        published=pl.coalesce("fetched", "published"),
    ).with_columns(
        observation_id=pl.when(pl.col("superseded").is_null())
        .then("observation_id")
        .otherwise(pl.format("{}@{}", "observation_id", "turn")),
    )
    never_held = pl.col("superseded").is_not_null() & (pl.col("superseded") <= pl.col("known_from"))
    return rows.filter(~never_held).select(*lists[-1][1].columns, "known_from", "superseded").sort("observation_id")


def _complete(end: dt.date) -> dt.date:
    """Return the last month end before the day on which the list was replaced."""
    return end.replace(day=1) - ONE_DAY


def _lists(seen: pl.DataFrame) -> pl.DataFrame:
    """Return the list in force from each day on which one was seen."""
    return seen.select(known_from="seen", list_id="document_id", fetched="fetched").sort("known_from")
