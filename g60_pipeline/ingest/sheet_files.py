"""Reads a workbook as strictly as `csv_files` reads a CSV file: the sheet that has the header, cells as they are shown.

Lines are rows of the sheet. A cell is the text a person sees in it: a date by its day, month or year as its format has
it, 12.5% with its sign, 12.50 with its zero; a number has all its digits, and is refused where it is shown as another
one. Of a formula it is the value stored with it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.issues import Issue, both
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.cell_formats import other_number
from g60_pipeline.ingest.communique.text.read import form_of
from g60_pipeline.ingest.csv_files import CsvForm, frame_of_rows, header_issues, misplaced
from g60_pipeline.ingest.office import MACROS, printed_cell, unpacks, workbook
from g60_pipeline.ingest.readings import NUMBERS, names_all, unit_words
from g60_pipeline.settings import XLSX
from g60_pipeline.signs import plain_cell, plain_signs
from g60_pipeline.wording import BilingualText

MOST_CELLS: Final = 250_000
"""Cells of a workbook that are read, empty ones between them included: more than ten thousand figures."""

TOP: Final = 20
"""Rows at the top of a sheet among which its header is; titles and notes may be above it."""

FIGURE: Final = ("geo_code", "indicator_id", "unit")
"""What a row of figures names, under whatever header."""

_UNSHOWN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_DECIMALS: Final = re.compile(r"[#,0]*0\.(0+)\s*")

Place = tuple[int, int]
"""Row and column of a cell, from 1."""


@dataclass(frozen=True)
class Sheet:
    """The sheet of a workbook that holds the figures: its header and the rows below, as they are shown."""

    header: tuple[str, ...] = ()
    line: int = 1
    """Row of the header."""
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Row number and cells."""
    issues: list[Issue] = field(default_factory=list)


def check_form(content: bytes, *, file: str) -> None:
    """Refuse what is no workbook whatever it is called, one under another name, and one with a programme in it.

    Raises:
        G60Error: It is one of these, or damaged, encrypted, or swells.
    """
    if form_of(content, name=file) != "xlsx":
        raise G60Error.of("office.named_xlsx", file)
    if MACROS in unpacks(content, name=file).namelist():
        raise G60Error.of("office.macros", file)
    if not file.lower().endswith(XLSX):
        raise G60Error.of("office.other_name", file)


def read_sheet(content: bytes, *, file: str, headers: Sequence[Sequence[str]]) -> Sheet:
    """Return the sheet of a workbook that has a header.

    Args:
        content: The file's bytes.
        file: Name to report, such as `inbox/figures.xlsx`.
        headers: Columns one of the kinds of files must have, for each kind.

    Raises:
        G60Error: It is damaged, encrypted, swells, has too many cells, or two of its sheets have a header.
    """
    has_formulas = _check_size(content, file=file)
    with workbook(content, name=file, data_only=True) as book:
        if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > MOST_CELLS:
            raise G60Error.of("office.too_many_cells", file, most=f"{MOST_CELLS:,}")
        formulas = _formulas(content, file=file) if has_formulas else {}
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        grids = {sheet.title: _top(sheet) for sheet in visible}
        found = {sheet.title: _header_at(grids[sheet.title], headers) for sheet in visible}
        whole = [sheet for sheet in visible if found[sheet.title] is not None]
        if len(whole) > 1:
            names = ", ".join(sheet.title for sheet in whole)
            raise G60Error.of("office.two_sheets", file, n=len(whole), names=names)
        filled = [sheet for sheet in visible if any(map(any, grids[sheet.title]))]
        if not whole and not filled:
            return Sheet()
        sheet = (whole or filled)[0]
        _check_others(book, sheet, headers, file=file)
        at = found[sheet.title] or _likely_header(grids[sheet.title], headers)
        header = grids[sheet.title][at - 1]
        if above := [
            line for line, row in enumerate(grids[sheet.title][: at - 1], start=1) if names_all(row, FIGURE[1:])
        ]:
            raise G60Error.of("office.above_header", file, sheet=sheet.title, line=above[0], header=at)
        return _read(sheet, header, at, file=file, formulas=formulas.get(sheet.title, frozenset()))


def sheet_rows(sheet: Sheet, *, file: str, form: CsvForm) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the rows of a sheet in the form that `read_csv` returns, and what could not be read."""
    if not sheet.header:
        issue = Issue.of(file, "sheet_header", columns=",".join(form.required))
        return frame_of_rows([], form.columns), [issue]
    issues = header_issues(sheet.header, file=file, form=form, line=sheet.line)
    if issues:
        return frame_of_rows([], form.columns), issues
    places = [sheet.header.index(name) if name in sheet.header else None for name in form.columns]
    refused = {issue.line for issue in sheet.issues}
    issues = list(sheet.issues)
    rows: list[list[str | int | None]] = []
    for line, cells in sheet.rows:
        if line in refused or not any(cells):
            continue
        fault = misplaced(cells, sheet.header)
        if fault:
            issues.append(Issue.of(file, **fault, line=line, value=",".join(cells)))
            continue
        rows.append([file, line, *(None if at is None else cells[at] or None for at in places)])
    return frame_of_rows(rows, form.columns), issues


def _check_size(content: bytes, *, file: str) -> bool:
    """Return whether a workbook may have formulas, once it is known that it has no more cells than are read.

    A library would build every cell first, so the tags are counted: 250,000 of them in a tenth of a second.

    Raises:
        G60Error: It has more.
    """
    archive = unpacks(content, name=file)
    parts = [archive.read(name).replace(b"\0", b"") for name in archive.namelist() if name.endswith(".xml")]
    if sum(len(_CELL.findall(part)) for part in parts) > MOST_CELLS:
        raise G60Error.of("office.too_many_cells", file, most=f"{MOST_CELLS:,}")
    return any(map(_FORMULA.search, parts))


def _formulas(content: bytes, *, file: str) -> dict[str, frozenset[Place]]:
    """Return where the formulas of each sheet are: a library that gives values does not say."""
    with workbook(content, name=file, read_only=True) as book:
        return {
            sheet.title: frozenset(
                (cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
            )
            for sheet in book.worksheets
        }


def _top(sheet: Any) -> list[tuple[str, ...]]:
    """Return the first rows of a sheet as they are shown, a merged cell in all its places."""
    rows = [[plain_signs(shown(cell)).strip() for cell in row] for row in sheet.iter_rows(max_row=TOP)]
    for merged in sheet.merged_cells.ranges:
        for row, column in merged.cells:
            if row <= len(rows) and column <= len(rows[row - 1]):
                rows[row - 1][column - 1] = rows[merged.min_row - 1][merged.min_col - 1]
    return [tuple(row) for row in rows]


def _check_others(book: Any, read: Any, headers: Sequence[Sequence[str]], *, file: str) -> None:
    """Refuse a workbook whose figures are in sheets that are not read: hidden ones, or under a header with a mistake.

    Raises:
        G60Error: Another sheet has half the names of a header, or a row with a place, an indicator and a unit.
    """
    for sheet in book.worksheets:
        rows = [] if sheet is read else _top(sheet)
        named = any(len(set(header).intersection(row)) * 2 >= len(header) for row in rows for header in headers)
        if named or any(names_all(row, FIGURE) for row in rows):
            raise G60Error.of("office.other_sheet", file, sheet=sheet.title, read=read.title)


def _header_at(rows: Sequence[Sequence[str]], headers: Sequence[Sequence[str]]) -> int | None:
    """Return the row with all columns of a kind; of merged cells over several rows the last one."""
    having = [at for at, row in enumerate(rows, start=1) if any(set(row) >= set(header) for header in headers)]
    last = None
    for at in having:
        if last is None or (at == last + 1 and rows[at - 1] == rows[last - 1]):
            last = at
    return last


def _likely_header(rows: Sequence[Sequence[str]], headers: Sequence[Sequence[str]]) -> int:
    """Return the row with most names of columns, to say what is wrong with it; the first filled one has to do else."""
    known = {name for header in headers for name in header}
    counts = [(len(known.intersection(row)), any(row), -at) for at, row in enumerate(rows, start=1)]
    return -max(counts)[2]


def _read(sheet: Any, header: Sequence[str], at: int, *, file: str, formulas: frozenset[Place]) -> Sheet:
    rows: list[tuple[int, tuple[str, ...]]] = []
    issues = list(_merged(sheet, header, at, file=file))
    for cells in sheet.iter_rows(min_row=at + 1):
        line = cells[0].row
        for column, cell in enumerate(cells):
            name = header[column] if column < len(header) else ""
            if name and (rule := _fault(cell, formulas)):
                shows = str(cell.value)
                issues.append(Issue.of(file, rule, line=line, column=name, value=cell.coordinate, shows=shows))
            elif name in NUMBERS and (why := _other_number(cell, cells, header)):
                shows, form = printed_cell(cell.value), str(cell.number_format)
                where = {"line": line, "column": name, "value": cell.coordinate}
                issues.append(Issue.of(file, "number_format", **where, shows=shows, form=form, **both("why", why)))
        rows.append((line, tuple(plain_cell(shown(cell)) for cell in cells)))
    return Sheet(tuple(header), at, tuple(rows), issues)


def _fault(cell: Any, formulas: frozenset[Place]) -> str | None:
    """Return the rule that is broken where a cell has no value of its own."""
    if cell.value is None and (cell.row, cell.column) in formulas:
        return "formula_without_value"
    return "cell_error" if cell.data_type == "e" else None


def _other_number(cell: Any, cells: Sequence[Any], header: Sequence[str]) -> BilingualText | None:
    """Return why a number is shown as another one than the cell holds; None where it is not."""
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
        return None
    unit = plain_cell(shown(cells[header.index("unit")])) if "unit" in header else ""
    return other_number(cell.value, str(cell.number_format or "General"), says_unit=unit_words(unit))


def _merged(sheet: Any, header: Sequence[str], at: int, *, file: str) -> Iterator[Issue]:
    """Yield an issue for each row below the header that a merged cell runs through: which rows it is of is a guess."""
    for merged in sheet.merged_cells.ranges:
        names = [name for name in header[merged.min_col - 1 : merged.max_col] if name]
        for line in range(max(merged.min_row, at + 1), merged.max_row + 1) if names else ():
            yield Issue.of(file, "merged_cells", line=line, column=names[0], value=merged.coord)


def shown(cell: Any) -> str:
    """Return what a person sees in a cell of openpyxl; a number with all its digits, a line break as a blank."""
    value, code = cell.value, _UNSHOWN.sub("", str(cell.number_format or "")).lower()
    if isinstance(value, dt.datetime):
        return _day(value, code)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, code)
    return " ".join(str(value).split("\n")) if isinstance(value, str) else printed_cell(value)


def _day(value: dt.datetime, code: str) -> str:
    if value.time() != dt.time():
        return value.isoformat(sep=" ")
    if "y" not in code or "d" in code:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m}" if "m" in code else f"{value:%Y}"


def _number(value: float, code: str) -> str:
    if "%" in code:
        return f"{(Decimal(printed_cell(float(value))) * 100).normalize():f}%"
    text, decimals = printed_cell(value), _DECIMALS.fullmatch(code.partition(";")[0])
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.ljust(len(decimals[1]), '0')}" if decimals and "e" not in text else text
