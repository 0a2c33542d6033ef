"""What may be assumed between the years: that nothing fell, that nothing moved faster than the catalog allows.

    no_fall   a place's later figure is at least the earlier one             x(2022) - x(2021) >= 0
    steady    and at most so many per cent a year above it           1.25 x(2021) - x(2022) >= 0

No pair of years crosses a change of the place's borders. A figure between year-ends is ordered in time, not paced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from itertools import pairwise

import polars as pl

from g60_pipeline.catalog.bound_models import Assumption, Tier
from g60_pipeline.metrics.bounds.cells import Cell, Constraint, PrintedCell, is_year_end
from g60_pipeline.metrics.bounds.identities import Evidence
from g60_pipeline.metrics.bounds.printed import Bases
from g60_pipeline.metrics.bounds.sums import INSIDE, Places

Borders = Mapping[str, tuple[int, ...]]
"""First years of the figures of new borders, by place."""


def borders(series_break: pl.DataFrame) -> dict[str, tuple[int, ...]]:
    """Return the years a place's borders changed, from `core.series_break`."""
    moved = (
        series_break.filter("territorial").select("geo_code", "first_period").unique().sort("geo_code", "first_period")
    )
    return {str(code): tuple(group["first_period"]) for (code,), group in moved.group_by("geo_code")}


def paced_cells(tiers: tuple[Tier, ...], cells: Set[Cell], *, bases: Bases, places: Places) -> set[Cell]:
    """Return the year-ends between the first and the last one stored of every series that a tier speaks of."""
    counted = places.counted()
    of: dict[tuple[str, str, str], list[int]] = {}
    named = {bases.same[a.indicator, a.basis] for tier in tiers for a in tier.assumptions}
    for cell in cells:
        if (cell.indicator, cell.basis) in named and cell.place in counted and is_year_end(cell.day):
            of.setdefault(cell[:3], []).append(cell.day.year)
    return {Cell(*key, dt.date(year, 12, 31)) for key, held in of.items() for year in range(min(held), max(held) + 1)}


def tier_constraints(
    tier: Tier,
    cells: Set[Cell],
    *,
    held: Mapping[Cell, PrintedCell],
    bases: Bases,
    places: Places,
    moved: Borders,
) -> Iterator[Constraint]:
    """Yield the assumptions of one tier about the cells of places inside the nation.

    Of two years that are both printed nothing is assumed: they are the evidence.
    """
    known = {cell for cell, found in held.items() if found.exact}
    for assumption in tier.assumptions:
        series = bases.same[assumption.indicator, assumption.basis]
        of: dict[str, list[Cell]] = {}
        for cell in sorted(cells):
            if (cell.indicator, cell.basis) == series and places.level.get(cell.place) in (*INSIDE, "province"):
                of.setdefault(cell.place, []).append(cell)
        for place, inside in of.items():
            for earlier, later in pairwise(inside):
                if earlier in known and later in known:
                    continue
                if earlier.day.year >= assumption.since and not _crosses(moved.get(place, ()), earlier, later):
                    yield from _pair(tier.tier, assumption, earlier=earlier, later=later)


def _crosses(years: tuple[int, ...], earlier: Cell, later: Cell) -> bool:
    return any(earlier.day.year < year <= later.day.year for year in years)


def _pair(tier: str, assumption: Assumption, *, earlier: Cell, later: Cell) -> Iterator[Constraint]:
    years = later.day.year - earlier.day.year
    whole = is_year_end(earlier.day) and is_year_end(later.day)
    if assumption.fall is not None and (whole or assumption.fall == 0):
        least = (1 - assumption.fall) ** years
        yield Constraint(f"{tier}:{later.label}:low", "assumed", {later: 1.0, earlier: -least}, 0.0, rule=tier)
    if assumption.rise is not None and whole:
        most = (1 + assumption.rise) ** years
        yield Constraint(f"{tier}:{later.label}:high", "assumed", {later: -1.0, earlier: most}, 0.0, rule=tier)


def tier_evidence(
    tier: Tier, cells: Mapping[Cell, PrintedCell], *, bases: Bases, places: Places, moved: Borders
) -> Iterator[Evidence]:
    """Yield, for each assumption, how many pairs of figures are stored and which one comes nearest to the limit.

    A pair is two exact figures of a place that follow each other, of one round; its change is taken per year.
    """
    for assumption in tier.assumptions:
        changes = list(_changes(assumption, cells, bases=bases, places=places, moved=moved))
        series = bases.same[assumption.indicator, assumption.basis]
        for side, limit in (("fall", assumption.fall), ("rise", assumption.rise)):
            if limit is None:
                continue
            signed = [(-change if side == "fall" else change, cell) for change, cell in changes]
            widest = max(signed, default=None)
            found = (widest[0], widest[1]) if widest else (None, None)
            yield Evidence(f"{tier.tier}_{side}", series, limit, len(signed), *found)


def _changes(
    assumption: Assumption, cells: Mapping[Cell, PrintedCell], *, bases: Bases, places: Places, moved: Borders
) -> Iterator[tuple[float, Cell]]:
    """Yield the change per year between the middles of figures that follow each other."""
    series = bases.same[assumption.indicator, assumption.basis]
    of: dict[str, list[tuple[Cell, PrintedCell]]] = {}
    for cell, found in sorted(cells.items(), key=lambda item: item[0]):
        inside = (cell.indicator, cell.basis) == series and places.level.get(cell.place) in (*INSIDE, "province")
        if inside and found.exact and is_year_end(cell.day) and cell.day.year >= assumption.since:
            of.setdefault(cell.place, []).append((cell, found))
    for place, held in of.items():
        for (earlier, before), (later, after) in pairwise(held):
            start, end = _middle(before), _middle(after)
            if before.round == after.round and start > 0 and not _crosses(moved.get(place, ()), earlier, later):
                yield (end / start) ** (1 / (later.day.year - earlier.day.year)) - 1, later


def _middle(found: PrintedCell) -> float:
    return ((found.low or 0.0) + (found.high or 0.0)) / 2
