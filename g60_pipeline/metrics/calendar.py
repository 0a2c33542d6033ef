"""What should be stored by now: reference periods against the release calendar. No figure is judged here."""

from __future__ import annotations

import datetime as dt

import polars as pl

from g60_pipeline.metrics.engine.frames import NATION
from g60_pipeline.normalize.choose import usability


def due_and_not_held(observation: pl.DataFrame, *, indicator: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Return China's figures that should be out by the release calendar and are not stored.

    A year's figure is due by the end of the release month, `release_lag_years` after the reference year. Freshness is
    judged by the reference period, not by the time of the last run.

    Args:
        observation: `core.observation`.
        indicator: `core.indicator`; those with a release calendar are looked at, on their default basis.
        today: The day.

    Returns:
        `indicator_id`, `basis`, `reference_year`, `due_by`, `newest_held`, `finding`; one row a year that is missing
        since the newest one stored, the newest first.
    """
    whole_years = observation.filter((pl.col("geo_code") == NATION) & pl.col("annual") & (usability() == 0))
    newest = whole_years.group_by("indicator_id", "basis").agg(newest_held=pl.col("year").max())
    calendar = indicator.filter(pl.col("release_month").is_not_null()).select(
        "indicator_id", "name_en", "release_month", "release_lag_years", basis="default_basis"
    )
    joined = calendar.join(newest, on=["indicator_id", "basis"], how="inner").with_columns(
        reference_year=pl.int_ranges(pl.col("newest_held") + 1, today.year + 1)
    )
    due = joined.explode("reference_year").with_columns(
        due_by=pl.date(pl.col("reference_year") + pl.col("release_lag_years"), "release_month", 1).dt.month_end()
    )
    return (
        due.filter(pl.col("due_by") < today)
        .with_columns(
            finding=pl.format(
                "{} of {} was due by {} and is not held; the newest figure of China held is of {}",
                "name_en",
                "reference_year",
                "due_by",
                "newest_held",
            )
        )
        .select("indicator_id", "basis", "reference_year", "due_by", "newest_held", "finding")
        .sort("reference_year", "indicator_id", descending=[True, False])
    )
