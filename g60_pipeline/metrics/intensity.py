"""Ratios of two indicators of one place and year: R&D over GDP, per 10,000 residents, per km2, per unit of R&D.

Numerator and denominator share year and place; each keeps its own revision round, because an old ratio changes when
its denominator is revised. Only year-end and calendar-year figures stand for a year.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import ANY_ROUND, annual, conform, entity, union, within_borders
from g60_pipeline.metrics.shares import corridors
from g60_pipeline.tables.metrics import Intensity

FORMULA: Final = "intensity_ratio"


def intensity(
    best: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    ratio: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    members: pl.DataFrame,
    series_break: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.intensity`. No area of today stands under figures from before a change of borders.

    Args:
        best: Best totals, of `best_totals`.
        figure: Figures of `metrics.figures`.
        ratio: Ratio definitions, one row per ratio and denominator basis: `ratio_id`, `name_en`, `name_zh`,
            `indicator_id`, `basis`, `denominator_indicator_id`, `denominator_basis`, `preference`, `scale`, `unit`.
        indicator_basis: `core.indicator_basis`.
        members: `corridor_id`, `geo_code` of the metric members.
        series_break: `core.series_break`.
    """
    alone = figure.filter(pl.col("round_group") == ANY_ROUND).with_columns(corridor_id=pl.lit(None, dtype=pl.String))
    series = annual(pl.concat([corridors(best), alone], how="diagonal")).with_columns(entity=entity())
    constants = indicator_basis.filter(pl.col("kind") == "constant").select("indicator_id", "basis")
    above = series.join(constants, on=["indicator_id", "basis"], how="anti").join(ratio, on=["indicator_id", "basis"])
    below = series.select(
        "entity",
        "year",
        denominator_indicator_id="indicator_id",
        denominator_basis="basis",
        d_value="value",
        d_low="low",
        d_high="high",
        d_round="round",
        d_flags="flags",
        d_ids="input_ids",
    )
    names = ["denominator_indicator_id", "denominator_basis"]
    constant = below.join(constants.rename({"indicator_id": names[0], "basis": names[1]}), on=names, how="semi").drop(
        "year"
    )
    varying = below.join(constants.rename({"indicator_id": names[0], "basis": names[1]}), on=names, how="anti")
    timeless = within_borders(
        above.join(constant, on=["entity", *names]),
        members=members,
        series_break=series_break,
        names=("denominator_indicator_id", "denominator_basis"),
    )
    joined = pl.concat([above.join(varying, on=["entity", "year", *names]), timeless], how="diagonal")
    rows = joined.with_columns(
        value_low=_ratio("low", "d_high"),
        value_high=_ratio("high", "d_low"),
        numerator="value",
        denominator="d_value",
        numerator_round="round",
        denominator_round="d_round",
        flags=union("flags", "d_flags"),
        input_ids=union("input_ids", "d_ids"),
        formula_id=pl.lit(FORMULA),
        metric_id=pl.format("intensity:{}:{}:{}:{}", "ratio_id", "entity", "basis", "period_end"),
        value=_ratio("value", "d_value"),
    ).filter(pl.any_horizontal(pl.col("value", "value_low", "value_high").is_not_null()))
    order = [pl.col("value").is_null(), pl.col("preference")]
    chosen = rows.sort("metric_id", *order).unique("metric_id", keep="first", maintain_order=True)
    return conform(chosen, Intensity)


def _ratio(above: str, below: str) -> pl.Expr:
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below) * pl.col("scale"))
