"""Which place of the catalog a name stands for, and whether a document is about it."""

from __future__ import annotations

from collections.abc import Sequence

from g60_pipeline.catalog.models import Geography
from g60_pipeline.catalog.names import place_names
from g60_pipeline.lexicon import Lexicon


def place_named(name: str, geographies: Sequence[Geography]) -> Geography:
    """Return the place that bears a code or name.

    Raises:
        UsageError: No place does, or several do; they, or the nearest names, are listed.
    """
    places = {g.geo_code: g for g in geographies}
    titles = {code: f"{code} {g.name_en} {g.name_zh}" for code, g in places.items()}
    lexicon = Lexicon("place", place_names(geographies), titles, listed_by="g60 places")
    return places[lexicon.find(name, subject=f"--geo {name}")]


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
