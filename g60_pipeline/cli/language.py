"""Finds `--lang` among the arguments of the command, and lets the library speak the language of the process too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from g60_pipeline.language import ask_for, language
from g60_pipeline.wording import LANGUAGES, entries

OPTION: Final = "--lang"

_SPEAKING: Final = (click.core, click.exceptions, click.formatting, click.parser, click.types)
"""Modules of click that print words."""


def listen(arguments: Sequence[str]) -> None:
    """Look for the language among the arguments of the command, so that messages about these are in it too."""
    pairs = zip(arguments, (*arguments[1:], ""), strict=False)
    given = [after if word == OPTION else word.partition("=")[2] for word, after in pairs if word.startswith(OPTION)]
    ask_for(next((known for value in reversed(given) for known in LANGUAGES if known == value), None))


def translate_library() -> None:
    """Let click print its own words in the language of the command."""
    for module in _SPEAKING:
        for name, translate in (("_", _translated), ("ngettext", _of_number)):
            if hasattr(module, name):
                setattr(module, name, translate)


def _translated(text: str) -> str:
    if language() == "en":
        return text
    return next((entry.zh for entry in entries("click").values() if entry.en == text), text)


def _of_number(singular: str, plural: str, n: int) -> str:
    return _translated(singular if n == 1 else plural)
