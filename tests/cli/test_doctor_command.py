"""`g60 doctor`: a healthy home, and one test per fault."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock
from stored import write_table

from g60_pipeline.catalog import load_catalog
from g60_pipeline.doctor.archive import scheduled_days
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Archive, Attempt, Trouble
from g60_pipeline.reader.database import Warehouse, connect
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table


def findings(result):
    found = json.loads(result.stdout)
    wrong = {f["check"]: f for f in found["findings"] if f["state"] == "wrong"}
    assert found["healthy"] is not bool(wrong)
    assert result.exit_code == (1 if wrong else 0)
    assert all(f["remedy"] for f in wrong.values())
    return {f["check"]: f for f in found["findings"]}, wrong


def test_healthy_home_is_found_healthy(g60, published, ask):
    found, wrong = findings(g60("doctor", "--json"))
    assert wrong == {}
    build = ask("SELECT * EXCLUDE (built_at) FROM core.build")[0]
    assert build["build_id"] in found["build"]["detail"]
    assert found["data hash"]["detail"] == build["inputs_hash"]
    assert found["coverage"]["detail"] == f"{build['coverage_start']} to {build['coverage_end']}"
    assert str(build["observations"]) in found["rows"]["detail"]
    assert found["warehouse mode"]["detail"].startswith("0444")
    assert str(published.home) in found["home"]["detail"]
    assert found["dagster"]["detail"] == version("dagster")


def exchange(path, how, database):
    path.unlink(missing_ok=True)
    if how == "a text":
        path.write_text("no warehouse", encoding="utf-8")
    elif how == "a folder":
        path.mkdir()
    elif how == "the file in force":
        path.hardlink_to(database)
    elif how == "another database":
        duckdb.connect(str(path)).close()
    elif how == "a damaged file":
        content = bytearray(database.read_bytes())
        path.write_bytes(content[: len(content) // 2] + bytes(65536) + content[len(content) // 2 + 65536 :])


@pytest.mark.parametrize("how", ["a text", "a folder", "the file in force", "another database", "a damaged file"])
def test_exchanged_publication_before_is_told(g60, own_home, how):
    exchange(own_home.previous, how, own_home.database)
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    told = found["publication before"]
    assert (told["state"], set(wrong)) == (
        ("note", set()) if how == "the file in force" else ("wrong", {"publication before"})
    )
    assert str(own_home.previous) in told["detail"]
    assert str(own_home.previous) in told["remedy"]


def test_publication_before_is_fine_as_it_was_kept_and_where_there_is_none(g60, own_home):
    own_home.previous.unlink(missing_ok=True)
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert "publication before" not in found
    with duckdb.connect(str(own_home.previous)) as connection:
        connection.execute(
            "CREATE SCHEMA core; CREATE TABLE core.build AS SELECT 'B0' AS build_id, TIMESTAMPTZ '2020-01-01' AS built_at"
        )
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert (wrong, found["publication before"]["state"]) == ({}, "ok")


def test_screen_ends_with_the_verdict(g60, own_home):
    assert g60("doctor").stdout.rstrip().endswith("Nothing is wrong.")
    own_home.database.unlink()
    screen = g60("doctor", home=own_home).stdout
    assert "→ Run `g60 build`" in screen
    assert screen.rstrip().endswith("1 wrong.")


def test_home_that_is_not_there_is_told(g60, tmp_path):
    _, wrong = findings(g60("doctor", "--json", home=Settings(tmp_path / "none")))
    assert set(wrong) == {"home", "warehouse"}


def test_writable_warehouse_is_told(g60, own_home):
    own_home.database.chmod(0o644)
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong["warehouse mode"]["remedy"] == f"chmod 0444 {own_home.database}"


def test_stale_log_is_told(g60, own_home):
    own_home.database.with_name("g60.duckdb.wal").write_bytes(b"")
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert "write-ahead log" in wrong


def test_warehouse_written_to_after_publication_is_told(g60, own_home):
    own_home.database.touch()
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert set(wrong) == {"warehouse contents"}


def test_file_that_is_no_warehouse_is_told(g60, own_home):
    own_home.database.chmod(0o644)
    own_home.database.write_bytes(b"nonsense" * 1000)
    own_home.database.chmod(0o444)
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert "not a valid DuckDB database file" in wrong["warehouse"]["detail"]


def test_leftovers_of_a_killed_build_are_told_but_not_those_of_a_running_one(g60, own_home):
    leftover = own_home.warehouse_dir / ".g60.duckdb.4711.tmp"
    leftover.write_bytes(b"")
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong["temporary files"]["remedy"] == f"rm {leftover}"
    with FileLock(own_home.lock_file):
        found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong == {}
    assert "a build is running" in found["build lock"]["detail"]


def test_program_that_holds_the_warehouse_for_writing_is_told(g60, own_home):
    own_home.database.chmod(0o644)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(own_home.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        _, wrong = findings(g60("doctor", "--json", home=own_home))
        reading = g60("show", home=own_home)
        holder.stdin.close()
        holder.wait(timeout=20)
    assert str(holder.pid) in wrong["warehouse"]["detail"]
    assert "read_only=True" in wrong["warehouse"]["remedy"]
    assert reading.exit_code == 1
    assert "g60 doctor" in reading.stderr


def test_little_disk_space_is_told(g60, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000})())
    _, wrong = findings(g60("doctor", "--json"))
    assert set(wrong) == {"disk space"}


def test_missing_package_is_told(g60, monkeypatch):
    monkeypatch.setattr("g60_pipeline.doctor.home.PACKAGES", ("no-such-package",))
    _, wrong = findings(g60("doctor", "--json"))
    assert set(wrong) == {"no-such-package"}


@pytest.mark.parametrize("name", ["warehouse", "build", "rows", "coverage", "built by", "quarantine"])
def test_what_can_not_be_known_without_a_warehouse_is_not_told(g60, own_home, name):
    own_home.database.unlink()
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert (name in found) is (name == "warehouse")
    assert set(wrong) == {"warehouse"}


def test_inbox_file_that_is_not_built_is_worth_a_note(g60, own_home):
    own_home.inbox.mkdir()
    (own_home.inbox / "mine.csv").write_text("row_id\n", encoding="utf-8")
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong == {}
    assert found["inbox/mine.csv"]["state"] == "note"


def attempt(ended: dt.datetime, ending: str = "unchanged") -> Attempt:
    times = {"started_at": ended, "ended_at": ended}
    trouble = Trouble(subject="s", rule="it fell over", remedy="Lift it") if ending == "failed" else None
    return Attempt(
        source_id="worldbank", parts=("",), ending=ending, trouble=trouble, requests=1, received_bytes=0, **times
    )


@pytest.mark.parametrize(
    ("days", "ending", "told"), [(10, "unchanged", False), (70, "unchanged", True), (70, "failed", True)]
)
def test_source_whose_schedule_passed_three_times_without_an_answer_is_told(g60, own_home, days, ending, told):
    now = dt.datetime.now(dt.UTC)
    Archive(own_home.archive_dir).note(attempt(now - dt.timedelta(days=days)))
    if ending == "failed":
        Archive(own_home.archive_dir).note(attempt(now, "failed"))
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong == {}
    finding = found["worldbank"]
    assert ("days on which its schedule asks have passed" in finding["detail"]) is told
    assert finding["state"] == ("note" if told else "ok")
    if ending == "failed":
        assert "it fell over" in finding["detail"]
    elif told:
        assert "g60 refresh worldbank" in finding["remedy"]


@pytest.mark.parametrize(
    ("cron", "days"),
    [
        ("10 7 2,16 * *", 24),
        ("40 9 12 6-11 *", 6),
        ("20 7 * * 1", 52),
        ("0 6 * * *", 365),
        ("0 6 * * 0,7", 52),
        ("0 6 1 1 1", 5),
    ],
)
def test_days_of_a_schedule_are_counted(cron, days):
    assert scheduled_days(cron, after=dt.date(2025, 12, 31), until=dt.date(2026, 12, 31)) == days


@pytest.mark.parametrize("plan", load_catalog().live, ids=lambda plan: plan.source_id)
def test_schedule_of_every_source_can_be_read(plan):
    assert scheduled_days(plan.schedule.cron, after=dt.date(2025, 1, 1), until=dt.date(2026, 1, 1)) >= 4


def test_damaged_table_file_is_told_with_its_remedy(g60, own_home):
    folder = own_home.tables_dir / "metrics"
    folder.mkdir(parents=True)
    write_table(own_home, table("core.unit"), table("core.unit").schema.create_empty())
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong == {}
    assert found["tables"]["detail"] == "2 files, whole", "the row about the publication is the other"
    damaged = own_home.tables_dir / "core" / "unit.parquet"
    content = bytearray(damaged.read_bytes())
    content[100] ^= 1
    damaged.write_bytes(content)
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert set(wrong) == {"table core.unit"}
    assert "its bytes are not those that were written" in wrong["table core.unit"]["detail"]
    assert "Run `g60 build`, which makes it again" in wrong["table core.unit"]["remedy"]
    for number in range(15):
        (folder / f"t{number:02}.parquet").write_bytes(b"")
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert len(wrong) == 11
    assert wrong["tables"]["detail"].startswith("6 more files are damaged")


def test_folder_of_the_tables_that_may_not_be_written_to_is_told(g60, own_home, monkeypatch):
    (own_home.tables_dir / "core").mkdir(parents=True, exist_ok=True)
    for folder in (own_home.tables_dir, own_home.tables_dir / "core"):
        monkeypatch.setattr(os, "access", lambda path, *_, folder=folder: Path(path) != folder)
        _, wrong = findings(g60("doctor", "--json", home=own_home))
        assert wrong["folder"]["remedy"] == f"chmod u+rwx {folder}"


def test_strays_in_the_archive_are_worth_a_note(g60, own_home):
    archive = Archive(own_home.archive_dir)
    digest = archive.put(b"body")
    (archive.root / "objects" / digest[:2] / ".DS_Store").write_bytes(b"")
    found, wrong = findings(g60("doctor", "--json", home=own_home))
    assert wrong == {}
    assert found["archive"]["state"] == "note"
    assert "they do no harm" in found["archive"]["detail"]
    shown = g60("archive", "verify", home=own_home)
    assert shown.exit_code == 0
    assert "Not of the archive; they do no harm and may be deleted" in shown.stdout
    assert ".DS_Store" in shown.stdout
    assert json.loads(g60("archive", "verify", "--json", home=own_home).stdout)["strays"] == [
        f"archive/objects/{digest[:2]}/.DS_Store"
    ]


def test_short_memory_is_no_damage(g60, own_home, monkeypatch):
    def short(*_, **__):
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data of size 1.0 MiB")

    monkeypatch.setattr("g60_pipeline.reader.published.quiet_connection", short)
    monkeypatch.setattr("g60_pipeline.reader.database.quiet_connection", short)
    _, wrong = findings(g60("doctor", "--json", home=own_home))
    assert "too little of it free" in wrong["warehouse"]["detail"]
    assert "Close other programs" in wrong["warehouse"]["remedy"]
    result = g60("show", home=own_home)
    assert result.exit_code == 1
    assert result.stderr.startswith("the memory: there is too little of it free for this; no file is damaged by it.")
    assert "ove it away" not in result.stderr + json.dumps(wrong)


def test_query_that_needs_more_memory_than_there_is_finds_no_damage(own_home):
    with connect(own_home, {"memory_limit": "1MB"}) as connection, pytest.raises(G60Error) as caught:
        Warehouse(connection).rows("SELECT list(range) FROM range(10000000)")
    assert caught.value.subject == "the memory"
