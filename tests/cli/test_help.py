"""The help of every command: each parameter is explained in both languages, and nothing is explained that is not there."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click
import pytest

from g60_pipeline.cli import app
from g60_pipeline.wording import entries


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    yield path or "g60", group
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        below = f"{path}.{name}".strip(".")
        if isinstance(command, click.Group):
            yield from commands(command, below)
        else:
            yield below, command


COMMANDS = dict(commands(app))


def test_every_command_and_parameter_is_explained_and_nothing_else() -> None:
    wanted = {f"{path}.about" for path in COMMANDS}
    explained = set(entries("help"))
    for path, command in COMMANDS.items():
        names = {p.name for p in command.params if isinstance(p, (click.Option, click.Argument))}
        own = {f"{path}.{name}" for name in names}
        wanted |= {key for key in own if key in explained or f"any.{key.rpartition('.')[2]}" not in explained}
    said = {key for key in explained if not key.startswith("any.") and not key.endswith(".examples")}
    assert (wanted - explained, said - wanted) == (set(), set())


@pytest.mark.parametrize("path", COMMANDS)
def test_help_of_a_command_is_in_the_language_of_the_reader(g60, monkeypatch, path):
    arguments = [] if path == "g60" else path.split(".")
    english = g60(*arguments, "--help").stdout
    monkeypatch.setenv("G60_LANG", "zh")
    chinese = g60(*arguments, "--help").stdout
    assert english.startswith("Usage: g60")
    assert chinese.startswith("用法： g60")
    first = entries("help")[f"{path}.about"].zh.partition("\n")[0]
    assert first[:12] in chinese
    assert "Show this message" not in chinese


def test_mistakes_on_the_command_line_are_told_in_the_language_asked_for(g60):
    assert "没有选项 '--gdp'" in g60("show", "--lang", "zh", "--gdp").stderr
    assert "没有命令 'shwo'" in g60("shwo", "--lang=zh").stderr
    assert "没有这个指标" in g60("show", "qqqqqq", "--lang", "zh").stderr
    assert "No such option" in g60("show", "--gdp").stderr


def test_words_taken_for_those_of_the_library_are_in_it() -> None:
    source = "".join(
        inspect.getsource(module)
        for module in (click.core, click.exceptions, click.formatting, click.parser, click.types)
    )
    known = [entry.en.encode("unicode_escape").decode() for entry in entries("click").values()]
    assert [words for words in known if words not in source] == []


def test_help_is_shown_without_loading_a_command(published):
    import subprocess
    import sys

    program = "import sys; from g60_pipeline.cli import app; sys.argv = ['g60', '--help']\ntry: app()\nexcept SystemExit: pass\nprint(sorted(m for m in sys.modules if m.startswith('g60_pipeline.')), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = done.stderr
    assert "g60_pipeline.cli.common" in loaded
    assert "g60_pipeline.cli.read" not in loaded
    assert "g60_pipeline.report" not in loaded
