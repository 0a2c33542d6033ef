"""Location quotients of the cities against China: more or less of an indicator than their size lets expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import interval
from g60_pipeline.report.site.drawn import source_line
from g60_pipeline.report.site.page import Number, Page, Site
from g60_pipeline.report.site.pages.heat import Cell, matrix, two_sided

PATH: Final = "specialisation.html"

LONGEST: Final = 11
"""Signs of an interval that fit into a cell."""

WEIGHTS: Final = (("population_resident", "resident_year_end"), ("gdp", "current_prices"))
"""Sizes the quotients are set against."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    codes = [m["geo_code"] for m in site.data.members]
    rows = site.data.warehouse.rows(
        """WITH place AS (
                FROM metrics.location_quotient
                WHERE reference_id = '100000' AND geo_code IS NOT NULL AND list_contains($codes, geo_code)
                  AND coalesce(value, value_low, value_high) IS NOT NULL),
            counted AS (
                SELECT weight_indicator_id, weight_basis, indicator_id, basis, year, count(DISTINCT geo_code) AS places
                FROM place GROUP BY ALL),
            best AS (
                FROM counted
                QUALIFY row_number() OVER (PARTITION BY weight_indicator_id, weight_basis, indicator_id
                                           ORDER BY places >= 6 DESC, year DESC, places DESC, basis) = 1)
            SELECT p.* FROM place AS p
            JOIN best AS b USING (weight_indicator_id, weight_basis, indicator_id, basis, year)
            ORDER BY p.indicator_id, p.geo_code, p.metric_id""",
        {"codes": codes},
    )
    blocks, shown = [], []
    for weight in WEIGHTS:
        own = [row for row in rows if (row["weight_indicator_id"], row["weight_basis"]) == weight]
        if own:
            shown += own
            blocks.append(_block(site, own, codes, weight=weight))
    content = {
        "blocks": blocks,
        "rule": site.first(site.data.formulas["location_quotient"], "words"),
        "whys": [_why(site, row) for row in shown],
    }
    yield Page(PATH, "specialisation.html.jinja", site.t("specialisation"), content, section="specialisation")


def _block(site: Site, rows: Sequence[Row], codes: Sequence[str], *, weight: tuple[str, str]) -> dict[str, Any]:
    title = site.t("against", name=site.indicator(weight[0]))
    names = {row["indicator_id"]: site.joined(site.indicator(row["indicator_id"]), str(row["year"])) for row in rows}
    held = {(row["indicator_id"], row["geo_code"]): row for row in rows}
    lines = [
        (name, [_cell(site, held.get((i, code)), name=name, code=code) for code in codes]) for i, name in names.items()
    ]
    none = "transparent"
    empty = [Cell(lines[0][0], site.place(code), "", none, none, None, Number(""), None) for code in codes]
    cells = [*empty, *(cell for _, line in lines for cell in line if cell)]
    chart = matrix(
        site,
        site.of(site.t("specialisation"), title),
        cells,
        notes=(site.t("quotient_note"), source_line(site, rows)),
        rows=len(names) + 2,
    )
    return {
        "title": title,
        "chart": chart,
        "columns": [site.place(code) for code in codes],
        "rows": [
            (name, f"indicators/{i}.html", line) for (i, name), (_, line) in zip(names.items(), lines, strict=True)
        ],
    }


def _cell(site: Site, row: Row | None, *, name: str, code: str) -> Cell | None:
    if row is None:
        return None
    text = interval(row["value"], row["value_low"], row["value_high"])
    fill, ink = two_sided(row["value"])
    note = site.t("few") if row["below_minimum_count"] else ""
    short = f"{row['value']:.2f}" if row["value"] is not None else text if len(text) <= LONGEST else "…"
    tip = site.of(site.joined(site.place(code), name), text)
    number = site.explained(text, row, PATH, note=note)
    return Cell(name, site.place(code), short, fill, ink, tip, number, row["metric_id"])


def _why(site: Site, row: Row) -> dict[str, Any]:
    title = (
        site.t("specialisation"),
        site.place(row["geo_code"]),
        site.indicator(row["indicator_id"]),
        site.t("against", name=site.indicator(row["weight_indicator_id"])),
        site.period(row),
    )
    lines = [site.t("few")] if row["below_minimum_count"] else []
    return site.why(row, title, interval(row["value"], row["value_low"], row["value_high"]), lines=lines)
