"""The views and macros of the `analysis` schema: from files, and made of the contracts and the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import polars as pl

from g60_pipeline.publish.sql.as_of import as_of_sql
from g60_pipeline.publish.sql.city_year import city_year_sql
from g60_pipeline.publish.sql.comments import about_sql
from g60_pipeline.publish.sql.lineage import lineage_sql

SCHEMAS: Final = {
    "core": "What exists and what was ever published, in canonical codes, units and periods",
    "metrics": "Computed tables; every row names its formula and the observations it used",
    "analysis": "Views that read well",
}
"""Schemas of the published file and what is in each."""

VIEW_FILES: Final = ("year.sql", "reason.sql", "headline.sql", "claims.sql", "coverage.sql")
"""SQL files with views and macros, in order."""

EXPLAIN_FILE: Final = "explain.sql"
"""Macro that reads the views of the lineage."""


def views_sql(frames: Mapping[str, pl.DataFrame]) -> str:
    """Return the statements that create every view and macro with its comment.

    Args:
        frames: The tables of the warehouse: `analysis.city_year` has a column per indicator with figures.
    """
    fixed = [_text(name) for name in VIEW_FILES]
    city_year = city_year_sql(frames["core.indicator"], frames["core.indicator_basis"], frames["core.observation"])
    return "\n".join([*fixed, as_of_sql(), city_year, lineage_sql(), _text(EXPLAIN_FILE), about_sql(SCHEMAS)])


def _text(name: str) -> str:
    return (files("g60_pipeline.publish") / "sql" / name).read_text(encoding="utf-8")
