"""Which city x indicator x year is filled, and by what grade: `analysis.coverage`, laid out as a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import find_indicator, find_place, members
from g60_pipeline.reader.words import BOUNDS, ESTIMATE, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType


def coverage_rows(
    warehouse: Warehouse, *, indicator: str | None = None, place: str | None = None, year: int | None = None
) -> list[Row]:
    """Return the rows of `analysis.coverage` that pass.

    Raises:
        UsageError: An indicator or place is not known, or the place is no member of a corridor.
    """
    return warehouse.rows(
        """SELECT * FROM analysis.coverage
           WHERE (CAST($indicator AS VARCHAR) IS NULL OR indicator_id = $indicator)
             AND (CAST($geo AS VARCHAR) IS NULL OR geo_code = $geo)
             AND (CAST($year AS INTEGER) IS NULL OR year = $year)
           ORDER BY indicator_id, basis, year, geo_code""",
        {
            "indicator": find_indicator(warehouse, indicator)["indicator_id"] if indicator else None,
            "geo": _member(warehouse, place) if place else None,
            "year": year,
        },
    )


def screen(
    warehouse: Warehouse,
    rows: list[Row],
    words: Words,
    *,
    indicator: str | None,
    place: str | None,
    year: int | None,
) -> list[RenderableType]:
    """Return the grid that answers a query.

    An indicator gives city x year, a place indicator x year, a year indicator x city, each cell a grade; without any,
    indicator x city with the number of years filled and the best grade.
    """
    if not any(r["filled"] for r in rows):
        return [screens.text(f"{words.label('no_figures')}.")]
    with_rows = {r["geo_code"] for r in rows}
    cities = [m["geo_code"] for m in members(warehouse) if m["geo_code"] in with_rows]
    years = _span(r["year"] for r in rows if r["filled"])
    series = list(dict.fromkeys((r["indicator_id"], r["basis"]) for r in rows if r["filled"]))
    names = {r["geo_code"]: (r["name_en"], r["name_zh"]) for r in rows}
    titles = {(r["indicator_id"], r["basis"]): words.both(r["indicator_en"], r["indicator_zh"]) for r in rows}
    found = {(r["indicator_id"], r["basis"], r["geo_code"], r["year"]): r for r in rows if r["filled"]}
    year_heads = [f"'{y % 100:02}" for y in years]
    city_heads = [_head(*names[city]) for city in cities]
    span = f"{years[0]}–{years[-1]}"
    parts: list[RenderableType] = []
    if indicator:
        for key in series:
            grid = screens.table(words.label("place"), *year_heads)
            for city in cities:
                grid.add_row(words.both(*names[city]), *(_mark(found.get((*key, city, y))) for y in years))
            parts.append(screens.titled(f"{titles[key]} [{key[0]}, {key[1]}], {span}", grid))
    elif place:
        cells = {key: [_mark(found.get((*key, cities[0], y))) for y in years] for key in series}
        title = f"{words.both(*names[cities[0]])} [{cities[0]}], {span}"
        parts.append(screens.titled(title, _series_grid(cells, titles, heads=year_heads, words=words)))
    elif year:
        cells = {key: [_mark(found.get((*key, city, year))) for city in cities] for key in series}
        parts.append(screens.titled(str(year), _series_grid(cells, titles, heads=city_heads, words=words)))
    else:
        title = f"{words.label('indicator')} × {words.label('place')}: {words.label('best_grade')}"
        parts.append(screens.titled(title, _summary(rows, cities, heads=city_heads, words=words)))
    legend = [screens.text(words.label("grades"), "dim")]
    if indicator or place or year:
        legend.append(screens.text(words.label("bound"), "dim"))
    if not (indicator or place):
        legend.append(screens.text(", ".join(f"{_head(*n)[:4]} {words.both(*n)}" for n in names.values()), "dim"))
    return [*parts, *legend]


def _series_grid(
    cells: dict[tuple[str, str], list[str]], titles: dict[tuple[str, str], str], *, heads: list[str], words: Words
) -> RenderableType:
    grid = screens.table(words.label("indicator"), *heads, keep=tuple(heads))
    for key, marks in cells.items():
        grid.add_row(screens.over(titles[key], f"{key[0]}, {key[1]}"), *marks)
    return grid


def _summary(rows: list[Row], cities: list[str], *, heads: list[str], words: Words) -> RenderableType:
    filled: dict[tuple[str, str], dict[int, str]] = {}
    for row in rows:
        if row["filled"]:
            years = filled.setdefault((row["indicator_id"], row["geo_code"]), {})
            years[row["year"]] = min(row["grade"], years.get(row["year"], row["grade"]))
    titles = {r["indicator_id"]: words.both(r["indicator_en"], r["indicator_zh"]) for r in rows if r["filled"]}
    grid = screens.table(words.label("indicator"), *heads, keep=tuple(heads))
    for indicator, title in titles.items():
        cells = []
        for city in cities:
            years = filled.get((indicator, city), {})
            cells.append(f"{len(years)} {min(years.values())}" if years else "·")
        grid.add_row(screens.over(title, indicator), *cells)
    return grid


def _head(name_en: str, name_zh: str) -> str:
    """Return a narrow heading of a place: four letters over two characters."""
    return f"{name_en[:4]}\n{name_zh[:2]}"


def _mark(row: Row | None) -> str:
    """Return the grade of a figure, with ~ that of an estimate, with + that of a bound."""
    if row is None:
        return "·"
    flags = set(row["flags"])
    return f"{row['grade']}{'~' if ESTIMATE in flags else '+' if flags & BOUNDS else ''}"


def _span(years: Iterable[int]) -> list[int]:
    known = sorted(set(years))
    return list(range(known[0], known[-1] + 1))


def _member(warehouse: Warehouse, name: str) -> str:
    place = find_place(warehouse, name)
    known = sorted(members(warehouse), key=lambda m: str(m["geo_code"]))
    if place["geo_code"] in {m["geo_code"] for m in known}:
        return str(place["geo_code"])
    listed = ", ".join(f"{m['geo_code']} {m['name_en']} {m['name_zh']}" for m in known)
    title = f"{place['geo_code']} {place['name_en']} {place['name_zh']}"
    raise UsageError.of("coverage.no_member", title, members=listed)
