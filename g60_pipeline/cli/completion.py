"""The command that prints what makes a shell complete `g60`: completion."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from g60_pipeline.cli.common import Language, argument, command, lang

SHELLS: Final = ("bash", "zsh", "fish")
COMPLETE: Final = "_G60_COMPLETE"
"""Environment variable by which a shell asks the command for words."""

SPLIT: Final = ('string split "," $completion', 'string split --max 1 "," $completion')
"""What fish does with a line of ours in click's script, and what it has to: descriptions have commas too."""


@command()
@argument("shell", type=click.Choice(SHELLS))
@lang
def completion(shell: str, *, lang: Language) -> None:  # noqa: ARG001  - it sets the language of messages
    """Print a script by which a shell completes commands, options, indicators, places and corridors."""
    found = get_completion_class(shell)
    if found is None:
        raise AssertionError(shell)
    script = found(click.get_current_context().find_root().command, {}, "g60", COMPLETE).source()
    click.echo(script.replace(*SPLIT))
