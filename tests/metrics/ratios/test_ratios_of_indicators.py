"""Ratios: one indicator over another of one place and year, a share over the share of a size; what must add up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from worded import why, why_zh

from g60_pipeline.metrics.ratios.intensity import intensity
from g60_pipeline.metrics.ratios.location_quotient import location_quotient
from g60_pipeline.metrics.ratios.national_share import national_share

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
PAIR = ("330100", "330400")
PEOPLE, CENSUS, LAND, GDP = "resident_year_end", "resident_census", "administrative", "current_prices"


def at(indicator: str, basis: str, code: str, value: float, **more: Any) -> Row:
    return {"indicator_id": indicator, "basis": basis, "geo_code": code, "value": value} | more


@pytest.fixture(scope="module")
def bases(make: Any) -> pl.DataFrame:
    return make.bases(
        {},
        {"indicator_id": "population_resident", "basis": PEOPLE, "kind": "stock"},
        {"indicator_id": "population_resident", "basis": CENSUS, "kind": "stock"},
        {"indicator_id": "land_area", "basis": LAND, "kind": "constant"},
        {"indicator_id": "gdp", "basis": GDP},
    )


def ratio(*below: tuple[str, str], scale: float = 1.0) -> pl.DataFrame:
    rows = [
        {
            "ratio_id": "things_per",
            "name_en": "Things per",
            "name_zh": "比率",
            "indicator_id": "thing",
            "basis": "plain",
            "denominator_indicator_id": indicator,
            "denominator_basis": basis,
            "preference": order,
            "scale": scale,
            "unit": "ratio",
        }
        for order, (indicator, basis) in enumerate(below)
    ]
    return pl.DataFrame(rows, schema_overrides={"preference": pl.Int32})


def border_change(place: str, first_period: int) -> pl.DataFrame:
    """Return a break of the land area of one place, and one that is only a new measurement of another."""
    row = {"geo_code": place, "indicator_id": "land_area", "basis": LAND, "first_period": first_period}
    other = row | {"geo_code": "330000", "first_period": 2030}
    return pl.DataFrame([row | {"territorial": True}, other | {"territorial": False}])


NO_BREAK = border_change("330100", 1950)


def intensities(
    make: Any, bases: pl.DataFrame, ratios: pl.DataFrame, *rows: Row, breaks: pl.DataFrame = NO_BREAK
) -> dict[str, Row]:
    figure, total = make.totals(*rows, members=PAIR, bases=bases)
    members = make.members(*PAIR)
    frame = intensity(total, figure, ratio=ratios, indicator_basis=bases, corridor_member=members, series_break=breaks)
    found = {r["corridor_id"] or r["geo_code"]: r for r in frame.iter_rows(named=True)}
    assert len(found) == frame.height
    return found


def test_a_ratio_is_scaled_and_cites_both_sides(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 3.0, flags=["rounded"]), at("gdp", GDP, "330100", 200.0, round="first")]
    row = intensities(make, bases, ratio(("gdp", GDP), scale=100), *rows)["330100"]
    assert (row["value"], row["value_low"], row["value_high"]) == (1.5, 1.25, pytest.approx(1.75))
    assert (row["numerator"], row["denominator"]) == (3, 200)
    assert (row["numerator_round"], row["denominator_round"]) == ("unknown", "first")
    assert (row["flags"], row["input_ids"]) == (["rounded"], ["o1", "o2"])


def test_the_corridor_is_total_over_total_not_a_mean_of_ratios(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", c, v) for c, v in zip(PAIR, (1.0, 9.0), strict=True)]
    rows += [at("gdp", GDP, c, v) for c, v in zip(PAIR, (10.0, 10.0), strict=True)]
    found = intensities(make, bases, ratio(("gdp", GDP)), *rows)
    assert (found["330100"]["value"], found["330400"]["value"], found["c"]["value"]) == (0.1, 0.9, 0.5)


def test_an_incomplete_corridor_has_an_interval(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 2.0), at("thing", "plain", "330000", 6.0)]
    rows += [at("gdp", GDP, c, 10.0) for c in PAIR]
    row = intensities(make, bases, ratio(("gdp", GDP)), *rows)["c"]
    assert (row["value"], row["value_low"], row["value_high"]) == (None, 0.1, 0.3)
    assert why(row) == "no exact figure of 330400"


def test_ratio_to_a_figure_known_as_a_bound_says_that_it_is_the_one_below_the_line(
    make: Any, bases: pl.DataFrame
) -> None:
    rows = [at("thing", "plain", "330100", 2.0), at("gdp", GDP, "330100", 10.0, flags=["lower_bound"])]
    row = intensities(make, bases, ratio(("gdp", GDP)), *rows)["330100"]
    assert (row["value"], row["value_low"], row["value_high"]) == (None, None, 0.2)
    assert why(row) == "below the line, no exact figure of 330100"
    assert why_zh(row) == "330100没有分母的确切数据"


def test_the_first_denominator_that_holds_a_figure_serves(make: Any, bases: pl.DataFrame) -> None:
    both = ratio(("population_resident", PEOPLE), ("population_resident", CENSUS))
    rows = [at("thing", "plain", "330100", 2.0), at("population_resident", CENSUS, "330100", 4.0)]
    assert intensities(make, bases, both, *rows)["330100"]["denominator_basis"] == CENSUS
    rows.append(at("population_resident", PEOPLE, "330100", 5.0))
    row = intensities(make, bases, both, *rows)["330100"]
    assert (row["denominator_basis"], row["value"]) == (PEOPLE, 0.4)


def test_years_and_places_never_mix_but_land_serves_every_year(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 2.0, year=2019), at("gdp", GDP, "330100", 4.0), at("gdp", GDP, "330400", 4.0, year=2019)]  # fmt: skip
    assert intensities(make, bases, ratio(("gdp", GDP)), *rows) == {}
    rows.append(at("land_area", LAND, "330100", 8.0, year=2023, period_kind="point_in_time"))
    assert intensities(make, bases, ratio(("land_area", LAND)), *rows)["330100"]["value"] == 0.25


def test_land_of_today_does_not_serve_the_years_before_its_borders_changed(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 2.0, year=y) for y in (2010, 2011)]
    rows += [at("thing", "plain", "330400", 3.0, year=y) for y in (2010, 2011)]
    rows += [at("land_area", LAND, code, 8.0, year=2023, period_kind="point_in_time") for code in PAIR]
    figure, total = make.totals(*rows, members=PAIR, bases=bases)
    frame = intensity(
        total,
        figure,
        ratio=ratio(("land_area", LAND)),
        indicator_basis=bases,
        corridor_member=make.members(*PAIR),
        series_break=border_change("330100", 2011),
    )
    years = {(r["corridor_id"] or r["geo_code"], r["year"]) for r in frame.iter_rows(named=True)}
    assert years == {("330100", 2011), ("330400", 2010), ("330400", 2011), ("c", 2011)}


def test_a_date_within_the_year_never_stands_for_the_year(make: Any, bases: pl.DataFrame) -> None:
    june = {"period_kind": "point_in_time", "period_start": dt.date(2020, 6, 30), "period_end": dt.date(2020, 6, 30)}
    rows = [at("thing", "plain", "330100", 2.0, **june), at("gdp", GDP, "330100", 4.0)]
    assert intensities(make, bases, ratio(("gdp", GDP)), *rows) == {}


def test_nothing_is_divided_by_zero(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 0.0), at("gdp", GDP, "330100", 0.0)]
    assert intensities(make, bases, ratio(("gdp", GDP)), *rows) == {}


def test_all_places_of_a_year_stand_in_the_round_most_of_them_have(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", code, 2.0) for code in (*PAIR, "100000")]
    rows += [at("gdp", GDP, code, 10.0, round="first") for code in (*PAIR, "100000")]
    rows += [at("gdp", GDP, "100000", 20.0, round="census5")]
    found = intensities(make, bases, ratio(("gdp", GDP)), *rows)
    assert {place: (row["value"], row["flags"]) for place, row in found.items()} == dict.fromkeys(
        (*PAIR, "100000", "c"), (0.2, [])
    )


def test_a_place_without_that_round_takes_the_nearest_and_says_so(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", code, 2.0) for code in (*PAIR, "100000")]
    rows += [at("gdp", GDP, code, 10.0, round="first") for code in PAIR]
    rows += [at("gdp", GDP, "100000", v, round=r) for v, r in ((16.0, "annual_final"), (20.0, "census5"))]
    found = intensities(make, bases, ratio(("gdp", GDP)), *rows)
    china = found["100000"]
    assert (china["value"], china["denominator_round"], china["flags"]) == (2 / 16, "annual_final", ["mixed_vintage"])
    assert found["330100"]["flags"] == found["c"]["flags"] == []


def test_a_denominator_that_names_no_round_among_those_that_do_is_a_mixture(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", code, 2.0) for code in (*PAIR, "340100")]
    rows += [at("gdp", GDP, code, 10.0, round="first") for code in ("330100", "340100")]
    rows += [at("gdp", GDP, "330400", 10.0)]
    found = intensities(make, bases, ratio(("gdp", GDP)), *rows)
    flags = {place: row["flags"] for place, row in found.items()}
    assert flags == {"330100": [], "340100": [], "330400": ["mixed_vintage"], "c": ["mixed_vintage"]}


def test_a_numerator_is_a_mixture_only_with_another_named_round(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 2.0, round="annual_final"), at("thing", "plain", "330400", 2.0)]
    rows += [at("thing", "plain", "340100", 2.0)]
    rows += [at("gdp", GDP, code, 10.0, round="first") for code in (*PAIR, "340100")]
    found = intensities(make, bases, ratio(("gdp", GDP)), *rows)
    assert {code: found[code]["flags"] for code in (*PAIR, "340100")} == {
        "330100": ["mixed_vintage"],
        "330400": [],
        "340100": [],
    }


def test_the_held_gdp_per_head_is_that_of_one_round_for_a_city_and_its_corridor(graph: Frames) -> None:
    held = graph["metrics.intensity"].filter(ratio_id="gdp_per_10k", year=2020).filter(pl.col("value").is_not_null())
    members = held.filter(pl.col("geo_code").is_not_null())
    assert set(members["numerator_round"]) == {"first"}
    corridor = held.filter(corridor_id="g60_shanghai").row(0, named=True)
    assert corridor["numerator"] == pytest.approx(members["numerator"].sum())


def test_the_held_rd_intensity_of_2018_is_the_printed_one(graph: Frames) -> None:
    """China printed 2.19 % and Shanghai 4.16 % over the output then known."""
    held = graph["metrics.intensity"].filter(ratio_id="rd_to_gdp", year=2018)
    value = dict(held.select("geo_code", "value").iter_rows())
    assert (round(value["100000"], 2), round(value["310000"], 2)) == (2.19, 4.16)


def test_the_real_rd_intensity_is_rd_over_gdp(graph: Frames) -> None:
    rows = graph["metrics.intensity"].filter(ratio_id="rd_to_gdp")
    whole = rows.filter(pl.col("value").is_not_null())
    assert whole.height > 20
    for row in whole.iter_rows(named=True):
        assert row["value"] == pytest.approx(row["numerator"] / row["denominator"] * 100, rel=1e-12)
    china = whole.filter(geo_code="100000", year=2022).row(0, named=True)
    assert 2.4 < china["value"] < 2.7


def quotients(
    make: Any, bases: pl.DataFrame, *rows: Row, members: tuple[str, ...] = PAIR
) -> dict[tuple[str, str], Row]:
    figure, total = make.totals(*rows, members=members, bases=bases)
    share = national_share(total, figure, indicator_basis=bases, geography=make.places)
    frame = location_quotient(
        share, total, figure, indicator_basis=bases, corridor_member=make.members(*members), series_break=NO_BREAK
    ).filter(reference_id="100000")
    return {
        (r["corridor_id"] or r["geo_code"], r["weight_indicator_id"]): r
        for r in frame.filter(indicator_id="thing").iter_rows(named=True)
    }


def test_a_fifth_of_the_firms_with_a_twentieth_of_the_people_is_four(make: Any, bases: pl.DataFrame) -> None:
    rows = [at("thing", "plain", "330100", 20.0), at("thing", "plain", "100000", 100.0)]
    rows += [at("population_resident", PEOPLE, "330100", 5.0), at("population_resident", PEOPLE, "100000", 100.0)]
    row = quotients(make, bases, *rows)["330100", "population_resident"]
    assert (row["value"], row["share"], row["weight_share"]) == (pytest.approx(4), 0.2, 0.05)
    assert row["input_ids"] == ["o1", "o2", "o3", "o4"]


def test_people_are_counted_at_year_end_before_the_census(make: Any, bases: pl.DataFrame) -> None:
    day = dt.date(2020, 11, 1)
    census = {"period_kind": "point_in_time", "period_start": day, "period_end": day, "flags": ["census"]}
    rows = [at("thing", "plain", "330100", 20.0), at("thing", "plain", "100000", 100.0)]
    rows += [at("population_resident", CENSUS, c, v, **census) for c, v in (("330100", 4.0), ("100000", 100.0))]
    row = quotients(make, bases, *rows)["330100", "population_resident"]
    assert (row["weight_basis"], row["value"], row["flags"]) == (CENSUS, pytest.approx(5), ["census"])
    rows += [at("population_resident", PEOPLE, c, v) for c, v in (("330100", 5.0), ("100000", 100.0))]
    row = quotients(make, bases, *rows)["330100", "population_resident"]
    assert (row["weight_basis"], row["value"], row["flags"]) == (PEOPLE, pytest.approx(4), [])


def test_an_interval_is_divided_crosswise(make: Any, bases: pl.DataFrame) -> None:
    rows = [
        at("thing", "plain", "330100", 10.0),
        at("thing", "plain", "330000", 40.0),
        at("thing", "plain", "100000", 100.0),
    ]
    rows += [at("gdp", GDP, c, v) for c, v in (("330100", 10.0), ("330400", 10.0), ("100000", 100.0))]
    row = quotients(make, bases, *rows)["c", "gdp"]
    assert (row["value"], row["value_low"], row["value_high"]) == (None, pytest.approx(0.5), pytest.approx(2))


def test_weighted_by_their_size_the_parts_of_a_whole_have_a_quotient_of_one(make: Any, bases: pl.DataFrame) -> None:
    parts = {"310000": (5.0, 25.0), "330000": (30.0, 60.0), "340000": (65.0, 15.0)}
    rows = [at("thing", "plain", "100000", 100.0), at("gdp", GDP, "100000", 100.0)]
    for code, (things, gdp) in parts.items():
        rows += [at("thing", "plain", code, things), at("gdp", GDP, code, gdp)]
    found = quotients(make, bases, *rows)
    mean = sum(found[code, "gdp"]["weight_share"] * found[code, "gdp"]["value"] for code in parts)
    assert mean == pytest.approx(1, rel=1e-12)


def test_a_place_outside_every_corridor_has_a_quotient_against_china_and_no_other(
    make: Any, bases: pl.DataFrame
) -> None:
    rows = [at("thing", "plain", code, v) for code, v in (("340100", 20.0), ("330100", 1.0), ("100000", 100.0))]
    rows += [at("gdp", GDP, code, v) for code, v in (("340100", 10.0), ("330100", 1.0), ("100000", 100.0))]
    figure, total = make.totals(*rows, members=PAIR, bases=bases)
    share = national_share(total, figure, indicator_basis=bases, geography=make.places)
    frame = location_quotient(
        share, total, figure, indicator_basis=bases, corridor_member=make.members(*PAIR), series_break=NO_BREAK
    ).filter(geo_code="340100")
    assert frame.select("reference_id", "value").rows() == [("100000", pytest.approx(2))]


def test_the_real_quotients_are_share_over_share(graph: Frames) -> None:
    whole = graph["metrics.location_quotient"].filter(pl.col("value").is_not_null())
    assert whole.height > 1500
    for row in whole.iter_rows(named=True):
        assert row["value"] == pytest.approx(row["share"] / row["weight_share"], rel=1e-12)


def test_the_firms_of_the_corridor_are_several_times_what_its_people_suggest(graph: Frames) -> None:
    row = graph["metrics.location_quotient"].filter(
        corridor_id="g60_shanghai", reference_id="100000", indicator_id="star_listed", basis="tally",
        weight_indicator_id="population_resident", period_end=dt.date(2022, 12, 31),
    ).row(0, named=True)  # fmt: skip
    assert row["value"] == pytest.approx(0.351 / 0.0581, rel=0.01)
