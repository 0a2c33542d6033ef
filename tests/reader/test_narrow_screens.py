"""Screens of 60 and 80 columns: no word and no number is cut, in any table of the command."""

from __future__ import annotations

import io
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from g60_pipeline.reader import screens

pytestmark = pytest.mark.usefixtures("kept_open")

LONGEST = 24
"""A longer word, such as a path or an address, may be broken."""

COMMANDS = (
    ("show",),
    ("show", "gdp", "--geo", "苏州"),
    ("show", "hightech_enterprises", "--year", "2022"),
    ("show", "--geo", "Hefei"),
    ("show", "--year", "2020"),
    ("claims", "--lead"),
    ("claims", "--verdict", "contradicted"),
    ("claims", "--claim", "C107"),
    ("landscape",),
    ("coverage",),
    ("coverage", "--indicator", "gdp"),
    ("coverage", "--geo", "合肥"),
    ("coverage", "--year", "2020"),
    ("doctor",),
    ("inbox", "template"),
    ("sql", "SELECT * EXCLUDE (note) FROM core.source LIMIT 3"),
)


def words(screen):
    return {word for word in screen.split() if len(word) <= LONGEST and word.isascii() and set(word) != {"─"}}


def cut(wide, narrow):
    """Return the words of a wide screen that a narrow one lacks; one may end in the mark of a record there."""
    return {w for w in words(wide) - words(narrow) if f"{w}:" not in narrow and f"{w}," not in narrow}


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_word_of_a_screen_is_cut(g60, command, columns, monkeypatch):
    free = shutil.disk_usage(".")
    monkeypatch.setattr("shutil.disk_usage", lambda _: free)  # others write meanwhile
    wide, narrow = (g60(*command, columns=width) for width in (500, columns))
    assert words(wide.stdout + wide.stderr)
    assert cut(wide.stdout + wide.stderr, narrow.stdout + narrow.stderr) == set()


def test_claims_are_records_where_their_columns_do_not_fit(g60):
    lines = g60("claims", "--lead", columns=60).stdout.splitlines()
    assert "Claim: C107  Companies on the STAR Market: 1/5 of China" in " ".join(lines)
    assert lines.count("  Scope: g60_songjiang") == lines.count("  Scope: g60_shanghai") == 7
    assert any("Claimed: 18.18–22.22 %" in line for line in lines)


def test_marks_flow_where_a_grid_of_years_does_not_fit(g60):
    lines = g60("coverage", "--indicator", "gdp", columns=60).stdout.splitlines()
    shanghai = lines.index("Place: Shanghai 上海市")
    assert lines[shanghai + 1].startswith("  '10 ")
    assert all(cell_len(line) <= 60 for line in lines[shanghai : shanghai + 4])


def laid_out(headings, rows, columns, **options):
    grid = screens.table(*headings, **options)
    for row in rows:
        grid.add_row(*row)
    file = io.StringIO()
    Console(file=file, width=columns, highlight=False, markup=False).print(grid)
    return file.getvalue()


WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-", min_size=1, max_size=LONGEST)
CELL = st.lists(WORD, max_size=6).map(" ".join)


@given(rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=4), columns=st.integers(40, 120))
def test_no_table_cuts_a_word_or_overflows(rows, columns):
    screen = laid_out(("one", "two", "three", "four"), rows, columns)
    assert {word for row in rows for cell in row for word in cell.split()} <= set(screen.split())
    assert max(map(len, screen.splitlines())) <= columns


def test_numbers_stand_on_one_line_or_their_rows_become_records():
    rows = [("2023", "1,234,567.89 to 2,345,678.91", "x" * 20)]
    assert "1,234,567.89 to 2,345,678.91" in laid_out(("Year", "Value", "Note"), rows, 60, right=("Value",))
    assert laid_out(("Year", "Value", "Note"), rows, 44, right=("Value",)).splitlines() == [
        "Year: 2023",
        "  Value: 1,234,567.89 to 2,345,678.91",
        f"  Note: {'x' * 20}",
    ]


def test_table_that_fits_stays_a_table_of_its_natural_width():
    assert laid_out(("A", "B"), [("one", "two")], 40).splitlines()[0].split() == ["A", "B"]
