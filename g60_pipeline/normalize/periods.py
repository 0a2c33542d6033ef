"""What a published period means: its kind, first and last day. A bare month is its last day, and is flagged.

January to December are a year, however they are filed.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.normalize.expressions import full_date

YEAR: Final = r"^\d{4}$"
DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
MONTHS: Final = r"^\d{4}-\d{2}/\d{4}-\d{2}$"
TWELVE: Final = r"^\d{4}-01/\d{4}-12$"


def is_annual() -> pl.Expr:
    """Return whether a row may serve for its year: a calendar year, or a figure of 31 December."""
    year_end = (pl.col("period_end").dt.month() == 12) & (pl.col("period_end").dt.day() == 31)
    return (pl.col("period_kind") == "calendar_year") | ((pl.col("period_kind") == "point_in_time") & year_end)


def with_periods(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `kind`, `period_start`, `period_end` and `month_only` to raw observations.

    Args:
        rows: Raw observations joined with `observed_over` of their basis; columns `period_kind` (as filed), `period`.

    Returns:
        The rows with the four columns; `period_end` is null where the period cannot be read.
    """
    filed, period = pl.col("period_kind"), pl.col("period")
    is_twelve = (filed == "part_year") & period.str.contains(TWELVE) & (period.str.head(4) == period.str.slice(8, 4))
    is_year = ((filed == "year") & period.str.contains(YEAR)) | is_twelve
    is_day = filed.is_in(["date", "census"]) & period.str.contains(DAY)
    is_month = (filed == "date") & period.str.contains(MONTHS) & (period.str.head(7) == period.str.tail(7))
    is_part = (filed == "part_year") & period.str.contains(MONTHS) & ~is_twelve
    from_month = (period.str.head(7) + "-01").str.to_date("%Y-%m-%d", strict=False)
    to_month = (period.str.tail(7) + "-01").str.to_date("%Y-%m-%d", strict=False).dt.month_end()
    year_start = (period.str.head(4) + "-01-01").str.to_date("%Y-%m-%d", strict=False)
    year_end = (period.str.head(4) + "-12-31").str.to_date("%Y-%m-%d", strict=False)
    over_year = pl.col("observed_over") == "calendar_year"
    return rows.with_columns(
        kind=pl.when(is_year & over_year)
        .then(pl.lit("calendar_year"))
        .when(is_part)
        .then(pl.lit("part_year"))
        .otherwise(pl.lit("point_in_time")),
        period_start=pl.when(is_year & over_year)
        .then(year_start)
        .when(is_year)
        .then(year_end)
        .when(is_day)
        .then(full_date("period"))
        .when(is_month)
        .then(to_month)
        .when(is_part)
        .then(from_month),
        period_end=pl.when(is_year)
        .then(year_end)
        .when(is_day)
        .then(full_date("period"))
        .when(is_month | (is_part & from_month.is_not_null()))
        .then(to_month),
        month_only=is_month,
    )
