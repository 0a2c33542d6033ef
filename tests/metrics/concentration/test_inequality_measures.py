"""Measures of concentration: hand-computed, by their identities, beside PySAL, and with ends nothing can pass."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.metrics.concentration import inequality_measures as m

AMOUNTS = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=9)
MEASURES = {
    "hhi": m.hhi,
    "hhi_normalised": m.hhi_normalised,
    "cr1": m.largest(1),
    "cr4": m.largest(4),
    "gini": m.gini,
    "gini_corrected": m.gini_corrected,
    "cv": m.variation,
    "theil": m.theil,
    "hoover": m.hoover,
    "theil_weighted": m.theil_weighted,
    "williamson": m.williamson,
}
SYMMETRIC = {name: f for name, f in MEASURES.items() if name not in {"hoover", "theil_weighted", "williamson"}}


def equal(n: int) -> list[float]:
    return [1 / n] * n


def test_measures_of_one_two_three_and_four_by_hand() -> None:
    s, p = [0.1, 0.2, 0.3, 0.4], equal(4)
    assert m.shares([1, 2, 3, 4]) == pytest.approx(s)
    assert m.hhi(s, p) == pytest.approx(0.01 + 0.04 + 0.09 + 0.16)
    assert m.hhi_normalised(s, p) == pytest.approx((0.30 - 0.25) / 0.75)
    assert (m.largest(1)(s, p), m.largest(2)(s, p)) == (0.4, pytest.approx(0.7))
    assert m.gini(s, p) == pytest.approx((-3 * 0.1 - 1 * 0.2 + 1 * 0.3 + 3 * 0.4) / 4)
    assert m.gini_corrected(s, p) == pytest.approx(0.25 * 4 / 3)
    assert m.variation(s, p) == pytest.approx(math.sqrt(1.25) / 2.5)
    theil = 0.1 * math.log(0.4) + 0.2 * math.log(0.8) + 0.3 * math.log(1.2) + 0.4 * math.log(1.6)
    assert m.theil(s, p) == pytest.approx(theil)


def test_measures_against_a_population_by_hand() -> None:
    s, p = [0.5, 0.5, 0.0], [0.2, 0.3, 0.5]
    assert m.hoover(s, p) == pytest.approx((0.3 + 0.2 + 0.5) / 2)
    assert m.theil_weighted(s, p) == pytest.approx(0.5 * math.log(2.5) + 0.5 * math.log(5 / 3))
    assert m.williamson(s, p) == pytest.approx(math.sqrt(0.2 * 1.5**2 + 0.3 * (2 / 3) ** 2 + 0.5 * 1))


def test_nothing_to_share_has_no_shares() -> None:
    assert m.shares([0.0, 0.0]) is None


@given(AMOUNTS)
def test_gini_theil_and_the_rest_agree_with_pysal_and_numpy(amounts: list[float]) -> None:
    from inequality.gini import Gini
    from inequality.theil import Theil

    s, p = m.shares(amounts), equal(len(amounts))
    assert s is not None
    assert m.gini(s, p) == pytest.approx(Gini(np.array(amounts)).g, abs=1e-9)
    assert m.theil(s, p) == pytest.approx(Theil(np.array(amounts)).T, abs=1e-9)
    assert m.variation(s, p) == pytest.approx(np.std(amounts) / np.mean(amounts), abs=1e-9)


@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_split_of_theil_agrees_with_pysal_and_sums_to_the_whole(amounts: list[float], dice: random.Random) -> None:
    from inequality.theil import TheilD

    groups = ["core", "rest", *(dice.choice(["core", "rest"]) for _ in amounts[2:])]
    s, p = m.shares(amounts), equal(len(amounts))
    assert s is not None
    within, between = m.split(s, p, groups)
    pysal = TheilD(np.array(amounts), np.array(groups))
    assert between == pytest.approx(float(np.squeeze(pysal.bg)), abs=1e-9)
    assert within == pytest.approx(float(np.squeeze(pysal.wg)), abs=1e-9)
    assert within + between == pytest.approx(m.theil_weighted(s, p), abs=1e-12)


@given(AMOUNTS, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_no_measure_knows_the_scale_or_the_order(amounts: list[float], factor: float, dice: random.Random) -> None:
    s, scaled, p = m.shares(amounts), m.shares([factor * x for x in amounts]), equal(len(amounts))
    assert s is not None
    assert scaled is not None
    shuffled = dice.sample(s, len(s))
    for name, measure in MEASURES.items():
        assert measure(scaled, p) == pytest.approx(measure(s, p), abs=1e-9), name
    for name, measure in SYMMETRIC.items():
        assert measure(shuffled, p) == pytest.approx(measure(s, p), abs=1e-9), name


@given(AMOUNTS)
def test_equal_shares_are_the_least_and_one_for_all_the_most(amounts: list[float]) -> None:
    n, s = len(amounts), m.shares(amounts)
    assert s is not None
    lone = [1.0, *[0.0] * (n - 1)]
    for name, measure in MEASURES.items():
        least, most = measure(equal(n), equal(n)), measure(lone, equal(n))
        assert least - 1e-9 <= measure(s, equal(n)) <= most + 1e-9, name
    assert m.hhi(equal(n), equal(n)) == pytest.approx(1 / n)
    assert m.gini_corrected(lone, equal(n)) == pytest.approx(1)
    assert m.theil(lone, equal(n)) == pytest.approx(math.log(n))
    assert m.hhi_normalised(lone, equal(n)) == pytest.approx(1)


BOXES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=5)


@given(BOXES, st.randoms(use_true_random=False))
def test_nothing_between_the_ends_passes_them_and_they_are_reached(
    boxes: list[tuple[float, float]], dice: random.Random
) -> None:
    low, high = [min(b) for b in boxes], [max(b) for b in boxes]
    weights = m.shares([dice.uniform(0.1, 1) for _ in boxes])
    assert weights is not None
    inside = [[dice.uniform(lo, hi) for lo, hi in zip(low, high, strict=True)] for _ in range(60)]
    for name, measure in MEASURES.items():
        p = weights if name not in SYMMETRIC else equal(len(boxes))
        least, most = m.ends(measure, low=low, high=high, weights=p)
        found = [measure(s, p) for s in map(m.shares, inside) if s is not None]
        if least is None or most is None:
            assert sum(high) == 0
            continue
        assert all(least - 1e-7 <= value <= most + 1e-7 for value in found), name


def test_ends_by_hand() -> None:
    assert m.ends(m.hhi, low=[1, 0], high=[1, 1], weights=equal(2)) == pytest.approx((0.5, 1.0))
    assert m.ends(m.hhi, low=[1, 2], high=[1, 3], weights=equal(2)) == pytest.approx((5 / 9, 10 / 16))
    assert m.ends(m.hoover, low=[1, 1], high=[1, 4], weights=[0.25, 0.75]) == pytest.approx((0.0, 0.25))


def test_of_very_many_open_amounts_nothing_is_said() -> None:
    """Corners double with every open amount: a corridor of thirty members must not hang."""
    assert m.ends(m.hhi, low=[0.0] * 30, high=[1.0] * 30, weights=equal(30)) == (None, None)
    least, most = m.ends(m.hhi, low=[1.0] * 20 + [0.0] * 10, high=[1.0] * 30, weights=equal(30))
    assert (least, most) == (pytest.approx(1 / 30), pytest.approx(1 / 20))


def test_without_an_upper_end_nothing_is_said() -> None:
    assert m.ends(m.hhi, low=[1, 0], high=[1, None], weights=equal(2)) == (None, None)
