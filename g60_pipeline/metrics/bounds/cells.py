"""The unknowns and what restricts them. No catalog, no frames, no solver.

Songjiang printed 95.82 for 2021      ->   x >= 95.815 and x <= 95.825
a province has at least its members   ->   P - A - B >= 0
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Cell(NamedTuple):
    """A quantity of one place, series and day: the last day of its period."""

    place: str
    indicator: str
    basis: str
    day: dt.date

    @property
    def label(self) -> str:
        """Return `place:indicator:basis:day`."""
        return f"{self.place}:{self.indicator}:{self.basis}:{self.day}"

    def at(self, day: dt.date) -> Cell:
        """Return the same quantity on another day."""
        return self._replace(day=day)


@dataclass(frozen=True)
class PrintedCell:
    """What is printed of a cell: its ends, from which figures and observations."""

    low: float | None
    high: float | None
    exact: bool
    inputs: tuple[str, ...]
    parents: tuple[str, ...]
    first: bool = False
    """Of every round of a cell: whether a first publication is among them."""
    flags: tuple[str, ...] = ()
    round: str = "unknown"


@dataclass(frozen=True)
class Constraint:
    """The sum of `terms`, each a coefficient times a cell, is at least `figure`."""

    name: str
    kind: str
    terms: Mapping[Cell, float]
    figure: float
    inputs: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    rule: str | None = None
    """Identity or tier it comes from."""

    @cached_property
    def sign(self) -> float:
        """Return -1 where it says what one cell is at most: it is published so, with the sign of its figure turned."""
        return -1.0 if len(self.terms) == 1 and next(iter(self.terms.values())) < 0 else 1.0

    @property
    def subject(self) -> Cell:
        """Return the cell it is named after."""
        return next(iter(self.terms))


def at_least(cell: Cell, end: float, *, kind: str, found: PrintedCell) -> Constraint:
    """Return the constraint that a cell is at least what is printed."""
    return Constraint(f"{kind}:{cell.label}:low", kind, {cell: 1.0}, end, found.inputs, found.parents)


def at_most(cell: Cell, end: float, *, kind: str, found: PrintedCell) -> Constraint:
    """Return the constraint that a cell is at most what is printed."""
    return Constraint(f"{kind}:{cell.label}:high", kind, {cell: -1.0}, -end, found.inputs, found.parents)


def is_year_end(day: dt.date) -> bool:
    """Return whether a day is 31 December."""
    return (day.month, day.day) == (12, 31)


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the same day some years later; the end of a February stays its end."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
