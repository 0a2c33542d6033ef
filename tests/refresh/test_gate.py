"""The gate by itself: which rows are refused, cell by cell, and what a person may accept."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.network.messages import SourceError
from g60_pipeline.refresh.gate import judge
from g60_pipeline.sources.connector import Parsed
from g60_pipeline.tables.live import live_frame

CATALOG = load_catalog()
TODAY = dt.date(2026, 11, 16)
GDP = {2019: "98651520000000", 2020: "101356700000000", 2021: "114923700000000", 2022: "120472400000000"}


def answer(values: dict[int, str], *, published: dt.date | None = dt.date(2026, 7, 1), **more: Any) -> Parsed:
    rows = [
        {"record_key": f"NY.GDP.MKTP.CN|CHN|{year}", "locator": f"page/1, row {year}", "series": "NY.GDP.MKTP.CN"}
        | {"place": "CHN", "period_kind": "year", "period": str(year), "value": value}
        for year, value in values.items()
    ]
    return Parsed("made by a test", published=published, figures=live_frame("figures", rows), **more)


def refused(new: Parsed, held: Parsed | None = None, *others: Parsed, accept: bool = False) -> str:
    """Return what the gate says of an answer; nothing where it lets it pass."""
    try:
        judge(
            new,
            part="",
            plan=CATALOG.live_source("worldbank"),
            catalog=CATALOG,
            held=held,
            others=others,
            today=TODAY,
            accept=accept,
        )
    except SourceError as error:
        return f"{error.subject}: {error.rule} {error.remedy}"
    return ""


def test_the_same_and_an_ordinary_revision_pass() -> None:
    held = answer(GDP)
    assert refused(answer(GDP), held) == ""
    assert refused(answer(GDP | {2022: "123402940000000"}), held) == ""
    assert refused(answer(GDP), None) == ""


@pytest.mark.parametrize(("year", "power"), [(2019, 4), (2022, 4), (2021, -4), (2020, 1), (2020, -1)])
def test_a_single_cell_that_jumped_is_refused_whatever_the_others_say(year: int, power: int) -> None:
    value = GDP[year] + "0" * power if power > 0 else GDP[year][:power]
    told = refused(answer(GDP | {year: value}), answer(GDP))
    assert told.startswith("worldbank")
    assert "g60 refresh --accept worldbank" in told or "in the catalog" in told
    assert f"NY.GDP.MKTP.CN|CHN|{year}" in told
    assert "1 of 4 figures of the series jumped" in told or "plausible range" in told
    assert ("smaller" if power < 0 else "larger") in told or "plausible range" in told


def test_a_person_may_accept_a_jump_but_not_what_no_figure_may_be() -> None:
    jumped = answer(GDP | {2021: "1149237000000"})
    assert refused(jumped, answer(GDP))
    assert refused(jumped, answer(GDP), accept=True) == ""
    assert "below zero" in refused(answer(GDP | {2021: "-1"}), answer(GDP), accept=True)
    assert "plausible range" in refused(answer(GDP | {2021: "1" + "0" * 25}), answer(GDP), accept=True)


def test_a_zero_in_place_of_a_figure_is_refused() -> None:
    assert "0 stands against" in refused(answer(GDP | {2020: "0"}), answer(GDP))


def test_an_added_year_is_compared_with_the_nearest_one_held() -> None:
    added = {2023: "129427200000000"}
    assert refused(answer(GDP | added), answer(GDP)) == ""
    told = refused(answer(GDP | {2023: "12942720000"}), answer(GDP))
    assert "CHN|2023" in told
    assert re.search(r"10,000 times smaller|9,\d\d\d times smaller", told)
    assert "of 2022, its nearest year" in told


def test_an_added_year_of_another_part_is_compared_too() -> None:
    assert "of 2022, its nearest year" in refused(answer({2023: "12942720000"}), None, answer(GDP))
    assert refused(answer({2023: "129427200000000"}), None, answer(GDP)) == ""


def test_a_first_answer_is_compared_with_itself() -> None:
    assert "its nearest year" in refused(answer(GDP | {2021: "11492370000"}))


def test_years_far_apart_are_not_compared() -> None:
    assert refused(answer({1995: "6133990000000", 2022: "120472400000000"})) == ""


def test_an_answer_older_than_what_is_held_is_refused_unless_accepted() -> None:
    older = answer(GDP | {2022: "120472500000000"}, published=dt.date(2026, 4, 1))
    assert "published on 2026-04-01, and what is held on 2026-07-01" in refused(older, answer(GDP))
    assert refused(older, answer(GDP), accept=True) == ""
    assert refused(answer(GDP, published=None), answer(GDP)) == ""


def test_an_answer_without_rows_is_refused_unless_it_says_why() -> None:
    assert "no rows" in refused(answer({}))
    assert refused(answer({}, warnings=("every year is empty",))) == ""


def test_many_rows_gone_are_refused_and_few_are_not() -> None:
    years = dict.fromkeys(range(2000, 2020), "98651520000000")
    few = {year: value for year, value in years.items() if year >= 2004}
    many = {year: value for year, value in years.items() if year >= 2005}
    assert refused(answer(few), answer(years)) == ""
    assert "5 of 20 figures held are missing" in refused(answer(many), answer(years))
    assert refused(answer(many), answer(years), accept=True) == ""
