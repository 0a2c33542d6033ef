"""The published file in the oldest DuckDB the README names: every table, view, macro and cookbook query."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from g60_pipeline.settings import Settings

ROOT: Final = Path(__file__).parents[2]
OLDEST: Final = Path(sys.prefix) / "oldest-duckdb"
"""Where `make .venv/.installed-dev` puts that DuckDB."""

MACROS: Final = {
    "explain": "FROM analysis.explain('national_share:g60_shanghai:star_listed:tally:2022-12-31')",
    "as of": "FROM analysis.observation_as_of(DATE '2022-06-30')",
}

READ: Final = """
import duckdb, hashlib, json, sys
queries = json.load(sys.stdin)
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    found = {"version": duckdb.__version__}
    for name, sql in queries.items():
        rows = sorted(map(repr, connection.sql(sql).fetchall()))
        found[name] = [len(rows), hashlib.sha256("\\n".join(rows).encode()).hexdigest()]
print(json.dumps(found))
"""


def read(published: Settings, queries: dict[str, str], *, oldest: bool) -> dict[str, Any]:
    environment = os.environ | ({"PYTHONPATH": str(OLDEST)} if oldest else {})
    command = [sys.executable, "-P", "-c", READ, str(published.database)]
    run = subprocess.run(
        command, env=environment, input=json.dumps(queries), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def queries(published: Settings) -> dict[str, str]:
    import duckdb

    with duckdb.connect(str(published.database), read_only=True) as connection:
        names = connection.sql("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        views = connection.sql(
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
    cookbook = {p.stem: p.read_text(encoding="utf-8") for p in (ROOT / "warehouse" / "queries").glob("*.sql")}
    tables = {name: f"FROM {name}" for (name,) in names}
    # The two longest views repeat what the tables hold.
    counted = {name: f"SELECT count(*) FROM {name}" for (name,) in views}
    return tables | counted | MACROS | cookbook


def test_oldest_duckdb_reads_what_the_newest_reads(published: Settings, queries: dict[str, str]) -> None:
    assert OLDEST.is_dir(), "run `make .venv/.installed-dev`, which installs the oldest DuckDB beside the environment"
    old, new = read(published, queries, oldest=True), read(published, queries, oldest=False)
    assert old.pop("version") != new.pop("version")
    assert {name: (old[name], rows) for name, rows in new.items() if old[name] != rows} == {}
    assert len(new) > 80


def test_readme_names_the_oldest_duckdb() -> None:
    version = (ROOT / "requirements-oldest.lock").read_text(encoding="utf-8").partition("duckdb==")[2].split()[0]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"DuckDB {version.rpartition('.')[0]} or newer" in readme
