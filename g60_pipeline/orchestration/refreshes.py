"""Jobs and schedules of the live sources, and the sensors that follow. What a refresh does stands in `refresh`.

How a run is found dead stands in `dead_runs`, who is told of what in `incidents`.
"""

# Dagster reads the annotations of op functions as objects, so they are not postponed here.

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import dagster as dg

from g60_pipeline.catalog import LiveSource
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.orchestration.dead_runs import fail_dead_runs
from g60_pipeline.orchestration.incidents import job_name, tell_build, tell_run
from g60_pipeline.orchestration.resources import Folder, is_building
from g60_pipeline.orchestration.retention import forget_old_runs
from g60_pipeline.orchestration.schedules import build_all
from g60_pipeline.orchestration.sources import OPS, SPECS, Wanted, fetch, op_name
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.refresh.run import utc_now
from g60_pipeline.settings import Settings

REFRESH_ALL: Final = "refresh_all"
"""Job that refreshes every source that may be asked without an operator's consent."""

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


BROKEN_OFF: Final = frozenset({"DagsterExecutionInterruptedError", "KeyboardInterrupt"})
"""Class names Dagster records when somebody broke a run off."""


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
    # Whoever switches on a schedule that was stopped has consented.
    consenting = {} if plan.schedule.running else {"ops": {op_name(plan.source_id): {"config": {"consent": True}}}}

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
        return dg.RunRequest(run_config=consenting)

    return due


@dg.op(description="Asks OpenAlex for the works of one year and archives what it answers.")
def fetch_openalex_year(context: dg.OpExecutionContext, folder: dg.ResourceParam[Folder]) -> None:
    """Refresh the year of the partition."""
    fetch(context, YEARLY, settings=folder.settings, wanted=Wanted(parts=[context.partition_key]))


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

SOURCES_OF: Final[dict[str, Sequence[str]]] = {
    **{job.name: [source_id] for source_id, job in BY_SOURCE.items()},
    REFRESH_ALL: [plan.source_id for plan, _ in SPECS if plan.schedule.running],
    backfill_openalex_years.name: [YEARLY],
}
"""The sources each job asks."""

JOBS: Final = [*BY_SOURCE.values(), refresh_all, backfill_openalex_years]
"""Jobs of the live sources."""

SCHEDULES: Final = [_schedule(plan, BY_SOURCE[plan.source_id]) for plan, _ in SPECS]
"""Schedules of the live sources; those that need an operator's consent are stopped."""


def unread_snapshots(settings: Settings) -> list[str]:
    """Return the snapshots of the catalog's sources that are not in the published warehouse.

    What a build wrote that never came to publish does not count; nor does a file that an older version published.
    """
    archive = Archive(settings.archive_dir)
    held = {s.snapshot_id for plan, _ in SPECS for s in archive.history(plan.source_id)[0]}
    try:
        with open_warehouse(settings) as warehouse:
            read = {row["snapshot_id"] for row in warehouse.rows("SELECT snapshot_id FROM core.snapshot")}
    except G60Error:
        read = set()
    return sorted(held - read)


@dg.sensor(
    name="build_after_refresh",
    job=build_all,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds and publishes once the archive holds a snapshot that the warehouse does not; where that fails, "
    "again every hour. A run whose process is gone is recorded as failed; the oldest runs of each job are forgotten.",
)
def build_after_refresh(
    context: dg.SensorEvaluationContext, folder: dg.ResourceParam[Folder]
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build where a refresh, of whichever origin, brought something new that was not published yet."""
    now = utc_now()
    forget_old_runs(context.instance)
    fail_dead_runs(context.instance, folder.settings, {build_all.name: ()} | SOURCES_OF, now=now)
    unread = unread_snapshots(folder.settings)
    if not unread:
        return dg.SkipReason("every snapshot of the archive is in the warehouse")
    if is_building(folder.settings):
        return dg.SkipReason("a build is under way")
    # Dagster runs a key once only: a build that fails is tried again by the next hour, not by the next tick.
    return dg.RunRequest(run_key=hashlib.sha256("\n".join([*unread, f"{now:%Y%m%d%H}"]).encode()).hexdigest())


@dg.run_failure_sensor(
    name="alert_on_failure",
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all, *JOBS],
    description="Alerts once when a build has failed, or a refresh died. A source that fails alerts by itself.",
)
def alert_on_failure(context: dg.RunFailureSensorContext, folder: dg.ResourceParam[Folder]) -> None:
    """Open the incident of the job, unless a newer run has succeeded before this failure was looked at."""
    run = context.dagster_run
    if _newer_run(context, dg.DagsterRunStatus.SUCCESS):
        return
    if run.job_name != build_all.name:
        tell_run(folder.settings, run.job_name, run_id=run.run_id, deaths=_deaths(context))
        return
    failures = [event.message or "" for event in context.get_step_failure_events()]
    told = failures or [context.failure_event.message or "the run failed"]
    tell_build(folder.settings, run.run_id, told)


@dg.run_status_sensor(
    name="close_build_incident",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all, *JOBS],
    description="Closes the incident of a build, or of a refresh that died, with the next success.",
)
def close_build_incident(context: dg.RunStatusSensorContext, folder: dg.ResourceParam[Folder]) -> None:
    """Close the incident of the job, unless a newer run has failed before this success was looked at."""
    run = context.dagster_run
    if _newer_run(context, dg.DagsterRunStatus.FAILURE):
        return
    if run.job_name == build_all.name:
        tell_build(folder.settings, run.run_id, [])
    else:
        tell_run(folder.settings, run.job_name, run_id=run.run_id, deaths=[])


def _newer_run(context: dg.RunStatusSensorContext, status: dg.DagsterRunStatus) -> bool:
    """Return whether a newer run of the same job has ended in a status."""
    ended = dg.RunsFilter(job_name=context.dagster_run.job_name, statuses=[status])
    newest = context.instance.get_run_records(ended, limit=1)
    looked_at = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    return bool(newest) and looked_at is not None and newest[0].create_timestamp > looked_at.create_timestamp


def _deaths(context: dg.RunFailureSensorContext) -> list[str]:
    """Return why a refresh run died, in words; nothing where its sources said themselves how they ended.

    Nothing either where somebody at the command line broke it off: that person knows.
    """
    reason = getattr(context.failure_event.event_specific_data, "failure_reason", None)
    silent = [e for e in context.get_step_failure_events() if e.step_failure_data.user_failure_data is None]
    broken_off = [e for e in silent if _root(e) in BROKEN_OFF]
    if "started_by" in context.dagster_run.tags and broken_off:
        return []
    told = [f"{e.step_key} ended without a word ({_root(e)})" for e in silent]
    return (
        told
        if getattr(reason, "value", None) == "STEP_FAILURE"
        else [*told, context.failure_event.message or "the run failed"]
    )


def _root(event: dg.DagsterEvent) -> str:
    """Return the class of the error a step failed on."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return (error.cls_name if error is not None else None) or "no reason given"


SENSORS: Final = [build_after_refresh, alert_on_failure, close_build_incident]
"""What follows a refresh or a build."""
