"""What follows a run: a build after a refresh, alerts, and the end of incidents. How alerts read: `incidents`."""

# Dagster reads the annotations of sensor functions as objects, so they are not postponed here.

import hashlib
from typing import Final

import dagster as dg

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.metrics.calendar import due_and_not_held
from g60_pipeline.orchestration.failures import message_of, on_one_line, was_broken_off
from g60_pipeline.orchestration.incidents import report_build, report_due, report_run
from g60_pipeline.orchestration.refreshes import JOBS
from g60_pipeline.orchestration.resources import Folder, is_building
from g60_pipeline.orchestration.retention import forget_old_runs
from g60_pipeline.orchestration.schedules import build_all
from g60_pipeline.orchestration.sources import LIVE
from g60_pipeline.publish.storage import read_table
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.refresh.alerts import alert_urls
from g60_pipeline.refresh.run import utc_now
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context
from g60_pipeline.tables import table
from g60_pipeline.wording import BilingualText, told

ENDED: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
"""States in which a run has ended by itself."""


def unread_snapshots(settings: Settings) -> list[str]:
    """Return the snapshots of the catalog's sources that are not in the published warehouse.

    What a build wrote that never came to publish does not count; nor does a file that an older version published.
    """
    archive = Archive(settings.archive_dir)
    archived = {s.snapshot_id for source_id in LIVE for s in archive.history(source_id)[0]}
    try:
        with open_warehouse(settings) as warehouse:
            published = {row["snapshot_id"] for row in warehouse.rows("SELECT snapshot_id FROM core.snapshot")}
    except G60Error:
        published = set()
    return sorted(archived - published)


@dg.sensor(
    name="build_after_refresh",
    job=build_all,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds and publishes once the archive holds a snapshot that the warehouse does not; where that fails, "
    "again every hour. The oldest runs of each job are forgotten.",
)
def build_after_refresh(
    context: dg.SensorEvaluationContext, folder: dg.ResourceParam[Folder]
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build where a refresh, of whichever origin, brought something new that was not published yet."""
    forget_old_runs(context.instance)
    unread = unread_snapshots(folder.settings)
    if not unread:
        return dg.SkipReason("every snapshot of the archive is in the warehouse")
    if is_building(folder.settings):
        return dg.SkipReason("a build is under way")
    # Dagster runs a key once only: a build that fails is tried again by the next hour, not by the next tick.
    return dg.RunRequest(run_key=hashlib.sha256("\n".join([*unread, f"{utc_now():%Y%m%d%H}"]).encode()).hexdigest())


def _incident_sensor(name: str, status: dg.DagsterRunStatus, description: str) -> dg.SensorDefinition:
    """Return a sensor that opens the incident of a job, or closes it, unless a newer run of the job has ended."""

    @dg.run_status_sensor(
        name=name,
        run_status=status,
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitored_jobs=[build_all, *JOBS],
        description=description,
    )
    def follow(context: dg.RunStatusSensorContext, folder: dg.ResourceParam[Folder]) -> None:
        run, failed = context.dagster_run, status is dg.DagsterRunStatus.FAILURE
        newest = context.instance.get_run_records(dg.RunsFilter(job_name=run.job_name, statuses=ENDED), limit=1)
        if newest and newest[0].dagster_run.run_id != run.run_id:
            return
        if run.job_name == build_all.name:
            report_build(folder.settings, run.run_id, _failures(context) if failed else [])
        else:
            deaths = _deaths(context) if failed else []
            report_run(folder.settings, run.job_name, run_id=run.run_id, deaths=deaths)

    return follow


alert_on_failure = _incident_sensor(
    "alert_on_failure",
    dg.DagsterRunStatus.FAILURE,
    "Alerts once when a build has failed, or a refresh died. A source that fails alerts by itself.",
)

close_incident = _incident_sensor(
    "close_build_incident",
    dg.DagsterRunStatus.SUCCESS,
    "Closes the incident of a build, or of a refresh that died, with the next success.",
)


def _failures(context: dg.RunStatusSensorContext) -> list[BilingualText]:
    """Return why a build failed, in words."""
    context = context.for_run_failure()
    failures = [on_one_line(event.step_key or "", message_of(event)) for event in context.get_step_failure_events()]
    return failures or [_run_failed(context)]


def _deaths(context: dg.RunStatusSensorContext) -> list[BilingualText]:
    """Return why a refresh run died, in words; nothing where its sources said themselves how they ended.

    Nothing either where somebody at the command line broke it off: that person knows.
    """
    context = context.for_run_failure()
    reason = getattr(context.failure_event.event_specific_data, "failure_reason", None)
    silent = [e for e in context.get_step_failure_events() if e.step_failure_data.user_failure_data is None]
    if "started_by" in context.dagster_run.tags and any(map(was_broken_off, silent)):
        return []
    deaths = [told("alert.silent", step=e.step_key, error=_root(e) or told("alert.no_reason")) for e in silent]
    if getattr(reason, "value", None) == "STEP_FAILURE":
        return deaths
    return [*deaths, _run_failed(context)]


def _run_failed(context: dg.RunFailureSensorContext) -> BilingualText:
    """Return why a run failed: as Dagster says it in English, that it failed in Chinese."""
    failed = told("alert.run_failed")
    return BilingualText(context.failure_event.message or failed, failed.zh)


def _root(event: dg.DagsterEvent) -> str | None:
    """Return the class of the error a step failed on."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.cls_name if error is not None else None


def report_due_figures(settings: Settings) -> None:
    """Alert on every figure that is due and missing, and close the incidents of those that have come in.

    Raises:
        G60Error: A table is not there or damaged, or an address to alert can not be read.
    """
    if alert_urls():
        observation, indicator = (read_table(settings, table(f"core.{name}")) for name in ("observation", "indicator"))
        today = Context.now(settings).today
        report_due(settings, due_and_not_held(observation, indicator=indicator, today=today))


@dg.run_status_sensor(
    name="alert_on_due_figures",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitored_jobs=[build_all],
    description="Alerts once on a figure the release calendar says is out and that is not held; closes it when it is.",
)
def alert_on_due_figures(context: dg.RunStatusSensorContext, folder: dg.ResourceParam[Folder]) -> None:  # noqa: ARG001  - the form Dagster calls
    """Look at the tables as the build has left them."""
    report_due_figures(folder.settings)


SENSORS: Final = [build_after_refresh, alert_on_failure, close_incident, alert_on_due_figures]
"""What follows a refresh or a build."""
