"""Matrices of coloured cells: the chart of one, and its colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from g60_pipeline.report.charts.chart import Chart
from g60_pipeline.report.site.page import Number, Site

LOW: Final = (213, 94, 0)
HIGH: Final = (0, 114, 178)
MIDDLE: Final = (240, 241, 243)
"""Colours of a scale with two sides: below one, one, above one."""

REACH: Final = 3.0
"""Times, up or down, at which the colour is full."""

DARK: Final = "#1d2129"
LIGHT: Final = "#ffffff"

TIER_FILLS: Final = {
    "core": ("#0072B2", LIGHT),
    "second": ("#7FB8D8", DARK),
    "third": ("#DCECF5", DARK),
    "mixed": ("#E3E5E8", DARK),
    None: ("#F6F7F8", "#565E6A"),
}
"""Ground and ink of the cells of each tier."""


DRAWN: Final = ("row", "column", "text", "fill", "ink", "tip", "id")
"""Fields of a cell that its chart has."""


@dataclass(frozen=True)
class Cell:
    """One cell: where it is, what is written in it, its colours, and the number with its explanation."""

    row: str
    column: str
    text: str
    fill: str
    ink: str
    tip: str | None
    number: Number
    id: str | None


def matrix(site: Site, title: str, cells: Sequence[Cell], *, notes: Sequence[str], rows: int) -> Chart:
    """Return the chart of cells; one without a number keeps its column in place."""
    return Chart(
        kind="heat",
        title=title,
        notes=tuple(notes),
        values=[{name: getattr(cell, name) for name in DRAWN} for cell in cells],
        columns={
            "row": site.t("column.row"),
            "column": site.t("column.column"),
            "text": site.t("column.value"),
            "id": "id",
        },
        height=26 * rows,
    )


def two_sided(value: float | None) -> tuple[str, str]:
    """Return ground and ink of a ratio: blue above one, orange below, both in steps of its logarithm.

    >>> two_sided(1.0), two_sided(9.0), two_sided(None)
    (('#f0f1f3', '#1d2129'), ('#0072b2', '#ffffff'), ('#F6F7F8', '#565E6A'))
    """
    if value is None:
        return TIER_FILLS[None]
    part = min(abs(math.log(value)) / math.log(REACH), 1.0) if value > 0 else 1.0
    end = HIGH if value > 1 else LOW
    mixed = [round(m + (e - m) * part) for m, e in zip(MIDDLE, end, strict=True)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed), LIGHT if part > 0.75 else DARK
