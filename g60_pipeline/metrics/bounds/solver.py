"""The least and the most of a sum or a quotient of unknowns under linear constraints, with the proof.

    x >= 3, x + y <= 10, y >= 2; most of x   ->   8 = 1 x 10 - 1 x 2: the multipliers of the constraints that bind

Most ends follow from one constraint at a time (`propagation`): where a point that fulfils all constraints attains such
an end, it is the end. Any other is found by simplex, and its multipliers are those of the constraints that are tight at
the vertex where the solver stops. For a sum they are a dual solution: none is negative, and they add the constraints up
to the sum itself. A quotient is solved by Dinkelbach's method: the least of N - q D is zero at the least q. There N and
D are each a sum over the same tight constraints.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import highspy
import numpy as np

from g60_pipeline.errors import G60Error
from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.propagation import Limit, multipliers, propagate
from g60_pipeline.metrics.bounds.simplex import FEASIBLE, SAME, ZERO, Costs, Points, Simplex

Terms = Mapping[Cell, float]

_ROUNDS: Final = 60

NOT_NEGATIVE: Final = ""
"""Name of the constraint that every cell of a basis without negative figures is at least zero."""


_KNOWN: Final = {"known:low": 1.0, "known:high": -1.0}
"""Constraints that a cell is at least, and at most, what is taken to be known of it, with the sign of their figure."""


@dataclass(frozen=True)
class End:
    """One end: its value, and what its numerator and denominator are made of, by constraint."""

    value: float
    above: Mapping[str, float]
    below: Mapping[str, float]


class Programme:
    """One connected set of cells and constraints."""

    def __init__(self, cells: Iterable[Cell], constraints: Sequence[Constraint], *, signed: frozenset[Cell]) -> None:
        """Take them. `signed` are the cells that may be negative."""
        self.cells = sorted(cells)
        self._constraints, self._signed = tuple(constraints), signed
        self._at = {cell: i for i, cell in enumerate(self.cells)}
        count = len(self.cells)
        self._lower = np.array([-highspy.kHighsInf if cell in signed else 0.0 for cell in self.cells])
        self._upper = np.full(count, highspy.kHighsInf)
        self._low_names, self._high_names = [NOT_NEGATIVE] * count, [NOT_NEGATIVE] * count
        self._scale: dict[str, float] = {}
        self._figures = {constraint.name: constraint.figure for constraint in constraints}
        self.rows: list[Constraint] = []
        for constraint in constraints:
            if len(constraint.terms) == 1:
                self._tighten(constraint)
            else:
                self.rows.append(constraint)
        self._found: dict[frozenset[tuple[Cell, float]], End | None] = {}
        self._is_supposed = False
        """Whether a cell is taken to be known that is not: limits then are wider than they could be."""

    def _tighten(self, constraint: Constraint) -> None:
        (cell, factor), *_ = constraint.terms.items()
        at, end = self._at[cell], constraint.figure / factor
        self._scale[constraint.name] = abs(factor)
        if factor > 0 and (end > self._lower[at] or (self._low_names[at] == NOT_NEGATIVE and end >= self._lower[at])):
            self._lower[at], self._low_names[at] = end, constraint.name
        if factor < 0 and end < self._upper[at]:
            self._upper[at], self._high_names[at] = end, constraint.name

    def own_ends(self, cell: Cell) -> tuple[float, float]:
        """Return what a cell is at least, and at most, by the constraints that speak of it alone."""
        return float(self._lower[self._at[cell]]), float(self._upper[self._at[cell]])

    @cached_property
    def _simplex(self) -> Simplex:
        at = self._at
        rows = [([at[cell] for cell in row.terms], list(row.terms.values()), row.figure) for row in self.rows]
        return Simplex(self._lower, self._upper, rows)

    def contradiction(self) -> tuple[Constraint, ...] | None:
        """Return constraints among which some contradict each other, or None where all can hold."""
        crossed = np.flatnonzero(self._lower > self._upper + FEASIBLE * np.maximum(1.0, np.abs(self._upper)))
        if len(crossed):
            at = crossed[0]
            return tuple(c for c in self._constraints if c.name in (self._low_names[at], self._high_names[at]))
        if len(self.rows) > 1:
            possible = self._least_point() or self._simplex.run(np.zeros(len(self.cells)))
            return self._short() if not possible and self._simplex.is_infeasible else None
        for row in self.rows:
            ends = ((self._at[cell], factor) for cell, factor in row.terms.items())
            most = sum(factor * (self._upper if factor > 0 else self._lower)[at] for at, factor in ends)
            if most < row.figure - FEASIBLE * max(1.0, abs(most)):
                return self._short()
        return None

    def _short(self) -> tuple[Constraint, ...]:
        """Return the constraints that bind where all are missed by the least: some contradict each other."""
        rows = [Constraint(c.name, c.kind, c.terms, c.figure) for c in self._constraints]
        extra = [Cell("", "short", c.name, dt.date.min) for c in rows]
        eased = [
            Constraint(c.name, c.kind, {**c.terms, cell: _largest(c)}, c.figure)
            for c, cell in zip(rows, extra, strict=True)
        ]
        elastic = Programme([*self.cells, *extra], eased, signed=self._signed)
        least = elastic.least(dict.fromkeys(extra, 1.0))
        names = set(least.above) if least else set()
        found = tuple(c for c in self._constraints if c.name in names)
        return found or self._constraints

    @cached_property
    def _limits(self) -> tuple[list[Limit | None], list[Limit | None]]:
        """Return the lower and the upper limits of the cells that follow from one constraint at a time."""
        own = (self._lower, self._low_names), (self._upper, self._high_names)
        lows, highs = ([self._limit(*of) for of in zip(*side, strict=True)] for side in own)
        rows = [
            (row.name, [(self._at[cell], factor) for cell, factor in row.terms.items() if factor], row.figure)
            for row in self.rows
        ]
        propagate(rows, lows, highs)
        return lows, highs

    def _limit(self, end: float, name: str) -> Limit | None:
        if np.isinf(end):
            return None
        return Limit(float(end), name, 1 / self._scale[name]) if name != NOT_NEGATIVE else Limit(float(end), None, 0.0)

    def _least_point(self) -> bool:
        """Return whether all cells can be at their lower limits at once; the point is kept."""
        lows, _ = self._limits
        point = np.array([-np.inf if limit is None else limit.value for limit in lows])
        possible = self._simplex.fulfils(point)
        if possible:
            self._simplex.points.keep(point)
        return possible

    def least(self, terms: Terms, *, near: Callable[[], End | None] = lambda: None) -> End | None:
        """Return the least of a sum, or None where it has no lower end.

        `near` returns an end that holds too, and may be the least.
        """
        key = frozenset(terms.items())
        if key not in self._found:
            few = len(self.rows) < 2
            self._found[key] = self._least_by_hand(self._costs(terms)) if few else self._least(terms, near)
        return self._found[key]

    def most(self, terms: Terms, *, near: Callable[[], End | None] = lambda: None) -> End | None:
        """Return the most of a sum, or None where it has no upper end."""
        found = self.least({cell: -factor for cell, factor in terms.items()}, near=lambda: _turned(near()))
        return _turned(found)

    def _least(self, terms: Terms, near: Callable[[], End | None]) -> End | None:
        simplex = self._simplex
        kept = simplex.points.values([self._at[cell] for cell in terms], list(terms.values()))
        if len(kept):
            for proof in (self._implied, lambda _: near()):
                end = proof(terms)
                if end is not None and kept.min() <= end.value + SAME * max(1.0, abs(end.value)):
                    return end
        costs = self._costs(terms)
        return self._end(self._named(*simplex.tight(costs)[0]), {}) if simplex.run(costs) else None

    def _implied(self, terms: Terms) -> End | None:
        """Return the end that the limits of the cells make: it holds, and may not be attained."""
        if self._is_supposed:
            return None
        lows, highs = self._limits
        parts = []
        for cell, factor in terms.items():
            limit = (lows if factor > 0 else highs)[self._at[cell]]
            if limit is None:
                return None
            parts.append((abs(factor), limit))
        return self._end(multipliers(parts), {})

    def _least_by_hand(self, costs: Costs) -> End | None:
        """Return the least of a sum under one constraint between cells, or none: the best price of that constraint."""
        row = np.zeros(len(self.cells))
        for cell, factor in self.rows[0].terms.items() if self.rows else ():
            row[self._at[cell]] = factor
        asked = costs[row != 0] / row[row != 0]
        prices = [0.0, *sorted({float(price) for price in asked if price > 0})]
        best = max(
            (found for price in prices if (found := self._priced(costs, row, price=price))), default=None, key=_value
        )
        return best

    def _priced(self, costs: Costs, row: Costs, *, price: float) -> End | None:
        """Return the least of a sum when the constraint between cells is paid for at a price; None where it is open."""
        rest = costs - price * row
        found = {self.rows[0].name: price} if price else {}
        for i in (np.abs(rest) > ZERO).nonzero()[0]:
            end, names = (self._lower, self._low_names) if rest[i] > 0 else (self._upper, self._high_names)
            if np.isinf(end[i]):
                return None
            if names[i] != NOT_NEGATIVE:
                found[names[i]] = abs(float(rest[i])) / self._scale[names[i]]
        return self._end(found, {})

    @contextmanager
    def knowing(self, cell: Cell, value: float) -> Iterator[None]:
        """Let a cell be known for as long as the context lasts: ends are those that its figure would leave."""
        at, found, points = self._at[cell], self._found, self._simplex.points
        before = (self._lower[at], self._upper[at]), (self._low_names[at], self._high_names[at])
        self._found, self._is_supposed, self._simplex.points = {}, True, Points(len(self.cells))
        for name, factor in _KNOWN.items():
            self._figures[name], self._scale[name] = factor * value, 1.0
        self._bind(at, (value, value), tuple(_KNOWN))
        try:
            yield
        finally:
            self._bind(at, *before)
            self._found, self._is_supposed, self._simplex.points = found, False, points

    def _bind(self, at: int, ends: tuple[float, float], names: tuple[str, ...]) -> None:
        self._simplex.bind(at, *ends)
        self._low_names[at], self._high_names[at] = names

    def least_quotient(
        self, above: Terms, below: Terms, *, guess: float, near: End | None = None, sign: float = 1.0
    ) -> End | None:
        """Return the least of `above / below` (the most with `sign` -1), or None where it has none.

        `below` is above zero. `guess` is a quotient to begin with, `near` an end that holds, and may be the least.
        """
        simplex, quotient = self._simplex, guess
        over, under = self._costs(above), self._costs(below)
        kept = self._kept(above, below)
        if len(kept):
            best = sign * float((sign * kept).min())
            if near is not None and abs(best - near.value) <= SAME * max(1.0, abs(best)):
                return near
        for _ in range(_ROUNDS):
            if not simplex.run(sign * (over - quotient * under)):
                return None
            better = float(over @ simplex.point) / float(under @ simplex.point)
            sides = simplex.tight(over, under)
            pull = tuple(sign * (of - better * to) for of, to in zip(*sides, strict=True))
            if abs(quotient - better) <= ZERO * max(1.0, abs(quotient)) or simplex.is_least(*pull):
                return self._end(*(self._named(*side, pull=pull[1]) for side in sides))
            quotient = better
        raise G60Error("a bound of a quotient", "the solver does not settle", "Report the figures it was computed from")

    def _kept(self, above: Terms, below: Terms) -> Costs:
        """Return a quotient at every point that is known."""
        over, under = (
            self._simplex.points.values([self._at[cell] for cell in terms], list(terms.values()))
            for terms in (above, below)
        )
        return over / under

    def _end(self, above: Mapping[str, float], below: Mapping[str, float]) -> End:
        over, under = (
            math.fsum(factor * self._figures[name] for name, factor in found.items()) for found in (above, below)
        )
        return End(over / under if below else over, above, below)

    def _costs(self, terms: Terms) -> Costs:
        costs = np.zeros(len(self.cells))
        for cell, factor in terms.items():
            costs[self._at[cell]] += factor
        return costs

    def _named(self, rows: Costs, cells: Costs, pull: Costs | None = None) -> dict[str, float]:
        """Return the factors by which the tight constraints add up to a sum, by name.

        Args:
            rows: Of `Simplex.tight`.
            cells: Of `Simplex.tight`.
            pull: The same as `cells` for what was made least: its sign says at which of its ends a cell is.
        """
        tight = rows.nonzero()[0].tolist()
        found = {self.rows[i].name: factor for i, factor in zip(tight, rows[tight].tolist(), strict=True)}
        pull, point = cells if pull is None else pull, self._simplex.point
        at = cells.nonzero()[0]
        nearer = np.abs(point - self._upper)[at] < np.abs(point - self._lower)[at]
        upper = np.where(np.abs(pull[at]) > ZERO, pull[at] < 0, nearer)
        for i, factor, is_upper in zip(at.tolist(), cells[at].tolist(), upper.tolist(), strict=True):
            name = (self._high_names if is_upper else self._low_names)[i]
            if name != NOT_NEGATIVE:
                found[name] = (-factor if is_upper else factor) / self._scale[name]
        return found


def _value(end: End) -> float:
    return end.value


def _largest(constraint: Constraint) -> float:
    return max(abs(constraint.figure), 1.0)


def _turned(end: End | None) -> End | None:
    """Return an end of a sum as that of its negative."""
    return end and End(-end.value, {name: -factor for name, factor in end.above.items()}, {})
