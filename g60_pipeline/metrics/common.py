"""Small pieces every metric uses: keys, flag unions, revision rounds, and putting rows into a contract's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dataframely as dy
import polars as pl
import pyarrow as pa

SERIES: Final = ("indicator_id", "basis", "period_kind", "period_end")
"""What identifies a figure of one place or corridor, apart from the revision round."""

ANY_ROUND: Final = "any"
"""Round group of the figures chosen without regard to their round."""

LEANING: Final = "+"
"""Suffix of the group that takes the figures of one round, of the nearest where there are none: `first+`."""

_AGE: Final = {"census5": 0, "census4": 1, "annual_final": 2, "first": 3, "unknown": 4}
AGE: Final = _AGE | {f"{name}{LEANING}": age + 10 for name, age in _AGE.items()} | {ANY_ROUND: 20}
"""Order of preference among round groups: one round before a mixture, the newest round first."""

NATION: Final = "100000"
"""Code of China."""


def union(*columns: str | pl.Expr) -> pl.Expr:
    """Return the sorted union of list columns within a row."""
    lists = [pl.col(c) if isinstance(c, str) else c for c in columns]
    empty = pl.lit([], dtype=pl.List(pl.String))
    return pl.concat_list([held.fill_null(empty) for held in lists]).list.unique().list.sort()


def with_flag(flags: pl.Expr, flag: str, when: pl.Expr) -> pl.Expr:
    """Return flags with one more where a condition holds."""
    added = pl.when(when).then(pl.lit([flag])).otherwise(pl.lit([], dtype=pl.List(pl.String)))
    return pl.concat_list(flags, added).list.unique().list.sort()


def group_age(column: str = "round_group") -> pl.Expr:
    """Return the rank of a round group, smaller is better."""
    return pl.col(column).replace_strict(AGE, return_dtype=pl.Int32)


def distance(found: str, wanted: str) -> pl.Expr:
    """Return how far the round in one column is from that in another; a figure that names none is the farthest."""
    age = {name: pl.col(name).replace_strict(_AGE, return_dtype=pl.Int32) for name in (found, wanted)}
    apart = (age[found] - age[wanted]).abs()
    return pl.when((pl.col(found) == "unknown") & (apart > 0)).then(len(_AGE)).otherwise(apart)


def is_mixture() -> pl.Expr:
    """Return whether a round group may hold figures of several rounds."""
    return (pl.col("round_group") == ANY_ROUND) | pl.col("round_group").str.ends_with(LEANING)


def of_group(column: str | pl.Expr = "round") -> pl.Expr:
    """Return whether a figure stands in the round its group is named after."""
    found = pl.col(column) if isinstance(column, str) else column
    return (found == pl.col("round_group").str.strip_suffix(LEANING)).fill_null(value=False)


def within_borders(
    rows: pl.DataFrame, *, members: pl.DataFrame, series_break: pl.DataFrame, names: tuple[str, str]
) -> pl.DataFrame:
    """Return the rows that are not older than a border change of their place, or of a member of their corridor.

    Args:
        rows: Rows with `entity`, `year` and the two columns of `names`, each beside a constant of no year of its own.
        members: `corridor_id`, `geo_code`.
        series_break: `core.series_break`.
        names: Columns that hold indicator and basis of the constant.
    """
    moved = series_break.filter("territorial").select(
        "geo_code", "first_period", **{names[0]: "indicator_id", names[1]: "basis"}
    )
    of_corridors = moved.join(members, on="geo_code").select(pl.col("corridor_id").alias("entity"), *moved.columns[1:])
    moved = pl.concat([moved.rename({"geo_code": "entity"}), of_corridors])
    last = moved.group_by("entity", *names).agg(pl.col("first_period").max())
    since = pl.col("first_period")
    return (
        rows.join(last, on=["entity", *names], how="left")
        .filter(since.is_null() | (pl.col("year") >= since))
        .drop("first_period")
    )


def province_of(geography: pl.DataFrame) -> pl.DataFrame:
    """Return the province each place is grouped under, and the place whose figure caps it (itself has no cap)."""
    is_province = pl.col("level") == "province"
    return geography.select(
        "geo_code",
        group_code=pl.when(is_province).then("geo_code").otherwise("parent_code"),
        cap_code=pl.when(is_province).then(None).otherwise("parent_code"),
    )


def entity() -> pl.Expr:
    """Return what a row is for: its corridor, or its place."""
    return pl.coalesce("corridor_id", "geo_code")


def frame_of(rows: Sequence[Mapping[str, Any]], schema: type[dy.Schema]) -> pl.DataFrame:
    """Return rows as a frame in the form of a contract, sorted by its key; a missing key is null.

    Rows go through Arrow, which reads lists some ten times faster than Polars does.
    """
    form = schema.create_empty().to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    arrays = [pa.array([row.get(field.name) for row in rows], type=field.type) for field in form]
    made = pl.DataFrame(pa.table(arrays, names=form.names))
    return conform(made, schema)


def conform(frame: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """Return a frame with exactly the columns and types of a contract, sorted by its key."""
    columns = schema.columns()
    return frame.select(pl.col(name).cast(column.dtype) for name, column in columns.items()).sort(schema.primary_key())
