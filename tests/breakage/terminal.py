"""What people type behind a command: dates, periods, names of places and indicators, identifiers."""

from __future__ import annotations

import os
from typing import Final

from click.testing import CliRunner

from breakage.fuzz import Case, Parser
from breakage.hostile import obeyed
from g60_pipeline.cli import app
from g60_pipeline.settings import Settings

TYPED: Final = (
    ("2022-12-31", ("explain", "growth", "gdp", "--date", "{}")),
    ("1900-01-01", ("show", "gdp", "--as-of", "{}")),
    ("2022", ("show", "gdp", "--year", "{}")),
    ("苏州市", ("show", "gdp", "--geo", "{}")),
    ("rd_expenditure", ("show", "{}")),
    ("measure=yoy", ("explain", "growth", "gdp", "--by", "{}")),
    ("g60_songjiang", ("wanted", "--corridor", "{}")),
    ("policy_timeline:g60_shanghai:P056", ("explain", "{}")),
)
"""A sound word, and the command it is typed behind."""


def terminal_parsers(home: Settings) -> list[Parser]:
    """Return the readers of words typed in a terminal, on a home with a warehouse."""
    return [
        Parser(f"terminal: `g60 {' '.join(c)}`", [Case(word.encode(), lambda typed, c=c: _type(home, typed, c))])
        for word, c in TYPED
    ]


def _type(home: Settings, typed: bytes, command: tuple[str, ...]) -> None:
    word = typed.decode("utf-8", "surrogateescape").replace("\x00", "")
    os.environ["G60_HOME"] = str(home.home)
    done = CliRunner().invoke(app, [part.format(word) if part == "{}" else part for part in command], prog_name="g60")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in {0, 1, 2}
    assert obeyed(done.output) == []
    assert done.exit_code == 0 or done.stderr.strip(), "what is refused is told"
