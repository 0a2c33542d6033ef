"""What must hold of every metric table, read from its contract: rows, keys, ends of intervals, shares.

The contract itself is tested before a table is written; this looks at what is stored, and shows it in the UI.
"""

from __future__ import annotations

import re
from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.tables import Table
from g60_pipeline.tables.described import ContractColumn, columns_of

TOLERANCE: Final = 1e-9
"""By how much the last digits of two sums may differ, relative to them."""

SNAPSHOT: Final = "core.snapshot.snapshot_id"
"""What rows made of live sources alone refer to: without an archive there are none."""

FINDINGS: Final = {"rule": pl.String, "row": pl.String, "value": pl.Float64}
"""Columns of what is found."""


def unsound(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a metric table that can not be right: `rule`, `row` (its key), `value`.

    Looked at is that there are rows, unless they come from live sources alone; that no key is there twice; that low <=
    value <= high where they are given; that a share the contract calls not negative is within 0 and 1.
    """
    columns = columns_of(table.full_name)
    keys = [c.column_name for c in columns if c.role == "key"]
    found = [_rows(frame, frame.select(keys).is_duplicated(), keys, rule="the key stands twice", value=None)]
    for lower, upper in _ordered(columns):
        slack = TOLERANCE * pl.max_horizontal(pl.col(lower).abs(), pl.col(upper).abs(), 1.0)
        wrong = frame.select((pl.col(lower) > pl.col(upper) + slack).fill_null(value=False)).to_series()
        found.append(_rows(frame, wrong, keys, rule=f"{lower} is above {upper}", value=lower))
    for name in _shares(table, columns):
        wrong = frame.select(~pl.col(name).is_between(-TOLERANCE, 1 + TOLERANCE).fill_null(value=True)).to_series()
        found.append(_rows(frame, wrong, keys, rule=f"{name} is not within 0 and 1", value=name))
    if frame.is_empty() and all(c.refers_to != SNAPSHOT for c in columns):
        found.append(pl.DataFrame([("there are no rows", "", None)], schema=FINDINGS, orient="row"))
    return pl.concat(found)


def _rows(frame: pl.DataFrame, wrong: pl.Series, keys: list[str], *, rule: str, value: str | None) -> pl.DataFrame:
    number = pl.lit(None, dtype=pl.Float64) if value is None else pl.col(value).cast(pl.Float64)
    row = pl.concat_str([pl.col(key).cast(pl.String) for key in keys], separator=", ")
    return frame.filter(wrong).select(rule=pl.lit(rule), row=row, value=number)


def _ordered(columns: tuple[ContractColumn, ...]) -> list[tuple[str, str]]:
    """Return pairs of columns of which the first is never above the second: ends of an interval and its value."""
    numbers = {c.column_name: c.role for c in columns if c.data_type in {"DOUBLE", "INTEGER", "BIGINT"}}
    pairs: list[tuple[str, str]] = []
    for low in (name for name, role in numbers.items() if role == "low"):
        high, value = low.replace("low", "high"), re.sub("_?low", "", low) or "value"
        middle = [value] if numbers.get(value) == "value" else []
        chain = [low, *middle, *([high] if high in numbers else [])]
        pairs += [(a, b) for at, a in enumerate(chain) for b in chain[at + 1 :]]
    return pairs


def _shares(table: Table, columns: tuple[ContractColumn, ...]) -> list[str]:
    """Return the columns that are parts of a whole: by their unit, or a ratio called a share that is not negative."""
    contract = table.schema.columns()
    return [
        c.column_name
        for c in columns
        if c.unit == "0 to 1"
        or (c.unit == "ratio" and "share" in c.column_name.split("_") and _min(contract[c.column_name]) == 0)
    ]


def _min(column: dy.Column) -> float | None:
    return getattr(column, "min", None)
