"""One lock from a run's first asset to its end: a second run waits, and says so when it has waited too long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration import resources
from g60_pipeline.orchestration.build_run import WAITING, build
from g60_pipeline.orchestration.resources import build_lock, is_building
from g60_pipeline.settings import Settings


def test_a_build_that_meets_another_fails_with_the_remedy_when_it_has_waited_too_long(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    told: list[str] = []
    with build_lock(settings, timeout=1):
        result = build(settings, selection=["raw.claim"], on_step=told.append, lock_timeout=0.2)
    assert not result.success
    assert told == [WAITING]
    assert [(f.step, f.message) for f in result.failures] == [
        (
            "",
            f"{settings.lock_file}: another build has held the lock for 0.2 seconds. Wait for it to end and build "
            "again; the Dagster UI (`g60 ui`) shows which run it is",
        )
    ]
    assert not settings.tables_dir.exists()


def test_a_build_waits_for_another_to_end(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    released = threading.Event()

    def hold() -> None:
        with build_lock(settings, timeout=1):
            held.set()
            released.wait(timeout=30)

    held = threading.Event()
    other = threading.Thread(target=hold)
    other.start()
    held.wait(timeout=30)
    threading.Timer(0.3, released.set).start()
    result = build(settings, selection=["raw.claim"], lock_timeout=30)
    other.join(timeout=30)
    assert result.success


def test_a_run_takes_the_lock_once_and_holds_it_in_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path)
    taken: list[Path] = []

    @contextmanager
    def counted(of: Settings, *, timeout: float) -> Iterator[None]:
        taken.append(of.home)
        with build_lock(of, timeout=timeout):
            yield

    monkeypatch.setattr(resources, "build_lock", counted)
    held: dict[str, bool] = {}
    wanted = ["raw.document", "raw.observation", "core.unit"]
    result = build(settings, selection=wanted, on_step=lambda step: held.update({step: is_building(settings)}))
    assert result.success
    assert held == {"facts": True, "entered": True, "catalog": True}
    assert taken == [tmp_path]
    assert not is_building(settings)


def test_nothing_is_building_in_a_new_home(tmp_path: Path) -> None:
    assert not is_building(Settings(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "warehouse").write_text("a file, not a folder", encoding="utf-8")
    with (
        pytest.raises(G60Error, match=r"it can not be written to .*another folder in G60_HOME"),
        build_lock(Settings(tmp_path), timeout=0.1),
    ):
        pytest.fail("the lock was taken")
