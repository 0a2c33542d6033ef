"""The workbook: a sheet per theme, claims, definitions, sources, and what the flags mean. One language, one file.

Every text is written as text: a name that begins like a formula stays a name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.export.cite import citation
from g60_pipeline.export.selection import Selection
from g60_pipeline.export.series import RATIOS, long_table
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import Words
from g60_pipeline.wording import entries, say

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""A text is a text, whatever it looks like."""

FORMS: Final = {
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EDF1F5"},
    "text": {"valign": "top"},
    "wrapped": {"valign": "top", "text_wrap": True},
    "number": {"num_format": "#,##0.##########", "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "year": {"num_format": "0", "valign": "top"},
    "share": {"num_format": "0.00%", "valign": "top"},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top"},
    "title": {"bold": True, "font_size": 14},
}
"""Formats of the cells."""

LONGEST_NAME: Final = 31
LONGEST_TEXT: Final = 32_767
"""Characters a name of a sheet and a cell may have in Excel."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: key of its heading, format, width, and how its cell is read off a row."""

    key: str
    form: str
    width: int
    cell: Callable[[Row, Words], Any]


def _of(name: str) -> Callable[[Row, Words], Any]:
    return lambda row, _: row[name]


def _named(name: str) -> Callable[[Row, Words], Any]:
    return lambda row, words: words.first(row[f"{name}_en"], row[f"{name}_zh"])


def _words(name: str) -> Callable[[Row, Words], Any]:
    return lambda row, words: words.listed(words.word(flag) for flag in row[name])


def _word(name: str) -> Callable[[Row, Words], Any]:
    return lambda row, words: words.word(row[name]) if row[name] else ""


def _period(row: Row, words: Words) -> Any:
    """Return the last day of a period, and of a part of a year its months: it is no figure of that day."""
    if row["period_kind"] == "part_year":
        return words.period(row["period_kind"], row["period_end"], row["period_start"])
    return row["period_end"]


def _number(key: str, form: str = "number", width: int = 12) -> Column:
    return Column(key, form, width, _of(key))


FIGURES: Final = (
    Column("indicator", "text", 34, _named("indicator")),
    Column("basis", "text", 26, _named("basis")),
    Column("area", "text", 26, _named("area")),
    Column("code", "text", 14, _of("area")),
    Column("period", "day", 16, _period),
    _number("year", "year", 7),
    _number("value"),
    _number("low"),
    _number("high"),
    Column("unit", "text", 16, _named("unit")),
    _number("share", "share", 9),
    _number("share_low", "share", 9),
    _number("share_high", "share", 9),
    Column("members", "text", 10, lambda r, _: f"{r['reporting']} / {r['expected']}" if r["expected"] else ""),
    Column("round", "text", 12, _word("round")),
    Column("grade", "text", 7, _of("grade")),
    Column("flags", "text", 24, _words("flags")),
    Column("reason", "text", 34, _named("reason")),
    Column("documents", "text", 18, lambda r, _: " ".join(r["documents"])),
    Column("row", "text", 20, _of("row_id")),
)
"""Columns of a theme."""

CLAIMS: Final = (
    Column("claim", "text", 9, _of("claim_id")),
    Column("statement", "wrapped", 60, _named("statement")),
    Column("area", "text", 16, _of("scope")),
    Column("basis", "text", 20, _of("basis")),
    Column("verdict", "text", 16, _word("verdict")),
    _number("claimed_low"),
    _number("claimed_high"),
    Column("low", "number", 12, _of("value_low")),
    Column("value", "number", 12, _of("value")),
    Column("high", "number", 12, _of("value_high")),
    Column("unit", "text", 16, _named("unit")),
    Column("period", "day", 11, _of("period_end")),
    Column("flags", "text", 24, _words("flags")),
    Column("reason", "wrapped", 60, _named("reason")),
    Column("documents", "text", 12, _of("document_id")),
    Column("row", "text", 20, _of("metric_id")),
)
DEFINITIONS: Final = (
    Column("indicator", "text", 40, _named("name")),
    Column("code", "text", 26, _of("indicator_id")),
    Column("basis", "wrapped", 40, _named("basis")),
    Column("unit", "text", 20, _named("symbol")),
    Column("definition", "wrapped", 80, _named("definition")),
)
SOURCES: Final = (
    Column("documents", "text", 12, _of("document_id")),
    Column("publisher", "text", 28, _of("publisher")),
    Column("title", "text", 60, _of("title")),
    Column("published", "text", 12, _of("published_as_printed")),
    Column("address", "text", 50, _of("url")),
    Column("grade", "text", 7, _of("grade")),
    Column("source", "text", 30, _named("source")),
    Column("terms", "text", 9, _of("terms")),
    Column("licence", "text", 24, _of("licence")),
)
FLAGS: Final = (Column("flag", "text", 26, _of("flag")), Column("meaning", "text", 80, _named("meaning")))


def write(selection: Selection, path: Path, words: Words) -> None:
    """Write the workbook in one language; what may not be passed on is left out, and the first sheet says how much."""
    import xlsxwriter  # noqa: PLC0415  - only where a workbook is written

    figures = long_table(selection).to_dicts()
    claims = _claims(selection)
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        built = selection.warehouse.one("FROM core.build")["built_at"].replace(tzinfo=None)
        book.set_properties({"title": say("export.about.title", words.language), "created": built})
        made = _Book(book, {name: book.add_format(form) for name, form in FORMS.items()}, words)
        made.about(selection)
        for theme in sorted({row["theme"] for row in figures}, key=lambda theme: (theme == RATIOS, theme)):
            title = say("export.sheet.ratios" if theme == RATIOS else f"site.theme.{theme}", words.language)
            made.sheet(title, FIGURES, [row for row in figures if row["theme"] == theme])
        documents = {name for row in figures for name in row["documents"]} | {row["document_id"] for row in claims}
        made.sheet(say("export.sheet.claims", words.language), CLAIMS, claims)
        made.sheet(say("export.sheet.indicators", words.language), DEFINITIONS, _definitions(selection))
        made.sheet(say("export.sheet.sources", words.language), SOURCES, _documents(selection, documents))
        made.sheet(say("export.sheet.flags", words.language), FLAGS, _flags(selection, words))


class _Book:
    """Writes sheets of one form."""

    def __init__(self, book: Any, forms: Mapping[str, Format], words: Words) -> None:
        self._book, self._forms, self._words = book, forms, words

    def about(self, selection: Selection) -> None:
        """Write the first sheet: what this is, and what is not in it."""
        language = self._words.language
        sheet: Worksheet = self._book.add_worksheet(say("export.sheet.about", language))
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, say("export.about.title", language), self._forms["title"])
        for line, text in enumerate(about(selection, self._words), start=2):
            sheet.write_string(line, 0, text, self._forms["wrapped"])

    def sheet(self, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Write a sheet: frozen headings with notes, a filter, one row each."""
        sheet: Worksheet = self._book.add_worksheet(
            "".join("-" if c in "[]:*?/\\" else c for c in title)[:LONGEST_NAME]
        )
        notes = entries("export")
        last = 0
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            sheet.write_string(0, index, say(f"export.column.{column.key}", self._words.language), self._forms["head"])
            if f"note.{column.key}" in notes:
                sheet.write_comment(0, index, say(f"export.note.{column.key}", self._words.language))
        for last, row in enumerate(rows, start=1):
            for index, column in enumerate(columns):
                self._cell(sheet, (last, index), value=column.cell(row, self._words), form=column.form)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def _cell(self, sheet: Worksheet, at: tuple[int, int], *, value: Any, form: str) -> None:
        how = self._forms[form]
        if value is None or value == "":
            return
        if isinstance(value, (dt.date, dt.datetime)):
            sheet.write_datetime(*at, value, how)
        elif isinstance(value, (int, float)):
            sheet.write_number(*at, value, self._forms["whole"] if form == "number" and value == int(value) else how)
        else:
            sheet.write_string(*at, fitting(str(value)), how)


def fitting(text: str) -> str:
    """Return a text that a cell of Excel holds; the beginning of a longer one ends with how much of it is there.

    >>> fitting("x" * 40_000)[-18:]
    'x… [32750 / 40000]'
    """
    if len(text) <= LONGEST_TEXT:
        return text
    mark = f"… [{{}} / {len(text)}]"
    held = LONGEST_TEXT - len(mark.format(LONGEST_TEXT))
    return text[:held] + mark.format(held)


def about(selection: Selection, words: Words) -> list[str]:
    """Return what a file says of itself, line by line: the build, the two scopes, how to cite, what was left out."""
    language = words.language
    build = selection.warehouse.one("FROM core.build")
    day = f"{build['built_at']:%F}"
    return [
        say("export.about.build", language, version=build["version"], build=build["build_id"], day=day),
        say("export.about.scopes", language),
        say("export.about.intervals", language),
        say("export.about.cite", language, citation=citation(selection.warehouse)),
        say("export.about.owners", language),
        left_out(selection, words),
    ]


def left_out(selection: Selection, words: Words) -> str:
    """Return how many rows were left out of the tables asked for so far, and what to do about it."""
    language = words.language
    if not selection.total_left_out:
        return say("export.nothing_left_out", language)
    key = "export.left_out_remedy" if selection.terms == "open" else "export.left_out_closed"
    rows = f"{selection.total_left_out:,}"
    return say("export.left_out", language, rows=rows, remedy=say(key, language))


def _claims(selection: Selection) -> list[Row]:
    selection.share("core.claim", "metrics.claim_audit")
    return selection.query(
        """SELECT a.*, coalesce(a.corridor_id, a.geo_code) AS scope, u.symbol_en AS unit_en, u.symbol_zh AS unit_zh,
                  p.statement_en, p.statement_zh, c.document_id, v.reason_en, v.reason_zh
           FROM claim_audit AS a JOIN core.claim AS c USING (claim_id) LEFT JOIN claim AS p USING (claim_id)
           JOIN analysis.claims AS v
             ON v.claim_id = a.claim_id AND v.basis = a.basis AND v.scope = coalesce(a.corridor_id, a.geo_code)
           JOIN core.unit AS u ON u.unit = a.unit
           ORDER BY c.lead NULLS LAST, claim_id, scope, a.basis"""
    ).to_dicts()


def _definitions(selection: Selection) -> list[Row]:
    return selection.warehouse.rows(
        """SELECT i.indicator_id, i.name_en, i.name_zh, i.definition_en, i.definition_zh, b.name_en AS basis_en,
                  b.name_zh AS basis_zh, u.symbol_en, u.symbol_zh
           FROM core.indicator AS i JOIN core.indicator_basis AS b USING (indicator_id)
           JOIN core.unit AS u ON u.unit = b.unit
           ORDER BY i.theme, i.indicator_id, b.basis"""
    )


def _documents(selection: Selection, names: set[str]) -> list[Row]:
    return selection.warehouse.rows(
        """SELECT d.*, s.name_en AS source_en, s.name_zh AS source_zh, s.terms, s.licence
           FROM core.document AS d JOIN core.source AS s USING (source_id)
           WHERE list_contains($names, d.document_id) ORDER BY d.document_id""",
        {"names": sorted(names)},
    )


def _flags(selection: Selection, words: Words) -> list[Row]:
    """Return every flag there is, as the sheets word it, with its meaning."""
    known = selection.columns["core.observation"]["flags"].words
    meanings = entries("site")
    return [
        {"flag": words.word(f), "meaning_en": meanings[f"flag.{f}"].en, "meaning_zh": meanings[f"flag.{f}"].zh}
        for f in known
    ]
