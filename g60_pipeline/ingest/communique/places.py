"""Which place of the catalog a name stands for, and whether a document is about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from g60_pipeline.catalog.models import Geography
from g60_pipeline.catalog.names import place_names
from g60_pipeline.errors import G60Error
from g60_pipeline.naming import folded, index_of
from g60_pipeline.wording import told


def place_named(name: str, geographies: Sequence[Geography]) -> Geography:
    """Return the place that bears a code or name.

    Raises:
        G60Error: No place does, or several do; they, or the nearest names, are listed.
    """
    places = {g.geo_code: g for g in geographies}
    names = index_of(place_names(geographies))
    found = names.get(folded(name), ())
    if len(found) == 1:
        return places[found[0]]
    near = [code for n in difflib.get_close_matches(folded(name), names, n=3, cutoff=0.5) for code in names[n]]
    meant = "; ".join(dict.fromkeys(f"{code} {places[code].name_zh}" for code in found or near))
    rule = told("error.place.several" if found else "error.place.none")
    remedy = told("error.place.perhaps", meant=meant) if meant else told("error.place.by_code")
    raise G60Error(f"--geo {name}", rule, remedy)


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
