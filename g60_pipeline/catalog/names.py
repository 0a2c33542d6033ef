"""All names by which the entries of the catalog go, and which entries bear one. What a reader searches for: `reader`.

>>> index_of({"320500": ("Suzhou", "苏州市"), "341300": ("Suzhou (Anhui)",)})[folded("ＳＵＺＨＯＵ")]
('320500',)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from g60_pipeline.catalog.models import Geography, Indicator, Unit

Names = Mapping[str, tuple[str, ...]]
"""Folded name -> identifiers of the entries that bear it."""


def folded(text: str) -> str:
    """Return a name without case, full-width signs, and blanks at its ends or beside each other."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def index_of(names: Mapping[str, Iterable[str]]) -> Names:
    """Return the entries by folded name, from the names of each entry; an identifier is a name of its own entry."""
    found: dict[str, list[str]] = {}
    for identifier, others in names.items():
        for name in dict.fromkeys(map(folded, (identifier, *others))):
            found.setdefault(name, []).append(identifier)
    return {name: tuple(ids) for name, ids in found.items()}


def place_names(geographies: Iterable[Geography]) -> dict[str, tuple[str, ...]]:
    """Return the names of each place."""
    return {g.geo_code: (g.name_en, g.name_zh, g.short_zh, *g.aliases) for g in geographies}


def indicator_names(indicators: Iterable[Indicator]) -> dict[str, tuple[str, ...]]:
    """Return the names of each indicator."""
    return {i.indicator_id: (i.name_en, i.name_zh, *i.aliases) for i in indicators}


def unit_names(units: Sequence[Unit]) -> dict[str, tuple[str, ...]]:
    """Return how each unit is written; where units mean the same, the first one has the names they share."""
    meaning = {u.unit: (u.dimension, u.power_of_ten) for u in units}
    taken = {(folded(u.unit), *meaning[u.unit]): u.unit for u in units}
    return {
        u.unit: tuple(
            name
            for name in (u.symbol_en, u.symbol_zh, *u.aliases)
            if taken.setdefault((folded(name), *meaning[u.unit]), u.unit) == u.unit
        )
        for u in units
    }
