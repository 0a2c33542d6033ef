"""The registers of corrections: the packaged one and the analyst's own below `$G60_HOME/corrections`.

What is printed and corrected is read as the inbox is: a place by its name, 12,700 as 12700.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import polars as pl

from g60_pipeline.contracts import core_table
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.csv_files import CsvForm, check_within, content_of, read_csv
from g60_pipeline.ingest.inbox import OnRead
from g60_pipeline.ingest.readings import read_cell
from g60_pipeline.wording import told

REGISTER: Final = "corrections.csv"
"""File of the packaged register below `facts`."""

COLUMNS: Final = tuple(c for c in core_table("raw.correction").schema.column_names() if c not in {"file", "line"})
"""Columns of a register; all of them must be there."""


def read_corrections(paths: Sequence[Path], *, on_read: OnRead = lambda *_: None) -> pl.DataFrame:
    """Return the rows of the packaged register and of the analyst's own.

    Raises:
        G60Error: A register cannot be read; a correction is never skipped.
    """
    packaged = (files("g60_pipeline") / "facts" / REGISTER).read_bytes()
    frames = [_rows(f"facts/{REGISTER}", packaged), *(read_register(path, on_read=on_read) for path in paths)]
    return pl.concat(frames).select("file", "line", *COLUMNS)


def read_register(path: Path, *, on_read: OnRead = lambda *_: None) -> pl.DataFrame:
    """Return the rows of one register of the analyst's own.

    Raises:
        G60Error: It can not be read, or a line of it.
    """
    name = f"corrections/{path.name}"
    check_within(path, name=name)
    content = content_of(path, name=name)
    on_read(name, content)
    return _rows(name, content)


def _rows(name: str, content: bytes) -> pl.DataFrame:
    frame, issues = read_csv(content, file=name, form=CsvForm(COLUMNS, COLUMNS))
    if issues:
        where = told("error.csv.at", file=name, line=issues[0].line or 1)
        raise G60Error(where, issues[0].message, issues[0].remedy)
    columns = frame["column"].to_list()
    return frame.with_columns(
        pl.Series(
            said,
            [text and read_cell(column or "", text) for column, text in zip(columns, cells, strict=True)],
            dtype=pl.String,
        )
        for said, cells in ((said, frame[said].to_list()) for said in ("printed", "corrected"))
    )
