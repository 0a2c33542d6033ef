"""Contracts that compare the members of a corridor with each other and with the nation: specialisation, concentration.

Tiers and growth stand in `tables.gradient`, the index in `tables.index`.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.metrics import Metric


class LocationQuotient(Metric):
    """Location quotient of a place or corridor: share of an indicator over the share of people, land or GDP.

    The reference is China for every place and corridor, and a corridor for its members. Above 1 a place has more than
    its size lets expect. No sector table is held, so the size of a place stands for its total. Small counts make wild
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

    @dy.rule()
    def symmetric_within_one(cls) -> pl.Expr:
        """The symmetric form is at most one."""
        return (pl.max_horizontal("symmetric", "symmetric_low", "symmetric_high") <= 1).fill_null(value=True)

    @dy.rule()
    def ends_hold_value(cls) -> pl.Expr:
        """The interval holds the value."""
        above = (pl.col("value") >= pl.col("value_low") - 1e-9).fill_null(value=True)
        return above & (pl.col("value") <= pl.col("value_high") + 1e-9).fill_null(value=True)


MEASURES = (
    "hhi",
    "hhi_normalised",
    "cr1",
    "cr4",
    "gini",
    "gini_corrected",
    "cv",
    "theil",
    "hoover",
    "theil_weighted",
    "theil_within",
    "theil_between",
    "williamson_cv",
)
"""Measures of concentration; from `hoover` on they set shares against shares of the population."""


class Concentration(Metric):
    """How an indicator is spread over the members of a corridor in one year, one row per measure.

    The first eight look at the members' shares of the corridor alone; the others set them against the shares of the
    population of the same year. Theil's T with these weights splits into a part between the provinces the members lie
    in and a part within them. A value needs the exact figure of every member. With fewer the ends say between
    what the measure must lie, from what a province has beyond its reporting members; they are safe, not narrow, and
    missing where over twelve members are open.
    """

    measure = c.one_of(MEASURES, "What is measured.")
    value = c.number("The measure; shares count from 0 to 1.", "measure", answer=True)
    value_low = c.number("Smallest value the figures allow.", "measure")
    value_high = c.number("Largest value the figures allow.", "measure")
    provinces = c.words("Provinces the split is made by.", references="core.geography.geo_code")
    members_reporting = c.count("Members with an exact figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without an exact figure.", references="core.geography.geo_code")
    reason_code = c.reason_code(
        ("no_exact_figure", "zero_sum", "no_population", "one_province"), "Why there is no value."
    )
    reason_args = c.reason_args()

    @dy.rule()
    def ends_hold_value(cls) -> pl.Expr:
        """The interval holds the value."""
        above = (pl.col("value") >= pl.col("value_low") - 1e-9).fill_null(value=True)
        return above & (pl.col("value") <= pl.col("value_high") + 1e-9).fill_null(value=True)

    @dy.rule()
    def value_or_reason(cls) -> pl.Expr:
        """A row has a value or says why not."""
        return pl.col("value").is_null() == pl.col("reason_code").is_not_null()


class Convergence(Metric):
    """Whether the members of a corridor grow alike in a ratio per head: spread by year, and the slope of growth.

    The members are the same in every year. Sigma is the standard deviation of the logarithms, beta the slope of mean
    yearly log growth on the logarithm of the start, by least squares; neither crosses a break or a change of basis.
    """

    ratio_id = c.text("Ratio compared.", references="core.ratio.ratio_id")
    measure = c.one_of(
        ("sigma", "cv", "sigma_change", "beta", "beta_standard_error", "r_squared", "speed", "half_life"),
        "sigma, cv: of the year; sigma_change: against base_year; the others: from base_year to the year.",
    )
    base_year = c.year("Year it is measured from.", nullable=True)
    value = c.number("The measure.", "measure", answer=True)
    members_used = c.words("Members compared.", references="core.geography.geo_code")
    reason_code = c.reason_code(
        ("no_complete_year", "too_short", "all_alike", "no_steady_speed"), "Why there is no value."
    )
    reason_args = c.reason_args()

    @dy.rule()
    def value_or_reason(cls) -> pl.Expr:
        """A row has a value or says why not."""
        return pl.col("value").is_null() == pl.col("reason_code").is_not_null()
