"""What SQL users read beside the names: comments of the columns of views, and `analysis.about`, which lists everything.

A column that a view takes over from a table is described there; what is the view's own has its comment in its SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from g60_pipeline.tables.described import columns_of

TAKEN_FROM: Final = {
    "city_year": ("core.geography", "core.observation"),
    "claims": ("metrics.claim_audit", "core.claim", "core.document"),
    "coverage": ("core.geography", "core.observation"),
    "headline": ("core.indicator", "core.indicator_basis", "metrics.national_share"),
    "metric": ("metrics.corridor_total",),
    "metric_document": ("metrics.corridor_total", "core.document", "core.source"),
    "metric_event": ("metrics.corridor_total", "core.collaboration"),
    "metric_input": (
        "metrics.corridor_total",
        "core.observation_candidate",
        "core.geography",
        "core.document",
        "core.source",
    ),
    "metric_named_document": ("metrics.corridor_total", "core.document"),
    "share_text": ("metrics.national_share",),
}
"""Tables a view of `analysis` takes columns over from, the one whose description counts first."""

UNDESCRIBED: Final = """
SELECT table_name, column_name FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = 'analysis' AND comment IS NULL
ORDER BY table_name, column_index
"""
"""Columns of views that have no comment."""


def column_comments(undescribed: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a statement for each column of a view that is described in a table it is taken over from."""
    for view, column in undescribed:
        known = (c for name in TAKEN_FROM.get(view, ()) for c in columns_of(name) if c.column_name == column)
        if taken := next(known, None):
            yield f"COMMENT ON COLUMN analysis.{view}.{column} IS '{quoted(taken.description)}'"


def about_sql(schemas: Mapping[str, str]) -> str:
    """Return the statements that create `analysis.about`.

    Args:
        schemas: What each schema holds: DuckDB knows no comment of a schema.
    """
    described = ", ".join(f"('{name}', NULL, 'schema', '{quoted(words)}')" for name, words in schemas.items())
    here = "WHERE database_name = current_database() AND NOT internal"
    return f"""
-- What there is: schemas, tables, views and macros, and what each is.
CREATE VIEW analysis.about AS
SELECT * FROM (VALUES {described}) AS of_schema(schema, name, kind, description)
UNION ALL
SELECT schema_name, table_name, 'table', comment FROM duckdb_tables() {here}
UNION ALL
SELECT schema_name, view_name, 'view', comment FROM duckdb_views() {here}
UNION ALL
SELECT DISTINCT schema_name, concat(function_name, '(', array_to_string(parameters, ', '), ')'), 'macro', comment
FROM duckdb_functions() {here}
ORDER BY schema, name NULLS FIRST;
COMMENT ON VIEW analysis.about IS 'What there is: schemas, tables, views and macros, and what each is';
COMMENT ON COLUMN analysis.about.schema IS 'Schema.';
COMMENT ON COLUMN analysis.about.name IS 'Table, view, or macro with its parameters; empty for a schema.';
COMMENT ON COLUMN analysis.about.kind IS 'schema, table, view or macro.';
COMMENT ON COLUMN analysis.about.description IS 'What it is.';
"""  # noqa: S608  - names and words of our own contracts


def quoted(text: str) -> str:
    """Return a text as it is written between the quotes of SQL."""
    return text.replace("'", "''")
