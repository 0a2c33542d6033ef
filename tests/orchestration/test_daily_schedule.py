"""The daily rebuild: on by default, at six in the morning in China, of everything."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg

from g60_pipeline.definitions import defs
from g60_pipeline.orchestration.schedules import REPORT, daily


def test_the_schedule_runs_by_default_every_morning_in_china() -> None:
    schedule = defs.resolve_schedule_def("daily")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "0 6 * * *"
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.job_name == "build_all"


def test_a_tick_asks_for_one_run() -> None:
    tick = dt.datetime(2026, 11, 22, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=tick)
        data = daily.evaluate_tick(context)
    assert len(data.run_requests or []) == 1


def test_the_job_builds_every_table_and_asks_no_source() -> None:
    job = defs.resolve_job_def("build_all")
    unmade = {"source", "indicators"}
    tables = {key for key in defs.resolve_all_asset_keys() if key.path[0] not in unmade and key != REPORT}
    assert job.asset_layer.executable_asset_keys & job.asset_layer.selected_asset_keys == tables


def test_the_job_runs_in_one_process() -> None:
    assert defs.resolve_job_def("build_all").executor_def.name == "in_process"


def test_nothing_else_builds_by_itself_but_the_sensor_that_follows_a_refresh() -> None:
    repository = defs.get_repository_def()
    assert [s.name for s in repository.schedule_defs if s.job_name == "build_all"] == ["daily"]
    building = [s for s in repository.sensor_defs if not isinstance(s, dg.RunStatusSensorDefinition)]
    assert [(s.name, [t.job_name for t in s.targets]) for s in building] == [("build_after_refresh", ["build_all"])]
