"""What follows for each cell from one constraint at a time, with the proof. No solver.

    x >= 3, x - 2 y <= 0, y <= 5   ->   y >= 1.5: half of x >= 3 and half of 2 y - x >= 0; x <= 10

A limit found this way holds always. It is the least or the most of its cell where a point that fulfils all constraints
attains it, which the caller has to show: a sum over places that share what a province has left may be lower.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Terms = Sequence[tuple[int, float]]
"""Cells by their number, each with its factor."""

_STEP: Final = 1e-12
"""Relative change of a limit that is worth to be followed."""
_VISITS: Final = 10
"""Visits a constraint gets at most, on average: those that tighten each other forever are left."""
_APART: Final = 1e-6
"""Relative distance by which a lower limit is above the upper one where figures contradict each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """What a cell is at least, or at most, and what that follows from.

    The constraint `name` times `weight`, and each limit of `parts` times the factor beside it, add up to it.
    """

    value: float
    name: str | None
    weight: float
    parts: tuple[tuple[float, Limit], ...] = ()
    order: int = 0
    """A limit comes after those it is made of."""


def propagate(rows: Sequence[tuple[str, Terms, float]], lows: list[Limit | None], highs: list[Limit | None]) -> None:
    """Tighten the limits of cells, in place, until no constraint tightens one or a cell is left no value.

    Args:
        rows: Name, terms and figure of each constraint: the sum of its terms is at least the figure.
        lows: The lower limit of each cell, None where it has none.
        highs: The upper limit of each cell.
    """
    at: list[list[int]] = [[] for _ in lows]
    for number, (_, terms, _) in enumerate(rows):
        for cell, _ in terms:
            at[cell].append(number)
    waiting, is_waiting = deque(range(len(rows))), [True] * len(rows)
    order = itertools.count(1)
    for _ in range(_VISITS * len(rows)):
        if not waiting:
            return
        number = waiting.popleft()
        is_waiting[number] = False
        for cell, factor, limit in _tightened(rows[number], lows, highs, order=order):
            (lows if factor > 0 else highs)[cell] = limit
            low, high = lows[cell], highs[cell]
            if low and high and low.value - high.value > _APART * max(1.0, abs(high.value)):
                return
            for other in at[cell]:
                if other != number and not is_waiting[other]:
                    is_waiting[other] = True
                    waiting.append(other)


def _tightened(
    row: tuple[str, Terms, float], lows: list[Limit | None], highs: list[Limit | None], *, order: Iterable[int]
) -> list[tuple[int, float, Limit]]:
    """Return the limits one constraint tightens: a cell is what the most of all the others leaves."""
    name, terms, figure = row
    limits = [(highs if factor > 0 else lows)[cell] for cell, factor in terms]
    unlimited = [i for i, limit in enumerate(limits) if limit is None]
    if len(unlimited) > 1:
        return []
    most = [factor * limit.value if limit else 0.0 for (_, factor), limit in zip(terms, limits, strict=True)]
    whole, pair = math.fsum(most), len(terms) == 2
    found = []
    for i in unlimited or range(len(terms)):
        cell, factor = terms[i]
        end = (figure - (most[1 - i] if pair else whole - most[i])) / factor
        held = (lows if factor > 0 else highs)[cell]
        if held is None or (end - held.value) * (1 if factor > 0 else -1) > _STEP * max(1.0, abs(end)):
            size = abs(factor)
            parts = tuple(
                (abs(f) / size, limit)
                for j, ((_, f), limit) in enumerate(zip(terms, limits, strict=True))
                if j != i and limit is not None
            )
            found.append((cell, factor, Limit(end, name, 1 / size, parts, next(iter(order)))))
    return found


def multipliers(limits: Iterable[tuple[float, Limit]]) -> dict[str, float]:
    """Return by how much each constraint enters a sum of limits, each times its factor."""
    weights: dict[Limit, float] = {}
    waiting: list[tuple[int, int, Limit]] = []
    ties = itertools.count()

    def add(weight: float, limit: Limit) -> None:
        if limit not in weights:
            heapq.heappush(waiting, (-limit.order, next(ties), limit))
        weights[limit] = weights.get(limit, 0.0) + weight

    for weight, limit in limits:
        add(weight, limit)
    found: dict[str, float] = {}
    while waiting:
        *_, limit = heapq.heappop(waiting)
        weight = weights[limit]
        if limit.name is not None:
            found[limit.name] = found.get(limit.name, 0.0) + weight * limit.weight
        for factor, part in limit.parts:
            add(weight * factor, part)
    return found
