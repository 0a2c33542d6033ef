"""Which tier each indicator says for each member: its figure against the middle member's. Tiers: `gradient`.

The arithmetic: `gradient_kernel`.
"""

from __future__ import annotations

import math
from typing import Any, Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Comparison
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.member_figures import member_figures
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.gradient.gradient_kernel import against, middle_of
from g60_pipeline.normalize.reasons import reason_row

TABLE: Final = "gradient_evidence"
FORMULA: Final = "gradient_tier"
_SERIES: Final = (
    "yardstick",
    "corridor_id",
    "indicator_id",
    "ratio_id",
    "basis",
    "denominator_basis",
    "period_end",
    "year",
)
Row = dict[str, Any]


TIERS: Final = ("core", "second", "third")
"""Tiers from the top."""

YARDSTICKS: Final = ("size", "intensity")
"""What members are compared by: sizes, or ratios per head and over output. The two never vote together."""


class GradientRow(Comparison):
    """What every row of the gradient carries."""

    yardstick = c.one_of(YARDSTICKS, "size, or intensity (per head, over output).")
    geo_code = c.code("Member.")


class GradientEvidence(GradientRow):
    """One indicator of one member in one year, set against the middle member: what the tiers rest on.

    Sizes are additive indicators, intensities ratios, both where the catalog says `counts_for_gradient`; each on the
    basis most members report, where more than half of them have an exact figure. A member far above the median says
    core, one far below it third; how far, the formula says. Where a figure or the median is known as an interval only,
    the tier is given where the whole interval says the same.
    """

    indicator_id = c.text("Indicator; of a ratio, the one above the line.", references="core.indicator.indicator_id")
    ratio_id = c.text("Ratio; empty for a size.", nullable=True, references="core.ratio.ratio_id")
    basis = c.text("Basis.")
    denominator_basis = c.text("Basis below the line of a ratio.", nullable=True)
    period_end = c.day("Last day of the reference period.")
    year = c.year()
    value = c.number("Figure of the member.", "canonical unit", role="context")
    value_low = c.number("Lower end.", "canonical unit")
    value_high = c.number("Upper end.", "canonical unit")
    median_low = c.number("Lower end of the median of the members.", "canonical unit")
    median_high = c.number("Upper end of the median of the members; the lower one where it is known.", "canonical unit")
    ratio = c.number("Figure over the median.", "ratio", minimum=0)
    ratio_low = c.number("Lower end of the ratio.", "ratio", minimum=0)
    ratio_high = c.number("Upper end of the ratio.", "ratio", minimum=0)
    tier = c.one_of(
        TIERS,
        "Tier this indicator says; empty where the interval leaves it open.",
        nullable=True,
        role="value",
        answer=True,
    )
    possible_tiers = c.words("Tiers the interval allows.", allowed=TIERS, role="value")
    members_reporting = c.count("Members with an exact figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    reason_code, reason_args = c.reasons(
        ("too_few_members", "empty_middle", "several_tiers"), "Why no single tier is said."
    )

    @dy.rule()
    def one_tier_where_one_is_possible(cls) -> pl.Expr:
        """A row says a tier exactly where one alone is possible."""
        return pl.col("tier").is_not_null() == (pl.col("possible_tiers").list.len() == 1)


@metric(GradientEvidence)
def gradient_evidence(
    total: pl.DataFrame,
    figure: pl.DataFrame,
    intensity: pl.DataFrame,
    *,
    indicator_basis: pl.DataFrame,
    corridor_member: pl.DataFrame,
    indicator: pl.DataFrame,
    ratio: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.gradient_evidence`: sizes are figures of members, intensities ratios; the catalog says which."""
    return evidence_of(
        member_figures(total, figure, indicator_basis=indicator_basis),
        intensity,
        members=metric_members(corridor_member),
        indicator=indicator,
        ratio=ratio,
    )


def evidence_of(
    member_figure: pl.DataFrame,
    intensity: pl.DataFrame,
    *,
    members: pl.DataFrame,
    indicator: pl.DataFrame,
    ratio: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.gradient_evidence` from the figures of members side by side, of `member_figures`."""
    rows: list[Row] = []
    none = pl.lit(None, dtype=pl.String)
    sizes = member_figure.join(indicator.filter("counts_for_gradient"), on="indicator_id").with_columns(
        yardstick=pl.lit("size"),
        ratio_id=none,
        denominator_basis=none,
        preference=pl.col("basis") != pl.col("default_basis"),
    )
    wanted = pl.concat([sizes, _ratios(intensity, members=members, ratio=ratio)], how="diagonal_relaxed")
    for key, group in compared(wanted).sort(*_SERIES, "geo_code").partition_by(_SERIES, as_dict=True).items():
        rows += _rows(dict(zip(_SERIES, key, strict=True)), group.to_dicts())
    return frame_of(rows, GradientEvidence)


def _ratios(intensity: pl.DataFrame, *, members: pl.DataFrame, ratio: pl.DataFrame) -> pl.DataFrame:
    """Return the ratios that count in the form of `member_figures`; a member without one lies between 0 and nothing."""
    counting = ratio.filter("counts_for_gradient").select("ratio_id", "denominator_basis", "preference")
    series = ["indicator_id", "ratio_id", "basis", "denominator_basis", "period_end", "year", "preference"]
    held = intensity.join(counting, on=["ratio_id", "denominator_basis"]).filter(pl.col("geo_code").is_not_null())
    none = pl.lit([], dtype=pl.List(pl.String))
    made_of = ("value", "flags", "input_ids", pl.concat_list("metric_id").alias("parent_ids"))
    figures = held.select("geo_code", *series, *made_of, low="value_low", high="value_high")
    return (
        figures.join(members, on="geo_code")
        .select("corridor_id", *series)
        .unique()
        .join(members, on="corridor_id")
        .join(figures, on=["geo_code", *series], how="left")
        .with_columns(
            pl.col("flags", "input_ids", "parent_ids").fill_null(none),
            low=pl.col("low").fill_null(0.0),
            yardstick=pl.lit("intensity"),
            mixed=pl.lit(value=False),
            total_id=pl.lit(None, dtype=pl.String),
        )
    )


def compared(figure: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of series more than half of the members report, on one basis per indicator or ratio and year.

    That is the basis most members report; among equals the preferred one (the default basis of an indicator, the first
    denominator of a ratio), then the first by name.
    """
    series = ["corridor_id", "indicator_id", "ratio_id", "basis", "denominator_basis", "period_end"]
    usable = figure.with_columns(
        reporting=pl.col("value").count().cast(pl.Int64).over(series), expected=pl.len().over(series)
    ).filter(pl.col("reporting") * 2 > pl.col("expected"))
    measured = ["yardstick", "corridor_id", "indicator_id", "ratio_id", "year"]
    best = (
        usable.sort(*measured, -pl.col("reporting"), "preference", "basis", "denominator_basis")
        .unique(measured, keep="first", maintain_order=True)
        .select(*measured, "basis", "denominator_basis")
    )
    return usable.join(best, on=best.columns, how="semi", nulls_equal=True)


def _rows(label: Row, cities: list[Row]) -> list[Row]:
    ends = [Interval(city["value"], city["low"], city["high"]) for city in cities]
    low, high = middle_of(ends)
    judge = _judged if len(cities) >= parameters(FORMULA)["least_members"] else _not_judged
    documents = sorted({i for city in cities for i in city["input_ids"]})
    flags = {"mixed_vintage"} if cities[0]["mixed"] else set[str]()
    flags |= {flag for city in cities for flag in city["flags"]}
    whole = [cities[0]["total_id"]] if cities[0]["total_id"] else []
    parents = [*whole, *dict.fromkeys(name for city in cities for name in city["parent_ids"])]
    return [
        label
        | judge(own, low, high)
        | {
            "metric_id": f"{TABLE}:{label['yardstick']}:{label['corridor_id']}:{city['geo_code']}:"
            f"{label['ratio_id'] or label['indicator_id']}:{label['basis']}:{label['period_end']}",
            "geo_code": city["geo_code"],
            "value": city["value"],
            "value_low": city["low"],
            "value_high": city["high"],
            "median_low": low,
            "median_high": high if math.isfinite(high) else None,
            "members_reporting": sum(c["value"] is not None for c in cities),
            "members_expected": len(cities),
            "flags": sorted(flags),
            "formula_id": FORMULA,
            "input_ids": documents,
            "parent_ids": parents,
        }
        for city, own in zip(cities, ends, strict=True)
    ]


def _not_judged(*_: object) -> Row:
    return {"possible_tiers": list(TIERS), **reason_row(("too_few_members", str(parameters(FORMULA)["least_members"])))}


def _judged(own: Interval, low: float, high: float) -> Row:
    """Return the ratio of a figure to the median with its ends, and the tiers these allow."""
    if low <= 0:
        return {"possible_tiers": list(TIERS), **reason_row(("empty_middle",))}
    ratio, core = against(own, low, high), parameters(FORMULA)["core_ratio"]
    possible = [
        tier
        for tier, holds in zip(
            TIERS,
            (
                ratio.high >= core,
                ratio.high > 1 / core and ratio.low < core,
                ratio.low <= 1 / core,
            ),
            strict=True,
        )
        if holds
    ]
    one = len(possible) == 1
    return {
        "ratio": ratio.value,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high if math.isfinite(ratio.high) else None,
        "tier": possible[0] if one else None,
        "possible_tiers": possible,
        **reason_row(None if one else ("several_tiers",)),
    }
