"""What `workspace.yaml` points at: the whole code location. Nothing is read from the environment on import."""

from __future__ import annotations

import dagster as dg

from g60_pipeline.orchestration.assets import ASSETS
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.schedules import build_all, daily


def code_location(home: Home) -> dg.Definitions:
    """Return the code location over one data folder."""
    return dg.Definitions(
        assets=ASSETS,
        jobs=[build_all],
        schedules=[daily],
        resources={"home": home},
        executor=dg.in_process_executor,
    )


defs = code_location(Home())
