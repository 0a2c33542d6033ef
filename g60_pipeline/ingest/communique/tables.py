"""Rules on tables: a figure is known by the label of its row (or column) and the year of its column (or row).

A table of a communique has indicators in its rows and this year, growth and last year in its columns. One of a yearbook
may have years or places in its rows and indicators in its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from g60_pipeline.ingest.communique.extract import base_value, is_label_of
from g60_pipeline.ingest.communique.narrower import has_narrower_bracket, is_narrower
from g60_pipeline.ingest.communique.rules.read import IndicatorRules, Rule, indicator_rules
from g60_pipeline.ingest.communique.subject import Subject
from g60_pipeline.ingest.communique.table_columns import NUMBER, header_of, sides, titled, titles_of, value_column
from g60_pipeline.ingest.communique.table_scope import (
    NO_VALUES,
    YEAR,
    bare,
    caption_is_elsewhere,
    caption_is_of_other_time,
    heading,
    heading_is_elsewhere,
    is_beside_other,
    is_of_caption_part,
    is_other,
    names_several_years,
)
from g60_pipeline.ingest.communique.table_units import (
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

_OWN: Final = re.compile(r"全[市省州县盟]|全[市省州县盟]合计")
_SHARE: Final = re.compile(r"^(?:比重|占比|构成|比例)")
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
    section: str
    """The heading above its row."""
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
    table = titled(table)
    if subject.year is None or caption_is_of_other_time(table.caption, subject):
        return
    is_of_member = is_of_member or caption_is_elsewhere(table.caption, subject)
    for side in sides(table):
        if not is_of_member:
            yield from _by_rows(side, subject, year=subject.year)
        yield from _by_columns(side, subject, year=subject.year, is_of_member=is_of_member)


def _by_rows(table: Table, subject: Subject, *, year: int) -> Iterator[CellCandidate]:
    """Yield figures of rows that bear the label of an indicator."""
    header = header_of(table)
    last, since, above = None, "", ""
    units, parent, is_open = Units(table), "", names_several_years(table.caption)
    for row in table.rows:
        label = next((c for c in row if c and not NUMBER.fullmatch(c)), "")
        at = row.index(label) if label else 0
        plain = bare(label)
        above = ("" if unit_in(label) else label) if row not in header and heading(row) else above
        if is_narrower(above, label=plain) or heading_is_elsewhere(above, subject):
            continue
        column = value_column(row, at, table=table, header=header, subject=subject, year=year, needs_year=is_open)
        if plain and not _PART.match(label):
            is_beside_others = column is None and sum(NUMBER.fullmatch(cell) is not None for cell in row) > 1
            for crossed in _crossed(table, row, plain, header=header, subject=subject, year=year):
                if not (is_beside_others and NO_VALUES.search(crossed.title)):  # a growth is that of what is beside it
                    yield replace(crossed, section=above)
        own, is_part = unit_in(label), bool(_PART.match(label))
        if not plain or column is None:
            beside = [cell for cell in row if cell not in {label, ""}]
            if plain and (not beside or (row in header and not any(map(is_missing, beside)))):
                units.heading(own)
            elif plain:
                units.row(own)
            continue
        unit = own or unit_cell(row, at, column) or header_unit(header, column, is_aligned=table.aligned)
        unit = unit or units.of_row(is_part=is_part)
        units.row(own)
        if not is_part and (of := _OF_ALL.search(plain)):
            parent = plain[of.end() :]
        found = _match(label, unit, row[column], last=last, since=since, is_part=is_part, places=subject.places)
        if found is None and parent:
            found = _match(plain + parent, unit, row[column], last=last, is_part=False, places=subject.places)
        if found is None or is_of_caption_part(table.caption, plain) or is_beside_other(row, at, column):
            since += "" if is_part else f"{plain}；"
            continue
        last, since = found[0].indicator, ""
        confidence = min(SURE if table.aligned else SPLIT, found[1].confidence)
        made = _candidate(found, row, column, table=table, header=header, unit=unit, year=year, confidence=confidence)
        yield replace(made, section=above)


def _crossed(
    table: Table, row: tuple[str, ...], label: str, *, header: list[tuple[str, ...]], subject: Subject, year: int
) -> Iterator[CellCandidate]:
    """Yield figures that row and column name together: of patents, those granted."""
    for column in range(1, len(row) if table.aligned else 0):
        titles = titles_of(header, row, column)
        title, unit = (bare(titles[-1]), unit_in(titles[-1])) if titles else ("", "")
        if not title or not unit or not NUMBER.fullmatch(row[column]) or _SHARE.match(title):
            continue
        if is_other(titles, subject, year=year, label=title) or is_of_caption_part(table.caption, label + title):
            continue
        if is_beside_other(row, 0, column):
            continue
        found = _match(label + title, unit, row[column], last=None, is_part=False, places=subject.places)
        if found is not None:
            yield _candidate(found, row, column, table=table, header=header, unit=unit, year=year, confidence=SPLIT)


def _by_columns(table: Table, subject: Subject, *, year: int, is_of_member: bool) -> Iterator[CellCandidate]:
    """Yield figures of the row of this year, or of this place, under the label of an indicator."""
    header = header_of(table)
    wanted = [row for row in table.rows if row and YEAR.fullmatch(row[0]) and int(YEAR.findall(row[0])[0]) == year]
    if is_of_member:
        wanted = []
    if not wanted:
        wanted = [row for row in table.rows if row and row[0] in subject.places]
        if not wanted and not is_of_member:
            wanted = [row for row in table.rows if row and _OWN.fullmatch(row[0])]
    if len(wanted) != 1 or not header:
        return
    row, last = wanted[0], None
    is_open = names_several_years(table.caption) and YEAR.fullmatch(row[0]) is None
    above = next((told for line in reversed(table.rows[: table.rows.index(row)]) if (told := heading(line))), "")
    for column in range(1, len(row)):
        titles = titles_of(header, row, column)
        label = bare(titles[-1] if titles else "")
        if not label or not NUMBER.fullmatch(row[column]) or is_other(titles, subject, year=year, label=label):
            continue
        if (
            is_narrower(above, label=label)
            or heading_is_elsewhere(above, subject)
            or is_of_caption_part(table.caption, label)
            or is_beside_other(row, 0, column)
        ):
            continue
        if is_open and not any(YEAR.search(title) for title in titles):
            continue
        unit = unit_in(titles[-1]) or caption_unit(table)
        found = _match(titles[-1], unit, row[column], last=last, is_part=False, places=subject.places)
        if found is not None and ("percent" in found[0].units or not any(NO_VALUES.search(t) for t in titles)):
            last = found[0].indicator
            confidence = min(SURE if table.aligned else SPLIT, found[1].confidence)
            yield _candidate(
                found, row, column, table=table, header=header, unit=unit, year=year, confidence=confidence
            )


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
    title = " ".join(dict.fromkeys(titles_of(header, row, column)))
    return CellCandidate(
        entry.indicator, year, row[column], unit, row, column, title, "", table, f"{rule.id}/table", confidence
    )


def _match(
    label: str,
    unit: str,
    number: str,
    *,
    last: str | None,
    since: str = "",
    is_part: bool,
    places: tuple[str, ...],
) -> tuple[IndicatorRules, Rule] | None:
    """Return the rule that knows a figure by the label of its row or column.

    Args:
        label: The label as printed.
        unit: Its unit.
        number: Its digits.
        last: Indicator of the last row that a rule knew.
        since: Labels of the rows since.
        is_part: Whether the label says "of which".
        places: Names of the place.
    """
    match = UNIT.fullmatch(unit)
    kind = match.lastgroup if match else ("percent" if number.endswith("%") else None)
    if has_narrower_bracket(label, is_money=kind in {"money", "dollars"}):
        return None
    label = bare(label)
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
            if rule.after and (last not in rule.after or (rule.not_since and re.search(rule.not_since, since))):
                continue
            if is_part and not rule.after and not rule.part:
                continue
            if is_label_of(rule, label, places=places):
                return entry, rule
    return None
