"""Data goes out as UTF-8 whatever the console is set to; what comes in as other bytes is refused in one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from g60_pipeline.cli import app
from g60_pipeline.cli.console_encoding import SPELLED
from g60_pipeline.settings import Settings

GBK = os.fsdecode("苏州".encode("gbk"))
"""Chinese from a GBK terminal, as Python takes it in where the locale says UTF-8."""

DATA = {
    "csv": ("sql", "SELECT 'km²' AS a, '平方公里' AS b, '𠮷' AS c", "--format", "csv"),
    "json": ("sql", "SELECT 'km²' AS a, '平方公里' AS b, '𠮷' AS c", "--json"),
    "headline": ("show", "--json"),
    "template": ("inbox", "template", "--json"),
}


@pytest.mark.parametrize("charset", ["gbk", "ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("form", DATA)
def test_data_is_utf_8_on_every_console(
    published: Settings, monkeypatch: pytest.MonkeyPatch, charset: str, form: str
) -> None:
    monkeypatch.setenv("G60_HOME", str(published.home))
    printed = CliRunner(charset=charset).invoke(app, list(DATA[form]))
    assert printed.exit_code == 0, printed.exception
    text = printed.stdout_bytes.decode("utf-8")
    assert "?" not in text or form == "template"
    if form in {"csv", "json"}:
        assert all(word in text for word in ("km²", "平方公里", "𠮷"))
    if form != "csv":
        json.loads(text)


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_data_of_the_command_itself_is_utf_8(published: Settings, encoding: str) -> None:
    command = [sys.executable, "-c", "from g60_pipeline.cli import main; main()", *DATA["csv"]]
    environment = os.environ | {"G60_HOME": str(published.home), "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    assert "km²,平方公里,𠮷" in done.stdout.decode("utf-8")


def on_console(published: Settings, encoding: str, *words: str) -> tuple[str, str]:
    """Return what the command itself prints on a console of an encoding, on standard output and error."""
    command = [sys.executable, "-c", "from g60_pipeline.cli import main; main()", *words]
    environment = os.environ | {"G60_HOME": str(published.home), "PYTHONIOENCODING": encoding, "COLUMNS": "150"}
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    return done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252", "utf-8"])
def test_signs_of_the_screens_are_spelled_out_where_the_console_lacks_them(published: Settings, encoding: str) -> None:
    signs = "".join(SPELLED)
    out, told = on_console(published, encoding, "sql", f"SELECT '{signs}' AS a")
    written = "".join(s if _has(encoding, s) else SPELLED[s] for s in signs)
    assert re.sub(r"\s", "", written) in re.sub(r"\s", "", out)
    assert told == ""


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("encoding", "words", "lost"),
    [
        ("gbk", "苏州 𠮷", 1),
        ("ascii", "苏州 𠮷", 3),
        ("cp1252", "苏州", 2),
        ("utf-8", "苏州 𠮷", 0),
        ("ascii", "plain", 0),
    ],
)
def test_what_a_console_can_not_show_is_counted_on_standard_error(
    published: Settings, encoding: str, words: str, lost: int
) -> None:
    out, told = on_console(published, encoding, "sql", f"SELECT '{words}' AS a")
    assert out.count("?") == lost
    if not lost:
        assert told == ""
        return
    (line,) = told.splitlines()
    assert line.startswith(
        f"{lost} character{'s' * (lost > 1)} can not be shown in {encoding} and became question marks"
    )
    assert "PYTHONIOENCODING=utf-8" in line


def test_an_interval_keeps_its_two_ends_on_every_console(published: Settings) -> None:
    out, told = on_console(published, "ascii", "show", "gdp", "--year", "2022")
    assert "77,292.89-121,945.69" in out
    assert f"{out.count('?'):,} characters can not be shown in ascii" in told


@pytest.mark.parametrize(
    "command",
    [
        ("sql", f"SELECT '{GBK}'"),
        ("show", GBK),
        ("show", "gdp", "--geo", GBK),
        ("show", "--corridor", GBK),
        ("show", "--year", GBK),
        ("show", "--lang", GBK),
        ("explain", GBK),
        ("claims", "--claim", GBK),
        ("coverage", "--indicator", GBK),
        ("refresh", GBK),
    ],
)
def test_words_that_are_no_text_are_refused_in_one_sentence(g60: Any, command: tuple[str, ...]) -> None:
    result = g60(*command)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 2
    if command[0] != "refresh":
        assert "its bytes are not UTF-8 text" in result.stderr
        assert "GBK has to be converted" in result.stderr


@pytest.mark.parametrize(
    "piped",
    ["SELECT '苏州'".encode("gbk"), "SELECT 1".encode("utf-16"), b"SELECT '\xff'"],
    ids=["GBK", "UTF-16", "bytes"],
)
def test_a_query_piped_in_another_encoding_is_refused_in_one_sentence(
    published: Settings, monkeypatch: pytest.MonkeyPatch, piped: bytes
) -> None:
    monkeypatch.setenv("G60_HOME", str(published.home))
    result = CliRunner().invoke(app, ["sql", "-"], input=piped)
    assert result.exit_code == 2
    assert result.stderr.startswith("standard input: its bytes are not UTF-8 text.")


@pytest.mark.parametrize(("charset", "mark"), [("utf-8", ""), ("utf-8", "\ufeff"), ("gbk", ""), ("ascii", "")])
def test_a_query_is_read_in_the_encoding_of_the_console(
    published: Settings, monkeypatch: pytest.MonkeyPatch, charset: str, mark: str
) -> None:
    monkeypatch.setenv("G60_HOME", str(published.home))
    written = f"{mark}SELECT '苏州' AS x".encode("utf-8" if charset == "ascii" else charset)
    result = CliRunner(charset=charset).invoke(app, ["sql", "-", "--json"], input=written)
    assert json.loads(result.stdout_bytes.decode("utf-8")) == [{"x": "苏州"}]
