"""The language of this process: what the command line asks for, else `G60_LANG`, else English."""

from __future__ import annotations

import logging
import os
from contextvars import ContextVar
from typing import Any

from g60_pipeline.settings import LANGUAGE_VARIABLE
from g60_pipeline.wording import LANGUAGES, Language, in_language, told

_asked: ContextVar[Language | None] = ContextVar("asked", default=None)


def language() -> Language:
    """Return the language of screens, messages and alerts."""
    asked = _asked.get() or os.environ.get(LANGUAGE_VARIABLE)
    return next((known for known in LANGUAGES if known == asked), "en")


def ask_for(wanted: Language | None) -> None:
    """Let the process speak a language; None leaves it to the environment."""
    _asked.set(wanted)


def warn(key: str, **values: Any) -> None:
    """Write a warning of the catalogue of words to the log. Values and errors as in `wording.told`."""
    logging.getLogger(__name__).warning("%s", in_language(told(key, **values), language()))
