"""Words as tests compare them.

Of reasons, places, breaks and units stand by their identifiers unless names are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from g60_pipeline.errors import G60Error
from g60_pipeline.reader.reasons import NameOf, reason

ENGLISH: Final = re.compile(r"(?:\b[a-z]{2,} ){3,}[a-z]{2,}")
"""Four English words in a row."""

QUOTED: Final = re.compile(r"`[^`]*`|[（(][^）)]*[）)]|'[^']*'")
"""What is quoted in a message: commands, the words of libraries, values."""


def left_in_english(text: str) -> str | None:
    """Return what a text that is to be Chinese has of English, besides what it quotes; None where it has nothing."""
    if not re.search("[\u4e00-\u9fff]{2}", text):
        return text
    found = ENGLISH.search(QUOTED.sub("", text))
    return found and found[0]


def assert_in_chinese(error: G60Error) -> None:
    """Assert that rule and remedy of an error are known in Chinese."""
    assert [left_in_english(part) for part in error.parts("zh")[1:]] == [None, None], error.parts("zh")


def why(row: Mapping[str, Any], prefix: str = "", *, named: NameOf | None = None) -> str | None:
    """Return the reason of a row in English; `prefix` is that of its columns."""
    both = reason({n.removeprefix(prefix): value for n, value in row.items() if n.startswith(prefix)}, named)
    return None if both is None else both[0]


def why_zh(row: Mapping[str, Any], *, named: NameOf | None = None) -> str | None:
    """Return the reason of a row in Chinese."""
    both = reason(dict(row), named)
    return None if both is None else both[1]


def reasons(rows: Iterable[Mapping[str, Any]], prefix: str = "") -> set[str | None]:
    """Return the reasons of rows in English."""
    return {why(row, prefix) for row in rows}
