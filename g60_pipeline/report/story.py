"""The story of one number: everything behind a row of any metric. Which row: `metric_row`; its look: `story_screen`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.report.arithmetic import Sum, sums
from g60_pipeline.report.database import Row, Warehouse
from g60_pipeline.report.metric_row import Asked, find_row

TALLY: Final = "TALLY:"
"""What the identifier of a counted figure begins with."""


@dataclass(frozen=True)
class Story:
    """A metric row with everything it was made of."""

    metric: str
    row: Row
    value_columns: list[str]
    formula: Row
    arithmetic: list[Sum]
    figures: list[Row]
    events: list[Row]
    documents: list[Row]
    subject: Row
    build: Row

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts; names of columns are those of the warehouse."""
        return {
            "metric": self.metric,
            "row": self.row,
            "subject": self.subject,
            "formula": self.formula,
            "arithmetic": [s.as_json() for s in self.arithmetic],
            "figures": self.figures,
            "events": self.events,
            "documents": self.documents,
            "build": self.build,
        }


def tell(warehouse: Warehouse, asked: Asked) -> Story:
    """Return the story of the row that is asked for.

    Raises:
        UsageError: There is no such row, or more than one fits.
    """
    metric, row = find_row(warehouse, asked)
    figures = _figures(warehouse, row.get("input_ids") or [])
    return Story(
        metric=metric,
        row=row,
        value_columns=_value_columns(warehouse, metric),
        formula=warehouse.one("FROM core.formula WHERE formula_id = $id", {"id": row["formula_id"]}),
        arithmetic=sums(metric, row, inputs=figures, beside=_beside(warehouse, metric, row)),
        figures=figures,
        events=_events(warehouse, row.get("event_ids") or []),
        documents=_documents(warehouse, row.get("document_ids") or []),
        subject=_subject(warehouse, row),
        build=warehouse.one("SELECT build_id, built_at, version, catalog_hash FROM core.build"),
    )


def _value_columns(warehouse: Warehouse, metric: str) -> list[str]:
    found = warehouse.rows(
        """SELECT column_name FROM duckdb_columns()
           WHERE schema_name = 'metrics' AND table_name = $name AND data_type IN ('DOUBLE', 'INTEGER', 'BIGINT')
             AND column_name NOT IN ('year', 'seed')
           ORDER BY column_index""",
        {"name": metric},
    )
    return [row["column_name"] for row in found]


def _figures(warehouse: Warehouse, ids: list[str]) -> list[Row]:
    """Return the figures behind a row, each with conversion, document, snapshot, and what lost against it."""
    figures = warehouse.rows(
        """SELECT c.*, g.name_en AS place_en, g.short_zh AS place_zh, i.name_en AS indicator_en,
                  i.name_zh AS indicator_zh, u.symbol_en, u.symbol_zh, p.symbol_en AS printed_symbol_en,
                  p.symbol_zh AS printed_symbol_zh,
                  power(10::DOUBLE, p.power_of_ten - u.power_of_ten) AS conversion_factor,
                  d.publisher, d.title, d.published_as_printed, d.url, s.name_en AS source_en, s.name_zh AS source_zh
           FROM core.observation_candidate AS c
           JOIN core.geography AS g USING (geo_code)
           JOIN core.indicator AS i USING (indicator_id)
           JOIN core.unit AS u ON u.unit = c.unit
           LEFT JOIN core.unit AS p ON p.unit = c.unit_as_published
           JOIN core.document AS d USING (document_id)
           JOIN core.source AS s USING (source_id)
           WHERE list_contains($ids, c.observation_id)
           ORDER BY c.indicator_id, c.period_end, c.geo_code""",
        {"ids": ids},
    )
    lost = warehouse.rows(
        """SELECT w.observation_id AS winner, o.observation_id, o.value, o.unit, o.value_as_published,
                  o.unit_as_published, o.status, o.round, o.grade, o.flags, o.reason, o.chosen, d.publisher, d.title,
                  d.published_as_printed, d.url
           FROM core.observation_candidate AS w
           JOIN core.observation_candidate AS o
             ON o.geo_code = w.geo_code AND o.indicator_id = w.indicator_id AND o.basis = w.basis
             AND o.period_kind = w.period_kind AND o.period_end = w.period_end
             AND o.observation_id <> w.observation_id
           JOIN core.document AS d ON d.document_id = o.document_id
           WHERE list_contains($ids, w.observation_id) AND NOT list_contains($ids, o.observation_id)
           ORDER BY o.observation_id""",
        {"ids": ids},
    )
    hashes = warehouse.rows(
        """SELECT snapshot_id, list(sha256 ORDER BY answer_key) AS sha256 FROM core.answer
           WHERE list_contains($ids, snapshot_id) GROUP BY snapshot_id""",
        {"ids": sorted({f["snapshot_id"] for f in figures if f["snapshot_id"]})},
    )
    by_snapshot = {row["snapshot_id"]: row["sha256"] for row in hashes}
    for figure in figures:
        figure["lost"] = [row for row in lost if row["winner"] == figure["observation_id"]]
        figure["snapshot_sha256"] = by_snapshot.get(figure["snapshot_id"], [])
        figure["firms"] = _firms(warehouse, figure) if figure["observation_id"].startswith(TALLY) else []
    return figures


def _firms(warehouse: Warehouse, figure: Row) -> list[Row]:
    """Return the firms a counted figure counts: listed by the day, not delisted, of the place."""
    return warehouse.rows(
        """SELECT stock_code, short_name_zh, list_date, document_id FROM core.star_listing
           WHERE list_date <= $day AND (delist_date IS NULL OR delist_date > $day)
             AND ($place = '100000' OR geo_code = $place OR district_code = $place OR province_code = $place)
           ORDER BY stock_code""",
        {"day": figure["period_end"], "place": figure["geo_code"]},
    )


def _events(warehouse: Warehouse, ids: list[str]) -> list[Row]:
    return warehouse.rows(
        """SELECT event_id, name_en, name_zh, path, year, document_id FROM core.collaboration
           WHERE list_contains($ids, event_id) ORDER BY year NULLS LAST, event_id""",
        {"ids": ids},
    )


def _documents(warehouse: Warehouse, ids: list[str]) -> list[Row]:
    return warehouse.rows(
        """SELECT d.document_id, d.publisher, d.title, d.published_as_printed, d.url, d.grade, s.name_en AS source_en,
                  s.name_zh AS source_zh
           FROM core.document AS d JOIN core.source AS s USING (source_id)
           WHERE list_contains($ids, document_id) ORDER BY document_id""",
        {"ids": ids},
    )


def _subject(warehouse: Warehouse, row: Row) -> Row:
    """Return the names of what a row is for: place, corridor and indicator, as far as it has them."""
    named: Row = {}
    for column, table, key in (
        ("geo_code", "geography", "place"),
        ("corridor_id", "corridor", "corridor"),
        ("indicator_id", "indicator", "indicator"),
    ):
        if row.get(column):
            sql = f"SELECT name_en, name_zh FROM core.{table} WHERE {column} = $id"  # noqa: S608  - tables of ours
            named[key] = warehouse.one(sql, {"id": row[column]})
    return named


def _beside(warehouse: Warehouse, metric: str, row: Row) -> dict[str, Any]:
    """Return what the arithmetic of a table needs besides its row."""
    members = warehouse.rows(
        "SELECT geo_code FROM core.corridor_member WHERE corridor_id = $id AND version = 'metrics'",
        {"id": row.get("corridor_id") or ""},
    )
    beside: dict[str, Any] = {"members": {m["geo_code"] for m in members}}
    if metric == "intensity":
        sql = "SELECT scale FROM core.ratio WHERE ratio_id = $id LIMIT 1"
        beside["scale"] = warehouse.one(sql, {"id": row["ratio_id"]})["scale"]
    if metric in {"index_component", "innovation_index"}:
        edition = {"framework": row["framework_id"], "corridor": row["corridor_id"]}
        of_edition = "framework_id = $framework AND corridor_id = $corridor"
        if metric == "index_component":
            sql = f"FROM metrics.index_bound WHERE {of_edition} AND component_id = $component"
            beside["bound"] = warehouse.one(sql, edition | {"component": row["component_id"]})
        else:
            sql = f"FROM metrics.index_component WHERE {of_edition} AND geo_code = $place AND year = $year"
            beside["components"] = warehouse.rows(sql, edition | {"place": row["geo_code"], "year": row["year"]})
    return beside
