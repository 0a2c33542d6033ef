"""Writes a table file as a step does, for tests of what reads it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from g60_pipeline.contracts import Table
from g60_pipeline.publish.storage import store, validated
from g60_pipeline.settings import Settings


def write_table(
    settings: Settings, table: Table, frame: pl.DataFrame, *, provenance: Mapping[str, str] | None = None
) -> str:
    """Validate a table, write it in one rename, and return its data hash."""
    return store(settings, table, validated(table, frame), provenance=provenance)
