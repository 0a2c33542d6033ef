"""Figures that fill the components of the index: of each the first series with an exact figure, by member and year.

Each figure is of the revision round of its ratio. Where the places of a year are not of one series, round
and basis of the denominator, what is compared is flagged `mixed_vintage`.
"""

from __future__ import annotations

import polars as pl

from g60_pipeline.metrics.engine.frames import with_flag

KEY = ("framework_id", "corridor_id", "geo_code", "year", "component_id")
"""What a figure of a component is of."""


def index_inputs(
    component: pl.DataFrame,
    *,
    intensity: pl.DataFrame,
    observation: pl.DataFrame,
    members: pl.DataFrame,
) -> pl.DataFrame:
    """Return one row per framework, member, year and component, from the framework's first year to the newest stored.

    Args:
        component: `core.index_framework`.
        intensity: `metrics.intensity`.
        observation: Rows of `metrics.figure` regardless of round, for ratios that are only printed.
        members: `corridor_id`, `geo_code` of the metric members.

    Returns:
        `framework_id`, `corridor_id`, `geo_code`, `year`, `component_id`, `position`, `dimension`, `least_cities`,
        `version`, `series`, `raw` (null where not stored), `raw_id` (the metric row it is from), `flags`, `input_ids`.
    """
    columns = ("geo_code", "year")
    computed = intensity.filter(pl.col("geo_code").is_not_null()).select(
        "ratio_id",
        *columns,
        raw="value",
        flags="flags",
        input_ids="input_ids",
        raw_id="metric_id",
        series=pl.format("ratio {}", "ratio_id"),
        vintage=pl.format("{} / {} {}", "numerator_round", "denominator_basis", "denominator_round"),
    )
    printed = observation.filter("annual").select(
        "indicator_id",
        "basis",
        *columns,
        raw="value",
        flags="flags",
        input_ids="input_ids",
        raw_id="metric_id",
        series=pl.format("{} / {}", "indicator_id", "basis"),
        vintage="round",
    )
    of_member = component.join(members, how="cross")
    filled = pl.concat(
        [
            of_member.join(computed, on=["ratio_id", "geo_code"]),
            of_member.join(printed, on=["indicator_id", "basis", "geo_code"]),
        ],
        how="diagonal_relaxed",
    ).filter(pl.col("raw").is_not_null())
    best = _with_mixtures(filled.sort(*KEY, "preference").unique(KEY, keep="first", maintain_order=True))
    none = pl.lit([], dtype=pl.List(pl.String))
    return (
        _grid(component, filled, members=members)
        .join(best.select(*KEY, "series", "raw", "raw_id", "flags", "input_ids"), on=KEY, how="left")
        .with_columns(pl.col("flags", "input_ids").fill_null(none))
        .sort("framework_id", "corridor_id", "year", "geo_code", "position")
    )


def _with_mixtures(best: pl.DataFrame) -> pl.DataFrame:
    """Return rows flagged where the members of one year and component are not of one series and vintage."""
    compared = ["framework_id", "corridor_id", "year", "component_id"]
    mixed = pl.struct("series", "vintage").n_unique().over(compared) > 1
    return best.with_columns(flags=with_flag(pl.col("flags"), "mixed_vintage", mixed))


def _grid(component: pl.DataFrame, filled: pl.DataFrame, *, members: pl.DataFrame) -> pl.DataFrame:
    """Return every framework, member, year and component, for the years in which anything is stored."""
    named = component.select(
        "framework_id", "component_id", "position", "dimension", "least_cities", "version", "first_year"
    ).unique()
    years = filled.select("framework_id", "corridor_id", "year").unique()
    return (
        named.join(years, on="framework_id")
        .filter(pl.col("year") >= pl.col("first_year"))
        .join(members, on="corridor_id")
        .drop("first_year")
    )
