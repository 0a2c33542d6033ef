"""Shares of China held by corridors and places, on paired bases, for one period and one revision round."""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts.metrics import NationalShare
from g60_pipeline.metrics.common import (
    NATION,
    SERIES,
    conform,
    entity,
    group_age,
    is_mixture,
    of_group,
    with_flag,
)
from g60_pipeline.metrics.engine.figure import as_figure, computed, ends, field, provenance
from g60_pipeline.metrics.engine.formulas import steps

FORMULA: Final = "national_share"
LEVELS: Final = ("province", "prefecture", "district")
"""Levels of the places whose share of China is published."""


def shares_of(numerator: pl.DataFrame, denominator: pl.DataFrame, *, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the best share of every numerator in its reference area.

    Args:
        numerator: Totals or figures with `corridor_id` and `geo_code` (one of them null), in every round group.
        denominator: Figures or totals of the reference area, in every round group.
        pairs: `indicator_id`, `basis`, `reference_basis`: which basis is divided by which.

    An upper end above one says nothing, since a part is not more than the whole, and is left out. A share of two exact
    figures is never left out, so that figures that contradict each other show.

    Returns:
        The numerator's keys and `share`, `share_low`, `share_high`, `numerator*`, `denominator`, `round`, `flags`,
        `input_ids`, `parent_ids`. Both sides stand in one round, else in any round with the flag `mixed_vintage`.
    """
    below = denominator.select(
        "indicator_id", "period_kind", "period_end", "round_group", reference_basis="basis", denominator=as_figure()
    )
    on = ["indicator_id", "reference_basis", "period_kind", "period_end", "round_group"]
    joined = numerator.with_columns(numerator=as_figure()).join(pairs, on=["indicator_id", "basis"]).join(below, on=on)
    differ = is_mixture() & (field("numerator", "round") != field("denominator", "round"))
    shared = (
        computed(joined.with_columns(mixed=pl.col("mixed") | differ), steps(FORMULA))
        .with_columns(
            **provenance("numerator", "denominator"),
            in_round=pl.col("in_round") + of_group(field("denominator", "round")),
            round=pl.when("mixed").then(pl.lit("unknown")).otherwise("round"),
        )
        .with_columns(
            **ends("numerator"),
            denominator=field("denominator", "value"),
            flags=with_flag(pl.col("flags"), "mixed_vintage", pl.col("mixed")),
        )
        .filter(pl.any_horizontal(pl.col("share", "share_low", "share_high").is_not_null()))
    )
    order = [pl.col("share").is_null(), -pl.col("members_reporting"), pl.col("mixed"), -pl.col("in_round"), group_age()]
    return shared.sort(entity(), *SERIES, *order).unique(
        ["corridor_id", "geo_code", *SERIES], keep="first", maintain_order=True
    )


def places(figure: pl.DataFrame, *, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of the wanted places (`geo_code`) in the form of totals, so that one formula serves both."""
    return figure.join(wanted, on="geo_code").with_columns(
        members_reporting=pl.col("value").is_not_null().cast(pl.Int64),
        members_expected=pl.lit(1, dtype=pl.Int64),
        members_missing=pl.when(pl.col("value").is_null())
        .then(pl.concat_list("geo_code"))
        .otherwise(pl.lit([], dtype=pl.List(pl.String))),
    )


def national_share(
    total: pl.DataFrame, figure: pl.DataFrame, *, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.national_share`: every additive basis that has a national counterpart.

    Args:
        total: Totals in every round, of `totals_by_round`.
        figure: Figures of `metrics.figures`.
        indicator_basis: `core.indicator_basis`.
        geography: `core.geography`.
    """
    pairs = indicator_basis.filter(
        (pl.col("additive") | pl.col("shared")) & pl.col("national_basis").is_not_null()
    ).select("indicator_id", "basis", reference_basis="national_basis")
    wanted = geography.filter(pl.col("level").is_in(LEVELS)).select("geo_code")
    numerator = pl.concat([total, places(figure, wanted=wanted)], how="diagonal_relaxed")
    nation = figure.filter(pl.col("geo_code") == NATION)
    share = shares_of(numerator, nation, pairs=pairs)
    rows = share.with_columns(
        metric_id=pl.format("national_share:{}:{}:{}:{}", entity(), "indicator_id", "basis", "period_end"),
        unit=pl.lit("ratio"),
        formula_id=pl.lit(FORMULA),
        national_basis="reference_basis",
    )
    return conform(rows, NationalShare)
