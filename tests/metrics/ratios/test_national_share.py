"""Shares of China: paired bases, one period, one round, and an interval where a side is not complete."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import why

from g60_pipeline.metrics.ratios.national_share import national_share

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
PAIR = ("330100", "330400")


def at(code: str, value: float, **more: Any) -> Row:
    return {"geo_code": code, "value": value} | more


def shares(make: Any, *rows: Row, members: tuple[str, ...] = PAIR, bases: pl.DataFrame | None = None) -> pl.DataFrame:
    wanted = make.bases() if bases is None else bases
    figure, total = make.totals(*rows, members=members, bases=wanted)
    return national_share(total, figure, indicator_basis=wanted, geography=make.places)


def of_corridor(frame: pl.DataFrame) -> Row:
    found = frame.filter(corridor_id="c")
    assert found.height == 1, found
    return found.row(0, named=True)


def test_a_share_is_the_total_over_china(make: Any) -> None:
    row = of_corridor(shares(make, at("330100", 3.0), at("330400", 5.0), at("100000", 100.0, flags=["rounded"])))
    assert (row["share"], row["share_low"], row["share_high"]) == (0.08, 8 / 105, 8 / 95)
    assert row["one_in_n"] == pytest.approx(12.5)
    assert (row["numerator"], row["denominator"], row["national_basis"]) == (8, 100, "plain")
    assert (row["flags"], row["input_ids"]) == (["rounded"], ["o1", "o2", "o3"])
    assert why(row) is None


def test_cities_districts_and_provinces_have_shares_but_china_has_none_of_itself(make: Any) -> None:
    frame = shares(
        make, at("330100", 3.0), at("310117", 5.0), at("330000", 20.0), at("100000", 100.0), members=("340100",)
    )
    assert dict(frame.select("geo_code", "share").iter_rows()) == {"330100": 0.03, "310117": 0.05, "330000": 0.2}


def test_an_incomplete_total_gives_an_interval_of_shares(make: Any) -> None:
    row = of_corridor(shares(make, at("330100", 3.0), at("330000", 10.0), at("100000", 100.0)))
    assert (row["share"], row["one_in_n"], row["share_low"], row["share_high"]) == (None, None, 0.03, 0.1)
    assert (row["numerator"], row["numerator_low"], row["numerator_high"]) == (None, 3, 10)
    assert why(row) == "no exact figure of 330400"


def test_bounds_of_china_widen_the_share_the_other_way(make: Any) -> None:
    rows = [at("330100", 3.0), at("330400", 5.0), at("100000", 80.0, flags=["lower_bound"])]
    row = of_corridor(shares(make, *rows, at("100000", 160.0, flags=["upper_bound"])))
    assert (row["share"], row["share_low"], row["share_high"]) == (None, 0.05, 0.1)
    assert row["denominator"] is None
    assert why(row) == "no exact figure of 100000"


def test_an_open_upper_end_stays_open(make: Any) -> None:
    row = of_corridor(shares(make, at("330100", 3.0), at("100000", 100.0)))
    assert (row["share_low"], row["share_high"]) == (0.03, None)


def test_an_upper_end_above_the_whole_says_nothing_and_is_left_out(make: Any) -> None:
    row = of_corridor(shares(make, at("330100", 3.0), at("330000", 150.0), at("100000", 100.0)))
    assert (row["share_low"], row["share_high"], row["numerator_high"]) == (0.03, None, 150)


def test_figures_that_contradict_each_other_show_a_share_above_one(make: Any) -> None:
    assert of_corridor(shares(make, at("330100", 90.0), at("330400", 60.0), at("100000", 100.0)))["share"] == 1.5


def test_china_at_zero_gives_no_share(make: Any) -> None:
    frame = shares(make, at("330100", 0.0), at("330400", 0.0), at("100000", 0.0))
    assert frame["share"].drop_nulls().is_empty()
    assert frame["one_in_n"].drop_nulls().is_empty()


def test_nothing_of_something_is_zero_and_has_no_reciprocal(make: Any) -> None:
    row = of_corridor(shares(make, at("330100", 0.0), at("330400", 0.0), at("100000", 10.0)))
    assert (row["share"], row["one_in_n"]) == (0, None)


def test_bases_never_mix(make: Any) -> None:
    bases = make.bases({"national_basis": "cn"}, {"basis": "cn", "national_basis": None}, {"basis": "other"})
    rows = [at("330100", 3.0), at("330400", 5.0), at("100000", 999.0), at("100000", 888.0, basis="other")]
    assert shares(make, *rows, bases=bases).is_empty()
    row = of_corridor(shares(make, *rows, at("100000", 100.0, basis="cn"), bases=bases))
    assert (row["share"], row["basis"], row["national_basis"]) == (0.08, "plain", "cn")


def test_a_basis_without_a_national_one_has_no_share(make: Any) -> None:
    bases = make.bases({"national_basis": None})
    assert shares(make, at("330100", 3.0), at("330400", 5.0), at("100000", 100.0), bases=bases).is_empty()


def test_periods_never_mix(make: Any) -> None:
    assert shares(make, at("330100", 3.0), at("330400", 5.0), at("100000", 100.0, year=2021)).is_empty()


def test_both_sides_are_taken_from_one_round_even_if_it_is_not_the_newest(make: Any) -> None:
    rows = [at(c, 4.0, round="first") for c in PAIR]
    rows += [at("100000", 100.0, round="first"), at("100000", 200.0, round="census5")]
    row = of_corridor(shares(make, *rows))
    assert (row["share"], row["round"], row["flags"]) == (0.08, "first", [])
    assert row["input_ids"] == ["o1", "o2", "o3"]


def test_sides_of_two_rounds_say_mixed_vintage(make: Any) -> None:
    rows = [at(c, 4.0, round="first") for c in PAIR] + [at("100000", 200.0, round="census5")]
    row = of_corridor(shares(make, *rows))
    assert (row["share"], row["round"], row["flags"]) == (0.04, "unknown", ["mixed_vintage"])


positive = st.floats(0.01, 1e6)


def test_a_nation_without_the_round_of_the_cities_gives_its_nearest_one(make: Any) -> None:
    cities = [at(code, 5.0, round="first") for code in PAIR]
    nation = [at("100000", v, round=r) for r, v in (("census5", 125.0), ("annual_final", 100.0))]
    row = of_corridor(shares(make, *cities, *nation))
    assert (row["share"], row["denominator"], row["flags"]) == (0.1, 100, ["mixed_vintage"])


def test_the_held_gdp_share_of_2015_rests_on_the_nation_nearest_to_the_cities_round(graph: Frames) -> None:
    held = graph["metrics.national_share"].filter(corridor_id="g60_shanghai", indicator_id="gdp", year=2015)
    row = held.row(0, named=True)
    assert row["share"] == pytest.approx(0.09812, abs=5e-6)
    assert "E0876" in row["input_ids"]
    assert "mixed_vintage" in row["flags"]


@given(values=st.lists(positive, min_size=3, max_size=3))
def test_the_shares_of_a_complete_partition_sum_to_one(make: Any, values: list[float]) -> None:
    rows = [at(c, v) for c, v in zip(("310000", "330000", "340000"), values, strict=True)]
    frame = shares(make, *rows, at("100000", sum(values)))
    assert frame.filter(pl.col("geo_code").is_not_null())["share"].sum() == pytest.approx(1, rel=1e-12)


kinds = st.sampled_from([[], ["rounded"], ["lower_bound"], ["upper_bound"]])


@given(
    figures=st.lists(st.tuples(st.sampled_from(["330100", "330400", "330000", "100000"]), positive, kinds), max_size=9)
)
def test_the_share_lies_within_its_interval(make: Any, figures: list[tuple[str, float, list[str]]]) -> None:
    rows = [at(code, value, flags=flags) for code, value, flags in figures]
    frame = shares(make, *rows, at("330100", 1.0), at("100000", 5e6))
    for row in frame.iter_rows(named=True):
        if row["share"] is not None:
            assert row["share_low"] <= row["share"] <= row["share_high"]
        if row["numerator_low"] is not None and row["numerator_high"] is not None:
            assert row["numerator_low"] <= row["numerator_high"]


EXPECTED = [
    ("population_resident", "resident_census", "2020-11-01", 24.4, 17.5),
    ("gdp", "current_prices", "2020-12-31", 15.2, 9.8),
]


@pytest.mark.parametrize(("indicator", "basis", "day", "songjiang", "shanghai"), EXPECTED)
def test_the_real_share_in_both_scopes(
    graph: Frames, indicator: str, basis: str, day: str, songjiang: float, shanghai: float
) -> None:
    rows = graph["metrics.national_share"].filter(
        pl.col("corridor_id").is_not_null(), indicator_id=indicator, basis=basis, period_end=dt.date.fromisoformat(day)
    )
    found = {r["corridor_id"]: round(r["one_in_n"], 1) for r in rows.iter_rows(named=True)}
    assert found == {"g60_songjiang": songjiang, "g60_shanghai": shanghai}


def test_the_share_of_firms_is_an_interval_with_songjiang_a_value_with_shanghai(graph: Frames) -> None:
    rows = graph["metrics.national_share"].filter(
        pl.col("corridor_id").is_not_null(), indicator_id="star_listed", basis="tally", period_end=dt.date(2022, 12, 31)
    )
    found = {r["corridor_id"]: r for r in rows.iter_rows(named=True)}
    songjiang, shanghai = found["g60_songjiang"], found["g60_shanghai"]
    assert songjiang["share"] is None
    assert (songjiang["share_low"], songjiang["share_high"]) == ((98 + 4) / 501, (176 - 3) / 501)
    assert shanghai["share"] == 176 / 501
    assert (round(98 / 501, 3), round(176 / 501, 3)) == (0.196, 0.351)


def test_no_real_part_is_more_than_the_whole(graph: Frames) -> None:
    share = graph["metrics.national_share"]
    assert share.filter((pl.col("share") > 1) | (pl.col("share_high") > 1) | (pl.col("share_low") > 1)).is_empty()
    inside = share.filter(pl.col("share").is_not_null())
    assert inside.filter((pl.col("share_low") > pl.col("share")) | (pl.col("share") > pl.col("share_high"))).is_empty()


def test_every_real_share_pairs_bases_as_the_catalog_says(graph: Frames) -> None:
    pairs = set(graph["core.indicator_basis"].select("indicator_id", "basis", "national_basis").iter_rows())
    used = set(graph["metrics.national_share"].select("indicator_id", "basis", "national_basis").iter_rows())
    assert used <= pairs
