"""Reads CSV files strictly: UTF-8, the expected header, the expected number of fields, one line for every row.

A row that can not be read is returned as an issue, never as a guess: the rows accepted and the lines refused are all
rows of the file. Values stay text. What Excel adds, columns without name and content, is let be.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.issues import Issue
from g60_pipeline.errors import G60Error
from g60_pipeline.signs import plain_cell, plain_signs

MAX_BYTES: Final = 50_000_000
"""Largest file that is read: far above any table of figures, far below what would fill the memory."""


LONGEST_CELL: Final = 131_072
"""Characters of a cell that are read."""

MAX_HEADER: Final = 10_000
"""Bytes in which a header must end to tell what kind of file it heads."""


BREAKS_OFF: Final = "breaks_off"
"""Rule that a file is broken where its last line is no row and has no end: somebody is still writing it."""


ONE_LETTER: Final = frozenset({"grade"})
"""Columns whose cells can not be cut to another one."""


class UnsettledError(G60Error):
    """A file is being written to: read now, it would lose the rows that are still to come."""


@dataclass(frozen=True)
class CsvForm:
    """Columns of a file: all that are known, and those that must be there."""

    columns: tuple[str, ...]
    required: tuple[str, ...]


def content_of(path: Path, *, name: str) -> bytes:
    """Return the bytes of a file, which is not read where it is too large to be a table of figures.

    Args:
        path: The file.
        name: Name to report, such as `inbox/figures.csv`.

    Raises:
        UnsettledError: It changed while it was read.
        G60Error: It is too large, or can not be opened.
    """
    try:
        before = path.stat()
        if before.st_size <= MAX_BYTES:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)  # it may grow meanwhile
            after = path.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise UnsettledError.of("csv.changed", name)
            return content
    except OSError as error:
        raise G60Error.of("csv.not_opened", name, reason=error.strerror) from error
    raise G60Error.of("csv.file_size", name, **_sizes(before.st_size))


def check_within(path: Path, *, name: str) -> None:
    """Refuse a link out of the data folder: what it leads to was never meant to be published, nor quoted in a message.

    Args:
        path: A file of a folder of the data folder. That folder may itself be a link: whoever set it chose its files.
        name: Name to report.

    Raises:
        G60Error: It is a link that leads out of its folder and out of the data folder.
    """
    if not path.is_symlink():
        return
    target, folder = path.resolve(), path.parent
    if not any(target.is_relative_to(place.resolve()) for place in (folder, folder.parent)):
        raise G60Error.of("csv.link", name)


def _sizes(size: int) -> dict[str, Any]:
    return {"most": MAX_BYTES // 1_000_000, "size": f"{size // 1_000_000:,}"}


def read_csv(content: bytes, *, file: str, form: CsvForm) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the rows of one CSV file and what could not be read.

    Args:
        content: The file's bytes.
        file: Name to report, such as `inbox/figures.csv`.
        form: Columns to expect.

    Returns:
        A frame with the columns `file`, `line` and those of the form, all text except `line`, empty cells as null;
        and the issues. A file-level issue (encoding, header) comes with an empty frame.
    """
    empty = frame_of_rows([], form.columns)
    if len(content) > MAX_BYTES:
        return empty, [Issue.of(file, "file_size", **_sizes(len(content)))]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return empty, [Issue.of(file, "utf16", line=1)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        wrong = Issue.of(file, "utf8", byte=f"{content[error.start]:#04x}", line=line)
        cut = [wrong] if error.reason == "unexpected end of data" else []
        return empty, [wrong, *_broken_off([""] * line, cut, file=file)]
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        return empty, [Issue.of(file, "no_null_byte", line=line)]
    csv.field_size_limit(LONGEST_CELL)  # of the whole process: another library may have lifted it
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    header, issues = _header(reader, file=file, form=form)
    if header is None:
        return empty, issues + _broken_off(lines, issues, file=file)
    places = [header.index(name) if name in header else None for name in form.columns]
    rows: list[list[str | int | None]] = []
    is_filled = False  # whether a row before has something in its last cell
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            issues += _spoiled(lines, start, reader.line_num, file=file, rule="csv_syntax")
            continue
        if reader.line_num > start:
            issues += _spoiled(lines, start, reader.line_num, file=file, rule="cell_spans_lines")
            continue
        cells = [plain_cell(cell) for cell in cells]
        if not any(cells):
            continue
        fault = misplaced(cells, header)
        if fault:
            issues.append(Issue.of(file, **fault, line=start, value=",".join(cells)))
            continue
        if reader.line_num == len(lines) and _may_be_cut(lines[-1], cells, header, is_filled=is_filled):
            issues.append(Issue.of(file, "no_line_end", line=start, value=cells[-1]))
            continue
        is_filled = is_filled or bool(cells[-1])
        rows.append([file, start, *(None if at is None else cells[at] or None for at in places)])
    return frame_of_rows(rows, form.columns), issues + _broken_off(lines, issues, file=file)


def _spoiled(lines: Sequence[str], start: int, end: int, *, file: str, rule: str) -> list[Issue]:
    """Return an issue for every line that a quotation mark holds together, so that none of them is lost unseen."""
    span = str(start) if start == end else f"{start}–{end}"
    held = range(start, min(end, len(lines)) + 1)
    return [
        Issue.of(file, rule, lines=span, line=number)
        for number in held
        if number == start or lines[number - 1].strip(", \t\r\n")
    ]


def _broken_off(lines: Sequence[str], issues: Sequence[Issue], *, file: str) -> list[Issue]:
    """Return an issue where the last line is at fault and has no end, as in a file that is written to just now."""
    if not any(issue.line == len(lines) for issue in issues) or lines[-1].endswith(("\n", "\r")):
        return []
    return [Issue.of(file, BREAKS_OFF, line=len(lines))]


def _may_be_cut(line: str, cells: Sequence[str], header: Sequence[str], *, is_filled: bool) -> bool:
    """Return whether a row with all its cells may have lost the end of the last one, and would be read as another."""
    if line.endswith(("\n", "\r", '"')):
        return False
    return header[len(cells) - 1] not in ONE_LETTER if cells[-1] else is_filled


def misplaced(cells: Sequence[str], header: Sequence[str]) -> dict[str, Any] | None:
    """Return the rule the cells of a row break, with its values; empty ones behind the named columns are let be."""
    named = max(place for place, name in enumerate(header) if name) + 1
    used = max((place for place, cell in enumerate(cells) if cell), default=0) + 1
    if len(cells) < named or used > len(header):
        return {"rule": "cell_count", "n": len(cells), "header": named}
    nameless = [place + 1 for place, cell in enumerate(cells[: len(header)]) if cell and not header[place]]
    return {"rule": "nameless_column", "place": nameless[0]} if nameless else None


def column_names(content: bytes) -> list[str]:
    """Return the names in the first line of a file as far as they can be read; whether it is sound is not asked."""
    line = content[:MAX_HEADER].decode("utf-8-sig", errors="replace").split("\n", 1)[0]
    return [plain_signs(name).strip(' "\r') for name in line.split(",")]


def _header(reader: object, *, file: str, form: CsvForm) -> tuple[list[str] | None, list[Issue]]:
    lines = iter(reader)  # type: ignore[call-overload]  # csv.reader has no public type
    try:
        printed = next(lines)
    except (StopIteration, csv.Error):
        printed = []
    header = [plain_signs(name).strip() for name in printed]
    if not any(header):
        return None, [Issue.of(file, "header", columns=",".join(form.required))]
    for separator, sign in ((";", ";"), ("\t", "Tab"), ("\uff0c", "\uff0c")):
        if len(printed) == 1 and separator in printed[0]:
            return None, [Issue.of(file, "separator", sign=sign, line=1)]
    issues = header_issues(header, file=file, form=form, line=1)
    return (None if issues else header), issues


def header_issues(header: Sequence[str], *, file: str, form: CsvForm, line: int) -> list[Issue]:
    """Return what is wrong with the names of the columns of a file: one is missing, unknown, or there twice."""
    missing = [name for name in form.required if name not in header]
    unknown = [name for name in header if name and name not in form.columns]
    double = sorted({name for name in header if name and header.count(name) > 1})
    issues: list[Issue] = []
    for names, rule in ((missing, "missing_column"), (unknown, "unknown_column"), (double, "double_column")):
        if names:
            issues.append(Issue.of(file, rule, known=", ".join(form.columns), line=line, value=", ".join(names)))
    return issues


def frame_of_rows(rows: Sequence[Sequence[str | int | None]], columns: Sequence[str]) -> pl.DataFrame:
    """Return rows of a file, its name and line before their cells, as a frame of text."""
    schema = {"file": pl.String, "line": pl.Int32} | dict.fromkeys(columns, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
