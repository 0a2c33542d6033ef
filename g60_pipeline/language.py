"""The language of this process: what the command line asks for, else `G60_LANG`, else English."""

from __future__ import annotations

import os
from contextvars import ContextVar

from g60_pipeline.settings import LANGUAGE_VARIABLE
from g60_pipeline.wording import LANGUAGES, Language

_asked: ContextVar[Language | None] = ContextVar("asked", default=None)


def language() -> Language:
    """Return the language of screens, messages and alerts."""
    asked = _asked.get() or os.environ.get(LANGUAGE_VARIABLE)
    return next((known for known in LANGUAGES if known == asked), "en")


def ask_for(wanted: Language | None) -> None:
    """Let the process speak a language; None leaves it to the environment."""
    _asked.set(wanted)
