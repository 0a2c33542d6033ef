"""What the figure that tests a claim is made of: the numbers it sums and divides, and the published row it is.

A claim is tested on a selection of its own: figures that its document could not have seen, and none of a later time.
Nearly all of the totals, shares and ratios of such a selection are rows of a published metric, to the last figure: that
row is the parent. Some are not: an area as it was measured at the time of the claim, a share of the Delta. To publish
every selection would be thousands of rows that differ from the published ones by nothing. So a row of the audit carries
the numbers its figure is the sum or quotient of, always, and `claim_kernel` computes the figure from them by the
formula of that metric; where no published row is the same, the published figures it rests on are the parents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.claims.claim_kernel import ENDS, SIDES
from g60_pipeline.metrics.engine.formulas import operands
from g60_pipeline.metrics.engine.traced import TracedNumber, traced
from g60_pipeline.metrics.figures import totals_kernel

Row = dict[str, Any]

PUBLISHED: Final = {
    "figure": ("value", "low", "high"),
    "corridor_total": ("value", "value_low", "value_high"),
    "national_share": ("share", "share_low", "share_high"),
    "growth": ("value", "value_low", "value_high"),
    "intensity": ("value", "value_low", "value_high"),
}
"""Metrics whose rows may be the figure of a claim, with the columns of value and ends; the last that fits is taken."""

_COLUMNS: Final = ("value", "low", "high")
_SELECTION: Final = "@"
"""Begins what is added to an indicator in a claim's own selection."""

Content = tuple[Any, ...]
"""What makes two rows the same: place, series, value, ends, observations."""


class Sides:
    """Totals and figures of the claims' selections, by identifier."""

    def __init__(self, totals: Iterable[pl.DataFrame], *, figure: pl.DataFrame, bound: pl.DataFrame) -> None:
        """Look up in these frames; an identifier is that of one row."""
        self._totals, self._parents = list(totals), (figure, bound)

    def of(self, rows: Iterable[Row]) -> dict[str, tuple[Row, list[Row]]]:
        """Return the sides of the rows that test claims: each with the figures it is the sum of, or itself alone."""
        wanted = {name for row in rows for name in side_ids(row)}
        found = {row["metric_id"]: row for frame in self._totals for row in _rows(frame, wanted)}
        figures = {name for row in found.values() for name in row["parent_ids"]} | (wanted - found.keys())
        of_places = {row["metric_id"]: row for frame in self._parents for row in _rows(frame, figures)}
        alone = {name: (of_places[name], [of_places[name]]) for name in wanted - found.keys()}
        return alone | {name: (row, [of_places[n] for n in row["parent_ids"]]) for name, row in found.items()}


def side_ids(row: Row) -> list[str]:
    """Return the identifiers of the totals or figures a tested row is made of: itself, or both sides of a quotient."""
    return list(row["parent_ids"]) if operands(row["formula_id"]) else [row["metric_id"]]


def published(**tables: pl.DataFrame) -> dict[Content, str]:
    """Return the identifiers of the rows of the metrics of `PUBLISHED` by what they say."""
    return {
        _content(row, columns): row["metric_id"]
        for name, columns in PUBLISHED.items()
        for row in tables[name].sort("metric_id", descending=True).iter_rows(named=True)
    }


def operands_of(row: Row, sides: Mapping[str, tuple[Row, list[Row]]], same: Mapping[Content, str]) -> Row:
    """Return the columns of the audit that say what a tested row is made of.

    Args:
        row: The row of the selection: a total, figure, share, growth or ratio with `value`, `low`, `high`.
        sides: What `Sides.of` found for it.
        same: The published rows, of `published`.
    """
    found = [sides[name] for name in side_ids(row)]
    figures = [figure for _, of_side in found for figure in of_side]
    whole = same.get(_content(row, _COLUMNS))
    parts = [name for figure in figures if (name := _published_as(figure, same))]
    return {
        "figure_formula_id": row["formula_id"],
        "scale": row.get("scale"),
        "parent_ids": [whole] if whole else list(dict.fromkeys(parts)),
        **{name: held for side, one in zip(SIDES, found, strict=False) for name, held in _addends(side, *one).items()},
    }


def _published_as(parent: Row, same: Mapping[Content, str]) -> str | None:
    """Return the identifier of a figure or bound as it is published; a bound is that of every selection."""
    return parent["metric_id"] if "tier" in parent else same.get(_content(parent, _COLUMNS))


def _addends(name: str, side: Row, figures: list[Row]) -> dict[str, list[float]]:
    """Return the numbers each end of a side is the sum of; none for an end that is the value itself."""
    kernel = getattr(totals_kernel, side["formula_id"], None)
    if kernel is None:
        ends = [[] if side[end] is None else [side[end]] for end in _COLUMNS]
    else:
        total = kernel(side, traced(figures))["value"]
        ends = [[] if side[end] is None else _parts(getattr(total, end)) for end in _COLUMNS]
    value = ends[0]
    own = [value, *([] if end == value else end for end in ends[1:])]
    return {f"{name}_{column}": held for column, held in zip(ENDS.values(), own, strict=True)}


def _parts(end: TracedNumber) -> list[float]:
    return [part.value for part in (end.parts if end.operation == "+" else (end,))]


def _content(row: Row, columns: tuple[str, str, str]) -> Content:
    indicator, *_ = row["indicator_id"].split(_SELECTION)
    place = row["corridor_id"] or row["geo_code"]
    return (place, indicator, row["basis"], *(row[name] for name in columns), tuple(row["input_ids"]))


def _rows(frame: pl.DataFrame, names: Iterable[str]) -> list[Row]:
    return frame.filter(pl.col("metric_id").is_in(sorted(names))).to_dicts()
