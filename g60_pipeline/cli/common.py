"""What the commands share: options, settings, the form of examples. Nothing heavy is imported here."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from g60_pipeline.cli.language import OPTION, language
from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.settings import LANGUAGE_VARIABLE, Settings
from g60_pipeline.signs import has_stray_bytes
from g60_pipeline.wording import Language, entries, say


class Command(click.Command):
    """A command whose help is in the catalogue of words, under its own name."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language of the reader."""
        path = _path(ctx)
        self.help = help_of(path, "about") or self.help
        for parameter in self.params:
            if isinstance(parameter, (click.Option, click.Argument)):
                parameter.help = help_of(path, parameter.name or "") or parameter.help
        super().format_help(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples under a heading: those of the catalogue, where they are explained, else its own."""
        shown = help_of(_path(ctx), "examples") or self.epilog
        if shown:
            formatter.write_paragraph()
            formatter.write(f"  {say('label.examples', language())}\n")
            formatter.write("".join(f"    {line}\n" for line in shown.splitlines()))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option of the help, explained in the language of the reader."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = help_of("any", "help")  # the option is one for all calls of the command
        return found


class Group(Command, click.Group):
    """A group whose commands are listed in order and imported only when they run: their help is in the catalogue."""

    command_class = Command

    def __init__(self, *arguments: Any, imported: Mapping[str, str] | None = None, **options: Any) -> None:
        """Keep where commands are: name of the command -> `module:function` below `g60_pipeline.cli`."""
        super().__init__(*arguments, **options)
        self._imported = dict(imported or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the form click calls
        """Return their names."""
        return [*self._imported, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None where there is none of the name."""
        if cmd_name not in self._imported:
            return super().get_command(ctx, cmd_name)
        module, _, function = self._imported[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"g60_pipeline.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, each with the first sentence of its help."""
        rows = []
        for name in self.list_commands(ctx):
            path = name if ctx.parent is None else f"{_path(ctx)}.{name}"
            about = help_of(path, "about")
            if about is None:
                about = getattr(self.get_command(ctx, name), "help", None) or ""
            rows.append((name, about.partition("\n\n")[0].strip()))
        with formatter.section(say("click.commands", language())):
            formatter.write_dl(rows)


def help_of(path: str, name: str) -> str | None:
    """Return the help of a command (`about`) or of one of its parameters in the language of the reader."""
    known = entries("help")
    entry = known.get(f"{path}.{name}") or known.get(f"any.{name}")
    return None if entry is None else str(getattr(entry, language()))


def _path(ctx: click.Context) -> str:
    """Return the name of a command below the program, with dots; the program itself is `g60`."""
    names: list[str] = []
    while ctx.parent is not None:
        names.insert(0, ctx.info_name or "")
        ctx = ctx.parent
    return ".".join(names) or "g60"


class _Text:
    """A parameter that must be text; a path may have bytes of the file system that are not."""

    def type_cast_value(self: Any, ctx: click.Context, value: Any) -> Any:
        given = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(v, str) and has_stray_bytes(v) for v in given) and not isinstance(self.type, click.Path):
            raise not_text(max(self.opts, key=len))
        return super().type_cast_value(ctx, value)  # type: ignore[misc]  # a mixin of click's parameters


class Option(_Text, click.Option):
    """An option of a command."""


class _Argument(_Text, click.Argument):
    pass


command: Final = partial(click.command, cls=Command)
option: Final = partial(click.option, cls=Option)
argument: Final = partial(click.argument, cls=_Argument)

as_json: Final = option("--json", "as_json", is_flag=True)
lang: Final = option(
    OPTION,
    type=click.Choice(["en", "zh"]),
    default="en",
    envvar=LANGUAGE_VARIABLE,
    show_envvar=True,
)
"""The option of the language; messages of what goes wrong are in it too."""


year: Final = option("--year", type=click.IntRange(1949, 2100))


def settings() -> Settings:
    """Return the settings the environment asks for.

    Raises:
        G60Error: The current folder, which they begin from, is no longer there.
    """
    try:
        return Settings.from_environment()
    except FileNotFoundError as error:
        raise G60Error.of("cli.no_folder") from error


def not_text(subject: str) -> G60Error:
    """Return the error of words whose bytes are no text: typed or saved in another encoding."""
    return UsageError.of("cli.not_text", subject)


def own_command() -> str:
    """Return how this `g60` is called here: by its name where the shell finds it, else by its path."""
    found = shutil.which("g60")
    own = Path(sys.executable).with_name(Path(found).name if found else "g60")
    if not own.exists() or (found is not None and Path(found).samefile(own)):
        return "g60"
    return from_here(own)


def from_here(path: Path) -> str:
    """Return a path as it is typed in the current folder."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def examples(*lines: str) -> str:
    """Return the examples of a help text, each on a line of its own."""
    return "\n".join(lines)


__all__ = [
    "Command",
    "Group",
    "Language",
    "Option",
    "argument",
    "as_json",
    "command",
    "examples",
    "from_here",
    "help_of",
    "lang",
    "not_text",
    "option",
    "own_command",
    "settings",
    "year",
]
