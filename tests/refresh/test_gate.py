"""The gate by itself: which rows are refused, cell by cell, and what a person may accept."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import polars as pl
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import SourceRows
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.refresh.gate import validate
from g60_pipeline.refresh.gate_facts import facts_like

CATALOG = load_catalog()
TODAY = dt.date(2026, 11, 16)
GDP = {2019: "98651520000000", 2020: "101356700000000", 2021: "114923700000000", 2022: "120472400000000"}


def answer(values: dict[int, str], *, published: dt.date | None = dt.date(2026, 7, 1), **more: Any) -> SourceRows:
    rows = [
        {"record_key": f"NY.GDP.MKTP.CN|CHN|{year}", "locator": f"page/1, row {year}", "series": "NY.GDP.MKTP.CN"}
        | {"place": "CHN", "period_kind": "year", "period": str(year), "value": value}
        for year, value in values.items()
    ]
    return SourceRows("made by a test", published=published, figures=live_frame("figures", rows), **more)


def refused(
    new: SourceRows,
    held: SourceRows | None = None,
    *others: SourceRows,
    accept: bool = False,
    source: str = "worldbank",
) -> str:
    """Return what the gate says of an answer; nothing where it lets it pass."""
    try:
        validate(
            new,
            part="",
            plan=CATALOG.live_source(source),
            catalog=CATALOG,
            before=held,
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


# -- a first answer, against the facts


@pytest.mark.parametrize("power", [-2, -4])
def test_a_first_answer_in_another_unit_throughout_is_refused_unless_accepted(power: int) -> None:
    wrong = answer({year: value[:power] for year, value in GDP.items()})
    assert "times smaller than those of the facts on the same places" in refused(wrong)
    assert refused(wrong, accept=True) == ""


@pytest.mark.parametrize(("value", "told"), [("2528", False), ("9000", False), ("50560", True), ("252", True)])
def test_a_first_answer_of_one_figure_is_compared_with_the_one_the_facts_hold(value: str, told: bool) -> None:
    row = {"record_key": "received_domestic|上海|2018", "locator": "row 上海", "series": "received_domestic"}
    more = {"place": "上海", "period_kind": "year", "period": "2018", "value": value, "unit": "件"}
    first = SourceRows("made by a test", figures=live_frame("figures", [row | more]))
    assert ("(1 compared, such as" in refused(first, source="cnipa_annual")) == told


def test_the_message_names_the_figure_and_the_fact_it_stands_against() -> None:
    told = refused(answer({year: value[:-2] for year, value in GDP.items()}))
    assert re.search(r"in the median its figures are \d\d+ times smaller than those of the facts", told)
    assert re.search(r"\(\d+ compared, such as [\d.e+]+ with [\d.e+]+ cny_100m of \w+, D\d+\)", told)
    assert "g60 refresh --accept worldbank" in told


def test_one_year_far_from_the_facts_does_not_condemn_a_first_answer() -> None:
    assert abs(facts_like_gdp(GDP | {2021: GDP[2021] + "0000"})) < 0.1
    assert facts_like_gdp({year: value + "0000" for year, value in GDP.items()}) == pytest.approx(4, abs=0.1)


def facts_like_gdp(values: dict[int, str]) -> float:
    """Return how a series of GDP stands to the facts, as a power of ten."""
    core = {n: CATALOG_TABLES[n](CATALOG) for n in ("geography", "indicator", "indicator_basis", "unit")}
    rows = [
        {"of": "gdp", "observation_id": str(year), "geo_code": "100000", "indicator_id": "gdp", "year": year}
        | {"basis": "worldbank_current_lcu", "value": float(value) / 1e8, "unit": "cny_100m"}
        for year, value in values.items()
    ]
    figures = pl.DataFrame(rows, schema_overrides={"year": pl.Int32})
    power: float = facts_like(figures, core=core, today=TODAY)["power"].item()
    return power


def test_a_series_that_is_held_is_compared_with_what_is_held_and_not_with_the_facts() -> None:
    wrong = answer({year: value[:-2] for year, value in GDP.items()})
    assert refused(wrong, wrong) == ""
    assert refused(answer({2023: "1294272000000"}), None, wrong) == ""


# -- census years


def census(*people: tuple[int, str]) -> SourceRows:
    rows = [
        {"record_key": f"P1082|310000|{year}", "locator": "row 1", "series": "P1082", "place": "310000"}
        | {"period_kind": "census", "period": f"{year}-11-01", "value": value}
        for year, value in people
    ]
    return SourceRows("made by a test", figures=live_frame("figures", rows))


def test_an_added_census_wrong_by_a_factor_is_compared_with_the_one_ten_years_before() -> None:
    held = census((2010, "10465994"))
    told = refused(census((2010, "10465994"), (2020, "127480")), held, source="wikidata")
    assert "82 times smaller" in told
    assert "of 2010, its nearest year" in told
    assert refused(census((2010, "10465994"), (2020, "12748262")), held, source="wikidata") == ""


# -- pairs of cities


def joint(
    works: str, *, year: int = 2024, cities: tuple[str, str] | None = None, flags: str | None = None
) -> SourceRows:
    pair = {"record_key": f"works|310000-320500|{year}", "locator": "a", "place_1": "310000", "place_2": "320500"}
    counts = {"year": str(year), "works": works, "institutions_1": "3", "institutions_2": "3"}
    alone = [
        {"record_key": f"works|{place}|{year}", "locator": "a", "series": "works", "place": place, "flags": flags}
        | {"period_kind": "year", "period": str(year), "value": value}
        for place, value in zip(("310000", "320500"), cities or (), strict=False)
    ]
    return SourceRows("made", pairs=live_frame("pairs", [pair | counts]), figures=live_frame("figures", alone))


def of_pairs(new: SourceRows, held: SourceRows | None = None, *others: SourceRows, accept: bool = False) -> str:
    return refused(new, held, *others, accept=accept, source="openalex")


@pytest.mark.parametrize(("before", "now"), [("3", "30000"), ("30000", "3"), ("0", "40"), ("300", "0")])
def test_joint_works_that_jumped_are_refused_unless_accepted(before: str, now: str) -> None:
    told = of_pairs(joint(now), joint(before))
    assert told.startswith("openalex, series works by pair, works|310000-320500|2024: its figure")
    assert "g60 refresh --accept openalex" in told
    assert of_pairs(joint(now), joint(before), accept=True) == ""


@pytest.mark.parametrize(("before", "now"), [("0", "3"), ("2", "25"), ("12", "0"), ("3000", "3400")])
def test_small_counts_of_joint_works_may_multiply(before: str, now: str) -> None:
    assert of_pairs(joint(now), joint(before)) == ""


def test_joint_works_of_an_added_year_are_compared_with_those_of_the_year_before() -> None:
    told = of_pairs(joint("5100000", year=2025), None, joint("500"))
    assert "10,200 times larger than the 500 of 2024, its nearest year" in told
    assert of_pairs(joint("510", year=2025), None, joint("500")) == ""


def test_a_pair_has_no_more_works_than_either_of_its_cities() -> None:
    assert of_pairs(joint("500", cities=("60000", "500"))) == ""
    told = of_pairs(joint("501", cities=("60000", "500")), accept=True)
    assert "its 501 joint works of 2024 are more than the 500 works of 320500" in told
    assert "works|310000-320500|2024" in told
    assert of_pairs(joint("501", cities=("60000", "500"), flags="lower_bound")) == "", "a cut list proves nothing"


@pytest.mark.parametrize("works", ["-3", "abc", "3.5", ""])
def test_joint_works_that_are_no_count_are_refused(works: str) -> None:
    assert f"{works!r} works in '2024' are no count of a year" in of_pairs(joint(works), accept=True)


# -- coordinates


def located(longitude: str, latitude: str) -> str:
    row = {"record_key": "place|310000", "locator": "a", "place": "310000", "item": "Q8686"}
    places = live_frame("places", [row | {"longitude": longitude, "latitude": latitude}])
    return refused(SourceRows("made", places=places), accept=True, source="wikidata")


@pytest.mark.parametrize(("longitude", "latitude"), [("121.47", "31.23"), ("75.99", "39.47"), ("112.3", "16.8")])
def test_points_of_china_pass(longitude: str, latitude: str) -> None:
    assert located(longitude, latitude) == ""


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [("999", "-500"), ("31.23", "121.47"), ("1214700", "31.23"), ("121.47", "-31"), ("x", "31")],
)
def test_coordinates_out_of_range_are_refused(longitude: str, latitude: str) -> None:
    told = located(longitude, latitude)
    assert told.startswith("wikidata, place|310000: longitude")
    assert "is no point of China" in told
    assert "exchanged" in told
