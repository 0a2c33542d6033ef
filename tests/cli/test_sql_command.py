"""`g60 sql`: one read inside a wall. What DuckDB itself closes is tested without the check before it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import time

import duckdb
import pytest

from g60_pipeline.cli import ask
from g60_pipeline.report import query, walled

REFUSED = {
    "reading a file": "SELECT * FROM read_csv('/etc/passwd')",
    "a file as a table": "FROM '/etc/passwd'",
    "a Parquet file as a table": "FROM 'x.parquet'",
    "a file below another statement": "DESCRIBE FROM read_csv('/etc/passwd')",
    "a file in a subquery": "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "a quoted function": "FROM \"READ_TEXT\"('/etc/passwd')",
    "a blob": "FROM read_blob('/etc/hostname')",
    "sniffing": "FROM sniff_csv('/etc/passwd')",
    "the network": "FROM 'https://example.com/a.csv'",
    "copying out": "COPY core.build TO '/tmp/out.csv'",
    "copying a query out": "COPY (SELECT 1) TO '/tmp/out.csv'",
    "exporting": "EXPORT DATABASE '/tmp/out'",
    "attaching": "ATTACH '/tmp/x.duckdb'",
    "installing": "INSTALL httpfs",
    "loading": "LOAD httpfs",
    "setting": "SET threads = 1",
    "resetting": "RESET threads",
    "a pragma": "PRAGMA version",
    "a call": "CALL pragma_version()",
    "a folder": "SELECT * FROM glob('/*')",
    "secrets": "SELECT * FROM duckdb_secrets()",
    "a secret": "FROM which_secret('s3://a', 's3')",
    "creating": "CREATE TABLE t AS SELECT 1",
    "a table for the session": "CREATE TEMP TABLE t AS SELECT 1",
    "inserting": "INSERT INTO core.build VALUES (1)",
    "deleting": "DELETE FROM core.document",
    "dropping": "DROP TABLE core.document",
    "a transaction": "BEGIN",
    "using": "USE core",
    "preparing": "PREPARE a AS SELECT 1",
    "explaining": "EXPLAIN SELECT 1",
    "copying while explaining": "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/out.csv'",
    "copying a pivot out": "COPY (PIVOT core.document ON grade USING count(*)) TO '/tmp/out.csv'",
    "a table of a pivot": "CREATE TEMP TABLE t AS PIVOT core.document ON grade USING count(*)",
    "a pivot and another statement": "PIVOT core.document ON grade USING count(*); DROP TABLE core.document",
    "a kind without a name": "UPDATE EXTENSIONS",
    "a file in serialised SQL": "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''/etc/passwd'')'))",
    "a file in SQL in a string": "FROM query('FROM read_text(''/etc/passwd'')')",
    "a file in a pivot": "PIVOT read_csv('/etc/passwd') ON x USING max(y)",
    "inserting a pivot": "INSERT INTO core.build PIVOT core.observation ON year USING max(value)",
    "explaining a pivot": "EXPLAIN PIVOT core.observation ON year USING max(value)",
    "two statements": "SELECT 1; SELECT 2",
    "a second statement after a comment": "SELECT 1; -- x\nDROP TABLE core.document",
    "nothing": "",
    "a comment": "-- only this",
}

CLOSED_BY_DUCKDB = {
    "reading a file": "SELECT * FROM read_csv('/etc/passwd')",
    "reading text": "FROM read_text('/etc/passwd')",
    "a file as a table": "FROM '/etc/passwd'",
    "a Parquet file as a table": "FROM 'x.parquet'",
    "the network": "FROM 'https://example.com/a.csv'",
    "a file as a table in a pivot": "PIVOT '/etc/passwd' ON x USING max(y)",
    "a folder": "FROM glob('/*')",
    "copying out": "COPY core.build TO '/tmp/g60_out.csv'",
    "exporting": "EXPORT DATABASE '/tmp/g60_out'",
    "attaching a file": "ATTACH '/tmp/g60_x.duckdb'",
    "installing": "INSTALL httpfs",
    "loading": "LOAD httpfs",
    "opening the wall": "SET enable_external_access = true",
    "unlocking": "SET lock_configuration = false",
    "raising a limit": "SET memory_limit = '100GB'",
    "the environment": "SELECT getenv('HOME')",
    "secrets": "FROM duckdb_secrets()",
    "writing": "INSERT INTO core.document SELECT * FROM core.document",
    "dropping": "DROP TABLE core.document",
    "creating": "CREATE TABLE core.mine AS SELECT 1",
    "a Python variable": "FROM limits_of_the_test",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_what_is_not_one_select_or_reaches_outside_is_refused(g60, statement):
    result = g60("sql", "--", statement)
    assert result.exit_code == 2, result.stdout
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 2


def held(home):
    return hashlib.sha256(home.database.read_bytes()).hexdigest(), sorted(p.name for p in home.home.rglob("*"))


@pytest.fixture(scope="module")
def untouched(published):
    """Return what the file and its folder hold before anything is tried on them."""
    return held(published)


@pytest.mark.parametrize("statement", CLOSED_BY_DUCKDB.values(), ids=CLOSED_BY_DUCKDB)
def test_wall_holds_without_the_check_before_it(published, untouched, statement):
    limits_of_the_test = 10
    with (
        walled.walled(published, "200MB") as connection,
        pytest.raises(duckdb.Error),
    ):
        connection.execute(statement).fetchmany(limits_of_the_test)
    assert held(published) == untouched


@pytest.mark.parametrize(
    "statement",
    [
        "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 7 AS n'))",
        "FROM query('SELECT 7 AS n')",
        "SELECT 7 AS n FROM duckdb_settings() LIMIT 1",
    ],
)
def test_what_the_wall_allows_is_run(g60_json, statement):
    assert g60_json("sql", statement) == [{"n": 7}]


@pytest.mark.parametrize(
    "statement",
    [
        "COPY core.build TO 'x'",
        "INSERT INTO core.build VALUES (1)",
        "DROP TABLE core.build",
        "CREATE TABLE core.mine AS SELECT 1",
        "ATTACH '/tmp/x.duckdb'",
        "SET threads = 1",
    ],
)
def test_sql_in_a_string_is_a_read_too(g60, statement):
    quoted = statement.replace("'", "''")
    for form in (f"FROM query('{quoted}')", f"FROM json_execute_serialized_sql(json_serialize_sql('{quoted}'))"):
        result = g60("sql", form)
        assert result.exit_code in {1, 2}
        assert result.stdout == ""


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) AS n FROM core.document",
        "FROM core.document SELECT count(*) AS n",
        "WITH d AS (FROM core.document) SELECT count(*) AS n FROM d",
        "WITH query AS (FROM core.document) SELECT count(*) AS n FROM query;",
        "SELECT count(*) AS n FROM core.document -- ; all of them",
        "SELECT (count(*) * 2 / 2)::BIGINT AS n FROM core.document",
        "SELECT max(n) AS n FROM (VALUES ((SELECT count(*) FROM core.document))) AS t(n)",
    ],
)
def test_select_in_any_form_is_run(g60_json, ask, statement):
    assert g60_json("sql", statement) == ask("SELECT count(*) AS n FROM core.document")


@pytest.mark.parametrize(
    "statement",
    [
        "PIVOT core.document ON grade USING count(*)",
        "PIVOT core.document ON grade USING count(*); -- by grade",
        "FROM (PIVOT core.document ON grade USING count(*))",
        "WITH p AS (PIVOT core.document ON grade USING count(*)) FROM p",
        "PIVOT core.document ON grade IN ('A', 'B', 'C', 'D', 'U') USING count(*)",
    ],
)
def test_pivot_is_a_read_and_is_run(g60_json, ask, statement):
    held = {row["grade"]: row["n"] for row in ask("SELECT grade, count(*) AS n FROM core.document GROUP BY grade")}
    counted = dict.fromkeys(held, 0)
    for row in g60_json("sql", statement):
        for grade in held:
            counted[grade] += row[grade]
    assert counted == held


def test_unpivot_is_a_read_and_is_run(g60_json, ask):
    rows = g60_json("sql", "UNPIVOT core.unit ON symbol_en, symbol_zh INTO NAME language VALUE symbol")
    (held,) = ask("SELECT count(symbol_en) + count(symbol_zh) AS n FROM core.unit")
    assert len(rows) == held["n"]


@pytest.mark.parametrize(
    ("statement", "word"),
    [("SHOW ALL TABLES", "observation"), ("DESCRIBE core.build", "inputs_hash"), ("SUMMARIZE core.unit", "symbol_en")],
)
def test_tables_can_be_looked_up(g60, statement, word):
    assert word in g60("sql", statement).stdout


def test_json_holds_iso_dates_lists_and_null(g60_json):
    row = g60_json(
        "sql",
        "SELECT DATE '2020-11-01' AS day, TIMESTAMPTZ '2020-11-01 08:00+08' AS moment, [1, 2] AS list, "
        "1.5::DECIMAL(3,1) AS half, 'nan'::DOUBLE AS none, NULL AS empty, {'a': DATE '2020-01-01'} AS struct",
    )
    assert row == [
        {
            "day": "2020-11-01",
            "moment": "2020-11-01T00:00:00+00:00",
            "list": [1, 2],
            "half": 1.5,
            "none": None,
            "empty": None,
            "struct": {"a": "2020-01-01"},
        }
    ]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("0.1::DECIMAL(4, 2)", 0.1),
        ("24653.37::DECIMAL(18, 2)", 24653.37),
        ("12::DECIMAL(4, 2)", 12),
        ("123456789012345.6789::DECIMAL(20, 4)", "123456789012345.6789"),
        ("-12345678901234567890.12::DECIMAL(38, 2)", "-12345678901234567890.12"),
    ],
)
def test_json_holds_a_decimal_as_a_number_where_none_of_its_digits_is_lost_and_as_text_elsewhere(g60_json, value, held):
    assert g60_json("sql", f"SELECT {value} AS n") == [{"n": held}]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1e0 / 0", "inf"),
        ("-1e0 / 0", "-inf"),
        ("'nan'::DOUBLE", "nan"),
        ("123456789012345.6789::DECIMAL(20, 4)", "123456789012345.6789"),
        ("12345678901234567890123::HUGEINT", "12345678901234567890123"),
        ("0.1::DOUBLE + 0.2", "0.30000000000000004"),
        ("NULL", ""),
    ],
)
def test_numbers_are_shown_with_all_their_digits_and_none_as_another(g60, value, shown):
    query = f"SELECT {value} AS n, 'end' AS e"
    assert g60("sql", query).stdout.split()[3:] == [*shown.split(), "end"]
    assert list(csv.reader(io.StringIO(g60("sql", query, "--format", "csv").stdout)))[1:] == [[shown, "end"]]


def test_csv_follows_rfc_4180(g60):
    text = g60(
        "sql", "SELECT 'a,b' AS x, 'say \"hi\"' AS \"y z\", 'two\nlines' AS l, NULL AS n, true AS t", "--format", "csv"
    ).stdout_bytes.decode()
    assert text == 'x,y z,l,n,t\r\n"a,b","say ""hi""","two\nlines",,true\r\n'


def test_csv_json_and_direct_access_agree(g60, g60_json, ask):
    statement = "SELECT geo_code, year, value, flags FROM core.observation ORDER BY observation_id LIMIT 200"
    held = ask(statement)
    assert g60_json("sql", statement) == held
    rows = list(csv.DictReader(io.StringIO(g60("sql", statement, "--format", "csv").stdout)))
    assert [(r["geo_code"], int(r["year"]), float(r["value"])) for r in rows] == [
        (r["geo_code"], r["year"], r["value"]) for r in held
    ]
    assert [json.loads(r["flags"]) for r in rows] == [r["flags"] for r in held]


def test_columns_of_one_name_are_kept_apart(g60_json):
    assert g60_json("sql", "SELECT 1 AS a, 2 AS a") == [{"a": 1, "a_2": 2}]


def test_wide_table_is_not_cut_when_piped(g60, monkeypatch, ask):
    title = max((d["title"] for d in ask("SELECT title FROM core.document")), key=len)
    screen = g60("sql", "SELECT *, title AS again, title AS once_more FROM core.document", columns=0).stdout
    assert title in screen


def test_table_of_thousands_is_written_quickly_and_in_columns(g60):
    started = time.monotonic()
    lines = g60(
        "sql", "SELECT observation_id, geo_code FROM core.observation_candidate ORDER BY ALL"
    ).stdout.splitlines()
    assert time.monotonic() - started < 3
    assert len(lines) > 3000
    assert len({line.rindex(line.split()[-1]) for line in lines}) == 1


def test_statement_can_come_from_standard_input(g60):
    assert g60("sql", "-", "--format", "csv", stdin="SELECT 7 AS n").stdout.split() == ["n", "7"]


def test_rows_beyond_the_limit_are_left_out_and_told(g60):
    result = g60("sql", "FROM range(20)", "--max-rows", "5", "--format", "csv")
    assert result.stdout.split() == ["range", "0", "1", "2", "3", "4"]
    assert "first 5 rows" in result.stderr
    assert g60("sql", "FROM range(5)", "--max-rows", "5").stderr == ""


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM range(1000000000) a, range(1000) b",
        "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))",
        "SELECT jaro_similarity(repeat('ab', 300000), repeat('ba', 300000))",
        "SELECT repeat('x', 100) FROM range(1000000000)",
    ],
    ids=["a join", "a function that listens to nobody", "another one", "rows without end"],
)
@pytest.mark.usefixtures("queries_from_scratch")
def test_query_is_stopped_when_its_time_is_up(g60, statement):
    started = time.monotonic()
    result = g60("sql", statement, "--timeout", "0.3", "--max-rows", "1000000000")
    assert result.exit_code == 1
    assert "stopped after 0.3 s" in result.stderr
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
        "SELECT " + "abs(" * 900 + "1" + ")" * 900,
        "SELECT " + "CASE WHEN true THEN " * 800 + "1" + " END" * 800,
        "SELECT " + "(SELECT " * 300 + "1" + ")" * 300,
        "SELECT " + "1+" * 50_000 + "1",
        "SELECT " + "[" * 5_000 + "1" + "]" * 5_000,
        "FROM " + "(FROM " * 5_000 + "core.build" + ")" * 5_000,
    ],
    ids=["brackets", "calls", "cases", "subqueries", "sums", "lists", "tables"],
)
@pytest.mark.usefixtures("queries_from_scratch")
def test_deep_nesting_is_run_or_told(g60, statement):
    result = g60("sql", statement, "--timeout", "2", "--format", "csv")
    assert result.exit_code in {0, 1}
    assert "Traceback" not in result.stderr
    assert result.exit_code == 0 or result.stderr.startswith("the query: ")


@pytest.mark.usefixtures("queries_from_scratch")
def test_process_that_breaks_off_is_told(g60, monkeypatch):
    monkeypatch.setattr(query, "PROCESS", "g60_pipeline.nowhere")
    result = g60("sql", "SELECT 1")
    assert result.exit_code == 1
    assert "the query: it broke DuckDB off" in result.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_no_control_character_of_the_data_reaches_a_terminal(published, monkeypatch, capsys, form):
    monkeypatch.setenv("G60_HOME", str(published.home))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    statement = "SELECT chr(27) || ']0;owned' || chr(7) || chr(155) || '31m' AS \"a\x1bb\""
    ask.sql.main([statement, "--format", form], standalone_mode=False)
    shown = capsys.readouterr().out
    without_colours = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "owned" in shown
    assert not re.search(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]", without_colours)


def test_data_piped_as_csv_stay_as_they_are(g60):
    assert g60("sql", "SELECT chr(27) AS a", "--format", "csv").stdout == "a\n\x1b\n"


@pytest.mark.usefixtures("queries_from_scratch")
def test_query_is_refused_more_memory_than_allowed(g60, published):
    result = g60("sql", "SELECT list(range) FROM range(50000000)", "--memory", "50MB")
    assert result.exit_code == 1
    assert "more than 50MB of memory" in result.stderr
    assert not list(published.warehouse_dir.glob("*.tmp"))


@pytest.mark.parametrize("memory", ["lots", "-5", "12", "1GB; SET threads=1"])
def test_amount_of_memory_is_checked(g60, memory):
    result = g60("sql", "SELECT 1", "--memory", memory)
    assert result.exit_code == 2
    assert "500MB" in result.stderr


@pytest.mark.parametrize(
    ("statement", "word"), [("SELEC 1", "syntax error"), ("FROM core.nope", "nope"), ("SELECT 1/'a'", "Conversion")]
)
def test_wrong_sql_is_told_and_fails(g60, statement, word):
    result = g60("sql", statement)
    assert result.exit_code == 1
    assert word in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("SELECT range(2000000000)",),
        ("SELECT range(200000000 + count(*)) FROM core.build",),
        ("SELECT repeat('x', 1000000) FROM range(10000)", "--memory", "50MB"),
    ],
)
@pytest.mark.usefixtures("queries_from_scratch")
def test_values_too_large_to_hold_are_refused_and_not_held(g60, arguments):
    """The first is too large while the query is planned already, the second and third only while it runs."""
    result = g60("sql", *arguments, "--timeout", "20")
    assert result.exit_code == 1
    assert "memory" in result.stderr


def test_texts_too_long_to_lay_out_are_written_one_line_a_row(g60):
    shown = g60("sql", "SELECT repeat('x', 200000) AS long, 7 AS n FROM range(6)").stdout.splitlines()
    assert [line.split() for line in shown] == [["long", "n"], *[["x" * 200_000, "7"]] * 6]


@pytest.mark.parametrize("option", [("--timeout", "inf"), ("--timeout", "99999"), ("--memory", "1KB")])
def test_limits_have_limits(g60, option):
    assert g60("sql", "SELECT 1", *option).exit_code == 2
