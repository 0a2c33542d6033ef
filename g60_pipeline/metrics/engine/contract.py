"""What the contracts of the metrics have in common: columns of every row, rules about ends and reasons."""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c

NO_FIGURE: Final = "no_exact_figure"
"""Reason of a figure of which only a bound is held, of a sum that lacks members, and of what is made of these."""

NO_FIGURE_BELOW: Final = "no_exact_figure_below"
"""The same of the figure below the line, where that is of another indicator."""

SHARED_COUNT: Final = "shared_count"
"""Reason of a total of what places share, so that a sum counts it more than once, and of what is made of it."""

FIGURE_REASONS: Final = (NO_FIGURE, SHARED_COUNT)
"""Why a figure or total has no value: what is made of them takes the reason over."""


def own_round_group() -> dy.String:
    """Return the round group of a figure or sum: it is part of what identifies it, and never empty."""
    return c.text(
        "Which figures are taken, by revision round: of one round, or none named ('unknown'), of one or the nearest"
        " ('first+'), or of any. A bound that narrows the ends of a sum may rest on others."
    )


class Identified(dy.Schema):
    """A row of a metric has an identifier."""

    metric_id = c.text("Identifier of the row: its table, and what tells it from the others.", key=True)


class MetricRow(Identified):
    """What every row of every metric carries, whatever it is made of.

    A row that does not say what it is asked for says why not, by a code with arguments: no value, or only an interval.
    What bears on a value that is there is in the flags.
    """

    flags = c.flags()
    formula_id = c.text("Formula.", references="core.formula.formula_id")
    parent_ids = c.parent_ids()
    round_group = c.text(
        "Which figures all it is made of takes, by revision round: of one round, or none named ('unknown'), of one or"
        " the nearest ('first+'), or of any; empty where its parents take others than each other, or there is none.",
        nullable=True,
    )
    reason_code, reason_args = c.reasons(FIGURE_REASONS, "Why there is no value, or only an interval.")

    @classmethod
    def answered(cls) -> pl.Expr:
        """Return whether a row says what it is asked for: its answer is known; of bounds, one of both ends is."""
        answer = next((name for name, column in cls.columns().items() if (column.metadata or {}).get("answer")), None)
        if answer is None:  # what several tables share, and no table itself
            return pl.col("reason_code").is_null()
        ends = ("low", "high") if answer == "low" else (answer,)
        return pl.any_horizontal(pl.col(*ends).is_not_null())

    @dy.rule()
    def answer_or_reason(cls) -> pl.Expr:
        """A row says what it is asked for, or why not."""
        return cls.answered() == pl.col("reason_code").is_null()


class MadeOfFigures(MetricRow):
    """What every row made of figures carries."""

    input_ids = c.words(
        "Observations the row was computed from.", references="core.observation_candidate.observation_id"
    )


class Series(Identified):
    """What the row of one series of a place or corridor is of."""

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

    @dy.rule()
    def corridor_or_place(cls) -> pl.Expr:
        """Exactly one of corridor_id and geo_code is given."""
        return pl.col("corridor_id").is_null() != pl.col("geo_code").is_null()

    @dy.rule()
    def year_of_period_end(cls) -> pl.Expr:
        """The year is the year of period_end."""
        return pl.col("year") == pl.col("period_end").dt.year()


class Metric(Series, MadeOfFigures):
    """What the row of a figure or of a number made of figures carries."""


class OfCorridor(Identified):
    """A row of one corridor."""

    corridor_id = c.text("Corridor.", references="core.corridor.corridor_id")


class Comparison(OfCorridor, MadeOfFigures):
    """What every row that compares members of a corridor carries."""


class WithinEnds(dy.Schema):
    """A row with `value`, `value_low` and `value_high`."""

    @dy.rule()
    def ends_hold_value(cls) -> pl.Expr:
        """The interval holds the value."""
        above = (pl.col("value") >= pl.col("value_low") - 1e-9).fill_null(value=True)
        return above & (pl.col("value") <= pl.col("value_high") + 1e-9).fill_null(value=True)
