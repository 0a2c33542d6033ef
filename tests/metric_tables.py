"""Metrics made anew of tables that a test has changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context


def made_of(tables: Mapping[str, pl.DataFrame], *names: str) -> dict[str, pl.DataFrame]:
    """Return these metrics by full name, `growth` and the like, made in their order of the tables and of each other."""
    context, outputs = Context.now(Settings(Path())), {f"metrics.{name}" for name in names}
    made: dict[str, pl.DataFrame] = {}
    for step in STEPS:
        if outputs & set(step.outputs):
            made |= step.make(context, {**tables, **made})
    return made
