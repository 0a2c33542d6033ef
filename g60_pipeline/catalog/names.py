"""Names by which the entries of the catalog go. What bears a name: `naming`. What a reader searches for: `reader`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from g60_pipeline.catalog.models import Geography, Indicator, Unit
from g60_pipeline.naming import folded


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
