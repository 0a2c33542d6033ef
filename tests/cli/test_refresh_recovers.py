"""`g60 refresh` where something is wrong before or after it asks: settings, the log, a publication that broke off.

How a whole week of it ends stands in `tests/refresh/test_simulated_week.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from simulator import faults
from simulator.command import Command
from simulator.faults import Faulty
from simulator.world import World, environment, serving

from g60_pipeline.cli import live_actions
from g60_pipeline.ingest.live.archive import Archive
from g60_pipeline.ingest.live.archive.incidents import open_incidents
from g60_pipeline.orchestration.build_run import BuildResult
from g60_pipeline.settings import Settings


@dataclass
class Watched(Command):
    """Builds are counted and kept away."""

    builds: list[Settings] = field(default_factory=list)

    def build(self, home: Settings, _: object) -> BuildResult:
        self.builds.append(home)
        return BuildResult(success=True, run_id="r", failures=(), warnings=(), published=True, seconds=0.0)

    def publish(self, *names: str) -> None:
        """Put a warehouse in force that knows some snapshots."""
        self.settings.database.parent.mkdir(parents=True, exist_ok=True)
        self.settings.database.unlink(missing_ok=True)
        with duckdb.connect(str(self.settings.database)) as connection:
            connection.execute("CREATE SCHEMA core; CREATE TABLE core.snapshot (snapshot_id VARCHAR)")
            for name in names:
                connection.execute("INSERT INTO core.snapshot VALUES (?)", [name])


@pytest.fixture
def g60(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    for name in list(os.environ):
        if name.startswith("G60_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    world = World()
    with serving(world) as server:
        for name, value in environment(server, list(world.services())).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("G60_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("COLUMNS", "220")
        command = Watched(Settings(tmp_path / "home"), world, server)
        monkeypatch.setattr(live_actions, "run_build", command.build)
        yield command


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("G60_BASE_URL__WORLDBANK", "G60_BASE_URLS__WORLDBANK"),
        ("G60_BASE_URLS__WORLD_BANK", "G60_BASE_URLS__WORLDBANK"),
        ("G60_KEYS__OPENALEKS", "G60_KEYS__OPENALEX"),
        ("G60_CONTACTS", "G60_CONTACT"),
    ],
)
def test_a_setting_that_does_not_exist_is_wrong_usage_told_before_any_source_is_asked(
    g60: Watched, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "https://example.org/hush")
    shown = g60("refresh", code=2)
    assert shown.startswith(f"{name}: there is no")
    assert f"Did you mean {meant}?" in shown
    assert "hush" not in shown
    assert not g60.server.asked
    assert open_incidents(g60.settings.archive_dir) == {}
    assert g60.builds == []


def test_a_wrong_value_is_told_before_any_source_is_asked(g60: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G60_BASE_URLS__WORLDBANK", "ftp://example.org")
    assert g60("refresh", code=1).startswith("G60_BASE_URLS__WORLDBANK: it is no full http or https address.")
    assert not g60.server.asked
    assert open_incidents(g60.settings.archive_dir) == {}


def test_commands_that_only_read_do_not_mind_a_setting_of_the_network(
    g60: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("G60_BASE_URL__WORLDBANK", "x")
    g60.publish("one")
    assert "one" in g60("sql", "SELECT snapshot_id FROM core.snapshot")
    assert "The archive is whole" in g60("archive", "verify")


def test_what_is_not_published_is_built_though_nothing_is_new(g60: Watched) -> None:
    first = g60.as_json("refresh", "worldbank")
    (held,) = first["sources"][0]["snapshots"]
    assert len(g60.builds) == 1
    again = g60.as_json("refresh", "worldbank")
    assert (again["sources"][0]["ending"], again["build"]["published"]) == ("unchanged", True)
    assert len(g60.builds) == 2
    g60.publish(held)
    assert "Nothing is new" in g60("refresh", "worldbank")
    assert "没有更新" in g60("refresh", "worldbank", "--lang", "zh")
    assert len(g60.builds) == 2


def test_refreshes_of_an_older_version_are_listed_with_the_new_ones(g60: Watched) -> None:
    g60("refresh", "worldbank", "--json")
    archive = Archive(g60.settings.archive_dir).root
    (record,) = (archive / "attempts" / "worldbank").iterdir()
    (archive / "log").mkdir()
    record.rename(archive / "log" / "worldbank.jsonl")
    g60("refresh", "worldbank", "--json")
    assert "The archive is whole" in g60("archive", "verify")
    refreshes = g60.as_json("archive", "log", "worldbank")["refreshes"]
    assert sorted(entry["ending"] for entry in refreshes) == ["new", "unchanged"]
    with (archive / "log" / "worldbank.jsonl").open("ab") as log:
        log.write(b'\n{"source_id": "wor')
    shown = g60("archive", "verify", code=1)
    assert "line 2 is not the record of a refresh" in shown
    assert "Bring the file back from a backup" in shown


def test_a_fault_that_passed_is_shown_in_the_log_without_its_answer(g60: Watched) -> None:
    g60.server.mount("oecd_sdmx", Faulty(g60.world.oecd_sdmx, turns=[faults.status(503)]))
    (told,) = g60.as_json("refresh", "oecd_sdmx")["sources"]
    assert (told["ending"], len(told["retried"])) == ("new", 1)
    assert set(told["retried"][0]) == {"key", "at", "rule"}
    assert "(503)" in told["retried"][0]["rule"]
