"""Members side by side: their figures with ends, location quotients, concentration, and convergence."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import why

from g60_pipeline.contracts.core import SeriesBreak
from g60_pipeline.metrics.concentration.concentration import Concentration, concentration
from g60_pipeline.metrics.figures.member_figures import member_figures
from g60_pipeline.metrics.growth.convergence import Convergence, convergence
from g60_pipeline.metrics.growth.convergence_kernel import slope, spread
from g60_pipeline.metrics.ratios.intensity import Intensity
from g60_pipeline.metrics.ratios.location_quotient import LocationQuotient, location_quotient
from g60_pipeline.metrics.ratios.national_share import national_share

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
PEOPLE = {"indicator_id": "population_resident", "basis": "resident_year_end", "kind": "stock", "unit": "persons_10k"}
FIRMS = {"indicator_id": "firms", "basis": "tally", "kind": "stock", "unit": "count"}
THREE = ("330100", "330400", "340100")
NO_BREAKS = SeriesBreak.create_empty()


def stock(indicator: Row, code: str, value: float, **more: Any) -> Row:
    named = {"indicator_id": indicator["indicator_id"], "basis": indicator["basis"], "unit": indicator["unit"]}
    return named | {"geo_code": code, "value": value, "period_kind": "point_in_time"} | more


def side_by_side(make: Any, *rows: Row, members: tuple[str, ...] = THREE) -> pl.DataFrame:
    bases = make.bases(PEOPLE, FIRMS)
    figure, total = make.totals(*rows, members=members, bases=bases)
    return member_figures(total, figure, indicator_basis=bases).sort("indicator_id", "geo_code")


def box(row: Row) -> tuple[float | None, float, float | None]:
    return row["value"], row["low"], row["high"]


def test_a_member_without_a_figure_has_what_its_province_leaves(make: Any) -> None:
    rows = [stock(FIRMS, "330100", 5.0), stock(FIRMS, "340100", 2.0), stock(FIRMS, "330000", 9.0)]
    found = {r["geo_code"]: r for r in side_by_side(make, *rows).iter_rows(named=True)}
    assert box(found["330100"]) == (5, 5, 5)
    assert box(found["330400"]) == (None, 0, 9 - 5)
    assert found["330400"]["input_ids"] == ["o3"]


def test_without_a_figure_of_the_province_there_is_no_upper_end(make: Any) -> None:
    found = side_by_side(make, stock(FIRMS, "330100", 5.0), stock(FIRMS, "340100", 2.0))
    assert box(found.filter(pl.col("geo_code") == "330400").row(0, named=True)) == (None, 0, None)


def test_one_member_alone_is_compared_with_nobody(make: Any) -> None:
    assert side_by_side(make, stock(FIRMS, "330100", 5.0)).is_empty()


def quotients(make: Any, *rows: Row) -> pl.DataFrame:
    bases = make.bases(PEOPLE, FIRMS)
    figure, total = make.totals(*rows, members=THREE, bases=bases)
    share = national_share(total, figure, indicator_basis=bases, geography=make.places)
    found = location_quotient(
        share,
        total,
        figure,
        corridor_member=make.members(*THREE),
        indicator_basis=bases,
        series_break=NO_BREAKS,
    )
    return LocationQuotient.validate(found)


def three(firms: tuple[float, float, float], people: tuple[float, float, float]) -> list[Row]:
    return [
        *(stock(FIRMS, code, value) for code, value in zip(THREE, firms, strict=True)),
        *(stock(PEOPLE, code, value) for code, value in zip(THREE, people, strict=True)),
    ]


def test_a_location_quotient_by_hand(make: Any) -> None:
    rows = [*three((6, 3, 1), (20, 50, 30)), stock(FIRMS, "100000", 40.0), stock(PEOPLE, "100000", 1000.0)]
    found = {
        (r["reference_id"], r["geo_code"] or r["corridor_id"]): r for r in quotients(make, *rows).iter_rows(named=True)
    }
    own = found["c", "330100"]
    assert own["value"] == pytest.approx((6 / 10) / (20 / 100))
    assert own["symmetric"] == pytest.approx((3 - 1) / (3 + 1))
    assert (own["count"], own["below_minimum_count"]) == (6, False)
    assert found["c", "330400"]["below_minimum_count"]
    assert found["100000", "330100"]["value"] == pytest.approx((6 / 40) / (20 / 1000))
    assert found["100000", "c"]["value"] == pytest.approx((10 / 40) / (100 / 1000))
    assert ("c", "c") not in found
    assert own["input_ids"] == ["o1", "o2", "o3", "o4", "o5", "o6"]


@given(
    firms=st.tuples(*[st.integers(0, 500)] * 3).filter(lambda f: sum(f) > 0),
    people=st.tuples(*[st.integers(1, 3000)] * 3),
)
def test_quotients_weighted_by_size_sum_to_one(
    make: Any, firms: tuple[float, float, float], people: tuple[float, float, float]
) -> None:
    found = quotients(make, *three(firms, people)).filter(pl.col("reference_id") == "c")
    assert found.height == 3
    assert (found["value"] * found["weight_share"]).sum() == pytest.approx(1)
    assert found["share"].sum() == pytest.approx(1)


def test_a_corridor_with_a_gap_gives_its_members_intervals(make: Any) -> None:
    rows = [*three((6, 3, 1), (20, 50, 30))[:2], *three((6, 3, 1), (20, 50, 30))[3:], stock(FIRMS, "340000", 11.0)]
    own = quotients(make, *rows).filter((pl.col("reference_id") == "c") & (pl.col("geo_code") == "330100"))
    row = own.row(0, named=True)
    assert row["value"] is None
    assert (row["value_low"], row["value_high"]) == pytest.approx((6 / 20 / 0.2, 6 / 9 / 0.2))


def test_held_quotients_against_china_cover_every_place_with_the_two_shares(graph: Frames) -> None:
    """From the shares as published: output and people of one year, whatever the place is."""
    year_end = pl.col("period_end").dt.month() == 12
    shares = graph["metrics.national_share"].filter(year_end & pl.col("share").is_not_null())
    people = shares.filter(indicator_id="population_resident", basis="resident_year_end")
    output = shares.filter(indicator_id="gdp", basis="current_prices")
    of_place = ["corridor_id", "geo_code", "year"]
    both = output.join(people.select(*of_place, weight="share"), on=of_place, nulls_equal=True)
    quotient = graph["metrics.location_quotient"].filter(
        reference_id="100000", indicator_id="gdp", basis="current_prices", weight_indicator_id="population_resident"
    )
    joined = both.join(quotient.select(*of_place, "value"), on=of_place, how="left", nulls_equal=True)
    assert joined.filter((pl.col("value") - pl.col("share") / pl.col("weight")).abs().fill_null(9.0) > 1e-9).is_empty()
    members = set(graph["core.corridor_member"]["geo_code"])
    assert joined.height > 30
    against_china = graph["metrics.location_quotient"].filter(reference_id="100000")["geo_code"]
    assert set(against_china.drop_nulls()) - members, "places outside the corridor have quotients too"


def concentrated(make: Any, *rows: Row, members: tuple[str, ...] = THREE) -> dict[tuple[str, str], Row]:
    bases = make.bases(PEOPLE, FIRMS)
    figure, total = make.totals(*rows, members=members, bases=bases)
    found = Concentration.validate(concentration(total, figure, indicator_basis=bases, geography=make.places))
    return {(r["indicator_id"], r["measure"]): r for r in found.iter_rows(named=True)}


def test_concentration_by_hand(make: Any) -> None:
    found = concentrated(make, *three((6, 3, 1), (20, 50, 30)))
    assert found["firms", "hhi"]["value"] == pytest.approx(0.46)
    assert found["firms", "cr1"]["value"] == pytest.approx(0.6)
    assert found["firms", "cr4"]["value"] == pytest.approx(1.0)
    assert found["firms", "hoover"]["value"] == pytest.approx((0.4 + 0.2 + 0.2) / 2)
    between = 0.9 * math.log(0.9 / 0.7) + 0.1 * math.log(0.1 / 0.3)
    assert found["firms", "theil_between"]["value"] == pytest.approx(between)
    parts = sum(found["firms", part]["value"] for part in ("theil_between", "theil_within"))
    assert parts == pytest.approx(found["firms", "theil_weighted"]["value"])
    within = 0.9 * (6 / 9 * math.log((6 / 9) / (2 / 7)) + 3 / 9 * math.log((3 / 9) / (5 / 7)))
    assert found["firms", "theil_within"]["value"] == pytest.approx(within)
    assert found["firms", "theil_between"]["provinces"] == ["330000", "340000"]
    assert ("population_resident", "hoover") not in found


def test_without_every_member_there_are_ends_and_a_reason(make: Any) -> None:
    rows = [r for r in three((6, 3, 1), (20, 50, 30)) if (r["indicator_id"], r["geo_code"]) != ("firms", "340100")]
    found = concentrated(make, *rows, stock(FIRMS, "340000", 11.0))
    row = found["firms", "cr1"]
    assert (row["value"], why(row), row["members_missing"]) == (None, "no exact figure of 340100", ["340100"])
    assert (row["value_low"], row["value_high"]) == pytest.approx((6 / 15, 6 / 9))
    assert found["firms", "theil_between"]["value"] is None
    open_above = concentrated(make, *rows)["firms", "cr1"]
    assert (open_above["value_low"], open_above["value_high"]) == (None, None)


def test_without_people_or_a_second_province_the_weighted_measures_say_why(make: Any) -> None:
    found = concentrated(make, *three((6, 3, 1), (20, 50, 30))[:3])
    assert why(found["firms", "hoover"]) == "no population of every member"
    alone = concentrated(make, *three((6, 3, 1), (20, 50, 30)), members=THREE[:2])
    assert why(alone["firms", "theil_between"]) == "the members lie in one province"
    assert alone["firms", "theil_weighted"]["value"] is not None
    assert why(concentrated(make, *three((0, 0, 0), (1, 1, 1)))["firms", "hhi"]) == "the sum of the members is zero"


def test_held_concentration_can_be_computed_anew_from_the_figures_it_cites(graph: Frames) -> None:
    held = {r["observation_id"]: r for r in graph["core.observation_candidate"].iter_rows(named=True)}
    rows = graph["metrics.concentration"].filter((pl.col("measure") == "hhi") & pl.col("value").is_not_null())
    assert rows.height > 30
    for row in rows.iter_rows(named=True):
        amounts = [held[i]["value"] for i in row["input_ids"]]
        assert len(amounts) == row["members_expected"]
        assert row["value"] == pytest.approx(sum(a * a for a in amounts) / sum(amounts) ** 2)


def ratios(values: dict[int, dict[str, float]], **more: Any) -> pl.DataFrame:
    plain = {
        "ratio_id": "gdp_per_10k",
        "name_en": "x",
        "name_zh": "x",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "denominator_indicator_id": "population_resident",
        "denominator_basis": "resident_year_end",
        "period_kind": "calendar_year",
        "numerator_round": "first",
        "denominator_round": "unknown",
        "unit": "x",
        "formula_id": "intensity_ratio",
    } | more
    rows = [
        plain
        | {"geo_code": code, "year": year, "period_end": dt.date(year, 12, 31), "value": value}
        | {"metric_id": f"{code}{year}", "flags": [], "input_ids": [f"{code}{year}"]}
        for year, cities in values.items()
        for code, value in cities.items()
    ]
    dtypes = {name: column.dtype for name, column in Intensity.columns().items()}
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)


CITIES = tuple(f"3301{n:02d}" for n in range(9))


def converging(years: range, *, speed: float = 0.05) -> dict[int, dict[str, float]]:
    start = [math.log(2 + n) for n in range(9)]
    return {
        year: {
            code: math.exp(3 - (3 - y) * math.exp(-speed * (year - years[0])))
            for code, y in zip(CITIES, start, strict=True)
        }
        for year in years
    }


def measured(frame: pl.DataFrame, make: Any, breaks: pl.DataFrame = NO_BREAKS) -> dict[tuple[str, int], dict[str, Any]]:
    found = convergence(frame, corridor_member=make.members(*CITIES), series_break=breaks)
    return {(r["measure"], r["year"]): r for r in Convergence.validate(found).iter_rows(named=True)}


def test_cities_that_close_five_per_cent_of_the_gap_a_year_converge_at_that_speed(make: Any) -> None:
    found = measured(ratios(converging(range(2010, 2021))), make)
    assert found["speed", 2020]["value"] == pytest.approx(0.05)
    assert found["half_life", 2020]["value"] == pytest.approx(math.log(2) / 0.05)
    assert found["r_squared", 2020]["value"] == pytest.approx(1)
    assert found["beta", 2020]["value"] == pytest.approx((math.exp(-0.5) - 1) / 10)
    assert found["sigma_change", 2020]["value"] < 0
    assert found["sigma", 2010]["value"] == pytest.approx(np.std([math.log(2 + n) for n in range(9)]))


def test_too_few_years_give_a_spread_and_no_slope(make: Any) -> None:
    found = measured(ratios(converging(range(2018, 2022))), make)
    assert why(found["sigma", 2021]) is None
    assert "9 cities over 3 years" in why(found["beta", 2021])


def test_no_slope_and_no_change_crosses_a_break(make: Any) -> None:
    cut = {
        "break_id": "B",
        "geo_code": "*",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "first_period": 2015,
        "territorial": False,
        "reason_en": "x",
        "reason_zh": "x",
        "document_id": "D",
    }
    dtypes = {name: column.dtype for name, column in SeriesBreak.columns().items()}
    breaks = pl.DataFrame([{name: cut.get(name) for name in dtypes}], schema=dtypes)
    found = measured(ratios(converging(range(2010, 2021))), make, breaks)
    assert found["beta", 2020]["base_year"] == found["sigma_change", 2020]["base_year"] == 2015
    assert found["beta", 2014]["value"] is None
    assert ("sigma_change", 2015) not in found


def test_a_year_without_every_member_is_not_compared(make: Any) -> None:
    values = converging(range(2018, 2020))
    del values[2019][CITIES[0]]
    found = measured(ratios(values), make)
    assert {year for _, year in found} == {2018}
    del values[2018][CITIES[1]]
    (row,) = measured(ratios(values), make).values()
    assert why(row) == "no year has a figure above zero of every member; 2019 has 8 of 9"


@given(st.lists(st.tuples(st.floats(0.5, 50), st.floats(0.5, 50)), min_size=3, max_size=12))
def test_the_slope_is_that_of_numpy_and_does_not_know_the_scale(pairs: list[tuple[float, float]]) -> None:
    start, end = [a for a, _ in pairs], [b for _, b in pairs]
    fit = slope(start, end, 5)
    if fit is None:
        assert np.std(np.log(start)) == pytest.approx(0, abs=1e-6)
        return
    x, y = np.log(start), np.log(np.array(end) / np.array(start)) / 5
    if np.std(x) < 1e-3:
        return
    assert fit.beta == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-6, abs=1e-9)
    scaled = slope([7 * v for v in start], [7 * v for v in end], 5)
    assert scaled is not None
    assert scaled.beta == pytest.approx(fit.beta, rel=1e-6, abs=1e-9)
    assert spread([7 * v for v in start]) == pytest.approx(spread(start), abs=1e-9)


def test_all_alike_have_no_slope() -> None:
    assert slope([2, 2, 2], [3, 4, 5], 5) is None
    assert slope([0.1 + 0.2, 0.3, 0.3, 0.3, 0.3], [1, 2, 3, 4, 5], 5) is None
    assert spread([2, 2, 2]) == (0, 0)


def test_held_members_are_those_of_the_corridors(graph: Frames) -> None:
    figure, total = graph["metrics.figure"], graph["metrics.total"]
    held = member_figures(total, figure, indicator_basis=graph["core.indicator_basis"])
    assert held.group_by("corridor_id", "indicator_id", "basis", "period_end").len()["len"].unique().to_list() == [9]
    assert held.filter(pl.col("low") > pl.col("high")).is_empty()


def test_held_convergence_of_gdp_per_head_compares_one_round(graph: Frames) -> None:
    held = graph["metrics.convergence"].filter(
        corridor_id="g60_shanghai", ratio_id="gdp_per_10k", measure="sigma_change", year=2023, base_year=2020
    )
    row = held.row(0, named=True)
    assert row["value"] == pytest.approx(-0.0101, abs=5e-5)
    assert "mixed_vintage" not in row["flags"]
