"""Which totals of corridors there are, which are exact, and in which round each is summed, as `best_totals` chooses."""

from __future__ import annotations

import polars as pl

from g60_pipeline.metrics.engine.frames import SERIES
from g60_pipeline.metrics.engine.rounds import ANY_ROUND, LEANING, group_age, in_named_round, may_mix_rounds

UNNAMED = "unknown"
"""Round of a figure that names none: no group leans on it."""


def totals_known(figure: pl.DataFrame, *, members: pl.DataFrame, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return one row per corridor, series and period that a member has a figure of.

    Args:
        figure: `metrics.figure`.
        members: `corridor_id`, `geo_code`.
        indicator_basis: `core.indicator_basis`; only additive and shared bases have totals.

    Returns:
        `corridor_id`, the series, `exact`, and `group`: that of the figures the total is made of, where figures of the
        nearest round stand in for those that are missing.
    """
    summed = indicator_basis.filter(pl.col("additive") | pl.col("shared")).select("indicator_id", "basis")
    held = figure.join(summed, on=["indicator_id", "basis"], how="semi").join(members, on="geo_code", suffix="_of")
    exact = pl.col("value").is_not_null()
    expected = members.group_by("corridor_id").agg(expected=pl.len())
    found = held.group_by("corridor_id_of", *SERIES, "round_group").agg(
        reporting=exact.sum(),
        rounds=pl.col("round").n_unique(),
        in_round=in_named_round().filter(exact).sum(),
    )
    shared = indicator_basis.filter("shared").select("indicator_id", "basis", shared=True)
    group = pl.col("round_group")
    named = (group != ANY_ROUND) & (group != UNNAMED) & ~group.str.ends_with(LEANING)
    return (
        found.rename({"corridor_id_of": "corridor_id"})
        .join(expected, on="corridor_id")
        .join(shared, on=["indicator_id", "basis"], how="left")
        .sort(
            "corridor_id",
            *SERIES,
            -pl.col("reporting").cast(pl.Int64),
            may_mix_rounds() & (pl.col("rounds") > 1),
            -pl.col("in_round").cast(pl.Int64),
            group_age(),
        )
        .unique(["corridor_id", *SERIES], keep="first", maintain_order=True)
        .select(
            "corridor_id",
            *SERIES,
            reporting="reporting",
            exact=(pl.col("reporting") == pl.col("expected")) & pl.col("shared").is_null(),
            group=pl.when(named).then(group + LEANING).otherwise(group),
        )
    )
