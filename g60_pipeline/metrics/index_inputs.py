"""Figures that fill the components of the index: of each the first series that is held exactly, by member and year.

Each place keeps its own revision round, as its ratio does. Where the places of a year do not stand in one series, round
and basis of the denominator, what is compared is flagged `mixed_vintage`. Events of the running year do not enter;
those of other years count relative to the mean of the members, so that many recorded events are no better year for all.
"""

from __future__ import annotations

import polars as pl

from g60_pipeline.metrics.common import annual, gathered, with_flag

KEY = ("framework_id", "corridor_id", "geo_code", "year", "component_id")
"""What a figure of a component is of."""


def index_inputs(
    component: pl.DataFrame,
    *,
    intensity: pl.DataFrame,
    observation: pl.DataFrame,
    network: pl.DataFrame,
    members: pl.DataFrame,
) -> pl.DataFrame:
    """Return one row per framework, member, year and component, from the framework's first year to the newest held.

    Args:
        component: `core.index_framework`.
        intensity: `metrics.intensity`.
        observation: Figures of `metrics.figures` regardless of round, for ratios that are only printed.
        network: `metrics.collaboration_network`.
        members: `corridor_id`, `geo_code` of the metric members.

    Returns:
        `framework_id`, `corridor_id`, `geo_code`, `year`, `component_id`, `position`, `dimension`, `least_cities`,
        `version`, `series`, `raw` (null where not held), `why` (not, where more can be said than that), `flags`,
        `input_ids`, `event_ids`, `document_ids`.
    """
    columns = ("geo_code", "year", "raw", "flags", "input_ids")
    computed = intensity.filter(pl.col("geo_code").is_not_null()).select(
        "ratio_id",
        *columns[:2],
        raw="value",
        flags="flags",
        input_ids="input_ids",
        series=pl.format("ratio {}", "ratio_id"),
        vintage=pl.format("{} / {} {}", "numerator_round", "denominator_basis", "denominator_round"),
    )
    printed = annual(observation).select(
        "indicator_id",
        "basis",
        *columns[:2],
        raw="value",
        flags="flags",
        input_ids="input_ids",
        series=pl.format("{} / {}", "indicator_id", "basis"),
        vintage="round",
    )
    joint = _relative(
        network.filter(
            pl.col("geo_code").is_not_null()
            & (pl.col("span") == "year")
            & (pl.col("path") == "all")
            & (pl.col("direction") == "undirected")
            & (pl.col("weight") == "fractional")
        )
    )
    of_member = component.join(members, how="cross")
    figures = pl.concat(
        [
            of_member.join(computed, on=["ratio_id", "geo_code"]),
            of_member.join(printed, on=["indicator_id", "basis", "geo_code"]),
        ],
        how="diagonal_relaxed",
    ).filter(pl.col("raw").is_not_null())
    counted = of_member.join(joint, on=["network_measure", "corridor_id", "geo_code"])
    events = counted.filter(pl.col("raw").is_not_null())
    open_counts = counted.filter(pl.col("raw").is_null()).select(*KEY, "why").unique(KEY, keep="first")
    filled = pl.concat([figures, _of_years_past(events, figures)], how="diagonal_relaxed")
    best = _with_mixtures(filled.sort(*KEY, "preference").unique(KEY, keep="first", maintain_order=True))
    none = pl.lit([], dtype=pl.List(pl.String))
    return (
        _grid(component, filled, members=members)
        .join(best.select(*KEY, "series", "raw", "flags", "input_ids", "event_ids", "document_ids"), on=KEY, how="left")
        .join(open_counts, on=KEY, how="left")
        .with_columns(pl.col("flags", "input_ids", "event_ids", "document_ids").fill_null(none))
        .sort("framework_id", "corridor_id", "year", "geo_code", "position")
    )


def _relative(node: pl.DataFrame) -> pl.DataFrame:
    """Return what the network measures of each member over the mean of all members of its corridor and year.

    There is none where a member has no value, or no member any event; `why` says which. Every row rests on the events
    of all members.
    """
    of_year = ["corridor_id", "year", "measure"]
    mean = node.group_by(of_year).agg(
        mean=pl.when(pl.col("value").is_not_null().all()).then(pl.col("value").mean()),
        flags=gathered("flags"),
        event_ids=gathered("event_ids"),
        document_ids=gathered("document_ids"),
        why=pl.coalesce(
            pl.col("reason").drop_nulls().first(), pl.lit("no event between members is recorded in the year")
        ),
    )
    return (
        node.select(*of_year, "geo_code", "value")
        .join(mean, on=of_year)
        .select(
            "corridor_id",
            "geo_code",
            "year",
            "flags",
            "event_ids",
            "document_ids",
            "why",
            network_measure="measure",
            raw=pl.when(pl.col("mean") > 0).then(pl.col("value") / pl.col("mean")),
            series=pl.format("network {} over the mean of the members", "measure"),
            vintage=pl.lit("events"),
        )
    )


def _of_years_past(events: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of events up to the newest year that any member has a figure for: no year that still runs."""
    newest = figures.group_by("framework_id", "corridor_id").agg(newest=pl.col("year").max())
    past = events.join(newest, on=["framework_id", "corridor_id"]).filter(pl.col("year") <= pl.col("newest"))
    return past.drop("newest")


def _with_mixtures(best: pl.DataFrame) -> pl.DataFrame:
    """Return rows flagged where the members of one year and component do not stand in one series and vintage."""
    compared = ["framework_id", "corridor_id", "year", "component_id"]
    mixed = pl.struct("series", "vintage").n_unique().over(compared) > 1
    return best.with_columns(flags=with_flag(pl.col("flags"), "mixed_vintage", mixed))


def _grid(component: pl.DataFrame, filled: pl.DataFrame, *, members: pl.DataFrame) -> pl.DataFrame:
    """Return every framework, member, year and component, for the years in which anything is held."""
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
