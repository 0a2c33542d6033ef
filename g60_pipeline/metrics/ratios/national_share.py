"""Shares of China that corridors and places have, on paired bases, for one period and one revision round."""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.figure import as_figure, computed, ends, field, provenance
from g60_pipeline.metrics.engine.formulas import steps
from g60_pipeline.metrics.engine.frames import NATION, SERIES, conform, entity, is_known, row_id, with_flag
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import group_age, in_named_round, may_mix_rounds

FORMULA: Final = "national_share"
LEVELS: Final = ("province", "prefecture", "district")
"""Levels of the places whose share of China is published."""


class NationalShare(Metric):
    """Share of China that a corridor or a place has, on paired bases and one period, in one round or the nearest."""

    annual = c.annual()
    share = c.number("Numerator / denominator.", "ratio", minimum=0, answer=True)
    one_in_n = c.number("n of '1/n': 1 / share.", "n", minimum=0)
    share_low = c.number("Lower end of the share.", "ratio", minimum=0)
    share_high = c.number("Upper end of the share.", "ratio", minimum=0)
    numerator = c.number("Figure of the corridor or place; empty when members are missing.", "canonical unit")
    numerator_low = c.number("Lower end of the numerator.", "canonical unit")
    numerator_high = c.number("Upper end of the numerator.", "canonical unit")
    denominator = c.number("Figure of China; empty when only a bound of it is published.", "canonical unit")
    national_basis = c.text("Basis of China's figure.")
    round = c.revision_round("Revision round of both; 'unknown' when unstated or mixed.")
    members_reporting = c.count("Members with a figure; 1 for a place.", role="context")
    members_expected = c.count("Members of the corridor; 1 for a place.", minimum=1, role="context")


def shares_of(
    numerator: pl.DataFrame, denominator: pl.DataFrame, *, pairs: pl.DataFrame, formula: str = FORMULA
) -> pl.DataFrame:
    """Return the best share of every numerator in its reference area.

    Args:
        numerator: Totals or figures with `corridor_id` and `geo_code` (one of them null), in every round group.
        denominator: Figures or totals of the reference area, in every round group.
        pairs: `indicator_id`, `basis`, `reference_basis`: which basis is divided by which.
        formula: Formula whose steps are computed.

    An upper end above one says nothing, since a part is not more than the whole, and is left out. A share of two exact
    figures is never left out, so that figures that contradict each other show.

    Returns:
        The numerator's keys and `share`, `share_low`, `share_high`, `numerator*`, `denominator`, `round`, `flags`,
        `input_ids`, `parent_ids`. Both sides are of one round, else of any round with the flag `mixed_vintage`.
    """
    below = denominator.select(
        "indicator_id", "period_kind", "period_end", "round_group", reference_basis="basis", denominator=as_figure()
    )
    on = ["indicator_id", "reference_basis", "period_kind", "period_end", "round_group"]
    joined = numerator.with_columns(numerator=as_figure()).join(pairs, on=["indicator_id", "basis"]).join(below, on=on)
    differ = may_mix_rounds() & (field("numerator", "round") != field("denominator", "round"))
    shared = (
        computed(joined.with_columns(mixed=pl.col("mixed") | differ), steps(formula))
        .with_columns(
            **provenance("numerator", "denominator"),
            in_round=pl.col("in_round") + in_named_round(field("denominator", "round")),
            round=pl.when("mixed").then(pl.lit("unknown")).otherwise("round"),
        )
        .with_columns(
            **ends("numerator"),
            denominator=field("denominator", "value"),
            flags=with_flag(pl.col("flags"), "mixed_vintage", pl.col("mixed")),
        )
        .filter(is_known("share"))
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


@metric(NationalShare)
def national_share(
    total: pl.DataFrame, figure: pl.DataFrame, *, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.national_share`: every additive basis that has a national counterpart."""
    pairs = indicator_basis.filter(
        (pl.col("additive") | pl.col("shared")) & pl.col("national_basis").is_not_null()
    ).select("indicator_id", "basis", reference_basis="national_basis")
    wanted = geography.filter(pl.col("level").is_in(LEVELS)).select("geo_code")
    numerator = pl.concat([total, places(figure, wanted=wanted)], how="diagonal_relaxed")
    nation = figure.filter(pl.col("geo_code") == NATION)
    share = shares_of(numerator, nation, pairs=pairs)
    rows = share.with_columns(
        metric_id=row_id("national_share", entity(), "indicator_id", "basis", "period_end"),
        unit=pl.lit("ratio"),
        formula_id=pl.lit(FORMULA),
        national_basis="reference_basis",
    )
    return conform(rows, NationalShare)
