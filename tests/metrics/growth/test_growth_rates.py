"""Growth over a year, since 2018 and per year: by hand, never across a break, null where there is nothing to divide by."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import why

from g60_pipeline.contracts.core.figures import SeriesBreak
from g60_pipeline.metrics.growth.growth import growth

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
BREAKS = {name: column.dtype for name, column in SeriesBreak.columns().items()}


def at(year: int, value: float, code: str = "330100", **more: Any) -> Row:
    return {"geo_code": code, "value": value, "year": year} | more


def grown(
    make: Any,
    *rows: Row,
    breaks: tuple[Row, ...] = (),
    members: tuple[str, ...] = ("340100",),
    bases: pl.DataFrame | None = None,
) -> dict[tuple[str, str, int], Row]:
    """Return the growth rows by measure, place or corridor, and year."""
    wanted = make.bases() if bases is None else bases
    figure, total = make.totals(*rows, members=members, bases=wanted)
    default = {
        "break_id": "B1",
        "geo_code": "*",
        "indicator_id": "thing",
        "basis": "plain",
        "reason_en": "counted anew",
        "reason_zh": "重新统计",
        "document_id": "D1",
    }
    frame = growth(
        total,
        figure,
        corridor_member=make.members(*members),
        indicator_basis=wanted,
        geography=make.places,
        series_break=pl.DataFrame([{n: (default | b).get(n) for n in BREAKS} for b in breaks], schema=BREAKS),
    )
    return {(r["measure"], r["corridor_id"] or r["geo_code"], r["year"]): r for r in frame.iter_rows(named=True)}


def test_growth_over_a_year(make: Any) -> None:
    row = grown(make, at(2020, 80.0, flags=["rounded"]), at(2021, 100.0))["yoy", "330100", 2021]
    assert (row["value"], row["value_low"], row["value_high"]) == (0.25, 100 / 80.5 - 1, 100 / 79.5 - 1)
    assert (row["base_year"], row["base_value"], row["end_value"]) == (2020, 80, 100)
    assert (row["flags"], row["input_ids"], row["formula_id"]) == (["rounded"], ["o1", "o2"], "growth_yoy")


def test_change_and_compound_growth_since_2018(make: Any) -> None:
    rows = grown(make, at(2018, 100.0), at(2021, 133.1))
    assert rows["change_since_2018", "330100", 2021]["value"] == pytest.approx(0.331)
    assert rows["cagr_since_2018", "330100", 2021]["value"] == pytest.approx(0.1)
    assert ("yoy", "330100", 2021) not in rows


def test_one_interval_is_no_compound_growth(make: Any) -> None:
    assert set(grown(make, at(2018, 100.0), at(2019, 110.0))) == {
        ("yoy", "330100", 2019),
        ("change_since_2018", "330100", 2019),
    }


def test_years_before_2018_have_no_change_since(make: Any) -> None:
    assert set(grown(make, at(2016, 1.0), at(2017, 2.0))) == {("yoy", "330100", 2017)}


@pytest.mark.parametrize("base", [0.0, -5.0])
def test_a_base_that_is_not_positive_has_no_rate(make: Any, base: float) -> None:
    bases = make.bases({"non_negative": False})
    rows = grown(make, at(2018, base), at(2019, 10.0), at(2020, 12.0), bases=bases)
    assert set(rows) == {("yoy", "330100", 2020)}


def test_a_fall_to_zero_is_minus_one_and_has_no_compound_rate(make: Any) -> None:
    rows = grown(make, at(2018, 5.0), at(2020, 0.0))
    assert rows["change_since_2018", "330100", 2020]["value"] == -1
    assert ("cagr_since_2018", "330100", 2020) not in rows


def test_no_rate_crosses_a_break_and_the_row_says_why(make: Any) -> None:
    figures = [at(y, 100.0 + y - 2018) for y in (2018, 2019, 2020)]
    rows = grown(make, *figures, breaks=({"first_period": 2020},))
    for measure in ("yoy", "change_since_2018", "cagr_since_2018"):
        row = rows[measure, "330100", 2020]
        assert (row["value"], row["value_low"], row["value_high"]) == (None, None, None)
        assert row["flags"] == ["break"]
        assert (why(row), row["reason_args"]) == ("crosses break B1", ["B1"])
        assert None not in (row["base_value"], row["end_value"])
    assert rows["yoy", "330100", 2019]["value"] == pytest.approx(0.01)
    assert why(rows["yoy", "330100", 2019]) is None


@pytest.mark.parametrize(
    ("there", "crossed"),
    [
        ({"geo_code": "330100"}, True),
        ({"geo_code": "330400"}, False),
        ({"basis": "other"}, False),
        ({"indicator_id": "other"}, False),
        ({"first_period": 2019}, False),
        ({"first_period": 2021}, False),
        ({"round": "annual_final"}, True),
        ({"round": "first"}, False),
    ],
)
def test_a_break_stands_only_where_it_is_filed(make: Any, there: Row, crossed: bool) -> None:
    figures = [at(y, v, round="annual_final") for y, v in ((2019, 10.0), (2020, 11.0))]
    rows = grown(make, *figures, breaks=({"first_period": 2020} | there,))
    assert (rows["yoy", "330100", 2020]["value"] is None) == crossed


@pytest.mark.parametrize(("status", "crossed"), [("unstated", True), ("revised", False)])
def test_a_figure_that_states_nothing_may_be_of_the_broken_round_a_revised_one_is_not(
    make: Any, status: str, crossed: bool
) -> None:
    figures = [at(y, 10.0, status=status) for y in (2019, 2020)]
    rows = grown(make, *figures, breaks=({"first_period": 2020, "round": "first"},))
    assert (rows["yoy", "330100", 2020]["value"] is None) == crossed


def test_a_break_of_one_member_breaks_the_corridor(make: Any) -> None:
    figures = [at(y, 10.0, code) for y in (2019, 2020) for code in ("330100", "330400")]
    breaks = ({"first_period": 2020, "geo_code": "330400"},)
    rows = grown(make, *figures, breaks=breaks, members=("330100", "330400"))
    assert rows["yoy", "c", 2020]["value"] is None
    assert rows["yoy", "330100", 2020]["value"] == 0


def test_a_round_without_a_break_goes_before_a_newer_one_with_it(make: Any) -> None:
    figures = [at(y, 10.0, round=r) for y in (2019, 2020) for r in ("first", "census5")]
    rows = grown(make, *figures, breaks=({"first_period": 2020, "round": "census5"},))
    assert (rows["yoy", "330100", 2020]["value"], rows["yoy", "330100", 2020]["round"]) == (0, "first")


def test_both_ends_stand_in_one_round(make: Any) -> None:
    rows = grown(make, at(2019, 10.0, round="first"), at(2020, 11.0, round="first"), at(2020, 99.0, round="census5"))
    row = rows["yoy", "330100", 2020]
    assert (row["value"], row["round"], row["flags"]) == (pytest.approx(0.1), "first", [])


def test_ends_of_two_rounds_say_mixed_vintage(make: Any) -> None:
    row = grown(make, at(2019, 10.0, round="first"), at(2020, 12.0, round="census5"))["yoy", "330100", 2020]
    assert (row["value"], row["round"], row["flags"]) == (pytest.approx(0.2), "unknown", ["mixed_vintage"])


def test_an_incomplete_corridor_has_an_interval_of_growth(make: Any) -> None:
    figures = [at(y, v, code) for y, code, v in ((2019, "330100", 10.0), (2019, "330000", 20.0), (2020, "330100", 30.0), (2020, "330000", 40.0))]  # fmt: skip
    row = grown(make, *figures, members=("330100", "330400"))["yoy", "c", 2020]
    assert row["value"] is None
    assert (row["value_low"], row["value_high"]) == (30 / 20 - 1, 40 / 10 - 1)
    assert "interval" in why(row)


def test_ratios_and_constants_do_not_grow(make: Any) -> None:
    for kind in ("ratio", "index", "constant"):
        assert grown(make, at(2019, 10.0), at(2020, 11.0), bases=make.bases({"kind": kind})) == {}


def test_month_ends_are_compared_with_the_same_month_end(make: Any) -> None:
    days = (dt.date(2023, 2, 28), dt.date(2024, 2, 29))
    figures = [
        {"value": v, "period_kind": "point_in_time", "period_start": d, "period_end": d}
        for d, v in zip(days, (10.0, 15.0), strict=True)
    ]
    assert grown(make, *figures)["yoy", "330100", 2024]["value"] == 0.5


positive = st.floats(0.1, 1e6)


@given(base=positive, end=positive, years=st.integers(2, 8))
def test_the_compound_rate_over_all_intervals_is_the_change(make: Any, base: float, end: float, years: int) -> None:
    rows = grown(make, at(2018, base), at(2018 + years, end))
    change = rows["change_since_2018", "330100", 2018 + years]["value"]
    cagr = rows["cagr_since_2018", "330100", 2018 + years]["value"]
    assert (1 + cagr) ** years == pytest.approx(1 + change, rel=1e-9)
    assert change == pytest.approx(end / base - 1, rel=1e-12)


def test_the_real_rates_keep_the_identity_of_compound_growth(graph: Frames) -> None:
    table = graph["metrics.growth"].filter(pl.col("value").is_not_null())
    keys = ["corridor_id", "geo_code", "indicator_id", "basis", "period_end", "base_value", "end_value"]
    change = table.filter(measure="change_since_2018").select(*keys, change="value")
    both = table.filter(measure="cagr_since_2018").join(change, on=keys, nulls_equal=True)
    assert both.height > 50
    for row in both.iter_rows(named=True):
        intervals = row["year"] - row["base_year"]
        assert (1 + row["value"]) ** intervals == pytest.approx(1 + row["change"], rel=1e-9)


def test_the_real_rates_are_end_over_base(graph: Frames) -> None:
    for row in graph["metrics.growth"].filter(pl.col("value").is_not_null()).iter_rows(named=True):
        intervals = row["year"] - row["base_year"] if row["measure"] == "cagr_since_2018" else 1
        assert row["value"] == pytest.approx(
            (row["end_value"] / row["base_value"]) ** (1 / intervals) - 1, rel=1e-9, abs=1e-12
        )


def test_no_real_rate_crosses_a_break_of_any_place_it_is_made_of(graph: Frames) -> None:
    """Breaks are looked up anew, in plain Python, from the candidates each row was computed from."""
    breaks = graph["core.series_break"].to_dicts()
    held = {r["observation_id"]: r for r in graph["core.observation_candidate"].iter_rows(named=True)}
    members: dict[str, set[str]] = {}
    for corridor, code in (
        graph["core.corridor_member"].filter(version="metrics").select("corridor_id", "geo_code").iter_rows()
    ):
        members.setdefault(corridor, set()).add(code)
    crossing, whole = 0, 0
    for row in graph["metrics.growth"].iter_rows(named=True):
        places = members[row["corridor_id"]] if row["corridor_id"] else {row["geo_code"]}
        inputs = [held[i] for i in row["input_ids"]]
        rounds = {i["round"] for i in inputs}
        unstated = any((i["round"], i["status"]) == ("unknown", "unstated") for i in inputs)
        hit = [
            b
            for b in breaks
            if (b["indicator_id"], b["basis"]) == (row["indicator_id"], row["basis"])
            and (b["geo_code"] == "*" or b["geo_code"] in places)
            and row["base_year"] < b["first_period"] <= row["year"]
            and (b["round"] is None or b["round"] in rounds or unstated)
        ]
        if row["value"] is not None:
            assert hit == [], row["metric_id"]
            assert "break" not in row["flags"]
            whole += 1
        elif "break" in row["flags"]:
            assert why(row).startswith("crosses break")
            crossing += 1
    assert crossing > 50
    assert whole > 2000
