"""What part of a corridor's total each of its members has. Location quotients against a corridor rest on it."""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.frames import conform, row_id
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.ratios.national_share import places, shares_of

FORMULA: Final = "member_share"


class MemberShare(Metric):
    """Part of a corridor's total that a member has, of one period, in one round or the nearest."""

    reference_id = c.text("Corridor.")
    annual = c.annual()
    share = c.number("Numerator / denominator.", "ratio", minimum=0, answer=True)
    share_low = c.number("Lower end of the share.", "ratio", minimum=0)
    share_high = c.number("Upper end of the share.", "ratio", minimum=0)
    numerator = c.number("Figure of the member; empty where only a bound is published.", "canonical unit")
    numerator_low = c.number("Lower end of the numerator.", "canonical unit")
    numerator_high = c.number("Upper end of the numerator.", "canonical unit")
    denominator = c.number("Total of the corridor; empty when members are missing.", "canonical unit")
    round = c.revision_round("Revision round of both; 'unknown' when unstated or mixed.")


@metric(MemberShare)
def member_share(
    total: pl.DataFrame, figure: pl.DataFrame, *, corridor_member: pl.DataFrame, indicator_basis: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.member_share`: every additive basis, of the members with a figure."""
    shares = member_shares(total, figure, corridor_member=corridor_member, indicator_basis=indicator_basis)
    return conform(shares, MemberShare)


def member_shares(
    total: pl.DataFrame, figure: pl.DataFrame, *, corridor_member: pl.DataFrame, indicator_basis: pl.DataFrame
) -> pl.DataFrame:
    """Return the shares of the members of each corridor (`reference_id`), in the form of `metrics.national_share`."""
    pairs = indicator_basis.filter("additive").select("indicator_id", "basis", reference_basis="basis")
    members = metric_members(corridor_member).partition_by("corridor_id", as_dict=True)
    shares = [
        shares_of(
            places(figure, wanted=group.select("geo_code")),
            total.filter(pl.col("corridor_id") == corridor_id),
            pairs=pairs,
            formula=FORMULA,
        ).with_columns(reference_id=pl.lit(corridor_id))
        for (corridor_id,), group in members.items()
    ]
    return pl.concat(shares).with_columns(
        metric_id=row_id("member_share", "reference_id", "geo_code", "indicator_id", "basis", "period_end"),
        unit=pl.lit("ratio"),
        formula_id=pl.lit(FORMULA),
    )
