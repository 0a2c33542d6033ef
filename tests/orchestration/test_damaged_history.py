"""Dagster's own storage damaged in every way: it is set aside under a name, told, and made anew; nothing else is touched."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import dagster as dg
import pytest

from g60_pipeline.builds.run_history import CONFIG, DATABASES
from g60_pipeline.doctor.home import examine
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.settings import Settings


def _junk(file: Path) -> None:
    file.write_bytes(b"junk " * 4000)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5000])


def _holed(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    file.write_bytes(content)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


SPOILED_DATABASE: Final = {"junk": _junk, "cut short": _cut, "a hole": _holed, "a folder": _folder}
SPOILED_CONFIG: Final[dict[str, Callable[[Path], object]]] = {
    "cut short": lambda file: file.write_text(CONFIG[:300], encoding="utf-8"),
    "cut short elsewhere": lambda file: file.write_text(CONFIG[:-40], encoding="utf-8"),
    "empty": lambda file: file.write_text("", encoding="utf-8"),
    "junk": lambda file: file.write_bytes(b"\xff\xfe\x00junk: [: {"),
    "a word": lambda file: file.write_text("nonsense", encoding="utf-8"),
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a history of one run and one schedule, and something published and archived beside it."""
    home = tmp_path_factory.mktemp("history")
    with open_instance(Settings(home)) as instance:
        instance.add_run(dg.DagsterRun(job_name="build_all"))
        instance.get_ticks("none", "none")
    for name in ("warehouse/g60.duckdb", "archive/objects/ab/abc"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text("kept", encoding="utf-8")
    return home


@pytest.fixture
def home(history: Path, tmp_path: Path) -> Settings:
    shutil.copytree(history, tmp_path / "home")
    return Settings(tmp_path / "home")


def of_history(home: Settings) -> list[tuple[str, str]]:
    return [(f.state, f.detail) for f in examine(home) if f.check == "run history"]


def is_anew(home: Settings) -> None:
    with open_instance(home) as instance:
        instance.add_run(dg.DagsterRun(job_name="build_all"))
        assert instance.get_runs()
        assert list(instance.get_ticks("none", "none")) == []
    for file in ("warehouse/g60.duckdb", "archive/objects/ab/abc"):
        assert (home.home / file).read_text(encoding="utf-8") == "kept"


def test_sound_history_is_left_as_it_is(home: Settings) -> None:
    with open_instance(home) as instance:
        assert len(instance.get_runs()) == 1
    assert of_history(home) == [("ok", str(home.dagster_home))]


@pytest.mark.parametrize("spoil", SPOILED_DATABASE.values(), ids=SPOILED_DATABASE)
@pytest.mark.parametrize("name", DATABASES)
def test_damaged_database_is_set_aside_and_made_anew(
    home: Settings, name: str, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    spoil(home.dagster_home / name)
    assert [state for state, _ in of_history(home)] == ["wrong"]
    is_anew(home)
    (aside,) = home.dagster_home.glob("*.damaged-*")
    assert (aside / Path(name).relative_to(name.partition("/")[0])).exists()
    assert str(aside) in caplog.text
    assert [state for state, _ in of_history(home)] == ["ok", "note"]


@pytest.mark.parametrize("name", DATABASES)
def test_empty_database_is_filled_anew(home: Settings, name: str) -> None:
    (home.dagster_home / name).write_bytes(b"")
    is_anew(home)


@pytest.mark.parametrize("spoil", SPOILED_CONFIG.values(), ids=SPOILED_CONFIG)
def test_damaged_configuration_is_set_aside_and_written_anew(
    home: Settings, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    file = home.dagster_home / "dagster.yaml"
    spoil(file)
    assert [state for state, _ in of_history(home)] == ["wrong"]
    is_anew(home)
    assert file.read_text(encoding="utf-8") == CONFIG
    (aside,) = home.dagster_home.glob("dagster.yaml.damaged-*")
    assert str(aside) in caplog.text


@pytest.mark.parametrize("text", ["telemetry: 5\n", "nonsense: 1\n", "storage:\n  sqlite:\n    nope: 1\n"])
def test_configuration_dagster_does_not_take_is_told_and_left(home: Settings, text: str) -> None:
    file = home.dagster_home / "dagster.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(G60Error, match="Dagster does not take it") as caught, open_instance(home):
        pass
    assert caught.value.subject == str(file)
    assert "delete it" in caught.value.remedy
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("said", "subject", "remedy"),
    [
        ("database or disk is full", "the disk", "Free some space"),
        ("attempt to write a readonly database", ".dagster", "Mend its rights"),
        ("database disk image is malformed", ".dagster", "set aside by the next run"),
    ],
)
def test_history_that_fails_while_it_is_written_is_told(home: Settings, said: str, subject: str, remedy: str) -> None:
    with pytest.raises(G60Error) as caught, open_instance(home):
        raise sqlite3.OperationalError(said)
    assert caught.value.subject.endswith(subject)
    assert remedy in caught.value.remedy


def test_error_of_the_work_done_meanwhile_is_not_called_one_of_the_history(home: Settings) -> None:
    with pytest.raises(FileNotFoundError), open_instance(home):
        Path("/nowhere/at/all").read_text(encoding="utf-8")
