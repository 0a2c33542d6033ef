"""Fixtures of the command tests: a function that runs `g60` in the published home, and a copy of it to spoil."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from g60_pipeline.cli import app
from g60_pipeline.settings import Settings

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def kept_open(published: Settings) -> Iterator[None]:
    """Keep the published file open, so that DuckDB need not start again for every command: a fifth of their time.

    Not for commands that open it with settings of their own, which DuckDB refuses beside a connection without them.
    """
    with duckdb.connect(str(published.database), read_only=True):
        yield


@pytest.fixture
def own_home(tmp_path: Path, published: Settings) -> Settings:
    """Return a copy of that home to spoil."""
    settings = Settings(tmp_path / "home")
    shutil.copytree(published.home, settings.home)
    return settings


@pytest.fixture
def g60(published: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `g60` on the published home, or on another one, 120 columns wide."""

    def run(*args: str, home: Settings = published, columns: int = 120, stdin: str | bytes | None = None) -> Result:
        monkeypatch.setenv("G60_HOME", str(home.home))
        monkeypatch.setenv("COLUMNS", str(columns))
        result = CliRunner().invoke(app, list(args), input=stdin, prog_name="g60")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def g60_json(g60: Run) -> Callable[..., Any]:
    """Return a function that runs `g60 … --json`, expects success and returns what was printed."""

    def run(*args: str, home: Settings | None = None) -> Any:
        result = g60(*args, "--json") if home is None else g60(*args, "--json", home=home)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def ask(published: Settings) -> Callable[[str], list[dict[str, Any]]]:
    """Return a function that asks the published warehouse directly; values as JSON would hold them."""

    def rows(sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(published.database), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return json.loads(json.dumps(found, default=lambda value: value.isoformat()))

    return rows
