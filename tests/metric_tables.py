"""Metrics made anew of tables that a test has changed."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from g60_pipeline.metrics.engine.registry import metric_functions


def made_of(tables: Mapping[str, pl.DataFrame], *names: str) -> dict[str, pl.DataFrame]:
    """Return these metrics by full name, `growth` and the like, made in their order of the tables and of each other."""
    made: dict[str, pl.DataFrame] = {}
    for metric in metric_functions():
        if {table.name for table in metric.tables} & set(names):
            made |= metric.make({**tables, **made})
    return made
