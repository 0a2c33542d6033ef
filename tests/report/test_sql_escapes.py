"""What a query might try to get out of the warehouse, in every disguise: 252 escapes, and none gets it.

The canary lies in files beside the warehouse, in the environment and behind a listening socket. Without the wall the
same queries do read the files, which is tested too: a wall that nothing runs into would prove nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import socket

import duckdb
import polars as pl
import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.report.walled import answers

CANARY = "canary-4711"

SOURCES = {
    "text": "read_text('{d}/c.csv')",
    "blob": "read_blob('{d}/c.csv')",
    "csv": "read_csv('{d}/c.csv')",
    "csv, detected": "read_csv_auto('{d}/c.csv')",
    "csv as a table": "'{d}/c.csv'",
    "many files": "read_csv('{d}/*.csv')",
    "parquet": "read_parquet('{d}/c.parquet')",
    "parquet as a table": "'{d}/c.parquet'",
    "parquet metadata": "parquet_file_metadata('{d}/c.parquet')",
    "json": "read_json('{d}/c.json')",
    "lines of json": "read_ndjson('{d}/c.json')",
    "sniffing": "sniff_csv('{d}/c.csv')",
    "a folder": "glob('{d}/*')",
    "network": "'http://127.0.0.1:{port}/c.csv'",
    "network, read": "read_csv('http://127.0.0.1:{port}/c.csv')",
    "object storage": "read_parquet('s3://bucket/c.parquet')",
    "secrets": "duckdb_secrets()",
}

DISGUISES = {
    "plain": "FROM {0}",
    "a subquery": "SELECT (SELECT count(*) FROM {0})",
    "a common table": "WITH x AS (SELECT * FROM {0}) SELECT * FROM x",
    "a lateral join": "SELECT * FROM core.build, LATERAL (SELECT * FROM {0})",
    "a union": "SELECT 1 FROM core.build UNION ALL SELECT count(*) FROM {0}",
    "comments": "FROM /* a */ {0} -- b\n",
    "described": "DESCRIBE FROM {0}",
    "summarised": "SUMMARIZE FROM {0}",
    "a pivot": "PIVOT (SELECT *, 1 AS n FROM {0}) ON n USING count(*)",
    "sql in a string": "FROM query('FROM {1}')",
    "serialised sql": "FROM json_execute_serialized_sql(json_serialize_sql('FROM {1}'))",
    "a list of rows": "SELECT list(x) FROM {0} AS x",
}

STATEMENTS = (
    "COPY core.build TO '{d}/out.csv'",
    "COPY (FROM core.build) TO '{d}/out.parquet'",
    "EXPORT DATABASE '{d}/out'",
    "ATTACH '{d}/out.duckdb'",
    "ATTACH ':memory:' AS m",
    "INSTALL httpfs FROM '{d}'",
    "LOAD '{d}/c.csv'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '100GB'",
    "CREATE OR REPLACE TABLE core.build AS SELECT 1",
    "INSERT INTO core.build SELECT * FROM core.build",
    "UPDATE core.build SET inputs_hash = ''",
    "DELETE FROM core.build",
    "DROP TABLE core.build",
    "CREATE SECRET s (TYPE s3)",
)

AROUND = ("{0}", "FROM query('{1}')", "FROM json_execute_serialized_sql(json_serialize_sql('{1}'))")

ESCAPES = [
    *(f"{a}|{b}" for a, b in itertools.product(SOURCES, DISGUISES)),
    *(f"{a}|{b}" for a, b in itertools.product(STATEMENTS, AROUND)),
]


LIMITS = {"memory": "300MB", "max_rows": 100}


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """Return a folder of files that must not be read, and a socket that must not be called."""
    folder = tmp_path_factory.mktemp("canary")
    frame = pl.DataFrame({"secret": [CANARY]})
    frame.write_csv(folder / "c.csv")
    frame.write_parquet(folder / "c.parquet", metadata={CANARY: CANARY})
    (folder / "c.json").write_text(json.dumps({"secret": CANARY}))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield folder, server


def written(escape, canary):
    """Return the query of an escape."""
    inner, around = escape.split("|", 1)
    inner = SOURCES.get(inner, inner).format(d=canary[0], port=canary[1].getsockname()[1])
    return DISGUISES.get(around, around).format(inner, inner.replace("'", "''"))


def told(home, query):
    """Return all that a reader gets: rows or a message. Columns of a closed function may be described, its rows not."""
    try:
        return str(list(answers(home, query, **LIMITS)))
    except G60Error as refused:
        return str(refused)


def contents(*folders):
    return {
        file: hashlib.sha256(file.read_bytes()).hexdigest()
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_there_are_as_many_escapes_as_were_once_tried_by_hand():
    assert len(ESCAPES) == len(set(ESCAPES)) == 252


@pytest.mark.parametrize("tried", [*SOURCES, *STATEMENTS])
def test_escape_in_every_disguise_gets_nothing_and_leaves_no_trace(published, canary, monkeypatch, tried):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    before = contents(published.home, canary[0])
    for escape in (e for e in ESCAPES if e.startswith(f"{tried}|")):
        assert CANARY not in told(published, written(escape, canary)), escape
    with pytest.raises(G60Error):
        list(answers(published, written(f"{tried}|{'plain' if tried in SOURCES else '{0}'}", canary), **LIMITS))
    assert contents(published.home, canary[0]) == before
    with pytest.raises(BlockingIOError):
        canary[1].accept()


@pytest.mark.parametrize("source", [name for name, text in SOURCES.items() if "{d}" in text])
def test_without_the_wall_every_disguise_reads_the_file(canary, source):
    with contextlib.closing(duckdb.connect()) as bare:
        bare.execute("CREATE SCHEMA core; CREATE TABLE core.build AS SELECT 1 AS n")
        for disguise in DISGUISES:
            assert bare.execute(written(f"{source}|{disguise}", canary)).fetchall(), disguise
