"""Finds the place, indicator or corridor a reader means by any of its names, an indicator by a part of one too.

A near miss is suggested, never taken.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from g60_pipeline.reader.database import Row, UsageError, Warehouse

OFFICIAL: Final = "g60_songjiang"
"""The corridor as officially listed; it is shown first."""

FEW: Final = 12
"""How many names a remedy lists in full."""

SHORT: Final = 4
"""Characters up to which one wrong character makes a large part of a name."""

ALIKE: Final = 0.75
ALIKE_IF_SHORT: Final = 0.5
"""How alike a name must be to be suggested, from 0 to 1, and a short one: Nanjing is no way to write Tianjin."""

TABLES: Final = {"place": "geography", "indicator": "indicator"}
"""Table with all names of a kind, for the kinds that have many."""


_WORD: Final = re.compile(r"[a-z0-9]+")


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
    code = _find(name, names, titles, what="place")
    return next(p for p in places if p["geo_code"] == code)


def find_indicator(warehouse: Warehouse, name: str) -> Row:
    """Return the row of `core.indicator` an identifier or name means, with its unit's symbols.

    A part of a name will do where only one indicator has it: whole words of English, any characters of Chinese.

    Raises:
        UsageError: No indicator has the name, or several do; they or the nearest ones are named.
    """
    found = warehouse.rows(
        """SELECT i.indicator_id, i.name_en, i.name_zh, i.definition_en, i.definition_zh, i.unit, i.kind,
                  i.default_basis, i.computed_by, u.symbol_en, u.symbol_zh
           FROM core.indicator AS i JOIN core.unit AS u USING (unit)"""
    )
    names = {i["indicator_id"]: [i["indicator_id"], i["name_en"], i["name_zh"]] for i in found}
    titles = {i["indicator_id"]: f"{i['indicator_id']} ({i['name_en']} {i['name_zh']})" for i in found}
    wanted = _find(name, names, titles, what="indicator", parts=True)
    return next(i for i in found if i["indicator_id"] == wanted)


def find_corridor(warehouse: Warehouse, name: str) -> Row:
    """Return the row of `core.corridor` an identifier or name means.

    Raises:
        UsageError: No corridor has the name; all are named.
    """
    found = corridors(warehouse)
    names = {c["corridor_id"]: [c["corridor_id"], c["name_en"], c["name_zh"]] for c in found}
    titles = {c["corridor_id"]: f"{c['corridor_id']} ({c['name_en']} {c['name_zh']})" for c in found}
    wanted = _find(name, names, titles, what="corridor")
    return next(c for c in found if c["corridor_id"] == wanted)


def corridors(warehouse: Warehouse) -> list[Row]:
    """Return all corridors, the official list first, with the number of their members."""
    found = warehouse.rows(
        """SELECT c.corridor_id, c.name_en, c.name_zh, c.as_published_code, c.description_en, c.description_zh,
                  count(*)::INTEGER AS members
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


def one_of(name: str, allowed: Sequence[str], *, what: str) -> str:
    """Return a word of a list.

    Raises:
        UsageError: It is not among them; the nearest ones are named.
    """
    return _find(name, {word: [word] for word in allowed}, {word: word for word in allowed}, what=what)


def _find(
    wanted: str, names: Mapping[str, Sequence[str]], titles: Mapping[str, str], *, what: str, parts: bool = False
) -> str:
    text = _folded(wanted.strip())
    exact = [key for key, words in names.items() if text in {_folded(w) for w in words}]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise UsageError(wanted, f"more than one {what} bears this name", f"Use one of {_listed(exact, titles)}")
    holding = [key for key, words in names.items() if any(_is_part(text, _folded(w)) for w in words)] if parts else []
    if len(holding) == 1:
        return holding[0]
    if holding:
        more = f" ({len(holding) - FEW} more)" if len(holding) > FEW else ""
        remedy = f"Use one of {_listed(holding[:FEW], titles)}{more}"
        raise UsageError(wanted, f"{len(holding)} {what}s have it in their names", remedy)
    near = _near(text, names)
    if near:
        remedy = f"Did you mean {_listed(near, titles)}?"
    elif what in TABLES and len(names) > FEW:
        remedy = f'`g60 sql "FROM core.{TABLES[what]}"` lists what there is'
    else:
        remedy = f"Known are {_listed(list(names), titles)}"
    raise UsageError(wanted, f"it is not a known {what}", remedy)


def _folded(text: str) -> str:
    """Return text without case, and with full-width characters as plain ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def _is_part(text: str, name: str) -> bool:
    """Return whether a name has the words of a text one after the other; Chinese has no spaces between words."""
    if not text.isascii():
        return text in name
    words, among = _WORD.findall(text), _WORD.findall(name)
    return bool(words) and any(among[i : i + len(words)] == words for i in range(len(among)))


def _near(text: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what a text may have been meant to be: names it is a part of or short for, then names written like it."""
    of_word = {_folded(word): key for key, words in names.items() for word in words}
    if not text:
        return []
    chinese = not text.isascii()
    holding = [key for word, key in of_word.items() if text in word or (chinese and _is_short_for(text, word))]
    least = ALIKE if len(text) > SHORT else ALIKE_IF_SHORT
    close = difflib.get_close_matches(text, of_word, n=6, cutoff=least)
    if chinese and len(text) <= SHORT:  # half of two characters is the same in names that have nothing in common
        close = [word for word in close if len(word) > 1 and word[0] == text[0]]
    return list(dict.fromkeys([*holding, *(of_word[word] for word in close)]))[:5]


def _is_short_for(text: str, word: str) -> bool:
    """Return whether a Chinese text is characters of a name in their order, as 研发 is of 研究与试验发展."""
    rest = iter(word)
    return len(text) > 1 and all(character in rest for character in text)


def _listed(keys: Sequence[str], titles: Mapping[str, str]) -> str:
    shown = [titles[key] for key in keys]
    return ", ".join(shown[:-1]) + (" or " if len(shown) > 1 else "") + shown[-1]
