"""Small pieces for frames: keys, unions of flags, members and borders, and rows in the form of a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dataframely as dy
import polars as pl
import pyarrow as pa

SERIES: Final = ("indicator_id", "basis", "period_kind", "period_end")
"""What identifies a figure of one place or corridor, apart from the revision round."""

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


def row_id(table: str, *columns: str | pl.Expr) -> pl.Expr:
    """Return the identifiers of rows: the table and what tells them apart, with colons between."""
    return pl.format(":".join([table, *("{}" for _ in columns)]), *columns)


def is_known(name: str) -> pl.Expr:
    """Return whether a number or one of its ends is known."""
    return pl.any_horizontal(pl.col(name, f"{name}_low", f"{name}_high").is_not_null())


def entity() -> pl.Expr:
    """Return what a row is for: its corridor, or its place."""
    return pl.coalesce("corridor_id", "geo_code")


BY_DEFAULT: Final[Mapping[str, Any]] = {"reason_code": None, "reason_args": [], "round_group": None}
"""Columns of every metric that a function need not give: no reason, and the round group of the parents."""


def frame_of(rows: Sequence[Mapping[str, Any]], schema: type[dy.Schema]) -> pl.DataFrame:
    """Return rows as a frame in the form of a contract, sorted by its key; a missing key is null, or as `BY_DEFAULT`.

    Rows go through Arrow, which reads lists some ten times faster than Polars does.
    """
    form = schema.create_empty().to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    arrays = [
        pa.array([row.get(field.name, BY_DEFAULT.get(field.name)) for row in rows], type=field.type) for field in form
    ]
    made = pl.DataFrame(pa.table(arrays, names=form.names))
    return conform(made, schema)


def conform(frame: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """Return a frame with exactly the columns and types of a contract, sorted by its key; `BY_DEFAULT` fills it up."""
    given = {name: pl.lit(value) for name, value in BY_DEFAULT.items() if name not in frame.columns}
    columns = [
        given.get(name, pl.col(name)).cast(column.dtype).alias(name) for name, column in schema.columns().items()
    ]
    return frame.select(columns).sort(schema.primary_key())
