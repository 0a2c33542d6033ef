"""A line of a series in one row of characters, for screens.

>>> sparkline({2019: 1.0, 2020: 2.0, 2022: 8.0})
'2019 ▁▂·█ 2022'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import ESTIMATE, Words

if TYPE_CHECKING:
    from rich.console import RenderableType

STEPS: Final = "▁▂▃▄▅▆▇█"
"""Signs from the smallest value to the largest."""

GAP: Final = "·"
"""Sign of a year without a value."""

LEAST: Final = 3
"""Values a line needs."""


def sparkline(values: Mapping[int, float]) -> str:
    """Return first year, one sign a year and last year; nothing of fewer than three values, which show no course."""
    if len(values) < LEAST:
        return ""
    first, last = min(values), max(values)
    low, high = min(values.values()), max(values.values())
    step = (high - low) / (len(STEPS) - 1) or 1.0
    signs = [STEPS[round((values[y] - low) / step)] if y in values else GAP for y in range(first, last + 1)]
    return f"{first} {''.join(signs)} {last}"


def of_rows(rows: Iterable[Row], words: Words) -> list[RenderableType]:
    """Return the line of the exact values among yearly rows of one series; nothing where they show no course."""
    line = sparkline({row["year"]: row["value"] for row in rows if row["annual"] and _is_exact(row)})
    return [screens.text(f"{words.label('course')}{words.colon}{line}", "dim")] if line else []


def _is_exact(row: Row) -> bool:
    return row["value"] is not None and not row.get("bound") and ESTIMATE not in row["flags"]
