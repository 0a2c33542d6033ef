"""The world of tiers around some numbers, as `metrics.bound_constraint` publishes it: nothing is set up again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.world import World

ASSUMED: Final = "assumed"
_COLUMNS: Final = ("metric_id", "kind", "rule", "cells", "coefficients", "sense", "figure")


@cache
def cell_of(label: str) -> Cell:
    """Return the cell of a label.

    >>> cell_of("310117:gdp:current_prices:2021-12-31").day.year
    2021
    """
    place, indicator, basis, day = label.split(":")
    return Cell(place, indicator, basis, dt.date.fromisoformat(day))


def worlds_around(
    labels: Collection[str],
    bound_constraint: pl.DataFrame,
    *,
    tiers: Mapping[str, Collection[str]],
    non_negative: Collection[tuple[str, str]],
) -> dict[str, World]:
    """Return the world of each tier, of the cells that constraints connect to some.

    Args:
        labels: Labels of the cells.
        bound_constraint: `metrics.bound_constraint`.
        tiers: By the name of each tier wanted, in order, the tiers whose assumptions it adds to those before it.
        non_negative: The series that are not negative.
    """
    near = [_constraint(row) for row in _connected(set(labels), bound_constraint)]
    cells = {cell_of(label) for label in labels} | {cell for constraint in near for cell in constraint.terms}
    signed = frozenset(cell for cell in cells if cell[1:3] not in non_negative)
    worlds: dict[str, World] = {}
    world = None
    for name, added in tiers.items():
        own = [c for c in near if (c.rule in added if c.kind == ASSUMED else world is None)]
        world = world.narrowed(own) if world else World.of(cells, own, signed=signed)
        worlds[name] = world
    return worlds


def _connected(labels: set[str], bound_constraint: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield the constraints of the cells, and of all cells that a constraint connects to one of these."""
    rows = bound_constraint.select(_COLUMNS).rows()
    at: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        for label in row[3]:
            at.setdefault(label, []).append(number)
    found, waiting = set[int](), list(labels)
    while waiting:
        for number in at.pop(waiting.pop(), ()):
            if number not in found:
                found.add(number)
                waiting += rows[number][3]
    return (rows[number] for number in sorted(found))


def _constraint(row: Sequence[Any]) -> Constraint:
    name, kind, rule, labels, coefficients, sense, figure = row
    sign = -1.0 if sense == "at_most" else 1.0
    terms = {cell_of(label): sign * factor for label, factor in zip(labels, coefficients, strict=True)}
    return Constraint(name.partition(":")[2], kind, terms, sign * figure, rule=rule)
