"""What one command shows, as a table to pass on: CSV and XLSX of its rows, Markdown of its screen."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.export.flat import csv_bytes
from g60_pipeline.export.workbook import OPTIONS, fitting
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.screens import in_markdown
from g60_pipeline.reader.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

FORMS: Final = ("csv", "xlsx", "md")

LEAST_TOO_LONG: Final = 10**15
"""Whole numbers from here on have more digits than Excel keeps."""

FIRST_MONTH: Final = (1900, 3)
"""Year and month before which Excel counts a day too many, or has none."""


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV in UTF-8: columns as the warehouse names them, numbers unrounded."""
    columns = columns_of(rows)
    return csv_bytes(columns, ([_simple(row.get(name)) for name in columns] for row in rows))


def as_xlsx(rows: Sequence[Row]) -> bytes:
    """Return rows as a workbook of one sheet, with frozen headings; every text is written as text.

    So is what Excel holds as another number or day: more than fifteen digits, no number, a day before March 1900.
    """
    import xlsxwriter  # noqa: PLC0415  - only where a workbook is written

    content = io.BytesIO()
    columns = columns_of(rows)
    with xlsxwriter.Workbook(content, OPTIONS | {"in_memory": True, "remove_timezone": True}) as book:
        head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, columns, head)
        for index, row in enumerate(rows, start=1):
            for column, name in enumerate(columns):
                value = _simple(row.get(name))
                if value is not None and _is_other_in_excel(value):
                    sheet.write_string(index, column, str(value))
                elif isinstance(value, dt.date):
                    sheet.write_datetime(index, column, value, moment if isinstance(value, dt.datetime) else day)
                elif isinstance(value, (bool, int, float)):
                    sheet.write(index, column, value)
                elif value is not None:
                    sheet.write_string(index, column, fitting(_text(value)))
        sheet.freeze_panes(1, 0)
        if columns:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
            sheet.autofit(300)
    return content.getvalue()


def as_markdown(parts: Iterable[RenderableType]) -> str:
    """Return a screen as Markdown: its titles and remarks as paragraphs, its tables as tables."""
    return "\n\n".join(_blocks(parts)) + "\n"


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Return the columns of rows that need not have the same ones, in the order in which they come up."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _simple(value: Any) -> Any:
    """Return a cell: of a citation its text, of other objects nothing simpler than JSON."""
    if isinstance(value, dict):
        return value["text"] if "text" in value else _text(value)
    return value


def _is_other_in_excel(value: Any) -> bool:
    """Return whether Excel would hold a value as another one, or not at all."""
    if isinstance(value, dt.date):
        return (value.year, value.month) < FIRST_MONTH
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, (dt.time, dt.timedelta)) or (isinstance(value, int) and abs(value) >= LEAST_TOO_LONG)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)


def _blocks(parts: Iterable[RenderableType]) -> Iterator[str]:
    from rich.console import Group  # noqa: PLC0415  - loaded with the screen
    from rich.text import Text  # noqa: PLC0415

    from g60_pipeline.reader.grid import Grid  # noqa: PLC0415

    for part in parts:
        if isinstance(part, Group):
            yield from _blocks(part.renderables)
        elif isinstance(part, Grid):
            heads = [" ".join(column.heading.split()) for column in part.columns]
            rule = ["---:" if column.right else "---" for column in part.columns]
            cells = [[in_markdown(part.text_of(column, row)) for column in part.columns] for row in range(part.rows)]
            yield "\n".join(f"| {' | '.join(line)} |" for line in ([in_markdown(h) for h in heads], rule, *cells))
        elif isinstance(part, Text):
            yield f"**{in_markdown(part.plain)}**" if "bold" in str(part.style) else in_markdown(part.plain)
