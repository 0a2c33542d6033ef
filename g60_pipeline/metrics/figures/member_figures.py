"""Figures of the members of each corridor side by side, in the revision round of their total, with ends.

The ends of a member without an exact figure are `members_kernel`'s. What is computed of these figures is in the
modules of the methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.engine.frames import SERIES
from g60_pipeline.metrics.figures.members_kernel import caps, member_ends
from g60_pipeline.metrics.figures.total import best_totals

LEAST_REPORTING: Final = 2
"""Members with an exact figure below which there is nothing to compare."""

_KEY: Final = (*SERIES, "round_group")
_FORM: Final[dict[str, Any]] = {
    "corridor_id": pl.String,
    "geo_code": pl.String,
    "indicator_id": pl.String,
    "basis": pl.String,
    "period_kind": pl.String,
    "period_end": pl.Date,
    "round_group": pl.String,
    "year": pl.Int32,
    "mixed": pl.Boolean,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "flags": pl.List(pl.String),
    "input_ids": pl.List(pl.String),
    "parent_ids": pl.List(pl.String),
    "total_id": pl.String,
}

Row = dict[str, Any]


def member_figures(total: pl.DataFrame, figure: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return one row per corridor, annual series and member, where at least two members report.

    Args:
        total: `metrics.total`; they are of additive bases.
        figure: `metrics.figure`.
        indicator_basis: `core.indicator_basis`; only additive bases without negative figures are compared.

    Returns:
        `corridor_id`, `geo_code`, the series, `year`, `round_group`, `mixed`, `value` (null where not exact), `low`,
        `high` (null where there is no upper end), `flags`, `input_ids`, `parent_ids` (its figure, and that of its
        province where it gives the upper end), `total_id` (the total of the members).
    """
    non_negative = indicator_basis.filter(pl.col("additive") & pl.col("non_negative")).select("indicator_id", "basis")
    best = (
        best_totals(total)
        .filter("annual", pl.col("members_reporting") >= LEAST_REPORTING)
        .join(non_negative, on=["indicator_id", "basis"])
    )
    held: dict[tuple[Any, ...], dict[str, Row]] = {}
    columns = ("metric_id", "geo_code", *_KEY, "value", "low", "high", "flags", "input_ids")
    for row in figure.join(best, on=_KEY, how="semi").select(columns).iter_rows(named=True):
        held.setdefault(tuple(row[name] for name in _KEY), {})[row["geo_code"]] = row
    rows = [
        row
        for whole in best.sort("metric_id").iter_rows(named=True)
        for row in _members(whole, held.get(tuple(whole[name] for name in _KEY), {}))
    ]
    return pl.DataFrame(rows, schema=_FORM)


def _members(whole: Row, of: dict[str, Row]) -> Iterator[Row]:
    """Yield the members of a total."""
    members, provinces = whole["members"], whole["provinces"]
    ends = member_ends(members, provinces, [*of.values()])
    for code, province, found in zip(members, provinces, ends, strict=True):
        own, cap = of.get(code), of.get(province)
        capped = (own is None or own["high"] is None) and caps(code, province, cap)
        used = [figure for figure in (own, cap if capped else None) if figure]
        yield {name: whole[name] for name in ("corridor_id", *_KEY, "year", "mixed")} | {
            "geo_code": code,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "flags": sorted({flag for figure in used for flag in figure["flags"]}),
            "input_ids": sorted({name for figure in used for name in figure["input_ids"]}),
            "parent_ids": [figure["metric_id"] for figure in used],
            "total_id": whole["metric_id"],
        }
