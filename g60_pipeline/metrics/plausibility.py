"""Rows a reader should look at: figures that are out of range, jump, contradict each other or leave a total incomplete.

Each function returns the offending rows and nothing where all is well. What is done about them is elsewhere
(`orchestration.checks`); nothing here changes a figure, and no row found here is kept out of a total.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.bounds.contract import CONTRADICTED
from g60_pipeline.metrics.engine.frames import NATION, SERIES
from g60_pipeline.metrics.engine.rounds import may_mix_rounds
from g60_pipeline.metrics.figures.figure import figures
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.normalize.choose import DISAGREEMENT, REVISION, usability
from g60_pipeline.normalize.choose import SERIES as CHOICE
from g60_pipeline.normalize.star import INDICATOR, UNKNOWN_CITY

ROUNDING: Final = 0.005
"""By how much printed parts may exceed their whole: each is rounded for itself."""

SMALL_COUNT: Final = 30
"""Counts below this may multiply within a year; no jump is told from them."""

PRESS: Final = "listed"
"""Basis of the STAR Market counts that the press printed."""

CHILD_LEVELS: Final = {"province": ("prefecture", "district"), "country": ("province",)}
"""Levels of the places whose figures a place of each level holds in full."""


def disagreements(observation_candidate: pl.DataFrame) -> pl.DataFrame:
    """Return the chosen figures whose rivals differ by more than 2 %, of another revision round 20 %, largest first.

    Args:
        observation_candidate: `core.observation_candidate`; bounds, estimates of the source and figures their source
            has replaced are no rivals.
    """
    exact = observation_candidate.filter(usability() == 0)
    chosen = exact.filter("chosen").select(*CHOICE, "round", "observation_id", "document_id", "value", "unit")
    rivals = exact.filter(~pl.col("chosen") & pl.col("superseded").is_null()).select(
        *CHOICE, rival_round="round", rival_id="observation_id", rival_document_id="document_id", rival_value="value"
    )
    allowed = pl.when(pl.col("rival_round") == pl.col("round")).then(DISAGREEMENT).otherwise(REVISION)
    larger = pl.max_horizontal(pl.col("value").abs(), pl.col("rival_value").abs())
    return (
        chosen.join(rivals, on=CHOICE)
        .with_columns(difference=(pl.col("rival_value") - pl.col("value")).abs() / larger)
        .filter(pl.col("difference") > allowed)
        .select(
            "observation_id",
            "rival_id",
            "geo_code",
            "indicator_id",
            "basis",
            "period_end",
            "round",
            "rival_round",
            "value",
            "rival_value",
            "unit",
            "difference",
            "document_id",
            "rival_document_id",
        )
        .sort(-pl.col("difference"), "observation_id", "rival_id")
    )


def tally_against_press(observation_candidate: pl.DataFrame, *, star_listing: pl.DataFrame) -> pl.DataFrame:
    """Return the printed counts of STAR Market firms that the listing records do not give for the same day.

    A firm whose city is unknown may be in any city of its province, so a city has a smallest and a largest count. A
    count printed for a month fits when it fits any day of it.

    Args:
        observation_candidate: `core.observation_candidate`.
        star_listing: `core.star_listing`.
    """
    flags = pl.col("flags")
    printed = observation_candidate.filter(
        (pl.col("indicator_id") == INDICATOR)
        & (pl.col("basis") == PRESS)
        & (usability() < 2)
        & pl.col("geo_code").str.contains(r"^\d{4}00$")
    ).select(
        "observation_id",
        "geo_code",
        "period_end",
        "value",
        "document_id",
        "flags",
        first_day=pl.when(flags.list.contains("month_only"))
        .then(pl.col("period_end").dt.month_start())
        .otherwise("period_end"),
    )
    # Firms leave so rarely that the first day of a month has its smallest count and the last its largest.
    low = _counted(printed, star_listing, day="first_day").select("observation_id", tally_low="surely")
    high = _counted(printed, star_listing, day="period_end").select("observation_id", tally_high="possibly")
    too_many = (pl.col("value") > pl.col("tally_high")) & ~flags.list.contains("upper_bound")
    too_few = (pl.col("value") < pl.col("tally_low")) & ~flags.list.contains("lower_bound")
    return (
        printed.join(low, on="observation_id")
        .join(high, on="observation_id")
        .filter(too_many | too_few)
        .select("observation_id", "geo_code", "period_end", "value", "tally_low", "tally_high", "flags", "document_id")
        .sort("period_end", "geo_code", "observation_id")
    )


def _counted(printed: pl.DataFrame, star_listing: pl.DataFrame, *, day: str) -> pl.DataFrame:
    """Return how many firms were surely, and how many possibly, listed in the place of each printed count on a day."""
    pairs = printed.select("observation_id", place="geo_code", day=day).join(star_listing, how="cross")
    listed = (pl.col("list_date") <= pl.col("day")) & (
        pl.col("delist_date").is_null() | (pl.col("delist_date") > pl.col("day"))
    )
    whole = (pl.col("place") == NATION) | (pl.col("place") == pl.col("province_code"))
    surely = (whole | (pl.col("geo_code") == pl.col("place"))).fill_null(value=False)
    same_province = pl.col("place").str.head(2) == pl.col("province_code").str.head(2)
    possibly = surely | ((pl.col("city_basis") == UNKNOWN_CITY) & same_province)
    return pairs.group_by("observation_id").agg(
        surely=(listed & surely).sum().cast(pl.Int64), possibly=(listed & possibly).sum().cast(pl.Int64)
    )


def yearly_jumps(growth: pl.DataFrame, *, indicator: pl.DataFrame) -> pl.DataFrame:
    """Return the changes from one year to the next that are larger than their indicator allows, largest first.

    Args:
        growth: `metrics.growth`; only whole years and year-ends are looked at.
        indicator: `core.indicator`.
    """
    limits = indicator.select("indicator_id", "max_yearly_change", counted=pl.col("unit") == "count")
    return (
        growth.filter("annual", pl.col("measure") == "yoy")
        .join(limits, on="indicator_id")
        .filter(
            (pl.col("value").abs() > pl.col("max_yearly_change"))
            & ~(pl.col("counted") & (pl.col("base_value") < SMALL_COUNT))
        )
        .select(
            "metric_id",
            "corridor_id",
            "geo_code",
            "indicator_id",
            "basis",
            "period_end",
            "base_value",
            "end_value",
            "value",
            "max_yearly_change",
            "round",
            "flags",
        )
        .sort(-pl.col("value").abs(), "metric_id")
    )


def parts_over_whole(
    observation_candidate: pl.DataFrame, *, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return the provinces whose cities, and the countries whose provinces, add up to more than they have themselves.

    Args:
        observation_candidate: `core.observation_candidate`.
        indicator_basis: `core.indicator_basis`; only additive figures that can not be negative are compared.
        geography: `core.geography`.

    Returns:
        One row per parent, indicator, basis, period and revision round, largest excess first (`excess`: share of the
        whole). Lower bounds count with the parts and upper bounds with the whole, so that a row is a contradiction and
        not a gap.
    """
    additive = indicator_basis.filter(pl.col("additive") & pl.col("non_negative")).select("indicator_id", "basis")
    figure = (
        figures(observation_candidate, indicator_basis=indicator_basis, geography=geography)
        .filter(~may_mix_rounds())
        .join(additive, on=["indicator_id", "basis"])
    )
    levels = geography.select("geo_code", "level", "parent_code")
    parents = levels.select(parent_code="geo_code", parent_level="level")
    allowed = [
        (pl.col("parent_level") == parent) & pl.col("level").is_in(children)
        for parent, children in CHILD_LEVELS.items()
    ]
    links = levels.join(parents, on="parent_code").filter(pl.any_horizontal(allowed)).select("geo_code", "parent_code")
    keys = ["parent_code", *SERIES, "round_group"]
    parts = (
        figure.filter(pl.col("low").is_not_null())
        .join(links, on="geo_code")
        .group_by(keys)
        .agg(
            pl.col("low").sum().alias("parts"),
            pl.len().alias("parts_count"),
            pl.col("input_ids").list.explode(keep_nulls=False, empty_as_null=False).unique().sort().alias("part_ids"),
        )
    )
    whole = figure.select(pl.col("geo_code").alias("parent_code"), *keys[1:], whole="high", whole_ids="input_ids")
    return (
        parts.join(whole, on=keys)
        .filter(pl.col("parts") > pl.col("whole") * (1 + ROUNDING))
        .with_columns(excess=pl.col("parts") / pl.col("whole") - 1)
        .rename({"parent_code": "geo_code", "round_group": "round"})
        .sort(-pl.col("excess"), "geo_code", *SERIES)
    )


def gaps(
    corridor_total: pl.DataFrame,
    *,
    corridor_member: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
) -> pl.DataFrame:
    """Return the headline totals whose newest year lacks members.

    A headline is what a corridor's share of China is told from: the default basis of an indicator, where it adds up and
    China has the same. A headline no member has ever reported is here too, without a year.
    """
    headline = indicator_basis.filter(pl.col("additive") & pl.col("national_basis").is_not_null()).join(
        indicator.select("indicator_id", basis="default_basis"), on=["indicator_id", "basis"]
    )
    expected = (
        metric_members(corridor_member)
        .group_by("corridor_id")
        .agg(pl.len().cast(pl.Int32).alias("members_expected"), pl.col("geo_code").sort().alias("members"))
    )
    keys = ["corridor_id", "indicator_id", "basis"]
    newest = (
        corridor_total.filter(pl.col("members_reporting") > 0)
        .sort("period_end", "period_kind")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("year", "period_end", "members_reporting", "members_missing").last())
    )
    grid = headline.select("indicator_id", "basis").join(expected, how="cross")
    return (
        grid.join(newest, on=keys, how="left")
        .with_columns(
            pl.col("members_reporting").fill_null(0),
            members_missing=pl.when(pl.col("year").is_null()).then("members").otherwise("members_missing"),
        )
        .filter(pl.col("members_reporting") < pl.col("members_expected"))
        .select(*keys, "year", "period_end", "members_reporting", "members_expected", "members_missing")
        .sort("corridor_id", -pl.col("members_reporting"), "indicator_id")
    )


def contradictions(bound: pl.DataFrame, *, candidate: pl.DataFrame) -> pl.DataFrame:
    """Return the figures that cannot hold together, with the tier in which, and how many bounds are open by it.

    Args:
        bound: `metrics.bound`.
        candidate: `core.observation_candidate`.
    """
    sets = bound.filter(pl.col("reason_code") == CONTRADICTED).group_by("tier", "input_ids").agg(bounds_open=pl.len())
    named = sets.with_columns(together=pl.col("input_ids").list.join(" ")).explode("input_ids")
    figure = candidate.select("observation_id", "geo_code", *SERIES, "value", "unit", "grade")
    rows = named.rename({"input_ids": "observation_id"}).join(figure, on="observation_id")
    columns = ("tier", "bounds_open", "together", *figure.columns)
    return rows.select(columns).sort("tier", "together", "observation_id")
