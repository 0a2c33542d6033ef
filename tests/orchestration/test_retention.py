"""The run history does not grow without end: what is forgotten, what is kept, and what that leaves on the disk."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.retention import ENDED, KEPT_RUNS, forget_old_runs
from g60_pipeline.settings import Settings


@dg.asset(check_specs=[dg.AssetCheckSpec("sound", asset="small")])
def small():  # type: ignore[no-untyped-def]  # Dagster reads annotations
    return dg.MaterializeResult(
        metadata={"long": "x" * 50_000},
        check_results=[dg.AssetCheckResult(passed=True, metadata={"long": "x" * 20_000})],
    )


DEFINED = dg.Definitions(assets=[small], jobs=[dg.define_asset_job("everything")], executor=dg.in_process_executor)
QUEUED = dg.DagsterRunStatus.QUEUED  # only with a code location behind it
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(Settings(tmp_path)) as opened:
        yield opened


def run(instance: dg.DagsterInstance, times: int, *, keep: int) -> list[str]:
    job, ids = DEFINED.resolve_job_def("everything"), []
    for _ in range(times):
        ids.append(job.execute_in_process(instance=instance, run_config=QUIET).run_id)
        forget_old_runs(instance, keep=keep)
    return ids


def size(home: Path) -> int:
    return sum(file.stat().st_size for file in home.rglob("*") if file.is_file())


def rows(home: Path) -> dict[str, int]:
    found = {}
    for file in [home / ".dagster/history/runs.db", home / ".dagster/history/runs/index.db"]:
        with sqlite3.connect(file) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found |= {n: connection.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in tables}
        connection.close()
    return found


def test_many_builds_leave_no_more_than_few(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run(instance, 3, keep=2)
    few, of_few = size(tmp_path), rows(tmp_path)
    ids = run(instance, 7, keep=2)
    assert rows(tmp_path) == of_few
    assert size(tmp_path) <= few * 1.02
    assert {r.run_id for r in instance.get_runs()} == set(ids[-2:])
    assert {f.stem for f in (tmp_path / ".dagster/history/runs").glob("*.db")} == {"index", *ids[-2:]}
    assert instance.get_latest_materialization_event(dg.AssetKey("small")).run_id == ids[-1]  # type: ignore[union-attr]


def test_newest_of_each_job_are_kept_and_runs_that_have_not_ended() -> None:
    with dg.DagsterInstance.ephemeral() as instance:

        def add(job: str, status: dg.DagsterRunStatus) -> str:
            return instance.add_run(dg.DagsterRun(job_name=job, run_id=str(uuid.uuid4()), status=status)).run_id

        under_way = [add("build_all", status) for status in set(dg.DagsterRunStatus) - {*ENDED, QUEUED}]
        rare = add("refresh_nbs_api", dg.DagsterRunStatus.SUCCESS)
        often = [add("build_all", ENDED[n % len(ENDED)]) for n in range(KEPT_RUNS + 3)]
        assert sorted(forget_old_runs(instance)) == sorted(often[:3])
        assert {run.run_id for run in instance.get_runs()} == {*under_way, rare, *often[3:]}
