"""A home lives through a wrong clock and vanished inputs: what is refused and said, and that the way out leads out."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import Any

import dagster as dg
import duckdb
import pytest

from g60_pipeline.builds import clock, preconditions
from g60_pipeline.contracts.core.ledger import InputFile
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.orchestration.build_run import QUIET, BuildResult, build
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.publish.storage import read_table
from g60_pipeline.publish.warehouse import publish, published_build, published_tables
from g60_pipeline.settings import Settings
from g60_pipeline.wording import in_language

FIGURES = (
    "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,publisher,document_title,published,grade\n"
    "x1,330400,rd_expenditure,gross_domestic,year,2023,251.5,cny_100m,A test,A test page,2024-05-20,B\n"
)


def held(settings: Settings) -> dict[str, Any]:
    return published_build(settings.database) or {}


def files_read(settings: Settings) -> list[str]:
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        return [file for (file,) in connection.sql("SELECT file FROM core.input_file ORDER BY file").fetchall()]


def refused(result: BuildResult) -> str:
    """Return why a build was refused before its first step."""
    assert not result.success
    (failure,) = result.failures
    assert failure.step == ""
    return failure.message


def run(settings: Settings, **said: Any) -> dg.ExecuteInProcessResult:
    """Run the job with a configuration, as the UI does."""
    job = code_location(Home(path=str(settings.home))).resolve_job_def("build_all")
    return job.execute_in_process(run_config={**QUIET, "resources": {"home": {"config": said}}}, raise_on_error=False)


def published_again(settings: Settings, at: dt.datetime, *files: str) -> None:
    """Publish what is held as if the clock had shown another time, and the inbox had held these files."""
    frames = {t.full_name: read_table(settings, t) for t in published_tables()}
    read = [{"file": f"inbox/{name}", "size": 1, "sha256": "0" * 64, "entries": []} for name in files]
    os.utime(settings.database)
    assert publish(settings, frames | {"core.input_file": frame_of(InputFile, read)}, built_at=at).changed


def test_a_clock_of_2020_refuses_a_build_and_leaves_the_warehouse(
    own_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(own_home)
    monkeypatch.setattr(clock, "present", lambda: dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    told = refused(build(own_home))
    assert told.startswith("the clock: it shows 2020-01-01, but this package holds a document of 2026-08-01")
    assert in_language(told, "zh").startswith("时钟：显示2020-01-01，而本程序含2026-08-01的文献")
    assert in_language(told, "zh").endswith("请校准本机时钟。")
    assert not run(own_home, clock_is_right=True).success
    assert held(own_home) == before


def test_a_warehouse_of_2030_has_a_way_out(spoilable: Settings) -> None:
    published_again(spoilable, dt.datetime(2030, 3, 1, tzinfo=dt.UTC))
    told = refused(build(spoilable))
    assert "the warehouse in force was published on 2030-03-01" in told
    assert told.endswith("where it is right now and was ahead then, run `g60 build --clock-is-right`")
    assert build(spoilable, clock_is_right=True, selection=["publish.warehouse"]).published
    assert held(spoilable)["built_at"] < dt.datetime.now(dt.UTC)
    assert preconditions.check(spoilable) == []


def test_an_inbox_that_goes_stops_builds_until_that_is_said(spoilable: Settings) -> None:
    published_again(spoilable, dt.datetime.now(dt.UTC), "a.csv", "b.csv")
    before = held(spoilable)
    told = refused(build(spoilable))
    assert told.startswith(f"{spoilable.inbox}: it is not there, but the warehouse in force was built with inbox/a.csv")
    assert not run(spoilable).success
    assert held(spoilable) == before
    assert run(spoilable, without=["inbox"]).success
    assert files_read(spoilable) == []
    assert preconditions.check(spoilable) == []


def test_a_file_that_was_taken_out_is_told_with_the_build(spoilable: Settings) -> None:
    published_again(spoilable, dt.datetime.now(dt.UTC), "a.csv", "b.csv")
    spoilable.inbox.mkdir(exist_ok=True)
    (spoilable.inbox / "b.csv").write_text(FIGURES.partition("\n")[0] + "\n", encoding="utf-8")
    result = build(spoilable)
    assert (result.success, result.published) == (True, True)
    assert result.leaving == ("inbox/a.csv is no longer there: 0 figures and claims leave",)
    assert files_read(spoilable) == ["inbox/b.csv"]


def test_what_is_there_is_not_left_out_by_a_run_of_dagster(own_home: Settings) -> None:
    (own_home.inbox / "a.csv").write_text(FIGURES, encoding="utf-8")
    told = refused(build(replace(own_home, without=frozenset({"inbox"}))))
    assert told.startswith("--without inbox: it is there and can be read")


def test_a_file_that_is_being_written_stops_the_build(own_home: Settings) -> None:
    before = held(own_home)
    (own_home.inbox / "a.csv").write_text(FIGURES + "x2,330400,rd_exp", encoding="utf-8")
    result = build(own_home)
    (failure,) = [f for f in result.failures if f.step == "entered"]
    assert failure.message.startswith("inbox/a.csv: the file breaks off in the middle of line 3. Wait until")
    assert held(own_home) == before
