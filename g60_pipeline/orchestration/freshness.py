"""The release calendar of the catalog as a freshness policy: by when the figures have to be read again.

Dagster's freshness is of the last build; whether the figure itself has come is the check `figures_are_held_when_due`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import dagster as dg

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.replay import TIME_ZONE

CALENDAR_TABLE: Final = "core.observation"
"""Table the calendar is about."""

AFTER_RELEASE: Final = dt.timedelta(days=14)
"""How long before the deadline a build may have been: in the second half of the month of a release."""


def _deadlines() -> str:
    """Return the ends of the months in which anything of the catalog is released, as a cron expression."""
    months = sorted({i.release.month % 12 + 1 for i in load_catalog().indicators if i.release is not None})
    return f"0 0 1 {','.join(map(str, months))} *"


BY_CALENDAR: Final = dg.FreshnessPolicy.cron(_deadlines(), AFTER_RELEASE, timezone=TIME_ZONE.key)
"""The figures are read again towards the end of each month in which one is due."""
