"""Contracts of the metrics layer. Every row names its formula and the observations it was computed from."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import NUMBER_FORMS, VERDICTS

NO_GROWTH: Final = ("interval_end", "crosses_break")
"""Why a growth has no value."""

TESTED: Final = "tested"
"""Reason of a verdict: figure and claim side by side."""

NOT_TESTED: Final = (
    "no_basis",
    "no_national_basis",
    "no_world_basis",
    "no_base_year",
    "part_year",
    "no_member",
    "no_ratio",
    "other_basis",
    "other_period",
    "no_reference",
)
"""Why no figure tests a claim."""

REMARKS: Final = (
    "lacking",
    "only_end",
    "measured_anew",
    "too_old",
    *(f"no_rate_{code}" for code in NO_GROWTH),
    "undated_claim",
)
"""What else bears on a verdict."""


class Metric(dy.Schema):
    """What every metric row carries."""

    metric_id = c.text("Identifier of the row: table, place, series and period.", key=True)
    corridor_id = c.text(
        "Corridor the row is for; empty when it is for a place.", nullable=True, references="core.corridor.corridor_id"
    )
    geo_code = c.code("Place the row is for; empty when it is for a corridor.", nullable=True)
    indicator_id = c.text("Indicator.", references="core.indicator.indicator_id")
    basis = c.text("Basis.")
    period_kind = c.period_kind()
    period_end = c.day("Last day of the reference period.")
    year = c.year()
    unit = c.text("Unit of the value columns.", references="core.unit.unit")
    flags = c.flags()
    formula_id = c.text("Formula.", references="core.formula.formula_id")
    input_ids = c.words(
        "Observations the row was computed from.", references="core.observation_candidate.observation_id"
    )
    parent_ids = c.parent_ids()
    round_group = c.text(
        "Figures taken: of one round, of one round or the nearest ('first+'), or of any.", nullable=True
    )

    @dy.rule()
    def corridor_or_place(cls) -> pl.Expr:
        """Exactly one of corridor_id and geo_code is given."""
        return pl.col("corridor_id").is_null() != pl.col("geo_code").is_null()

    @dy.rule()
    def year_of_period_end(cls) -> pl.Expr:
        """The year is the year of period_end."""
        return pl.col("year") == pl.col("period_end").dt.year()


class Figure(Metric):
    """Figures as intervals, one per place, series and revision round: what every other metric is computed from.

    An exact figure is its own interval, a rounded one reaches half a digit to either side; of bounds one end is known.
    """

    value = c.number("Figure, where it is exact.", "unit", answer=True)
    low = c.number("Lower end.", "unit")
    high = c.number("Upper end.", "unit")
    unallocated = c.number(
        "What the province counts and could not place: it opens the upper end.", "unit", role="context"
    )
    province_code = c.code("Province the place is, or lies in.", nullable=True)
    round = c.revision_round("Revision round of the figure.")
    vintages = c.words("Rounds the figure is or may be of.")
    mixed = dy.Bool(description="Always false: a figure is of one round.")
    in_round = c.count("1 where the figure is of the round its group is named after.", role="context")


class Total(Metric):
    """Sums over the members of a corridor in every revision round, with the ends that what is printed allows."""

    value = c.number("Sum, when every member reports.", "unit", answer=True)
    low = c.number("Lower end.", "unit")
    high = c.number("Upper end.", "unit")
    members = c.words("Members of the corridor.", references="core.geography.geo_code")
    provinces = c.words("Province of each member, in the same order.", references="core.geography.geo_code")
    members_reporting = c.count("Members with a figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without a figure.", references="core.geography.geo_code")
    round = c.revision_round("Revision round all figures stand in; 'unknown' when unstated or mixed.")
    vintages = c.words("Rounds the figures are or may be of.")
    mixed = dy.Bool(description="Whether figures of several rounds are summed.")
    in_round = c.count("Members whose figure is of the round the group is named after.", role="context")


class CorridorTotal(Metric):
    """Sum over the members of a corridor. A value needs every member; fewer give an interval, never an estimate."""

    value = c.number("Sum, when every member reports from a figure that enters arithmetic.", "unit", answer=True)
    value_low = c.number("Sum of the members that report: the corridor has at least this.", "unit")
    value_high = c.number(
        "Upper end by what the provinces have beyond their reporting members; empty where no province figure is held.",
        "unit",
    )
    members = c.words("Members of the corridor.", references="core.geography.geo_code")
    provinces = c.words("Province of each member, in the same order.", references="core.geography.geo_code")
    members_reporting = c.count("Members with a figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without a figure.", references="core.geography.geo_code")
    round = c.revision_round("Revision round all figures stand in; 'unknown' when unstated or mixed.")

    @dy.rule()
    def value_needs_every_member(cls) -> pl.Expr:
        """There is a value exactly where every member reports."""
        return pl.col("value").is_not_null() == (pl.col("members_reporting") == pl.col("members_expected"))

    @dy.rule()
    def interval_holds_value(cls) -> pl.Expr:
        """The interval holds the value."""
        low_ok = pl.col("value_low").is_null() | pl.col("value").is_null() | (pl.col("value_low") <= pl.col("value"))
        high_ok = pl.col("value_high").is_null() | pl.col("value").is_null() | (pl.col("value_high") >= pl.col("value"))
        order = (
            pl.col("value_low").is_null()
            | pl.col("value_high").is_null()
            | (pl.col("value_low") <= pl.col("value_high"))
        )
        return low_ok & high_ok & order


class NationalShare(Metric):
    """Share of China held by a corridor or a place, on paired bases and one period, in one round or the nearest."""

    share = c.number("Numerator / denominator.", "ratio", minimum=0, answer=True)
    one_in_n = c.number("n of '1/n': 1 / share.", "n", minimum=0)
    share_low = c.number("Lower end of the share.", "ratio", minimum=0)
    share_high = c.number("Upper end of the share.", "ratio", minimum=0)
    numerator = c.number("Figure of the corridor or place; empty when members are missing.", "canonical unit")
    numerator_low = c.number("Lower end of the numerator.", "canonical unit")
    numerator_high = c.number("Upper end of the numerator.", "canonical unit")
    denominator = c.number("Figure of China; empty when only a bound of it is published.", "canonical unit")
    national_basis = c.text("Basis of China's figure.")
    round = c.revision_round("Revision round of both; 'unknown' when unstated or mixed.")
    members_reporting = c.count("Members with a figure; 1 for a place.", role="context")
    members_expected = c.count("Members of the corridor; 1 for a place.", minimum=1, role="context")


class Growth(Metric):
    """Growth of a corridor, place or China: over a year, since 2018, and per year since 2018. None crosses a break."""

    measure = c.one_of(("yoy", "change_since_2018", "cagr_since_2018"), "Which growth.")
    base_year = c.year("Year the growth is measured from.")
    years = c.count("Years from one to the other.", minimum=1, role="context")
    base_value = c.number("Figure at the start.", "canonical unit", role="context")
    end_value = c.number("Figure at the end.", "canonical unit", role="context")
    value = c.number("Growth; empty where a break stands between, or members are missing.", "ratio", answer=True)
    value_low = c.number("Lower end of the growth.", "ratio")
    value_high = c.number("Upper end of the growth.", "ratio")
    round = c.revision_round("Revision round of both ends; 'unknown' when unstated or mixed.")
    reason_code = c.reason_code(NO_GROWTH, "Why there is no value.")
    reason_args = c.reason_args()


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


class ClaimAudit(Metric):
    """Each published claim tested in each scope and on each basis the warehouse holds figures for."""

    claim_id = c.text("Claim.", references="core.claim.claim_id")
    verdict = c.one_of(VERDICTS, "What the test says, by what is known now.", role="value")
    would_say = c.one_of(VERDICTS, "What an outdated figure would say.", nullable=True)
    age = c.whole(
        "Reference years from the figure to the claim, where both have one.", nullable=True, minimum=0, role="value"
    )
    verdict_then = c.one_of(VERDICTS, "What the test said by what was known when the claim was made.")
    period_end_then = c.day("Last day of the period that was tested then.", nullable=True)
    value_then = c.number("Figure that tested the claim then.", "unit")
    value_low_then = c.number("Lower end of that figure.", "unit", role="low")
    value_high_then = c.number("Upper end of that figure.", "unit", role="high")
    literally_true = c.yes_no("Whether the words hold as they stand ('35 % is more than 1/5').", nullable=True)
    value = c.number("Figure of the warehouse that tests the claim.", "unit", answer=True)
    value_low = c.number("Lower end of that figure.", "unit")
    value_high = c.number("Upper end of that figure.", "unit")
    claimed_low = c.number("Lower end of what the claim's printed form stands for.", "unit")
    claimed_high = c.number("Upper end of what the claim's printed form stands for.", "unit")
    printed_value = c.number("Number as claimed.", "unit as claimed", nullable=False, role="evidence")
    printed_n = c.whole("n where it is printed as 1/n.", nullable=True, minimum=2, role="evidence")
    printed_precision = c.number("One unit of its last printed digit.", "unit as claimed", role="evidence")
    printed_form = c.one_of(NUMBER_FORMS, "How it is meant; at_least is a target, open above.", role="evidence")
    printed_factor = c.number(
        "What one unit as claimed is in the unit of the row.", "unit", nullable=False, role="evidence"
    )
    figure_formula_id = c.text(
        "Formula the figure is computed by.", nullable=True, references="core.formula.formula_id"
    )
    numerator_values = c.numbers("Numbers whose sum is the figure, or stands above the line.", "canonical unit")
    numerator_lows = c.numbers("Those of its lower end, where it is another.", "canonical unit")
    numerator_highs = c.numbers("Those of its upper end, where it is another.", "canonical unit")
    denominator_values = c.numbers("Numbers whose sum stands below the line.", "canonical unit")
    denominator_lows = c.numbers("Those of its lower end, where it is another.", "canonical unit")
    denominator_highs = c.numbers("Those of its upper end, where it is another.", "canonical unit")
    scale = c.number("Factor of a ratio that makes its unit readable.", "factor", role="evidence")
    scope_fit = c.one_of(
        ("this_scope", "both_scopes", "other_scope", "neither", "undecided"), "Which scope reproduces the claim."
    )
    missing = c.words("Members whose figure is missing.", references="core.geography.geo_code")
    reason_code = c.reason_code((TESTED, *NOT_TESTED), "Why this verdict.", nullable=False)
    reason_args = c.reason_args()
    remark_codes = c.reason_codes(REMARKS, "What else bears on the verdict, as reasons.")
    remark_args = c.words("The argument of each remark; an empty text where it has none.")

    @dy.rule()
    def an_argument_per_remark(cls) -> pl.Expr:
        """Each remark has its argument beside it."""
        return pl.col("remark_codes").list.len() == pl.col("remark_args").list.len()
