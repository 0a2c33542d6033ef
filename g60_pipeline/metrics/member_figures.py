"""Figures of the members of each corridor side by side, in the revision round their total stands in, with ends.

A member without an exact figure lies between its lower end, or nothing, and its upper end, or what its province has
beyond the other members that report; where the province has no figure either there is no upper end. What is computed of
these figures stands in the modules of the methods.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import SERIES, annual, province_of, union
from g60_pipeline.metrics.totals import best_totals

LEAST_REPORTING: Final = 2
"""Members with an exact figure below which there is nothing to compare."""


def member_figures(
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    members: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    geography: pl.DataFrame,
) -> pl.DataFrame:
    """Return one row per corridor, annual series and member, where at least two members report.

    Args:
        total: Totals in every round, of `totals_by_round`; they are of additive bases.
        figure: Figures of `metrics.figures`.
        members: `corridor_id`, `geo_code` of the metric members.
        indicator_basis: `core.indicator_basis`; only additive bases without negative figures are compared.
        geography: `core.geography`.

    Returns:
        `corridor_id`, `geo_code`, the series, `year`, `round_group`, `mixed`, `value` (null where not exact), `low`,
        `high` (null where there is no upper end), `flags`, `input_ids`.
    """
    non_negative = indicator_basis.filter(pl.col("additive") & pl.col("non_negative")).select("indicator_id", "basis")
    best = (
        annual(best_totals(total))
        .filter(pl.col("members_reporting") >= LEAST_REPORTING)
        .join(non_negative, on=["indicator_id", "basis"])
    )
    series = [*SERIES, "round_group"]
    of_places = figure.select("geo_code", *series, "value", "low", "high", "flags", "input_ids")
    cap = figure.select(*series, cap_code="geo_code", cap="high", cap_flags="flags", cap_ids="input_ids")
    none = pl.lit([], dtype=pl.List(pl.String))
    rows = (
        best.select("corridor_id", *series, "year", "mixed")
        .join(members, on="corridor_id")
        .join(of_places, on=["geo_code", *series], how="left")
        .join(province_of(geography), on="geo_code", how="left")
        .join(cap, on=[*series, "cap_code"], how="left")
        .with_columns(pl.col("flags", "input_ids", "cap_flags", "cap_ids").fill_null(none))
    )
    group = ["corridor_id", *series, "group_code"]
    others = pl.col("low").fill_null(0).sum().over(group) - pl.col("low").fill_null(0)
    rest = pl.max_horizontal(pl.col("cap") - others, pl.col("low").fill_null(0))
    open_above = pl.col("high").is_null() & pl.col("cap").is_not_null()
    return rows.with_columns(
        low=pl.col("low").fill_null(0.0),
        high=pl.when(open_above).then(rest).otherwise("high"),
        flags=pl.when(open_above).then(union("flags", "cap_flags")).otherwise("flags"),
        input_ids=pl.when(open_above).then(union("input_ids", "cap_ids")).otherwise("input_ids"),
    ).select("corridor_id", "geo_code", *series, "year", "mixed", "value", "low", "high", "flags", "input_ids")
