"""A home as a build of few facts left it, written by hand: what breaks in these tests is a copy of it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from few_facts import using
from stored import write_table

from g60_pipeline.orchestration.provenance import outdated, provenance
from g60_pipeline.publish.warehouse import Publication, publish
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context, run_steps
from g60_pipeline.tables import table

Frames = Mapping[str, pl.DataFrame]


def hold(home: Path, tables: Frames) -> None:
    """Write tables as the steps of a build do, each saying what it was made from."""
    for step in STEPS:
        origin = provenance(Settings(home), step, run_id="by hand")
        for name in step.outputs:
            write_table(Settings(home), table(name), tables[name], provenance=origin)


@pytest.fixture(scope="session")
def few(once: Any, few_facts: Path) -> Frames:
    """Return every table of few facts."""

    def made(home: Path) -> Frames:
        with using(few_facts):
            return run_steps(Context.now(Settings(home)))

    return once("few", made)


@pytest.fixture(scope="session")
def published_few(once: Any, few: Frames) -> tuple[Settings, Publication]:
    """Return a home with the warehouse of few facts, and what its publication returned. Read it only."""

    def made(home: Path) -> tuple[Settings, Publication]:
        return Settings(home), publish(Settings(home), few, built_at=dt.datetime.now(dt.UTC))

    return once("published_few", made)


@pytest.fixture(scope="session")
def yesterday(once: Any, few: Frames, published_few: tuple[Settings, Publication]) -> Path:
    """Return a home as a build of few facts left it."""

    def made(home: Path) -> Path:
        shutil.copytree(published_few[0].home, home)
        hold(home, few)
        assert outdated(Settings(home)).is_empty()
        return home

    return once("yesterday", made)
