"""Sums over sets of places, with what is known of them when members are missing.

A total has a value only when every member reports, from one revision round or flagged `mixed_vintage`. When members are
missing, additive non-negative figures still give an interval: at least the sum of those that report; at most that sum
plus, province by province, what the province has beyond its reporting members. Without a province figure there is no
upper end. Counts that places share, such as awards of joint projects, are no sum: at least the largest member, at most
the sum or what the nation has.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import (
    NATION,
    SERIES,
    conform,
    gathered,
    group_age,
    is_mixture,
    of_group,
    union,
    with_flag,
)
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION
from g60_pipeline.tables.metrics import CorridorTotal

FORMULA: Final = "corridor_total"
KEY: Final = ("corridor_id", *SERIES, "round_group")
"""What identifies a total before one round is chosen."""


def metric_members(corridor_member: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `geo_code` of the member sets the metrics use, the same for every year."""
    return corridor_member.filter(pl.col("version") == METRICS_VERSION).select("corridor_id", "geo_code")


def totals_by_round(
    figure: pl.DataFrame, *, members: pl.DataFrame, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return the totals of every set of places, in every revision round and regardless of round.

    Args:
        figure: Figures of `metrics.figures`.
        members: `corridor_id`, `geo_code`.
        indicator_basis: `core.indicator_basis`; only additive bases are summed.
        geography: `core.geography`.

    Returns:
        The columns of a figure with `corridor_id` for `geo_code`, and `members_reporting`, `members_expected`,
        `members_missing`, `mixed`, `in_round` (how many figures stand in the round their group is named after).
    """
    shared = _shared_by_round(figure, members=members, indicator_basis=indicator_basis)
    additive = indicator_basis.filter("additive").select("indicator_id", "basis", "non_negative")
    known = figure.join(additive, on=["indicator_id", "basis"])
    keys = known.join(members, on="geo_code").select(*KEY, "non_negative", "year").unique()
    places = members.join(province_of(geography), on="geo_code", how="left")
    key = [*SERIES, "round_group"]
    cap = known.select(
        *key,
        cap_code="geo_code",
        cap="high",
        cap_ids="input_ids",
        cap_flags="flags",
        cap_round="round",
        cap_vintages="vintages",
    )
    grid = (
        keys.join(places, on="corridor_id")
        .join(known.drop("year", "non_negative"), on=["geo_code", *key], how="left")
        .join(cap, on=[*key, "cap_code"], how="left")
        .sort(*KEY, "group_code", "geo_code")
    )
    by_province = [*KEY, "year", "non_negative", "group_code"]
    province = grid.group_by(by_province, maintain_order=True).agg(*_province_parts())
    complete = pl.col("all_exact")
    own = pl.when("all_high").then(pl.coalesce("slack_high", "high_sum"))
    capped = pl.when(pl.col("cap").is_not_null()).then(pl.max_horizontal("cap", "low_sum"))
    from_cap = ~complete & capped.is_not_null() & (own.is_null() | (capped < own))
    province = province.with_columns(
        high=pl.when(complete).then("high_sum").when(from_cap).then(capped).otherwise(own),
        flags=pl.when(from_cap).then(union("flags", "cap_flags")).otherwise("flags"),
        input_ids=pl.when(from_cap).then(union("input_ids", "cap_ids")).otherwise("input_ids"),
        rounds=pl.when(from_cap).then(union("rounds", "cap_rounds")).otherwise("rounds"),
        vintages=pl.when(from_cap).then(union("vintages", "cap_vintages")).otherwise("vintages"),
    )
    total = province.group_by(*KEY, "year", "non_negative", maintain_order=True).agg(*_total_parts())
    whole = pl.col("members_reporting") == pl.col("members_expected")
    bounded = whole | pl.col("non_negative")
    mixed = is_mixture() & (pl.col("rounds").list.len() > 1)
    added = total.with_columns(
        value=pl.when(whole).then("value_sum"),
        low=pl.when(bounded & (pl.col("low_count") > 0)).then("low_sum"),
        high=pl.when(bounded & pl.col("all_high")).then("high_sum"),
        mixed=mixed,
        round=pl.when(~is_mixture())
        .then("round_group")
        .when(pl.col("rounds").list.len() == 1)
        .then(pl.col("rounds").list.first())
        .otherwise(pl.lit("unknown")),
        flags=with_flag(pl.col("flags"), "mixed_vintage", mixed),
    ).select(
        *KEY, "year", "value", "low", "high", "round", "vintages", "flags", "input_ids", *_COUNTS, "mixed", "in_round"
    )
    return pl.concat([added, shared.select(added.columns).cast(added.schema)])


def _shared_by_round(figure: pl.DataFrame, *, members: pl.DataFrame, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return totals of counts that places share: at least the largest member, at most the sum or the nation's."""
    shared = indicator_basis.filter("shared").select("indicator_id", "basis", "national_basis")
    known = figure.join(shared, on=["indicator_id", "basis"])
    nation = figure.filter(pl.col("geo_code") == NATION).select(
        "indicator_id",
        *("period_kind", "period_end", "round_group"),
        national_basis="basis",
        n_high="high",
        n_ids="input_ids",
        n_flags="flags",
        n_vintages="vintages",
    )
    keys = known.join(members, on="geo_code").select(*KEY, "year", "national_basis").unique()
    grid = keys.join(members, on="corridor_id").join(
        known.drop("year", "national_basis"), on=["geo_code", *SERIES, "round_group"], how="left"
    )
    total = (
        grid.sort(*KEY, "geo_code")
        .group_by(*KEY, "year", "national_basis", maintain_order=True)
        .agg(
            low=pl.col("low").max(),
            summed=pl.when(pl.col("high").is_not_null().all()).then(pl.col("high").sum()),
            members_reporting=pl.col("value").is_not_null().sum(),
            members_expected=pl.len(),
            members_missing=pl.col("geo_code").filter(pl.col("value").is_null()).sort(),
            in_round=(of_group() & pl.col("value").is_not_null()).sum(),
            rounds=pl.col("round").drop_nulls().unique(),
            vintages=gathered("vintages"),
            flags=gathered("flags"),
            input_ids=gathered("input_ids"),
        )
        .join(nation, on=["indicator_id", "national_basis", "period_kind", "period_end", "round_group"], how="left")
    )
    capped = pl.col("n_high").is_not_null() & (pl.col("summed").is_null() | (pl.col("n_high") < pl.col("summed")))
    mixed = is_mixture() & (pl.col("rounds").list.len() > 1)
    return total.with_columns(
        value=pl.lit(None, dtype=pl.Float64),
        high=pl.when(capped).then("n_high").otherwise("summed"),
        mixed=mixed,
        round=pl.when(is_mixture()).then(pl.lit("unknown")).otherwise("round_group"),
        vintages=pl.when(capped).then(union("vintages", "n_vintages")).otherwise("vintages"),
        flags=with_flag(pl.when(capped).then(union("flags", "n_flags")).otherwise("flags"), "mixed_vintage", mixed),
        input_ids=pl.when(capped).then(union("input_ids", "n_ids")).otherwise("input_ids"),
    )


def best_totals(total: pl.DataFrame) -> pl.DataFrame:
    """Return one total per corridor, indicator, basis and period.

    The round in which most members report is taken; among those a single round before a mixture, the mixture that
    strays least from one round, and the newest round first.
    """
    return (
        total.filter(pl.any_horizontal(pl.col("value", "low", "high").is_not_null()))
        .sort(*KEY[:-1], -pl.col("members_reporting"), "mixed", -pl.col("in_round"), group_age())
        .unique(KEY[:-1], keep="first", maintain_order=True)
    )


def corridor_total(best: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.corridor_total` from the best totals."""
    units = indicator_basis.select("indicator_id", "basis", "unit")
    rows = best.join(units, on=["indicator_id", "basis"]).with_columns(
        metric_id=pl.format("corridor_total:{}:{}:{}:{}", "corridor_id", "indicator_id", "basis", "period_end"),
        geo_code=pl.lit(None, dtype=pl.String),
        formula_id=pl.lit(FORMULA),
        value_low="low",
        value_high="high",
    )
    return conform(rows, CorridorTotal)


_COUNTS: Final = ("members_reporting", "members_expected", "members_missing")


def province_of(geography: pl.DataFrame) -> pl.DataFrame:
    """Return the province each place is grouped under, and the place whose figure caps it (itself has no cap)."""
    is_province = pl.col("level") == "province"
    return geography.select(
        "geo_code",
        group_code=pl.when(is_province).then("geo_code").otherwise("parent_code"),
        cap_code=pl.when(is_province).then(None).otherwise("parent_code"),
    )


def _province_parts() -> list[pl.Expr]:
    reporting = pl.col("value").is_not_null()
    slack = pl.col("slack").drop_nulls()
    unslacked = pl.when(pl.col("slack").is_null()).then("high").otherwise("low")
    return [
        pl.col("value").sum().alias("value_sum"),
        reporting.all().alias("all_exact"),
        pl.col("high").is_not_null().all().alias("all_high"),
        pl.col("low").sum().alias("low_sum"),
        pl.col("high").sum().alias("high_sum"),
        pl.when(slack.len() > 0).then(unslacked.sum() + slack.max()).alias("slack_high"),
        pl.col("low").is_not_null().sum().alias("low_count"),
        reporting.sum().alias("members_reporting"),
        (of_group() & reporting).sum().alias("in_round"),
        pl.len().alias("members_expected"),
        pl.col("geo_code").filter(~reporting).sort().alias("members_missing"),
        pl.col("round").drop_nulls().unique().alias("rounds"),
        gathered("vintages").alias("vintages"),
        gathered("flags").alias("flags"),
        gathered("input_ids").alias("input_ids"),
        pl.col("cap").first().alias("cap"),
        pl.col("cap_ids").first().alias("cap_ids"),
        pl.col("cap_flags").first().alias("cap_flags"),
        pl.col("cap_vintages").first().alias("cap_vintages"),
        pl.col("cap_round").head(1).drop_nulls().alias("cap_rounds"),
    ]


def _total_parts() -> list[pl.Expr]:
    return [
        pl.col("value_sum").sum(),
        pl.col("low_sum").sum(),
        pl.col("low_count").sum(),
        pl.col("high").sum().alias("high_sum"),
        pl.col("high").is_not_null().all().alias("all_high"),
        pl.col("members_reporting").sum().cast(pl.Int64),
        pl.col("members_expected").sum().cast(pl.Int64),
        pl.col("in_round").sum().cast(pl.Int64),
        gathered("members_missing").alias("members_missing"),
        gathered("rounds").alias("rounds"),
        gathered("vintages").alias("vintages"),
        gathered("flags").alias("flags"),
        gathered("input_ids").alias("input_ids"),
    ]
