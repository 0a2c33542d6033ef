"""Revision rounds: groups of figures of one round, of one round or the nearest (`first+`), or of any.

A group that names a round takes figures of that round. Where not all that a metric needs are of one round, the group
that ends in `+` takes the nearest instead, and `any` the chosen figures: both may mix rounds, and say so by a flag.
"""

from __future__ import annotations

from typing import Final

import polars as pl

ANY_ROUND: Final = "any"
"""Round group of the figures chosen without regard to their round."""

LEANING: Final = "+"
"""Suffix of the group that takes the figures of one round, of the nearest where there are none: `first+`."""

_AGE: Final = {"census5": 0, "census4": 1, "annual_final": 2, "first": 3, "unknown": 4}
AGE: Final = _AGE | {f"{name}{LEANING}": age + 10 for name, age in _AGE.items()} | {ANY_ROUND: 20}
"""Order of preference among round groups: one round before a mixture, the newest round first."""


def group_age(column: str = "round_group") -> pl.Expr:
    """Return the rank of a round group, smaller is better."""
    return pl.col(column).replace_strict(AGE, return_dtype=pl.Int32)


def distance(found: str, wanted: str) -> pl.Expr:
    """Return how far the round in one column is from that in another; a figure that names none is the farthest."""
    age = {name: pl.col(name).replace_strict(_AGE, return_dtype=pl.Int32) for name in (found, wanted)}
    apart = (age[found] - age[wanted]).abs()
    return pl.when((pl.col(found) == "unknown") & (apart > 0)).then(len(_AGE)).otherwise(apart)


def may_mix_rounds() -> pl.Expr:
    """Return whether a round group may hold figures of several rounds."""
    return (pl.col("round_group") == ANY_ROUND) | pl.col("round_group").str.ends_with(LEANING)


def in_named_round(column: str | pl.Expr = "round") -> pl.Expr:
    """Return whether a figure is of the round its group is named after."""
    found = pl.col(column) if isinstance(column, str) else column
    return (found == pl.col("round_group").str.strip_suffix(LEANING)).fill_null(value=False)
