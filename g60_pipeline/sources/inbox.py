"""The analyst's own figures: every CSV file under `$G60_HOME/inbox`, in the form of `facts/observations.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from g60_pipeline.errors import G60Error
from g60_pipeline.settings import inbox_label
from g60_pipeline.sources.csv_files import CsvForm, read_csv
from g60_pipeline.sources.facts import INLINE_DOCUMENT
from g60_pipeline.tables import table
from g60_pipeline.tables.issues import Issue

COLUMNS: Final = tuple(c for c in table("raw.observation").schema.column_names() if c not in {"file", "line"})
"""Columns of an inbox file, in the order of the template."""

REQUIRED: Final = ("row_id", "geo_code", "indicator_id", "basis", "period_kind", "period", "value", "unit")
"""Columns an inbox file can not do without; the document is named by `document_id` or described in line."""

FORM: Final = CsvForm(columns=COLUMNS, required=REQUIRED)


def template() -> str:
    """Return the header of an inbox file: a row describes its document in line, so `document_id` is left out."""
    return ",".join(c for c in COLUMNS if c != "document_id") + "\n"


def read_inbox(paths: Sequence[Path]) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the rows of inbox files and what could not be read of them; no file keeps another one out."""
    frames = [pl.DataFrame(schema={"file": pl.String, "line": pl.Int32} | dict.fromkeys(COLUMNS, pl.String))]
    issues: list[Issue] = []
    for path in paths:
        try:
            frame, found = read_inbox_file(path)
        except G60Error as error:
            issues.append(Issue(inbox_label(path), "unreadable", error.rule, error.remedy))
            continue
        frames.append(frame)
        issues += found
    return pl.concat(frames), issues


def read_inbox_file(path: Path) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the rows of one inbox file and what could not be read of it.

    Raises:
        G60Error: There is no such file, or it can not be opened.
    """
    if path.exists() and not path.is_file():
        raise G60Error(inbox_label(path), "it is not a file", "Move it out of the inbox")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise G60Error(
            inbox_label(path), f"it can not be opened ({error.strerror})", "Check the path and rights"
        ) from error
    return read_csv(content, file=inbox_label(path), form=FORM)


__all__ = ["COLUMNS", "FORM", "INLINE_DOCUMENT", "REQUIRED", "read_inbox", "read_inbox_file", "template"]
