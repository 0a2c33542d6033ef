"""Ratios of two indicators of one place and year: R&D over GDP, per 10,000 residents, per km2, per unit of R&D.

Numerator and denominator share year and place. Where figures name a revision round both sides are of one, the same
for all places of a year: the round of most of these figures. A place without it takes the nearest, and says
`mixed_vintage`. Only year-end and calendar-year figures serve for a year.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import FIGURE_REASONS, NO_FIGURE, NO_FIGURE_BELOW, Metric
from g60_pipeline.metrics.engine.figure import as_figure, computed, field, provenance
from g60_pipeline.metrics.engine.formulas import steps
from g60_pipeline.metrics.engine.frames import conform, entity, is_known, row_id, with_flag, within_borders
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import ANY_ROUND, LEANING, group_age
from g60_pipeline.metrics.figures.total import metric_members

FORMULA: Final = "intensity_ratio"
UNKNOWN: Final = "unknown"
"""Round of a figure that names none."""

_NUMERATOR: Final = {"indicator_id": "indicator_id", "basis": "basis"}
_DENOMINATOR: Final = {"denominator_indicator_id": "indicator_id", "denominator_basis": "basis"}
_RATIO: Final = ("ratio_id", "denominator_basis")
"""What identifies a ratio on one basis of the denominator."""


class Intensity(Metric):
    """Ratios of two indicators of one place and year: R&D over GDP, per 10,000 people, per km2, per unit of R&D.

    All places of a year are taken in the revision round of most of these figures, or the nearest; a row with a figure
    of another round than that carries `mixed_vintage`.
    """

    ratio_id = c.text("Which ratio.", references="core.ratio.ratio_id")
    name_en = c.note("English name of the ratio.")
    name_zh = c.note("Chinese name of the ratio.")
    value = c.number("Numerator / denominator x scale.", "unit", answer=True)
    value_low = c.number("Lower end.", "unit")
    value_high = c.number("Upper end.", "unit")
    numerator = c.number("Figure above the line.", "canonical unit")
    denominator = c.number("Figure below the line.", "canonical unit")
    scale = c.number("Factor that makes the unit readable.", "factor", nullable=False, role="context")
    denominator_indicator_id = c.text(
        "Indicator below the line.", references="core.indicator.indicator_id", role="context"
    )
    denominator_basis = c.text("Its basis.")
    numerator_round = c.revision_round("Revision round above the line.")
    denominator_round = c.revision_round("Revision round below the line.")
    reason_code, reason_args = c.reasons(
        (*FIGURE_REASONS, NO_FIGURE_BELOW), "Why there is no value, or only an interval."
    )


@metric(Intensity)
def intensity(
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    ratio: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    corridor_member: pl.DataFrame,
    series_break: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.intensity`. No area of today is set under figures from before a change of borders."""
    constants = indicator_basis.filter(pl.col("kind") == "constant").select("indicator_id", "basis")
    series = (
        pl.concat([total, figure], how="diagonal_relaxed").filter("annual").with_columns(entity=entity()).drop("unit")
    )
    dated = series.join(constants, on=["indicator_id", "basis"], how="anti")
    rounds = leading_rounds(dated.filter(pl.col("geo_code").is_not_null()), ratio=ratio)
    above = _in_round(dated, ratio, rounds=rounds, side=_NUMERATOR)
    pairs = ratio.select(*_RATIO, "denominator_indicator_id")
    below = _below(_in_round(dated, pairs, rounds=rounds, side=_DENOMINATOR), "year", "ratio_id")
    fixed = series.join(constants, on=["indicator_id", "basis"], how="semi").filter(pl.col("round_group") == ANY_ROUND)
    of_today = fixed.rename({held: name for name, held in _DENOMINATOR.items()})
    constant = _below(of_today.with_columns(off=pl.lit(value=False)))
    timeless = within_borders(
        above.join(constant, on=["entity", *_DENOMINATOR]),
        members=metric_members(corridor_member),
        series_break=series_break,
        names=("denominator_indicator_id", "denominator_basis"),
    )
    varying = above.join(below, on=["entity", "year", "ratio_id", *_DENOMINATOR])
    joined = pl.concat([varying, timeless], how="diagonal")
    made = provenance("numerator", "denominator")
    off = pl.col("off") | pl.col("d_off")
    rows = (
        computed(joined.with_columns(numerator=as_figure()).drop("round_group"), steps(FORMULA))
        .with_columns(
            **made | {"flags": with_flag(made["flags"], "mixed_vintage", off)},
            **{f"{side}_round": field(side, "round") for side in ("numerator", "denominator")},
            **{side: field(side, "value") for side in ("numerator", "denominator")},
            formula_id=pl.lit(FORMULA),
            metric_id=row_id("intensity", "ratio_id", "entity", "basis", "period_end"),
        )
        .filter(is_known("value"))
    )
    order = [pl.col("value").is_null(), pl.col("preference")]
    chosen = rows.sort("metric_id", *order).unique("metric_id", keep="first", maintain_order=True)
    return conform(chosen, Intensity)


def leading_rounds(figure: pl.DataFrame, *, ratio: pl.DataFrame) -> pl.DataFrame:
    """Return `ratio_id`, `denominator_basis`, `year`, `lead`: the round of most figures of the two sides.

    Of rounds with equally many figures the newest. Where no figure names a round there is no row.
    """
    named = figure.filter(
        (pl.col("round_group") == pl.col("round")) & (pl.col("round") != UNKNOWN) & pl.col("value").is_not_null()
    ).select("geo_code", "indicator_id", "basis", "year", "round_group")
    sides = pl.concat(
        ratio.rename({} if side is _NUMERATOR else {"indicator_id": "n", "basis": "b"})
        .join(named, left_on=[*side], right_on=[*side.values()])
        .select(*_RATIO, "year", "round_group", "geo_code", side=pl.lit(position))
        for position, side in enumerate((_NUMERATOR, _DENOMINATOR))
    ).unique()
    of_ratio = [*_RATIO, "year"]
    return (
        sides.group_by(*of_ratio, "round_group")
        .agg(figures=pl.len().cast(pl.Int64))
        .sort(*of_ratio, -pl.col("figures"), group_age())
        .unique(of_ratio, keep="first", maintain_order=True)
        .select(*of_ratio, lead="round_group")
    )


def _in_round(dated: pl.DataFrame, ratio: pl.DataFrame, *, rounds: pl.DataFrame, side: dict[str, str]) -> pl.DataFrame:
    """Return one side of every ratio in its leading round or the nearest; `off` where a figure is of another.

    A figure that names no round is off where most of its side do: among R&D expenditures, of which hardly any names
    one, it is not.
    """
    held = dated.rename({held: name for name, held in side.items()})
    joined = held.join(ratio, on=[*side]).join(rounds, on=[*_RATIO, "year"], how="left")
    leaning = (pl.col("round_group") == pl.col("lead") + LEANING).fill_null(value=False)
    led = leaning.any().over("entity", "ratio_id", "denominator_basis", *side, "period_kind", "period_end")
    named = pl.col("round") != UNKNOWN
    most = named.filter(pl.col("geo_code").is_not_null()).mean().over(*_RATIO, "year") > 1 / 2
    return (
        joined.with_columns(led=led)
        .filter(pl.when("led").then(leaning).otherwise(pl.col("round_group") == ANY_ROUND))
        .with_columns(off=((pl.col("round") != pl.col("lead")) & (named | most)).fill_null(value=False))
    )


def _below(side: pl.DataFrame, *key: str) -> pl.DataFrame:
    reason = {"reason_code": pl.col("reason_code").replace({NO_FIGURE: NO_FIGURE_BELOW})}
    return side.with_columns(**reason).select("entity", *key, *_DENOMINATOR, denominator=as_figure(), d_off="off")
