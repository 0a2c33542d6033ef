"""Reading the CNIPA's table of PCT applications out of a page: encoding, title, rows. Where it is: `connector`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bs4 import BeautifulSoup, Tag

from g60_pipeline.ingest.live.decode import BOM, WAIT, declared_charset, expect
from g60_pipeline.ingest.live.html import tree
from g60_pipeline.ingest.live.http.messages import Answer
from g60_pipeline.ingest.live.printed_unit import CHINESE, stated_units
from g60_pipeline.signs import is_missing, plain_signs
from g60_pipeline.wording import told

SOURCE_ID: Final = "cnipa_annual"
CODECS: Final = {"utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030"}
"""Declared encoding -> the one its bytes are read by: GB 18030 holds the two older ones."""

META: Final = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
YEAR: Final = re.compile(r"(\d{4})年")
UNIT: Final = "件"
"""Single applications: the one unit that is taken."""

GROUPED: Final = re.compile(r"[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}")
"""A count as the page prints one; commas elsewhere may be a digit lost."""

OF_OTHER: Final = (
    r"\W{0,2}(?:\d{4}年度?)?\W{0,2}(?:\d{1,2}(?:[-—–~至]\d{1,2})?月份?(?!\d)|[上下]半年|前?[一二三四]季度|累计|"
    r"[比较](?:上年|去年)|增[长速幅减]|同比|比重|占比|构成|指数)"
)
"""What behind a title makes it that of part of a year, of a sum over years, or of no counts."""

WIDEST: Final = 100
"""Columns or rows one cell may span."""


@dataclass(frozen=True)
class Page:
    """A decoded page; `remarks` are what a person should know of its encoding."""

    answer: Answer
    text: str
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of the table: Chinese name, and by year what is printed. `unit` is null where the page states none."""

    answer: Answer
    years: tuple[int, ...]
    rows: tuple[tuple[str, Mapping[int, str]], ...]
    unit: str | None

    def figures(self, name: str, *, warnings: list[str]) -> dict[int, str | None]:
        """Return the digits of one row by year; null where none are printed. An odd cell is left out with a warning.

        Raises:
            SourceError: The row is missing, is there twice or ends early.
        """
        found = [cells for row, cells in self.rows if row == name]
        rule = "cnipa.row_times" if found else "cnipa.row_missing"
        expect(len(found) == 1, self.answer, rule, name=name, n=len(found))
        return {year: self._digits(found[0], year, name=name, warnings=warnings) for year in self.years}

    def _digits(self, cells: Mapping[int, str], year: int, *, name: str, warnings: list[str]) -> str | None:
        expect(year in cells, self.answer, "cnipa.row_ends", name=name, year=year)
        if is_missing(cells[year]):
            return None
        if GROUPED.fullmatch(cells[year]):
            return cells[year].replace(",", "")
        cell = {"what": f"{name} {year}", "value": cells[year]}
        warnings.append(told("live.remark.no_number", answer=self.answer.key, **cell))
        return None


def page_of(answer: Answer, *, title: str) -> Page:
    """Return a page decoded as its header or its own declaration says.

    Where the two disagree, the one that decodes strictly and shows the title is right.

    Raises:
        SourceError: No encoding is declared, or the bytes are not of the one declared.
    """
    own = META.search(answer.content[:4096])
    declared = [declared_charset(answer), own.group(1).decode("ascii").lower() if own else None]
    if answer.content.startswith(BOM):
        declared.append("utf-8")
    named = list(dict.fromkeys(name.replace("_", "-") for name in declared if name))
    texts: dict[str, str] = {}
    for name in named:
        try:
            texts[name] = answer.content.removeprefix(BOM).decode(CODECS[name])
        except (KeyError, UnicodeDecodeError):
            continue
    expect(texts, answer, "cnipa.encoding", declared=", ".join(named) or told("live.cnipa.none_declared"))
    showing = [name for name, text in texts.items() if plain_signs(title) in plain_signs(text)]
    chosen = (showing or list(texts))[0]
    remarks: tuple[str, ...] = ()
    if len({CODECS.get(name) for name in named}) > 1:
        remarks = (told("live.remark.declared", answer=answer.key, names=" / ".join(named), chosen=chosen),)
    return Page(answer, texts[chosen], remarks)


def shows(page: Page, title: str) -> bool:
    """Return whether the title is on the page as a heading of its own, with or without a number before it."""
    wanted = plain_signs(title)
    heading = re.compile(rf"表?[\d.\-—–、]*{re.escape(wanted)}(?:$|单位|[^{CHINESE}])")
    soup = _soup(page)
    for anchor in soup.find_all("a", href=True):
        anchor.decompose()
    other = re.compile(rf"表?[\d.\-—–、]*{re.escape(wanted)}{OF_OTHER}")
    if wanted not in _compact(soup):
        return False
    texts = [_compact(tag) for tag in soup.find_all(True)]
    return any(map(heading.match, texts)) and not any(map(other.match, texts))


def links(page: Page, title: str) -> list[str]:
    """Return where the links lead whose text shows the title."""
    anchors = _soup(page).find_all("a", href=True)
    return [str(anchor["href"]) for anchor in anchors if plain_signs(title) in _compact(anchor)]


def table_of(page: Page) -> Table:
    """Return the one table of the page whose header names years.

    Raises:
        SourceError: The page is cut short, has no or several such tables, names a year twice, or states another unit.
    """
    answer, soup = page.answer, _soup(page)
    tags = soup.find_all("table")
    ends = len(re.findall(r"</table\s*>", page.text, re.IGNORECASE))
    expect(len(tags) == ends, answer, "cnipa.cut", remedy=WAIT)
    grids = [_grid(tag, answer) for tag in tags if tag.find("table") is None]
    tables = [grid for grid in grids if any(_years(row) for row in grid)]
    expect(len(tables) == 1, answer, "cnipa.tables", n=len(tables))
    header = next(number for number, row in enumerate(tables[0]) if _years(row))
    columns = _years(tables[0][header])
    years = tuple(year for _, year in columns)
    expect(len(set(years)) == len(years), answer, "cnipa.year_twice")
    units = stated_units(soup)
    others = ", ".join(sorted(set(units) - {UNIT}))
    expect(not others, answer, "cnipa.unit", others=others, unit=UNIT)
    names = columns[0][0]
    rows = tuple(
        (_name(row[:names]), {year: row[column] for column, year in columns if column < len(row)})
        for row in tables[0][header + 1 :]
    )
    return Table(answer, years, rows, UNIT if units else None)


def _years(row: list[str]) -> list[tuple[int, int]]:
    found = [(column, YEAR.fullmatch(cell)) for column, cell in enumerate(row)]
    return [(column, int(match.group(1))) for column, match in found if match]


def _name(cells: list[str]) -> str:
    """Return the Chinese name of a row; a bare sub-total has the name of the group it closes."""
    names = list(dict.fromkeys(name for cell in cells if (name := re.sub(f"[^{CHINESE}]", "", cell))))
    if len(names) > 1 and names[-1] == "小计":
        return names[-2] + names[-1]
    return names[-1] if names else ""


def _grid(table: Tag, answer: Answer) -> list[list[str]]:
    """Return the texts of a table without blanks, cells that span rows or columns repeated in each."""
    grid: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    for line in table.find_all("tr"):
        row: list[str] = []
        cells = [
            (_span(cell, "colspan", answer), _span(cell, "rowspan", answer), _compact(cell))
            for cell in line.find_all(["td", "th"], recursive=False)
        ]
        for wide, high, text in cells:
            _take_pending(row, pending)
            for _ in range(wide):
                if high > 1:
                    pending[len(row)] = (high - 1, text)
                row.append(text)
        _take_pending(row, pending)
        grid.append(row)
    return grid


def _take_pending(row: list[str], pending: dict[int, tuple[int, str]]) -> None:
    while len(row) in pending:
        column = len(row)
        left, text = pending.pop(column)
        if left > 1:
            pending[column] = (left - 1, text)
        row.append(text)


def _span(cell: Tag, name: str, answer: Answer) -> int:
    value = str(cell.get(name, "1")).strip()
    sound = re.fullmatch(r"[0-9]{1,3}", value) and 1 <= int(value) <= WIDEST
    expect(sound, answer, "cnipa.cell", name=name, value=value)
    return int(value)


def _compact(tag: Tag) -> str:
    return "".join(plain_signs(tag.get_text()).split())


def _soup(page: Page) -> BeautifulSoup:
    return tree(page.text, page.answer)
