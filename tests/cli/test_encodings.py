"""Data goes out as UTF-8 whatever the console is set to; what comes in as other bytes is refused in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from g60_pipeline.cli import app
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
