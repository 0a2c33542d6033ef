"""What is bounded: what is not known exactly of a corridor, and the figures its members and their provinces lack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog.bound_models import BoundRules
from g60_pipeline.metrics.bounds.cells import Cell, is_year_end, years_after
from g60_pipeline.metrics.bounds.identities import PrintedCells
from g60_pipeline.metrics.bounds.printed import Bases, Series
from g60_pipeline.metrics.bounds.sums import WORLD, Places
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import NATION

Row = Mapping[str, Any]

SINCE: Final = "change_since_2018"


@dataclass(frozen=True)
class Target:
    """A number to bound: a sum of cells, or the quotient of two."""

    entity: str
    series: Series
    day: dt.date
    measure: str
    above: Mapping[Cell, float]
    below: Mapping[Cell, float] = field(default_factory=dict)
    unit: str = "ratio"
    scale: float = 1.0
    less: float = 0.0
    base_year: int | None = None
    ratio_id: str | None = None

    @property
    def name(self) -> str:
        """Return its part of the identifier of a row."""
        detail = f"_{self.ratio_id}" if self.ratio_id else ""
        return f"{self.entity}:{':'.join(self.series)}:{self.day}:{self.measure}{detail}"

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Return the cells it is made of."""
        return *self.above, *self.below


@dataclass(frozen=True)
class _Sums:
    """The totals of corridors: which are exact, and the cells each is the sum of.

    A corridor of which no member reports is open where another corridor has a total: its provinces may bound it.
    """

    exact: Mapping[tuple[str, Series, dt.date], bool]
    bases: Bases
    places: Places

    def terms(self, corridor: str, series: Series, day: dt.date) -> dict[Cell, float]:
        """Return the cells of the members, or that of the corridor where places share what is counted."""
        if self.bases.rows[series]["shared"]:
            return {self.bases.cell(corridor, series, day): 1.0}
        return {self.bases.cell(member, series, day): 1.0 for member in self.places.members[corridor]}

    def open(self, corridor: str, *of: tuple[Series, dt.date]) -> bool:
        """Return whether the corridor has totals of all of these, and not all of them are exact."""
        found = [self.exact.get((corridor, series, day)) for series, day in of]
        return all(exact is not None for exact in found) and not all(found)


def targets(
    known: pl.DataFrame, *, ratio: pl.DataFrame, printed: PrintedCells, bases: Bases, places: Places, rules: BoundRules
) -> Iterator[Target]:
    """Yield everything that is bounded.

    Args:
        known: Of `totals_known`.
        ratio: `core.ratio`.
        printed: What is printed.
        bases: Of the catalog.
        places: Of the catalog.
        rules: Of the catalog.
    """
    rows = known.select("corridor_id", "indicator_id", "basis", "period_end", "exact").iter_rows()
    of_series = _by_series(ratio)
    exact = {(c, (i, b), day): exact for c, i, b, day, exact in rows}
    for _, series, day in list(exact):
        for corridor in places.members:
            exact.setdefault((corridor, series, day), False)
    sums = _Sums(exact, bases, places)
    for corridor, series, day in sums.exact:
        if bases.rows[series]["non_negative"]:
            yield from _level(sums, corridor, series=series, day=day, cells=printed.cells)
        if bases.rows[series]["non_negative"] and is_year_end(day):
            yield from _growth(sums, corridor, series=series, day=day)
            yield from _ratios(sums, corridor, of_series.get(series, {}), series=series, day=day)
    yield from _means(printed, bases=bases, places=places, rules=rules)
    yield from _of_places(printed, bases=bases, places=places, rules=rules)


def _level(sums: _Sums, corridor: str, *, series: Series, day: dt.date, cells: Mapping[Cell, Any]) -> Iterator[Target]:
    if not sums.open(corridor, (series, day)):
        return
    row, above = sums.bases.rows[series], sums.terms(corridor, series, day)
    yield Target(corridor, series, day, "level", above, unit=row["unit"])
    indicator, _ = series
    for measure, place, basis in (
        ("share_of_nation", NATION, row["national_basis"]),
        ("share_of_world", WORLD, row["world_basis"]),
    ):
        whole = sums.bases.cell(place, (indicator, basis), day) if basis else None
        if whole is not None and whole in cells:
            yield Target(corridor, series, day, measure, above, {whole: 1.0})
    delta = [sums.bases.cell(place, series, day) for place in sums.places.delta]
    if row["additive"] and is_year_end(day) and all(cell in cells for cell in delta):
        yield Target(corridor, series, day, "share_of_yrd", above, dict.fromkeys(delta, 1.0))


def _growth(sums: _Sums, corridor: str, *, series: Series, day: dt.date) -> Iterator[Target]:
    base_year = int(parameters("growth_since_2018")["base_year"])
    for measure, start in (("yoy", years_after(day, -1)), (SINCE, years_after(day, base_year - day.year))):
        if start < day and sums.open(corridor, (series, day), (series, start)):
            above, below = sums.terms(corridor, series, day), sums.terms(corridor, series, start)
            yield Target(corridor, series, day, measure, above, below, less=1.0, base_year=start.year)


def _ratios(
    sums: _Sums, corridor: str, of_series: Mapping[str, list[Row]], *, series: Series, day: dt.date
) -> Iterator[Target]:
    """Yield the ratios of a series; of the bases below the line the first that has a total serves."""
    for ratio_id, rows in of_series.items():
        printed = [r for r in rows if (corridor, _under(r), day) in sums.exact]
        if printed and sums.open(corridor, (series, day), (_under(printed[0]), day)):
            above, below = sums.terms(corridor, series, day), sums.terms(corridor, _under(printed[0]), day)
            of = {"scale": printed[0]["scale"], "unit": printed[0]["unit"], "ratio_id": ratio_id}
            yield Target(corridor, series, day, "ratio", above, below, **of)


def _under(ratio: Row) -> Series:
    return ratio["denominator_indicator_id"], ratio["denominator_basis"]


def _by_series(ratio: pl.DataFrame) -> dict[Series, dict[str, list[Row]]]:
    found: dict[Series, dict[str, list[Row]]] = {}
    for row in ratio.sort("ratio_id", "preference").iter_rows(named=True):
        of_series = found.setdefault((row["indicator_id"], row["basis"]), {})
        of_series.setdefault(row["ratio_id"], []).append(row)
    return found


def _means(printed: PrintedCells, *, bases: Bases, places: Places, rules: BoundRules) -> Iterator[Target]:
    for mean in rules.means:
        series, of = (mean.indicator, mean.basis), (mean.indicator, mean.mean_basis)
        days = sorted({cell.day for cell in printed.cells if (cell.indicator, cell.basis) == series})
        for corridor, members in places.members.items():
            for day in days:
                above = {bases.cell(member, series, day): 1 / len(members) for member in members}
                yield Target(corridor, of, day, "mean", above, unit=bases.rows[of]["unit"])


def _of_places(printed: PrintedCells, *, bases: Bases, places: Places, rules: BoundRules) -> Iterator[Target]:
    """Yield the figures that members and their provinces lack, of series that an identity or a tier speaks of."""
    counted = sorted(places.counted())
    named = {bases.same[series] for series in rules.series}
    days: dict[Series, set[dt.date]] = {}
    for cell in printed.cells:
        series = (cell.indicator, cell.basis)
        row = bases.rows[series]
        if (
            cell.place in counted
            and series in named
            and is_year_end(cell.day)
            and (row["additive"] or row["shared"])
            and row["non_negative"]
        ):
            days.setdefault(series, set()).add(cell.day)
    for tier in rules.tiers:
        for assumption in tier.assumptions:
            series = bases.same[assumption.indicator, assumption.basis]
            years = [day.year for day in days.get(series, ())]
            days[series] = days.get(series, set()) | {
                dt.date(year, 12, 31) for year in range(min(years, default=0), max(years, default=-1) + 1)
            }
    for series, held_days in sorted(days.items()):
        for day in sorted(held_days):
            for place in counted:
                cell = bases.cell(place, series, day)
                found = printed.cells.get(cell)
                if found is None or not found.exact:
                    yield Target(place, series, day, "level", {cell: 1.0}, unit=bases.rows[series]["unit"])
