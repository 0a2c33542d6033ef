"""What each member contributed to the change of a corridor. Growth itself, breaks and rounds: `growth`."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Comparison
from g60_pipeline.metrics.engine.figure import as_figure, computed, field, provenance
from g60_pipeline.metrics.engine.formulas import steps
from g60_pipeline.metrics.engine.frames import NATION, SERIES, conform, row_id, union
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.growth.growth import NO_GROWTH
from g60_pipeline.normalize.reasons import reason_columns

FORMULA: Final = "growth_decomposition"
MEASURES: Final = ("yoy", "change_since_2018")
"""Spans that are taken apart; a mean yearly rate has no parts."""

ROUNDING: Final = 1e-9
"""Part of the larger end below which a corridor did not change: what is left is rounding of the machine."""


class GrowthDecomposition(Comparison):
    """How much of a corridor's change each member contributed, over a year and since 2018.

    The contributions of the members sum to the change of the corridor. Each is split into what the member would have
    gained at the rate of China, and the rest. A split by sectors (shift-share) needs figures of sectors by city, which
    no document of the warehouse prints: `sector_reason_code` says so. Where the change can not be taken apart, one row
    without a member says why.
    """

    geo_code = c.code("Member; empty in the row that says why there is nothing to take apart.", nullable=True)
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis.")
    period_kind = c.period_kind()
    period_end = c.day("Last day of the reference period.")
    year = c.year()
    measure = c.one_of(("yoy", "change_since_2018"), "Over which time.")
    base_year = c.year("Year the change is measured from.")
    base_value = c.number("Figure of the member at the start.", "canonical unit", role="context")
    end_value = c.number("Figure of the member at the end.", "canonical unit", role="context")
    contribution = c.number("Its change.", "canonical unit", answer=True)
    contribution_points = c.number("Its change over the corridor's figure at the start.", "ratio")
    share_of_change = c.number("Its change over the corridor's change; may be negative.", "ratio")
    national_part = c.number("Its figure at the start times the growth of China.", "canonical unit")
    differential_part = c.number("Its change less that.", "canonical unit")
    national_reason_code, national_reason_args = c.reasons(
        ("no_paired_basis", "no_national_growth"), "Why it is not split into these two."
    )
    sector_reason_code, sector_reason_args = c.reasons(
        ("no_sectors",), "Why there is no split by sectors.", nullable=False
    )
    reason_code, reason_args = c.reasons((*NO_GROWTH, "no_common_round"), "Why the change can not be taken apart.")

    @dy.rule()
    def member_or_reason(cls) -> pl.Expr:
        """A row is for a member, or says why there is none."""
        return pl.col("geo_code").is_null() == pl.col("reason_code").is_not_null()

    @dy.rule()
    def parts_sum_to_change(cls) -> pl.Expr:
        """The national part and the differential sum to the contribution."""
        off = (pl.col("national_part") + pl.col("differential_part") - pl.col("contribution")).abs()
        return (off <= 1e-6 * (1 + pl.col("contribution").abs())).fill_null(value=True)


@metric(GrowthDecomposition)
def growth_decomposition(
    growth: pl.DataFrame,
    total: pl.DataFrame,
    figure: pl.DataFrame,
    *,
    corridor_member: pl.DataFrame,
    indicator_basis: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.growth_decomposition`, for every growth of a corridor over a year and since 2018."""
    grown = growth.filter(pl.col("corridor_id").is_not_null() & pl.col("measure").is_in(MEASURES)).with_columns(
        g_flags="flags", g_ids="input_ids"
    )
    additive = indicator_basis.filter("additive").select("indicator_id", "basis")
    grown = grown.join(additive, on=["indicator_id", "basis"], how="semi")
    members = metric_members(corridor_member)
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
        parent_ids="parent_ids",
        reason_code=pl.coalesce("reason_code", pl.lit("no_common_round")),
        reason_args="reason_args",
    )
    label = pl.coalesce("geo_code", pl.lit("none"))
    rows = pl.concat([split.drop("round_group"), without], how="diagonal").with_columns(
        pl.col("national_reason_args").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        metric_id=row_id(
            "growth_decomposition",
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
    """Return growth with its two totals, and with the round group and the date of the first."""
    ends = total.select(parent="metric_id", corridor_total=as_figure(), base_end="period_end")
    return (
        grown.with_columns(end_parent=pl.col("parent_ids").list.get(0), base_parent=pl.col("parent_ids").list.get(1))
        .join(ends.drop("base_end").rename({"corridor_total": "corridor_end"}), left_on="end_parent", right_on="parent")
        .join(ends.rename({"corridor_total": "corridor_base"}), left_on="base_parent", right_on="parent")
    )


def _parts(grown: pl.DataFrame, figure: pl.DataFrame, *, members: pl.DataFrame) -> pl.DataFrame:
    """Return the change of every member, where every member has both ends."""
    of_place = figure.filter(pl.col("value").is_not_null())
    end = of_place.select("geo_code", *SERIES, "round_group", end_value=as_figure())
    base = of_place.select(
        "geo_code",
        "indicator_id",
        "basis",
        "period_kind",
        "round_group",
        base_end="period_end",
        base_value=as_figure(),
    )
    return (
        grown.select(
            "corridor_id",
            *SERIES,
            "year",
            "measure",
            "base_year",
            "base_end",
            "round_group",
            "corridor_end",
            "corridor_base",
            "g_flags",
        )
        .join(members, on="corridor_id")
        .join(end, on=["geo_code", *SERIES, "round_group"])
        .join(base, on=["geo_code", "indicator_id", "basis", "period_kind", "round_group", "base_end"])
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
        national_rate="value",
        n_id="metric_id",
        n_flags="flags",
        n_ids="input_ids",
    )
    on = ["indicator_id", "national_basis", "period_kind", "period_end", "measure", "base_year"]
    joined = parts.join(paired, on=["indicator_id", "basis"], how="left").join(nation, on=on, how="left")
    made = provenance("corridor_end", "corridor_base", "end_value", "base_value")
    moved = _moved(field("corridor_base", "value"), field("corridor_end", "value"))
    flags = union(*(field(name, "flags") for name in ("end_value", "base_value")), "g_flags", "n_flags")
    inputs = union(*(field(name, "input_ids") for name in ("end_value", "base_value")), "n_ids")
    return computed(joined, steps(FORMULA)).with_columns(
        flags=flags,
        input_ids=inputs,
        parent_ids=pl.concat_list(made["parent_ids"], pl.concat_list("n_id").list.drop_nulls()),
        **{name: field(name, "value") for name in ("end_value", "base_value")},
        share_of_change=pl.when(moved).then("share_of_change"),
        **reason_columns(
            (pl.col("national_basis").is_null(), "no_paired_basis", []),
            (pl.col("national_rate").is_null(), "no_national_growth", []),
            prefix="national_",
        ),
        **reason_columns(),
    )


def _moved(base: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return whether a corridor changed by more than rounding."""
    return (end - base).abs() > ROUNDING * pl.max_horizontal(base.abs(), end.abs())
