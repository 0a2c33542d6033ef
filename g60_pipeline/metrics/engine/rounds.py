"""Revision rounds: groups of figures of one round, of one round or the nearest (`first+`), or of any.

A group that names a round takes figures of that round. Where not all that a metric needs are of one round, the group
that ends in `+` takes the nearest instead, and `any` the chosen figures: both may mix rounds, and say so by a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def with_shared_groups(made: Sequence[pl.DataFrame], read: Iterable[pl.DataFrame]) -> list[pl.DataFrame]:
    """Return rows of metrics, each that names no round group in the one its parents share.

    A parent without figures, such as an assumption, does not count. Parents of several groups, or of none, leave none.

    Args:
        made: Tables made together: rows of one may be parents of those of another.
        read: The tables these were made of.
    """
    tables, others = list(made), [_groups(frame) for frame in read if "round_group" in frame.columns]
    named = [frame.get_column("round_group").is_not_null() for frame in tables]
    for _ in tables:  # what is made of the last of them is known after as many turns
        known = pl.concat([*others, *map(_groups, tables)]).filter("of_figures")
        tables = [_in_group_of_parents(*frame, known=known) for frame in zip(tables, named, strict=True)]
    return tables


def _groups(frame: pl.DataFrame) -> pl.DataFrame:
    of_figures = pl.col("input_ids").list.len() > 0 if "input_ids" in frame.columns else pl.lit(value=False)
    return frame.select("metric_id", "round_group", of_figures=of_figures)


def _in_group_of_parents(frame: pl.DataFrame, named: pl.Series, *, known: pl.DataFrame) -> pl.DataFrame:
    if named.all():
        return frame
    parents = frame.filter(~named).select("metric_id", parent="parent_ids").explode("parent")
    group = pl.col("round_group")
    shared = (
        parents.join(known.rename({"metric_id": "parent"}), on="parent")
        .group_by("metric_id")
        .agg(shared=pl.when(group.n_unique() == 1).then(group.first()))
    )
    joined = frame.join(shared, on="metric_id", how="left", maintain_order="left")
    return joined.with_columns(round_group=pl.when(named).then("round_group").otherwise("shared")).drop("shared")
