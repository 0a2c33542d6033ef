"""Location quotients of members and corridors, against China and against each corridor.

A quotient is a share over the share of people, land or GDP, as in `representation`, which gives the shares and weights.
What this module adds is the corridor as a reference, the symmetric form and the warning of small counts.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import NATION, conform, entity
from g60_pipeline.metrics.representation import representation
from g60_pipeline.metrics.shares import places, shares_of
from g60_pipeline.tables.comparison import LocationQuotient

FORMULA: Final = "location_quotient"
MINIMUM_COUNT: Final = 5
"""Count below which one more or less moves a quotient by more than a fifth."""

COUNT_UNIT: Final = "count"
"""Unit of indicators that count things."""


def location_quotient(
    share: pl.DataFrame,
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    members: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    series_break: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.location_quotient`.

    Args:
        share: `metrics.national_share`.
        total: Totals in every round, of `totals_by_round`.
        figure: Figures of `metrics.figures`.
        members: `corridor_id`, `geo_code` of the metric members.
        indicator_basis: `core.indicator_basis`.
        series_break: `core.series_break`.
    """
    concerned = pl.col("corridor_id").is_not_null() | pl.col("geo_code").is_in(members["geo_code"].unique().implode())
    references = {NATION: share.filter(concerned)} | {
        str(corridor_id): _of_corridor(total, figure, members=group, indicator_basis=indicator_basis)
        for (corridor_id,), group in members.partition_by("corridor_id", as_dict=True).items()
    }
    rows = [
        _quotients(
            of_reference,
            representation(of_reference, indicator_basis=indicator_basis, members=members, series_break=series_break),
            units=indicator_basis.select("indicator_id", "basis", count_unit="unit"),
        ).with_columns(reference_id=pl.lit(reference))
        for reference, of_reference in references.items()
    ]
    named = pl.format(
        "location_quotient:{}:{}:{}:{}:{}:{}",
        "reference_id",
        "weight_indicator_id",
        entity(),
        "indicator_id",
        "basis",
        "period_end",
    )
    return conform(
        pl.concat(rows).with_columns(metric_id=named, formula_id=pl.lit(FORMULA)).filter(~_of_itself()),
        LocationQuotient,
    )


def _of_itself() -> pl.Expr:
    return (pl.col("corridor_id") == pl.col("reference_id")).fill_null(value=False)


def _of_corridor(
    total: pl.DataFrame, figure: pl.DataFrame, *, members: pl.DataFrame, indicator_basis: pl.DataFrame
) -> pl.DataFrame:
    """Return the shares of the members of one corridor in its total, in the form of `metrics.national_share`."""
    pairs = indicator_basis.filter("additive").select("indicator_id", "basis", reference_basis="basis")
    whole = total.join(members.select("corridor_id").unique(), on="corridor_id")
    share = shares_of(places(figure, wanted=members.select("geo_code")), whole, pairs=pairs)
    return share.with_columns(
        metric_id=pl.format("{}:{}:{}:{}", "geo_code", "indicator_id", "basis", "period_end"), unit=pl.lit("ratio")
    )


def _quotients(share: pl.DataFrame, quotient: pl.DataFrame, *, units: pl.DataFrame) -> pl.DataFrame:
    """Return quotients with their symmetric forms and the counts behind them."""
    key = ["entity", "indicator_id", "basis", "period_end"]
    counts = (
        share.with_columns(entity=entity())
        .join(units.filter(pl.col("count_unit") == COUNT_UNIT), on=["indicator_id", "basis"])
        .select(*key, count=pl.coalesce("numerator", "numerator_high"))
    )
    return (
        quotient.with_columns(entity=entity())
        .join(counts, on=key, how="left")
        .with_columns(
            below_minimum_count=pl.col("count") < MINIMUM_COUNT,
            symmetric=_symmetric("value"),
            symmetric_low=_symmetric("value_low"),
            symmetric_high=_symmetric("value_high"),
        )
    )


def _symmetric(column: str) -> pl.Expr:
    return (pl.col(column) - 1) / (pl.col(column) + 1)
