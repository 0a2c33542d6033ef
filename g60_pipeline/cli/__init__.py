"""The `g60` command. This module holds the application and how it ends; the commands stand in the modules beside it.

Commands only read arguments and choose screens: what is shown comes from `g60_pipeline.report`, what is built from
`g60_pipeline.orchestration`, which is imported where a build or the UI is asked for and nowhere else.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any, Final

import click

from g60_pipeline import __version__
from g60_pipeline.cli.common import Group, examples
from g60_pipeline.cli.console_encoding import watch
from g60_pipeline.errors import G60Error, of_system
from g60_pipeline.reader.screens import harmless

COMMANDS: Final = {
    "build": "operate:build",
    "doctor": "operate:doctor",
    "ui": "operate:ui",
    "refresh": "live_commands:refresh",
    "show": "read:show",
    "claims": "read:claims",
    "landscape": "read:show_landscape",
    "coverage": "read:coverage",
    "explain": "explain:explain",
    "diff": "diff:diff",
    "report": "draw:report",
    "chart": "draw:chart",
    "sql": "ask:sql",
    "archive": "live_commands:archive",
    "inbox": "inbox:inbox",
    "communique": "communique:communique",
}
"""Command -> module and function."""


class _Application(Group):
    """The group of all commands; a mistake of the user ends it with a message and a code, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; 2 where something was asked for that does not exist, 1 where something failed."""
        try:
            return super().invoke(ctx)
        except G60Error as error:
            from g60_pipeline.reader.database import UsageError  # noqa: PLC0415  - only where something went wrong

            told = f"{error.subject}: {error.rule}.\n{error.remedy.rstrip('.?')}{_end(error.remedy)}"
            click.echo(harmless(told), err=True)
            raise click.exceptions.Exit(2 if isinstance(error, UsageError) else 1) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None
        except (OSError, MemoryError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            refused = of_system(error)
            click.echo(harmless(f"{refused.subject}: {refused.rule}.\n{refused.remedy}."), err=True)
            raise click.exceptions.Exit(1) from None


@click.group(
    cls=_Application,
    imported=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog=examples(
        "g60 build                          build and publish the warehouse",
        "g60 refresh worldbank              ask a live source, build what changed",
        "g60 show                           shares of China, in both readings of the corridor",
        "g60 show gdp --geo 苏州            one indicator, with a citation ready to copy",
        "g60 explain national_share gdp --corridor g60_shanghai   what a number is made of",
        "g60 report                         the site: pages to look at, which open from disk",
        "g60 chart gdp -o gdp.png           a picture to send",
        "g60 claims --lead                  what the published claims are worth",
        'g60 sql "FROM analysis.headline"   ask in SQL',
    ),
)
@click.version_option(__version__, message=f"g60_pipeline {__version__}", help="Print the version.")
def app() -> None:
    """Warehouse of the Yangtze River Delta G60 Science and Technology Innovation Corridor.

    Data stand under G60_HOME (the current folder when it is not set). Exit codes: 0 done, 1 failed, 2 wrong usage.
    """


def main() -> None:
    """Run the command; what a terminal can not show is spelled out or told on a screen, and never lost in data.

    What can not be written to the end, because the disk is full or nobody reads on, ends in code 1 without a traceback.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before the start
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  - for good
    unshown = watch(sys.stdout, sys.stderr)
    try:
        app(prog_name="g60")
    finally:
        try:
            sys.stdout.flush()
            if told := unshown.told():
                sys.stderr.write(f"{told}\n")
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter would try once more
            if error.errno != errno.EPIPE:
                refused = of_system(error)
                sys.stderr.write(f"{refused.subject}: {refused.rule}.\n{refused.remedy}.\n")
            sys.exit(1)


def _end(remedy: str) -> str:
    return "?" if remedy.endswith("?") else "."


__all__ = ["app", "main"]
