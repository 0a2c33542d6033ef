"""HiGHS over one set of cells: the least of a sum, the point where it stops, and what is tight there.

Only costs and ends of single cells change between runs, so the last vertex is a point to start from. All points are
kept: one of them may attain the least of another sum, which then needs no run.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]
Row = tuple[Sequence[int], Sequence[float], float]
"""Cells by their number, their factors, and what their sum is at least."""

FEASIBLE: Final = 1e-9
ZERO: Final = 1e-11
"""Multipliers and quotients nearer to zero than this are zero: noise of the solver."""
SAME: Final = 1e-12
"""Relative difference of a point from the end it attains."""
_OPTIONS: Final[dict[str, bool | int | float | str]] = {
    "output_flag": False,
    "presolve": "off",
    "threads": 1,
    "solver": "simplex",
    "simplex_strategy": 4,
    "primal_feasibility_tolerance": FEASIBLE,
    "dual_feasibility_tolerance": FEASIBLE,
}
"""Primal simplex."""


class Points:
    """Points that fulfil all constraints."""

    def __init__(self, cells: int) -> None:
        """Keep none, of so many cells."""
        self._points, self._count = np.zeros((cells, 8)), 0

    def keep(self, point: Costs) -> None:
        """Keep one more."""
        if self._count == self._points.shape[1]:
            self._points = np.concatenate([self._points, np.zeros_like(self._points)], axis=1)
        self._points[:, self._count] = point
        self._count += 1

    def values(self, at: Sequence[int], factors: Sequence[float]) -> Costs:
        """Return a sum at each of them."""
        values: Costs = np.asarray(factors) @ self._points[at, : self._count]
        return values


class Simplex:
    """Constraints between cells with ends of their own; the solver is loaded at the first run."""

    def __init__(self, lower: Costs, upper: Costs, rows: Sequence[Row]) -> None:
        """Take the ends of the cells, which may be changed by `bind`, and the constraints between them."""
        self.lower, self.upper = lower, upper
        self._rows = rows
        self._solver: Any = None
        self._asked: Costs = np.zeros(len(lower))
        self.point: Costs = np.zeros(0)
        self.points = Points(len(lower))

    def bind(self, at: int, lower: float, upper: float) -> None:
        """Change the ends of a cell; the points that are kept may lie beyond them."""
        self.lower[at], self.upper[at] = lower, upper
        if self._solver is not None:
            self._solver.changeColBounds(at, lower, upper)
            self._solver.setOptionValue("simplex_strategy", 1)

    def run(self, costs: Costs) -> bool:
        """Go to a vertex where a sum is least; return whether there is one."""
        if self._solver is None:
            self._solver = self._loaded()
        changed = (costs != self._asked).nonzero()[0].astype(np.int32)
        self._solver.changeColsCost(len(changed), changed, costs[changed])
        self._asked = costs
        self._solver.run()
        self.status = self._solver.getModelStatus()
        if self.status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self._solver.clearSolver()
            self._solver.run()
            self.status = self._solver.getModelStatus()
        if self.status != highspy.HighsModelStatus.kOptimal:
            return False
        self.point = np.array(self._solver.getSolution().col_value)
        self.points.keep(self.point)
        self._solver.setOptionValue("simplex_strategy", 4)
        return True

    @property
    def is_infeasible(self) -> bool:
        """Return whether the last run found that no point fulfils all constraints."""
        return bool(self.status == highspy.HighsModelStatus.kInfeasible)

    def fulfils(self, point: Costs) -> bool:
        """Return whether a point within the ends of the cells fulfils the constraints between them."""
        starts, columns, factors, figures = self._matrix
        sums = np.add.reduceat(factors * point[columns], starts[:-1])
        return bool(np.all(sums >= figures - FEASIBLE) and np.all(point <= self.upper + FEASIBLE))

    def tight(self, *sums: Costs) -> list[tuple[Costs, Costs]]:
        """Return by how much the tight constraints, and the tight cells, make up sums at the vertex of the last run."""
        if not self._rows:
            return [(np.zeros(0), costs) for costs in sums]
        starts, columns, factors, _ = self._matrix
        _, basic = self._solver.getBasicVariables()
        of_cells = basic >= 0
        found = []
        for costs in sums:
            weights = self._solver.getBasisTransposeSolve(np.where(of_cells, costs[basic * of_cells], 0.0))[1]
            weights[np.abs(weights) <= ZERO] = 0.0
            left = costs - np.bincount(columns, factors * np.repeat(weights, np.diff(starts)), len(costs))
            left[np.abs(left) <= ZERO] = 0.0
            found.append((weights, left))
        return found

    def is_least(self, rows: Costs, cells: Costs) -> bool:
        """Return whether another sum is least at the last vertex too, of which `rows` and `cells` are tight there."""
        at_lower = np.abs(self.point - self.lower) <= FEASIBLE * np.maximum(1.0, np.abs(self.point))
        at_upper = np.abs(self.point - self.upper) <= FEASIBLE * np.maximum(1.0, np.abs(self.point))
        held = np.where(cells > FEASIBLE, at_lower, (cells >= -FEASIBLE) | at_upper)
        return bool(np.all(rows >= -FEASIBLE) and np.all(held))

    @cached_property
    def _matrix(self) -> tuple[NDArray[np.int64], NDArray[np.int32], Costs, Costs]:
        starts = np.cumsum([0, *(len(columns) for columns, _, _ in self._rows)])
        columns = np.array([c for columns, _, _ in self._rows for c in columns], dtype=np.int32)
        factors = np.array([f for _, factors, _ in self._rows for f in factors], dtype=float)
        return starts, columns, factors, np.array([figure for *_, figure in self._rows], dtype=float)

    def _loaded(self) -> Any:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # pybind
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(self._rows)
        lp.col_cost_ = np.zeros(len(self.lower))
        lp.col_lower_, lp.col_upper_ = self.lower, self.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_, lp.row_lower_ = self._matrix
        lp.row_upper_ = np.full(len(self._rows), highspy.kHighsInf)
        solver.passModel(lp)
        return solver
