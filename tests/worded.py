"""Reasons in words, as tests compare them: places, breaks and units stand by their identifiers unless names are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from g60_pipeline.reader.reasons import NameOf, reason


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
