"""Jobs and schedules of the live sources, and the sensors that follow. What a refresh does stands in `refresh`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import dagster as dg

from g60_pipeline.archive import Archive
from g60_pipeline.catalog import LiveSource
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.orchestration.schedules import build_all
from g60_pipeline.orchestration.sources import SPECS, YEAR_ASSET, step_name
from g60_pipeline.refresh import alerts
from g60_pipeline.replay import TIME_ZONE
from g60_pipeline.settings import Settings
from g60_pipeline.storage import read_table
from g60_pipeline.tables import table

REFRESH_ALL: Final = "refresh_all"
"""Job that refreshes every source that may be asked without an operator's consent."""

EVERY_SOURCE: Final = "refresh_sources"
"""Job of all sources, of which `g60 refresh` runs those that are named."""

RUNNING: Final = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
"""States of a run that has not ended."""

SOURCE_TAG: Final = "g60/source"
"""Tag by which Dagster's queue keeps two runs of a source apart."""


def job_name(source_id: str) -> str:
    """Return the name of the job that refreshes a source."""
    return f"refresh_{source_id}"


def _job(plan: LiveSource, spec: dg.AssetSpec) -> dg.UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        job_name(plan.source_id),
        selection=dg.AssetSelection.assets(spec.key),
        description=f"Asks {plan.source_id} and archives what it answers; the build follows where anything changed.",
        tags={SOURCE_TAG: plan.source_id},
    )


def _schedule(plan: LiveSource, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    status = dg.DefaultScheduleStatus.RUNNING if plan.schedule.running else dg.DefaultScheduleStatus.STOPPED

    @dg.schedule(
        name=f"{plan.source_id}_by_calendar",
        job=job,
        cron_schedule=plan.schedule.cron,
        execution_timezone=TIME_ZONE.key,
        default_status=status,
        description=plan.schedule.why,
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        running = dg.RunsFilter(tags={SOURCE_TAG: plan.source_id}, statuses=RUNNING)
        if context.instance.get_run_records(running, limit=1):
            return dg.SkipReason(f"a refresh of {plan.source_id} is still running")
        return dg.RunRequest()

    return due


def unread_snapshots(settings: Settings) -> list[str]:
    """Return the snapshots of the archive that no build has read yet."""
    archive = Archive(settings.archive_dir)
    held = {s.snapshot_id for source in archive.sources() for s in archive.history(source)[0]}
    try:
        read = set(read_table(settings, table("core.snapshot"))["snapshot_id"])
    except G60Error:
        read = set()
    return sorted(held - read)


@dg.sensor(
    name="build_after_refresh",
    job=build_all,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds and publishes once the archive holds a snapshot that no build has read yet.",
)
def build_after_refresh(folder: Folder) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build where a refresh, of whichever origin, brought something new."""
    unread = unread_snapshots(folder.settings)
    if not unread:
        return dg.SkipReason("every snapshot of the archive is in the warehouse")
    return dg.RunRequest(run_key=hashlib.sha256("\n".join(unread).encode()).hexdigest())


@dg.run_failure_sensor(
    name="alert_on_failure",
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all],
    description="Alerts once when a build has failed. A source that fails alerts by itself.",
)
def alert_on_failure(context: dg.RunFailureSensorContext, folder: Folder) -> None:
    """Open the incident of the build."""
    failures = [event.message or "" for event in context.get_step_failure_events()]
    body = "; ".join(failures) or context.failure_event.message or "the run failed"
    run = context.dagster_run
    alerts.failed(
        folder.settings,
        f"job:{run.job_name}",
        title=f"g60_pipeline: {run.job_name} failed",
        body=f"{body}. The warehouse published before stays in force; run {run.run_id} in the Dagster UI says more.",
    )


@dg.run_status_sensor(
    name="close_build_incident",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all],
    description="Closes the incident of the build with its next success.",
)
def close_build_incident(context: dg.RunStatusSensorContext, folder: Folder) -> None:
    """Close the incident of the build."""
    alerts.mended(folder.settings, f"job:{context.dagster_run.job_name}")


def _definitions() -> Iterator[tuple[dg.UnresolvedAssetJobDefinition, dg.ScheduleDefinition]]:
    for plan, spec in SPECS:
        job = _job(plan, spec)
        yield job, _schedule(plan, job)


refresh_all = dg.define_asset_job(
    REFRESH_ALL,
    selection=dg.AssetSelection.assets(*(spec.key for plan, spec in SPECS if plan.schedule.running)),
    description="Asks every source that may be asked without an operator's consent; the others have jobs of their own.",
)

refresh_sources = dg.define_asset_job(
    EVERY_SOURCE,
    selection=dg.AssetSelection.assets(*(spec.key for _, spec in SPECS)),
    description="Asks the sources `g60 refresh` names.",
)

backfill_years = dg.define_asset_job(
    "backfill_openalex_years",
    selection=dg.AssetSelection.assets(*YEAR_ASSET.keys),
    description="Asks OpenAlex for years of one's choice; a range of years is one run.",
    tags={SOURCE_TAG: "openalex"},
)

_PAIRS: Final = tuple(_definitions())

JOBS: Final = [*(job for job, _ in _PAIRS), refresh_all, refresh_sources, backfill_years]
"""Jobs of the live sources."""

SCHEDULES: Final = [schedule for _, schedule in _PAIRS]
"""Schedules of the live sources; those that need an operator's consent are stopped."""

SENSORS: Final = [build_after_refresh, alert_on_failure, close_build_incident]
"""What follows a refresh or a build."""

__all__ = ["JOBS", "SCHEDULES", "SENSORS", "build_after_refresh", "job_name", "step_name", "unread_snapshots"]
