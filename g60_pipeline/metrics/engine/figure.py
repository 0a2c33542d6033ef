"""The figure: value, ends, round, flags and inputs of a place or corridor, which travel through joins as one column.

a    | {value: 2, low: 2, high: 2, round: first, flags: [], input_ids: [E1], …}
b    | {value: –, low: 5, high: –, round: first, flags: [lower_bound], input_ids: [E2], …}
a/b  | value –, low –, high 0.4; flags [lower_bound], input_ids [E1, E2], parent_ids [a, b], and why b has no value
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.engine.expression import Step
from g60_pipeline.metrics.engine.frames import union
from g60_pipeline.metrics.engine.interval import Arithmetic, End, Interval
from g60_pipeline.normalize.reasons import first_reason

FIELDS: Final = (
    *("metric_id", "value", "low", "high", "round", "vintages", "flags", "input_ids", "mixed", "in_round"),
    *("reason_code", "reason_args"),
)
"""What a figure carries: of a place `mixed` is false and `in_round` 0 or 1, of a total the number of figures in it."""


def as_figure() -> pl.Expr:
    """Return the columns of a figure as one."""
    return pl.struct(FIELDS)


def field(name: str, part: str) -> pl.Expr:
    """Return a part of a figure that travels as one column."""
    return pl.col(name).struct.field(part)


def ends(name: str) -> dict[str, pl.Expr]:
    """Return value and ends of such a figure as columns `name`, `name_low`, `name_high`."""
    return {name: field(name, "value"), f"{name}_low": field(name, "low"), f"{name}_high": field(name, "high")}


def provenance(*names: str) -> dict[str, pl.Expr]:
    """Return `flags`, `input_ids`, `parent_ids` and the reason of a number made of figures.

    Parents are in the order named; the reason is that of the first figure without a value, none where each has one.
    """
    return {
        "flags": union(*(field(name, "flags") for name in names)),
        "input_ids": union(*(field(name, "input_ids") for name in names)),
        "parent_ids": pl.concat_list([field(name, "metric_id") for name in names]),
        **first_reason(*((field(name, "reason_code"), field(name, "reason_args")) for name in names)),
    }


class _Columns:
    """Columns of a frame."""

    def quotient(self, above: End, below: End) -> End:
        return above / below if isinstance(below, float) else pl.when(below > 0).then(above / below)

    def power(self, base: End, exponent: End) -> End:
        return pl.when(base > 0).then(base.pow(exponent))

    def part_of_one(self, end: End, value: End) -> End:
        return pl.when((end <= 1) | value.is_not_null()).then(end)

    def lesser(self, end: End, other: End) -> End:
        return pl.when(end <= other).then(end).when(end > other).then(other)

    def log(self, end: End) -> End:
        return end.log()


COLUMNS: Final = Arithmetic(_Columns())
"""Arithmetic of columns."""


def computed(frame: pl.DataFrame, steps: tuple[Step, ...]) -> pl.DataFrame:
    """Return a frame with the columns the steps give, each with its ends `_low` and `_high`.

    A name in an expression is a figure that travels as one column, or a column, with its ends where there are such.
    """
    for step in steps:
        names = {name: _named(frame, name) for name in step.names}
        found = step.of(names, COLUMNS)
        columns = {step.name: found.value, f"{step.name}_low": found.low, f"{step.name}_high": found.high}
        frame = frame.with_columns(**{name: end for name, end in columns.items() if end is not None})
    return frame


def _named(frame: pl.DataFrame, name: str) -> Interval:
    if isinstance(frame.schema[name], pl.Struct):
        return Interval(*(field(name, part) for part in ("value", "low", "high")))
    low, high = (f"{name}_{end}" if f"{name}_{end}" in frame.columns else name for end in ("low", "high"))
    return Interval(pl.col(name), pl.col(low), pl.col(high))
