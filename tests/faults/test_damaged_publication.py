"""The published file damaged, or replaced while `g60 doctor` looks at it: what a build heals is what doctor calls damage."""

from __future__ import annotations

import datetime as dt
import pickle
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import pytest
from breakage.damage import flipped, written
from breakage.homes import contents
from filelock import FileLock

from g60_pipeline.doctor import warehouse as health_warehouse
from g60_pipeline.doctor.findings import Finding
from g60_pipeline.doctor.home import examine
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.resources import build_lock, is_building
from g60_pipeline.publish.warehouse import Publication, publish, published_build
from g60_pipeline.reader.in_force import notice
from g60_pipeline.reader.published import damage
from g60_pipeline.settings import Settings

FLIPS: Final = 16
"""Single bits that are flipped, one at a time."""

LATER: Final = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)

PUBLISHER: Final = """
import datetime as dt, pickle, sys
from pathlib import Path
from filelock import FileLock
from g60_pipeline.settings import Settings
from g60_pipeline.publish.warehouse import publish
home, tables = Settings(Path(sys.argv[1])), pickle.loads(Path(sys.argv[2]).read_bytes())
print("loaded", flush=True)
for number in range(int(sys.argv[3])):
    with FileLock(home.lock_file):
        now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=number)
        assert publish(home, tables[number % 2], built_at=now).changed
"""
"""Publishes one of two warehouses after the other, each under the lock and with a time of its own."""

Frames = Mapping[str, pl.DataFrame]


@pytest.fixture
def home(published_few: tuple[Settings, Publication], tmp_path: Path) -> Settings:
    shutil.copytree(published_few[0].home, tmp_path / "home")
    return Settings(tmp_path / "home")


@pytest.fixture(scope="module")
def sparse(few: Frames) -> Frames:
    """Return the tables of few facts without a metric."""
    return {name: frame.clear() if name.startswith("metrics.") else frame for name, frame in few.items()}


def wrong(home: Settings) -> list[Finding]:
    return [f for f in examine(home) if f.state == "wrong"]


def test_flipped_bit_of_the_published_file_is_damage_or_changes_nothing(home: Settings) -> None:
    draw = random.Random(8)  # noqa: S311  - the same flips in every run
    content, held = home.database.read_bytes(), contents(home.database)
    found = 0
    for number in range(FLIPS):
        bit = draw.randrange(len(content) * 8)
        written(home.database, flipped(content, bit))
        told = damage(home.database)
        found += told is not None
        if number % 4 == 0:
            of_doctor = [f.detail for f in health_warehouse.of_warehouse(home) if f.state == "wrong"]
            assert of_doctor == ([f"{home.database} is damaged: {told}"] if told else []), bit
        if told is None:
            assert contents(home.database) == held, bit
    assert 0 < found < FLIPS


def test_damaged_published_file_is_named_and_published_anew_from_the_same_tables(
    published_few: tuple[Settings, Publication], home: Settings, few: Frames, caplog: pytest.LogCaptureFixture
) -> None:
    content = bytearray(home.database.read_bytes())
    content[len(content) // 2 :: 4096] = bytes(len(content[len(content) // 2 :: 4096]))
    written(home.database, content)
    told = damage(home.database)
    assert told
    assert [f.check for f in wrong(home)] == ["warehouse"]
    done = publish(home, few, built_at=LATER)
    assert done.changed
    assert done.inputs_hash == published_few[1].inputs_hash
    assert f"{home.database} was damaged ({told}): it was published anew" in caplog.text
    assert damage(home.database) is None
    assert not publish(home, few, built_at=LATER).changed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: written(file, b""),
        lambda file: written(file, bytes(file.stat().st_size)),
        lambda file: written(file, file.read_bytes()[:5000]),
        lambda file: written(file, b"junk" * 5000),
    ],
    ids=["empty", "zeros", "cut short", "junk"],
)
def test_file_that_is_no_database_is_damage(home: Settings, spoil: Callable[[Path], None]) -> None:
    spoil(home.database)
    assert damage(home.database)
    assert [f.check for f in wrong(home)] == ["warehouse"]


def test_doctor_raises_no_alarm_while_builds_publish(
    home: Settings, few: Frames, sparse: Frames, tmp_path: Path
) -> None:
    other = dict(sparse) | {"core.rejected": few["core.rejected"].clear()}
    (tmp_path / "tables").write_bytes(pickle.dumps([sparse, other]))
    command = [sys.executable, "-c", PUBLISHER, str(home.home), str(tmp_path / "tables"), "2"]
    looks, builds, alarms = 0, set(), []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as publisher:
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "loaded\n"
        while publisher.poll() is None:
            found = examine(home)
            looks += 1
            builds |= {f.detail for f in found if f.check == "build"}
            alarms += [f for f in found if f.state == "wrong"]
    assert publisher.returncode == 0
    assert alarms == []
    assert looks > 5
    assert len(builds) > 1


def test_file_replaced_between_two_looks_is_looked_at_again(
    home: Settings, sparse: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []

    def replaced_after_the_first(database: Path) -> str | None:
        looks.append(database)
        told = damage(database)
        if looks == [home.database]:
            publish(home, sparse, built_at=LATER)
        return told

    monkeypatch.setattr(health_warehouse, "damage", replaced_after_the_first)
    assert wrong(home) == []
    assert looks.count(home.database) == 2
    assert (published_build(home.database) or {})["built_at"] == LATER


def test_file_replaced_at_every_look_is_no_alarm(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_warehouse, "damage", lambda database: database.touch())
    found = [f for f in examine(home) if f.check == "warehouse"]
    assert [(f.state, f.remedy) for f in found] == [("note", "Run `g60 doctor` again when they have ended")]


def test_leftover_of_a_build_that_ended_meanwhile_is_no_alarm(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    leftover = home.warehouse_dir / ".g60.duckdb.4711.tmp"
    leftover.write_bytes(b"")

    def ended(_: Path) -> bool:
        leftover.unlink()
        return False

    monkeypatch.setattr(health_warehouse, "is_held", ended)
    assert wrong(home) == []


def test_lock_that_may_not_be_written_to_is_no_running_build(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    home.lock_file.touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(home.lock_file))

    monkeypatch.setattr(FileLock, "acquire", refuse)
    (found,) = wrong(home)
    assert found.check == "build lock"
    assert "can not be written to (Permission denied)" in found.detail
    assert f"chmod u+w {home.lock_file}" in found.remedy
    assert not is_building(home)
    with pytest.raises(G60Error, match="Permission denied") as caught, build_lock(home, timeout=1):
        pass
    assert (caught.value.subject, caught.value.remedy) == (str(home.lock_file), found.remedy)


def test_published_file_that_may_not_be_opened_is_not_called_damaged(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(f'IO Error: Cannot open file "{home.database}": Permission denied')

    for name in ("reader.published", "reader.database"):
        monkeypatch.setattr(f"g60_pipeline.{name}.quiet_connection", refuse)
    assert damage(home.database) is None
    (found,) = wrong(home)
    assert "it can not be opened (IO Error: Cannot open file" in found.detail
    assert found.remedy.startswith("Run `g60 build` to make it anew")


def test_older_file_put_in_the_place_of_the_newer_is_named_and_the_newer_published_again(
    home: Settings, few: Frames, sparse: Frames
) -> None:
    older = home.home / "older.duckdb"
    shutil.copy2(home.database, older)
    newer = publish(home, sparse, built_at=LATER).build_id
    assert wrong(home) == []
    older.replace(home.database)
    (found,) = wrong(home)
    assert found.check == "warehouse contents"
    assert f"{newer} was the last: another file took its place" in found.detail
    assert "g60 build" in found.remedy
    assert f"not the one that was published last ({newer}, " in (notice(home, "en") or "")
    done = publish(home, sparse, built_at=LATER + dt.timedelta(minutes=1))
    assert done.changed
    assert wrong(home) == []
    assert notice(home, "en") is None
    assert publish(home, few, built_at=LATER + dt.timedelta(minutes=2)).changed
    assert wrong(home) == []


def test_older_file_whose_tables_are_the_present_ones_is_taken_for_the_last(
    home: Settings, few: Frames, sparse: Frames
) -> None:
    older = home.home / "older.duckdb"
    shutil.copy2(home.database, older)
    publish(home, sparse, built_at=LATER)
    older.replace(home.database)
    assert not publish(home, few, built_at=LATER + dt.timedelta(minutes=1)).changed
    assert wrong(home) == []
    assert notice(home, "en") is None
