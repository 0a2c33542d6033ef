"""Connected sets of cells, and which constraints may bind at all. No solver."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from g60_pipeline.metrics.bounds.cells import Cell, Constraint


@dataclass(frozen=True)
class Group:
    """A connected set of cells with the constraints between them."""

    cells: tuple[Cell, ...]
    constraints: tuple[Constraint, ...]


def own_ends(constraints: Iterable[Constraint]) -> tuple[dict[Cell, float], dict[Cell, float]]:
    """Return what constraints that speak of one cell alone say that it is at least, and at most."""
    least: dict[Cell, float] = {}
    most: dict[Cell, float] = {}
    for constraint in constraints:
        if len(constraint.terms) == 1:
            (cell, factor), *_ = constraint.terms.items()
            end = constraint.figure / factor
            if factor > 0:
                least[cell] = max(end, least.get(cell, end))
            else:
                most[cell] = min(end, most.get(cell, end))
    return least, most


def that_may_bind(constraints: Iterable[Constraint], ends: Callable[[Cell], tuple[float, float]]) -> list[Constraint]:
    """Return the constraints without those that the ends of their cells fulfil whatever the cells are."""

    def smallest(cell: Cell, factor: float) -> float:
        low, high = ends(cell)
        return factor * (low if factor > 0 else high)

    return [
        c
        for c in constraints
        if len(c.terms) == 1 or sum(smallest(cell, factor) for cell, factor in c.terms.items() if factor) < c.figure
    ]


def numbered(groups: Iterable[Group]) -> dict[Cell, int]:
    """Return the number of the set each cell is in."""
    return {cell: number for number, group in enumerate(groups) for cell in group.cells}


def merged(parts: Sequence[Group], constraints: Sequence[Constraint]) -> Group:
    """Return the set that constraints make of some sets."""
    cells = sorted(cell for part in parts for cell in part.cells)
    return Group(tuple(cells), (*(c for part in parts for c in part.constraints), *constraints))


def joined(sets: Iterable[Collection[int]]) -> list[set[int]]:
    """Return the sets of numbers that sets with common numbers make together."""
    of: dict[int, set[int]] = {}
    for numbers in sets:
        whole = set(numbers).union(*(of.get(number, ()) for number in numbers))
        of |= dict.fromkeys(whole, whole)
    return list({id(whole): whole for whole in of.values()}.values())


def connected(cells: Iterable[Cell], constraints: Sequence[Constraint]) -> list[Group]:
    """Return the cells and constraints in sets that no constraint connects, in the order of their cells."""
    parent: dict[Cell, Cell] = {cell: cell for cell in cells}

    def root(cell: Cell) -> Cell:
        parent.setdefault(cell, cell)
        while parent[cell] is not cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for constraint in constraints:
        first, *others = constraint.terms
        top = root(first)
        for other in others:
            parent[root(other)] = top
    inside: dict[Cell, list[Cell]] = {}
    for cell in sorted(parent):
        inside.setdefault(root(cell), []).append(cell)
    held: Mapping[Cell, list[Constraint]] = {key: [] for key in inside}
    for constraint in constraints:
        held[root(constraint.subject)].append(constraint)
    return [Group(tuple(members), tuple(held[key])) for key, members in inside.items()]
