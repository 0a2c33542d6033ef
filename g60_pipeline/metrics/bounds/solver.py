"""The least and the most of a sum or a quotient of unknowns under linear constraints, with the proof: HiGHS, simplex.

    x >= 3, x + y <= 10, y >= 2; most of x   ->   8 = 1 x 10 - 1 x 2: the multipliers of the constraints that bind

The multipliers are those of the constraints that are tight at the vertex where the solver stops. For a sum they are the
dual solution: none is negative, and they add the constraints up to the sum itself. A quotient is solved by Dinkelbach's
method: the least of N - q D is zero at the least q. There N and D are each a sum over the same tight constraints.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

from g60_pipeline.errors import G60Error
from g60_pipeline.metrics.bounds.cells import Cell, Constraint

Terms = Mapping[Cell, float]
Costs = NDArray[np.float64]

_FEASIBLE: Final = 1e-9
_OPTIONS: Final[dict[str, bool | int | float | str]] = {
    "output_flag": False,
    "presolve": "off",
    "threads": 1,
    "solver": "simplex",
    "simplex_strategy": 4,
    "primal_feasibility_tolerance": _FEASIBLE,
    "dual_feasibility_tolerance": _FEASIBLE,
}
"""Primal simplex: only costs change between runs, so the last vertex is a point to start from."""

_ZERO: Final = 1e-11
"""Multipliers and quotients nearer to zero than this are zero: noise of the solver."""
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
    """One connected set of cells and constraints, loaded into the solver once."""

    def __init__(self, cells: Iterable[Cell], constraints: Sequence[Constraint], *, signed: frozenset[Cell]) -> None:
        """Load it. `signed` are the cells that may be negative."""
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
        self._loaded_solver: Any = None
        self._asked: Costs = np.zeros(count)
        self._point: Costs = np.zeros(0)

    def _tighten(self, constraint: Constraint) -> None:
        (cell, factor), *_ = constraint.terms.items()
        at, end = self._at[cell], constraint.figure / factor
        self._scale[constraint.name] = abs(factor)
        if factor > 0 and (end > self._lower[at] or (self._low_names[at] == NOT_NEGATIVE and end >= self._lower[at])):
            self._lower[at], self._low_names[at] = end, constraint.name
        if factor < 0 and end < self._upper[at]:
            self._upper[at], self._high_names[at] = end, constraint.name

    @property
    def _solver(self) -> Any:
        if self._loaded_solver is None:
            self._loaded_solver = self._loaded()
        return self._loaded_solver

    def _loaded(self) -> Any:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # pybind
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cells), len(self.rows)
        lp.col_cost_ = np.zeros(len(self.cells))
        lp.col_lower_, lp.col_upper_ = self._lower, self._upper
        lp.row_lower_ = np.array([row.figure for row in self.rows], dtype=float)
        lp.row_upper_ = np.full(len(self.rows), highspy.kHighsInf)
        self._lengths = np.array([len(row.terms) for row in self.rows], dtype=np.int64)
        self._columns = np.array([self._at[cell] for row in self.rows for cell in row.terms], dtype=np.int32)
        self._factors = np.array([factor for row in self.rows for factor in row.terms.values()], dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(self._lengths)])
        lp.a_matrix_.index_, lp.a_matrix_.value_ = self._columns, self._factors
        solver.passModel(lp)
        return solver

    def contradiction(self) -> tuple[Constraint, ...] | None:
        """Return constraints among which some contradict each other, or None where all can hold."""
        crossed = np.flatnonzero(self._lower > self._upper + _FEASIBLE * np.maximum(1.0, np.abs(self._upper)))
        if len(crossed):
            at = crossed[0]
            return tuple(c for c in self._constraints if c.name in (self._low_names[at], self._high_names[at]))
        if len(self.rows) > 1:
            infeasible = self._run(np.zeros(len(self.cells))) == highspy.HighsModelStatus.kInfeasible
            return self._short() if infeasible else None
        for row in self.rows:
            ends = ((self._at[cell], factor) for cell, factor in row.terms.items())
            most = sum(factor * (self._upper if factor > 0 else self._lower)[at] for at, factor in ends)
            if most < row.figure - _FEASIBLE * max(1.0, abs(most)):
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

    def least(self, terms: Terms) -> End | None:
        """Return the least of a sum, or None where it has no lower end."""
        key = frozenset(terms.items())
        if key not in self._found:
            self._found[key] = self._least(self._costs(terms))
        return self._found[key]

    def _least(self, costs: Costs) -> End | None:
        if len(self.rows) < 2:
            return self._least_by_hand(costs)
        if self._run(costs) != highspy.HighsModelStatus.kOptimal:
            return None
        return self._end(self._multipliers(costs), {})

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
        for i in (np.abs(rest) > _ZERO).nonzero()[0]:
            end, names = (self._lower, self._low_names) if rest[i] > 0 else (self._upper, self._high_names)
            if np.isinf(end[i]):
                return None
            if names[i] != NOT_NEGATIVE:
                found[names[i]] = abs(float(rest[i])) / self._scale[names[i]]
        return self._end(found, {})

    @contextmanager
    def knowing(self, cell: Cell, value: float) -> Iterator[None]:
        """Let a cell be known for as long as the context lasts: ends are those that its figure would leave."""
        at, found = self._at[cell], self._found
        before = (self._lower[at], self._upper[at]), (self._low_names[at], self._high_names[at])
        self._found = {}
        for name, factor in _KNOWN.items():
            self._figures[name], self._scale[name] = factor * value, 1.0
        self._bind(at, (value, value), tuple(_KNOWN))
        try:
            yield
        finally:
            self._bind(at, *before)
            self._found = found

    def _bind(self, at: int, ends: tuple[float, float], names: tuple[str, ...]) -> None:
        self._lower[at], self._upper[at] = ends
        self._low_names[at], self._high_names[at] = names
        if self._loaded_solver is not None:
            self._loaded_solver.changeColBounds(at, *ends)

    def most(self, terms: Terms) -> End | None:
        """Return the most of a sum, or None where it has no upper end."""
        found = self.least({cell: -factor for cell, factor in terms.items()})
        return None if found is None else End(-found.value, _negative(found.above), {})

    def least_quotient(self, above: Terms, below: Terms, *, sign: float = 1.0, near: float | None = None) -> End | None:
        """Return the least of `above / below` (the most with `sign` -1), or None where it has none.

        `near` is a quotient to begin with: where it is the end already, one run confirms it.
        """
        least = self.least(below)
        if least is None or least.value <= 0:
            return None
        over, under = self._costs(above), self._costs(below)
        quotient = self._first_guess(above, least.value, sign=sign) if near is None else near
        for _ in range(_ROUNDS):
            if self._run(sign * (over - quotient * under)) != highspy.HighsModelStatus.kOptimal:
                return None
            better = self._value(over) / self._value(under)
            if abs(quotient - better) <= _ZERO * max(1.0, abs(quotient)):
                return self._end(self._multipliers(over), self._multipliers(under))
            quotient = better
        raise G60Error("a bound of a quotient", "the solver does not settle", "Report the figures it was computed from")

    def _first_guess(self, above: Terms, below: float, *, sign: float) -> float:
        """Return a quotient to begin with: of an end of the sum above, which is known mostly, and the least below."""
        end = self.least(above) if sign > 0 else self.most(above)
        return 0.0 if end is None else end.value / below

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

    def _run(self, costs: Costs) -> Any:
        solver = self._solver
        changed = (costs != self._asked).nonzero()[0].astype(np.int32)
        solver.changeColsCost(len(changed), changed, costs[changed])
        self._asked = costs
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            solver.clearSolver()
            solver.run()
            status = solver.getModelStatus()
        self._point = np.array(solver.getSolution().col_value)
        return status

    def _value(self, costs: Costs) -> float:
        return float(costs @ self._point)

    def _multipliers(self, costs: Costs) -> dict[str, float]:
        """Return the factors by which the tight constraints add up to a sum at the vertex where the solver stopped."""
        left = costs.copy()
        found: dict[str, float] = {}
        if self.rows:
            _, basic = self._solver.getBasicVariables()
            weights = self._solver.getBasisTransposeSolve(np.where(basic >= 0, costs[np.maximum(basic, 0)], 0.0))[1]
            np.subtract.at(left, self._columns, self._factors * np.repeat(weights, self._lengths))
            found = {self.rows[i].name: float(weights[i]) for i in (np.abs(weights) > _ZERO).nonzero()[0]}
        values, pull = self._point, self._solver.getSolution().col_dual
        for i in (np.abs(left) > _ZERO).nonzero()[0]:
            nearer = abs(values[i] - self._upper[i]) < abs(values[i] - self._lower[i])
            upper = pull[i] < 0 if abs(pull[i]) > _ZERO else nearer
            name = (self._high_names if upper else self._low_names)[i]
            if name != NOT_NEGATIVE:
                found[name] = float(-left[i] if upper else left[i]) / self._scale[name]
        return found


def _value(end: End) -> float:
    return end.value


def _largest(constraint: Constraint) -> float:
    return max(abs(constraint.figure), 1.0)


def _negative(factors: Mapping[str, float]) -> dict[str, float]:
    return {name: -factor for name, factor in factors.items()}
