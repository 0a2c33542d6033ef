"""Alerts on figures that are due and not held, once each. Which those are is found in `metrics.calendar`."""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.refresh import alerts
from g60_pipeline.settings import Settings

PREFIX: Final = "due:"
"""What the name of such an incident begins with."""


def tell_due(settings: Settings, rows: pl.DataFrame) -> None:
    """Alert on every figure that is due, and close the incidents of those that have come in.

    Args:
        settings: Where open incidents are kept.
        rows: What `due_and_not_held` found.
    """
    if not alerts.alert_urls():
        return
    told = {f"{PREFIX}{row['indicator_id']}:{row['reference_year']}": row for row in rows.iter_rows(named=True)}
    for name, row in told.items():
        alerts.failed(
            settings,
            name,
            title=f"g60_pipeline: {row['indicator_id']} of {row['reference_year']} is due",
            body=row["finding"],
        )
    for name in alerts.open_incidents(settings):
        if name.startswith(PREFIX) and name not in told:
            alerts.mended(settings, name)
