"""All cells and constraints of one tier, in connected sets, and the ends of any sum or quotient of cells.

Sets that nothing connects are solved apart. Figures that contradict each other are taken out, all of the smallest set
of them, and reported: of the cells they speak of nothing is known then, the others keep what the other constraints say.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from operator import le
from typing import Final

from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.groups import Group, connected, joined, merged, numbered, own_ends, that_may_bind
from g60_pipeline.metrics.bounds.solver import End, Programme, Terms

Key = frozenset[tuple[Cell, float]]
"""A sum as a key."""

MOST_CONFLICTS: Final = 5
"""Contradictions that are looked for in one connected set."""

MOST_SUSPECTS: Final = 60
"""Constraints of which the smallest set that contradicts itself is looked for."""


@dataclass(frozen=True)
class Conflict:
    """Constraints that cannot hold together; without any one of them the others can."""

    constraints: tuple[Constraint, ...]

    around: frozenset[Cell] = frozenset()
    """Further cells that are open because of them."""

    @property
    def cells(self) -> frozenset[Cell]:
        """Return the cells they leave open: those they speak of, and those around them."""
        return self.around.union(cell for constraint in self.constraints for cell in constraint.terms)


@dataclass
class World:
    """The constraints of one tier, and the programmes of their connected sets."""

    signed: frozenset[Cell]
    groups: list[Group]
    programmes: list[Programme | None]
    """One of each group; that of a cell alone is made when it is asked for."""
    of_cell: dict[Cell, int]
    constraints: dict[str, Constraint]
    """All that may bind, and those that contradict each other."""
    conflicts: list[Conflict]
    fresh: Collection[int]
    """Groups that hold a constraint of the newest tier."""
    before: World | None = None
    """The world of the tier before it."""
    _joint: dict[frozenset[int], Programme] = field(default_factory=dict)
    _quotients: dict[tuple[Key, Key, float], End | None] = field(default_factory=dict)
    _sums: dict[tuple[Key, float], End | None] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Iterable[Cell], constraints: Sequence[Constraint], *, signed: frozenset[Cell]) -> World:
        """Return the world of some cells and constraints.

        Args:
            cells: The unknowns.
            constraints: What restricts them.
            signed: The cells that may be negative.
        """
        least, most = own_ends(constraints)

        def ends(cell: Cell) -> tuple[float, float]:
            return least.get(cell, -math.inf if cell in signed else 0.0), most.get(cell, math.inf)

        held = that_may_bind(constraints, ends)
        found = [
            (group, None, [])
            if len(group.cells) == 1 and le(*ends(group.cells[0]))
            else without_conflicts(group, signed=signed)
            for group in connected(cells, held)
        ]
        groups = [group for group, _, _ in found]
        return cls(
            signed=signed,
            groups=groups,
            programmes=[programme for _, programme, _ in found],
            of_cell=numbered(groups),
            constraints={c.name: c for c in held},
            conflicts=[conflict for *_, conflicts in found for conflict in conflicts],
            fresh=range(len(groups)),
        )

    def narrowed(self, constraints: Sequence[Constraint]) -> World:
        """Return the world of the next tier: with further constraints between the same cells.

        Connected sets that none of them speaks of stay as they are: where a tier assumes nothing, a number is what the
        tier before it leaves.
        """
        held = that_may_bind(constraints, lambda cell: self._alone(self.of_cell[cell]).own_ends(cell))
        numbers = {c.name: tuple(self.of_cell[cell] for cell in c.terms) for c in held}
        inside_of = {number: inside for inside in joined(numbers.values()) for number in inside}
        groups, programmes = list[Group](), list[Programme | None]()
        conflicts, fresh = list(self.conflicts), set[int]()
        for number, (group, programme) in enumerate(zip(self.groups, self.programmes, strict=True)):
            inside = inside_of.get(number)
            if inside is None:
                groups.append(group)
                programmes.append(programme)
            elif number == min(inside):
                own = [c for c in held if numbers[c.name][0] in inside]
                whole = merged([self.groups[part] for part in sorted(inside)], own)
                sound, made, found = without_conflicts(whole, signed=self.signed)
                fresh.add(len(groups))
                groups.append(sound)
                programmes.append(made)
                conflicts += found
        by_name = self.constraints | {c.name: c for c in held}
        return World(self.signed, groups, programmes, numbered(groups), by_name, conflicts, fresh, self)

    def says_more(self, cells: Iterable[Cell]) -> bool:
        """Return whether the newest tier assumes anything that bears on some cells."""
        return any(self.of_cell[cell] in self.fresh for cell in cells)

    def contested(self, terms: Iterable[Cell]) -> Conflict | None:
        """Return what contradicts itself about any of some cells."""
        if not self.conflicts:
            return None
        inside = set(terms)
        return next((conflict for conflict in self.conflicts if conflict.cells & inside), None)

    def ends(self, above: Terms, below: Terms | None = None) -> tuple[End | None, End | None]:
        """Return the least and the most of a sum or quotient."""
        return self.end(above, below or {}, sign=1.0), self.end(above, below or {}, sign=-1.0)

    def end(self, above: Terms, below: Terms, *, sign: float) -> End | None:
        """Return the least of a sum or quotient, or the most with `sign` -1; None where it has none."""
        return self._quotient(above, below, sign) if below else self._sum(above, sign)

    def _quotient(self, above: Terms, below: Terms, sign: float) -> End | None:
        key = (frozenset(above.items()), frozenset(below.items()), sign)
        if key not in self._quotients:
            self._quotients[key] = self._divided(above, below, sign)
        return self._quotients[key]

    @contextmanager
    def knowing(self, cell: Cell, value: float) -> Iterator[World]:
        """Yield the world in which a cell is known; this one cannot be asked for as long as the context lasts."""
        number = self.of_cell[cell]
        with ExitStack() as known:
            for programme in (self._alone(number), *(p for numbers, p in self._joint.items() if number in numbers)):
                known.enter_context(programme.knowing(cell, value))
            yield replace(self, before=self, _quotients={}, _sums={})

    def beside(self, cells: Iterable[Cell]) -> Iterator[Constraint]:
        """Yield the constraints that tie some cells to others."""
        wanted = set(cells)
        for number in {self.of_cell[cell] for cell in wanted}:
            yield from (row for row in self._alone(number).rows if not wanted.isdisjoint(row.terms))

    def _divided(self, above: Terms, below: Terms, sign: float) -> End | None:
        if not {self.of_cell[cell] for cell in above} & {self.of_cell[cell] for cell in below}:
            return _divided(self._sum(above, sign), self._sum(below, -sign))
        least = self._wider_sum(below, 1.0)
        if least is None or least.value <= 0:
            least = self._sum(below, 1.0)
        if least is None or least.value <= 0:
            return None
        programme = self._programme(frozenset(self.of_cell[cell] for cell in (*above, *below)))
        near = self._wider_quotient(above, below, sign)
        guess = near or _divided(self._sum(above, sign), least)
        return programme.least_quotient(above, below, guess=guess.value if guess else 0.0, near=near, sign=sign)

    def _sum(self, terms: Terms, sign: float) -> End | None:
        key = (frozenset(terms.items()), sign)
        if key not in self._sums:
            self._sums[key] = self._summed(terms, sign)
        return self._sums[key]

    def _summed(self, terms: Terms, sign: float) -> End | None:
        parts: dict[int, dict[Cell, float]] = {}
        for cell, factor in terms.items():
            parts.setdefault(self.of_cell[cell], {})[cell] = factor
        found = []
        for number, inside in sorted(parts.items()):
            programme, near = self._alone(number), partial(self._wider_sum, inside, sign)
            end = programme.least(inside, near=near) if sign > 0 else programme.most(inside, near=near)
            if end is None:
                return None
            found.append(end)
        above = {name: factor for end in found for name, factor in end.above.items()}
        return End(sum(end.value for end in found), above, {})

    @property
    def _wider(self) -> World | None:
        """Return a world whose ends hold here too: that of the tier before, unless constraints of it are taken out."""
        return self.before if self.before and len(self.conflicts) == len(self.before.conflicts) else None

    def _wider_quotient(self, above: Terms, below: Terms, sign: float) -> End | None:
        """Return an end of a quotient that was computed for a wider world, and holds here too."""
        if self._wider is None:
            return None
        key = (frozenset(above.items()), frozenset(below.items()), sign)
        return self._wider._quotients.get(key) or self._wider._wider_quotient(above, below, sign)

    def _wider_sum(self, terms: Terms, sign: float) -> End | None:
        """Return an end of a sum that was computed for a wider world, and holds here too."""
        if self._wider is None:
            return None
        return self._wider._sums.get((frozenset(terms.items()), sign)) or self._wider._wider_sum(terms, sign)

    def _programme(self, numbers: frozenset[int]) -> Programme:
        if len(numbers) == 1:
            return self._alone(next(iter(numbers)))
        if numbers not in self._joint:
            groups = [self.groups[number] for number in sorted(numbers)]
            cells = [cell for group in groups for cell in group.cells]
            held = [constraint for group in groups for constraint in group.constraints]
            self._joint[numbers] = Programme(cells, held, signed=self.signed)
        return self._joint[numbers]

    def _alone(self, number: int) -> Programme:
        programme = self.programmes[number]
        if programme is None:
            group = self.groups[number]
            programme = self.programmes[number] = Programme(group.cells, group.constraints, signed=self.signed)
        return programme


def _divided(above: End | None, below: End | None) -> End | None:
    if above is None or below is None or below.value <= 0:
        return None
    return End(above.value / below.value, above.above, below.above)


def without_conflicts(group: Group, *, signed: frozenset[Cell]) -> tuple[Group, Programme, list[Conflict]]:
    """Return a set without the constraints that contradict each other, its programme, and what was taken out.

    An irreducible set is taken out at a time. A set with more than `MOST_CONFLICTS` of them is left open as a whole:
    looking for all of them may take minutes.
    """
    conflicts: list[Conflict] = []
    programme = Programme(group.cells, group.constraints, signed=signed)
    while (suspects := programme.contradiction()) is not None:
        kept = list(suspects)
        for constraint in suspects if len(suspects) <= MOST_SUSPECTS else ():
            others = [one for one in kept if one is not constraint]
            if Programme(group.cells, others, signed=signed).contradiction() is not None:
                kept = others
        many = len(conflicts) == MOST_CONFLICTS
        conflicts.append(Conflict(tuple(kept), frozenset(group.cells if many else ())))
        group = Group(group.cells, () if many else tuple(c for c in group.constraints if c not in kept))
        programme = Programme(group.cells, group.constraints, signed=signed)
    return group, programme, conflicts
