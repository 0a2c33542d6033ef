"""A warehouse of another version that lacks any one column is told to be of another version, or explained without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.explain.explanation import explain
from g60_pipeline.explain.query import MetricQuery
from g60_pipeline.explain.screen import screen
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings

TOLD = "the warehouse: it was built by another version"
TABLES = ("core.formula", "core.column", "core.document", "core.observation_candidate", "core.indicator", "core.unit")
ROWS = {
    "metrics.national_share": ("share IS NOT NULL", TABLES),
    "metrics.claim_audit": ("verdict IS NOT NULL", ("core.formula",)),
    "metrics.gradient": ("tier IS NOT NULL", ("core.formula",)),
}
"""Table of a metric, which row of it is explained, and the tables that lose a column beside it."""


@pytest.fixture(scope="module")
def file(published: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = tmp_path_factory.mktemp("other") / "other.duckdb"
    shutil.copyfile(published.database, copied)
    copied.chmod(0o644)
    return copied


def outcome(warehouse: Warehouse, metric_id: str) -> str:
    """Explain a row; return why that can not be."""
    try:
        assert screen(explain(warehouse, MetricQuery(metric_id)), Words("en"))
    except G60Error as error:
        return f"{error}"
    return ""


@pytest.mark.parametrize("metric", ROWS)
def test_no_column_that_is_missing_ends_in_a_traceback(file: Path, metric: str) -> None:
    condition, tables = ROWS[metric]
    with duckdb.connect(str(file)) as connection:
        warehouse = Warehouse(connection)
        (row,) = warehouse.rows(f"FROM {metric} WHERE {condition} ORDER BY metric_id LIMIT 1")
        assert outcome(warehouse, row["metric_id"]) == ""
        said: dict[str, str] = {}
        for table in (*tables, metric):
            columns = [c[0] for c in connection.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()]
            for column in columns:
                connection.begin()
                connection.execute(f'CREATE TEMP TABLE kept AS SELECT * EXCLUDE ("{column}") FROM {table}')
                connection.execute(f"DROP TABLE {table} CASCADE")
                connection.execute(f"CREATE TABLE {table} AS FROM kept")
                said[f"{table}.{column}"] = outcome(warehouse, row["metric_id"])
                connection.rollback()
    assert {name: words for name, words in said.items() if words and not words.startswith(TOLD)} == {}
    assert {"core.formula.parameters", f"{metric}.metric_id"} <= {name for name in said if said[name]}
