"""The `g60` command. The application and its exit codes; the commands are in the modules beside it.

Commands only read arguments and choose screens: what is shown comes from `g60_pipeline.report`, what is built from
`g60_pipeline.orchestration`, which is imported for a build or the UI only.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from g60_pipeline import __version__
from g60_pipeline.cli.common import Group, Option, settings
from g60_pipeline.cli.console_encoding import watch
from g60_pipeline.cli.language import listen, translate_library
from g60_pipeline.errors import G60Error, UsageError, is_broken_off, of_system, short_of_memory
from g60_pipeline.language import language
from g60_pipeline.reader.screens import harmless

COMMANDS: Final = {
    "build": "operate:build",
    "doctor": "operate:doctor",
    "ui": "operate:ui",
    "refresh": "live_commands:refresh",
    "show": "read:show",
    "claims": "read:claims",
    "wanted": "read:show_wanted",
    "landscape": "read:show_landscape",
    "compare": "compare:compare",
    "coverage": "read:coverage",
    "indicators": "listing:indicators",
    "places": "listing:places",
    "explain": "explain:explain",
    "diff": "diff:diff",
    "warnings": "checks:warnings",
    "report": "draw:report",
    "chart": "draw:chart",
    "export": "export:export",
    "sql": "ask:sql",
    "archive": "live_commands:archive",
    "inbox": "inbox:inbox",
    "communique": "communique:communique",
    "tally": "tally:tally",
    "completion": "completion:completion",
}
"""Command -> module and function."""

NOT_READING: Final = frozenset(
    ("build", "doctor", "ui", "refresh", "warnings", "archive", "inbox", "communique", "tally", "completion")
)
"""Commands that show nothing of the published file, or say themselves what has changed since."""


class _Application(Group):
    """The group of all commands; a mistake of the user ends it with a message and a code, never with a traceback."""

    def main(self, args: Sequence[str] | None = None, *arguments: Any, **options: Any) -> Any:
        """Run the program, in the language its arguments ask for."""
        listen(sys.argv[1:] if args is None else args)
        translate_library()
        return super().main(args, *arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit code 2 where the user named what does not exist, 1 where something failed."""
        try:
            result = super().invoke(ctx)
            if ctx.invoked_subcommand not in NOT_READING:
                _tell_of_changes()
        except G60Error as error:
            click.echo(harmless(error.message(language())), err=True)
            raise click.exceptions.Exit(2 if isinstance(error, UsageError) else 1) from None
        except (OSError, MemoryError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            click.echo(harmless(of_system(error).message(language())), err=True)
            raise click.exceptions.Exit(1) from None
        except BaseException as error:  # a library that finds no memory while it is loaded says so in its own way
            if is_broken_off(error):
                raise click.exceptions.Exit(130) from None
            short = short_of_memory(error)
            if short is None:
                raise
            click.echo(short.message(language()), err=True)
            raise click.exceptions.Exit(1) from None
        return result


@click.group(
    cls=_Application,
    imported=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(__version__, message=f"g60_pipeline {__version__}", cls=Option)
def app() -> None:
    """Warehouse of the Yangtze River Delta G60 Science and Technology Innovation Corridor."""


def main() -> None:
    """Run the command; a screen replaces and reports characters the terminal cannot show, data keep them.

    Where output cannot be written to the end, on a full disk or a closed pipe, the exit code is 1, without a traceback.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before the start
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  - for good
    lost = watch(sys.stdout, sys.stderr)
    try:
        app(prog_name="g60")
    finally:
        try:
            sys.stdout.flush()
            if message := lost.message():
                sys.stderr.write(f"{message}\n")
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter would try once more
            if error.errno != errno.EPIPE:
                sys.stderr.write(f"{of_system(error).message(language())}\n")
            sys.exit(1)


def _tell_of_changes() -> None:
    """Say beside a screen where its file is not the one published last, or an input has changed since."""
    from g60_pipeline.reader.in_force import notice  # noqa: PLC0415  - not for help and version

    if said := notice(settings(), language()):
        click.echo(harmless(said), err=True)


__all__ = ["app", "main"]
