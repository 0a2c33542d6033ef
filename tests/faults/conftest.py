"""A home as a build left it, written by hand: what breaks in these tests is a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stored import write_table

from g60_pipeline.orchestration.provenance import outdated, provenance
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS
from g60_pipeline.tables import table

Frames = Mapping[str, pl.DataFrame]


def hold(home: Path, tables: Frames) -> None:
    """Write tables as the steps of a build do, each saying what it was made from."""
    for step in STEPS:
        origin = provenance(Settings(home), step, run_id="by hand")
        for name in step.outputs:
            write_table(Settings(home), table(name), tables[name], provenance=origin)


@pytest.fixture(scope="session")
def yesterday(once: Any, graph: Frames, published: Settings) -> Path:
    """Return a home as a build left it."""

    def made(home: Path) -> Path:
        shutil.copytree(published.home, home)
        hold(home, graph)
        assert outdated(Settings(home)).is_empty()
        return home

    return once("yesterday", made)
