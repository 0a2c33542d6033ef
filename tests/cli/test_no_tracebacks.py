"""What the system refuses ends in a sentence: full disks, closed pipes, folders that are gone or may not be read."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from g60_pipeline.doctor import home as health
from g60_pipeline.errors import no_room, of_system
from g60_pipeline.ingest.live.archive.incidents import FILE, changing_incidents, open_incidents
from g60_pipeline.settings import Settings

COMMAND = [sys.executable, "-P", "-c", "from g60_pipeline.cli import main; main()"]
REFUSED = PermissionError(errno.EACCES, "Permission denied", "/data/inbox")


def findings(home: Settings, check: str) -> list[health.Finding]:
    return [f for f in health.examine(home) if f.check == check]


@pytest.mark.parametrize("command", [("show",), ("doctor",), ("build",), ("inbox", "list"), ("ui",), ("refresh",)])
def test_current_folder_that_is_gone_is_one_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "G60_HOME"}
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    run = subprocess.run(
        ["sh", "-c", script, "sh", str(gone), *COMMAND, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        "the current folder: it is no longer there.",
        "Change into one that is there, or set G60_HOME.",
    ]


@pytest.mark.parametrize(
    ("command", "method", "told"),
    [
        (
            ("inbox", "list"),
            "iterdir",
            [
                "{inbox}: the folder can not be read (Permission denied).",
                "Mend its rights (chmod u+rwx {inbox}), or mount it.",
            ],
        ),
        (
            ("show", "gdp"),
            "exists",
            [
                "/data/inbox: it can not be read or written (Permission denied).",
                "Mend its rights, or name another folder in G60_HOME.",
            ],
        ),
    ],
)
def test_what_the_system_refuses_is_two_lines(g60, own_home, monkeypatch, command, method, told):
    def refuse(*_: object, **__: object) -> None:
        raise REFUSED

    own_home.inbox.mkdir()
    monkeypatch.setattr(Path, method, refuse)
    result = g60(*command, home=own_home)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [line.format(inbox=own_home.inbox) for line in told]


def test_doctor_sees_every_folder_that_may_not_be_read(published, monkeypatch):
    def refuse(*_: object) -> None:
        raise REFUSED

    for name in ("_folders", "_history", "of_warehouse", "of_tables", "of_lock", "of_inbox", "of_archive"):
        with monkeypatch.context() as patch:
            patch.setattr(health, name, lambda *_, **__: iter(map(refuse, [None])))
            wrong = [f for f in health.examine(published) if f.detail.startswith("/data/inbox")]
            assert [f.state for f in wrong] == ["wrong"], name
            assert "Mend its rights" in wrong[0].remedy


@pytest.mark.parametrize("name", ["warehouse", ".dagster", "archive"])
def test_doctor_sees_a_folder_that_may_not_be_written_to(own_home, monkeypatch, name):
    folder = own_home.home / name
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != folder)
    wrong = [f for f in health.examine(own_home) if f.state == "wrong" and str(folder) in f.detail]
    assert [f.remedy for f in wrong] == [f"chmod u+rwx {folder}"]


@pytest.mark.parametrize("content", ["[1, 2]", '{"a": 5}', "junk", "[" * 100_000, ""])
def test_damaged_incidents_are_told_and_set_aside(own_home, content):
    archive = own_home.archive_dir
    archive.mkdir()
    (archive / FILE).write_text(content, encoding="utf-8")
    assert [f.state for f in findings(own_home, "incidents")] == ["wrong"]
    with changing_incidents(archive) as held:
        assert held == {}
        held["source:x"] = {"message": "anew"}
    assert open_incidents(archive) == {"source:x": {"message": "anew"}}
    (aside,) = archive.glob(f"{FILE}.damaged-*")
    assert aside.read_text(encoding="utf-8") == content
    assert findings(own_home, "incidents") == []


def test_folder_in_the_place_of_a_body_of_the_archive_is_damage(own_home):
    (own_home.archive_dir / "objects" / "ab" / ("ab" + "0" * 62)).mkdir(parents=True)
    (found,) = findings(own_home, "archive")
    assert found.state == "wrong"
    assert "1 files are damaged or missing" in found.detail


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/x"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("IO Error: Could not write file: No space left on device"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
    ],
    ids=["errno", "quota", "DuckDB", "SQLite"],
)
def test_full_disk_is_told_with_its_remedy_however_it_is_met(error):
    told = no_room(error)
    assert (told.subject, told.remedy.partition(" and")[0]) == ("the disk", "Free some space")
    later = RuntimeError("the database has been invalidated")
    later.__context__ = error
    assert no_room(later) is not None
    assert no_room(ValueError("other")) is None
    assert of_system(REFUSED).subject == "/data/inbox"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("command", [("show", "gdp"), ("sql", "FROM range(100000)"), ("doctor", "--json")])
def test_output_to_a_full_disk_is_told(published, command):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        run = subprocess.run(
            [*COMMAND, *command],
            env=os.environ | {"G60_HOME": str(published.home)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == 1
    assert set(run.stderr.splitlines()) == {
        "the disk: there is no room left on it.",
        "Free some space and run it again; what was published stays in force.",
    }


def test_closed_output_and_a_reader_that_leaves_are_no_traceback(published):
    for shell in ('exec "$@" >&-', '"$@" | head -n 1'):
        run = subprocess.run(
            ["sh", "-c", shell, "sh", *COMMAND, "sql", "FROM range(30000)", "--max-rows", "30000"],
            env=os.environ | {"G60_HOME": str(published.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.stderr in {"", "Only the first 30000 rows are shown; --max-rows N shows more.\n"}


def test_home_on_a_full_disk_leaves_the_published_file(own_home, monkeypatch, g60):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = own_home.database.read_bytes()
    monkeypatch.setattr("g60_pipeline.builds.run_history.CONFIG", "telemetry:\n  enabled: false\n")
    monkeypatch.setattr(Path, "mkdir", refuse)
    result = g60("build", home=own_home)
    assert result.exit_code == 1
    assert "Free some space" in result.stderr
    assert own_home.database.read_bytes() == before
    shutil.rmtree(own_home.home)
