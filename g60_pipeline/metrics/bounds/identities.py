"""The identities and ranks of the catalog as constraints, and how far the stored figures are from them.

    R&D = 3.80 % x GDP, 3.795 to 3.805 %, GDP printed    ->   R&D >= 0.01 x 22,718 x r, r >= 3.795
    the same, GDP not printed                            ->   R&D >= 0.01 x 3.795 x GDP
    R&D up 15.7 %                                        ->   R&D >= 0.01 x (100 + 15.65) x R&D of the year before
    first of the nine by R&D over GDP                    ->   its ratio >= that of each other one

A product of two unknowns is no linear constraint: of ratio and base one has to be printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from g60_pipeline.catalog.bound_models import Identity, Rank, Side
from g60_pipeline.metrics.bounds.cells import Cell, Constraint, PrintedCell, years_after
from g60_pipeline.metrics.bounds.printed import Bases, Series
from g60_pipeline.metrics.bounds.sums import Places

INFERRED: Final = "year_inferred"
FIRST: Final = 1.0
"""Rank of who has the most."""


@dataclass(frozen=True)
class PrintedCells:
    """What is printed, chosen and in every round."""

    cells: Mapping[Cell, PrintedCell]
    rounds: Mapping[Cell, PrintedCell]


@dataclass(frozen=True)
class Operand:
    """A side of an identity for one place and day: an unknown, or the interval of its rounds."""

    cell: Cell
    ends: tuple[float, float] | None
    found: PrintedCell | None
    tolerance: float


def identity_constraints(
    identity: Identity, printed: PrintedCells, *, bases: Bases, places: Places
) -> Iterator[Constraint]:
    """Yield the constraints of one identity, for every place and day that something is printed for."""
    for place, day in _where(identity, printed, bases=bases, places=places):
        of = (identity, place, day)
        yield from (
            _product(*of, printed=printed, bases=bases) if identity.ratio else _sum(*of, printed=printed, bases=bases)
        )


def _where(identity: Identity, printed: PrintedCells, *, bases: Bases, places: Places) -> list[tuple[str, dt.date]]:
    sides = (identity.whole, identity.ratio, identity.base, *identity.parts)
    series = {bases.same[s.indicator, s.basis]: s.years_before for s in sides if s}
    known = set(series)
    pairs = {
        (cell.place, years_after(cell.day, series[cell.indicator, cell.basis]))
        for cell in printed.cells
        if (cell.indicator, cell.basis) in known
    }
    return sorted(p for p in pairs if not identity.levels or places.level.get(p[0]) in identity.levels)


def _cell(side: Side, place: str, day: dt.date, *, bases: Bases) -> Cell:
    return bases.cell(place, (side.indicator, side.basis), years_after(day, -side.years_before))


def _operand(side: Side, identity: Identity, *, cell: Cell, printed: PrintedCells) -> Operand:
    """Return a side: of one that is revised the interval of its rounds, else the unknown."""
    if not side.revised:
        return Operand(cell, None, None, identity.tolerance)
    found = printed.rounds.get(cell)
    wide = identity.tolerance_revised or identity.tolerance
    if found is None or found.low is None or found.high is None:
        return Operand(cell, None, None, wide)
    return Operand(cell, (found.low, found.high), found, identity.tolerance if found.first else wide)


def _product(
    identity: Identity, place: str, day: dt.date, *, printed: PrintedCells, bases: Bases
) -> Iterator[Constraint]:
    if identity.ratio is None or identity.base is None:
        return
    whole = _operand(identity.whole, identity, cell=_cell(identity.whole, place, day, bases=bases), printed=printed)
    base = _operand(identity.base, identity, cell=_cell(identity.base, place, day, bases=bases), printed=printed)
    ratio_cell = _cell(identity.ratio, place, day, bases=bases)
    ratio = printed.cells.get(ratio_cell)
    usable = ratio is not None and INFERRED not in ratio.flags
    if base.ends is not None and base.found is not None:
        factor, other, used = base.ends, ratio_cell, [base.found]
    elif usable and ratio is not None:
        factor, other, used = (
            (_raised(identity, ratio.low) or 0.0, _raised(identity, ratio.high) or float("inf")),
            base.cell,
            [ratio],
        )
    else:
        return
    tolerance = max(whole.tolerance, base.tolerance)
    low = identity.scale * factor[0] * (1 - tolerance)
    high = identity.scale * factor[1] * (1 + tolerance)
    yield from _between(identity, whole, other, factor=(low, high), used=used)


def _raised(identity: Identity, ratio: float | None) -> float | None:
    return None if ratio is None else ratio + identity.offset


def _between(
    identity: Identity, whole: Operand, other: Cell, *, factor: tuple[float, float], used: list[PrintedCell]
) -> Iterator[Constraint]:
    """Yield that the whole lies between two multiples of another cell."""
    low, high = factor
    name = f"{identity.identity_id}:{whole.cell.label}:{other.indicator}"
    found = [*used, *([whole.found] if whole.found else [])]
    inputs = tuple(dict.fromkeys(i for f in found for i in f.inputs))
    parents = tuple(dict.fromkeys(p for f in found for p in f.parents))

    def row(end: str, terms: dict[Cell, float], figure: float) -> Constraint:
        return Constraint(f"{name}:{end}", "identity", terms, figure, inputs, parents, identity.identity_id)

    if whole.ends is None:
        yield row("low", {whole.cell: 1.0, other: -low}, 0.0)
        if high < float("inf"):
            yield row("high", {whole.cell: -1.0, other: high}, 0.0)
        return
    yield row("low", {other: -low}, -whole.ends[1])
    if high < float("inf"):
        yield row("high", {other: high}, whole.ends[0])


def _sum(identity: Identity, place: str, day: dt.date, *, printed: PrintedCells, bases: Bases) -> Iterator[Constraint]:
    whole = _cell(identity.whole, place, day, bases=bases)
    parts = [_cell(side, place, day, bases=bases) for side in identity.parts]
    if sum(cell in printed.cells for cell in (whole, *parts)) < len(parts):
        return
    slack = identity.tolerance
    low, high = 1 - slack, 1 + (slack if identity.tolerance_above is None else identity.tolerance_above)
    name = f"{identity.identity_id}:{whole.label}"
    rule = identity.identity_id
    least = {whole: 1.0, **dict.fromkeys(parts, -low)}
    most = {whole: -1.0, **dict.fromkeys(parts, high)}
    yield Constraint(f"{name}:low", "identity", least, 0.0, rule=rule)
    yield Constraint(f"{name}:high", "identity", most, 0.0, rule=rule)


def rank_constraints(
    rank: Rank, printed: Mapping[Cell, PrintedCell], *, bases: Bases, places: Places
) -> Iterator[Constraint]:
    """Yield that who is printed to be first among the members has at least what each other one has.

    Args:
        rank: The rank of the catalog.
        printed: The ranks that are printed, by the cell of the rank.
        bases: Of the catalog.
        places: Of the catalog.
    """
    members = places.members.get(rank.corridor, ())
    for where, found in sorted(printed.items(), key=lambda item: item[0]):
        if where.place not in members or found.high != FIRST:
            continue
        most = bases.cell(where.place, (rank.of.indicator, rank.of.basis), where.day)
        for member in members:
            if member != where.place:
                name = f"{rank.rank_id}:{most.label}:{member}"
                terms = {most: 1.0, most._replace(place=member): -1.0}
                yield Constraint(name, "ranked", terms, 0.0, found.inputs, found.parents, rank.rank_id)


@dataclass(frozen=True)
class Evidence:
    """What stored figures say of a rule: cases, the widest one, and how far it is from the rule."""

    rule: str
    series: Series
    limit: float
    cases: int
    widest: float | None
    where: Cell | None


def identity_evidence(identity: Identity, printed: PrintedCells, *, bases: Bases, places: Places) -> Evidence:
    """Return how far the stored exact figures of both sides are from an identity, beyond their rounding."""
    distances: list[tuple[float, Cell]] = []
    for place, day in _where(identity, printed, bases=bases, places=places):
        whole = _ends(identity.whole, place, day, printed=printed, bases=bases)
        other = _other(identity, place, day, printed=printed, bases=bases)
        if whole and other:
            apart = max(other[0] / whole[1] - 1, whole[0] / other[1] - 1, 0.0)
            distances.append((apart, _cell(identity.whole, place, day, bases=bases)))
    widest = max(distances, default=None)
    limit = max(identity.tolerance, identity.tolerance_revised or 0.0)
    series = (identity.whole.indicator, identity.whole.basis)
    return Evidence(
        identity.identity_id, series, limit, len(distances), widest and widest[0], widest[1] if widest else None
    )


def _other(
    identity: Identity, place: str, day: dt.date, *, printed: PrintedCells, bases: Bases
) -> tuple[float, float] | None:
    if identity.ratio and identity.base:
        ratio = _ends(identity.ratio, place, day, printed=printed, bases=bases)
        base = _ends(identity.base, place, day, printed=printed, bases=bases)
        if not ratio or not base:
            return None
        low, high = (identity.scale * (r + identity.offset) * b for r, b in zip(ratio, base, strict=True))
        return low, high
    parts = [_ends(side, place, day, printed=printed, bases=bases) for side in identity.parts]
    known = [part for part in parts if part]
    return (sum(p[0] for p in known), sum(p[1] for p in known)) if len(known) == len(parts) else None


def _ends(side: Side, place: str, day: dt.date, *, printed: PrintedCells, bases: Bases) -> tuple[float, float] | None:
    cell = _cell(side, place, day, bases=bases)
    found = (printed.rounds if side.revised else printed.cells).get(cell)
    if found is None or not found.exact or found.low is None or found.high is None:
        return None
    if INFERRED in found.flags or found.low <= 0:
        return None
    return found.low, found.high
