"""What places make together: a province has at least its members, China its provinces, the Delta exactly its own.

Counts that places share are no sum: a province has at least the largest member, and the corridor, whose count is a
cell of its own, at least the largest member and at most all of them or what China has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

import polars as pl

from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.printed import Bases
from g60_pipeline.metrics.engine.frames import NATION

DELTA: Final = "YRD"
WORLD: Final = "WLD"
INSIDE: Final = ("district", "prefecture")


@dataclass(frozen=True)
class Places:
    """Where places lie, and who the members of each corridor are."""

    level: Mapping[str, str]
    province: Mapping[str, str]
    """Province of every place inside one."""
    delta: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, geography: pl.DataFrame, members: pl.DataFrame) -> Places:
        """Return them from `core.geography` and `corridor_id`, `geo_code`."""
        rows = geography.select("geo_code", "level", "parent_code").rows()
        inside = {
            str(corridor): tuple(group["geo_code"].sort())
            for (corridor,), group in members.sort("corridor_id").group_by("corridor_id", maintain_order=True)
        }
        return cls(
            level={code: level for code, level, _ in rows},
            province={code: parent for code, level, parent in rows if level in INSIDE},
            delta=tuple(sorted(code for code, _, parent in rows if parent == DELTA)),
            members=inside,
        )

    def counted(self) -> set[str]:
        """Return every member and the provinces they lie in."""
        codes = {code for inside in self.members.values() for code in inside}
        return codes | {self.province[code] for code in codes if code in self.province}


def wide(places: Places) -> set[str]:
    """Return the places whose figures may say something of a corridor."""
    return places.counted() | set(places.delta) | {NATION, DELTA, WORLD}


def sum_constraints(cells: Set[Cell], *, bases: Bases, places: Places) -> Iterator[Constraint]:
    """Yield what holds between the cells of the places of one series and day."""
    grouped: dict[tuple[str, str, object], dict[str, Cell]] = {}
    for cell in sorted(cells):
        grouped.setdefault((cell.indicator, cell.basis, cell.day), {})[cell.place] = cell
    for of in grouped.values():
        sample = next(iter(of.values()))
        if not bases.may(sample, "non_negative"):
            continue
        if bases.may(sample, "shared"):
            yield from _shared(of, cells, bases=bases, places=places)
        elif bases.may(sample, "additive"):
            yield from _additive(of, cells, bases=bases, places=places)


def _nation(sample: Cell, cells: Set[Cell], bases: Bases) -> Cell | None:
    basis = bases.rows[sample.indicator, sample.basis]["national_basis"]
    cell = bases.cell(NATION, (sample.indicator, basis), sample.day) if basis else None
    return cell if cell in cells else None


def _additive(of: Mapping[str, Cell], cells: Set[Cell], *, bases: Bases, places: Places) -> Iterator[Constraint]:
    inside: dict[str, list[Cell]] = {}
    for place, cell in of.items():
        if place in places.province:
            inside.setdefault(places.province[place], []).append(cell)
    for province, members in inside.items():
        if province in of:
            yield _more("province", of[province], members)
    nation = _nation(next(iter(of.values())), cells, bases)
    provinces = [cell for place, cell in of.items() if places.level[place] == "province"]
    if nation and provinces:
        yield _more("nation", nation, provinces)
    own = [of[code] for code in places.delta if code in of]
    if DELTA in of and len(own) == len(places.delta):
        yield _more("delta", of[DELTA], own)
        yield _fewer("delta", of[DELTA], own)


def _shared(of: Mapping[str, Cell], cells: Set[Cell], *, bases: Bases, places: Places) -> Iterator[Constraint]:
    nation = _nation(next(iter(of.values())), cells, bases)
    for place, cell in of.items():
        if place in places.province and places.province[place] in of:
            yield _more("takes_part", of[places.province[place]], [cell])
        if nation and place != NATION:
            yield _more("nation", nation, [cell])
    for corridor, members in places.members.items():
        if not any(code in of for code in members):
            continue
        whole = next(iter(of.values()))._replace(place=corridor)
        held = [of[code] for code in members if code in of]
        for member in held:
            yield _more("takes_part", whole, [member])
        if len(held) == len(members):
            yield _fewer("together", whole, held)
        if nation:
            yield _more("nation", nation, [whole])


def _more(kind: str, whole: Cell, parts: Iterable[Cell]) -> Constraint:
    parts = list(parts)
    name = f"{kind}:{whole.label}" if len(parts) > 1 else f"{kind}:{whole.label}:{parts[0].place}"
    return Constraint(name, kind, {whole: 1.0, **dict.fromkeys(parts, -1.0)}, 0.0)


def _fewer(kind: str, whole: Cell, parts: Iterable[Cell]) -> Constraint:
    return Constraint(f"{kind}:{whole.label}:most", kind, {whole: -1.0, **dict.fromkeys(parts, 1.0)}, 0.0)
