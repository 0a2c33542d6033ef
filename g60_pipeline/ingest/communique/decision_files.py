"""The two files of what a person decided about proposals: rows of the inbox, and rows that were rejected."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.whole_files import write_whole

ACCEPTED: Final = "communiques.csv"
"""File of the inbox that holds what was accepted."""

REJECTED: Final = "rejected.csv"
"""File of the folder of documents that holds what was rejected."""

COLUMNS: Final = (
    *("row_id", "geo_code", "indicator_id", "basis", "period_kind", "period", "value", "unit", "status", "flags"),
    *("locator", "note", "publisher", "document_title", "published", "url", "grade"),
)
"""Columns of the file of the inbox."""

REJECTED_COLUMNS: Final = (
    *("geo_code", "indicator_id", "basis", "year", "value", "unit"),
    *("document", "where", "sentence", "decided"),
)
"""Columns of the file of rejected proposals."""


def decisions(folder: Path, inbox: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the rows of what was accepted, and of what was rejected.

    Raises:
        G60Error: They can not be read.
    """
    return rows_of(inbox / ACCEPTED), rows_of(folder / REJECTED)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of decisions with all its columns: what is written back is what was read.

    Raises:
        G60Error: A row can not be read whole. Written back, it would look whole, and the build would believe it.
    """
    columns = COLUMNS if path.name == ACCEPTED else REJECTED_COLUMNS
    name = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
        header, *lines = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    except FileNotFoundError:
        return []
    except (UnicodeDecodeError, csv.Error) as error:
        raise G60Error.of("document.review_no_csv", name, reason=error) from error
    missing = [column for column in columns if column not in header]
    if missing:
        raise G60Error.of("document.review_columns", name, missing=", ".join(missing))
    for number, cells in enumerate(lines, start=2):
        if cells and len(cells) != len(header):
            raise G60Error.of("document.review_cells", name, number=number, n=len(cells), header=len(header))
    if not text.endswith(("\n", "\r")):
        raise G60Error.of("document.review_cut", name)
    return [dict(zip(header, cells, strict=True)) for cells in lines if cells]


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    """Write a file of decisions whole; columns beyond its own are kept."""
    text = io.StringIO(newline="")
    every = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    writer = csv.DictWriter(text, every, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.getvalue().encode(), durable=True)
