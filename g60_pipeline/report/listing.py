"""What there is: every indicator, place and corridor with its names, and how much is stored of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import matching
from g60_pipeline.reader.words import Words
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from rich.console import RenderableType

_INDICATORS: Final = """
SELECT i.indicator_id, i.name_en, i.name_zh, i.theme, i.unit, u.symbol_en, u.symbol_zh, i.kind, i.default_basis,
       i.aliases, count(o.observation_id) AS figures, count(DISTINCT o.geo_code) AS places, min(o.year) AS first_year,
       max(o.year) AS last_year, coalesce(list_sort(list_distinct(list(s.kind))), []) AS document_kinds,
       i.definition_en, i.definition_zh
FROM core.indicator AS i
JOIN core.unit AS u USING (unit)
LEFT JOIN core.observation AS o ON o.indicator_id = i.indicator_id
LEFT JOIN core.document AS d ON d.document_id = o.document_id
LEFT JOIN core.source AS s ON s.source_id = d.source_id
GROUP BY ALL ORDER BY i.theme, i.indicator_id"""

_PLACES: Final = """
WITH place AS (
    SELECT g.geo_code AS code, g.level, g.name_en, g.name_zh, g.short_zh, g.parent_code,
           coalesce((SELECT list(m.corridor_id ORDER BY m.corridor_id DESC) FROM core.corridor_member AS m
                     WHERE m.version = 'metrics' AND m.geo_code = g.geo_code), []) AS corridors,
           g.aliases, count(o.observation_id) AS figures, count(DISTINCT o.indicator_id) AS indicators,
           min(o.year) AS first_year, max(o.year) AS last_year, NULL::INTEGER AS members
    FROM core.geography AS g LEFT JOIN core.observation AS o USING (geo_code)
    GROUP BY ALL
),
corridor AS (
    SELECT c.corridor_id AS code, 'set' AS level, c.name_en, c.name_zh, c.aliases, []::VARCHAR[] AS corridors,
           count(*)::INTEGER AS members
    FROM core.corridor AS c JOIN core.corridor_member AS m USING (corridor_id)
    WHERE m.version = 'metrics' GROUP BY ALL
)
FROM (FROM place UNION ALL BY NAME FROM corridor)
ORDER BY members IS NULL, members IS NULL AND len(corridors) = 0, code <> 'g60_songjiang', code"""
"""Corridors, the official one first, then their members, then other places."""


def indicator_list(warehouse: Warehouse, text: str | None = None) -> list[Row]:
    """Return the indicators with unit, years, number of places and figures, and kinds of documents.

    Args:
        warehouse: The warehouse.
        text: Any part of an identifier, name or alias; all indicators without it.

    Raises:
        UsageError: None has the text in its names.
    """
    rows = warehouse.rows(_INDICATORS)
    if text is None:
        return rows
    names = {r["indicator_id"]: [r["indicator_id"], r["name_en"], r["name_zh"], *r["aliases"]] for r in rows}
    keys = matching(text, names, what="indicator", listed_by="g60 indicators")
    return [row for row in rows if row["indicator_id"] in keys]


def place_list(warehouse: Warehouse, text: str | None = None) -> list[Row]:
    """Return the corridors, then their members, then all other places, with how much is stored of each.

    Args:
        warehouse: The warehouse.
        text: Any part of a code, name or alias; all of them without it.

    Raises:
        UsageError: None has the text in its names.
    """
    rows = warehouse.rows(_PLACES)
    if text is None:
        return rows
    names = {r["code"]: [r["code"], r["name_en"], r["name_zh"], r["short_zh"] or "", *r["aliases"]] for r in rows}
    keys = matching(text, names, what="place", listed_by="g60 places")
    return [row for row in rows if row["code"] in keys]


def indicators_screen(rows: list[Row], words: Words) -> list[RenderableType]:
    """Return the screen of indicators."""
    columns = ("indicator", "name", "unit", "years", "places", "figures", "document_kinds")
    labels = [words.label(column) for column in columns]
    grid = screens.table(*labels, right=(words.label("places"), words.label("figures")))
    for row in rows:
        grid.add_row(
            row["indicator_id"],
            words.both(row["name_en"], row["name_zh"]),
            words.first(row["symbol_en"], row["symbol_zh"]),
            _years(row),
            str(row["places"]),
            str(row["figures"]),
            words.listed(say(f"listing.source.{kind}", words.language) for kind in row["document_kinds"]) or "–",
        )
    return [grid]


def places_screen(rows: list[Row], words: Words) -> list[RenderableType]:
    """Return the screen of places."""
    columns = ("code", "name", "level", "in_corridors", "indicators", "figures", "years")
    labels = [words.label(column) for column in columns]
    grid = screens.table(*labels, right=(words.label("indicators"), words.label("figures")))
    for row in rows:
        level = say(f"listing.level.{row['level']}", words.language)
        grid.add_row(
            row["code"],
            words.both(row["name_en"], row["name_zh"]),
            level if row["members"] is None else f"{level}{words.bracketed(row['members'])}",
            words.listed(row["corridors"]) or "–",
            "–" if row["indicators"] is None else str(row["indicators"]),
            "–" if row["figures"] is None else str(row["figures"]),
            _years(row),
        )
    return [grid]


def _years(row: Row) -> str:
    first, last = row["first_year"], row["last_year"]
    return "–" if first is None else str(first) if first == last else f"{first}–{last}"
