"""Every end is proved by its multipliers, and another solver finds the same ends."""

from __future__ import annotations

import itertools
import math

import clarabel
import numpy as np
import pytest
from bounded import cell, world
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.solver import End
from g60_pipeline.metrics.bounds.world import World

CELLS = [cell(str(100000 + i)) for i in range(4)]


def row(name: str, terms: dict[Cell, float], figure: float) -> Constraint:
    return Constraint(name, "printed", terms, figure)


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[Constraint], dict[Cell, float]]:
    """Return constraints that a drawn point fulfils, each cell bounded, and a sum to bound."""
    point = [draw(st.integers(1, 50)) for _ in CELLS]
    found = []
    for c, value in zip(CELLS, point, strict=True):
        found.append(row(f"{c.place}:low", {c: 1.0}, float(value - draw(st.integers(0, value)))))
        found.append(row(f"{c.place}:high", {c: -1.0}, -float(value + draw(st.integers(0, 40)))))
    for number in range(draw(st.integers(0, 5))):
        factors = [draw(st.integers(-3, 3)) for _ in CELLS]
        terms = {c: float(f) for c, f in zip(CELLS, factors, strict=True) if f}
        if len(terms) > 1:
            at = sum(f * v for f, v in zip(factors, point, strict=True))
            found.append(row(f"row{number}", terms, float(at - draw(st.integers(0, 10)))))
    wanted = {c: float(draw(st.integers(-3, 3)) or 1) for c in CELLS}
    return found, wanted


def other_solver(constraints: list[Constraint], wanted: dict[Cell, float]) -> float:
    """Return the least by an interior point method."""
    at = {c: i for i, c in enumerate(CELLS)}
    left = np.zeros((len(constraints), len(CELLS)))
    for i, constraint in enumerate(constraints):
        for c, factor in constraint.terms.items():
            left[i, at[c]] = -factor
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    solver = clarabel.DefaultSolver(
        sparse.csc_matrix((len(CELLS), len(CELLS))),
        np.array([wanted[c] for c in CELLS]),
        sparse.csc_matrix(left),
        np.array([-c.figure for c in constraints]),
        [clarabel.NonnegativeConeT(len(constraints))],
        settings,
    )
    return float(solver.solve().obj_val)


def proved(end: End, wanted: dict[Cell, float], made: World, *, sign: float) -> None:
    """Fail unless the multipliers are not negative and add the constraints up to the sum, less cells that are not."""
    left = {c: sign * factor for c, factor in wanted.items()}
    for name, factor in end.above.items():
        assert sign * factor >= -1e-9
        for c, term in made.constraints[name].terms.items():
            left[c] -= sign * factor * term
    assert all(rest >= -1e-7 for rest in left.values()), "what is left over is a multiple of a cell, none below zero"
    assert end.value == pytest.approx(math.fsum(f * made.constraints[n].figure for n, f in end.above.items()))


@given(programmes())
def test_ends_are_proved_and_are_those_another_solver_finds(drawn: tuple[list[Constraint], dict[Cell, float]]) -> None:
    constraints, wanted = drawn
    made = world(CELLS, constraints)
    low, high = made.ends(wanted)
    assert low
    assert high
    proved(low, wanted, made, sign=1.0)
    proved(high, wanted, made, sign=-1.0)
    assert low.value == pytest.approx(other_solver(constraints, wanted), abs=1e-4)
    assert high.value == pytest.approx(-other_solver(constraints, {c: -f for c, f in wanted.items()}), abs=1e-4)


@given(programmes(), st.data())
def test_a_constraint_more_never_widens(drawn: tuple[list[Constraint], dict[Cell, float]], data: st.DataObject) -> None:
    constraints, wanted = drawn
    kept = data.draw(st.lists(st.sampled_from(constraints), unique_by=lambda c: c.name))
    fewer, all_of_them = world(CELLS, kept).ends(wanted), world(CELLS, constraints).ends(wanted)
    assert all_of_them[0]
    assert all_of_them[1]
    assert fewer[0] is None or fewer[0].value <= all_of_them[0].value + 1e-7
    assert fewer[1] is None or fewer[1].value >= all_of_them[1].value - 1e-7


@given(programmes())
def test_a_quotient_is_the_extreme_of_all_vertices(drawn: tuple[list[Constraint], dict[Cell, float]]) -> None:
    constraints, _ = drawn
    above, below = dict.fromkeys(CELLS[:2], 1.0), dict.fromkeys(CELLS[2:], 1.0)
    constraints = [*constraints, row("at_least", below, 1.0)]
    low, high = world(CELLS, constraints).ends(above, below)
    found = [sum(p[:2]) / sum(p[2:]) for p in vertices(constraints)]
    assert low
    assert high
    assert low.value == pytest.approx(min(found))
    assert high.value == pytest.approx(max(found))


def vertices(constraints: list[Constraint]) -> list[list[float]]:
    """Return every point where as many constraints as there are cells are tight and the others hold."""
    left = np.array([[c.terms.get(of, 0.0) for of in CELLS] for c in constraints])
    right = np.array([c.figure for c in constraints])
    found = []
    for rows in itertools.combinations(range(len(constraints)), len(CELLS)):
        square = left[list(rows)]
        if abs(np.linalg.det(square)) > 1e-9:
            point = np.linalg.solve(square, right[list(rows)])
            if (left @ point >= right - 1e-7).all():
                found.append(list(point))
    return found


def test_figures_that_contradict_each_other_are_named_and_the_others_still_bind() -> None:
    a, b, c, d = CELLS
    constraints = [
        row("a", {a: 1.0}, 8.0),
        row("b", {b: 1.0}, 5.0),
        row("whole", {c: -1.0}, -10.0),
        row("sum", {c: 1.0, a: -1.0, b: -1.0}, 0.0),
        row("d", {d: 1.0}, 3.0),
        row("more", {d: -1.0, c: 1.0}, -4.0),
    ]
    made = world(CELLS, constraints)
    (conflict,) = made.conflicts
    assert {one.name for one in conflict.constraints} == {"a", "b", "whole", "sum"}
    assert made.contested([a]) is conflict
    assert made.contested([d]) is None
    assert made.ends({d: 1.0})[0].value == 3  # type: ignore[union-attr]


def test_an_open_end_is_no_end_and_a_quotient_over_nothing_is_none() -> None:
    a, b, *_ = CELLS
    made = world([a, b], [row("a", {a: 1.0}, 2.0)])
    low, high = made.ends({a: 1.0})
    assert low
    assert (low.value, high) == (2, None)
    assert made.ends({a: 1.0}, {b: 1.0}) == (None, None)
