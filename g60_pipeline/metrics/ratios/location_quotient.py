"""Location quotients: a share over the share of people, land or GDP, with symmetric form and warning of small counts.

Against China for every place and corridor that has a share of China; against each corridor for its members. A place
with 1/24 of the people and 1/5 of the firms has 4.8 times the firms its people would suggest.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import FIGURE_REASONS, NO_FIGURE, NO_FIGURE_BELOW, Metric, WithinEnds
from g60_pipeline.metrics.engine.figure import computed
from g60_pipeline.metrics.engine.formulas import parameters, steps
from g60_pipeline.metrics.engine.frames import NATION, conform, entity, is_known, row_id, union, within_borders
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.ratios.national_share import places, shares_of
from g60_pipeline.normalize.reasons import first_reason

FORMULA: Final = "location_quotient"
WEIGHTS: Final = {
    ("population_resident", "resident_year_end"): 0,
    ("population_resident", "resident_census"): 1,
    ("population_resident", "resident_year_end_pre_census"): 2,
    ("land_area", "administrative"): 0,
    ("gdp", "current_prices"): 0,
}
"""Sizes a share is measured against, with the order of preference among the bases of one indicator."""

COUNT_UNIT: Final = "count"
"""Unit of indicators that count things."""


class LocationQuotient(Metric, WithinEnds):
    """Location quotient of a place or corridor: share of an indicator over the share of people, land or GDP.

    The reference is China for every place and corridor, and a corridor for its members. Above 1 a place has more than
    its size lets expect. No sector table is stored, so the size of a place stands for its total. Small counts make wild
    quotients: see `below_minimum_count`.
    """

    reference_id = c.text("Reference area: 100000 for China, or a corridor.")
    weight_indicator_id = c.text("population_resident, land_area or gdp.", references="core.indicator.indicator_id")
    weight_basis = c.text("Basis of the weight.")
    value = c.number("Location quotient.", "ratio", minimum=0, answer=True)
    value_low = c.number("Lower end.", "ratio", minimum=0)
    value_high = c.number("Upper end.", "ratio", minimum=0)
    symmetric = c.number("Symmetric form (LQ - 1) / (LQ + 1), -1 to 1.", "ratio", minimum=-1)
    symmetric_low = c.number("Lower end of the symmetric form.", "ratio", minimum=-1)
    symmetric_high = c.number("Upper end of the symmetric form.", "ratio", minimum=-1)
    share = c.number("Share of the reference area.", "ratio", minimum=0)
    weight_share = c.number("Share of the reference area of the weight.", "ratio", minimum=0)
    count = c.number(
        "Figure of the place where it counts things; its upper end where it is not exact.", "count", minimum=0
    )
    below_minimum_count = c.yes_no(
        "Whether that count is below 5, where one more or less moves the quotient by more than a fifth.", nullable=True
    )
    reason_code, reason_args = c.reasons(
        (*FIGURE_REASONS, NO_FIGURE_BELOW), "Why there is no value, or only an interval."
    )

    @dy.rule()
    def symmetric_within_one(cls) -> pl.Expr:
        """The symmetric form is at most one."""
        return (pl.max_horizontal("symmetric", "symmetric_low", "symmetric_high") <= 1).fill_null(value=True)


@metric(LocationQuotient)
def location_quotient(
    national_share: pl.DataFrame,
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    corridor_member: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    series_break: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.location_quotient`."""
    members = metric_members(corridor_member)
    references = {NATION: national_share} | {
        str(corridor_id): _of_corridor(total, figure, members=group, indicator_basis=indicator_basis)
        for (corridor_id,), group in members.partition_by("corridor_id", as_dict=True).items()
    }
    rows = [
        _over_weights(share, indicator_basis=indicator_basis, members=members, series_break=series_break).with_columns(
            reference_id=pl.lit(reference)
        )
        for reference, share in references.items()
    ]
    named = row_id(
        "location_quotient",
        "reference_id",
        "weight_indicator_id",
        entity(),
        "indicator_id",
        "basis",
        "period_end",
    )
    return conform(
        pl.concat(rows).with_columns(metric_id=named, formula_id=pl.lit(FORMULA)).filter(~_of_itself()),
        LocationQuotient,
    )


def _of_itself() -> pl.Expr:
    return (pl.col("corridor_id") == pl.col("reference_id")).fill_null(value=False)


def _of_corridor(
    total: pl.DataFrame, figure: pl.DataFrame, *, members: pl.DataFrame, indicator_basis: pl.DataFrame
) -> pl.DataFrame:
    """Return the shares of the members of one corridor in its total, in the form of `metrics.national_share`."""
    pairs = indicator_basis.filter("additive").select("indicator_id", "basis", reference_basis="basis")
    whole = total.join(members.select("corridor_id").unique(), on="corridor_id")
    share = shares_of(places(figure, wanted=members.select("geo_code")), whole, pairs=pairs)
    return share.with_columns(
        metric_id=pl.format("{}:{}:{}:{}", "geo_code", "indicator_id", "basis", "period_end"), unit=pl.lit("ratio")
    )


def _over_weights(
    share: pl.DataFrame, *, indicator_basis: pl.DataFrame, members: pl.DataFrame, series_break: pl.DataFrame
) -> pl.DataFrame:
    """Return every annual share over the share of people, land and GDP of the same year.

    People are counted at year end where both sides are; else at the census of that year, which the flags then say. The
    area of today is no weight for years before a change of borders.
    """
    constants = indicator_basis.filter(pl.col("kind") == "constant").select("indicator_id", "basis")
    weights = pl.DataFrame(
        [(indicator, basis, order) for (indicator, basis), order in WEIGHTS.items()],
        schema={"weight_indicator_id": pl.String, "weight_basis": pl.String, "preference": pl.Int32},
        orient="row",
    )
    rows = share.with_columns(entity=entity())
    census = rows.filter(pl.col("flags").list.contains("census"))
    weight = (
        pl.concat([rows.filter("annual"), census])
        .unique("metric_id")
        .rename({"indicator_id": "weight_indicator_id", "basis": "weight_basis"})
        .join(weights, on=["weight_indicator_id", "weight_basis"])
        .select(
            "entity",
            "weight_indicator_id",
            "weight_basis",
            "preference",
            "year",
            w_end="period_end",
            weight_share="share",
            weight_share_low="share_low",
            weight_share_high="share_high",
            w_flags="flags",
            w_ids="input_ids",
            w_parents="parent_ids",
            w_reason_code=pl.col("reason_code").replace({NO_FIGURE: NO_FIGURE_BELOW}),
            w_reason_args="reason_args",
        )
    )
    renamed = constants.rename({"indicator_id": "weight_indicator_id", "basis": "weight_basis"})
    fixed = weight.join(renamed, on=["weight_indicator_id", "weight_basis"], how="semi").drop("year")
    dated = weight.join(renamed, on=["weight_indicator_id", "weight_basis"], how="anti")
    units = indicator_basis.select("indicator_id", "basis", counts=pl.col("unit") == COUNT_UNIT)
    subject = (
        rows.filter("annual")
        .join(constants, on=["indicator_id", "basis"], how="anti")
        .join(units, on=["indicator_id", "basis"])
        .with_columns(count=pl.when("counts").then(pl.coalesce("numerator", "numerator_high")))
        .with_columns(below_minimum_count=pl.col("count") < parameters(FORMULA)["minimum_count"])
    )
    names = ("weight_indicator_id", "weight_basis")
    timeless = within_borders(subject.join(fixed, on="entity"), members=members, series_break=series_break, names=names)
    joined = pl.concat([subject.join(dated, on=["entity", "year"]), timeless], how="diagonal")
    others = joined.filter(pl.col("indicator_id") != pl.col("weight_indicator_id"))
    rows = computed(others, steps(FORMULA, "value", "symmetric")).with_columns(
        flags=union("flags", "w_flags"),
        input_ids=union("input_ids", "w_ids"),
        parent_ids=pl.concat_list("parent_ids", "w_parents"),
        unit=pl.lit("ratio"),
        **first_reason(*((pl.col(f"{side}reason_code"), pl.col(f"{side}reason_args")) for side in ("", "w_"))),
    )
    known = rows.filter(is_known("value"))
    key = ["entity", "weight_indicator_id", "indicator_id", "basis", "period_end"]
    newest_first = [*(False for _ in key), False, False, True]
    ordered = known.sort(*key, pl.col("value").is_null(), "preference", "w_end", descending=newest_first)
    best = ordered.unique(key, keep="first", maintain_order=True)
    made = [name for name in LocationQuotient.columns() if name in best.columns]
    return best.select(made).drop("metric_id", "formula_id", "round_group", strict=False)
