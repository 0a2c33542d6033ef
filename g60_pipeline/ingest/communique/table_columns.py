"""The form of a table: its title, its halves side by side, titles of columns, which column has the figure."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Final

from g60_pipeline.ingest.communique.subject import Subject
from g60_pipeline.ingest.communique.table_scope import NO_VALUES, YEAR, bare, heading, is_other
from g60_pipeline.ingest.communique.table_units import UNIT
from g60_pipeline.ingest.communique.text.parts import Table

NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?%?")
"""A cell that is a figure."""

_VALUES: Final = re.compile(
    r"全[市州县盟]|绝对[数值量额]|1[-—–~至]12月|年末|数量|总量|实绩|全年|本年|今年|指标值|合计|累计|数值|金额|绝对"
)

_NEUTRAL: Final = re.compile(
    r"计量|单位|指标|名称|项目|实际|执行|完成|决算|快报|情况|主要|数据|总[量数额值]|数|元|[年月末底值]|[万亿]?(?:元|人|家|件)"
)
"""What the title of a column says that is one of values."""


def titled(table: Table) -> Table:
    """Return a table whose first rows are its title with that in its caption: it says nothing of single columns."""
    rows = table.rows
    top = next((n for n, row in enumerate(rows) if not heading(row)), 0)
    if not top or any(NUMBER.fullmatch(cell) and not YEAR.fullmatch(cell) for cell in rows[top][1:]):
        return table
    title = " ".join(heading(row) for row in rows[:top])
    return replace(table, rows=rows[top:], caption=f"{table.caption}。{title}" if table.caption else title)


def sides(table: Table) -> list[Table]:
    """Return the tables that are printed side by side in one: those whose columns begin anew with the first title."""
    for row in table.rows[:3]:
        starts = [n for n, cell in enumerate(row) if cell and cell == row[0]]
        if len(starts) > 1 and all(b - a > 1 for a, b in pairwise(starts)):
            ends = [*starts[1:], len(row)]
            return [
                replace(table, rows=tuple(line[a:b] for line in table.rows if len(line) == len(row)))
                for a, b in zip(starts, ends, strict=True)
            ]
    return [table]


def header_of(table: Table) -> list[tuple[str, ...]]:
    """Return the rows above the first row with figures (years are none), without headings below the titles."""
    found: list[tuple[str, ...]] = []
    for row in table.rows[:6]:
        if any(NUMBER.fullmatch(c) and not YEAR.fullmatch(c) for c in row[1:]):
            break
        if heading(row) and found and not heading(found[-1]):
            break
        found.append(row)
    return found


def titles_of(header: list[tuple[str, ...]], row: tuple[str, ...], column: int) -> list[str]:
    """Return what is printed above a column, in rows that have as many cells as its own."""
    return [line[column] for line in header if len(line) == len(row) and line[column]]


def value_column(
    row: tuple[str, ...],
    at: int,
    *,
    table: Table,
    header: list[tuple[str, ...]],
    subject: Subject,
    year: int,
    needs_year: bool,
) -> int | None:
    """Return the column of this year's figure of a row.

    Args:
        row: The row.
        at: Where its label is.
        table: The table.
        header: Rows of titles.
        subject: Place and year of the figures wanted.
        year: The year.
        needs_year: Whether the caption names several years, so that a column without one is of any of them.
    """
    titles = {c: [t[c] for t in header if len(t) == len(row)] for c in range(at + 1, len(row))}
    titled, label = {c: " ".join(above) for c, above in titles.items()}, bare(row[at])
    numbers = [
        c for c, t in titles.items() if NUMBER.fullmatch(row[c]) and not is_other(t, subject, year=year, label=label)
    ]
    is_untitled = not any(titled.values())
    if not numbers or (is_untitled and _begins_with_other(header, subject, year=year)):
        return None
    if not table.aligned and _may_be_split(row):
        return None
    years = {c: [int(y) for y in YEAR.findall(title)] for c, title in titled.items() if c in numbers}
    if any(years.values()):
        mine = [c for c in numbers if year in years[c] and not NO_VALUES.search(titled[c])]
        sure = [c for c in mine if _VALUES.search(titled[c])]
        likely = sure or [c for c in mine if not _names_a_part(titles[c], label=label)]
        return likely[0] if sure or len({titled[c] for c in likely}) == 1 else None
    if needs_year or any(int(y) != year for line in header for cell in line for y in YEAR.findall(cell)):
        return None  # years are there, and which is above this figure is not known
    valued = [c for c in numbers if _VALUES.search(titled[c]) and not NO_VALUES.search(titled[c])]
    return valued[0] if valued else _first_column(row, at, numbers, titles=titles)


def _first_column(row: tuple[str, ...], at: int, numbers: list[int], *, titles: dict[int, list[str]]) -> int | None:
    """Return the first column where nothing is said of it and it is right behind label and unit."""
    first = numbers[0]
    if NO_VALUES.search(" ".join(titles[first])) or _names_a_part(titles[first], label=bare(row[at])):
        return None
    is_first = first == at + 1 or (first == at + 2 and bool(UNIT.fullmatch(row[at + 1])))
    return first if is_first and len(numbers) <= 3 else None


def _may_be_split(row: tuple[str, ...]) -> bool:
    """Return whether two cells of a row may be one number, its thousands parted by a blank.

    >>> _may_be_split(("出口(亿元)", "26", "726.98")), _may_be_split(("出口(亿元)", "26726.98", "6.0"))
    (True, False)
    """
    pairs = ((a, b) for a, b in pairwise(row) if re.fullmatch(r"[1-9]\d{0,2}", a))
    return any(re.fullmatch(r"\d{3}(?:\.\d+)?", b) for _, b in pairs)


def _names_a_part(titles: list[str], *, label: str) -> bool:
    """Return whether the title of a column is neither one of values nor empty: a town, a branch, a bank."""
    words = (_NEUTRAL.sub("", YEAR.sub("", bare(title))) for title in titles if bare(title) != label)
    return any(re.search(r"[\u4e00-\u9fff]", word) for word in words)


def _begins_with_other(header: list[tuple[str, ...]], subject: Subject, *, year: int) -> bool:
    """Return whether the first column that a header of other columns than a row has describes is not of the year."""
    for line in header:
        for title in line:
            if NO_VALUES.search(title) or is_other([title], subject, year=year, label=""):
                return True
            if _VALUES.search(title) or YEAR.search(title):
                break
    return False
