"""Contracts of the bounds."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Metric

MEASURES: Final = (
    "level",
    "share_of_nation",
    "share_of_yrd",
    "share_of_world",
    "yoy",
    "change_since_2018",
    "ratio",
    "mean",
)
KINDS: Final = (
    "printed",
    "province",
    "nation",
    "delta",
    "takes_part",
    "together",
    "identity",
    "ranked",
    "assumed",
)
CONTRADICTED: Final = "figures_contradict"


class Bound(Metric):
    """What everything that is printed leaves possible of a number that is not printed, under named assumptions.

    The tier `printed` assumes nothing; each other tier says what it assumes. A tier that narrows nothing has no row.
    Each end is a sum of printed figures times multipliers, or a quotient of two such sums: the multipliers are
    beside the constraints in `parent_ids`, and no other value of the number is possible while these hold.
    """

    measure = c.one_of(MEASURES, "What is bounded.")
    tier = c.text("What is assumed beside what is printed.", role="value")
    total_group = c.text("Round group of the total that a level narrows; empty of other numbers.", nullable=True)
    ratio_id = c.text("Ratio that is bounded.", nullable=True, references="core.ratio.ratio_id")
    base_year = c.year("Year a growth is measured from.", nullable=True)
    cells_above = c.words("Numbers it is the sum of, or of which the sum is above its line; a mean is a part of it.")
    cells_below = c.words("Numbers of which the sum is below its line.")
    low = c.number("Lower end.", "unit", answer=True)
    high = c.number("Upper end; empty where nothing printed closes it.", "unit")
    width = c.number("Upper less lower end.", "unit", minimum=0)
    scale = c.number("Factor of a ratio that makes its unit readable.", "factor", nullable=False, role="evidence")
    less = c.number("1 for a growth, which is a quotient less one.", "factor", nullable=False, role="evidence")
    low_above = c.numbers("Multiplier of each parent in the lower end, or above its line.", "factor")
    low_below = c.numbers("Multiplier of each parent below the line of the lower end.", "factor")
    high_above = c.numbers("Multiplier of each parent in the upper end, or above its line.", "factor")
    high_below = c.numbers("Multiplier of each parent below the line of the upper end.", "factor")
    round = c.revision_round("Round of every figure it rests on; 'unknown' when unstated or mixed.")
    reason_code, reason_args = c.reasons((CONTRADICTED,), "Why nothing is known.")

    @dy.rule()
    def ends_in_order(cls) -> pl.Expr:
        """The lower end is not above the upper one."""
        return (pl.col("low") <= pl.col("high")).fill_null(value=True)


class BoundConstraint(Metric):
    """What restricts the numbers behind bounds: a sum of coefficients times cells is at least, or at most, the figure.

    All of them are here but those that hold whatever the numbers are: a solver that is given them finds the same
    bounds. One of the kind `assumed` holds in the tier that is its rule and in those after it. A cell is
    `place:indicator:basis:day`; it is not negative unless its basis may be. A rule of the catalog says how many figures
    stored support it.
    """

    kind = c.one_of(
        KINDS, "What it follows from: a printed figure, a sum over places, an identity, a rank, an assumption."
    )
    rule = c.text("Identity or tier of the catalog.", nullable=True)
    cells = c.words("Numbers it restricts.")
    coefficients = c.numbers("Coefficient of each.", "factor")
    sense = c.one_of(("at_least", "at_most"), "On which side of the figure the sum is.")
    figure = c.number("What the sum is set against.", "unit", nullable=False, answer=True)
    limit = c.number("Limit the rule sets.", "factor", role="evidence")
    cases = c.count("Figures, or pairs of figures, held beside the limit.", nullable=True, role="evidence")
    reason_en = c.note("Why the rule holds, in English.", nullable=True)
    reason_zh = c.note("Why the rule holds, in Chinese.", nullable=True)
    widest = c.number("The one among them nearest to the limit or beyond it.", "factor", role="evidence")
