"""`g60 coverage`: the grid of what is filled."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

pytestmark = pytest.mark.usefixtures("kept_open")


def test_json_is_the_view_as_it_stands(g60_json, ask):
    shown = g60_json("coverage", "--year", "2020")["coverage"]
    held = ask("FROM analysis.coverage WHERE year = 2020 ORDER BY indicator_id, basis, year, geo_code")
    assert shown == held


def test_matrix_counts_years_and_gives_the_best_grade(g60, ask):
    held = ask(
        """SELECT geo_code, count(DISTINCT year) AS n, min(grade) AS best FROM analysis.coverage
           WHERE filled AND indicator_id = 'gdp' GROUP BY geo_code"""
    )
    cells = {row["geo_code"]: f"{row['n']} {row['best']}" for row in held}
    order = ("310117", "310000", "330400", "330100", "330700", "320500", "330500", "341800", "340200", "340100")
    lines = g60("coverage", columns=160).stdout.splitlines()
    gdp = next(line for line in lines if line.startswith("Gross domestic product"))
    assert gdp.split()[-20:] == " ".join(cells[code] for code in order).split()


@pytest.mark.parametrize("args", [(), ("--indicator", "gdp"), ("--geo", "合肥"), ("--year", "2020")])
def test_grids_fit_a_hundred_columns(g60, args):
    screen = g60("coverage", *args, columns=100).stdout
    grid, _, legend = screen.partition("Grades: A official site")
    assert max(cell_len(line) for line in grid.splitlines()) <= 100
    assert "U copy naming none" in legend


def test_indicator_gives_city_by_year_with_grades(g60, ask):
    lines = g60("coverage", "--indicator", "gdp").stdout.splitlines()
    held = ask(
        """SELECT grade, flags FROM analysis.coverage
           WHERE indicator_id = 'gdp' AND geo_code = '310117' ORDER BY year"""
    )
    songjiang = next(line for line in lines if line.startswith("Songjiang District"))
    marks = songjiang.split()[3:]
    assert [mark[0].replace("·", "-") for mark in marks] == [row["grade"] or "-" for row in held][-len(marks) :]


def test_estimates_and_bounds_are_marked(g60):
    screen = g60("coverage", "--geo", "苏州").stdout
    assert "C~" in screen
    assert "~ estimate of the source" in screen


def test_place_that_is_no_member_is_refused_with_the_members(g60):
    result = g60("coverage", "--geo", "Beijing")
    assert result.exit_code == 2
    assert "no member of a corridor" in result.stderr
    assert "310117 Songjiang District 松江区" in result.stderr


def test_year_without_any_figure_says_so(g60):
    assert "No figure is held." in g60("coverage", "--year", "1950").stdout
