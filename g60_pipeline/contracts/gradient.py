"""Contracts of the gradient between the members of a corridor: tiers, what they rest on, how different, who grows."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.metrics import NO_GROWTH

TIERS: Final = ("core", "second", "third")
"""Tiers from the top."""

MIXED: Final = "mixed"
"""Tier of a member whose indicators disagree: none has more than half of them."""

OUTCOMES: Final = (*TIERS, MIXED)
"""Tiers a member can come out with."""

YARDSTICKS: Final = ("size", "intensity")
"""What members are compared by: sizes, or ratios per head and over output. The two never vote together."""

POOLED: Final = "all"
"""Span of the rows over all years."""

SPANS: Final = ("year", POOLED)
"""What a tier is judged by: indicators of one year, or of all years in which two of them say a tier of the member."""


class Comparison(dy.Schema):
    """What every row that compares members of a corridor carries."""

    metric_id = c.text("Identifier of the row.", key=True)
    corridor_id = c.text("Corridor.", references="core.corridor.corridor_id")
    flags = c.flags()
    formula_id = c.text("Formula.", references="core.formula.formula_id")
    input_ids = c.words(
        "Observations the row was computed from.", references="core.observation_candidate.observation_id"
    )
    parent_ids = c.parent_ids()


class GradientRow(Comparison):
    """What every row of the gradient carries."""

    yardstick = c.one_of(YARDSTICKS, "size, or intensity (per head, over output).")
    geo_code = c.code("Member.")


class GradientEvidence(GradientRow):
    """One indicator of one member in one year, set against the middle member: what the tiers rest on.

    Sizes are additive indicators, intensities ratios, both where the catalog says `counts_for_gradient`; each on the
    basis most members report, where more than half of them have an exact figure. A member far above the median says
    core, one far below it third; how far, the formula says. Where a figure or the median is known as an interval only,
    the tier stands where the whole interval says the same.
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
    reason_code = c.reason_code(("too_few_members", "empty_middle", "several_tiers"), "Why no single tier is said.")
    reason_args = c.reason_args()

    @dy.rule()
    def tier_or_reason(cls) -> pl.Expr:
        """A row says one tier, or why not."""
        one = pl.col("possible_tiers").list.len() == 1
        return (pl.col("tier").is_not_null() == one) & (pl.col("reason_code").is_null() == one)


class Gradient(GradientRow):
    """Tier of every member of a corridor by year, and over all years in which enough indicators say a tier of it.

    A member has the tier more than half of its indicators say, and is mixed where none has so many: that indicators
    disagree makes no second tier. How many a tier needs, the formula says; those that leave the tier open do not count,
    and `possible_tiers` says what they could still change. Sizes and intensities are judged apart.
    """

    span = c.one_of(SPANS, "One year, or all years together.")
    year = c.year("Year; empty over all years.", nullable=True)
    tier = c.one_of(OUTCOMES, "core, second, third, or mixed.", nullable=True, role="value", answer=True)
    possible_tiers = c.words("Tiers it could take, were the open indicators known.", allowed=OUTCOMES, role="value")
    score = c.number("Geometric mean of its ratios to the median; empty where one is zero or open.", "ratio", minimum=0)
    rank = c.rank("Place by that score among the members judged by the same indicators.", nullable=True)
    indicators = c.words("Indicators, or ratios, that say a tier.")
    says_core = c.count("Indicators (and years) that say core.")
    says_second = c.count("Indicators (and years) that say second.")
    says_third = c.count("Indicators (and years) that say third.")
    left_open = c.count("Indicators (and years) that leave it open.")
    reason_code = c.reason_code(("too_few_say_tier", "none_says_tier", "never_a_tier"), "Why there is no tier.")
    reason_args = c.reason_args()

    @dy.rule()
    def tier_or_reason(cls) -> pl.Expr:
        """A row has a tier or says why not."""
        return pl.col("tier").is_null() == pl.col("reason_code").is_not_null()

    @dy.rule()
    def year_where_span_is_year(cls) -> pl.Expr:
        """There is a year exactly where the row is for a year."""
        return pl.col("year").is_not_null() == (pl.col("span") == "year")


class GradientStability(GradientRow):
    """How far a tier hangs on one indicator or one year: it is judged again with each of them left out."""

    span = c.one_of(SPANS, "One year, or all years together.")
    year = c.year("Year; empty over all years.", nullable=True)
    left_out = c.one_of(("indicator", "year"), "What is left out in turn.")
    tier = c.one_of(OUTCOMES, "Tier with nothing left out.", role="value", answer=True)
    trials = c.count("How many were left out in turn and a tier still came out.", minimum=1)
    kept = c.count("Trials in which the tier stayed.")
    share_kept = c.number("Trials in which it stayed over trials.", "ratio", nullable=False, minimum=0)
    tiers = c.words("Tiers that came out.", allowed=OUTCOMES)
    moved_by = c.words("Indicators, ratios or years without which the tier is another.")

    @dy.rule()
    def share_of_trials(cls) -> pl.Expr:
        """The share is kept over trials."""
        return (pl.col("share_kept") - pl.col("kept") / pl.col("trials")).abs() < 1e-9


class GrowthDecomposition(Comparison):
    """How much of a corridor's change each member contributed, over a year and since 2018.

    The contributions of the members sum to the change of the corridor. Each is split into what the member would have
    gained at the rate of China, and the rest. A split by sectors (shift-share) needs figures of sectors by city, which
    no document held here prints: `sector_reason_code` says so. Where the change can not be taken apart, one row
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
    national_reason_code = c.reason_code(
        ("no_paired_basis", "no_national_growth"), "Why it is not split into these two."
    )
    national_reason_args = c.reason_args()
    sector_reason_code = c.reason_code(("no_sectors",), "Why there is no split by sectors.", nullable=False)
    sector_reason_args = c.reason_args()
    reason_code = c.reason_code((*NO_GROWTH, "no_common_round"), "Why the change can not be taken apart.")
    reason_args = c.reason_args()

    @dy.rule()
    def member_or_reason(cls) -> pl.Expr:
        """A row is for a member, or says why there is none."""
        return pl.col("geo_code").is_null() == pl.col("reason_code").is_not_null()

    @dy.rule()
    def parts_sum_to_change(cls) -> pl.Expr:
        """The national part and the differential sum to the contribution."""
        off = (pl.col("national_part") + pl.col("differential_part") - pl.col("contribution")).abs()
        return (off <= 1e-6 * (1 + pl.col("contribution").abs())).fill_null(value=True)
