"""What each member adds to the change of a corridor: by hand, by its identities, and where there is nothing to split."""

from __future__ import annotations

import math
import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worded import reasons, why

from g60_pipeline.contracts.core.figures import SeriesBreak
from g60_pipeline.metrics.growth.growth import growth
from g60_pipeline.metrics.growth.growth_decomposition import GrowthDecomposition, growth_decomposition

Row = dict[str, Any]
THREE = ("330100", "330400", "340100")
NATION = "100000"
BREAKS = {name: column.dtype for name, column in SeriesBreak.columns().items()}


def at(year: int, *values: float | None, nation: float | None = None, **more: Any) -> list[Row]:
    """Return the figures of three members, and of China, for a year; a None is not held."""
    held = zip((*THREE, NATION), (*values, nation), strict=True)
    return [{"geo_code": code, "year": year, "value": value} | more for code, value in held if value is not None]


def taken_apart(
    make: Any, *rows: Row, bases: pl.DataFrame | None = None, breaks: tuple[Row, ...] = ()
) -> dict[tuple[str, str | None, int], Row]:
    """Return the rows by measure, member and year."""
    wanted = make.bases() if bases is None else bases
    figure, total = make.totals(*rows, members=THREE, bases=wanted)
    members = make.members(*THREE)
    cut = {"break_id": "B1", "geo_code": "*", "indicator_id": "thing", "basis": "plain"}
    told = {"reason_en": "counted anew", "reason_zh": "重新统计", "document_id": "D1"}
    grown = growth(
        total,
        figure,
        corridor_member=members,
        indicator_basis=wanted,
        geography=make.places,
        series_break=pl.DataFrame([{n: (cut | told | b).get(n) for n in BREAKS} for b in breaks], schema=BREAKS),
    )
    found = growth_decomposition(grown, total, figure, corridor_member=members, indicator_basis=wanted)
    rows_found = GrowthDecomposition.validate(found).to_dicts()
    by_key = {(row["measure"], row["geo_code"], row["year"]): row for row in rows_found}
    assert len(by_key) == len(rows_found)
    return by_key


def of_year(found: dict[tuple[str, str | None, int], Row], year: int, measure: str = "yoy") -> list[Row]:
    return [found[measure, code, year] for code in THREE]


def column(rows: list[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]


def test_three_members_by_hand(make: Any) -> None:
    """From 100, 60, 40 to 130, 50, 60: of the 40 added to 200 the first adds 30, the second takes 10, the third adds 20."""
    found = taken_apart(make, *at(2019, 100, 60, 40, nation=1000), *at(2020, 130, 50, 60, nation=1100))
    rows = of_year(found, 2020)
    assert set(found) == {("yoy", code, 2020) for code in THREE}
    assert column(rows, "base_value") == [100, 60, 40]
    assert column(rows, "end_value") == [130, 50, 60]
    assert column(rows, "contribution") == [30, -10, 20]
    assert column(rows, "contribution_points") == pytest.approx([0.15, -0.05, 0.10])
    assert column(rows, "share_of_change") == pytest.approx([0.75, -0.25, 0.5])
    assert column(rows, "national_part") == pytest.approx([10, 6, 4])
    assert column(rows, "differential_part") == pytest.approx([20, -16, 16])
    assert rows[0]["metric_id"] == "growth_decomposition:yoy:c:330100:thing:plain:2020-12-31"
    assert rows[0]["input_ids"] == ["o1", "o4", "o5", "o8"]
    assert {(row["formula_id"], why(row), why(row, "national_")) for row in rows} == {
        ("growth_decomposition", None, None)
    }
    assert reasons(rows, "sector_") == {"no document held prints figures of sectors by city: no shift-share"}


def test_a_change_since_2018_is_taken_apart_from_2018(make: Any) -> None:
    found = taken_apart(make, *at(2018, 10, 10, 20), *at(2020, 14, 10, 26), *at(2021, 20, 12, 28))
    rows = of_year(found, 2021, "change_since_2018")
    assert column(rows, "contribution_points") == pytest.approx([0.25, 0.05, 0.2])
    assert column(rows, "base_year") == [2018] * 3
    assert column(of_year(found, 2021), "contribution") == [6, 2, 2]
    assert {measure for measure, *_ in found} == {"yoy", "change_since_2018"}


def test_in_a_decline_shares_are_of_the_fall_and_points_are_negative(make: Any) -> None:
    rows = of_year(taken_apart(make, *at(2019, 100, 60, 40), *at(2020, 70, 60, 50)), 2020)
    assert column(rows, "contribution") == [-30, 0, 10]
    assert column(rows, "contribution_points") == pytest.approx([-0.15, 0, 0.05])
    assert column(rows, "share_of_change") == pytest.approx([1.5, 0, -0.5])


def test_where_gains_and_losses_cancel_there_is_no_share_and_points_still_stand(make: Any) -> None:
    rows = of_year(taken_apart(make, *at(2019, 100, 60, 40), *at(2020, 110, 50, 40)), 2020)
    assert column(rows, "share_of_change") == [None] * 3
    assert column(rows, "contribution_points") == pytest.approx([0.05, -0.05, 0])
    assert reasons(rows) == {None}


def test_what_is_left_of_a_cancelled_change_by_rounding_is_no_change(make: Any) -> None:
    rows = of_year(taken_apart(make, *at(2019, 0.1, 0.2, 0.3), *at(2020, 0.3, 0.2, 0.1)), 2020)
    assert column(rows, "share_of_change") == [None] * 3


def test_a_member_that_starts_or_ends_at_nothing_counts_in_full(make: Any) -> None:
    rows = of_year(taken_apart(make, *at(2019, 0, 60, 40, nation=100), *at(2020, 20, 0, 40, nation=150)), 2020)
    assert column(rows, "contribution") == [20, -60, 0]
    assert column(rows, "national_part") == pytest.approx([0, 30, 20])
    assert column(rows, "differential_part") == pytest.approx([20, -90, -20])


def test_a_corridor_that_starts_at_nothing_has_no_growth_to_take_apart(make: Any) -> None:
    assert taken_apart(make, *at(2019, 0, 0, 0), *at(2020, 1, 2, 3)) == {}


def test_a_break_is_told_and_nothing_is_taken_apart(make: Any) -> None:
    found = taken_apart(make, *at(2019, 1, 2, 3), *at(2020, 2, 3, 4), breaks=({"first_period": 2020},))
    (row,) = found.values()
    assert (row["geo_code"], row["contribution"], row["national_part"]) == (None, None, None)
    assert (why(row), row["reason_args"]) == ("crosses break B1", ["B1"])
    assert row["flags"] == ["break"]
    assert row["metric_id"] == "growth_decomposition:yoy:c:none:thing:plain:2020-12-31"
    assert [parent.split(":")[4] for parent in row["parent_ids"]] == ["2020-12-31", "2019-12-31"]


def test_without_a_member_nothing_is_taken_apart_and_the_row_says_why(make: Any) -> None:
    found = taken_apart(make, *at(2019, 1, 2, 3), *at(2020, 2, None, 4))
    assert {code for _, code, _ in found} <= {None}
    assert all("interval" in why(row) for row in found.values())
    assert len(found) == 1


def test_without_a_rate_of_china_the_parts_stand_and_say_so(make: Any) -> None:
    only_end = taken_apart(make, *at(2019, 1, 2, 3), *at(2020, 2, 3, 4, nation=50))
    unpaired = taken_apart(
        make,
        *at(2019, 1, 2, 3, nation=9),
        *at(2020, 2, 3, 4, nation=18),
        bases=make.bases({"national_basis": None}),
    )
    for found, reason in (
        (only_end, "no growth of China over the same time is held"),
        (unpaired, "China has no figure on a basis that pairs with this one"),
    ):
        rows = of_year(found, 2020)
        assert column(rows, "contribution") == [1, 1, 1]
        assert column(rows, "national_part") == column(rows, "differential_part") == [None] * 3
        assert reasons(rows, "national_") == {reason}


def test_china_is_taken_on_the_paired_basis(make: Any) -> None:
    bases = make.bases({"national_basis": "other"}, {"basis": "other", "national_basis": "other"})
    china = [{"geo_code": NATION, "year": y, "value": v, "basis": "other"} for y, v in ((2019, 10.0), (2020, 15.0))]
    rows = of_year(
        taken_apart(make, *at(2019, 1, 2, 3, nation=1), *at(2020, 2, 3, 4, nation=9), *china, bases=bases), 2020
    )
    assert column(rows, "national_part") == pytest.approx([0.5, 1, 1.5])


def test_what_can_not_be_summed_is_not_taken_apart(make: Any) -> None:
    assert taken_apart(make, *at(2019, 1, 2, 3), *at(2020, 2, 3, 4), bases=make.bases({"additive": False})) == {}


def test_flags_of_both_ends_and_of_china_travel_on(make: Any) -> None:
    rows = of_year(
        taken_apart(
            make,
            *at(2019, 1, 2, 3, nation=10, flags=["rounded"]),
            *at(2020, 2, 3, 4, nation=11, flags=["unverified"]),
        ),
        2020,
    )
    assert column(rows, "flags") == [["rounded", "unverified"]] * 3


def test_the_two_ends_stand_in_the_round_the_growth_stands_in(make: Any) -> None:
    rows = [
        *at(2019, 10, 20, 30, round="first"),
        *at(2020, 12, 20, 30, round="first"),
        *at(2020, 99, 99, 99, round="census5"),
    ]
    assert column(of_year(taken_apart(make, *rows), 2020), "contribution") == [2, 0, 0]


def test_where_a_break_leads_growth_to_an_older_round_the_parts_follow(make: Any) -> None:
    of_round = {"first": ([10, 20, 30], [12, 20, 30]), "census5": ([11, 22, 33], [40, 50, 60])}
    rows = [
        row
        for name, (start, end) in of_round.items()
        for row in (*at(2019, *start, round=name), *at(2020, *end, round=name))
    ]
    found = taken_apart(make, *rows, breaks=({"first_period": 2020, "round": "census5"},))
    assert column(of_year(found, 2020), "contribution") == [2, 0, 0]


AMOUNTS = st.lists(st.integers(0, 10**6), min_size=3, max_size=3).filter(lambda v: sum(v) > 0)


@settings(max_examples=10)  # totals and growth twice for each
@given(
    start=AMOUNTS,
    end=AMOUNTS,
    nation=st.tuples(st.integers(1, 10**7), st.integers(0, 10**7)),
    factor=st.sampled_from([1e-4, 0.5, 7.0, 1e4]),
    dice=st.randoms(use_true_random=False),
)
def test_parts_sum_to_the_whole_in_any_unit_and_order(
    make: Any, start: list[int], end: list[int], nation: tuple[int, int], factor: float, dice: random.Random
) -> None:
    rows = of_year(taken_apart(make, *at(2019, *start, nation=nation[0]), *at(2020, *end, nation=nation[1])), 2020)
    change = sum(end) - sum(start)
    assert math.fsum(column(rows, "contribution")) == pytest.approx(change, abs=1e-6)
    assert math.fsum(column(rows, "contribution_points")) == pytest.approx(change / sum(start), abs=1e-9)
    shares = column(rows, "share_of_change")
    assert shares == [None] * 3 if change == 0 else math.fsum(shares) == pytest.approx(1, abs=1e-6)
    rate = nation[1] / nation[0] - 1
    assert math.fsum(column(rows, "national_part")) == pytest.approx(rate * sum(start), rel=1e-9, abs=1e-6)
    for row in rows:
        assert row["national_part"] + row["differential_part"] == pytest.approx(row["contribution"], abs=1e-6)
    order = dice.sample(range(3), 3)
    moved = of_year(
        taken_apart(
            make,
            *at(2019, *(factor * start[i] for i in order), nation=factor * nation[0]),
            *at(2020, *(factor * end[i] for i in order), nation=factor * nation[1]),
        ),
        2020,
    )
    for name, scale in (("contribution", factor), ("national_part", factor), ("contribution_points", 1)):
        expected = [scale * rows[i][name] for i in order]
        assert column(moved, name) == pytest.approx(expected, rel=1e-6, abs=1e-6 * max(1, scale))
    if abs(change) > 1e-6 * sum(start):
        assert column(moved, "share_of_change") == pytest.approx([shares[i] for i in order], rel=1e-6, abs=1e-6)
