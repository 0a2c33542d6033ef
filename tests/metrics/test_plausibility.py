"""Each plausibility function returns the offending rows, those alone, and nothing where all is well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from g60_pipeline.contracts.core.figures import StarListing
from g60_pipeline.metrics import plausibility
from g60_pipeline.metrics.growth.growth import Growth
from g60_pipeline.normalize import scale
from g60_pipeline.normalize.choose import SERIES, choose, usability
from g60_pipeline.normalize.periods import is_annual

INDICATORS = pl.DataFrame(
    {
        "indicator_id": ["thing", "money"],
        "unit": ["count", "cny_100m"],
        "default_basis": ["plain", "plain"],
        "plausible_min": [0.0, None],
        "plausible_max": [100.0, None],
        "max_yearly_change": [0.5, None],
    }
)


def ids(frame: pl.DataFrame, column: str = "observation_id") -> list[str]:
    return frame[column].to_list()


# -- range


@pytest.mark.parametrize(("value", "found"), [(0.0, 0), (100.0, 0), (-0.1, 1), (100.1, 1)])
def test_a_figure_outside_its_range_is_found_and_one_on_its_edge_is_not(make: Any, value: float, found: int) -> None:
    rows = scale.out_of_range(make.candidates({"value": value}), indicator=INDICATORS)
    assert rows.height == found


def test_an_indicator_without_a_range_is_not_judged(make: Any) -> None:
    candidates = make.candidates({"indicator_id": "money", "value": -1e12})
    assert scale.out_of_range(candidates, indicator=INDICATORS).is_empty()


# -- disagreement


def rivals(make: Any, value: float, **other: Any) -> pl.DataFrame:
    chosen = pl.Series("chosen", [True, False])
    return make.candidates({"value": 100.0}, {"value": value} | other).with_columns(chosen)


@pytest.mark.parametrize(("value", "found"), [(98.0, 0), (97.9, 1), (102.0, 0), (102.1, 1)])
def test_rivals_disagree_beyond_two_percent_of_the_larger(make: Any, value: float, found: int) -> None:
    assert plausibility.disagreements(rivals(make, value)).height == found


def test_a_disagreement_names_both_figures_and_how_far_apart_they_are(make: Any) -> None:
    row = plausibility.disagreements(rivals(make, 80.0, document_id="D2")).row(0, named=True)
    assert (row["observation_id"], row["rival_id"]) == ("o1", "o2")
    assert (row["document_id"], row["rival_document_id"]) == ("D1", "D2")
    assert row["difference"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "other",
    [
        {"flags": ["lower_bound"]},
        {"flags": ["estimated_by_source"]},
        {"geo_code": "330400"},
        {"basis": "other"},
        {"year": 2019},
        {"superseded": dt.date(2026, 11, 20)},
    ],
)
def test_figures_that_need_not_agree_are_not_compared(make: Any, other: dict[str, Any]) -> None:
    assert plausibility.disagreements(rivals(make, 50.0, **other)).is_empty()


@pytest.mark.parametrize(("value", "found"), [(80.0, 0), (79.9, 1), (125.0, 0), (125.1, 1), (10.0, 1), (1000.0, 1)])
def test_rivals_of_different_rounds_disagree_beyond_what_a_revision_explains(
    make: Any, value: float, found: int
) -> None:
    for round_ in ("annual_final", "first", "census5"):
        rows = plausibility.disagreements(rivals(make, value, round=round_, document_id="D2"))
        assert rows.select("round", "rival_round").rows() == [("unknown", round_)] * found, round_


@pytest.mark.parametrize(
    ("other", "flagged"),
    [
        ({"value": 98.1}, []),
        ({"value": 97.9}, ["o1", "o2"]),
        ({"value": 97.9, "round": "census4"}, []),
        ({"value": 79.9, "round": "census4"}, ["o1", "o2"]),
        ({"value": 50.0, "grade": "U"}, ["o1", "o2"]),
        ({"value": 50.0, "flags": ["estimated_by_source"]}, []),
        ({"value": 50.0, "flags": ["withdrawn"]}, []),
        ({"value": 50.0, "superseded": dt.date(2026, 11, 20)}, []),
        ({"value": 50.0, "year": 2019}, []),
    ],
)
def test_figures_that_disagree_have_the_flag_on_both_sides(
    make: Any, other: dict[str, Any], flagged: list[str]
) -> None:
    chosen = choose(make.candidates({"value": 100.0}, {"document_id": "D2"} | other))
    has_it = pl.col("flags").list.contains("disagreement")
    assert chosen.filter(has_it)["observation_id"].sort().to_list() == flagged


def test_every_published_figure_that_disagrees_with_a_rival_has_the_flag(graph: Mapping[str, pl.DataFrame]) -> None:
    candidates = graph["core.observation_candidate"]
    flagged = candidates.filter(pl.col("flags").list.contains("disagreement"))
    exact = flagged.filter(pl.col("chosen") & (usability() == 0))
    uncontested = exact.join(flagged.filter(usability() == 1), on=SERIES, how="anti")
    told = set(plausibility.disagreements(candidates)["observation_id"])
    assert told
    assert set(uncontested["observation_id"]) <= told <= set(exact["observation_id"])


# -- tally against press


def listing(
    code: str, day: str, *, city: str | None, gone: str | None = None, basis: str = "profile"
) -> dict[str, Any]:
    return {
        "stock_code": code,
        "short_name_zh": code,
        "list_date": dt.date.fromisoformat(day),
        "delist_date": dt.date.fromisoformat(gone) if gone else None,
        "province_code": "330000",
        "province_zh": "浙江",
        "city_zh": city,
        "geo_code": city,
        "city_basis": basis,
        "document_id": "D1",
    }


LISTINGS = pl.DataFrame(
    [
        listing("688001", "2022-01-10", city="330100"),
        listing("688002", "2022-03-01", city="330100", gone="2022-06-01"),
        listing("688003", "2022-01-10", city=None, basis="unknown"),
    ],
    schema={name: column.dtype for name, column in StarListing.columns().items()},
)


def press(make: Any, value: float, *, day: str, place: str = "330100", flags: tuple[str, ...] = ()) -> pl.DataFrame:
    date = dt.date.fromisoformat(day)
    printed = make.candidates(
        {
            "indicator_id": "star_listed",
            "basis": "listed",
            "period_kind": "point_in_time",
            "period_start": date,
            "period_end": date,
            "geo_code": place,
            "value": value,
            "flags": list(flags),
        }
    )
    return plausibility.tally_against_press(printed, star_listing=LISTINGS)


@pytest.mark.parametrize(
    ("place", "day", "value", "found"),
    [
        ("330100", "2022-01-09", 0, 0),  # the day before the first listing
        ("330100", "2022-01-10", 1, 0),  # the listing day counts
        ("330100", "2022-01-10", 2, 0),  # the firm without a city may be here
        ("330100", "2022-01-10", 3, 1),
        ("330100", "2022-05-31", 1, 1),
        ("330100", "2022-05-31", 2, 0),
        ("330100", "2022-06-01", 1, 0),  # the delisting day does not count
        ("330000", "2022-05-31", 3, 0),  # the province has the firm without a city for sure
        ("330000", "2022-05-31", 2, 1),
        ("100000", "2022-05-31", 3, 0),
        ("100000", "2022-05-31", 4, 1),
        ("340100", "2022-05-31", 1, 1),
    ],
)
def test_a_printed_count_is_compared_with_the_firms_of_its_day_and_place(
    make: Any, place: str, day: str, value: float, found: int
) -> None:
    assert press(make, value, day=day, place=place).height == found


def test_a_printed_bound_is_only_wrong_on_its_own_side(make: Any) -> None:
    may = "2022-05-31"
    assert press(make, 1, day=may, place="330000", flags=("lower_bound",)).is_empty()
    assert press(make, 4, day=may, place="330000", flags=("lower_bound",)).height == 1
    assert press(make, 4, day=may, place="330000", flags=("upper_bound",)).is_empty()
    assert press(make, 2, day=may, place="330000", flags=("upper_bound",)).height == 1


def test_a_count_printed_for_a_month_fits_any_day_of_it(make: Any) -> None:
    assert press(make, 0, day="2022-01-31", flags=("month_only",)).is_empty()
    assert press(make, 0, day="2022-01-31").height == 1


def test_places_the_listing_records_can_not_tell_apart_are_left_out(make: Any) -> None:
    assert press(make, 99, day="2022-05-31", place="YRD").is_empty()
    assert press(make, 99, day="2022-05-31", place="310117").is_empty()


# -- jumps


def grown(**given: Any) -> pl.DataFrame:
    row = {
        "metric_id": "m",
        "geo_code": "330100",
        "indicator_id": "thing",
        "basis": "plain",
        "period_kind": "calendar_year",
        "period_end": dt.date(2020, 12, 31),
        "year": 2020,
        "unit": "ratio",
        "flags": [],
        "formula_id": "growth_yoy",
        "input_ids": [],
        "measure": "yoy",
        "base_year": 2019,
        "base_value": 100.0,
        "end_value": 160.0,
        "value": 0.6,
        "round": "unknown",
    } | given
    dtypes = {name: column.dtype for name, column in Growth.columns().items()}
    return pl.DataFrame([{name: row.get(name) for name in dtypes}], schema=dtypes).with_columns(annual=is_annual())


@pytest.mark.parametrize(("value", "found"), [(0.5, 0), (0.51, 1), (-0.5, 0), (-0.51, 1), (None, 0)])
def test_a_change_larger_than_allowed_is_found_in_both_directions(value: float | None, found: int) -> None:
    assert plausibility.yearly_jumps(grown(value=value), indicator=INDICATORS).height == found


@pytest.mark.parametrize(
    "given",
    [
        {"measure": "change_since_2018"},
        {"indicator_id": "money"},
        {"base_value": 29.0},
        {"period_kind": "point_in_time", "period_end": dt.date(2020, 6, 30)},
    ],
)
def test_changes_that_tell_nothing_are_left_out(given: dict[str, Any]) -> None:
    assert plausibility.yearly_jumps(grown(**given), indicator=INDICATORS).is_empty()


# -- parts and whole


def over(make: Any, *rows: dict[str, Any], **basis: Any) -> pl.DataFrame:
    return plausibility.parts_over_whole(
        make.candidates(*rows), indicator_basis=make.bases(basis), geography=places(make)
    )


def places(make: Any) -> pl.DataFrame:
    """Return the places with provinces right below China, as in the catalog."""
    parent = pl.when(pl.col("level") == "province").then(pl.lit("100000")).otherwise("parent_code")
    return make.places.with_columns(parent_code=parent)


CITIES = ({"geo_code": "330100", "value": 60.0}, {"geo_code": "330400", "value": 41.0})


def test_cities_that_add_up_to_more_than_their_province_are_found(make: Any) -> None:
    row = over(make, *CITIES, {"geo_code": "330000", "value": 100.0}).row(0, named=True)
    assert (row["geo_code"], row["parts"], row["whole"], row["parts_count"]) == ("330000", 101.0, 100.0, 2)
    assert row["excess"] == pytest.approx(0.01)
    assert row["part_ids"] == ["o1", "o2"]
    assert row["whole_ids"] == ["o3"]


def test_rounding_of_the_parts_is_allowed_for(make: Any) -> None:
    assert over(make, *CITIES, {"geo_code": "330000", "value": 100.6}).is_empty()


def test_provinces_that_add_up_to_more_than_china_are_found(make: Any) -> None:
    rows = ({"geo_code": "310000", "value": 60.0}, {"geo_code": "340000", "value": 50.0})
    assert ids(over(make, *rows, {"geo_code": "100000", "value": 100.0}), "geo_code") == ["100000"]


def test_a_district_is_part_of_its_municipality(make: Any) -> None:
    rows = ({"geo_code": "310117", "value": 11.0}, {"geo_code": "310000", "value": 10.0})
    assert ids(over(make, *rows), "geo_code") == ["310000"]


def test_lower_bounds_count_with_the_parts_and_not_as_the_whole(make: Any) -> None:
    bounded = [row | {"flags": ["lower_bound"]} for row in CITIES]
    assert over(make, *bounded, {"geo_code": "330000", "value": 100.0}).height == 1
    assert over(make, *CITIES, {"geo_code": "330000", "value": 100.0, "flags": ["lower_bound"]}).is_empty()


@pytest.mark.parametrize(
    "whole", [{"year": 2019}, {"round": "census5"}, {"basis": "other"}, {"geo_code": "340000"}, {"geo_code": "YRD"}]
)
def test_only_figures_of_one_basis_period_and_round_are_compared(make: Any, whole: dict[str, Any]) -> None:
    assert over(make, *CITIES, {"geo_code": "330000", "value": 100.0} | whole).is_empty()


def test_figures_that_do_not_add_up_are_not_compared(make: Any) -> None:
    province = {"geo_code": "330000", "value": 100.0}
    assert over(make, *CITIES, province, additive=False).is_empty()
    assert over(make, *CITIES, province, non_negative=False).is_empty()


def test_nothing_in_nothing_is_no_contradiction_and_something_in_nothing_is(make: Any) -> None:
    nothing = {"geo_code": "330000", "value": 0.0}
    assert over(make, {"geo_code": "330100", "value": 0.0}, nothing).is_empty()
    assert over(make, {"geo_code": "330100", "value": 1.0}, nothing).height == 1


# -- gaps


MEMBERS = pl.DataFrame(
    {"corridor_id": ["c", "c", "c"], "version": ["metrics", "metrics", "2017"], "geo_code": ["a", "b", "a"]}
)


def totals(*rows: tuple[int, int]) -> pl.DataFrame:
    """Return totals of a corridor of two, as (year, members that report)."""
    return pl.DataFrame(
        [
            {
                "corridor_id": "c",
                "indicator_id": "thing",
                "basis": "plain",
                "period_kind": "calendar_year",
                "period_end": dt.date(year, 12, 31),
                "year": year,
                "members_reporting": reporting,
                "members_missing": ["a", "b"][reporting:],
            }
            for year, reporting in rows
        ],
        schema_overrides={"members_reporting": pl.Int32, "members_missing": pl.List(pl.String)},
    )


def found_gaps(make: Any, *rows: tuple[int, int], **basis: Any) -> list[tuple[Any, ...]]:
    frame = plausibility.gaps(
        totals(*rows),
        corridor_member=MEMBERS,
        indicator=INDICATORS.filter(pl.col("indicator_id") == "thing"),
        indicator_basis=make.bases(basis),
    )
    return frame.select("year", "members_reporting", "members_expected", "members_missing").rows()


def test_a_newest_year_that_lacks_members_is_found_whatever_came_before(make: Any) -> None:
    assert found_gaps(make, (2021, 2), (2022, 1)) == [(2022, 1, 2, ["b"])]
    assert found_gaps(make, (2021, 1), (2022, 2)) == []


def test_a_year_without_any_figure_is_not_the_newest(make: Any) -> None:
    assert found_gaps(make, (2021, 2), (2022, 0)) == []


def test_a_headline_nobody_ever_reported_stands_without_a_year(make: Any) -> None:
    assert found_gaps(make, (2022, 0)) == [(None, 0, 2, ["a", "b"])]


@pytest.mark.parametrize("basis", [{"additive": False}, {"national_basis": None}, {"basis": "other"}])
def test_what_is_no_headline_has_no_gap(make: Any, basis: dict[str, Any]) -> None:
    assert found_gaps(make, (2022, 1), **basis) == []


def test_the_embedded_figures_pass_range_and_parts(graph: dict[str, pl.DataFrame]) -> None:
    candidates = graph["core.observation_candidate"]
    assert scale.out_of_range(candidates, indicator=graph["core.indicator"]).is_empty()
    assert plausibility.parts_over_whole(
        candidates, indicator_basis=graph["core.indicator_basis"], geography=graph["core.geography"]
    ).is_empty()


# -- contradictions


def test_figures_that_contradict_each_other_are_named_once_with_the_bounds_they_open(make: Any) -> None:
    candidate = make.candidates({"observation_id": "a"}, {"observation_id": "b"}, {"observation_id": "c"})
    sets = (["a", "b"], ["a", "b"], ["c"])
    reasons = ("figures_contradict", "figures_contradict", None)
    bound = pl.DataFrame({"tier": ["printed"] * 3, "input_ids": sets, "reason_code": reasons})
    rows = plausibility.contradictions(bound, candidate=candidate)
    assert rows.select("observation_id", "together", "bounds_open").rows() == [("a", "a b", 2), ("b", "a b", 2)]
