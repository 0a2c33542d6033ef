"""Rules on tables: a figure is known by the label of its row (or column) and the year of its column (or row).

A table of a communique has indicators in its rows and this year, growth and last year in its columns. One of a yearbook
may have years or places in its rows and indicators in its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from g60_pipeline.ingest.communique.extract import base_value, is_label_of
from g60_pipeline.ingest.communique.rules.read import IndicatorRules, Rule, indicator_rules
from g60_pipeline.ingest.communique.subject import ALL_YEAR, PART_OF_YEAR, Subject
from g60_pipeline.ingest.communique.table_units import (
    IN_PARENTHESES,
    UNIT,
    Units,
    caption_unit,
    header_unit,
    unit_cell,
    unit_in,
)
from g60_pipeline.ingest.communique.text.parts import Table
from g60_pipeline.signs import is_missing

SURE: Final = 0.96
"""Confidence in a cell of a table whose cells the file knows."""

SPLIT: Final = 0.93
"""Confidence in a cell of lines that were split at their blanks."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?%?")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)年?(?!.{0,3}[月=])")
_VALUES: Final = re.compile(
    r"全[市州县盟]|绝对[数值量额]|1[-—–~至]12月|年末|数量|总量|实绩|全年|本年|今年|指标值|合计|累计|数值|金额|绝对"
)
_NO_VALUES: Final = re.compile(
    r"增长|增速|增减|增幅|±|同比|比上年|比重|占比|比例|构成|指数|为上年|排名|位次|计划|目标|年初预算|预算数|调整预算|(?<!实际)完成"
)
_MONTH: Final = re.compile(r"(?<![\d\-—–~至])\d{1,2}月(?!末)")
_LAST_YEAR: Final = re.compile(r"(?<![比为较])(?:上年|去年|上一年|前一年|上期)")
_ELSEWHERE: Final = re.compile(r"(?![全各我本分])[\u4e00-\u9fff]{1,8}(?:省|市|县|区|州|盟|旗)")
_OF_ELSEWHERE: Final = re.compile(
    r"(?:^|表\s*[\d一二三四五六七八九十.-]+[：:、]?)\s*(?:(?:19|20)\d\d年)?\s*"
    r"(?![全各我本分])[\u4e00-\u9fff]{2,5}?[省市县区](?![\u4e00-\u9fff]?[市县区])"
)
_OTHERS: Final = re.compile(r"全国|全省|全自治区")
_OWN: Final = re.compile(r"全[市省州县盟]|全[市省州县盟]合计")
_SHARE: Final = re.compile(r"^(?:比重|占比|构成|比例)")
_BEFORE_LABEL: Final = re.compile(
    r"^(?:[#＃*·•\-—\s]+|[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[.、](?!\d)|其中[：:]?|其[：:]|#)+"
)
_OF_ALL: Final = re.compile(r"^各级各类(?:学校|教育)|^各类(?:学校|教育)")
_PART: Final = re.compile(r"^(?:#|其中|\*)")


@dataclass(frozen=True)
class CellCandidate:
    """A cell that a rule takes for a figure of an indicator."""

    indicator: str
    year: int
    value: str
    unit: str
    row: tuple[str, ...]
    column: int
    title: str
    """What is printed above its column."""
    table: Table
    rule: str
    confidence: float


def cell_candidates(table: Table, subject: Subject, *, is_of_member: bool = False) -> Iterator[CellCandidate]:
    """Yield the cells of a table that rules know.

    Args:
        table: The table.
        subject: Place and year of the figures wanted.
        is_of_member: Whether the document is about a larger place, of which only the row of this one counts.
    """
    if subject.year is None or _is_of_other(table.caption, subject):
        return
    for side in _sides(table):
        if not is_of_member:
            yield from _by_rows(side, subject, year=subject.year)
        yield from _by_columns(side, subject, year=subject.year, is_of_member=is_of_member)


def _sides(table: Table) -> list[Table]:
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


def _by_rows(table: Table, subject: Subject, *, year: int) -> Iterator[CellCandidate]:
    """Yield figures of rows that bear the label of an indicator."""
    header = _header(table)
    last: str | None = None
    units, parent = Units(table), ""
    for row in table.rows:
        label = next((c for c in row if c and not _NUMBER.fullmatch(c)), "")
        at = row.index(label) if label else 0
        bare = _bare(label)
        if bare and not _PART.match(label):
            yield from _crossed(table, row, bare, header=header, subject=subject, year=year)
        column = _value_column(row, at, header=header, subject=subject, caption=table.caption, year=year)
        own, is_part = unit_in(label), bool(_PART.match(label))
        if not bare or column is None:
            beside = [cell for cell in row if cell not in {label, ""}]
            if bare and (not beside or (row in header and not any(map(is_missing, beside)))):
                units.heading(own)
            elif bare:
                units.row(own)
            continue
        unit = own or unit_cell(row, at, column) or header_unit(header, column, is_aligned=table.aligned)
        unit = unit or units.of_row(is_part=is_part)
        units.row(own)
        if not is_part and (of := _OF_ALL.search(bare)):
            parent = bare[of.end() :]
        found = _match(bare, unit, row[column], last=last, is_part=is_part, places=subject.places)
        if found is None and parent:
            found = _match(bare + parent, unit, row[column], last=last, is_part=False, places=subject.places)
        if found is None:
            continue
        last = found[0].indicator
        confidence = min(SURE if table.aligned else SPLIT, found[1].confidence)
        yield _candidate(found, row, column, table=table, header=header, unit=unit, year=year, confidence=confidence)


def _crossed(
    table: Table, row: tuple[str, ...], label: str, *, header: list[tuple[str, ...]], subject: Subject, year: int
) -> Iterator[CellCandidate]:
    """Yield figures that row and column name together: of patents, those granted."""
    for column in range(1, len(row) if table.aligned else 0):
        titles = _titles(header, row, column)
        if not titles or not _NUMBER.fullmatch(row[column]) or _is_other(" ".join(titles), subject, year=year):
            continue
        title, unit = _bare(titles[-1]), unit_in(titles[-1])
        if not title or not unit or _SHARE.match(title):
            continue
        found = _match(label + title, unit, row[column], last=None, is_part=False, places=subject.places)
        if found is not None:
            yield _candidate(found, row, column, table=table, header=header, unit=unit, year=year, confidence=SPLIT)


def _is_other(title: str, subject: Subject, *, year: int) -> bool:
    """Return whether a column is of another year, in digits or in words, a month, a larger place, or of a plan."""
    years = [int(y) for y in _YEAR.findall(title)]
    is_larger = _OTHERS.search(title) is not None and not any(
        name.endswith(("省", "自治区")) for name in subject.places
    )
    is_plan = re.search(r"计划|目标|预算数", title) is not None
    is_other_year = bool(years and year not in years) or _LAST_YEAR.search(title) is not None
    is_part = PART_OF_YEAR.search(title) is not None and not ALL_YEAR.search(title)
    elsewhere = (c for c in title.split() if _ELSEWHERE.fullmatch(_bare(c)) and _bare(c) not in subject.places)
    return is_other_year or is_part or any(elsewhere) or is_larger or is_plan or _MONTH.search(title) is not None


def _is_of_other(caption: str, subject: Subject) -> bool:
    """Return whether a caption names a part of a year, or another place and not this one."""
    if PART_OF_YEAR.search(caption) and not ALL_YEAR.search(caption):
        return True
    return _OF_ELSEWHERE.search(caption) is not None and not any(name in caption for name in subject.places)


def _by_columns(table: Table, subject: Subject, *, year: int, is_of_member: bool) -> Iterator[CellCandidate]:
    """Yield figures of the row of this year, or of this place, under the label of an indicator."""
    header = _header(table)
    wanted = [row for row in table.rows if row and _YEAR.fullmatch(row[0]) and int(_YEAR.findall(row[0])[0]) == year]
    if is_of_member:
        wanted = []
    if not wanted and (len(_YEAR.findall(table.caption)) != 1 or str(year) in table.caption):
        wanted = [row for row in table.rows if row and row[0] in subject.places]
        if not wanted and not is_of_member:
            wanted = [row for row in table.rows if row and _OWN.fullmatch(row[0])]
    if len(wanted) != 1 or not header:
        return
    row, last = wanted[0], None
    for column in range(1, len(row)):
        titles = _titles(header, row, column)
        label = _bare(titles[-1] if titles else "")
        if not label or not _NUMBER.fullmatch(row[column]) or _is_other(" ".join(titles), subject, year=year):
            continue
        unit = unit_in(titles[-1]) or caption_unit(table)
        found = _match(label, unit, row[column], last=last, is_part=False, places=subject.places)
        if found is not None and ("percent" in found[0].units or not any(_NO_VALUES.search(t) for t in titles)):
            last = found[0].indicator
            confidence = min(SURE if table.aligned else SPLIT, found[1].confidence)
            yield _candidate(
                found, row, column, table=table, header=header, unit=unit, year=year, confidence=confidence
            )


def _header(table: Table) -> list[tuple[str, ...]]:
    """Return the rows above the first row with figures (years are none)."""
    found: list[tuple[str, ...]] = []
    for row in table.rows[:6]:
        if any(_NUMBER.fullmatch(c) and not _YEAR.fullmatch(c) for c in row[1:]):
            break
        found.append(row)
    return found


def _titles(header: list[tuple[str, ...]], row: tuple[str, ...], column: int) -> list[str]:
    return [line[column] for line in header if len(line) == len(row) and line[column]]


def _candidate(
    found: tuple[IndicatorRules, Rule],
    row: tuple[str, ...],
    column: int,
    *,
    table: Table,
    header: list[tuple[str, ...]],
    unit: str,
    year: int,
    confidence: float,
) -> CellCandidate:
    entry, rule = found
    title = " ".join(dict.fromkeys(_titles(header, row, column)))
    return CellCandidate(
        entry.indicator, year, row[column], unit, row, column, title, table, f"{rule.id}/table", confidence
    )


def _value_column(
    row: tuple[str, ...], at: int, *, header: list[tuple[str, ...]], subject: Subject, caption: str, year: int
) -> int | None:
    """Return the column of this year's figure of a row."""
    titled = {c: " ".join(t[c] for t in header if len(t) == len(row)) for c in range(at + 1, len(row))}
    numbers = [c for c, t in titled.items() if _NUMBER.fullmatch(row[c]) and not _is_other(t, subject, year=year)]
    if not numbers:
        return None
    years = {c: [int(y) for y in _YEAR.findall(title)] for c, title in titled.items() if c in numbers}
    if any(years.values()):
        mine = [c for c in numbers if year in years[c] and not _NO_VALUES.search(titled[c])]
        return mine[0] if mine else None
    if any(int(y) != year for line in header for cell in line for y in _YEAR.findall(cell)):
        return None  # years are there, and which is above this figure is not known
    valued = [c for c in numbers if _VALUES.search(titled[c]) and not _NO_VALUES.search(titled[c])]
    if valued:
        return valued[0]
    named = [y for y in _YEAR.findall(caption) if int(y) != year]
    if (named and str(year) not in caption) or _NO_VALUES.search(titled[numbers[0]]):
        return None
    is_first = numbers[0] == at + 1 or (numbers[0] == at + 2 and bool(UNIT.fullmatch(row[at + 1])))
    return numbers[0] if is_first and len(numbers) <= 3 else None


def _match(
    label: str, unit: str, number: str, *, last: str | None, is_part: bool, places: tuple[str, ...]
) -> tuple[IndicatorRules, Rule] | None:
    match = UNIT.fullmatch(unit)
    kind = match.lastgroup if match else ("percent" if number.endswith("%") else None)
    for entry in indicator_rules():
        if kind not in entry.units:
            continue
        size = abs(base_value(number.rstrip("%"), unit))
        if (entry.smallest is not None and size < entry.smallest) or (
            entry.largest is not None and size > entry.largest
        ):
            continue
        for rule in entry.rules:
            if rule.label is None or rule.side == "after" or rule.context or rule.after_lead or rule.new:
                continue
            if rule.after and last not in rule.after:
                continue
            if is_part and not rule.after and not rule.part:
                continue
            if is_label_of(rule, label, places=places):
                return entry, rule
    return None


def _bare(label: str) -> str:
    return IN_PARENTHESES.sub("", _BEFORE_LABEL.sub("", label)).strip("：:、")
