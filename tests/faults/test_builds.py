"""Builds that meet each other, are killed, or find the file in use: nothing held is lost, readers are not disturbed.

The home they meet in was written by hand as a build leaves it. In it one night is lived through once: a build is killed,
then two start at once while somebody reads; the tests look at what came of it. The second of the two finds nothing new.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from few_facts import g60

from g60_pipeline.orchestration.build_run import build
from g60_pipeline.orchestration.provenance import RUN_KEY, outdated
from g60_pipeline.publish.storage import path_of, stored_hash
from g60_pipeline.publish.warehouse import published_build
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES, table

NEW_FIGURE = (
    "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,publisher,document_title,published,grade\n"
    "x1,330400,rd_expenditure,gross_domestic,year,2023,251.5,cny_100m,A test,A test page,2024-05-20,B\n"
)


def start(home: Path, facts: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"G60_HOME": str(home)}
    return subprocess.Popen(
        g60(facts, "build", "--json"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    with process:
        try:
            output, errors = process.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, output or errors


def held(home: Path) -> dict[str, Any]:
    """Return the row of `core.build` of the file in force."""
    row = published_build(Settings(home).database)
    assert row is not None
    return row


def versions(home: Path) -> dict[str, str | None]:
    return {name: stored_hash(Settings(home), definition) for name, definition in TABLES.items()}


def add_figure(home: Path, name: str, row_id: str) -> None:
    (home / "inbox").mkdir(exist_ok=True)
    (home / "inbox" / name).write_text(NEW_FIGURE.replace("x1", row_id), encoding="utf-8")


@dataclass(frozen=True)
class Killed:
    """What a killed build left: rows of `core.build` before and after it, how it ended, whether its tables fit."""

    home: Path
    before: dict[str, Any]
    ended: tuple[int, str]
    half_written: bool
    after: dict[str, Any]


@dataclass(frozen=True)
class Two:
    """What two builds at once left: the run that published and the one that did not, and what a reader saw meanwhile."""

    home: Path
    published: str
    idle: str
    after: dict[str, Any]
    rows_read: int
    candidates_told_to_the_reader: int

    def written_by(self, name: str) -> str:
        """Return the run that wrote the file of a table."""
        return pl.read_parquet_metadata(path_of(Settings(self.home), table(name)))[RUN_KEY]


@pytest.fixture(scope="module")
def killed(yesterday: Path, few_facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    home = tmp_path_factory.mktemp("night") / "home"
    shutil.copytree(yesterday, home)
    before = held(home)
    add_figure(home, "killed.csv", "x2")
    ended = kill_in_the_middle(home, few_facts)
    return Killed(home, before, ended, not outdated(Settings(home)).is_empty(), held(home))


@pytest.fixture(scope="module")
def two(killed: Killed, few_facts: Path, of_few_facts: None) -> Two:
    home = killed.home
    add_figure(home, "two.csv", "x1")
    with duckdb.connect(str(Settings(home).database), read_only=True) as reader:
        cursor = reader.execute("SELECT observation_id FROM core.observation_candidate ORDER BY 1")
        first = cursor.fetchmany(100)
        with start(home, few_facts) as other:
            here = build(Settings(home))
            code, output = finish(other)
        assert here.success, here.failures
        assert code == 0, output
        rows = len(first) + len(cursor.fetchall())
        told = reader.execute("SELECT candidates FROM core.build").fetchall()[0][0]
    there = json.loads(output)
    ended = {here.published: here.run_id, there["published"]: there["run_id"]}
    assert set(ended) == {False, True}, "one of the two publishes"
    return Two(home, ended[True], ended[False], held(home), rows, told)


def kill_in_the_middle(home: Path, facts: Path) -> tuple[int, str]:
    """Start a build, kill it once it has written its first table of figures, and return how it ended."""
    process = start(home, facts)
    raw = Settings(home).tables_dir / "raw" / "observation.parquet"
    written = raw.stat().st_mtime_ns
    deadline = time.monotonic() + 240
    while raw.stat().st_mtime_ns == written and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    return finish(process)


def test_a_killed_build_leaves_the_warehouse_of_yesterday(killed: Killed) -> None:
    code, output = killed.ended
    assert code == -signal.SIGKILL, output
    assert killed.half_written
    assert killed.after == killed.before


def test_two_builds_at_once_after_a_killed_one_publish_once(killed: Killed, two: Two) -> None:
    assert two.after["build_id"] != killed.before["build_id"]
    assert two.after["inbox_files"] == ["inbox/killed.csv", "inbox/two.csv"]
    assert outdated(Settings(two.home)).is_empty()
    assert [p.name for p in Settings(two.home).warehouse_dir.rglob("*") if ".tmp" in p.name] == []


def test_what_the_new_figures_do_not_touch_keeps_its_version(yesterday: Path, two: Two) -> None:
    before, after = versions(yesterday), versions(two.home)
    moved = {name for name in after if after[name] != before[name]}
    assert {"raw.observation", "core.observation", "metrics.corridor_total"} <= moved
    assert moved.isdisjoint({"raw.claim", "core.geography", "core.policy", "metrics.collaboration_link"})


def test_a_build_that_finds_nothing_new_computes_no_metric_again(two: Two) -> None:
    assert two.written_by("raw.claim") == two.idle
    assert two.written_by("metrics.growth") == two.published


def test_a_reader_in_the_middle_of_a_query_is_not_disturbed(killed: Killed, two: Two) -> None:
    assert two.rows_read == two.candidates_told_to_the_reader == killed.before["candidates"]
    assert two.after["candidates"] == killed.before["candidates"] + 2
