"""Tables as CSV and Parquet files, one file a table, in folders by schema."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.export.selection import Selection
from g60_pipeline.reader.words import plain

if TYPE_CHECKING:
    import polars as pl

OBEYED: Final = re.compile(r"[=+@\t\r]|-(?!\d+(?:\.\d+)?$)")
"""What a cell begins with that Excel takes for a formula when it opens a CSV file; a number below zero is none."""


def write_csv(selection: Selection, folder: Path, *, excel: bool = False) -> None:
    """Write every table as CSV by RFC 4180: UTF-8, lists as JSON, nothing for what is empty.

    Args:
        selection: What may be passed on.
        folder: Where to write.
        excel: Write for Excel: with a byte order mark, and an apostrophe before a text that Excel would take for a
            formula. Without it every cell is as it is in the warehouse.
    """
    for table in selection.columns:
        file = _file(folder, table, "csv")
        file.write_bytes((codecs.BOM_UTF8 if excel else b"") + as_csv(selection.frame(table), excel=excel))


def write_parquet(selection: Selection, folder: Path) -> None:
    """Write every table as Parquet, with the types of the warehouse."""
    for table in selection.columns:
        selection.frame(table).write_parquet(_file(folder, table, "parquet"))


def as_csv(frame: pl.DataFrame, *, excel: bool = False) -> bytes:
    """Return a frame as CSV."""
    return csv_bytes(frame.columns, frame.iter_rows(), excel=excel)


def csv_bytes(columns: Iterable[str], rows: Iterable[Iterable[Any]], *, excel: bool = False) -> bytes:
    """Return a header and rows as CSV, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value, excel=excel) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any, *, excel: bool) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(plain(value), ensure_ascii=False)
    if isinstance(value, str):
        return f"'{value}" if excel and OBEYED.match(value) else value
    return plain(value)


def _file(folder: Path, table: str, suffix: str) -> Path:
    schema, _, name = table.partition(".")
    (folder / schema).mkdir(parents=True, exist_ok=True)
    return folder / schema / f"{name}.{suffix}"
