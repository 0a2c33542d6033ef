"""Puts the cells and constraints of every tier together from the tables, and says how well the rules are supported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

import polars as pl

from g60_pipeline.catalog.bound_models import BoundRules, Identity, Rank, Tier
from g60_pipeline.metrics.bounds.cells import Cell, Constraint, PrintedCell
from g60_pipeline.metrics.bounds.identities import (
    INFERRED,
    Evidence,
    PrintedCells,
    identity_constraints,
    identity_evidence,
    rank_constraints,
)
from g60_pipeline.metrics.bounds.printed import (
    Bases,
    all_rounds,
    groups_of,
    half_digits,
    printed_cells,
    printed_constraints,
    printed_ranks,
)
from g60_pipeline.metrics.bounds.sums import Places, sum_constraints, wide
from g60_pipeline.metrics.bounds.tiers import Borders, borders, paced_cells, tier_constraints, tier_evidence
from g60_pipeline.metrics.bounds.world import World
from g60_pipeline.metrics.figures.total import metric_members


@dataclass(frozen=True)
class Frame:
    """What the constraints are made of, read from the tables once."""

    figures: PrintedCells
    bases: Bases
    places: Places
    moved: Borders
    rules: BoundRules
    groups: Mapping[tuple[str, str, dt.date], str]
    ranks: Mapping[Cell, PrintedCell]

    @classmethod
    def of(
        cls,
        *,
        figure: pl.DataFrame,
        known: pl.DataFrame,
        candidate: pl.DataFrame,
        indicator_basis: pl.DataFrame,
        geography: pl.DataFrame,
        corridor_member: pl.DataFrame,
        series_break: pl.DataFrame,
        rules: BoundRules,
    ) -> Frame:
        """Return it from the tables of core and metrics of the same names; `known` is of `totals_known`."""
        bases, places = Bases.of(indicator_basis), Places.of(geography, metric_members(corridor_member))
        halves = half_digits(candidate)
        cells = printed_cells(figure, known=known, halves=halves, bases=bases, places=wide(places))
        sides = [side for i in rules.identities for side in (i.whole, i.base) if side and side.revised]
        rounds = all_rounds(figure, [(s.indicator, s.basis) for s in sides], halves=halves, figures=cells)
        ranks = printed_ranks(figure, [(r.rank.indicator, r.rank.basis) for r in rules.ranks])
        return cls(PrintedCells(cells, rounds), bases, places, borders(series_break), rules, groups_of(known), ranks)

    def without(self, hidden: Set[Cell]) -> Frame:
        """Return it as if some cells had never been printed."""
        cells = {cell: found for cell, found in self.figures.cells.items() if cell not in hidden}
        rounds = {cell: found for cell, found in self.figures.rounds.items() if cell not in hidden}
        return replace(self, figures=PrintedCells(cells, rounds))

    def cells(self) -> set[Cell]:
        """Return every unknown: what something is printed of, the places beside it, and the years between."""
        known = set(self.figures.cells)
        summed = self.places.counted() | set(self.places.delta)
        series = {(c.indicator, c.basis, c.day) for c in known if c.place in self.places.counted()}
        beside = {Cell(place, *of) for of in series for place in summed if self._is_summed(of[0], of[1])}
        return known | beside | paced_cells(self.rules.tiers, known, bases=self.bases, places=self.places)

    def _is_summed(self, indicator: str, basis: str) -> bool:
        row = self.bases.rows[indicator, basis]
        return bool(row["additive"] or row["shared"])

    def printed(self) -> list[Constraint]:
        """Return the constraints that assume nothing."""
        usable = {cell: found for cell, found in self.figures.cells.items() if not self._is_inferred_ratio(cell, found)}
        cells = self.cells()
        found = [
            *printed_constraints(usable),
            *(c for i in self.rules.identities for c in self._identity(i)),
            *(c for r in self.rules.ranks for c in self._ranked(r)),
        ]
        named = cells | {cell for constraint in found for cell in constraint.terms}
        return [*found, *sum_constraints(named, bases=self.bases, places=self.places)]

    def _identity(self, identity: Identity) -> list[Constraint]:
        return list(identity_constraints(identity, self.figures, bases=self.bases, places=self.places))

    def _ranked(self, rank: Rank) -> list[Constraint]:
        series = (rank.rank.indicator, rank.rank.basis)
        printed = {cell: found for cell, found in self.ranks.items() if (cell.indicator, cell.basis) == series}
        return list(rank_constraints(rank, printed, bases=self.bases, places=self.places))

    def _is_inferred_ratio(self, cell: Cell, found: PrintedCell) -> bool:
        return INFERRED in found.flags and not self.bases.adds_up(cell)

    def assumed(self, tier: Tier, cells: Set[Cell]) -> list[Constraint]:
        """Return the constraints of one tier."""
        found = tier_constraints(
            tier, cells, held=self.figures.cells, bases=self.bases, places=self.places, moved=self.moved
        )
        return list(found)

    def worlds(self) -> dict[str, World]:
        """Return the world of every tier by name; each has the constraints of those before it."""
        printed = self.printed()
        cells = self.cells() | {cell for constraint in printed for cell in constraint.terms}
        signed = frozenset(cell for cell in cells if not self.bases.rows[cell.indicator, cell.basis]["non_negative"])
        worlds: dict[str, World] = {}
        for tier in self.rules.tiers:
            assumed = self.assumed(tier, cells)
            last = next(reversed(worlds.values()), None)
            world = last.narrowed(assumed) if last else World.of(cells, [*printed, *assumed], signed=signed)
            worlds[tier.tier] = world
        return worlds

    def evidence(self) -> list[Evidence]:
        """Return what the stored figures say of every identity and assumption."""
        bases, places = self.bases, self.places
        found = [identity_evidence(i, self.figures, bases=bases, places=places) for i in self.rules.identities]
        for tier in self.rules.tiers:
            found += tier_evidence(tier, self.figures.cells, bases=bases, places=places, moved=self.moved)
        return found
