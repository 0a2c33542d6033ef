"""Whether a figure can be right: against the bounds of its indicator, the year before, other places and what is stored.

Doubts are keys of the catalogue of words with their arguments; a figure in doubt is never accepted unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from g60_pipeline.catalog.models import Indicator

SCALE: Final = 1000.0
"""How many times larger or smaller than every other place a figure may be: more is 万 for 亿."""

SAME: Final = 1e-6
"""Relative difference below which two figures are one."""


@dataclass(frozen=True)
class StoredFigure:
    """A figure of the published warehouse, in the canonical unit of its basis."""

    geo_code: str
    year: int
    value: float
    printed: str
    """Value and unit as published."""
    document: str


@dataclass(frozen=True)
class Doubt:
    """What speaks against a figure."""

    key: str
    """Key of the catalogue of words, such as `communique.doubt.jump`."""
    values: dict[str, str]


def doubts(
    value: float, indicator: Indicator, *, geo_code: str, year: int, stored: Sequence[StoredFigure]
) -> list[Doubt]:
    """Return what speaks against a figure.

    Args:
        value: The figure, in the canonical unit of its basis.
        indicator: Its indicator.
        geo_code: Its place.
        year: Its year.
        stored: What the warehouse has of the same indicator and basis, for any place and year.
    """
    found: list[Doubt] = []
    bounds = indicator.plausible
    if bounds is not None and not bounds.min <= value <= bounds.max:
        found.append(Doubt("communique.doubt.bounds", {"low": f"{bounds.min:g}", "high": f"{bounds.max:g}"}))
    own = {s.year: s for s in stored if s.geo_code == geo_code}
    same = own.get(year)
    if same is not None and abs(same.value - value) > SAME * max(abs(same.value), abs(value)):
        found.append(Doubt("communique.doubt.other_value", {"printed": same.printed, "document": same.document}))
    before = own.get(year - 1)
    if before is not None and before.value and indicator.max_yearly_change is not None:
        change = value / before.value - 1
        if abs(change) > indicator.max_yearly_change:
            words = {"change": f"{change:+.0%}", "printed": before.printed, "year": str(year - 1)}
            found.append(Doubt("communique.doubt.jump", words))
    others = [s.value for s in stored if s.geo_code != geo_code and s.year == year and s.value > 0]
    if len(others) > 2 and value > 0 and (value > SCALE * max(others) or value * SCALE < min(others)):
        found.append(Doubt("communique.doubt.scale", {"low": f"{min(others):g}", "high": f"{max(others):g}"}))
    return found


def neighbours(stored: Sequence[StoredFigure], *, geo_code: str, year: int, years: int = 2) -> list[StoredFigure]:
    """Return what a figure can be compared with: the same place in the years around, other places in its year.

    Args:
        stored: What the warehouse has of the same indicator and basis.
        geo_code: Its place.
        year: Its year.
        years: How many years before and after.
    """
    own = [s for s in stored if s.geo_code == geo_code and 0 < abs(s.year - year) <= years]
    others = [s for s in stored if s.geo_code != geo_code and s.year == year]
    return [*sorted(own, key=lambda s: s.year), *sorted(others, key=lambda s: s.geo_code)]
