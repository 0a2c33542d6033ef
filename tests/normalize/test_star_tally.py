"""The tally of STAR Market firms: by hand on a small listing, and on the real one against figures known from outside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.addresses import load_address_rules
from g60_pipeline.normalize.catalog_tables import corridor_member, geography, indicator_basis
from g60_pipeline.normalize.star import star_listings, tally

Frames = dict[str, pl.DataFrame]
EIGHT = ["320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800"]

CATALOG = load_catalog()
PLACES, MEMBERS, BASES = geography(CATALOG), corridor_member(CATALOG), indicator_basis(CATALOG)
RULES = load_address_rules()
PAPERS = pl.DataFrame(
    {"document_id": ["DA", "DB"], "grade": ["D", "C"], "published": [None, dt.date(2024, 1, 1)]},
    schema={"document_id": pl.String, "grade": pl.String, "published": pl.Date},
)

SMALL = """\
688001,a,2019-07-22,,江苏,苏州市,320500,profile,DA
688002,b,2019-07-31,,江苏,苏州市,320500,profile,DA
688003,c,2019-08-01,2019-09-30,江苏,苏州市,320500,profile,DB
688004,d,2019-08-15,,江苏,,,unknown,DA
688005,e,2019-08-20,,上海,上海市,310000,profile,DA
688006,f,2019-08-20,,山东,烟台市,,profile,DA
688007,g,2019-09-02,,浙江,杭州市,,profile,DA
688008,h,2019-10-08,,浙江,杭州市,330100,profile,DA
688009,i,2019-11-05,,浙江,杭州市,330100,profile,DA
"""
COLUMNS = "stock_code,short_name_zh,list_date,delist_date,province_zh,city_zh,geo_code,city_basis,document_id"
JULY, AUGUST, SEPTEMBER, OCTOBER = (dt.date(2019, m, d) for m, d in ((7, 31), (8, 31), (9, 30), (10, 31)))


def listed(text: str) -> tuple[pl.DataFrame, list[Any]]:
    columns = (*COLUMNS.split(","), "registered_address", "address_document_id")
    rows = [dict.fromkeys(columns) | dict(zip(columns, line.split(","), strict=False)) for line in text.splitlines()]
    raw = pl.DataFrame(
        [{"file": "f", "line": i, **{k: v or None for k, v in r.items()}} for i, r in enumerate(rows, start=2)],
        schema={"file": pl.String, "line": pl.Int32} | dict.fromkeys(columns, pl.String),
    )
    return star_listings(raw, geography=PLACES, document=PAPERS, rules=RULES)


def tallied(text: str) -> pl.DataFrame:
    return tally(listed(text)[0], geography=PLACES, corridor_member=MEMBERS, document=PAPERS, indicator_basis=BASES)


@pytest.fixture(scope="module")
def small() -> dict[tuple[str, str, dt.date], dict[str, Any]]:
    return {(r["geo_code"], r["basis"], r["period_end"]): r for r in tallied(SMALL).iter_rows(named=True)}


def counts(small: dict[Any, dict[str, Any]], place: str, basis: str = "tally") -> list[float]:
    return [small[place, basis, day]["value"] for day in (JULY, AUGUST, SEPTEMBER, OCTOBER)]


def test_a_firm_counts_from_its_listing_day_and_not_from_its_delisting_day(small: dict[Any, dict[str, Any]]) -> None:
    assert counts(small, "320500") == [2, 3, 2, 2]
    assert counts(small, "100000") == [2, 6, 6, 7]


def test_provinces_count_the_firms_whose_city_is_not_known(small: dict[Any, dict[str, Any]]) -> None:
    assert counts(small, "320000") == [2, 4, 3, 3]
    assert counts(small, "320000", "tally_unplaced") == [0, 1, 1, 1]
    assert counts(small, "330000", "tally_unplaced") == [0, 0, 0, 0]


def test_a_city_carries_a_lower_bound_while_its_province_has_unplaced_firms(
    small: dict[Any, dict[str, Any]],
) -> None:
    assert [small["320500", "tally", d]["flags"] for d in (JULY, AUGUST)] == [[], ["lower_bound"]]
    assert "1 firm(s)" in small["320500", "tally", AUGUST]["note"]
    assert small["330100", "tally", AUGUST]["flags"] == []
    assert small["320000", "tally", AUGUST]["flags"] == []
    assert small["310000", "tally", AUGUST]["flags"] == []


def test_a_city_without_firms_has_zero_not_nothing(small: dict[Any, dict[str, Any]]) -> None:
    assert counts(small, "341800") == [0, 0, 0, 0]


def test_a_city_is_recognised_by_its_name_where_no_code_is_given(small: dict[Any, dict[str, Any]]) -> None:
    assert counts(small, "330100") == [0, 0, 1, 2]


def test_an_address_places_a_firm_in_its_district_and_the_others_leave_it_a_lower_bound() -> None:
    placed = "688005,e,2019-08-20,,上海,上海市,310000,profile,DA,上海市松江区小昆山镇光华路518号,DB"
    other = "688010,j,2019-08-21,,上海,上海市,310000,profile,DA"
    text = SMALL.replace("688005,e,2019-08-20,,上海,上海市,310000,profile,DA", placed) + other
    rows = {(r["geo_code"], r["basis"], r["period_end"]): r for r in tallied(text).iter_rows(named=True)}
    songjiang = rows["310117", "tally", AUGUST]
    assert (songjiang["value"], songjiang["flags"]) == (1, ["lower_bound"])
    assert rows["310000", "tally_unplaced", AUGUST]["value"] == 1
    assert rows["310000", "tally", AUGUST]["value"] == 2


def test_an_address_without_its_document_is_refused() -> None:
    kept, issues = listed("688005,e,2019-08-20,,上海,上海市,310000,profile,DA,上海市松江区光华路518号")
    assert kept.is_empty()
    assert [issue.rule for issue in issues] == ["address_without_document"]


def test_a_district_is_not_tallied_because_the_lists_name_no_district(small: dict[Any, dict[str, Any]]) -> None:
    assert not [key for key in small if key[0] == "310117"]


def test_the_month_of_the_newest_listing_is_not_tallied(small: dict[Any, dict[str, Any]]) -> None:
    assert max(day for _, _, day in small) == OCTOBER


def test_the_tally_cites_the_document_of_most_firms(small: dict[Any, dict[str, Any]]) -> None:
    row = small["320500", "tally", JULY]
    assert (row["document_id"], row["grade"], row["published"]) == ("DA", "D", None)
    assert row["observation_id"] == "TALLY:320500:2019-07-31"


def test_an_empty_list_gives_an_empty_tally() -> None:
    assert tallied("").is_empty()


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ("688001,a,2019-07,,江苏,苏州市,320500,profile,DA", "list_date", "not_a_date"),
        ("688001,a,2019-02-30,,江苏,苏州市,320500,profile,DA", "list_date", "not_a_date"),
        ("688001,a,2019-07-22,gone,江苏,苏州市,320500,profile,DA", "delist_date", "not_a_date"),
        ("688001,a,2019-07-22,,江南,苏州市,320500,profile,DA", "province_zh", "unknown_province"),
        ("688001,a,2019-07-22,,江苏,苏州市,320599,profile,DA", "geo_code", "unknown_geography_code"),
        ("688001,a,2019-07-22,,江苏,,,profile,DA", "city_basis", "city_without_basis"),
        ("688001,a,2019-07-22,,江苏,苏州市,320500,unknown,DA", "city_basis", "city_without_basis"),
        ("688001,a,2019-07-22,,江苏,苏州市,320500,profile,DX", "document_id", "unknown_document"),
    ],
)
def test_a_bad_listing_is_refused(line: str, column: str, rule: str) -> None:
    kept, issues = listed(line + "\n688009,i,2019-11-05,,浙江,杭州市,330100,profile,DA\n")
    assert kept["stock_code"].to_list() == ["688009"]
    assert [(i.line, i.column, i.rule) for i in issues] == [(2, column, rule)]


def standing(listing: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return the firms listed on a day, counted in a way of its own."""
    on = [row for row in listing.to_dicts() if row["list_date"] <= day and not (row["delist_date"] and row["delist_date"] <= day)]  # fmt: skip
    return pl.DataFrame(on, schema=listing.schema)


@pytest.mark.parametrize(
    ("day", "firms"), [("2022-06-13", 428), ("2024-06-30", 573), ("2022-12-31", 501), ("2019-07-22", 25)]
)
def test_the_real_list_counts_the_market_as_the_press_did(graph: Frames, day: str, firms: int) -> None:
    assert standing(graph["core.star_listing"], dt.date.fromisoformat(day)).height == firms


def test_the_real_tally_equals_the_list_at_every_month_end(graph: Frames) -> None:
    listing = graph["core.star_listing"]
    tallies = graph["core.observation_candidate"].filter(basis="tally", geo_code="100000")
    assert tallies.height == 83
    assert tallies["period_end"].max() == dt.date(2026, 5, 31)
    for day, value in tallies.select("period_end", "value").iter_rows():
        assert value == standing(listing, day).height


def test_the_real_tally_of_2022_has_98_firms_in_the_eight_and_176_in_the_nine(graph: Frames) -> None:
    at = graph["core.observation_candidate"].filter(basis="tally", period_end=dt.date(2022, 12, 31))
    value = dict(at.select("geo_code", "value").iter_rows())
    assert value["100000"] == 501
    assert sum(value[code] for code in EIGHT) == 98
    assert sum(value[code] for code in EIGHT) + value["310000"] == 176


def test_firms_of_unknown_city_widen_the_real_figure_of_their_province_only(graph: Frames) -> None:
    newest = graph["core.observation_candidate"].filter(period_end=dt.date(2026, 5, 31))
    unplaced = dict(newest.filter(basis="tally_unplaced").select("geo_code", "value").iter_rows())
    shanghai = graph["core.star_listing"].filter(
        pl.col("delist_date").is_null() & (pl.col("list_date") <= dt.date(2026, 5, 31)), province_code="310000"
    )
    open_districts = shanghai["district_zh"].null_count()
    assert open_districts == shanghai.height - 9
    assert {code: n for code, n in unplaced.items() if n} == {"310000": open_districts, "320000": 1, "340000": 1}
    bounded = newest.filter(pl.col("basis") == "tally", pl.col("flags").list.contains("lower_bound"))
    assert sorted(bounded["geo_code"]) == ["310117", "320500", "340100", "340200", "341800"]
