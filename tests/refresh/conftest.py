"""The desk at which sources are refreshed."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from simulator.desk import QUICK, Desk
from simulator.world import World, environment, serving

from g60_pipeline.ingest.live.archive import Attempt
from g60_pipeline.settings import Settings


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Return a home of its own, with all stand-ins sound."""
    with at_desk(Settings(tmp_path / "home"), monkeypatch) as made:
        yield made


@contextmanager
def at_desk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Return the desk of a home while its stand-ins are served."""
    for name in list(os.environ):
        if name.startswith("G60_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("g60_pipeline.refresh.run.load_catalog", lambda *_: QUICK)
    world = World()
    world.cnipa_annual.publish(2024)
    with serving(world) as server:
        for name, value in environment(server, list(world.services())).items():
            monkeypatch.setenv(name, value)
        yield Desk(settings, world, server)


@pytest.fixture(scope="module")
def first_answer(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Settings, Attempt]]:
    """Return a function that gives a home in which a source was refreshed once, and how that ended. Read it only."""

    @cache
    def refreshed(source_id: str) -> tuple[Settings, Attempt]:
        settings = Settings(tmp_path_factory.mktemp("first") / "home")
        with pytest.MonkeyPatch.context() as patch, at_desk(settings, patch) as made:
            return settings, made.refresh(source_id)

    return refreshed


@pytest.fixture
def first(desk: Desk, first_answer: Callable[[str], tuple[Settings, Attempt]]) -> Callable[[str], Attempt]:
    """Return a function that puts the first refresh of a source into the home of the desk and tells how it ended."""

    def put(source_id: str) -> Attempt:
        home, attempt = first_answer(source_id)
        shutil.copytree(home.home, desk.settings.home)
        desk.now = attempt.started_at + dt.timedelta(minutes=1)
        return attempt

    return put
