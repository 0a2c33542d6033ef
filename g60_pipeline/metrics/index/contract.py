"""Contracts of the composite index: components with every step, bounds, the index, and how far its ranks can move."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import Comparison

WEIGHTINGS: Final = ("equal", "entropy")
"""Equal weights of the dimensions, and within each of its components; or weights from the spread of the year."""

AGGREGATIONS: Final = ("arithmetic", "geometric")
"""Weighted mean, or weighted geometric mean."""

DIMENSIONS: Final = ("input", "output", "industry")
"""Dimensions of a framework."""

SOURCES: Final = ("weights", "aggregation", "normalisation", "leave_one_out", "all")
"""What is varied for the rank intervals: one choice at a time, or all at once."""


def _dimension(name: str) -> dy.Float64:
    return c.number(
        f"Mean of the components of {name}, weighted and aggregated as the index; empty where the framework lacks it,"
        " nothing of it weighs, or there is no index.",
        "0 to 1",
        minimum=0,
    )


class IndexRow(Comparison):
    """What every row of the index carries. `edition` names framework, version and bounds: equal editions compare."""

    framework_id = c.text("Framework.", references="core.index_framework.framework_id")
    edition = c.text("Framework, version, and a hash of the bounds of the normalisation.")


class IndexBound(IndexRow):
    """Bounds of the normalisation of each component, over all cities and years of the edition, and its treatment.

    Where skewness and excess kurtosis are beyond the limits of the formula, outliers are drawn to the next value; where
    that does not help, a logarithm that runs from the smallest to the largest raw value is taken.
    """

    component_id = c.text("Component.", references="core.index_framework.component_id")
    dimension = c.one_of(DIMENSIONS, "Dimension of the component.")
    figures = c.count("Figures of cities and years the bounds run over.", role="context")
    low = c.number("Smallest treated value: normalised 0.", "unit of the component", answer=True)
    high = c.number("Largest treated value: normalised 1.", "unit of the component")
    raw_low = c.number("Smallest raw value.", "unit of the component", role="context")
    raw_high = c.number("Largest raw value.", "unit of the component", role="context")
    skewness = c.number("Skewness of the raw values; empty where they do not vary.", "ratio")
    kurtosis = c.number("Their excess kurtosis.", "ratio")
    treatment = c.one_of(("none", "winsorised", "logarithm"), "What was done to the values.", role="value")
    points_treated = c.count("Values drawn in.")
    reason_code, reason_args = c.reasons(
        ("not_held", "equal_figures"), "Why there are no bounds, or none between which a figure has a place."
    )

    @classmethod
    def answered(cls) -> pl.Expr:
        """Return whether a figure has a place between the bounds."""
        return (pl.col("low") < pl.col("high")).fill_null(value=False)

    @dy.rule()
    def low_below_high(cls) -> pl.Expr:
        """The lower bound is not above the upper one."""
        return (pl.col("low") <= pl.col("high")).fill_null(value=True)


class IndexComponent(IndexRow):
    """One component of one member in one year: as stored, treated, normalised, weighted, and what it adds to the index.

    The contributions of a member and year sum to its arithmetic index. Components that are missing have a reason, and
    keep the city's year out of the index.
    """

    geo_code = c.code("Member.")
    year = c.year()
    component_id = c.text("Component.", references="core.index_framework.component_id")
    dimension = c.one_of(DIMENSIONS, "Dimension of the component.")
    series = c.text("Series that fills it.", nullable=True)
    raw = c.number("Figure as held.", "unit of the series")
    treated = c.number("Figure after treatment of outliers.", "unit of the series, or its logarithm")
    normalised = c.number("(treated - low) / (high - low).", "0 to 1", minimum=0, answer=True)
    weight_equal = c.number("Equal weight.", "ratio", minimum=0)
    weight_entropy = c.number("Entropy weight of the year.", "ratio", minimum=0)
    contribution_equal = c.number("Equal weight x normalised.", "index", minimum=0)
    contribution_entropy = c.number("Entropy weight x normalised.", "index", minimum=0)
    reason_code, reason_args = c.reasons(
        ("not_held_that_year", "equal_figures"), "Why it is not held, or has no place between its bounds."
    )

    @dy.rule()
    def normalised_where_held(cls) -> pl.Expr:
        """Without a figure there is none that is normalised."""
        return pl.col("raw").is_not_null() | pl.col("normalised").is_null()

    @dy.rule()
    def at_most_one(cls) -> pl.Expr:
        """Normalised values and weights are at most one."""
        return (pl.max_horizontal("normalised", "weight_equal", "weight_entropy") <= 1 + 1e-9).fill_null(value=True)


class InnovationIndex(IndexRow):
    """Composite index of the members by year, under two weightings and two aggregations side by side.

    An index needs every component of the framework, and a year at least the framework's number of such cities; else
    the row says what is lacking. A rank compares all members of a year; where some have no index, and so may be
    before or behind, there are only its ends.
    """

    geo_code = c.code("Member.")
    year = c.year()
    weighting = c.one_of(WEIGHTINGS, "equal or entropy.")
    aggregation = c.one_of(AGGREGATIONS, "arithmetic or geometric.")
    value = c.number("Index.", "0 to 1", minimum=0, answer=True)
    rank = c.rank("Place among all members; empty where one has no index.", nullable=True)
    rank_low = c.rank("Best place: that among the cities that have an index.", nullable=True)
    rank_high = c.rank("Worst place: were all members without one before it.", nullable=True)
    cities = c.count("Cities of the year that have every component.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without an index.", references="core.geography.geo_code")
    components_used = c.count("Components held.", role="context")
    components_expected = c.count("Components of the framework.", minimum=2, role="context")
    missing = c.words("Components that are not held.")
    without_spread = c.words(
        "Components in which the ranked cities of the year do not differ: they move every value alike, and no rank."
    )
    dimension_input = _dimension("input")
    dimension_output = _dimension("output")
    dimension_industry = _dimension("industry")
    reason_code, reason_args = c.reasons(
        ("missing_components", "too_few_cities", "no_entropy_weights"), "Why there is no index."
    )

    @dy.rule()
    def value_at_most_one(cls) -> pl.Expr:
        """An index is at most one."""
        return (pl.col("value") <= 1 + 1e-9).fill_null(value=True)

    @dy.rule()
    def rank_where_all_are_ranked(cls) -> pl.Expr:
        """A city with an index has ends of its rank, and a rank where no member lacks an index."""
        missing = pl.col("members_missing").list.len()
        held = pl.col("value").is_not_null()
        ends = (pl.col("rank_low").is_not_null() == held) & (pl.col("rank_high").is_not_null() == held)
        apart = (pl.col("rank_high") - pl.col("rank_low") == missing).fill_null(value=True)
        return ends & apart & (pl.col("rank").is_not_null() == (held & (missing == 0)))


class IndexRobustness(IndexRow):
    """Where the rank of a member can come to lie when the choices of the index are varied at random.

    Weights move by up to a quarter, aggregation is arithmetic or geometric, normalisation min-max, z-score or ranks,
    and at most one component is left out. The draws are seeded: the same figures give the same intervals. Members
    without an index may rank before a city: they widen the worse end, and leave no rank, median or share.
    """

    geo_code = c.code("Member.")
    year = c.year()
    source = c.one_of(SOURCES, "Which choice is varied.")
    draws = c.count("Draws.", minimum=1000, role="context")
    seed = dy.Int64(description="Seed of the generator.", metadata={"role": "evidence"})
    cities = c.count("Cities that are ranked.", minimum=1, role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without an index.", references="core.geography.geo_code")
    rank = c.rank("Rank of the index: equal weights, arithmetic.", nullable=True, answer=True)
    rank_p5 = c.rank("5th percentile of the ranks drawn.")
    rank_median = c.rank("Median of the ranks drawn.", nullable=True)
    rank_p95 = c.rank("95th percentile of the ranks drawn, behind all members without an index.")
    rank_best = c.rank("Best rank drawn.")
    rank_worst = c.rank("Worst rank drawn, behind all members without an index.")
    share_same = c.number("Draws that give the rank of the index.", "ratio", minimum=0)
    share_first = c.number("Draws in which the city is first, alone or with others.", "ratio", minimum=0)
    reason_code, reason_args = c.reasons(("unranked_members",), "Why there is no rank, only its ends.")

    @dy.rule()
    def in_order(cls) -> pl.Expr:
        """The percentiles are in order, within the members."""
        ranks = [pl.col(f"rank_{n}") for n in ("best", "p5", "median", "p95", "worst")]
        ordered = pl.all_horizontal((a <= b).fill_null(value=True) for a, b in pairwise(ranks))
        return (
            ordered & (pl.col("rank_p5") <= pl.col("rank_p95")) & (pl.col("rank_worst") <= pl.col("members_expected"))
        )

    @dy.rule()
    def shares_fit_the_ranks(cls) -> pl.Expr:
        """Shares are at most one, and a city is first in some draw exactly where its best rank is 1."""
        at_most_one = pl.max_horizontal("share_same", "share_first") <= 1
        first = (pl.col("share_first") > 0) == (pl.col("rank_best") == 1)
        return (at_most_one & first).fill_null(value=True)

    @dy.rule()
    def nothing_exact_with_members_missing(cls) -> pl.Expr:
        """Rank, median and shares are there exactly where every member has an index."""
        whole = pl.col("members_missing").list.len() == 0
        exact = ("rank", "rank_median", "share_same", "share_first")
        return pl.all_horizontal(pl.col(name).is_not_null() == whole for name in exact)
