"""Which place of the catalog a name stands for, and whether a document is about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from g60_pipeline.catalog.models import Geography
from g60_pipeline.errors import G60Error


def place_named(name: str, geographies: Sequence[Geography]) -> Geography:
    """Return the place that bears a code or name.

    Raises:
        G60Error: No place does; the nearest names are listed.
    """
    wanted = name.strip().casefold()
    names = {n.casefold(): g for g in geographies for n in (g.geo_code, g.name_en, g.name_zh, g.short_zh, *g.aliases)}
    if wanted in names:
        return names[wanted]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    meant = "; ".join(dict.fromkeys(f"{names[n].geo_code} {names[n].name_zh}" for n in near))
    remedy = f"Perhaps {meant}" if meant else "Name it by its code or name, such as 320500 or 苏州"
    raise G60Error(f"--place {name}", "the catalog has no such place", remedy)


def names_in(place: Geography) -> tuple[str, ...]:
    """Return the names a place goes by in its documents."""
    return tuple(dict.fromkeys((place.name_zh, place.short_zh)))


def is_about(named: Sequence[str], place: Geography) -> bool:
    """Return whether the names a document bears are those of a place; a document that bears none may be about it."""
    own = {*names_in(place), *place.aliases}
    return not named or not own.isdisjoint(named)


def names_above(place: Geography, geographies: Sequence[Geography]) -> tuple[str, ...]:
    """Return the names of the places a place lies in."""
    places = {g.geo_code: g for g in geographies}
    found: list[str] = []
    above = places.get(place.parent_code or "")
    while above is not None:
        found += names_in(above)
        above = places.get(above.parent_code or "")
    return tuple(found)
