"""Everything put together: the code location over one data folder."""

from __future__ import annotations

import dagster as dg

from g60_pipeline.orchestration.assets import ASSETS
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.schedules import build_all, daily


def code_location(home: Home) -> dg.Definitions:
    """Return the assets, the job and its schedule over a data folder, run in one process under one lock."""
    return dg.Definitions(
        assets=ASSETS,
        jobs=[build_all],
        schedules=[daily],
        resources={"home": home},
        executor=dg.in_process_executor,
    )
