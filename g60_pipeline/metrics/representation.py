"""Representation: the share of something over the share of people, land or GDP.

A place with 1/24 of the people and 1/5 of the firms has 4.8 times the firms its people would suggest.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import annual, conform, entity, union, within_borders
from g60_pipeline.tables.metrics import Representation

FORMULA: Final = "representation"
WEIGHTS: Final = {
    ("population_resident", "resident_year_end"): 0,
    ("population_resident", "resident_census"): 1,
    ("population_resident", "resident_year_end_pre_census"): 2,
    ("land_area", "administrative"): 0,
    ("gdp", "current_prices"): 0,
}
"""Sizes a share is measured against, with the order of preference among the bases of one indicator."""


def representation(
    share: pl.DataFrame, *, indicator_basis: pl.DataFrame, members: pl.DataFrame, series_break: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.representation` for every annual share, against people, land and GDP of the same year.

    People are counted at year end where both sides are; else at the census of that year, which the flags then say.

    Args:
        share: `metrics.national_share`.
        indicator_basis: `core.indicator_basis`.
        members: `corridor_id`, `geo_code` of the metric members.
        series_break: `core.series_break`; the area of today is no weight for years before a change of borders.
    """
    constants = indicator_basis.filter(pl.col("kind") == "constant").select("indicator_id", "basis")
    weights = pl.DataFrame(
        [(indicator, basis, order) for (indicator, basis), order in WEIGHTS.items()],
        schema={"weight_indicator_id": pl.String, "weight_basis": pl.String, "preference": pl.Int32},
        orient="row",
    )
    rows = share.with_columns(entity=entity())
    census = rows.filter(pl.col("flags").list.contains("census"))
    weight = (
        pl.concat([annual(rows), census])
        .unique("metric_id")
        .rename({"indicator_id": "weight_indicator_id", "basis": "weight_basis"})
        .join(weights, on=["weight_indicator_id", "weight_basis"])
        .select(
            "entity",
            "weight_indicator_id",
            "weight_basis",
            "preference",
            "year",
            w_end="period_end",
            weight_share="share",
            w_low="share_low",
            w_high="share_high",
            w_flags="flags",
            w_ids="input_ids",
        )
    )
    renamed = constants.rename({"indicator_id": "weight_indicator_id", "basis": "weight_basis"})
    fixed = weight.join(renamed, on=["weight_indicator_id", "weight_basis"], how="semi").drop("year")
    dated = weight.join(renamed, on=["weight_indicator_id", "weight_basis"], how="anti")
    subject = annual(rows).join(constants, on=["indicator_id", "basis"], how="anti")
    names = ("weight_indicator_id", "weight_basis")
    timeless = within_borders(subject.join(fixed, on="entity"), members=members, series_break=series_break, names=names)
    joined = pl.concat([subject.join(dated, on=["entity", "year"]), timeless], how="diagonal")
    computed = (
        joined.filter(pl.col("indicator_id") != pl.col("weight_indicator_id"))
        .with_columns(
            value=_over("share", "weight_share"),
            value_low=_over("share_low", "w_high"),
            value_high=_over("share_high", "w_low"),
            flags=union("flags", "w_flags"),
            input_ids=union("input_ids", "w_ids"),
            unit=pl.lit("ratio"),
            formula_id=pl.lit(FORMULA),
            metric_id=pl.format(
                "representation:{}:{}:{}:{}:{}", "weight_indicator_id", "entity", "indicator_id", "basis", "period_end"
            ),
        )
        .filter(pl.any_horizontal(pl.col("value", "value_low", "value_high").is_not_null()))
    )
    newest_first = [False, False, False, True]
    best = computed.sort("metric_id", pl.col("value").is_null(), "preference", "w_end", descending=newest_first).unique(
        "metric_id", keep="first", maintain_order=True
    )
    return conform(best, Representation)


def _over(above: str, below: str) -> pl.Expr:
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below))
