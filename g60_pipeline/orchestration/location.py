"""Everything put together: the code location over one data folder."""

from __future__ import annotations

import dagster as dg

from g60_pipeline.orchestration.assets import ASSETS
from g60_pipeline.orchestration.communiques import collect_communiques, communique, communiques_by_calendar
from g60_pipeline.orchestration.indicators import indicator_assets
from g60_pipeline.orchestration.refreshes import JOBS, SCHEDULES
from g60_pipeline.orchestration.resources import Folder, Home
from g60_pipeline.orchestration.schedules import build_all, daily
from g60_pipeline.orchestration.sensors import SENSORS
from g60_pipeline.orchestration.site import report, report_after_build, write_report
from g60_pipeline.orchestration.sources import SOURCE_ASSETS


def code_location(home: Home) -> dg.Definitions:
    """Return all assets, jobs, schedules and sensors over a data folder; a build runs in one process under one lock."""
    return dg.Definitions(
        assets=[*SOURCE_ASSETS, communique, *ASSETS, report, *indicator_assets()],
        jobs=[build_all, write_report, collect_communiques, *JOBS],
        schedules=[daily, communiques_by_calendar, *SCHEDULES],
        sensors=[*SENSORS, report_after_build],
        resources={"home": home.resource(), "folder": Folder(path=home.path).resource()},
        executor=dg.in_process_executor,
    )
