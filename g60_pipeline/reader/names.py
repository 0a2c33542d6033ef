"""Finds the place, indicator or corridor a reader means by any name or alias, an indicator by a part of a name too.

A near miss is suggested, the likeliest first, and never taken; a name of several things is refused with all of them.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from g60_pipeline.reader.database import Row, UsageError, Warehouse
from g60_pipeline.wording import BilingualText, told

OFFICIAL: Final = "g60_songjiang"
"""The corridor as officially listed; it is shown first."""

FEW: Final = 12
"""How many names a remedy lists in full."""

SHORT: Final = 4
"""Characters up to which one wrong character makes a large part of a name."""

ALIKE: Final = 0.75
ALIKE_IF_SHORT: Final = 0.5
"""How alike a name must be to be suggested, from 0 to 1, and a short one: Nanjing is no way to write Tianjin."""
MUCH_LESS: Final = 0.25
"""How much less alike than the first suggestion another one may be."""

_WORD: Final = re.compile(r"[a-z0-9]+")
_SIGNS: Final = re.compile(r"[\s\-_'\"’“”,·]+")


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
    code = _find(name, names, titles, what="place", listed_by="g60 places")
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
    if not any(_folded(name) == _folded(word) for words in names.values() for word in words):
        _refuse_place(warehouse, name, names=names, titles=titles)
    wanted = _find(name, names, titles, what="indicator", listed_by="g60 indicators", parts=True)
    return next({key: i[key] for key in i if key != "aliases"} for i in found if i["indicator_id"] == wanted)


def find_corridor(warehouse: Warehouse, name: str) -> Row:
    """Return the row of `core.corridor` an identifier or name means.

    Raises:
        UsageError: No corridor has the name; all are named.
    """
    found = corridors(warehouse)
    names = {c["corridor_id"]: [c["corridor_id"], c["name_en"], c["name_zh"], *c["aliases"]] for c in found}
    titles = {c["corridor_id"]: f"{c['corridor_id']} ({c['name_en']} {c['name_zh']})" for c in found}
    wanted = _find(name, names, titles, what="corridor")
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
    return _find(name, {word: [word] for word in allowed}, {word: word for word in allowed}, what=what, of=of)


def matching(text: str, names: Mapping[str, Sequence[str]], *, what: str, listed_by: str) -> set[str]:
    """Return what has a text anywhere in its names, whatever its case, blanks and signs.

    Raises:
        UsageError: Nothing has; names like it are named.
    """
    part = _folded(text)
    found = {key for key, words in names.items() if any(part in _folded(word) for word in words)}
    if not found:
        titles = {key: f"{key} ({words[1]} {words[2]})" for key, words in names.items()}
        _find(text, names, titles, what=what, listed_by=listed_by)
    return found


def _refuse_place(
    warehouse: Warehouse, name: str, *, names: Mapping[str, Sequence[str]], titles: Mapping[str, str]
) -> None:
    """Raise UsageError where the name of an indicator is that of a place, with what else it may mean."""
    try:
        place = find_place(warehouse, name)
    except UsageError:
        return
    title = f"{place['geo_code']} {place['name_en']} {place['name_zh']}"
    holding = [key for key, words in names.items() if any(_is_part(name, word) for word in words)][:FEW]
    if holding:
        raise UsageError.of("names.place_or_indicator", name, place=title, name=name, meanings=_listed(holding, titles))
    raise UsageError.of("names.is_place", name, place=title, name=name)


def _find(
    wanted: str,
    names: Mapping[str, Sequence[str]],
    titles: Mapping[str, str],
    *,
    what: str,
    of: str = "",
    listed_by: str | None = None,
    parts: bool = False,
) -> str:
    text, kind = _folded(wanted), told(f"error.a.{what}", of=of)
    exact = [key for key, words in names.items() if text in {_folded(w) for w in words}]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise UsageError.of("names.several_meanings", wanted, what=kind, n=len(exact), meanings=_listed(exact, titles))
    holding = [key for key, words in names.items() if any(_is_part(wanted, w) for w in words)] if parts else []
    if len(holding) == 1:
        return holding[0]
    if holding:
        more = len(holding) - FEW
        listed = told("error.names.and_more", names=_listed(holding[:FEW], titles), n=more) if more > 0 else None
        meanings = listed or _listed(holding, titles)
        raise UsageError.of("names.in_several", wanted, what=kind, n=len(holding), meanings=meanings)
    near = _near(text, names)
    if near:
        raise UsageError.of("names.near", wanted, what=kind, meant=_listed(near, titles))
    if listed_by:
        raise UsageError.of("names.unknown", wanted, what=kind, command=listed_by)
    raise UsageError.of("names.none_of", wanted, what=kind, known=_listed(list(names), titles))


def _folded(text: str) -> str:
    """Return text without case, blanks and signs, and with full-width characters as plain ones: R & D is r&d."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold()) or text.strip()


def _is_part(text: str, name: str) -> bool:
    """Return whether a name has the words of a text one after the other; Chinese has no spaces between words."""
    if not text.isascii():
        return _folded(text) in _folded(name)
    words, among = _WORD.findall(text.casefold()), _WORD.findall(name.casefold())
    return bool(words) and any(among[i : i + len(words)] == words for i in range(len(among)))


def _near(text: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what a text may have been meant to be, the likeliest first, by the name most like it.

    Likely are names written like it, and those it is a part of or, in Chinese, short for.
    """
    if not text:
        return []
    of_word: dict[str, list[str]] = {}
    for key, words in names.items():
        for word in words:
            of_word.setdefault(_folded(word), []).append(key)
    chinese = not text.isascii()
    least = ALIKE if len(text) > SHORT else ALIKE_IF_SHORT
    close = difflib.get_close_matches(text, of_word, n=12, cutoff=least)
    if chinese and len(text) <= SHORT:  # half of two characters is the same in names that have nothing in common
        close = [word for word in close if len(word) > 1 and word[0] == text[0]]
    likely = {word: difflib.SequenceMatcher(None, text, word).ratio() for word in close}
    for word in of_word:
        if text in word or (chinese and _is_short_for(text, word)):
            likely[word] = max(likely.get(word, 0), ALIKE + (1 - ALIKE) * len(text) / len(word))
    least = max(likely.values(), default=0) - MUCH_LESS
    ranked = sorted((word for word in likely if likely[word] > least), key=lambda word: -likely[word])
    return list(dict.fromkeys(key for word in ranked for key in of_word[word]))[:5]


def _is_short_for(text: str, word: str) -> bool:
    """Return whether a Chinese text is characters of a name in their order, as 研发 is of 研究与试验发展."""
    rest = iter(word)
    return len(text) > 1 and all(character in rest for character in text)


def _listed(keys: Sequence[str], titles: Mapping[str, str]) -> BilingualText:
    shown = [titles[key] for key in keys]
    joined = [", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown
    return BilingualText(" or ".join(joined), "、".join(shown))
