"""What the commands share: options, settings, the form of examples, quick start-up. Nothing heavy is imported here."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from g60_pipeline.errors import G60Error
from g60_pipeline.settings import Settings
from g60_pipeline.signs import has_stray_bytes

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Lang = Annotated[Literal["en", "zh"], typer.Option(help="Language of labels; names come in both, this one first.")]
Year = Annotated[int | None, typer.Option(min=1949, max=2100, help="One year.", show_default=False)]

UNSURE: Final = object()
"""A value that Typer itself has to look at."""


class Quick:
    """Takes plainly valid values of parameters as they are.

    Typer loads pydantic for every value it checks, a quarter of a second before a reading command has begun. Whatever
    is not plainly valid still goes to Typer, which words all messages.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, each with the short cut before its check."""
        found: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # a mixin of Typer's commands and groups
        for parameter in found:
            if "process_value" not in vars(parameter):
                _shorten(parameter)
        return found


class QuickCommand(Quick, TyperCommand):
    """A command that starts quickly."""


class QuickGroup(Quick, TyperGroup):
    """A group of commands that starts quickly."""


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
    from g60_pipeline.report.database import UsageError  # noqa: PLC0415  - only where something went wrong

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


def _shorten(parameter: Any) -> None:
    checked = parameter.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        given = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(v, str) and has_stray_bytes(v) for v in given) and not _names_a_file(parameter):
            raise not_text(max(parameter.opts, key=len))
        plain = _plain(parameter, value)
        if plain is UNSURE:
            return checked(ctx, value)
        return plain if parameter.callback is None else parameter.callback(ctx, parameter, plain)

    parameter.process_value = process_value


def _names_a_file(parameter: Any) -> bool:
    """Return whether a parameter takes a path, whose bytes are the file system's own."""
    return "Path" in str(getattr(getattr(parameter, "type_descriptor", None), "annotation", ""))


def _plain(parameter: Any, value: Any) -> Any:
    """Return the value of a parameter where it is plainly valid, `UNSURE` where Typer has to look."""
    described = getattr(parameter, "type_descriptor", None)
    if described is None or parameter.nargs != 1:
        return UNSURE
    if parameter.multiple:
        names = described.annotation == list[str] and all(isinstance(v, str) for v in value or ())
        return UNSURE if parameter.required or not names else list(value or ()) or None
    if value is None:
        return UNSURE if parameter.required else None
    kind, limits = described.annotation, described.parameter_info
    number: float | None = None
    if kind is int and isinstance(value, (int, str)) and str(value).isdecimal():
        number = int(value)
    elif kind is float and (isinstance(value, (int, float)) or value.isdecimal()):
        number = float(value)
    if number is not None:
        inside = (limits.min is None or limits.min <= number) and (limits.max is None or number <= limits.max)
        return number if inside else UNSURE
    return value if isinstance(value, str) and (kind is str or value in get_args(kind)) else UNSURE
