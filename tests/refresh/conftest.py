"""The desk at which sources are refreshed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator.desk import QUICK, Desk
from simulator.world import World, environment, serving

from g60_pipeline.settings import Settings


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Return a home of its own, with all stand-ins sound."""
    for name in list(os.environ):
        if name.startswith("G60_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("g60_pipeline.refresh.run.load_catalog", lambda *_: QUICK)
    world = World()
    world.cnipa_annual.publish(2024)
    with serving(world) as server:
        for name, value in environment(server, list(world.services())).items():
            monkeypatch.setenv(name, value)
        yield Desk(Settings(tmp_path / "home"), world, server)
