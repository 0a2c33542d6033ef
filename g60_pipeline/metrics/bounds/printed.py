"""What is printed: the ends of every cell, and the ends over all rounds of a cell.

Every figure reaches half a unit of its last printed digit to either side; a count that is not flagged as rounded is
exact. A cell has the figure its total is made of: that of the round most members report in, else the nearest. An
estimate is no figure. A ratio whose year was inferred ties nothing to that year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.bounds.cells import Cell, Constraint, PrintedCell, at_least, at_most
from g60_pipeline.metrics.engine.frames import SERIES
from g60_pipeline.metrics.engine.rounds import ANY_ROUND, may_mix_rounds

Series = tuple[str, str]
"""Indicator and basis."""

COUNTED: Final = ("count", "persons", "person_years")
"""Units of what comes in whole numbers."""

SKIPPED_KINDS: Final = ("constant", "index")


@dataclass(frozen=True)
class Bases:
    """Rows of `core.indicator_basis` by series, and which series are one and the same number."""

    rows: Mapping[Series, dict[str, Any]]
    same: Mapping[Series, Series]

    @classmethod
    def of(cls, indicator_basis: pl.DataFrame) -> Bases:
        """Return them; of two bases that stand in for each other the first by name serves both."""
        rows = {(r["indicator_id"], r["basis"]): r for r in indicator_basis.iter_rows(named=True)}
        same = {}
        for (indicator, basis), row in rows.items():
            other = (indicator, row["stand_in_basis"])
            mutual = other in rows and rows[other]["stand_in_basis"] == basis
            same[indicator, basis] = min(other, (indicator, basis)) if mutual else (indicator, basis)
        return cls(rows, same)

    def used(self) -> Iterable[Series]:
        """Yield the series that cells are made of."""
        yield from (s for s, row in self.rows.items() if row["kind"] not in SKIPPED_KINDS and self.same[s] == s)

    def cell(self, place: str, series: Series, day: dt.date) -> Cell:
        """Return the cell of a series, under the name of the series that serves it."""
        return Cell(place, *self.same[series], day)

    def adds_up(self, cell: Cell) -> bool:
        """Return whether figures of the cell's basis have a total over places."""
        return self.may(cell, "additive") or self.may(cell, "shared")

    def may(self, cell: Cell, word: str) -> bool:
        """Return what the catalog says of the cell's basis: additive, shared, non_negative."""
        return bool(self.rows[cell.indicator, cell.basis][word])


def printed_cells(
    figure: pl.DataFrame, *, known: pl.DataFrame, halves: Mapping[str, float], bases: Bases, places: Iterable[str]
) -> dict[Cell, PrintedCell]:
    """Return the ends of every cell something is printed of.

    Args:
        figure: `metrics.figure`.
        known: Of `totals_known`: in which round a series is summed.
        halves: Of `half_digits`.
        bases: Of the catalog.
        places: The places whose figures may say something.
    """
    groups = groups_of(known)
    used = figure.filter(pl.col("geo_code").is_in(sorted(places))).join(
        _listed(bases.used()), on=["indicator_id", "basis"]
    )
    found: dict[str, dict[Cell, PrintedCell]] = {"": {}, ANY_ROUND: {}}
    columns = ("geo_code", *SERIES[:2], "period_end", "round_group", "value", "low", "high", "input_ids", "metric_id")
    for row in used.select(*columns, "flags", "round").iter_rows(named=True):
        series, day = (row["indicator_id"], row["basis"]), row["period_end"]
        group = row["round_group"]
        if group in (ANY_ROUND, groups.get((*series, day))):
            found[ANY_ROUND if group == ANY_ROUND else ""][Cell(row["geo_code"], *series, day)] = _printed(row, halves)
    return found[ANY_ROUND] | found[""]


def _listed(series: Iterable[Series]) -> pl.DataFrame:
    return pl.DataFrame(sorted(series), schema={"indicator_id": pl.String, "basis": pl.String}, orient="row")


def groups_of(known: pl.DataFrame) -> dict[tuple[str, str, dt.date], str]:
    """Return the group of figures a series is taken from: that of the corridor whose members report most."""
    best = known.sort("indicator_id", "basis", "period_end", -pl.col("reporting").cast(pl.Int64), "corridor_id")
    groups: dict[tuple[str, str, dt.date], str] = {}
    for *series, group in best.select("indicator_id", "basis", "period_end", "group").iter_rows():
        groups.setdefault((series[0], series[1], series[2]), group)
    return groups


def _printed(row: Mapping[str, Any], halves: Mapping[str, float]) -> PrintedCell:
    low, high = row["low"], row["high"]
    if row["value"] is not None:
        half = max((halves.get(name, 0.0) for name in row["input_ids"]), default=0.0)
        low, high = min(low, row["value"] - half), max(high, row["value"] + half)
    names = (tuple(row["input_ids"]), (row["metric_id"],))
    return PrintedCell(low, high, row["value"] is not None, *names, flags=tuple(row["flags"]), round=row["round"])


def half_digits(candidate: pl.DataFrame) -> dict[str, float]:
    """Return half a unit of the last printed digit of every observation, in its canonical unit."""
    columns = ("observation_id", "value", "value_as_published", "unit", "flags")
    halves = {}
    for name, value, printed, unit, flags in candidate.select(columns).iter_rows():
        if unit in COUNTED and "rounded" not in flags and float(value).is_integer():
            continue
        try:
            number = Decimal(printed)
        except InvalidOperation:
            continue
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and number:
            halves[name] = 0.5 * 10.0**exponent * abs(value / float(number))
    return halves


def all_rounds(
    figure: pl.DataFrame, series: Iterable[Series], *, halves: Mapping[str, float], figures: Mapping[Cell, PrintedCell]
) -> dict[Cell, PrintedCell]:
    """Return, for series that later rounds revise, the ends over the figures chosen in every round of a cell.

    Args:
        figure: `metrics.figure`.
        series: The series.
        halves: Of `half_digits`.
        figures: Of `printed_cells`.
    """
    of_a_round = ~may_mix_rounds() & pl.col("value").is_not_null()
    chosen = figure.filter(of_a_round).join(_listed(set(series)), on=["indicator_id", "basis"]).sort("metric_id")
    rounds: dict[Cell, list[PrintedCell]] = {}
    for row in chosen.iter_rows(named=True):
        cell = Cell(row["geo_code"], row["indicator_id"], row["basis"], row["period_end"])
        rounds.setdefault(cell, []).append(_printed(row, halves))
    return {cell: _hull(held) for cell, held in rounds.items() if cell in figures}


def printed_ranks(figure: pl.DataFrame, series: Iterable[Series]) -> dict[Cell, PrintedCell]:
    """Return the ranks that are printed, by the cell of the rank; a rank has no rounding."""
    chosen = figure.filter(round_group=ANY_ROUND).join(_listed(set(series)), on=["indicator_id", "basis"])
    return {
        Cell(row["geo_code"], row["indicator_id"], row["basis"], row["period_end"]): _printed(row, {})
        for row in chosen.iter_rows(named=True)
    }


def _hull(held: list[PrintedCell]) -> PrintedCell:
    low, high = min(held, key=lambda h: h.low or 0.0), max(held, key=lambda h: h.high or 0.0)
    inputs, parents = (tuple(dict.fromkeys(getattr(low, n) + getattr(high, n))) for n in ("inputs", "parents"))
    first = any(h.round == "first" for h in held)
    return PrintedCell(low.low, high.high, exact=True, inputs=inputs, parents=parents, first=first)


def printed_constraints(cells: Mapping[Cell, PrintedCell]) -> Iterable[Constraint]:
    """Yield what is printed of each cell."""
    for cell, found in cells.items():
        if found.low is not None:
            yield at_least(cell, found.low, kind="printed", found=found)
        if found.high is not None:
            yield at_most(cell, found.high, kind="printed", found=found)
