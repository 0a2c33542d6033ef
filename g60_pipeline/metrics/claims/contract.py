"""The contract of the audit of claims, and the words of its reasons and remarks."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import NUMBER_FORMS, VERDICTS
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.growth.growth import NO_GROWTH

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
    literally_true = c.yes_no("Whether the words are true to the letter ('35 % is more than 1/5').", nullable=True)
    value = c.number("Figure of the warehouse that tests the claim.", "unit", answer=True)
    value_low = c.number("Lower end of that figure.", "unit")
    value_high = c.number("Upper end of that figure.", "unit")
    claimed_low = c.number("Lower end of what the claim's printed form means.", "unit")
    claimed_high = c.number("Upper end of what the claim's printed form means.", "unit")
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
    numerator_values = c.numbers("Numbers whose sum is the figure, or is above the line.", "canonical unit")
    numerator_lows = c.numbers("Those of its lower end, where it is another.", "canonical unit")
    numerator_highs = c.numbers("Those of its upper end, where it is another.", "canonical unit")
    denominator_values = c.numbers("Numbers whose sum is below the line.", "canonical unit")
    denominator_lows = c.numbers("Those of its lower end, where it is another.", "canonical unit")
    denominator_highs = c.numbers("Those of its upper end, where it is another.", "canonical unit")
    scale = c.number("Factor of a ratio that makes its unit readable.", "factor", role="evidence")
    scope_fit = c.one_of(
        ("this_scope", "both_scopes", "other_scope", "neither", "undecided"), "Which scope reproduces the claim."
    )
    missing = c.words("Members whose figure is missing.", references="core.geography.geo_code")
    reason_code, reason_args = c.reasons((TESTED, *NOT_TESTED), "Why this verdict.", nullable=False)
    remark_codes = c.reason_codes(REMARKS, "What else bears on the verdict, as reasons.")
    remark_args = c.words("The argument of each remark; an empty text where it has none.")

    @classmethod
    def answered(cls) -> pl.Expr:
        """Return that the verdict alone is no answer: every row says why this one."""
        return pl.lit(value=False)

    @dy.rule()
    def an_argument_per_remark(cls) -> pl.Expr:
        """Each remark has its argument beside it."""
        return pl.col("remark_codes").list.len() == pl.col("remark_args").list.len()
