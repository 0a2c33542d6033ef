"""What follows a refresh: a build until it is published, an alert where a run died, and nothing told twice."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster._daemon.monitoring import run_monitoring
from simulator import faults
from simulator.faults import Faulty
from simulator.station import Station, open_station
from simulator.wire import IncomingRequest, Reply
from stored import write_table

from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.core.snapshots import Snapshot
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.ingest.live.archive.incidents import open_incidents
from g60_pipeline.ingest.live.replay import read_archive
from g60_pipeline.orchestration import sensors, sources
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.refreshes import SOURCE_TAG, job_name
from g60_pipeline.orchestration.resources import Folder, build_lock
from g60_pipeline.orchestration.sensors import (
    alert_on_failure,
    build_after_refresh,
    close_incident,
    unread_snapshots,
)
from g60_pipeline.tables import table


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with open_station(tmp_path / "home") as opened:
        yield opened


@dataclass
class Mailbox:
    """Receives alerts."""

    received: list[str] = field(default_factory=list)

    def reply(self, asked: IncomingRequest) -> Reply:
        self.received.append(asked.body.decode())
        return Reply(content=b"{}")


@pytest.fixture
def mailbox(station: Station, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """Return the box alerts of the station go to."""
    box = Mailbox()
    station.server.mount("mailbox", box)
    monkeypatch.setenv("G60_ALERT_URLS", f"json://127.0.0.1:{station.server.port}/mailbox")
    return box


def sensor(station: Station) -> Any:
    """Return what the sensor that follows a refresh decides."""
    context = dg.build_sensor_context(instance=station.instance)
    return build_after_refresh(context, folder=Folder(path=str(station.settings.home)))


def publish_snapshots(station: Station, *names: str, table_name: str = "core.snapshot") -> None:
    """Put a warehouse in force that knows some snapshots."""
    database = station.settings.database
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE SCHEMA core; CREATE TABLE {table_name} (snapshot_id VARCHAR)")
        for name in names:
            connection.execute(f"INSERT INTO {table_name} VALUES (?)", [name])


def test_a_build_is_asked_for_while_a_snapshot_is_not_published(station: Station) -> None:
    assert isinstance(sensor(station), dg.SkipReason)
    station.run(job_name("worldbank"))
    held = Archive(station.settings.archive_dir).in_force("worldbank")[""].snapshot_id
    assert unread_snapshots(station.settings) == [held]
    assert isinstance(sensor(station), dg.RunRequest)
    publish_snapshots(station)
    assert unread_snapshots(station.settings) == [held]
    publish_snapshots(station, held)
    assert unread_snapshots(station.settings) == []
    assert isinstance(sensor(station), dg.SkipReason)
    publish_snapshots(station, held, table_name="core.snapshots_of_an_older_version")
    assert isinstance(sensor(station), dg.RunRequest)


def test_what_a_build_wrote_that_never_came_to_publish_is_not_published(station: Station) -> None:
    station.run(job_name("worldbank"))
    snapshots = read_archive(station.settings.archive_dir, load_catalog()).snapshots
    publish_snapshots(station)
    write_table(station.settings, table("core.snapshot"), frame_of(Snapshot, snapshots))
    assert unread_snapshots(station.settings) == [s["snapshot_id"] for s in snapshots]


def test_a_snapshot_of_a_source_that_left_the_catalog_asks_for_nothing(station: Station) -> None:
    station.run(job_name("worldbank"))
    archive = Archive(station.settings.archive_dir)
    held = archive.in_force("worldbank")[""].snapshot
    archive.add(held.model_copy(update={"source_id": "a_source_of_before"}))
    publish_snapshots(station, held.snapshot_id)
    assert unread_snapshots(station.settings) == []


def test_a_failed_build_is_asked_for_again_the_next_hour_unless_one_runs(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.run(job_name("worldbank"))
    moment = dt.datetime(2026, 11, 23, 8, 10, tzinfo=dt.UTC)

    keys = []
    for minutes in (0, 30, 60):
        at = moment + dt.timedelta(minutes=minutes)
        monkeypatch.setattr(sensors, "utc_now", lambda at=at: at)
        keys.append(sensor(station).run_key)
    assert keys[0] == keys[1] != keys[2]
    with build_lock(station.settings, timeout=1):
        assert "under way" in (sensor(station).skip_message or "")


def failure_of(station: Station, run: dg.DagsterRun) -> dg.RunFailureSensorContext:
    events = station.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    return dg.build_run_status_sensor_context(
        sensor_name="alert_on_failure",
        dagster_instance=station.instance,
        dagster_run=run,
        dagster_event=events[-1].dagster_event,
    ).for_run_failure()


def success_of(station: Station, run: dg.DagsterRun) -> dg.RunStatusSensorContext:
    return dg.build_run_status_sensor_context(
        sensor_name="close_build_incident",
        dagster_instance=station.instance,
        dagster_run=run,
        dagster_event=dg.DagsterEvent("PIPELINE_SUCCESS", run.job_name),
    )


def recorded(
    station: Station, job: str, status: dg.DagsterRunStatus, *, tags: dict[str, str] | None = None
) -> dg.DagsterRun:
    """Return a run that stands in the history, of which nothing ran."""
    return station.instance.add_run(
        dg.DagsterRun(job_name=job, run_id=str(uuid.uuid4()), status=status, tags=tags or {})
    )


def newest(station: Station, job: str) -> dg.DagsterRun:
    return station.instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)[0].dagster_run


def incidents(station: Station) -> list[str]:
    return sorted(open_incidents(station.settings.archive_dir))


@pytest.mark.parametrize("mended", [False, True])
def test_a_late_word_of_a_build_that_failed_opens_nothing_once_a_newer_one_succeeded(
    station: Station, monkeypatch: pytest.MonkeyPatch, *, mended: bool
) -> None:
    told: list[str] = []
    monkeypatch.setattr(sensors, "report_build", lambda _, run_id, __: told.append(run_id))
    failed = recorded(station, "build_all", dg.DagsterRunStatus.FAILURE)
    station.instance.report_engine_event("it fell over", failed)
    station.instance.report_run_failed(failed)
    if mended:
        recorded(station, "build_all", dg.DagsterRunStatus.SUCCESS)
    alert_on_failure(failure_of(station, failed), folder=Folder(path=str(station.settings.home)))
    assert told == ([] if mended else [failed.run_id])


@pytest.mark.parametrize("failed_since", [False, True])
def test_a_late_word_of_a_build_that_succeeded_closes_nothing_once_a_newer_one_failed(
    station: Station, monkeypatch: pytest.MonkeyPatch, *, failed_since: bool
) -> None:
    told: list[str] = []
    monkeypatch.setattr(sensors, "report_build", lambda _, run_id, __: told.append(run_id))
    done = recorded(station, "build_all", dg.DagsterRunStatus.SUCCESS)
    if failed_since:
        recorded(station, "build_all", dg.DagsterRunStatus.FAILURE)
    close_incident(success_of(station, done), folder=Folder(path=str(station.settings.home)))
    assert told == ([] if failed_since else [done.run_id])


@dataclass
class Monitor:
    """Dagster's monitoring of runs, as the daemon does it, on the history of a station's home."""

    instance: dg.DagsterInstance
    patch: pytest.MonkeyPatch

    def create_request_context(self) -> None:
        """Return what monitoring needs of the code location: nothing, where no run is resumed."""

    def look(self, *, minutes: int) -> None:
        later = time.time() + 60 * minutes
        with self.patch.context() as patch:
            patch.setattr(run_monitoring, "get_current_timestamp", lambda: later)
            patch.setattr(run_monitoring.time, "time", lambda: later)
            assert list(run_monitoring.execute_run_monitoring_iteration(self, logging.getLogger(__name__))).count(None)

    def record(self, job: str, status: dg.DagsterRunStatus, *, tags: dict[str, str] | None = None) -> dg.DagsterRun:
        """Return a run that has got so far and says nothing any more."""
        run = dg.DagsterRun(job_name=job, run_id=str(uuid.uuid4()), status=NOT_STARTED, tags=tags or {})
        self.instance.add_run(run)
        for kind in EVENTS[status]:
            event = dg.DagsterEvent(kind.value, job, message="")
            self.instance.report_dagster_event(event, run.run_id)
        assert self.status(run) is status
        return run

    def status(self, run: dg.DagsterRun) -> dg.DagsterRunStatus:
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found.status


NOT_STARTED = dg.DagsterRunStatus.NOT_STARTED
STARTING, START = dg.DagsterEventType.RUN_STARTING, dg.DagsterEventType.RUN_START
EVENTS = {
    NOT_STARTED: [],
    dg.DagsterRunStatus.STARTING: [STARTING],
    dg.DagsterRunStatus.STARTED: [STARTING, START],
    dg.DagsterRunStatus.CANCELING: [STARTING, START, dg.DagsterEventType.RUN_CANCELING],
}
"""State of a run that has not ended -> the events that lead to it."""

ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@pytest.fixture
def monitor(station: Station, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    with open_instance(station.settings) as instance:
        yield Monitor(instance, monkeypatch)


def test_a_run_whose_process_is_gone_is_recorded_as_failed_and_alerted_once(
    station: Station, mailbox: Mailbox, monitor: Monitor
) -> None:
    station.instance = monitor.instance
    for _ in range(2):
        run = monitor.record("refresh_worldbank", dg.DagsterRunStatus.STARTED)
        monitor.look(minutes=60)
        assert monitor.status(run) is dg.DagsterRunStatus.STARTED
        monitor.look(minutes=121)
        assert monitor.status(run) is dg.DagsterRunStatus.FAILURE
        alert_on_failure(failure_of(station, run), folder=Folder(path=str(station.settings.home)))
    assert incidents(station) == ["job:refresh_worldbank"]
    (message,) = mailbox.received
    assert "a run of refresh_worldbank died" in message
    assert station.run("refresh_worldbank").success
    assert incidents(station) == []


@pytest.mark.parametrize("status", EVENTS, ids=lambda s: s.value)
def test_no_state_of_a_dead_run_silences_its_schedule(monitor: Monitor, status: dg.DagsterRunStatus) -> None:
    run = monitor.record("refresh_worldbank", status, tags={SOURCE_TAG: "worldbank"})
    monitor.look(minutes=4)
    assert monitor.status(run) is status
    monitor.look(minutes=121)
    assert monitor.status(run) in ENDED
    waiting = dg.RunsFilter(tags={SOURCE_TAG: "worldbank"}, statuses=list(set(dg.DagsterRunStatus) - ENDED))
    assert list(monitor.instance.get_run_records(waiting)) == []


def test_a_queued_run_is_never_dead() -> None:
    """It has no process yet: Dagster's queue starts it, however long it has waited for another one of its source."""
    looked_at = {*run_monitoring.IN_PROGRESS_RUN_STATUSES, dg.DagsterRunStatus.CANCELING, NOT_STARTED}
    assert looked_at - {dg.DagsterRunStatus.SUSPENDED} == set(EVENTS)


def test_a_source_that_told_its_failure_itself_is_not_told_again_by_the_run(station: Station, mailbox: Mailbox) -> None:
    station.server.mount("worldbank", Faulty(station.world.worldbank, always=faults.status(403)))
    assert not station.run("refresh_worldbank").success
    failed = newest(station, "refresh_worldbank")
    alert_on_failure(failure_of(station, failed), folder=Folder(path=str(station.settings.home)))
    assert incidents(station) == ["source:worldbank"]
    assert len(mailbox.received) == 1


@pytest.mark.parametrize("by", ["the daemon", "g60 refresh"])
@pytest.mark.parametrize("error", [MemoryError("no room"), KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_a_refresh_that_dies_outside_its_source_is_told_unless_a_person_broke_it_off(
    station: Station, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, error: BaseException, by: str
) -> None:
    monkeypatch.setattr(sources, "refresh", lambda *_, **__: (_ for _ in ()).throw(error))
    tags = {"started_by": by} if by == "g60 refresh" else {}
    assert not station.run("refresh_worldbank", tags=tags).success
    failed = newest(station, "refresh_worldbank")
    folder = Folder(path=str(station.settings.home))
    alert_on_failure(failure_of(station, failed), folder=folder)
    known = bool(tags) and not isinstance(error, MemoryError)
    assert incidents(station) == ([] if known else ["job:refresh_worldbank"])
    assert [type(error).__name__ in told for told in mailbox.received] == ([] if known else [True])
    done = recorded(station, "refresh_worldbank", dg.DagsterRunStatus.SUCCESS)
    close_incident(success_of(station, done), folder=folder)
    assert incidents(station) == []


def test_a_slip_in_the_settings_is_one_incident_however_many_sources_wait_for_it(
    station: Station, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("G60_BASE_URLS__WORLD_BANK", "https://example.org")
    assert not station.run("refresh_all", sources=["worldbank", "wikidata", "oecd_sdmx"]).success
    assert incidents(station) == ["settings:network"]
    (told,) = mailbox.received
    assert "Did you mean G60_BASE_URLS__WORLDBANK?" in told
    assert not station.server.asked_of("worldbank")
    monkeypatch.delenv("G60_BASE_URLS__WORLD_BANK")
    assert station.run("refresh_all", sources=["worldbank"]).success
    assert incidents(station) == []
