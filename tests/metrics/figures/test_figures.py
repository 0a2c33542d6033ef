"""Which candidates enter arithmetic, and as what: exact figures, bounds, and what a parent could not place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from worded import why

from g60_pipeline.metrics.figures.figure import figures
from g60_pipeline.normalize.choose import choose

Row = dict[str, Any]


def one(frame: pl.DataFrame, **wanted: Any) -> Row:
    found = frame.filter(**({"round_group": "any"} | wanted))
    assert found.height == 1, found
    return found.row(0, named=True)


def ends(row: Row) -> tuple[float | None, float | None, float | None]:
    return row["value"], row["low"], row["high"]


def test_an_exact_figure_is_its_own_interval(make: Any) -> None:
    row = one(make.figures({"value": 5.0, "flags": ["unverified"]}))
    assert ends(row) == (5, 5, 5)
    assert (row["flags"], row["input_ids"]) == (["unverified"], ["o1"])


@pytest.mark.parametrize(
    ("printed", "value", "low", "high"),
    [
        ("960", 9.6e6, 9.55e6, 9.65e6),
        ("9.6", 9.6e6, 9.55e6, 9.65e6),
        ("24000", 24000.0, 23500.0, 24500.0),
        ("12.30", 12.3, 12.295, 12.305),
        ("-40", -40.0, -40.5, -39.5),
        ("400000", 400000.0, 395000.0, 405000.0),
        ("3", 3.0, 2.5, 3.5),
        ("0", 0.0, 0.0, 0.0),
    ],
)
def test_a_rounded_figure_reaches_half_of_its_last_digit_to_either_side(
    make: Any, printed: str, value: float, low: float, high: float
) -> None:
    """In the unit it is converted to, whatever unit it is printed in."""
    said = {"value": value, "value_as_published": printed}
    row = one(make.figures(said | {"flags": ["rounded"]}))
    assert row["value"] == value
    assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))
    assert ends(one(make.figures(said))) == (value, value, value), "an unrounded one is a point"


def test_a_rounded_bound_stays_the_bound_that_is_printed(make: Any) -> None:
    assert ends(one(make.figures({"value": 20.0, "flags": ["lower_bound", "rounded"]}))) == (None, 20, None)


@pytest.fixture(scope="module")
def twins(make: Any) -> pl.DataFrame:
    """Return two bases that stand in for each other."""
    return make.bases({"stand_in_basis": "other"}, {"basis": "other", "stand_in_basis": "plain"})


def test_an_own_figure_beats_one_that_stands_in(make: Any, twins: pl.DataFrame) -> None:
    """However much better the other one would rank."""
    better = {"basis": "other", "value": 7.0, "grade": "A", "round": "census5"}
    figure = make.figures({"value": 5.0, "flags": ["rounded"], "grade": "D"}, better, bases=twins)
    own, other = (one(figure, basis=b) for b in ("plain", "other"))
    assert (own["value"], own["input_ids"], own["flags"]) == (5, ["o1"], ["rounded"])
    assert (other["value"], other["input_ids"], other["flags"]) == (7, ["o2"], [])


def test_where_a_basis_has_no_figure_one_stands_in_and_says_so(make: Any, twins: pl.DataFrame) -> None:
    figure = make.figures({"basis": "other", "value": 7.0, "flags": ["unverified"]}, bases=twins)
    own, other = (one(figure, basis=b) for b in ("plain", "other"))
    assert (ends(own), own["flags"], own["input_ids"]) == ((7, 7, 7), ["basis_joined", "unverified"], ["o1"])
    assert other["flags"] == ["unverified"]


def test_nothing_stands_in_where_the_catalog_does_not_say_so(make: Any) -> None:
    one_way = make.bases({"stand_in_basis": "other"}, {"basis": "other"})
    figure = make.figures({"value": 5.0}, bases=one_way)
    assert figure.filter(basis="other").is_empty()


@pytest.mark.parametrize(("side", "tightest"), [("lower_bound", 8), ("upper_bound", 6)])
def test_bounds_of_both_bases_are_shared_and_the_tightest_counts(
    make: Any, twins: pl.DataFrame, side: str, tightest: float
) -> None:
    rows = [{"value": 6.0, "flags": [side]}, {"basis": "other", "value": 8.0, "flags": [side]}]
    figure = make.figures(*rows, bases=twins)
    expected = (None, tightest, None) if side == "lower_bound" else (None, None, tightest)
    assert [ends(one(figure, basis=b)) for b in ("plain", "other")] == [expected, expected]
    joined = {b: "basis_joined" in one(figure, basis=b)["flags"] for b in ("plain", "other")}
    assert joined == {"plain": tightest == 8, "other": tightest == 6}


def clash(make: Any, bound: Row, exact: Row) -> tuple[pl.DataFrame, Row]:
    """Return the candidates after the choice, and the figure."""
    rows = [{"value": 9.0, "flags": ["lower_bound"]} | bound, {"value": 7.0} | exact]
    chosen = choose(make.candidates(*rows))
    return chosen, one(figures(chosen, indicator_basis=make.bases(), geography=make.places))


def test_a_bound_of_better_grade_beats_the_figure_it_contradicts(make: Any) -> None:
    chosen, row = clash(make, {"grade": "A"}, {"grade": "C", "round": "census5"})
    assert (ends(row), row["input_ids"]) == ((None, 9, None), ["o1"])
    assert "disagreement" in row["flags"]
    told = {r["observation_id"]: r for r in chosen.iter_rows(named=True)}
    assert [told[i]["chosen"] for i in ("o1", "o2")] == [True, False]
    assert "contradicts a document of better grade" in why(told["o2"])


@pytest.mark.parametrize("grade", ["A", "B"])
def test_a_bound_of_no_better_grade_loses_to_the_figure_it_contradicts(make: Any, grade: str) -> None:
    chosen, row = clash(make, {"grade": "B"}, {"grade": grade})
    assert (ends(row), row["input_ids"], row["flags"]) == ((7, 7, 7), ["o2"], ["disagreement"])
    assert chosen.filter("chosen")["observation_id"].to_list() == ["o2"]


def test_both_sides_of_a_contradiction_carry_the_flag_and_agreeing_ones_do_not(make: Any) -> None:
    flags = clash(make, {"grade": "A"}, {"grade": "C"})[0]["flags"].to_list()
    assert all("disagreement" in f for f in flags)
    for calm in ({"value": 10.0}, {"superseded": GONE}, {"grade": "U"}, {"flags": ["estimated_by_source"]}):
        flags = clash(make, {"grade": "A"}, {"grade": "C"} | calm)[0]["flags"].to_list()
        assert not any("disagreement" in f for f in flags), calm


def test_a_lower_bound_feeds_only_the_lower_end(make: Any) -> None:
    assert ends(one(make.figures({"value": 5.0, "flags": ["lower_bound"]}))) == (None, 5, None)


def test_an_upper_bound_feeds_only_the_upper_end(make: Any) -> None:
    assert ends(one(make.figures({"value": 5.0, "flags": ["upper_bound"]}))) == (None, None, 5)


def test_two_bounds_make_an_interval_and_both_are_cited(make: Any) -> None:
    row = one(
        make.figures({"value": 5.0, "flags": ["lower_bound"]}, {"value": 8.0, "flags": ["upper_bound", "rounded"]})
    )
    assert ends(row) == (None, 5, 8)
    assert row["input_ids"] == ["o1", "o2"]
    assert row["flags"] == ["lower_bound", "rounded", "upper_bound"]


def test_bounds_that_contradict_each_other_say_nothing(make: Any) -> None:
    assert make.figures({"value": 8.0, "flags": ["lower_bound"]}, {"value": 5.0, "flags": ["upper_bound"]}).is_empty()


def test_an_exact_figure_leaves_bounds_unused(make: Any) -> None:
    row = one(make.figures({"value": 9.0, "flags": ["lower_bound"], "grade": "A"}, {"value": 7.0, "grade": "D"}))
    assert ends(row) == (7, 7, 7)
    assert (row["input_ids"], row["flags"]) == (["o2"], [])


GONE = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ({"value": 123.0, "flags": ["lower_bound"]}, (None, 123, None)),
        ({"value": 123.0, "grade": "U"}, (123, 123, 123)),
        ({"value": 123.0, "flags": ["rounded"], "grade": "D", "published": dt.date(2020, 1, 1)}, (123, 122.5, 123.5)),
    ],
)
def test_a_figure_its_source_has_replaced_serves_nowhere_beside_one_that_stands(
    make: Any, standing: Row, expected: tuple[float | None, ...]
) -> None:
    row = one(make.figures({"value": 73.0, "superseded": GONE, "published": dt.date(2026, 11, 16)}, standing))
    assert ends(row) == expected
    assert row["input_ids"] == ["o2"]


def test_a_figure_replaced_by_an_estimate_of_the_source_is_none(make: Any) -> None:
    assert make.figures({"value": 73.0, "superseded": GONE}, {"flags": ["estimated_by_source"]}).is_empty()


def test_a_replaced_figure_stands_where_nothing_took_its_place(make: Any) -> None:
    withdrawn = {"flags": ["withdrawn"], "withdrawn": GONE}
    assert ends(one(make.figures({"value": 73.0, "superseded": GONE}, withdrawn))) == (73, 73, 73)


@pytest.mark.parametrize(
    "out",
    [
        {"flags": ["estimated_by_source"]},
        {"flags": ["estimated_by_source", "lower_bound"]},
        {"period_kind": "part_year", "period_end": dt.date(2020, 6, 30)},
        {"period_kind": "part_year"},
    ],
)
def test_estimates_and_parts_of_a_year_never_enter(make: Any, out: Row) -> None:
    assert make.figures(out).is_empty()


def test_a_copy_without_document_enters_only_where_nothing_else_stands(make: Any) -> None:
    alone = make.figures({"grade": "U", "value": 3.0})
    beside_a_bound = make.figures({"grade": "U", "value": 3.0}, {"flags": ["lower_bound"], "value": 2.0})
    assert ends(one(alone)) == (3, 3, 3)
    assert ends(one(beside_a_bound)) == (None, 2, None)


def test_a_copy_without_document_serves_no_round_where_anything_else_stands(make: Any) -> None:
    figure = make.figures({"grade": "U", "value": 3.0, "round": "census5"}, {"value": 2.0, "round": "first"})
    assert figure.filter(round_group="census5").is_empty()
    assert set(figure["value"]) == {2.0}


def test_each_round_is_kept_apart_and_the_newest_is_chosen_over_all(make: Any) -> None:
    figure = make.figures({"value": 1.0, "round": "first"}, {"value": 2.0, "round": "census5"}, {"value": 3.0})
    values = dict(figure.select("round_group", "value").iter_rows())
    assert values == {"first": 1, "census5": 2, "unknown": 3, "any": 2, "first+": 1, "census5+": 2}


@pytest.mark.parametrize(
    ("lean", "held", "taken"),
    [
        ("first", ("annual_final", "census5"), "annual_final"),
        ("first", ("census4", "census5"), "census4"),
        ("census5", ("first", "census4"), "census4"),
        ("annual_final", ("first", "census4"), "census4"),
        ("first", ("unknown", "census5"), "census5"),
        ("first", ("unknown",), "unknown"),
        ("first", ("first", "annual_final"), "first"),
    ],
)
def test_a_missing_round_is_replaced_by_the_nearest_not_the_newest(
    make: Any, lean: str, held: tuple[str, ...], taken: str
) -> None:
    rows = [{"round": name, "geo_code": "330400", "value": float(i)} for i, name in enumerate(held)]
    found = make.figures({"round": lean, "geo_code": "330100"}, *rows).filter(
        (pl.col("geo_code") == "330400") & (pl.col("round_group") == f"{lean}+")
    )
    assert found["round"].to_list() == [taken]


def test_a_place_without_the_round_lends_its_nearest_figure_to_the_leaning_group(make: Any) -> None:
    figure = make.figures({"value": 1.0, "round": "first"}, {"geo_code": "330400", "value": 4.0, "round": "census5"})
    lean = {(r["geo_code"], r["round_group"]): (r["value"], r["round"]) for r in figure.iter_rows(named=True)}
    assert lean["330400", "first+"] == (4, "census5")
    assert lean["330100", "census5+"] == (1, "first")
    assert ("330400", "first") not in lean


def test_the_newest_figure_of_a_constant_serves_at_one_common_date(make: Any) -> None:
    bases = make.bases({"kind": "constant", "observed_over": "point_in_time"})
    figure = make.figures(
        {"year": 2015, "value": 10.0, "grade": "A", "period_kind": "point_in_time"},
        {"year": 2018, "value": 12.0, "grade": "D", "period_kind": "point_in_time"},
        {"year": 2023, "geo_code": "330400", "value": 7.0, "period_kind": "point_in_time"},
        bases=bases,
    ).filter(round_group="any")
    held = {r["geo_code"]: (r["value"], r["period_end"], r["year"]) for r in figure.iter_rows(named=True)}
    assert held == {"330100": (12, dt.date(2023, 12, 31), 2023), "330400": (7, dt.date(2023, 12, 31), 2023)}


def test_what_the_parent_could_not_place_widens_its_members(make: Any) -> None:
    bases = make.bases({"slack_basis": "unplaced"}, {"basis": "unplaced", "additive": False})
    figure = make.figures(
        {"value": 5.0, "flags": ["lower_bound"]},
        {"geo_code": "330000", "basis": "unplaced", "value": 2.0},
        {"geo_code": "340100", "value": 3.0, "flags": ["lower_bound"]},
        bases=bases,
    )
    row = one(figure, geo_code="330100")
    assert ends(row) == (None, 5, 7)
    assert (row["unallocated"], row["input_ids"]) == (2, ["o1", "o2"])
    assert ends(one(figure, geo_code="340100")) == (None, 3, None)


def test_what_the_parent_could_not_place_leaves_an_exact_figure_as_it_is(make: Any) -> None:
    bases = make.bases({"slack_basis": "unplaced"}, {"basis": "unplaced", "additive": False})
    figure = make.figures({"value": 5.0}, {"geo_code": "330000", "basis": "unplaced", "value": 2.0}, bases=bases)
    assert ends(one(figure, geo_code="330100", basis="plain")) == (5, 5, 5)


def test_every_figure_of_the_graph_is_an_interval_in_order(graph: dict[str, pl.DataFrame]) -> None:
    figure = figures(
        graph["core.observation_candidate"],
        indicator_basis=graph["core.indicator_basis"],
        geography=graph["core.geography"],
    )
    assert figure.filter(pl.all_horizontal(pl.col("value", "low", "high").is_null())).is_empty()
    assert figure.filter(pl.col("low") > pl.col("high")).is_empty()
    exact = figure.filter(pl.col("value").is_not_null())
    rounded = pl.col("flags").list.contains("rounded") & (pl.col("value") != 0)
    assert exact.filter((pl.col("low") < pl.col("value")) != rounded).is_empty()
    assert exact.filter((pl.col("high") > pl.col("value")) != rounded).is_empty()
    assert exact.filter(rounded).height > 50
    assert figure.filter(pl.col("input_ids").list.len() == 0).is_empty()


def test_groups_of_rounds_are_those_of_the_worked_example(make: Any) -> None:
    """The table at the head of the module."""
    found = make.figures(
        {"geo_code": "330100", "value": 95.0, "round": "first"},
        {"geo_code": "330100", "value": 100.0, "round": "annual_final"},
        {"geo_code": "330100", "value": 98.0, "round": "census4", "flags": ["lower_bound"]},
        {"geo_code": "330000", "value": 300.0, "round": "first"},
    )
    ends = {(r["geo_code"], r["round_group"]): (r["low"], r["high"]) for r in found.iter_rows(named=True)}
    exact, printed = (100, 100), (95, 95)
    city = {"first": printed, "annual_final": exact, "census4": (98, None), "first+": printed}
    city |= {"annual_final+": exact, "census4+": exact, "any": exact}
    province = dict.fromkeys(("first", "first+", "annual_final+", "census4+", "any"), (300, 300))
    of_both = {("330100", group): pair for group, pair in city.items()}
    assert ends == of_both | {("330000", group): pair for group, pair in province.items()}
