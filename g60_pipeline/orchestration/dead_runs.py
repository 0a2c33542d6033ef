"""Runs whose process is gone: they would count as running for ever, and keep their source from being asked again.

A refresh holds the lock of its source and a build the build lock, whatever way they end: that tells who lives.
Dagster's own monitoring knows the workers it started itself, not the runs of the command line, and no locks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import dagster as dg

from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.orchestration.resources import is_building
from g60_pipeline.settings import Settings

GRACE: Final = dt.timedelta(minutes=15)
"""How long a run may say nothing and hold no lock before it counts as dead; starting one takes seconds."""

BEGUN: Final = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
"""States in which a run has a process. A queued one has none yet: the daemon starts it, however long it has waited."""

DEAD: Final = "its process is gone (killed, out of memory, or the machine was switched off)"
"""Why such a run failed."""


def fail_dead_runs(
    instance: dg.DagsterInstance,
    settings: Settings,
    jobs: Mapping[str, Sequence[str]],
    *,
    now: dt.datetime,
) -> list[str]:
    """Record every dead run as failed, so that it is alerted on and its source can be asked again.

    Args:
        instance: Where runs are recorded.
        settings: Where the locks are.
        jobs: The jobs looked at, each with the sources it asks; without sources it is one that builds.
        now: The time.

    Returns:
        The runs found dead.
    """
    old = dg.RunsFilter(statuses=BEGUN, created_before=now - GRACE)
    dead = [
        record.dagster_run
        for record in instance.get_run_records(old)
        if record.dagster_run.job_name in jobs
        and not _holds_a_lock(settings, jobs[record.dagster_run.job_name])
        and _last_word(instance, record.dagster_run.run_id) < (now - GRACE).timestamp()
    ]
    for run in dead:
        instance.report_run_failed(run, DEAD)
    return [run.run_id for run in dead]


def _holds_a_lock(settings: Settings, sources: Sequence[str]) -> bool:
    archive = Archive(settings.archive_dir)
    return any(archive.is_refreshing(s) for s in sources) if sources else is_building(settings)


def _last_word(instance: dg.DagsterInstance, run_id: str) -> float:
    return max((entry.timestamp for entry in instance.all_logs(run_id)), default=0.0)
