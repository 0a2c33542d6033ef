"""Jobs and schedules of the live sources, and the sensors that follow. What a refresh does stands in `refresh`."""

# Dagster reads the annotations of op functions as objects, so they are not postponed here.

import hashlib
from collections.abc import Iterable
from typing import Final

import dagster as dg

from g60_pipeline.archive import Archive
from g60_pipeline.catalog import LiveSource
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.incidents import tell_build
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.orchestration.schedules import build_all
from g60_pipeline.orchestration.sources import OPS, SPECS, fetch
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

YEARLY: Final = "openalex"
"""Source that is divided by year."""

YEARS: Final = dg.TimeWindowPartitionsDefinition(
    start="2015", fmt="%Y", cron_schedule="0 0 1 1 *", timezone=TIME_ZONE.key
)
"""Years of publication, each there once it is over."""

SOURCE_TAG: Final = "g60/source"
"""Tag by which Dagster's queue keeps two runs of a source apart."""


def job_name(source_id: str) -> str:
    """Return the name of the job that refreshes a source."""
    return f"refresh_{source_id}"


def _job(name: str, ops: Iterable[dg.OpDefinition], *, description: str, source_id: str | None) -> dg.JobDefinition:
    """Return a job of ops that do not depend on each other: one that fails keeps no other."""
    tags = {SOURCE_TAG: source_id} if source_id else {}

    @dg.job(name=name, description=description, tags=tags)
    def refresh_job() -> None:
        for op in ops:
            op()

    return refresh_job


def _schedule(plan: LiveSource, job: dg.JobDefinition) -> dg.ScheduleDefinition:
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
    """Open the incident of the build, unless a newer one has succeeded before this failure was looked at."""
    succeeded = dg.RunsFilter(job_name=build_all.name, statuses=[dg.DagsterRunStatus.SUCCESS])
    newest = context.instance.get_run_records(succeeded, limit=1)
    failed = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    if newest and failed is not None and newest[0].create_timestamp > failed.create_timestamp:
        return
    failures = [event.message or "" for event in context.get_step_failure_events()]
    told = failures or [context.failure_event.message or "the run failed"]
    tell_build(folder.settings, context.dagster_run.run_id, told)


@dg.run_status_sensor(
    name="close_build_incident",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all],
    description="Closes the incident of the build with its next success.",
)
def close_build_incident(context: dg.RunStatusSensorContext, folder: Folder) -> None:
    """Close the incident of the build."""
    tell_build(folder.settings, context.dagster_run.run_id, [])


@dg.op(description="Asks OpenAlex for the works of one year and archives what it answers.")
def fetch_openalex_year(context: dg.OpExecutionContext, folder: Folder) -> None:
    """Refresh the year of the partition."""
    fetch(context, YEARLY, settings=folder.settings, parts=[context.partition_key], accept=False)


@dg.job(
    name="backfill_openalex_years",
    partitions_def=YEARS,
    description="Asks OpenAlex for a year of publication, or by a backfill for many.",
    tags={SOURCE_TAG: YEARLY},
)
def backfill_openalex_years() -> None:
    """Refresh one year."""
    fetch_openalex_year()


BY_SOURCE: Final = {
    plan.source_id: _job(
        job_name(plan.source_id),
        [OPS[plan.source_id]],
        description=f"Asks {plan.source_id} and archives what it answers; a build follows where anything changed.",
        source_id=plan.source_id,
    )
    for plan, _ in SPECS
}
"""The job of each source."""

refresh_all = _job(
    REFRESH_ALL,
    [OPS[plan.source_id] for plan, _ in SPECS if plan.schedule.running],
    description="Asks every source that may be asked without an operator's consent; the others have jobs of their own.",
    source_id=None,
)

refresh_sources = _job(
    EVERY_SOURCE, OPS.values(), description="What `g60 refresh` runs: choose the ops of the sources.", source_id=None
)

JOBS: Final = [*BY_SOURCE.values(), refresh_all, refresh_sources, backfill_openalex_years]
"""Jobs of the live sources."""

SCHEDULES: Final = [_schedule(plan, BY_SOURCE[plan.source_id]) for plan, _ in SPECS]
"""Schedules of the live sources; those that need an operator's consent are stopped."""

SENSORS: Final = [build_after_refresh, alert_on_failure, close_build_incident]
"""What follows a refresh or a build."""
