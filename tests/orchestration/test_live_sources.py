"""Live sources in Dagster: each has an asset, a job and a schedule; what changed is shown, what failed fails alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest
from simulator import faults
from simulator.faults import Faulty
from simulator.station import Station, open_station
from simulator.wire import IncomingRequest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.definitions import defs
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.ingest.live.archive.incidents import open_incidents
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.refresh_run import refresh_sources
from g60_pipeline.orchestration.refreshes import JOBS, job_name
from g60_pipeline.orchestration.sources import YEARS, op_name, source_key
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


def test_a_build_selects_everything_but_the_sources_and_the_site() -> None:
    selected = defs.resolve_job_def("build_all").asset_layer.selected_asset_keys
    others = {source_key(name) for name in (*LIVE, "communique")} | {dg.AssetKey(["publish", "report"])}
    assert selected == set(defs.resolve_asset_graph().executable_asset_keys) - others


@pytest.mark.parametrize("source_id", LIVE)
def test_every_source_can_be_materialized_by_selection(source_id: str) -> None:
    assert defs.resolve_asset_graph().get(source_key(source_id)).is_materializable
    assert selected(job_name(source_id)) == {source_id}


@pytest.mark.parametrize("source_id", LIVE)
def test_only_sources_that_want_consent_wait_for_it(source_id: str) -> None:
    schedule = defs.resolve_schedule_def(f"{source_id}_by_calendar")
    stopped = schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert stopped == (source_id in NEED_CONSENT)
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.job_name == job_name(source_id)


def selected(job: str) -> set[str]:
    """Return the sources a job asks."""
    keys = defs.resolve_job_def(job).asset_layer.selected_asset_keys
    assert {key.path[0] for key in keys} == {"source"}
    return {key.path[1] for key in keys}


def scheduled(source_id: str, station: Station) -> dict[str, Any]:
    """Return the configuration a source's schedule runs its job with."""
    schedule = defs.resolve_schedule_def(f"{source_id}_by_calendar")
    with open_instance(station.settings) as instance:
        tick = schedule.evaluate_tick(dg.build_schedule_context(instance=instance))
    (request,) = tick.run_requests or []
    return dict(request.run_config)


def test_a_source_that_wants_consent_is_in_no_job_but_its_own() -> None:
    for job in JOBS:
        assert NEED_CONSENT & selected(job.name) <= {job.name.removeprefix("refresh_")}


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
    assert selected("refresh_all") == LIVE.keys() - NEED_CONSENT


def test_years_of_openalex_are_partitions_once_they_are_over() -> None:
    day = dt.datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Shanghai"))
    keys = YEARS.get_partition_keys(current_time=day)
    assert list(keys) == [str(year) for year in range(2015, 2026)]
    assert defs.resolve_job_def("refresh_openalex").partitions_def == YEARS


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


def is_of_patents(asked: IncomingRequest) -> bool:
    return "PATENTS" in asked.path


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with open_station(tmp_path / "home") as opened:
        yield opened


def test_what_is_not_new_is_materialized_with_the_data_version_it_had(station: Station) -> None:
    assert station.run(job_name("worldbank")).success
    assert station.run(job_name("worldbank")).success
    same, new = (record.asset_materialization for record in station.materializations("worldbank"))
    held = Archive(station.settings.archive_dir).in_force("worldbank")[""]
    assert new.metadata["snapshots"].value == held.snapshot_id
    assert new.metadata["dagster/row_count"].value == new.metadata["added"].value == held.snapshot.rows
    assert new.metadata["note"].value == "something new was archived"
    assert same.metadata["ending"].value == "unchanged"
    assert same.metadata["note"].value == "nothing changed"
    assert same.metadata["requests"].value == 1
    assert same.tags["dagster/data_version"] == new.tags["dagster/data_version"]
    station.world.worldbank.lastupdated = "2026-11-12"
    station.world.worldbank.series["IP.PAT.RESD"].values[2022] = 777_777
    assert station.run(job_name("worldbank")).success
    changed = station.materializations("worldbank")[0].asset_materialization
    assert changed.tags["dagster/data_version"] != new.tags["dagster/data_version"]


def test_a_source_that_said_nothing_new_leaves_nothing_stale(station: Station) -> None:
    answers = dg.AssetKey(["core", "answer"])

    def causes() -> list[str]:
        resolver = CachingStaleStatusResolver(
            station.instance, defs.resolve_asset_graph(), LoadingContextForTest(station.instance)
        )
        return [cause.reason for cause in resolver.get_stale_causes(answers)]

    assert station.run(job_name("worldbank")).success
    assert station.run("build_all", assets=[answers]).success
    assert station.run(job_name("worldbank")).success
    assert causes() == []
    station.world.worldbank.lastupdated = "2026-11-12"
    station.world.worldbank.series["IP.PAT.RESD"].values[2022] = 777_777
    assert station.run(job_name("worldbank")).success
    assert causes() == ["has a new dependency data version"]


def test_a_source_that_fails_fails_alone_with_rule_and_remedy(station: Station) -> None:
    station.server.mount("wikidata", Faulty(station.world.wikidata, always=faults.status(403)))
    result = station.run("refresh_all", sources=["worldbank", "wikidata", "oecd_sdmx"])
    assert not result.success
    failed = [e for e in result.all_events if e.is_step_failure]
    assert [e.step_key for e in failed] == [op_name("wikidata")]
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
    assert station.run("refresh_openalex", partition="2019").success
    assert set(Archive(station.settings.archive_dir).in_force("openalex")) == {"institutions", "2019"}
    assert [m.asset_materialization.partition for m in station.materializations("openalex")] == ["2019"]


def test_years_in_a_row_are_partitions_of_one_run_and_other_parts_are_not(station: Station) -> None:
    newest = dt.datetime.now(ZoneInfo("Asia/Shanghai")).year - 1
    years = [str(year) for year in range(newest - 2, newest + 1)]
    assert not refresh_sources(station.settings, ["openalex"]).failed
    assert set(Archive(station.settings.archive_dir).in_force("openalex")) == {"institutions", *years}
    for parts in (["2016", "2019"], ["institutions"]):
        assert not refresh_sources(station.settings, ["openalex"], parts=parts).failed
    with open_instance(station.settings) as instance:
        events = instance.fetch_materializations(source_key("openalex"), limit=9).records
    assert [event.asset_materialization.partition for event in events] == [None, None, *reversed(years)]
    assert set(Archive(station.settings.archive_dir).in_force("openalex")) == {"institutions", "2016", "2019", *years}


def test_a_tick_of_openalex_asks_for_the_newest_years_at_once(tmp_path: Path) -> None:
    schedule = defs.resolve_schedule_def("openalex_by_calendar")
    with open_instance(Settings(tmp_path)) as instance:
        (request,) = schedule.evaluate_tick(dg.build_schedule_context(instance=instance)).run_requests or []
    newest = dt.datetime.now(ZoneInfo("Asia/Shanghai")).year - 1
    assert request.tags["dagster/asset_partition_range_start"] == str(newest - 2)
    assert request.tags["dagster/asset_partition_range_end"] == str(newest)
    assert request.run_config["ops"][op_name("openalex")]["config"]["parts"] == ["institutions"]


def test_a_source_refused_in_part_shows_what_it_kept_and_fails(station: Station) -> None:
    station.server.mount("oecd_sdmx", Faulty(station.world.oecd_sdmx, always=faults.status(404), when=is_of_patents))
    result = station.run(job_name("oecd_sdmx"))
    assert not result.success
    (kept,) = station.materializations("oecd_sdmx")
    assert kept.asset_materialization.metadata["ending"].value == "failed"
    assert kept.asset_materialization.metadata["snapshots"].value != "none"


def test_a_remark_of_a_connector_is_a_warning_of_the_run(station: Station) -> None:
    station.world.sse_star.firms[0].short_name = "-"
    assert station.run(job_name("sse_star"), config=scheduled("sse_star", station)).success
    (new,) = station.materializations("sse_star")
    assert station.world.sse_star.firms[0].code in new.asset_materialization.metadata["remarks"].value
