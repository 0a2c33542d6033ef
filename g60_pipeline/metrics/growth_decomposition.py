"""What each member contributed to the change of a corridor. Growth itself, breaks and rounds: `growth`."""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import NATION, SERIES, conform, group_age, is_mixture, union
from g60_pipeline.normalize.reasons import reason_columns
from g60_pipeline.tables.gradient import GrowthDecomposition

FORMULA: Final = "growth_decomposition"
MEASURES: Final = ("yoy", "change_since_2018")
"""Spans that are taken apart; a mean yearly rate has no parts."""

ROUNDING: Final = 1e-9
"""Part of the larger end below which a corridor did not change: what is left is rounding of the machine."""


def growth_decomposition(
    growth: pl.DataFrame,
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    members: pl.DataFrame,
    indicator_basis: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.growth_decomposition`, for every growth of a corridor over a year and since 2018.

    Args:
        growth: `metrics.growth`; where it has no value, its reason is told.
        total: Totals in every round, of `totals_by_round`.
        figure: Figures of `metrics.figures`.
        members: `corridor_id`, `geo_code` of the metric members.
        indicator_basis: `core.indicator_basis`, for China's paired basis.
    """
    grown = growth.filter(pl.col("corridor_id").is_not_null() & pl.col("measure").is_in(MEASURES)).with_columns(
        g_flags="flags", g_ids="input_ids"
    )
    additive = indicator_basis.filter("additive").select("indicator_id", "basis")
    grown = grown.join(additive, on=["indicator_id", "basis"], how="semi")
    parts = _parts(_in_round(grown.filter(pl.col("value").is_not_null()), total), figure, members=members)
    split = _against_nation(parts, growth, indicator_basis=indicator_basis)
    rest = grown.join(
        split.select("corridor_id", *SERIES, "measure").unique(), on=["corridor_id", *SERIES, "measure"], how="anti"
    )
    without = rest.select(
        "corridor_id",
        *SERIES,
        "year",
        "measure",
        "base_year",
        flags="g_flags",
        input_ids="g_ids",
        reason_code=pl.coalesce("reason_code", pl.lit("no_common_round")),
        reason_args="reason_args",
    )
    label = pl.coalesce("geo_code", pl.lit("none"))
    rows = pl.concat([split, without], how="diagonal").with_columns(
        pl.col("national_reason_args").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        metric_id=pl.format(
            "growth_decomposition:{}:{}:{}:{}:{}:{}",
            "measure",
            "corridor_id",
            label,
            "indicator_id",
            "basis",
            "period_end",
        ),
        formula_id=pl.lit(FORMULA),
        **reason_columns((pl.lit(value=True), "no_sectors", []), prefix="sector_"),
    )
    return conform(rows, GrowthDecomposition)


def _in_round(grown: pl.DataFrame, total: pl.DataFrame) -> pl.DataFrame:
    """Return growth with the round group whose totals it was computed from, and the two dates."""
    ends = total.filter(pl.col("value").is_not_null()).select("corridor_id", *SERIES, "round_group", "value", "mixed")
    end = ends.rename({"value": "end_total"})
    base = ends.select(
        "corridor_id",
        "indicator_id",
        "basis",
        "period_kind",
        "round_group",
        base_end="period_end",
        base_total="value",
        base_mixed="mixed",
    ).with_columns(base_year=pl.col("base_end").dt.year().cast(pl.Int32))
    found = grown.join(end, on=["corridor_id", *SERIES]).join(
        base, on=["corridor_id", "indicator_id", "basis", "period_kind", "round_group", "base_year"]
    )
    month_ends = pl.all_horizontal(pl.col(c) == pl.col(c).dt.month_end() for c in ("base_end", "period_end"))
    same_day = (pl.col("base_end").dt.month() == pl.col("period_end").dt.month()) & (
        month_ends | (pl.col("base_end").dt.day() == pl.col("period_end").dt.day())
    )
    equal = (pl.col("end_total") == pl.col("end_value")) & (pl.col("base_total") == pl.col("base_value"))
    return (
        found.filter(equal & same_day)
        .sort("metric_id", "mixed", "base_mixed", is_mixture(), group_age())
        .unique("metric_id", keep="first", maintain_order=True)
    )


def _parts(grown: pl.DataFrame, figure: pl.DataFrame, *, members: pl.DataFrame) -> pl.DataFrame:
    """Return the change of every member, where every member has both ends."""
    of_place = figure.filter(pl.col("value").is_not_null())
    end = of_place.select("geo_code", *SERIES, "round_group", m_end="value", e_flags="flags", e_ids="input_ids")
    base = of_place.select(
        "geo_code",
        "indicator_id",
        "basis",
        "period_kind",
        "round_group",
        base_end="period_end",
        m_base="value",
        b_flags="flags",
        b_ids="input_ids",
    )
    cities = (
        grown.select(
            "corridor_id",
            *SERIES,
            "year",
            "measure",
            "base_year",
            "base_end",
            "round_group",
            "g_flags",
            base_total="base_value",
            end_total="end_value",
            change=pl.col("end_value") - pl.col("base_value"),
        )
        .join(members, on="corridor_id")
        .join(end, on=["geo_code", *SERIES, "round_group"])
        .join(base, on=["geo_code", "indicator_id", "basis", "period_kind", "round_group", "base_end"])
    )
    contribution = pl.col("m_end") - pl.col("m_base")
    moved = pl.col("change").abs() > ROUNDING * pl.max_horizontal(pl.col("base_total").abs(), pl.col("end_total").abs())
    return cities.with_columns(
        base_value="m_base",
        end_value="m_end",
        contribution=contribution,
        contribution_points=pl.when(pl.col("base_total") > 0).then(contribution / pl.col("base_total")),
        share_of_change=pl.when(moved).then(contribution / pl.col("change")),
        flags=union("g_flags", "e_flags", "b_flags"),
        input_ids=union("e_ids", "b_ids"),
    )


def _against_nation(parts: pl.DataFrame, growth: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Add what each member would have gained at the rate of China on the paired basis, and the rest."""
    paired = indicator_basis.select("indicator_id", "basis", "national_basis")
    nation = growth.filter((pl.col("geo_code") == NATION) & pl.col("value").is_not_null()).select(
        "indicator_id",
        "period_kind",
        "period_end",
        "measure",
        "base_year",
        national_basis="basis",
        rate="value",
        n_flags="flags",
        n_ids="input_ids",
    )
    on = ["indicator_id", "national_basis", "period_kind", "period_end", "measure", "base_year"]
    joined = parts.join(paired, on=["indicator_id", "basis"], how="left").join(nation, on=on, how="left")
    national = pl.col("base_value") * pl.col("rate")
    return joined.with_columns(
        national_part=national,
        differential_part=pl.col("contribution") - national,
        **reason_columns(
            (pl.col("national_basis").is_null(), "no_paired_basis", []),
            (pl.col("rate").is_null(), "no_national_growth", []),
            prefix="national_",
        ),
        flags=union("flags", "n_flags"),
        input_ids=union("input_ids", "n_ids"),
        **reason_columns(),
    )
