"""`g60 refresh` and `g60 archive` on local stand-ins: what is asked, what is shown, and how it ends."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator import faults
from simulator.command import Command
from simulator.faults import Faulty
from simulator.world import World, environment, serving

from g60_pipeline.cli import live_actions
from g60_pipeline.ingest.live.archive import Archive, Attempt
from g60_pipeline.orchestration import sources
from g60_pipeline.orchestration.build_run import BuildResult
from g60_pipeline.settings import Settings


@pytest.fixture(scope="module")
def g60(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("G60_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        world = World()
        world.cnipa_annual.publish(2025)
        home = tmp_path_factory.mktemp("home")
        with serving(world) as server:
            for name, value in environment(server, list(world.services())).items():
                patch.setenv(name, value)
            patch.setenv("G60_HOME", str(home))
            patch.setenv("COLUMNS", "220")
            yield Command(Settings(home), world, server)


def test_an_archive_that_holds_nothing_says_what_to_do(g60: Command) -> None:
    for command in ("list", "log"):
        assert "g60 refresh" in g60("archive", command)
    assert "The archive is whole: 0 bodies" in g60("archive", "verify")


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch, published: Settings) -> list[Settings]:
    """Put the warehouse of the facts in force where a build is asked for, and return the homes for which it was."""
    asked: list[Settings] = []

    def run_build(home: Settings, _: object) -> BuildResult:
        asked.append(home)
        home.warehouse_dir.mkdir(parents=True, exist_ok=True)
        home.database.unlink(missing_ok=True)
        shutil.copy2(published.database, home.database)
        return BuildResult(success=True, run_id="r", failures=(), warnings=(), published=True, seconds=0.0)

    monkeypatch.setattr(live_actions, "run_build", run_build)
    return asked


def test_a_refresh_asks_the_open_sources_tells_what_changed_and_publishes(
    g60: Command, unbuilt: list[Settings]
) -> None:
    shown = g60("refresh")
    assert "World Bank Indicators API 世界银行指标接口 new" in shown
    assert "Not asked, because an operator has to consent first" in shown
    assert "sse_star" in shown.partition("consent first")[2]
    assert "Published" in shown
    assert unbuilt == [g60.settings]
    assert not g60.server.asked_of("sse_star")
    assert len({s["source_id"] for s in g60.as_json("archive", "list")["snapshots"]}) == 5


@pytest.mark.usefixtures("unbuilt")
def test_a_source_that_says_nothing_new_is_told_in_chinese_too(g60: Command) -> None:
    assert "无变化" in g60("refresh", "worldbank", "--lang", "zh")


def test_a_source_that_wants_consent_is_asked_when_it_is_named(g60: Command, unbuilt: list[Settings]) -> None:
    found = g60.as_json("refresh", "sse_star")
    assert [s["ending"] for s in found["sources"]] == ["new"]
    assert found["build"]["published"]
    assert unbuilt == [g60.settings]
    assert found["not_asked"] == []


def test_one_source_that_fails_ends_with_1_and_keeps_no_other_out(g60: Command, unbuilt: list[Settings]) -> None:
    g60.server.mount("wikidata", Faulty(g60.world.wikidata, always=faults.status(403)))
    g60.world.worldbank.lastupdated = "2026-10-01"
    g60.world.worldbank.series["IP.PAT.RESD"].values[2022] = 555_555
    try:
        shown = g60("refresh", "wikidata", "worldbank", code=1)
    finally:
        g60.server.mount("wikidata", g60.world.wikidata)
    assert "Wikidata query service 维基数据 failed" in shown
    assert "403" in shown
    assert "World Bank Indicators API 世界银行指标接口 new 171 0 1 0" in shown
    assert unbuilt == [g60.settings]


def test_parts_and_acceptance_go_with_one_source(g60: Command, unbuilt: list[Settings]) -> None:
    years = g60.as_json("refresh", "openalex", "--part", "2019", "--part", "2020")
    assert set(years["sources"][0]["parts"]) >= {"2019", "2020"}
    assert len(unbuilt) == 1
    for arguments in (
        ["refresh", "--part", "2020"],
        ["refresh", "worldbank", "openalex", "--accept"],
        ["refresh", "worldbank", "--part", "2020"],
        ["refresh", "openalex", "--part", "1800"],
        ["refresh", "cnipa_annual", "--part", "abc"],
        ["refresh", "oecd_sdmx", "--part", "DF_CHEESE"],
        ["refresh", "world_bank"],
        ["archive", "list", "world_bank"],
    ):
        assert len(g60(*arguments, code=2)) > 30


@pytest.mark.usefixtures("unbuilt")
def test_a_refresh_that_leaves_no_trace_counts_as_failed(g60: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime.now(dt.UTC)
    lost = Attempt(source_id="worldbank", parts=("",), started_at=now, ended_at=now, ending="unchanged", requests=1, received_bytes=0)  # fmt: skip
    monkeypatch.setattr(sources, "refresh", lambda *_, **__: lost)
    found = g60.as_json("refresh", "worldbank", code=1)
    (silent,) = found["not_begun"]
    assert silent["source"] == "worldbank"
    assert "g60 archive verify" in silent["message"]


@pytest.mark.usefixtures("unbuilt")
def test_a_refresh_beside_another_one_of_the_source_is_told(g60: Command) -> None:
    with Archive(g60.settings.archive_dir).refreshing("worldbank"):
        shown = g60("refresh", "worldbank", "oecd_sdmx", code=1)
    assert "another refresh of it is running" in shown
    assert "OECD data API 经合组织数据接口 unchanged" in shown


def test_a_wrong_setting_is_told_without_a_traceback(g60: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G60_BASE_URLS__WORLDBANK", "ftp://example.org")
    assert "G60_BASE_URLS" in g60("refresh", "worldbank", code=1)


def test_the_archive_is_listed_logged_and_verified(g60: Command) -> None:
    listed = g60.as_json("archive", "list")["snapshots"]
    assert {s["source_id"] for s in listed} >= {"worldbank", "openalex", "sse_star"}
    assert "世界银行指标接口" in g60("archive", "list", "worldbank")
    log = g60.as_json("archive", "log", "wikidata")["refreshes"]
    assert {entry["ending"] for entry in log} == {"new", "failed"}
    assert "unchanged" in g60("archive", "log")
    assert "The archive is whole" in g60("archive", "verify")


def test_damage_is_named_with_its_remedy_and_ends_with_1(g60: Command) -> None:
    body = next(p for p in Path(g60.settings.archive_dir / "objects").rglob("*") if p.is_file())
    sound = body.read_bytes()
    body.write_bytes(b"damaged")
    try:
        shown = g60("archive", "verify", code=1)
        found = g60.as_json("archive", "verify", code=1)
        assert body.name in shown
        assert "g60 refresh" in found["damages"][0]["remedy"]
        assert not found["whole"]
        health = g60.as_json("doctor", code=1)
        assert [f["state"] for f in health["findings"] if f["check"] == "archive"] == ["wrong"]
    finally:
        body.write_bytes(sound)
