"""The composite index: ranks with the interval in which other choices would put them, and the index by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import number
from g60_pipeline.report.charts.chart import Chart
from g60_pipeline.report.site.data import SCOPES
from g60_pipeline.report.site.drawn import colour, source_line
from g60_pipeline.report.site.page import Page, Site

PATH: Final = "ranks.html"


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    index = site.data.warehouse.rows(
        """FROM metrics.innovation_index WHERE weighting = 'equal' AND aggregation = 'arithmetic'
           ORDER BY corridor_id, year DESC, value DESC NULLS LAST, geo_code"""
    )
    robust = {
        (row["corridor_id"], row["geo_code"], row["year"]): row
        for row in site.data.warehouse.rows("FROM metrics.index_robustness WHERE source = 'all'")
    }
    blocks = [
        _block(site, [row for row in index if row["corridor_id"] == scope], robust=robust, scope=scope)
        for scope in SCOPES
    ]
    formula = site.data.formulas["innovation_index"]
    content = {
        "blocks": [block for block in blocks if block],
        "rule": site.first(formula, "words"),
        "draws": site.first(site.data.formulas["index_robustness"], "words"),
        "components": _components(site),
        "whys": [_why(site, row) for row in index if row["value"] is not None],
    }
    yield Page(PATH, "ranks.html.jinja", site.t("composite_index"), content, section="ranks")


def _block(site: Site, rows: Sequence[Row], *, robust: dict[Any, Row], scope: str) -> dict[str, Any] | None:
    held = [row for row in rows if row["value"] is not None]
    if not held:
        return None
    newest = max(row["year"] for row in held)
    ranked = [row for row in held if row["year"] == newest]
    values = []
    for row in ranked:
        draws = robust.get((scope, row["geo_code"], newest))
        point: dict[str, Any] = {
            "row": site.place(row["geo_code"]),
            "rank": row["rank"],
            "colour": colour(site, row["geo_code"]),
            "id": row["metric_id"],
        }
        point["tip"] = site.of(point["row"], _rank(row))
        if draws:
            ends = {"low": "rank_p5", "high": "rank_p95", "best": "rank_best", "worst": "rank_worst"}
            point |= {name: draws[column] for name, column in ends.items()}
            point["tip"] += f" [{draws['rank_p5']}–{draws['rank_p95']}]"
        values.append(point)
    names = {
        "row": site.t("column.place"),
        "rank": site.t("rank"),
        "low": "p5",
        "high": "p95",
        "best": site.t("best"),
        "worst": site.t("worst"),
        "id": "id",
    }
    chart = Chart(
        kind="ranks",
        title=site.of(site.t("composite_index"), site.joined(site.scope(scope), str(newest))),
        notes=(site.t("ranks_note"), source_line(site, ranked)),
        values=values,
        columns=names,
        height=34 * len(values),
    )
    years = sorted({row["year"] for row in held}, reverse=True)
    by_key = {(row["geo_code"], row["year"]): row for row in held}
    return {
        "title": site.scope(scope),
        "chart": chart,
        "years": years,
        "rows": [
            (site.place(row["geo_code"]), [_cell(site, by_key.get((row["geo_code"], y)), robust) for y in years])
            for row in ranked
        ],
        "missing": [
            site.of(
                site.t("without_index", name=site.place(row["geo_code"])),
                site.words.listed(site.component(c) for c in row["missing"]),
            )
            for row in rows
            if row["year"] == newest and row["value"] is None
        ],
    }


def _cell(site: Site, row: Row | None, robust: dict[Any, Row]) -> dict[str, Any] | None:
    if row is None:
        return None
    draws = robust.get((row["corridor_id"], row["geo_code"], row["year"]))
    reach = f" [{draws['rank_p5']}–{draws['rank_p95']}]" if draws else ""
    return {"number": site.explained(number(row["value"]), row, PATH), "rank": f"{_rank(row)}{reach}"}


def _rank(row: Row) -> str:
    """Return the rank, or the ranks it may have, and of how many."""
    rank = f"{row['rank_low']}–{row['rank_high']}" if row["rank"] is None else str(row["rank"])
    return f"{rank}/{row['members_expected']}"


def _components(site: Site) -> list[dict[str, Any]]:
    """Return what the index is made of, with the equal weights of the newest year."""
    rows = site.data.warehouse.rows(
        """FROM metrics.index_component WHERE weight_equal IS NOT NULL
           QUALIFY row_number() OVER (PARTITION BY component_id ORDER BY year DESC, corridor_id, geo_code) = 1
           ORDER BY dimension, component_id"""
    )
    return [
        {
            "name": site.component(r["component_id"]),
            "dimension": site.word(r["dimension"], "dimension"),
            "weight": number(r["weight_equal"]),
        }
        for r in rows
    ]


def _why(site: Site, row: Row) -> dict[str, Any]:
    title = (site.t("composite_index"), site.place(row["geo_code"]), site.scope(row["corridor_id"]), str(row["year"]))
    answer = site.joined(number(row["value"]), f"{site.t('rank')} {_rank(row)}")
    lines = [
        site.of(
            site.component(part["component_id"]),
            f"{number(part['normalised'])} × {number(part['weight_equal'])} = {number(part['contribution_equal'])}",
        )
        for part in site.derivations.metrics(row["parent_ids"])
        if part["normalised"] is not None
    ]
    return site.why(row, title, answer, lines=lines, in_full=False)
