"""How much of the run history is kept. Dagster itself purges ticks (`retention` in `dagster.yaml`), never runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import dagster as dg

KEPT_RUNS: Final = 20
"""Ended runs of each job that are kept: a run of everything takes over a megabyte."""

AT_ONCE: Final = 50
"""Runs deleted in one go, which takes a few seconds; what is left over waits for the next time."""

ENDED: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
"""States of a run that has ended."""


def forget_old_runs(instance: dg.DagsterInstance, *, keep: int = KEPT_RUNS) -> list[str]:
    """Delete the oldest ended runs of each job with their events, checks and files.

    Args:
        instance: Where runs are recorded.
        keep: How many of each job are kept, the newest.

    Returns:
        The runs deleted.
    """
    seen: Counter[str] = Counter()
    old: list[str] = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=ENDED)):
        run = record.dagster_run
        seen[run.job_name] += 1
        if seen[run.job_name] > keep:
            old.append(run.run_id)
    forgotten = old[-AT_ONCE:]
    for run_id in forgotten:
        _forget(instance, run_id)
    return forgotten


def _forget(instance: dg.DagsterInstance, run_id: str) -> None:
    # Only where a run is forgotten: they load the dialects of every database.
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable  # noqa: PLC0415
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage  # noqa: PLC0415
    from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage  # noqa: PLC0415

    instance.delete_run(run_id)
    events = instance.event_log_storage
    if isinstance(events, SqlEventLogStorage):
        checks = AssetCheckExecutionsTable
        with events.index_connection() as connection:
            connection.execute(checks.delete().where(checks.c.run_id == run_id))
    if isinstance(events, SqliteEventLogStorage):
        shard = Path(events.path_for_shard(run_id))
        for file in (shard, *(shard.with_name(shard.name + end) for end in ("-wal", "-shm", "-journal"))):
            file.unlink(missing_ok=True)
