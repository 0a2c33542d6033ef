"""The ends of a bound, from the multipliers of its row and the figures of its constraints. No frames, no solver.

figures 257.0 (at least) and -5,958.0 (at most), multipliers 1 and -1   ->   low 257, high -1 x -5,958 = 5,958
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from g60_pipeline.metrics.engine.traced import Number, total

Row = Mapping[str, Any]

ENDS: Final = ("low", "high")


def bound(row: Row, parents: Sequence[Row], _: Any = None) -> dict[str, Number]:
    """Return the ends of a bound that has them."""
    return {end: _end(row, parents, end) for end in ENDS if row[end] is not None}


def wanted(row: Row, _: Sequence[Row], __: Any = None) -> dict[str, Number]:
    """Return what a missing figure would take away from the width of a number, and as a part of it."""
    removed = row["width"] - row["width_left"]
    return {"removed": removed, "part_removed": removed / row["width"]}


def _end(row: Row, parents: Sequence[Row], end: str) -> Number:
    figures = [parent["figure"] for parent in parents]
    above = _sum(row[f"{end}_above"], figures)
    if not any(float(factor) for factor in row[f"{end}_below"]):
        return above
    quotient = above / _sum(row[f"{end}_below"], figures)
    scaled = quotient if row["scale"] == 1 else quotient * row["scale"]
    return scaled - row["less"] if float(row["less"]) else scaled


def _sum(factors: Sequence[Number], figures: Sequence[Number]) -> Number:
    return total(
        figure if factor == 1 else factor * figure
        for factor, figure in zip(factors, figures, strict=True)
        if factor != 0 and figure != 0
    )
