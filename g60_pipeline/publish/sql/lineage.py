"""Views that lead from any row of any metric to what it was made of; made of the contracts, so no table is left out."""

from __future__ import annotations

from typing import Final

from g60_pipeline.tables import TABLES, Table
from g60_pipeline.tables.described import columns_of

LAYER: Final = "metrics"
"""Layer whose rows lead back."""


def lineage_sql() -> str:
    """Return the statements that create `analysis.metric`, and the views from it to figures, events and documents."""
    figures, documents = _used("input_ids", "observation_id"), _used("document_ids", "document_id")
    events, may_be = _used("event_ids", "event_id"), _used("undecided_ids", "event_id")
    return f"""
-- Every row of every metric in one form.
CREATE VIEW analysis.metric AS
{_in_one_form()};
COMMENT ON VIEW analysis.metric IS
'Every row of every metric in one form: what it is of, its value or answer, ends and formula';
COMMENT ON COLUMN analysis.metric.metric IS 'Table of the row.';
COMMENT ON COLUMN analysis.metric.value IS 'Its leading number, in unit where it has one.';
COMMENT ON COLUMN analysis.metric.value_low IS 'Lower end of the leading number.';
COMMENT ON COLUMN analysis.metric.value_high IS 'Upper end of the leading number.';
COMMENT ON COLUMN analysis.metric.answer IS 'Its answer in words, such as a verdict, where that leads.';
-- From any metric row to the figures behind it, and the documents they were printed in.
CREATE VIEW analysis.metric_input AS
WITH used AS (
{figures}
)
SELECT
    u.metric,
    u.metric_id,
    c.observation_id,
    c.geo_code,
    g.name_en,
    g.name_zh,
    c.indicator_id,
    c.basis,
    c.period_kind,
    c.period_start,
    c.period_end,
    c.value,
    c.unit,
    c.value_as_published,
    c.unit_as_published,
    c.status,
    c.round,
    c.flags,
    c.grade,
    c.locator,
    c.snapshot_id,
    c.retrieved_at,
    d.document_id,
    d.publisher,
    d.title,
    d.published_as_printed,
    d.url,
    s.name_en AS source_en,
    s.name_zh AS source_zh,
    s.terms
FROM used AS u
JOIN core.observation_candidate AS c USING (observation_id)
JOIN core.geography AS g USING (geo_code)
JOIN core.document AS d USING (document_id)
JOIN core.source AS s USING (source_id);
COMMENT ON VIEW analysis.metric_input IS 'Every figure behind every metric row, with the document it was printed in';
COMMENT ON COLUMN analysis.metric_input.metric IS 'Table of the metric row.';
COMMENT ON COLUMN analysis.metric_input.source_en IS 'English name of the source.';
COMMENT ON COLUMN analysis.metric_input.source_zh IS 'Chinese name of the source.';

-- From any metric row to the events it counts, and to those that may be its own.
CREATE VIEW analysis.metric_event AS
SELECT *, false AS undecided FROM (
{events}
)
UNION ALL
SELECT *, true AS undecided FROM (
{may_be}
);
COMMENT ON VIEW analysis.metric_event IS 'Every event behind every metric row; undecided where it may be its own';
COMMENT ON COLUMN analysis.metric_event.metric IS 'Table of the metric row.';
COMMENT ON COLUMN analysis.metric_event.undecided IS 'Whether it is open that the event belongs to the row.';

-- From any metric row to the documents it names beside those of its figures: of events, policies and records.
CREATE VIEW analysis.metric_named_document AS
{documents};
COMMENT ON VIEW analysis.metric_named_document IS 'Every document a metric row names itself, such as that of an event';
COMMENT ON COLUMN analysis.metric_named_document.metric IS 'Table of the metric row.';

-- From any metric row to its documents, by figures or by events.
CREATE VIEW analysis.metric_document AS
WITH used AS (
    FROM analysis.metric_named_document
    UNION SELECT metric, metric_id, document_id FROM analysis.metric_input
)
SELECT
    u.metric,
    u.metric_id,
    d.document_id,
    d.publisher,
    d.title,
    d.published_as_printed,
    d.url,
    s.name_en AS source_en,
    s.name_zh AS source_zh,
    s.terms
FROM used AS u
JOIN core.document AS d USING (document_id)
JOIN core.source AS s USING (source_id);
COMMENT ON VIEW analysis.metric_document IS 'Every document behind every metric row, through figures or through events';
COMMENT ON COLUMN analysis.metric_document.metric IS 'Table of the metric row.';
COMMENT ON COLUMN analysis.metric_document.source_en IS 'English name of the source.';
COMMENT ON COLUMN analysis.metric_document.source_zh IS 'Chinese name of the source.';
"""  # noqa: S608  - names of our own contracts


def _used(column: str, name: str) -> str:
    """Return the pairs of metric row and what a list column of it names, over all tables that have the column."""
    tables = [t for t in TABLES.values() if t.layer == LAYER and column in t.schema.column_names()]
    return "\n    UNION ALL ".join(
        f"    SELECT '{t.name}' AS metric, metric_id, unnest({column}) AS {name} FROM {t.full_name}"  # noqa: S608
        for t in tables
    )


def _in_one_form() -> str:
    """Return one SELECT a table, with empty columns where a table has none."""
    return "\nUNION ALL\n".join(_one_form(t) for t in TABLES.values() if t.layer == LAYER)


def _one_form(table: Table) -> str:
    columns = {c.column_name: c for c in columns_of(table.full_name)}
    lead = next((c.column_name for c in columns.values() if c.leads), "value")
    is_end = columns[lead].role in {"low", "high"}
    low, high = (next((n for n in (f"{lead}_{end}", end) if n in columns), None) for end in ("low", "high"))
    answer = next((c.column_name for c in columns.values() if c.role == "value" and c.data_type == "VARCHAR"), None)

    def column(name: str | None, form: str, alias: str) -> str:
        return f"CAST({name if name in columns else 'NULL'} AS {form}) AS {alias}"

    selected = [
        f"'{table.name}' AS metric",
        "metric_id",
        *(column(name, "VARCHAR", name) for name in ("corridor_id", "geo_code", "indicator_id", "basis")),
        column("period_end", "DATE", "period_end"),
        column("year", "INTEGER", "year"),
        column(None if is_end else lead, "DOUBLE", "value"),
        column(low, "DOUBLE", "value_low"),
        column(high, "DOUBLE", "value_high"),
        column("unit", "VARCHAR", "unit"),
        column(answer, "VARCHAR", "answer"),
        column("reason_code", "VARCHAR", "reason_code"),
        column("reason_args", "VARCHAR[]", "reason_args"),
        "flags",
        "formula_id",
    ]
    return f"SELECT {', '.join(selected)} FROM {table.full_name}"  # noqa: S608  - names of our own contracts
