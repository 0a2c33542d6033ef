"""Growth over a year, since 2018, and per year since 2018. Both ends are of one round; none crosses a break.

Where no one round holds both ends, the pair whose ends mix rounds alike is taken and flagged `mixed_vintage`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.figure import as_figure, computed, field, provenance
from g60_pipeline.metrics.engine.formulas import parameters, steps
from g60_pipeline.metrics.engine.frames import NATION, SERIES, conform, entity, is_known, row_id, union, with_flag
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import group_age, in_named_round, may_mix_rounds
from g60_pipeline.metrics.figures.figure import UNSTATED
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.ratios.national_share import LEVELS, places
from g60_pipeline.normalize.reasons import reason_columns

FORMULAS: Final = {
    "yoy": "growth_yoy",
    "change_since_2018": "growth_since_2018",
    "cagr_since_2018": "growth_cagr",
}
"""Formula of each measure."""

LEVEL_KINDS: Final = ("stock", "flow")
"""Kinds that grow by a rate. Ratios and indices change by points, constants do not change."""


NO_GROWTH: Final = ("interval_end", "crosses_break")
"""Why a growth has no value."""


class Growth(Metric):
    """Growth of a corridor, place or China: over a year, since 2018, and per year since 2018. None crosses a break."""

    annual = c.annual()
    measure = c.one_of(("yoy", "change_since_2018", "cagr_since_2018"), "Which growth.")
    base_year = c.year("Year the growth is measured from.")
    years = c.count("Years from one to the other.", minimum=1, role="context")
    base_value = c.number("Figure at the start.", "canonical unit", role="context")
    end_value = c.number("Figure at the end.", "canonical unit", role="context")
    value = c.number("Growth; empty where a break lies between, or members are missing.", "ratio", answer=True)
    value_low = c.number("Lower end of the growth.", "ratio")
    value_high = c.number("Upper end of the growth.", "ratio")
    round = c.revision_round("Revision round of both ends; 'unknown' when unstated or mixed.")
    reason_code, reason_args = c.reasons(NO_GROWTH, "Why there is no value.")


@metric(Growth)
def growth(
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    corridor_member: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    geography: pl.DataFrame,
    series_break: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.growth` of corridors, places and China."""
    kinds = indicator_basis.filter(pl.col("kind").is_in(LEVEL_KINDS)).select("indicator_id", "basis")
    wanted = geography.filter(pl.col("level").is_in(LEVELS) | (pl.col("geo_code") == NATION)).select("geo_code")
    series = pl.concat([total, places(figure, wanted=wanted)], how="diagonal_relaxed").join(
        kinds, on=["indicator_id", "basis"]
    )
    members = metric_members(corridor_member)
    base_year = int(parameters(FORMULAS["change_since_2018"])["base_year"])
    measured = []
    for measure, formula in FORMULAS.items():
        pairs = _pairs(series, since=None if measure == "yoy" else base_year)
        if measure == "cagr_since_2018":
            pairs = pairs.filter(pl.col("years") >= 2)
        broken = _breaks(pairs, members=members, series_break=series_break)
        rated = _rates(pairs.join(broken, on="pair", how="left"), formula=formula).with_columns(measure=pl.lit(measure))
        measured.append(_described(_best(rated)))
    return conform(pl.concat(measured, how="diagonal_relaxed"), Growth)


def _best(rated: pl.DataFrame) -> pl.DataFrame:
    """Return one growth a series and period: that which crosses no break, is known, and mixes the least."""
    order = [
        pl.col("break_id").is_not_null(),
        pl.col("value").is_null(),
        -pl.col("members_reporting"),
        pl.col("mixed"),
        _named(pl.col("vintages")) != _named(field("base_value", "vintages")),
        -pl.col("in_round"),
        group_age(),
    ]
    keys = ["corridor_id", "geo_code", *SERIES]
    return rated.sort(*keys, *order).unique(keys, keep="first", maintain_order=True)


def _pairs(series: pl.DataFrame, *, since: int | None) -> pl.DataFrame:
    """Return each figure with the one a year before, or with the one of the same day in the year `since`."""
    start = series.select(
        "corridor_id",
        "geo_code",
        "indicator_id",
        "basis",
        "period_kind",
        "round_group",
        base_end="period_end",
        base_value=as_figure(),
    )
    years = pl.lit(1) if since is None else pl.col("year") - since
    before = pl.col("period_end").dt.offset_by(pl.format("-{}y", years))
    is_month_end = pl.col("period_end") == pl.col("period_end").dt.month_end()
    ends = series.filter(pl.col("year") > (since or 0)).with_columns(
        base_end=pl.when(is_month_end).then(before.dt.month_end()).otherwise(before), end_value=as_figure()
    )
    on = ["indicator_id", "basis", "period_kind", "round_group", "base_end"]
    joined = ends.with_columns(entity=entity()).join(
        start.with_columns(entity=entity()).drop("corridor_id", "geo_code"), on=["entity", *on]
    )
    pairs = joined.with_columns(base_year=pl.col("base_end").dt.year().cast(pl.Int32)).with_row_index("pair")
    return pairs.with_columns(years=pl.col("year") - pl.col("base_year"))


def _breaks(pairs: pl.DataFrame, *, members: pl.DataFrame, series_break: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that cross a break, with the first break they cross.

    A break of one round concerns figures of that round, and figures that do not say which round they are of.
    """
    of_entity = pl.concat(
        [
            members.select(entity="corridor_id", place="geo_code"),
            pairs.filter(pl.col("geo_code").is_not_null()).select("entity", place="geo_code").unique(),
        ]
    )
    everywhere = series_break.filter(pl.col("geo_code") == "*").join(of_entity.select("entity").unique(), how="cross")
    local = series_break.join(of_entity, left_on="geo_code", right_on="place")
    breaks = pl.concat([everywhere, local], how="diagonal").select(
        "entity", "indicator_id", "basis", "break_id", "first_period", break_round="round"
    )
    crossing = (
        pairs.select(
            "pair",
            "entity",
            "indicator_id",
            "basis",
            "base_year",
            "year",
            vintages=union("vintages", field("base_value", "vintages")),
        )
        .join(breaks, on=["entity", "indicator_id", "basis"])
        .filter(
            (pl.col("base_year") < pl.col("first_period"))
            & (pl.col("first_period") <= pl.col("year"))
            & (
                pl.col("break_round").is_null()
                | pl.col("break_round").is_in(pl.col("vintages"))
                | pl.col("vintages").list.contains(UNSTATED)
            )
        )
    )
    return crossing.sort("first_period", "break_id").group_by("pair").agg(pl.col("break_id").first())


def _rates(pairs: pl.DataFrame, *, formula: str) -> pl.DataFrame:
    differ = may_mix_rounds() & (field("end_value", "round") != field("base_value", "round"))
    mixed = pl.col("mixed") | field("base_value", "mixed") | differ
    of_both = pairs.with_columns(
        mixed=mixed, in_round=pl.col("in_round") + in_named_round(field("base_value", "round"))
    )
    return computed(of_both, steps(formula)).with_columns(formula_id=pl.lit(formula)).filter(is_known("value"))


def _named(vintages: pl.Expr) -> pl.Expr:
    return vintages.list.eval(pl.element().filter(pl.element() != UNSTATED))


def _described(best: pl.DataFrame) -> pl.DataFrame:
    broken = pl.col("break_id").is_not_null()
    made = provenance("end_value", "base_value")
    flags = with_flag(with_flag(made["flags"], "mixed_vintage", pl.col("mixed")), "break", broken)
    return best.with_columns(
        metric_id=row_id("growth", "measure", "entity", "indicator_id", "basis", "period_end"),
        unit=pl.lit("ratio"),
        **made
        | {"flags": flags}
        | reason_columns(
            (broken, "crosses_break", [pl.col("break_id")]), (pl.col("value").is_null(), "interval_end", [])
        ),
        **{name: field(name, "value") for name in ("end_value", "base_value")},
        round=pl.when(pl.col("mixed")).then(pl.lit("unknown")).otherwise("round"),
        **{c: pl.when(~broken).then(c) for c in ("value", "value_low", "value_high")},
    )
