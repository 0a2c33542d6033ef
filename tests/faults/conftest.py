"""A home as a build of few facts left it, written by hand: what breaks in these tests is a copy of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from few_facts import using
from stored import write_table

from g60_pipeline.orchestration.provenance import outdated, provenance
from g60_pipeline.publish.warehouse import publish
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
def yesterday(once: Any, few_facts: Path) -> Path:
    """Return a home as a build of few facts left it."""

    def made(home: Path) -> Path:
        settings = Settings(home)
        with using(few_facts):
            tables = run_steps(Context.now(settings))
        publish(settings, tables, built_at=dt.datetime.now(dt.UTC))
        hold(home, tables)
        assert outdated(settings).is_empty()
        return home

    return once("yesterday", made)


@pytest.fixture(scope="module")
def of_few_facts(few_facts: Path) -> Iterator[None]:
    """Let builds in this process read few facts."""
    with using(few_facts):
        yield
