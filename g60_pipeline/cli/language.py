"""The language of the command: what `--lang` says, else `G60_LANG`, else English; for words of the library too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final

import click

from g60_pipeline.settings import LANGUAGE_VARIABLE
from g60_pipeline.wording import LANGUAGES, Language, entries

OPTION: Final = "--lang"

_asked: ContextVar[str | None] = ContextVar("asked", default=None)

_SPEAKING: Final = (click.core, click.exceptions, click.formatting, click.parser, click.types)
"""Modules of click that print words."""


def language() -> Language:
    """Return the language of the command that runs."""
    asked = _asked.get() or os.environ.get(LANGUAGE_VARIABLE)
    return "zh" if asked == "zh" else "en"


def listen(arguments: Sequence[str]) -> None:
    """Look for the language among the arguments of the command, so that messages about these are in it too."""
    pairs = zip(arguments, (*arguments[1:], ""), strict=False)
    given = [after if word == OPTION else word.partition("=")[2] for word, after in pairs if word.startswith(OPTION)]
    _asked.set(next((value for value in reversed(given) if value in LANGUAGES), None))


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
