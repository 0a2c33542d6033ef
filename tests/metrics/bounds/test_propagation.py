"""What follows from one constraint at a time holds, is proved by its multipliers, and is no end until a point attains it."""

from __future__ import annotations

import pytest
from bounded import cell, values, world
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.metrics.bounds.cells import Cell, Constraint
from g60_pipeline.metrics.bounds.propagation import Limit, multipliers, propagate


def limits(*ends: float | None, names: str) -> list[Limit | None]:
    return [None if end is None else Limit(end, f"{names}{i}", 1.0) for i, end in enumerate(ends)]


def test_a_limit_of_one_cell_follows_from_another_with_the_multipliers_that_prove_it() -> None:
    lows, highs = limits(3.0, 0.0, names="low"), limits(None, 5.0, names="high")
    propagate([("at most twice", [(0, -1.0), (1, 2.0)], 0.0)], lows, highs)
    assert lows[1]
    assert highs[0]
    assert (lows[1].value, highs[0].value) == (1.5, 10)
    assert multipliers([(1.0, lows[1])]) == {"at most twice": 0.5, "low0": 0.5}
    assert multipliers([(2.0, highs[0])]) == {"at most twice": 2.0, "high1": 4.0}


def test_a_limit_that_several_limits_rest_on_enters_the_proof_once_with_the_sum_of_its_factors() -> None:
    lows, highs = limits(1.0, 0.0, 0.0, 0.0, names="low"), limits(None, None, None, None, names="high")
    rows = [
        ("second", [(1, 1.0), (0, -1.0)], 0.0),
        ("third", [(2, 1.0), (0, -2.0)], 0.0),
        ("sum", [(3, 1.0), (1, -1.0), (2, -1.0)], 0.0),
    ]
    propagate(rows, lows, highs)
    assert lows[3]
    assert lows[3].value == 3
    assert multipliers([(1.0, lows[3])]) == {"sum": 1.0, "second": 1.0, "third": 1.0, "low0": 3.0}


def test_constraints_that_tighten_each_other_forever_come_to_an_end() -> None:
    lows, highs = limits(1.0, 0.0, names="low"), limits(None, None, names="high")
    rows = [("more", [(1, 1.0), (0, -1.0)], 1.0), ("and more", [(0, 1.0), (1, -1.0)], 1.0)]
    propagate(rows, lows, highs)
    assert lows[0]
    assert 1 < lows[0].value < 100


def test_a_cell_that_is_left_no_value_ends_the_search() -> None:
    lows, highs = limits(1.0, 0.0, names="low"), limits(2.0, 3.0, names="high")
    rows = [("more", [(1, 1.0), (0, -1.0)], 1.0), ("and more", [(0, 1.0), (1, -1.0)], 1.0)]
    propagate(rows, lows, highs)
    assert any(low and high and low.value > high.value for low, high in zip(lows, highs, strict=True))


def test_members_that_share_what_a_province_has_left_have_not_all_of_it_each() -> None:
    whole, first, second = (cell(code) for code in ("330000", "330100", "330400"))
    rows = [
        Constraint("whole", "printed", {whole: -1.0}, -10.0),
        Constraint("first", "printed", {first: 1.0}, 3.0),
        Constraint("sum", "province", {whole: 1.0, first: -1.0, second: -1.0}, 0.0),
        Constraint("order", "ranked", {first: 1.0, second: -1.0}, 0.0),
    ]
    made = world([whole, first, second], rows)
    assert values(made.ends({first: 1.0})) == (3, 10)
    assert values(made.ends({second: 1.0})) == (0, 5)
    assert values(made.ends({first: 1.0, second: 1.0})) == (3, 10), "the limits alone would say 15"


CELLS = [cell(str(100000 + i)) for i in range(5)]


@given(st.data())
def test_limits_contain_every_point_that_fulfils_the_constraints(data: st.DataObject) -> None:
    point = [float(data.draw(st.integers(0, 40))) for _ in CELLS]
    lows = limits(*(value - data.draw(st.integers(0, 9)) for value in point), names="low")
    highs = limits(*(value + data.draw(st.integers(0, 9)) for value in point), names="high")
    rows = []
    for number in range(data.draw(st.integers(1, 6))):
        terms = [(i, float(data.draw(st.integers(-3, 3)))) for i in range(len(CELLS))]
        kept = [(i, factor) for i, factor in terms if factor]
        if len(kept) > 1:
            at = sum(factor * point[i] for i, factor in kept)
            rows.append((f"row{number}", kept, at - data.draw(st.integers(0, 5))))
    figures = {f"low{i}": low.value for i, low in enumerate(lows) if low}
    figures |= {f"high{i}": -high.value for i, high in enumerate(highs) if high}
    figures |= {name: figure for name, _, figure in rows}
    propagate(rows, lows, highs)
    for value, low, high in zip(point, lows, highs, strict=True):
        assert low
        assert high
        assert low.value <= value + 1e-9
        assert high.value >= value - 1e-9
        for limit, sign in ((low, 1.0), (high, -1.0)):
            proof = multipliers([(1.0, limit)])
            assert all(factor >= 0 for factor in proof.values())
            assert sign * limit.value == pytest.approx(sum(f * figures[name] for name, f in proof.items()), abs=1e-6)


def test_a_known_cell_leaves_what_was_computed_before_as_it_was() -> None:
    whole, first, second = (cell(code) for code in ("330000", "330100", "330400"))
    rows = [
        Constraint("whole", "printed", {whole: -1.0}, -10.0),
        Constraint("sum", "province", {whole: 1.0, first: -1.0, second: -1.0}, 0.0),
        Constraint("order", "ranked", {first: 1.0, second: -1.0}, 0.0),
    ]
    made = world([whole, first, second], rows)
    share: tuple[dict[Cell, float], dict[Cell, float]] = ({second: 1.0}, {first: 1.0, second: 1.0})
    with made.knowing(first, 6.0) as known:
        assert values(known.ends({second: 1.0})) == (0, 4)
        assert values(known.ends(*share)) == (0, 0.4)
    assert values(made.ends({second: 1.0})) == (0, 5)
    with made.knowing(first, 2.0) as known:
        assert values(known.ends(*share)) == (0, 0.5)
