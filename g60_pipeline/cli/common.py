"""What the commands share: options, settings, the form of examples. Nothing heavy is imported here."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

import click

from g60_pipeline.errors import G60Error
from g60_pipeline.settings import Settings
from g60_pipeline.signs import has_stray_bytes

Language = Literal["en", "zh"]


class Group(click.Group):
    """A group whose commands are listed in order, and imported only when they run or are listed."""

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


class _Text:
    """A parameter that must be text; a path may have bytes of the file system that are not."""

    def type_cast_value(self: Any, ctx: click.Context, value: Any) -> Any:
        given = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(v, str) and has_stray_bytes(v) for v in given) and not isinstance(self.type, click.Path):
            raise not_text(max(self.opts, key=len))
        return super().type_cast_value(ctx, value)  # type: ignore[misc]  # a mixin of click's parameters


class _Option(_Text, click.Option):
    pass


class _Argument(_Text, click.Argument):
    pass


option: Final = partial(click.option, cls=_Option)
argument: Final = partial(click.argument, cls=_Argument)

as_json: Final = option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
LANGUAGE_VARIABLE: Final = "G60_LANG"
"""Environment variable with the language of screens where `--lang` is not given."""


def _remembered(ctx: click.Context, _: click.Parameter, value: Language) -> Language:
    ctx.meta[LANGUAGE_VARIABLE] = value
    return value


lang: Final = option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    envvar=LANGUAGE_VARIABLE,
    show_envvar=True,
    is_eager=True,
    callback=_remembered,
    help="Language of the screen; names come in both, this one first.",
)
"""The option of the language; messages of what goes wrong are in it too."""


def language() -> Language:
    """Return the language of messages: what `--lang` of the command that runs says, else `G60_LANG`, else English."""
    ctx = click.get_current_context(silent=True)
    asked = (ctx.meta.get(LANGUAGE_VARIABLE) if ctx else None) or os.environ.get(LANGUAGE_VARIABLE)
    return "zh" if asked == "zh" else "en"


year: Final = option("--year", type=click.IntRange(1949, 2100), help="One year.")


def settings() -> Settings:
    """Return the settings the environment asks for.

    Raises:
        G60Error: The current folder, which they begin from, is no longer there.
    """
    try:
        return Settings.from_environment()
    except FileNotFoundError as error:
        rule = "it is no longer there"
        raise G60Error("the current folder", rule, "Change into one that is there, or set G60_HOME") from error


def not_text(subject: str) -> G60Error:
    """Return the error of words whose bytes are no text: typed or saved in another encoding."""
    from g60_pipeline.reader.database import UsageError  # noqa: PLC0415  - only where something went wrong

    return UsageError(subject, "its bytes are not UTF-8 text", "Send or save it as UTF-8; GBK has to be converted")


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
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
