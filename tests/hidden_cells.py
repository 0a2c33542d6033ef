"""Hides known figures one by one and asks the bounds where each lies: do they contain what is printed?

Of a figure that is hidden nothing is left: neither its rounds, nor what an identity made of it, nor that two printed
years need no assumption. All other constraints stay; only the connected set around the figure is solved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from g60_pipeline.catalog.load import load_bounds
from g60_pipeline.metrics.bounds.assemble import Frame
from g60_pipeline.metrics.bounds.cells import Cell, Constraint, PrintedCell, is_year_end
from g60_pipeline.metrics.bounds.identities import INFERRED, PrintedCells, identity_constraints
from g60_pipeline.metrics.bounds.solver import Programme
from g60_pipeline.metrics.bounds.tiers import tier_constraints
from g60_pipeline.metrics.bounds.totals_known import totals_known
from g60_pipeline.metrics.figures.total import metric_members


@dataclass(frozen=True)
class Hidden:
    """A figure that was hidden, and the interval a tier leaves it; `sound` is false where nothing can hold together."""

    cell: Cell
    tier: str
    printed: PrintedCell
    low: float | None
    high: float | None
    sound: bool = True

    @property
    def covered(self) -> bool:
        """Return whether the interval contains the figure, as far as its rounding."""
        if not self.sound or self.printed.low is None or self.printed.high is None:
            return False
        slack = 1e-9 * max(1.0, abs(self.printed.high))
        return (self.low is None or self.low <= self.printed.high + slack) and (
            self.high is None or self.high >= self.printed.low - slack
        )

    @property
    def relative_width(self) -> float | None:
        """Return how wide the interval is against the figure; None where an end is open."""
        if self.low is None or self.high is None or not self.printed.high:
            return None
        return (self.high - self.low) / self.printed.high


def frame_of(tables: Mapping[str, pl.DataFrame]) -> Frame:
    """Return what the bounds are made of, from all tables by full name."""
    figure, basis = tables["metrics.figure"], tables["core.indicator_basis"]
    members = tables["core.corridor_member"]
    return Frame.of(
        figure=figure,
        known=totals_known(figure, members=metric_members(members), indicator_basis=basis),
        candidate=tables["core.observation_candidate"],
        indicator_basis=basis,
        geography=tables["core.geography"],
        corridor_member=members,
        series_break=tables["core.series_break"],
        rules=load_bounds(),
    )


def known_cells(frame: Frame) -> list[Cell]:
    """Return the year-end figures of members and provinces that may be hidden: exact ones of series a rule names.

    A ratio whose year its source does not print is none of them: it binds no year, and may be of another one.
    """
    counted = frame.places.counted()
    named = {frame.bases.same[series] for series in frame.rules.series}
    return sorted(
        cell
        for cell, found in frame.figures.cells.items()
        if found.exact and cell.place in counted and is_year_end(cell.day) and (cell.indicator, cell.basis) in named
        if frame.bases.may(cell, "non_negative") and not (INFERRED in found.flags and not frame.bases.adds_up(cell))
    )


def hide_each(frame: Frame, cells: Iterable[Cell]) -> Iterator[Hidden]:
    """Yield, for each cell and tier, the interval it is left when it was never printed."""
    world = _Whole(frame)
    for cell in cells:
        yield from world.without(cell)


class _Whole:
    """All constraints by cell, and what of them a cell's figure had a part in."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.printed = frame.printed()
        self.all = frame.cells() | {cell for one in self.printed for cell in one.terms}
        may = frame.bases.may
        self.signed = frozenset(cell for cell in self.all if not may(cell, "non_negative"))
        self.assumed = {tier.tier: frame.assumed(tier, self.all) for tier in frame.rules.tiers}
        self.at: dict[Cell, list[Constraint]] = defaultdict(list)
        for one in (*self.printed, *(one for held in self.assumed.values() for one in held)):
            for cell in one.terms:
                self.at[cell].append(one)

    def without(self, cell: Cell) -> Iterator[Hidden]:
        frame = self.frame
        held = {c: found for c, found in frame.figures.cells.items() if c != cell}
        local = PrintedCells(
            {c: found for c, found in held.items() if c.place == cell.place},
            {c: found for c, found in frame.figures.rounds.items() if c.place == cell.place and c != cell},
        )
        made = [
            one
            for identity in frame.rules.identities
            for one in identity_constraints(identity, local, bases=frame.bases, places=frame.places)
        ]
        beside = {c for c in self.all if (c.place, c.indicator, c.basis) == cell[:3]}
        tiers = set[str]()
        for tier in frame.rules.tiers:
            tiers.add(tier.tier)
            made += tier_constraints(tier, beside, held=held, bases=frame.bases, places=frame.places, moved=frame.moved)
            yield self._solved(cell, tier.tier, made, tiers=tiers)

    def _solved(self, cell: Cell, tier: str, made: list[Constraint], *, tiers: set[str]) -> Hidden:
        own: dict[Cell, list[Constraint]] = defaultdict(list)
        for one in made:
            for inside in one.terms:
                own[inside].append(one)

        def stays(one: Constraint) -> bool:
            if one.kind == "printed":
                return one.subject != cell
            if one.kind == "identity":
                return one.subject.place != cell.place
            return one.kind != "assumed" or (one.rule in tiers and one.subject[:3] != cell[:3])

        seen, waiting = {cell}, [cell]
        found: dict[str, Constraint] = {}
        while waiting:
            at = waiting.pop()
            for one in (*(one for one in self.at[at] if stays(one)), *own[at]):
                found[one.name] = one
                waiting += [other for other in one.terms if other not in seen]
                seen.update(one.terms)
        printed = self.frame.figures.cells[cell]
        programme = Programme(seen, list(found.values()), signed=self.signed)
        if programme.contradiction() is not None:
            return Hidden(cell, tier, printed, None, None, sound=False)
        low, high = programme.least({cell: 1.0}), programme.most({cell: 1.0})
        return Hidden(cell, tier, printed, low and low.value, high and high.value)
