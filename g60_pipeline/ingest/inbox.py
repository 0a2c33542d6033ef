"""The analyst's own figures and claims: every CSV file and workbook under `$G60_HOME/inbox`.

What people write is read as a file of the facts has it (`readings`). Its columns say which of the two a file is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from g60_pipeline.contracts import core_table
from g60_pipeline.contracts.issues import Issue, both
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.csv_files import (
    BREAKS_OFF,
    CsvForm,
    UnsettledError,
    check_within,
    column_names,
    content_of,
    read_csv,
)
from g60_pipeline.ingest.facts import ENTERED, INLINE_DOCUMENT
from g60_pipeline.ingest.readings import OnReading, understood
from g60_pipeline.settings import XLSX, inbox_label

OURS: Final = frozenset({"file", "line", "lead"})
"""Columns of the raw tables that a file of the inbox does not fill."""

OFFICE: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of Office files, new and old."""


@dataclass(frozen=True)
class Kind:
    """What an inbox file may contain."""

    name: str
    """Raw table its rows join: observation or claim."""
    required: tuple[str, ...]
    """Columns a file must have, its identifier first; the document is named or described in line."""

    @property
    def key(self) -> str:
        """Return the column that identifies a row, and by which a file of this kind is known."""
        return self.required[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of a file, in the order of the template."""
        return tuple(c for c in core_table(f"raw.{self.name}").schema.column_names() if c not in OURS)

    @property
    def form(self) -> CsvForm:
        """Return the columns a file may have, and those it must have."""
        return CsvForm(self.columns, self.required)

    @property
    def template(self) -> str:
        """Return the header of a file: a row describes its document in line, so `document_id` is left out."""
        return ",".join(c for c in self.columns if c != "document_id") + "\n"


FIGURES: Final = Kind(
    "observation", ("row_id", "geo_code", "indicator_id", "basis", "period_kind", "period", "value", "unit")
)
CLAIMS: Final = Kind(
    "claim", ("claim_id", "indicator_id", "measure", "form", "geo_code", "value", "unit", "scope_as_printed")
)

KINDS: Final = {"figures": FIGURES, "claims": CLAIMS}
"""Kinds of files by the name people call them."""

Rows = dict[str, pl.DataFrame]
"""Rows by raw table, each with file and line."""


def kind_of(names: Sequence[str]) -> Kind:
    """Return what a file contains, by its columns: figures, unless a column is one of claims only."""
    return CLAIMS if CLAIMS.key in names and FIGURES.key not in names else FIGURES


OnRead = Callable[[str, bytes], None]
"""Is given the name and the bytes of every file as it was read."""


def read_inbox(
    paths: Sequence[Path], *, on_read: OnRead = lambda *_: None, on_reading: OnReading = None
) -> tuple[Rows, list[Issue]]:
    """Return the rows of inbox files and what could not be read of them; no file keeps another one out.

    Only one that is being written to stops everything: the rows still to come would leave the warehouse without a word
    and come back with the next build, while waiting a moment costs nothing.

    Args:
        paths: The files.
        on_read: Takes the name and the bytes of every file as it was read.
        on_reading: Takes every cell that is not written as in a file of the facts.

    Raises:
        UnsettledError: A file changed while it was read, or ends in the middle of its last line.
    """
    parts: list[Rows] = [_nothing()]
    issues: list[Issue] = []
    for path in paths:
        try:
            check_within(path, name=inbox_label(path))
            found, more = read_inbox_file(path, on_read=on_read, on_reading=on_reading)
        except UnsettledError:
            raise
        except G60Error as error:
            issues.append(
                Issue.of(
                    inbox_label(path),
                    "unreadable",
                    remedy="remedy.said",
                    **both("why", error.rule),
                    **both("remedy", error.remedy),
                )
            )
            continue
        for issue in more:
            if issue.rule == BREAKS_OFF:
                raise UnsettledError(issue.file, issue.message, issue.remedy)
        parts.append(found)
        issues += more
    return together(parts), issues


def read_inbox_file(
    path: Path, *, on_read: OnRead = lambda *_: None, on_reading: OnReading = None
) -> tuple[Rows, list[Issue]]:
    """Return the rows of one inbox file and what could not be read of it.

    Raises:
        G60Error: There is no such file, it cannot be opened, or it is a workbook that is not read.
    """
    name = inbox_label(path)
    if path.exists() and not path.is_file():
        raise G60Error.of("csv.no_file", name)
    content = content_of(path, name=name)
    on_read(name, content)
    if name.lower().endswith(XLSX) or content.startswith(OFFICE):
        from g60_pipeline.ingest.sheet_files import check_form, read_sheet, sheet_rows  # noqa: PLC0415 - openpyxl

        check_form(content, file=name)
        sheet = read_sheet(content, file=name, headers=[kind.required for kind in KINDS.values()])
        kind = kind_of(sheet.header)
        frame, issues = sheet_rows(sheet, file=name, form=kind.form)
    else:
        kind = kind_of(column_names(content))
        frame, issues = read_csv(content, file=name, form=kind.form)
    rows = understood(frame, on_reading=on_reading)
    return _nothing() | {kind.name: rows.select(_columns(kind.name, rows))}, issues


def together(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several files, or of facts and files."""
    return {name: pl.concat([part[name] for part in parts]) for name in ENTERED}


def _nothing() -> Rows:
    return {name: core_table(f"raw.{name}").schema.create_empty() for name in ENTERED}


def _columns(name: str, frame: pl.DataFrame) -> list[pl.Expr]:
    """Return the columns of a raw table, those that no file fills as null."""
    wanted = core_table(f"raw.{name}").schema.create_empty().schema
    return [pl.col(c) if c in frame.columns else pl.lit(None, dtype=dtype).alias(c) for c, dtype in wanted.items()]


__all__ = [
    "CLAIMS",
    "FIGURES",
    "INLINE_DOCUMENT",
    "KINDS",
    "Kind",
    "OnRead",
    "Rows",
    "kind_of",
    "read_inbox",
    "read_inbox_file",
    "together",
]
