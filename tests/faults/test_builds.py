"""Builds that meet each other, are killed, or find the file in use: nothing held is lost, readers are not disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from g60_pipeline.orchestration.run import build
from g60_pipeline.settings import Settings
from g60_pipeline.warehouse import published_build

BUILD = [sys.executable, "-c", "from g60_pipeline.cli import main; main()", "build"]
NEW_FIGURE = (
    "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,publisher,document_title,published,grade\n"
    "x1,330400,rd_expenditure,gross_domestic,year,2023,251.5,cny_100m,A test,A test page,2024-05-20,B\n"
)


def start(home: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"G60_HOME": str(home)}
    return subprocess.Popen(BUILD, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=90)
    return process.returncode, output


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("built")
    assert build(Settings(home)).published
    return home


def build_id(home: Path) -> str:
    build = published_build(Settings(home).database)
    assert build is not None
    return str(build["build_id"])


def test_two_builds_at_once_do_not_spoil_each_other(built: Path) -> None:
    (built / "inbox").mkdir(exist_ok=True)
    (built / "inbox" / "two.csv").write_text(NEW_FIGURE, encoding="utf-8")
    processes = [start(built), start(built)]
    results = [finish(process) for process in processes]
    assert [code for code, _ in results] == [0, 0], results
    build = published_build(Settings(built).database)
    assert build is not None
    assert build["inbox_files"] == ["inbox/two.csv"]
    assert [p.name for p in Settings(built).warehouse_dir.iterdir() if ".tmp" in p.name] == []


def test_a_killed_build_leaves_the_warehouse_of_yesterday(built: Path) -> None:
    before = build_id(built)
    (built / "inbox").mkdir(exist_ok=True)
    (built / "inbox" / "killed.csv").write_text(NEW_FIGURE.replace("x1", "x2"), encoding="utf-8")
    process = start(built)
    raw = Settings(built).tables_dir / "raw" / "observation.parquet"
    written = raw.stat().st_mtime_ns
    deadline = time.monotonic() + 60
    while raw.stat().st_mtime_ns == written and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    code, output = finish(process)
    assert code == -signal.SIGKILL, output
    assert build_id(built) == before
    assert build(Settings(built)).published
    assert build_id(built) != before


def test_a_reader_in_the_middle_of_a_query_is_not_disturbed(built: Path) -> None:
    with duckdb.connect(str(Settings(built).database), read_only=True) as reader:
        cursor = reader.execute("SELECT observation_id FROM core.observation_candidate ORDER BY 1")
        first = cursor.fetchmany(100)
        (built / "inbox" / "reader.csv").write_text(NEW_FIGURE.replace("x1", "x3"), encoding="utf-8")
        code, output = finish(start(built))
        assert code == 0, output
        rest = cursor.fetchall()
        assert len(first) + len(rest) == reader.execute("SELECT candidates FROM core.build").fetchall()[0][0]


def test_a_reader_that_wrote_to_the_file_cannot_poison_the_next_publication(built: Path) -> None:
    database = Settings(built).database
    database.chmod(0o644)
    writer = duckdb.connect(str(database))
    writer.execute("CREATE TABLE scratch (a INTEGER)")
    writer.execute("INSERT INTO scratch VALUES (1)")
    wal = database.with_name(database.name + ".wal")
    left_behind = wal.read_bytes()
    writer.close()
    wal.write_bytes(left_behind)
    code, output = finish(start(built))
    assert code == 0, output
    with duckdb.connect(str(database), read_only=True) as reader:
        tables = reader.sql("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'scratch'").fetchall()[0][0]
    assert tables == 0
    assert not wal.exists()
