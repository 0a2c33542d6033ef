"""Finds the place, indicator or corridor of the warehouse that a reader means by a name. How: `lexicon`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from g60_pipeline.errors import UsageError
from g60_pipeline.lexicon import FEW, Lexicon
from g60_pipeline.naming import folded
from g60_pipeline.reader.database import Row, Warehouse

OFFICIAL: Final = "g60_songjiang"
"""The corridor as officially listed; it is shown first."""


def find_place(warehouse: Warehouse, name: str) -> Row:
    """Return the row of `core.geography` a code or name means.

    Args:
        warehouse: The warehouse.
        name: Code, English or Chinese name, or any alias; case, width and outer spaces do not matter.

    Raises:
        UsageError: No place has the name; the nearest ones are named.
    """
    places = warehouse.rows("SELECT geo_code, level, name_en, name_zh, short_zh, aliases FROM core.geography")
    names = {p["geo_code"]: [p["geo_code"], p["name_en"], p["name_zh"], p["short_zh"], *p["aliases"]] for p in places}
    titles = {p["geo_code"]: f"{p['geo_code']} {p['name_en']} {p['name_zh']}" for p in places}
    code = Lexicon("place", names, titles, listed_by="g60 places").find(name)
    return next(p for p in places if p["geo_code"] == code)


def find_indicator(warehouse: Warehouse, name: str) -> Row:
    """Return the row of `core.indicator` an identifier or name means, with its unit's symbols.

    A part of a name will do where only one indicator has it: whole words of English, any characters of Chinese.

    Raises:
        UsageError: No indicator has the name, or several do; they or the nearest ones are named. Or it is the name of a
            place, and no more than a part of the name of an indicator.
    """
    found = warehouse.rows(
        """SELECT i.indicator_id, i.name_en, i.name_zh, i.aliases, i.definition_en, i.definition_zh, i.unit, i.kind,
                  i.default_basis, i.computed_by, u.symbol_en, u.symbol_zh
           FROM core.indicator AS i JOIN core.unit AS u USING (unit)"""
    )
    names = {i["indicator_id"]: [i["indicator_id"], i["name_en"], i["name_zh"], *i["aliases"]] for i in found}
    titles = {i["indicator_id"]: f"{i['indicator_id']} ({i['name_en']} {i['name_zh']})" for i in found}
    lexicon = Lexicon("indicator", names, titles, listed_by="g60 indicators")
    if not lexicon.bearing(name):
        _refuse_place(warehouse, name, lexicon)
    wanted = lexicon.find(name, parts=True)
    return next({key: i[key] for key in i if key != "aliases"} for i in found if i["indicator_id"] == wanted)


def find_corridor(warehouse: Warehouse, name: str) -> Row:
    """Return the row of `core.corridor` an identifier or name means.

    Raises:
        UsageError: No corridor has the name; all are named.
    """
    found = corridors(warehouse)
    names = {c["corridor_id"]: [c["corridor_id"], c["name_en"], c["name_zh"], *c["aliases"]] for c in found}
    titles = {c["corridor_id"]: f"{c['corridor_id']} ({c['name_en']} {c['name_zh']})" for c in found}
    wanted = Lexicon("corridor", names, titles).find(name)
    return next(c for c in found if c["corridor_id"] == wanted)


def corridors(warehouse: Warehouse) -> list[Row]:
    """Return all corridors, the official list first, with the number of their members."""
    found = warehouse.rows(
        """SELECT c.corridor_id, c.name_en, c.name_zh, c.aliases, c.as_published_code, c.description_en,
                  c.description_zh, count(*)::INTEGER AS members
           FROM core.corridor AS c JOIN core.corridor_member AS m USING (corridor_id)
           WHERE m.version = 'metrics'
           GROUP BY ALL"""
    )
    return sorted(found, key=lambda c: (c["corridor_id"] != OFFICIAL, c["corridor_id"]))


def members(warehouse: Warehouse, corridor_ids: Sequence[str] = ()) -> list[Row]:
    """Return the members of some corridors, of all where none are given, in the order of the official list."""
    return warehouse.rows(
        """SELECT g.geo_code, g.level, g.name_en, g.name_zh, g.short_zh
           FROM core.corridor_member AS m JOIN core.geography AS g USING (geo_code)
           WHERE m.version = 'metrics' AND (len($ids) = 0 OR list_contains($ids, m.corridor_id))
           GROUP BY ALL ORDER BY min(m.position), min(m.corridor_id) <> $official, g.geo_code""",
        {"ids": list(corridor_ids), "official": OFFICIAL},
    )


def one_of(name: str, allowed: Sequence[str], *, what: str, of: str = "") -> str:
    """Return a word of a list.

    Args:
        name: The word as typed.
        allowed: The list.
        what: What its words are, an entry of `error.a`.
        of: Of what they are, where the entry says `{of}`.

    Raises:
        UsageError: It is not among them; the nearest ones are named.
    """
    return Lexicon(what, {word: [word] for word in allowed}, {word: word for word in allowed}, of=of).find(name)


def matching(text: str, names: Mapping[str, Sequence[str]], *, what: str, listed_by: str) -> set[str]:
    """Return what has a text anywhere in its names, whatever its case, blanks and signs.

    Raises:
        UsageError: Nothing has; names like it are named.
    """
    part = folded(text)
    found = {key for key, words in names.items() if any(part in folded(word) for word in words)}
    if not found:
        titles = {key: f"{key} ({words[1]} {words[2]})" for key, words in names.items()}
        Lexicon(what, names, titles, listed_by=listed_by).find(text)
    return found


def _refuse_place(warehouse: Warehouse, name: str, indicators: Lexicon) -> None:
    """Raise UsageError where the name of an indicator is that of a place, with what else it may mean."""
    try:
        place = find_place(warehouse, name)
    except UsageError:
        return
    title = f"{place['geo_code']} {place['name_en']} {place['name_zh']}"
    holding = indicators.having(name)[:FEW]
    if holding:
        meanings = indicators.listed(holding)
        raise UsageError.of("names.place_or_indicator", name, place=title, name=name, meanings=meanings)
    raise UsageError.of("names.is_place", name, place=title, name=name)
