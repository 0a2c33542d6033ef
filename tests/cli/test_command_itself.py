"""`g60` as a program: start-up, help, exit codes, pipes, a home without a warehouse."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from g60_pipeline import __version__
from g60_pipeline.settings import Settings

PROGRAM = "from g60_pipeline.cli import main; main()"
ONE_BY_ONE = """
import json, sys
from g60_pipeline.cli import main
for args in json.loads(sys.argv[1]):
    sys.argv[1:] = args
    try:
        main()
    except SystemExit as ended:
        print(json.dumps([args, ended.code, list(sys.modules)]), file=sys.stderr)
"""
"""Runs commands in turn and tells of each how it ended and which modules are loaded since."""
READING = [
    ("show",),
    ("show", "gdp"),
    ("show", "--geo", "Suzhou"),
    ("claims",),
    ("claims", "--claim", "C107"),
    ("coverage",),
    ("sql", "SELECT 1"),
]
HEAVY = {"typer", "dagster", "dataframely", "polars", "pydantic", "pandas", "numpy", "pyarrow", "requests"}


def run(*args, home, stdin=None, **environment):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *args],
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        env=os.environ | {"G60_HOME": str(home.home)} | environment,
    )


def test_reading_commands_load_nothing_heavy(published):
    """One after the other in one process: what the first of them loads is still there after the last."""
    commands = [("--help",), *READING, ("doctor",), ("inbox", "list"), ("show", "--help")]
    done = subprocess.run(
        [sys.executable, "-c", ONE_BY_ONE, json.dumps(commands)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"G60_HOME": str(published.home)},
    )
    assert done.returncode == 0, done.stderr[-300:]
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [tuple(args) for args, _, _ in told] == commands
    for args, code, modules in told:
        loaded = {name.partition(".")[0] for name in modules}
        assert code == 0, args
        assert "click" in loaded
        assert loaded & HEAVY == set(), args


@pytest.mark.parametrize("args", READING)
def test_without_a_warehouse_the_way_to_one_is_told(g60, tmp_path, args):
    result = g60(*args, home=Settings(tmp_path))
    assert result.exit_code == 1
    assert "there is no warehouse yet" in result.stderr
    assert "g60 build" in result.stderr
    assert result.stdout == ""


def test_warehouse_of_another_version_is_told(g60, own_home):
    import duckdb

    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        connection.execute("DROP VIEW analysis.headline")
    result = g60("show", home=own_home)
    assert result.exit_code == 1
    assert "built by another version" in result.stderr


def test_warehouse_of_another_version_has_no_past(g60, own_home):
    import duckdb

    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        connection.execute("CREATE TEMP TABLE kept AS SELECT * EXCLUDE (unit) FROM core.flow")
        connection.execute("DROP TABLE core.flow CASCADE")
        connection.execute("CREATE TABLE core.flow AS FROM kept")
    result = g60("show", "gdp", "--as-of", "2024-01-01", home=own_home)
    assert result.exit_code == 1
    assert "built by another version" in result.stderr
    assert "g60 build" in result.stderr


@pytest.mark.parametrize("statement", ["DROP TABLE core.column", "DELETE FROM core.column"])
def test_warehouse_that_does_not_describe_its_columns_is_told(g60, own_home, statement):
    import duckdb

    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        connection.execute(statement)
    for args in (["explain", "growth", "gdp"], ["landscape"]):
        result = g60(*args, home=own_home)
        assert result.exit_code == 1
        assert "built by another version" in result.stderr
        assert "g60 build" in result.stderr


def test_version_is_printed(g60):
    assert g60("--version").stdout == f"g60_pipeline {__version__}\n"


@pytest.mark.parametrize("command", ["build", "show", "claims", "coverage", "sql", "doctor", "ui"])
def test_every_command_explains_itself_with_examples(g60, command):
    result = g60(command, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert f"    g60 {command}" in result.stdout


@pytest.mark.parametrize("command", ["template", "check", "list"])
def test_every_inbox_command_explains_itself_with_examples(g60, command):
    assert f"    g60 inbox {command}" in g60("inbox", command, "--help").stdout


@pytest.mark.parametrize("args", [("nosuch",), ("show", "--nosuch"), ("sql",), ("sql", "a", "b"), ("inbox", "check")])
def test_wrong_usage_ends_with_two(g60, args):
    assert g60(*args).exit_code == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")], ids=["Python", "DuckDB"])
def test_command_stopped_by_ctrl_c_ends_with_130_and_no_word(g60, monkeypatch, error):
    def stopped(_):
        raise error

    monkeypatch.setattr("g60_pipeline.doctor.home.examine", stopped)
    result = g60("doctor")
    assert (result.exit_code, result.output) == (130, "")


@pytest.mark.parametrize(
    "args",
    [
        ("sql", "FROM core.observation_candidate"),
        ("sql", "FROM core.observation_candidate", "--format", "csv"),
        ("coverage", "--json"),
        ("show", "gdp"),
    ],
)
def test_reader_that_closes_the_pipe_is_not_told_off(published, args):
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"G60_HOME": str(published.home)},
    ) as program:
        assert program.stdout.readline()
        program.stdout.close()
        said = program.stderr.read()
        program.wait(timeout=60)
    assert said == b""


def test_piped_output_is_plain_and_keeps_a_citation_on_one_line(published):
    done = run("show", "gdp", home=published)
    text = done.stdout.decode()
    assert "\x1b" not in text
    cited = [line for line in text.splitlines() if line.endswith(".") and "Retrieved from g60_pipeline" in line]
    assert len(cited) == 3
    assert all("Formula" in line or "Grade" in line for line in cited)


def test_terminal_without_chinese_is_not_a_crash(published):
    done = run("show", "gdp", "--geo", "320500", home=published, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert b"Suzhou" in done.stdout
    assert done.stdout.isascii()


def test_home_is_the_current_folder_when_not_set(published):
    environment = {k: v for k, v in os.environ.items() if k != "G60_HOME"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "sql", "SELECT 1 AS n", "--format", "csv"],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=published.home,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == b"n\r\n1\r\n"
