"""Live sources in Dagster: each has an asset, a job and a schedule; what changed is shown, what failed fails alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from simulator import faults
from simulator.faults import Faulty
from simulator.station import Station, open_station

from g60_pipeline.catalog import load_catalog
from g60_pipeline.definitions import defs
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.ingest.live.archive.incidents import open_incidents
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.refresh_run import refresh_sources
from g60_pipeline.orchestration.refreshes import JOBS, YEARS, job_name
from g60_pipeline.orchestration.sources import op_name, source_key
from g60_pipeline.settings import Settings

LIVE = {plan.source_id: plan for plan in load_catalog().live}
NEED_CONSENT = {"sse_star", "nbs_api"}
SPECS = {spec.key: spec for spec in defs.resolve_all_asset_specs()}


@pytest.mark.parametrize("source_id", LIVE)
def test_every_source_has_an_asset_that_says_what_it_is(source_id: str) -> None:
    spec = SPECS[source_key(source_id)]
    assert (spec.group_name, spec.owners) == ("sources", ["team:g60"])
    assert LIVE[source_id].schedule.why in spec.description
    assert " · " in spec.description
    assert [c.name for c in spec.metadata["dagster/column_schema"].columns][:2] == ["snapshot_id", "answer_key"]
    below = SPECS[dg.AssetKey(["core", "snapshot"])]
    assert spec.key in {dep.asset_key for dep in below.deps}


def test_materializing_everything_asks_no_source() -> None:
    executable = defs.resolve_asset_graph().executable_asset_keys
    assert not {source_key(source_id) for source_id in LIVE} & set(executable)


@pytest.mark.parametrize("source_id", LIVE)
def test_only_sources_that_want_consent_wait_for_it(source_id: str) -> None:
    schedule = defs.resolve_schedule_def(f"{source_id}_by_calendar")
    stopped = schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert stopped == (source_id in NEED_CONSENT)
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.job_name == job_name(source_id)


def scheduled(source_id: str, station: Station) -> dict[str, Any]:
    """Return the configuration a source's schedule runs its job with."""
    schedule = defs.resolve_schedule_def(f"{source_id}_by_calendar")
    with open_instance(station.settings) as instance:
        tick = schedule.evaluate_tick(dg.build_schedule_context(instance=instance))
    (request,) = tick.run_requests or []
    return dict(request.run_config)


def test_a_source_that_wants_consent_is_in_no_job_but_its_own() -> None:
    for job in JOBS:
        wanting = NEED_CONSENT & {node.name.removeprefix("fetch_") for node in job.nodes}
        assert wanting <= {job.name.removeprefix("refresh_")}


@pytest.mark.parametrize("source_id", sorted(NEED_CONSENT))
def test_its_job_asks_nothing_with_the_configuration_that_is_filled_in(station: Station, source_id: str) -> None:
    result = station.run(job_name(source_id))
    (failed,) = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
    assert failed.metadata["rule"].value == "its terms want your consent, and this run does not state it"
    assert "consent: true" in failed.metadata["remedy"].value
    assert not station.server.asked_of(source_id)
    assert not open_incidents(station.settings.archive_dir)


@pytest.mark.parametrize("source_id", sorted(NEED_CONSENT))
def test_switching_on_a_schedule_is_consent(station: Station, source_id: str) -> None:
    station.run(job_name(source_id), config=scheduled(source_id, station))
    assert station.server.asked_of(source_id)


def test_naming_a_source_at_the_command_line_is_consent(station: Station) -> None:
    done = refresh_sources(station.settings, ["worldbank", "nbs_api", "wikidata"])
    assert [a.source_id for a in done.attempts] == ["worldbank", "nbs_api", "wikidata"]
    assert station.server.asked_of("nbs_api")
    with open_instance(station.settings) as instance:
        jobs = {run.job_name: run.run_id for run in instance.get_runs()}
    assert jobs.keys() == {"refresh_all", "refresh_nbs_api"}
    assert set(jobs.values()) == set(done.run_ids)


def test_all_at_once_means_those_that_need_no_consent() -> None:
    ops = {node.name for node in defs.resolve_job_def("refresh_all").nodes}
    assert ops == {op_name(source_id) for source_id in LIVE.keys() - NEED_CONSENT}


def test_years_of_openalex_are_partitions_once_they_are_over() -> None:
    day = dt.datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Shanghai"))
    keys = YEARS.get_partition_keys(current_time=day)
    assert list(keys) == [str(year) for year in range(2015, 2026)]
    assert defs.resolve_job_def("backfill_openalex_years").partitions_def == YEARS


def test_a_tick_asks_for_a_run_unless_one_of_the_source_is_under_way(tmp_path: Path) -> None:
    schedule = defs.resolve_schedule_def("worldbank_by_calendar")
    tick = dt.datetime(2026, 12, 2, 7, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    with open_instance(Settings(tmp_path)) as instance:

        def evaluate() -> Any:
            context = dg.build_schedule_context(instance=instance, scheduled_execution_time=tick)
            return schedule.evaluate_tick(context)

        assert len(evaluate().run_requests or []) == 1
        job = defs.resolve_job_def(job_name("worldbank"))
        run = instance.create_run_for_job(job, tags={"g60/source": "worldbank"})
        assert evaluate().run_requests == []
        assert "still running" in (evaluate().skip_message or "")
        instance.delete_run(run.run_id)
        assert len(evaluate().run_requests or []) == 1


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with open_station(tmp_path / "home") as opened:
        yield opened


def test_what_is_new_is_materialized_and_what_is_not_observed(station: Station) -> None:
    assert station.run(job_name("worldbank")).success
    assert station.run(job_name("worldbank")).success
    (new,) = station.materializations("worldbank")
    (same,) = station.observations("worldbank")
    told = new.asset_materialization.metadata
    held = Archive(station.settings.archive_dir).in_force("worldbank")[""]
    assert told["snapshots"].value == held.snapshot_id
    assert told["dagster/row_count"].value == told["added"].value == held.snapshot.rows
    assert same.asset_observation.metadata["ending"].value == "unchanged"
    assert same.asset_observation.metadata["requests"].value == 1


def test_a_source_that_fails_fails_alone_with_rule_and_remedy(station: Station) -> None:
    station.server.mount("wikidata", Faulty(station.world.wikidata, always=faults.status(403)))
    ops = [op_name(s) for s in ("worldbank", "wikidata", "oecd_sdmx")]
    result = station.run("refresh_all", ops=ops)
    assert not result.success
    failed = [e for e in result.all_events if e.is_step_failure]
    assert [e.step_key for e in failed] == ["fetch_wikidata"]
    told = failed[0].step_failure_data.user_failure_data.metadata
    assert "403" in told["rule"].value
    assert told["remedy"].value
    archive = Archive(station.settings.archive_dir)
    assert archive.in_force("worldbank")
    assert archive.in_force("oecd_sdmx")
    assert archive.in_force("wikidata") == {}


def test_a_refresh_that_can_not_even_begin_is_alerted_once_and_a_busy_one_never(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("G60_BASE_URLS__WORLDBANK", "ftp://example.org")
    for _ in range(2):
        assert not station.run(job_name("worldbank")).success
    assert list(open_incidents(station.settings.archive_dir)) == ["settings:network"]
    assert "G60_BASE_URLS" in open_incidents(station.settings.archive_dir)["settings:network"]["message"]
    monkeypatch.setenv("G60_BASE_URLS__WORLDBANK", station.server.url("worldbank"))
    assert station.run(job_name("worldbank")).success
    assert open_incidents(station.settings.archive_dir) == {}
    with Archive(station.settings.archive_dir).refreshing("worldbank"):
        assert not station.run(job_name("worldbank")).success
    assert open_incidents(station.settings.archive_dir) == {}


def test_a_year_is_fetched_by_its_partition(station: Station) -> None:
    assert station.run("backfill_openalex_years", partition="2019").success
    assert set(Archive(station.settings.archive_dir).in_force("openalex")) == {"institutions", "2019"}


def test_a_remark_of_a_connector_is_a_warning_of_the_run(station: Station) -> None:
    station.world.sse_star.firms[0].short_name = "-"
    assert station.run(job_name("sse_star"), config=scheduled("sse_star", station)).success
    (new,) = station.materializations("sse_star")
    assert station.world.sse_star.firms[0].code in new.asset_materialization.metadata["remarks"].value
