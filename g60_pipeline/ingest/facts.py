"""The figures and records embedded in the package: one CSV file per raw table, read unchanged."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

from g60_pipeline.contracts import core_table
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.csv_files import CsvForm, read_csv

FACTS: Final = {
    "document": "documents.csv",
    "observation": "observations.csv",
    "star_listing": "star_listings.csv",
    "claim": "claims.csv",
    "collaboration": "collaboration.csv",
    "policy": "policies.csv",
    "city_profile": "city_profiles.csv",
    "flow": "flows.csv",
    "scope_statement": "scope_statements.csv",
    "series_break": "breaks.csv",
    "rejected": "rejected.csv",
}
"""Raw table -> file under `g60_pipeline/facts`."""

INLINE_DOCUMENT: Final = ("publisher", "document_title", "published", "url", "grade")
"""Columns by which an inbox row may describe its document instead of naming one of the facts."""

ENTERED: Final = ("observation", "claim")
"""Raw tables that inbox files add to."""


def read_facts(name: str) -> pl.DataFrame:
    """Return one embedded raw table, e.g. `observation`, as text with file and line.

    Raises:
        G60Error: The embedded file is damaged; nothing of a damaged file is used.
    """
    return _read(name, (files("g60_pipeline") / "facts" / FACTS[name]).read_bytes())


@cache
def _read(name: str, content: bytes) -> pl.DataFrame:
    """Return a table of the content of its file: what looks at inputs before a build reads the same again and again."""
    file_name = FACTS[name]
    schema = core_table(f"raw.{name}").schema
    columns = tuple(c for c in schema.column_names() if c not in {"file", "line"})
    required = tuple(c for c in columns if name not in ENTERED or c not in INLINE_DOCUMENT)
    frame, issues = read_csv(content, file=f"facts/{file_name}", form=CsvForm(columns, required))
    if issues:
        first = issues[0]
        raise G60Error(f"facts/{file_name}, line {first.line}", first.message, first.remedy)
    return frame.select("file", "line", *columns)
