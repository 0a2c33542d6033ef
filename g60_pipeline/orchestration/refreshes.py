"""Jobs and schedules of the live sources: which assets they materialize, and when. What follows a run: `sensors`."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import dagster as dg

from g60_pipeline.catalog import LiveSource
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.orchestration.incidents import job_name
from g60_pipeline.orchestration.sources import LIVE, YEARLY, op_name, run_of, source_key

REFRESH_ALL: Final = "refresh_all"
"""Job that refreshes every source that may be asked without an operator's consent."""

RUNNING: Final = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
"""States of a run that has not ended."""

SOURCE_TAG: Final = "g60/source"
"""Tag by which Dagster's queue keeps two runs of a source apart."""


def open_sources() -> list[str]:
    """Return the sources that may be asked without an operator's consent."""
    return [source_id for source_id, plan in LIVE.items() if plan.schedule.running]


def run_request(source_ids: Sequence[str], *, parts: Sequence[str] = (), **config: bool) -> dg.RunRequest:
    """Return the run that refreshes sources, each with the same configuration.

    Args:
        source_ids: The sources.
        parts: Parts to refresh, with one source only; those the connector proposes when empty.
        config: Fields of `RefreshConfig`.
    """
    ops: dict[str, Any] = {}
    tags: dict[str, str] = {}
    for source_id in source_ids:
        today = dt.datetime.now(TIME_ZONE).date()
        # The years a connector proposes are named here, so that the run is one of their partitions.
        proposed = connector(source_id).parts(LIVE[source_id], today=today) if source_id == YEARLY else ()
        named, partitions = run_of(source_id, parts or proposed)
        ops[op_name(source_id)] = {"config": {"parts": named, **config}}
        tags |= partitions
    return dg.RunRequest(run_config={"ops": ops}, tags=tags, asset_selection=[source_key(s) for s in source_ids])


def _schedule(plan: LiveSource) -> dg.ScheduleDefinition:
    status = dg.DefaultScheduleStatus.RUNNING if plan.schedule.running else dg.DefaultScheduleStatus.STOPPED

    @dg.schedule(
        name=f"{plan.source_id}_by_calendar",
        job=BY_SOURCE[plan.source_id],
        cron_schedule=plan.schedule.cron,
        execution_timezone=TIME_ZONE.key,
        default_status=status,
        description=plan.schedule.why,
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        running = dg.RunsFilter(tags={SOURCE_TAG: plan.source_id}, statuses=RUNNING)
        if context.instance.get_run_records(running, limit=1):
            return dg.SkipReason(f"a refresh of {plan.source_id} is still running")
        # Whoever switches on a schedule that was stopped has consented.
        return run_request([plan.source_id], consent=not plan.schedule.running)

    return due


BY_SOURCE: Final = {
    source_id: dg.define_asset_job(
        job_name(source_id),
        selection=[source_key(source_id)],
        description=f"Asks {source_id} and archives what it answers; a build follows where anything changed.",
        tags={SOURCE_TAG: source_id},
    )
    for source_id in LIVE
}
"""The job of each source."""

refresh_all = dg.define_asset_job(
    REFRESH_ALL,
    selection=[source_key(source_id) for source_id in open_sources()],
    description="Asks every source that may be asked without an operator's consent; the others have jobs of their own.",
)

JOBS: Final = [*BY_SOURCE.values(), refresh_all]
"""Jobs of the live sources."""

SCHEDULES: Final = [_schedule(plan) for plan in LIVE.values()]
"""Schedules of the live sources; those that need an operator's consent are stopped."""
