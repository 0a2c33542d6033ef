"""The line beside a screen: another file in the place of the last publication, or an input that has changed since."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from g60_pipeline.cli import COMMANDS, NOT_READING
from g60_pipeline.reader import in_force
from g60_pipeline.reader.in_force import RECORD, notice, remember
from g60_pipeline.settings import Settings

BUILT = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
UNREAD = ("inbox/link.csv", "inbox/locked.csv", "inbox/folder.csv", "inbox/a.csv")
FILES = ("inbox/a.csv", "inbox/b.xlsx", "corrections/c.csv", "corridors/d.yaml")
SNAPSHOT = "archive/snapshots/worldbank/20261119T000000Z-0123456789ab.json"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Return a home whose publication was made of a file of each kind."""
    settings = Settings(tmp_path)
    for name in (*FILES, "inbox/locked.csv", SNAPSHOT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "inbox/link.csv").symlink_to(tmp_path / "elsewhere.csv")
    (tmp_path / "inbox/folder.csv").mkdir()
    settings.warehouse_dir.mkdir()
    settings.database.write_bytes(b"published")
    os.utime(settings.database, (BUILT.timestamp(), BUILT.timestamp()))
    files = [{"file": n, "size": len(n), "sha256": hashlib.sha256(n.encode()).hexdigest()} for n in FILES]
    remember(settings, {"build_id": "B1", "built_at": BUILT}, files=files, refused=UNREAD)
    return settings


def test_nothing_is_said_of_a_publication_whose_inputs_are_as_they_were(home: Settings) -> None:
    assert notice(home, "en") is None


def older(path: Path) -> None:
    path.write_bytes(path.read_bytes().upper())
    os.utime(path, (BUILT.timestamp() - 1e6, BUILT.timestamp() - 1e6))


CHANGES: dict[str, tuple[Callable[[Path], Any], str | None]] = {
    "a new file": (lambda home: (home / "inbox/new.CSV").write_bytes(b""), "inbox/new.CSV has changed"),
    "a longer file": (lambda home: (home / "inbox/a.csv").write_bytes(b"inbox/a.csv and more"), "inbox/a.csv has changed"),
    "a file of the same length": (lambda home: (home / "inbox/b.xlsx").write_bytes(b"inbox/b.xlsX"), "inbox/b.xlsx has changed"),
    "a file of the same length and an older time": (lambda home: older(home / "inbox/b.xlsx"), "inbox/b.xlsx has changed"),
    "a file that is gone": (lambda home: (home / "inbox/a.csv").unlink(), "inbox/a.csv has changed"),
    "a correction": (lambda home: (home / "corrections/c.csv").write_bytes(b""), "corrections/c.csv has changed"),
    "a corridor": (lambda home: (home / "corridors/new.yml").write_bytes(b""), "corridors/new.yml has changed"),
    "a newer snapshot": (
        lambda home: (home / SNAPSHOT.replace("20261119", "20261121")).write_bytes(b""), "archive/worldbank has changed",
    ),
    "two files": (
        lambda home: [(home / f"inbox/{n}.csv").write_bytes(b"") for n in ("x", "y")], "inbox/x.csv and 1 more inputs have",
    ),
    "a file touched only": (lambda home: os.utime(home / "inbox/a.csv"), None),
    "an older snapshot": (lambda home: (home / SNAPSHOT.replace("20261119", "20261118")).write_bytes(b""), None),
    "a refused file of other bytes": (lambda home: (home / "inbox/locked.csv").write_bytes(b""), "inbox/locked.csv has changed"),
    "a refused file of other rights": (lambda home: (home / "inbox/locked.csv").chmod(0o600), "inbox/locked.csv has changed"),
    "a link that leads somewhere": (lambda home: (home / "elsewhere.csv").write_bytes(b""), "inbox/link.csv has changed"),
    "a file for a link": (
        lambda home: [(home / "inbox/link.csv").unlink(), (home / "inbox/link.csv").touch()], "inbox/link.csv has changed",
    ),
    "a file for a folder": (
        lambda home: [(home / "inbox/folder.csv").rmdir(), (home / "inbox/folder.csv").touch()], "inbox/folder.csv has changed",
    ),
    "a refused file that is gone": (lambda home: (home / "inbox/locked.csv").unlink(), None),
    "a file in a folder that was refused": (lambda home: (home / "inbox/folder.csv/a.csv").touch(), None),
    "what is no input": (lambda home: (home / "inbox/notes.txt").write_bytes(b""), None),
    "a lock of Excel": (lambda home: (home / "inbox/~$b.xlsx").write_bytes(b""), None),
    "a folder under the name of a file": (lambda home: (home / "inbox/other.csv").mkdir(), None),
    "no record": (lambda home: (home / "warehouse" / RECORD).unlink(), None),
    "a damaged record": (lambda home: (home / "warehouse" / RECORD).write_bytes(b"{\"size\""), None),
    "a record of another form": (lambda home: (home / "warehouse" / RECORD).write_bytes(b"[]"), None),
    "no published file": (lambda home: (home / "warehouse/g60.duckdb").unlink(), None),
    "another published file": (
        lambda home: (home / "warehouse/g60.duckdb").write_bytes(b"another one"), "not the one that was published last (B1, ",
    ),
}  # fmt: skip
"""What happens after a publication -> words of the line, nothing where there is none."""


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_an_input_or_of_the_file_in_force_is_said(home: Settings, change: str) -> None:
    happens, words = CHANGES[change]
    happens(home.home)
    said = notice(home, "en")
    assert (said is None) == (words is None)
    assert (words or "") in (said or "")
    assert (notice(home, "zh") is None) == (words is None)


def test_a_file_that_changed_while_the_build_ran_is_named_from_the_first_look_on(home: Settings) -> None:
    read = [{"file": n, "size": len(n), "sha256": hashlib.sha256(n.encode()).hexdigest()} for n in FILES]
    (home.home / "inbox/a.csv").write_bytes(b"INBOX/A.CSV")
    remember(home, {"build_id": "B1", "built_at": BUILT}, files=read, refused=UNREAD)
    assert "inbox/a.csv has changed" in (notice(home, "en") or "")
    (home.home / "inbox/a.csv").write_bytes(b"inbox/a.csv")
    assert notice(home, "en") is None


def test_a_record_of_an_older_release_is_read(home: Settings) -> None:
    path = home.warehouse_dir / RECORD
    record = json.loads(path.read_text(encoding="utf-8"))
    record["files"] = {name: known[:2] for name, known in record["files"].items()}
    path.write_text(json.dumps(record), encoding="utf-8")
    assert notice(home, "en") is None
    (home.home / "inbox/a.csv").write_bytes(b"INBOX/A.CSV")
    assert "inbox/a.csv has changed" in (notice(home, "en") or "")


def test_look_reads_no_input_that_is_as_it_was(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_force, "_hash", lambda path: pytest.fail(f"{path} is read"))
    assert notice(home, "en") is None


@pytest.mark.parametrize(
    "command",
    [("show",), ("explain", "national_share", "gdp", "--corridor", "g60_shanghai"), ("sql", "FROM core.build")],
)
def test_commands_that_read_say_so_on_standard_error_only(
    g60: Any, own_home: Settings, command: tuple[str, ...]
) -> None:
    before = g60(*command, home=own_home)
    assert "publication of" not in before.stderr
    own_home.inbox.mkdir(exist_ok=True)
    (own_home.inbox / "new.csv").write_text("row_id\n", encoding="utf-8")
    after = g60(*command, home=own_home)
    assert after.stdout == before.stdout
    assert "inbox/new.csv has changed; `g60 build` takes it in." in after.stderr
    if command[0] != "sql":
        assert "inbox/new.csv 有变化；运行 `g60 build` 读入。" in g60(*command, "--lang", "zh", home=own_home).stderr


def test_copied_file_is_the_published_one_whatever_its_time(own_home: Settings) -> None:
    os.utime(own_home.database)
    assert notice(own_home, "en") is None


def test_every_command_says_so_or_is_named_as_one_that_shows_no_numbers() -> None:
    assert set(COMMANDS) > NOT_READING
    assert {"show", "explain", "sql", "claims", "compare", "export", "report", "chart"}.isdisjoint(NOT_READING)
