"""The bureaus' communiques in Dagster: an asset by place that asks only where somebody wants it."""

from __future__ import annotations

import datetime as dt

import dagster as dg
import papers
import pytest

from g60_pipeline.definitions import defs
from g60_pipeline.ingest.communique.bureaus import bureaus
from g60_pipeline.ingest.communique.store import received
from g60_pipeline.orchestration.communiques import PLACES, communique, communiques_by_calendar
from g60_pipeline.orchestration.resources import Folder
from g60_pipeline.settings import Settings

TITLE = "2024年苏州市国民经济和社会发展统计公报"
PAGE = papers.page("全年地区生产总值26727.0亿元，比上年增长6.0%。年末常住人口1296.0万人。", title=TITLE)


@pytest.fixture
def collect(tmp_path, monkeypatch):
    """Return a function that materializes the asset of a place, with pages that stand in for the bureau's."""
    asked = []

    def fetched(url, **_):
        asked.append(url)
        return PAGE if url.endswith("/2024.html") else f'<a href="2024.html">{TITLE}</a>'.encode()

    monkeypatch.setattr("g60_pipeline.ingest.communique.collect.fetched", fetched)

    def run(place="320500", **config):
        result = dg.materialize(
            [communique],
            partition_key=place,
            resources={"folder": Folder(path=str(tmp_path)).resource()},
            run_config={"ops": {"source__communique": {"config": config}}},
            raise_on_error=False,
        )
        return result, asked

    return run


def test_document_of_a_place_is_kept_and_shown(collect, tmp_path):
    result, _ = collect(year=2024, consent=True)
    assert result.success
    (document,) = received(Settings(tmp_path).documents_dir)
    (event,) = result.asset_materializations_for_node("source__communique")
    assert (event.partition, event.metadata["note"].value, event.metadata["document"].value) == ("320500", "new", TITLE)
    assert event.tags["dagster/data_version"] == document.sha256


def test_nothing_is_asked_without_consent(collect):
    result, asked = collect(year=2024)
    assert not result.success
    assert asked == []
    (failure,) = result.get_step_failure_events()
    assert "consent: true" in failure.event_specific_data.error_display_string


def test_unknown_list_page_fails_its_own_place_only(collect, tmp_path):
    assert not collect("330400", year=2024, consent=True)[0].success
    assert collect("320500", year=2024, consent=True)[0].success
    assert len(received(Settings(tmp_path).documents_dir)) == 1


def test_every_bureau_is_a_partition_and_the_schedule_is_stopped():
    assert set(PLACES.get_partition_keys()) == {bureau.geo_code for bureau in bureaus()}
    assert communiques_by_calendar.default_status is dg.DefaultScheduleStatus.STOPPED
    assert "collect_communiques" in {job.name for job in defs.resolve_all_job_defs()}


def test_schedule_asks_each_bureau_whose_list_page_is_known_once():
    due = dg.build_schedule_context(scheduled_execution_time=dt.datetime(2026, 4, 2, 9, tzinfo=dt.UTC))
    requests = communiques_by_calendar(due)
    assert [r.partition_key for r in requests] == [b.geo_code for b in bureaus() if b.list_url]
    assert len({r.run_key for r in requests}) == len(requests)


def test_a_build_does_not_ask_bureaus():
    selection = defs.resolve_job_def("build_all").asset_layer.executable_asset_keys
    assert dg.AssetKey(["source", "communique"]) not in selection
