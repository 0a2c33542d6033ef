"""The unit of a figure in a table: beside it, above it, of its section, or of the caption."""

from __future__ import annotations

import re
from typing import Final

from g60_pipeline.ingest.communique.mentions import UNITS
from g60_pipeline.ingest.communique.text.parts import Table

UNIT: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in UNITS.items()))
IN_PARENTHESES: Final = re.compile(r"[(（]([^()（）]*)[)）]")


class Units:
    """The units that a row without one of its own may have.

    `of_section`: of the last heading that names one, whether or not others follow; `above`: of the last row that does.
    """

    def __init__(self, table: Table) -> None:
        """Begin at the head of a table."""
        self.of_table = caption_unit(table)
        self.of_section = self.above = ""
        self.may_have_ended = False

    def heading(self, unit: str) -> None:
        """Begin a section; one without a unit may be below the last one that names a unit, or behind it."""
        self.may_have_ended = not unit and self.of_section != self.of_table
        if unit:
            self.of_section, self.above = unit, ""

    def row(self, unit: str) -> None:
        """Take a row in, with the unit that it names."""
        self.above = unit or self.above

    def of_row(self, *, is_part: bool) -> str:
        """Return the unit of a row; none where it could be that of the row above, of the section or of the table."""
        general = self.of_section or self.of_table
        if self.of_section and self.may_have_ended:
            return self.above if is_part else ""
        if not general or is_part:
            return self.above or general
        return general if self.above in {"", general} else ""


def unit_in(text: str) -> str:
    """Return the last unit in parentheses; nothing without one."""
    for inside in reversed(IN_PARENTHESES.findall(text)):
        if UNIT.fullmatch(inside):
            return str(inside)
    return ""


def unit_cell(row: tuple[str, ...], at: int, column: int) -> str:
    """Return the unit that is a cell of its own between the label and the figure of a row."""
    return next((c for c in row[at + 1 : column] if UNIT.fullmatch(c)), "")


def header_unit(header: list[tuple[str, ...]], column: int, *, is_aligned: bool) -> str:
    """Return the unit above a column."""
    if not is_aligned:  # its columns are not known: the first unit is that of the first figures
        return next((u for line in header for c in line if (u := unit_in(c))), "")
    return next((u for line in reversed(header) if column < len(line) and (u := unit_in(line[column]))), "")


def caption_unit(table: Table) -> str:
    """Return the unit that the caption of a table names for all of it."""
    match = re.search(r"单位[：:]([^\s()，、]{1,6})", table.caption)
    if match and UNIT.fullmatch(match.group(1)):
        return match.group(1)
    return unit_in(table.caption)
