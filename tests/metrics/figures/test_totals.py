"""Totals over member sets: a value needs every member in one round, fewer members give an honest interval."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_tables import made_of
from worded import why

from g60_pipeline.metrics.figures.total import CorridorTotal, best_totals, corridor_total

Row = dict[str, Any]
PAIR = ("330100", "330400")
TWO_PROVINCES = ("330100", "340100")


def at(code: str, value: float, **more: Any) -> Row:
    return {"geo_code": code, "value": value} | more


def ends(row: Row) -> tuple[float | None, float | None, float | None]:
    return row["value"], row["low"], row["high"]


def test_when_all_report_the_total_is_their_sum(make: Any) -> None:
    total = make.total(at("330100", 3.0, flags=["rounded"]), at("330400", 4.0, flags=["unverified"]), members=PAIR)
    assert ends(total) == (7, 6.5, 7.5), "a rounded 3 is anything from 2.5 to 3.5"
    assert (total["members_reporting"], total["members_expected"], total["members_missing"]) == (2, 2, [])
    assert (total["flags"], total["input_ids"]) == (["rounded", "unverified"], ["o1", "o2"])
    assert why(total) is None


def test_count_that_places_share_has_no_total_though_all_report(make: Any) -> None:
    bases = make.bases({"additive": False, "shared": True})
    _, total = make.totals(at("330100", 3.0), at("330400", 4.0), members=PAIR, bases=bases)
    row = CorridorTotal.validate(corridor_total(total)).row(0, named=True)
    assert (row["value"], row["value_low"], row["value_high"]) == (None, 4, 7)
    assert (row["members_missing"], why(row)) == (
        [],
        "places share what is counted: a sum would count it more than once",
    )


def test_a_province_figure_does_not_touch_a_complete_total(make: Any) -> None:
    total = make.total(at("330100", 3.0), at("330400", 4.0), at("330000", 5.0), members=PAIR)
    assert ends(total) == (7, 7, 7)
    assert total["input_ids"] == ["o1", "o2"]


def test_a_missing_member_has_at_most_what_its_province_has_beyond_the_others(make: Any) -> None:
    total = make.total(at("330100", 3.0), at("330000", 10.0, flags=["rounded"]), members=PAIR)
    assert ends(total) == (None, 3, 10.5), "a rounded 10 is anything from 9.5 to 10.5"
    assert (total["members_reporting"], total["members_missing"]) == (1, ["330400"])
    assert (total["flags"], total["input_ids"]) == (["rounded"], ["o1", "o2"])
    assert why(total) == "no exact figure of 330400"


def test_each_province_caps_only_its_own_members(make: Any) -> None:
    members = ("310117", "330100", "330400", "340100")
    rows = [at("330100", 3.0), at("330000", 10.0), at("340100", 20.0), at("310000", 100.0)]
    assert ends(make.total(*rows, members=members)) == (None, 23, 10 + 20 + 100)


def test_without_a_province_figure_there_is_no_upper_end(make: Any) -> None:
    members = ("310117", "330100", "330400")
    assert ends(make.total(at("330100", 3.0), at("330000", 10.0), members=members)) == (None, 3, None)


def test_a_province_below_its_own_members_gives_no_upper_end_below_the_lower(make: Any) -> None:
    assert ends(make.total(at("330100", 12.0), at("330000", 10.0), members=PAIR)) == (None, 12, 12)


def test_a_lower_bound_of_a_member_counts_below_and_the_province_above(make: Any) -> None:
    total = make.total(at("330100", 3.0), at("330400", 4.0, flags=["lower_bound"]), at("330000", 10.0), members=PAIR)
    assert ends(total) == (None, 7, 10)
    assert (total["members_reporting"], total["members_missing"]) == (1, ["330400"])
    assert "lower_bound" in total["flags"]


def test_bounds_on_both_sides_close_the_interval_without_a_province(make: Any) -> None:
    rows = [at("330100", 3.0), at("330400", 4.0, flags=["lower_bound"]), at("330400", 6.0, flags=["upper_bound"])]
    assert ends(make.total(*rows, members=PAIR)) == (None, 7, 9)


def test_bounds_on_both_sides_are_cut_by_a_tighter_province_which_is_then_cited(make: Any) -> None:
    rows = [
        at("330100", 3.0),
        at("330400", 4.0, flags=["lower_bound"]),
        at("330400", 60.0, flags=["upper_bound"]),
        at("330000", 10.0),
    ]
    total = make.total(*rows, members=PAIR)
    assert ends(total) == (None, 7, 10)
    assert total["input_ids"] == ["o1", "o2", "o3", "o4"]


def test_an_upper_bound_alone_gives_no_lower_end(make: Any) -> None:
    total = make.total(at("330100", 6.0, flags=["upper_bound"]), members=("330100",))
    assert ends(total) == (None, None, 6)


def test_a_province_known_only_by_a_lower_bound_caps_nothing(make: Any) -> None:
    rows = [at("330100", 3.0), at("330000", 10.0, flags=["lower_bound"])]
    assert ends(make.total(*rows, members=PAIR)) == (None, 3, None)


def test_a_member_whose_bounds_contradict_each_other_does_not_report(make: Any) -> None:
    rows = [at("330100", 3.0), at("330400", 9.0, flags=["lower_bound"]), at("330400", 6.0, flags=["upper_bound"])]
    assert ends(make.total(*rows, at("330000", 10.0), members=PAIR)) == (None, 3, 10)


def test_figures_of_no_member_make_no_total(make: Any) -> None:
    assert best_totals(make.totals(at("330000", 10.0), members=PAIR)[1]).is_empty()


def test_only_additive_bases_are_summed(make: Any) -> None:
    bases = make.bases({"additive": False})
    assert make.totals(at("330100", 3.0), at("330400", 4.0), members=PAIR, bases=bases)[1].is_empty()


def test_bases_that_may_be_negative_have_no_interval(make: Any) -> None:
    from g60_pipeline.metrics.figures.total import best_totals

    bases = make.bases({"non_negative": False})
    assert best_totals(make.totals(at("330100", 3.0), at("330000", 9.0), members=PAIR, bases=bases)[1]).is_empty()
    assert ends(make.total(at("330100", 3.0), at("330400", -4.0), members=PAIR, bases=bases)) == (-1, -1, -1)


def test_unplaced_firms_widen_a_province_once_however_many_members_it_has(make: Any) -> None:
    bases = make.bases({"slack_basis": "unplaced"}, {"basis": "unplaced", "additive": False})
    rows = [
        at("330100", 5.0, flags=["lower_bound"]),
        at("330400", 6.0, flags=["lower_bound"]),
        at("330000", 2.0, basis="unplaced"),
    ]
    total = make.total(*rows, members=PAIR, bases=bases)
    assert ends(total) == (None, 11, 13)
    assert total["input_ids"] == ["o1", "o2", "o3"]


def test_unplaced_firms_do_not_hide_the_bounds_of_another_member(make: Any) -> None:
    bases = make.bases({"slack_basis": "unplaced"}, {"basis": "unplaced", "additive": False})
    rows = [
        at("330100", 5.0, flags=["lower_bound"]),
        at("330400", 6.0, flags=["lower_bound"]),
        at("330400", 20.0, flags=["upper_bound"]),
        at("330000", 2.0, basis="unplaced"),
    ]
    assert ends(make.total(*rows, members=PAIR, bases=bases)) == (None, 11, 27)


def test_one_round_goes_before_a_mixture(make: Any) -> None:
    rows = [at(c, v, round="first") for c, v in zip(PAIR, (1.0, 2.0), strict=True)] + [
        at("330100", 50.0, round="census5")
    ]
    total = make.total(*rows, members=PAIR)
    assert ends(total) == (3, 3, 3)
    assert (total["round"], total["flags"], total["round_group"]) == ("first", [], "first")


def test_of_two_complete_rounds_the_newer_is_taken(make: Any) -> None:
    rows = [at(c, 1.0, round="first") for c in PAIR] + [at(c, 2.0, round="census4") for c in PAIR]
    total = make.total(*rows, members=PAIR)
    assert (total["value"], total["round"]) == (4, "census4")


def test_a_total_over_two_rounds_says_mixed_vintage(make: Any) -> None:
    total = make.total(at("330100", 1.0, round="first"), at("330400", 2.0, round="census5"), members=PAIR)
    assert ends(total) == (3, 3, 3)
    assert (total["round"], total["flags"]) == ("unknown", ["mixed_vintage"])


def test_a_complete_mixture_goes_before_an_incomplete_round(make: Any) -> None:
    rows = [at("330100", 1.0, round="first"), at("330400", 2.0), at("330000", 9.0, round="first")]
    total = make.total(*rows, members=PAIR)
    assert (total["value"], total["flags"]) == (3, ["mixed_vintage"])


def test_the_mixture_that_strays_least_from_one_round_is_taken(make: Any) -> None:
    members = ("330100", "330400", "340100")
    rows = [at("330100", 1.0, round="first"), at("330400", 2.0, round="first"), at("340100", 4.0, round="census5")]
    rows.append(at("330100", 100.0, round="annual_final"))
    total = make.total(*rows, members=members)
    assert (total["value"], total["round_group"]) == (7, "first+")


def test_periods_kinds_and_bases_are_never_added_together(make: Any) -> None:
    bases = make.bases({}, {"basis": "other"})
    rows = [
        at("330100", 1.0),
        at("330400", 2.0, year=2021),
        at("330400", 4.0, basis="other"),
        at("330400", 8.0, period_kind="point_in_time"),
    ]
    _, total = make.totals(*rows, members=PAIR, bases=bases)
    assert total["value"].drop_nulls().is_empty()


amounts = st.floats(0, 1e6, allow_nan=False)


@given(values=st.lists(amounts, min_size=2, max_size=2), province=amounts, missing=st.sampled_from([None, *PAIR]))
def test_the_interval_holds_the_truth_whenever_the_province_holds_its_members(
    make: Any, values: list[float], province: float, missing: str | None
) -> None:
    truth = sum(values)
    rows = [at(c, v) for c, v in zip(PAIR, values, strict=True) if c != missing] + [at("330000", truth + province)]
    total = make.total(*rows, members=PAIR)
    assert total["low"] <= truth * (1 + 1e-12)
    assert truth <= total["high"] * (1 + 1e-12)
    assert (total["value"] is None) == (missing is not None)


@given(values=st.lists(amounts, min_size=4, max_size=4), order=st.permutations(range(4)))
def test_a_total_does_not_depend_on_the_order_of_the_figures(make: Any, values: list[float], order: list[int]) -> None:
    members = ("310117", "330100", "330400", "340100")
    rows = [at(c, v, observation_id=c) for c, v in zip(members, values, strict=True)]
    assert make.total(*rows, members=members) == make.total(*(rows[i] for i in order), members=members)


def test_two_builds_of_one_input_are_equal_to_the_last_bit(graph: dict[str, pl.DataFrame]) -> None:
    first = made_of(graph, "figure", "total")["metrics.total"]
    for _ in range(3):
        assert made_of(graph, "figure", "total")["metrics.total"].equals(first)


CORRIDORS = [("g60_songjiang", "310117"), ("g60_shanghai", "310000")]


@pytest.mark.parametrize(("corridor", "shanghai"), CORRIDORS)
def test_the_real_total_of_2020_is_the_sum_of_the_nine(
    graph: dict[str, pl.DataFrame], corridor: str, shanghai: str
) -> None:
    day = dt.date(2020, 11, 1)
    census = graph["core.observation"].filter(basis="resident_census", period_end=day)
    people = dict(census.select("geo_code", "value").iter_rows())
    eight = ["320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800"]
    expected = sum(people[code] for code in [*eight, shanghai])
    total = graph["metrics.corridor_total"].filter(basis="resident_census", period_end=day, corridor_id=corridor)
    assert total["value"].to_list() == [pytest.approx(expected, rel=1e-12)]
    assert expected == pytest.approx({"310117": 5792.8, "310000": 8088.9}[shanghai], abs=0.06)


def test_an_incomplete_real_total_has_no_value_and_names_who_is_missing(graph: dict[str, pl.DataFrame]) -> None:
    total = graph["metrics.corridor_total"]
    incomplete = total.filter(pl.col("members_reporting") < pl.col("members_expected"))
    assert incomplete.height > 100
    assert incomplete["value"].null_count() == incomplete.height
    gap = pl.col("members_expected") - pl.col("members_reporting")
    assert incomplete.filter(pl.col("members_missing").list.len() != gap).is_empty()
