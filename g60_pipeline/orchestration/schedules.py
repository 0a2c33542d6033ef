"""The job that builds everything, and the schedule that runs it. Which assets there are: `assets`."""

from __future__ import annotations

from typing import Final

import dagster as dg

from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.orchestration.sources import SOURCE_GROUP

JOB_NAME: Final = "build_all"
"""Name of the job that builds everything."""

REPORT: Final = dg.AssetKey(["publish", "report"])
"""The site, which follows the publication and is no part of a build."""

build_all = dg.define_asset_job(
    JOB_NAME,
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(SOURCE_GROUP) - dg.AssetSelection.assets(REPORT),
    description="Builds every table from facts, inbox, archive and catalog; publishes where anything changed.",
)

daily = dg.ScheduleDefinition(
    name="daily",
    job=build_all,
    cron_schedule="0 6 * * *",
    execution_timezone=TIME_ZONE.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Rebuilds every morning what changed, such as the inbox: equal tables keep their data version, and an "
    "equal warehouse is not published again.",
)
