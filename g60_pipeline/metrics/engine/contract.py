"""What the contracts of the metrics have in common: columns of every row, rules about ends and reasons."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c


class Metric(dy.Schema):
    """What the row of a figure or of a number made of figures carries."""

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


class WithinEnds(dy.Schema):
    """A row with `value`, `value_low` and `value_high`."""

    @dy.rule()
    def ends_hold_value(cls) -> pl.Expr:
        """The interval holds the value."""
        above = (pl.col("value") >= pl.col("value_low") - 1e-9).fill_null(value=True)
        return above & (pl.col("value") <= pl.col("value_high") + 1e-9).fill_null(value=True)


class ValueOrReason(dy.Schema):
    """A row with `value` and `reason_code`."""

    @dy.rule()
    def value_or_reason(cls) -> pl.Expr:
        """A row has a value or says why not."""
        return pl.col("value").is_null() == pl.col("reason_code").is_not_null()
