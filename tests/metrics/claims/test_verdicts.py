"""What a test can say of a claim: verdict, literal truth and fitting scope, as a table of cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.metrics.claims import verdicts
from g60_pipeline.metrics.claims.verdicts import ClaimInterval, literally_true, scope_fit, verdict

FIFTH = ClaimInterval(1 / 5.5, 1 / 4.5, "point")
MORE_THAN_A_FIFTH = ClaimInterval(1 / 5, 1 / 4, "more_than")
NEARLY_A_SEVENTH = ClaimInterval(1 / 8, 1 / 7, "nearly")
GREW_83 = ClaimInterval(0.825, 0.835, "point")
AT_LEAST_100 = ClaimInterval(100, None, "more_than")


def exact(value: float) -> verdicts.FigureInterval:
    return verdicts.FigureInterval(value, value, value)


def between(low: float | None, high: float | None) -> verdicts.FigureInterval:
    return verdicts.FigureInterval(None, low, high)


def rounded(value: float, low: float, high: float) -> verdicts.FigureInterval:
    return verdicts.FigureInterval(value, low, high)


def grown(low: float | None, high: float | None) -> verdicts.FigureInterval:
    return verdicts.FigureInterval(None, low, high, growth=True)


@pytest.mark.parametrize(
    ("tested", "claimed", "said", "literally"),
    [
        (exact(0.2), FIFTH, "reproduced", True),
        (exact(1 / 5.5), FIFTH, "reproduced", True),
        (exact(1 / 4.5), FIFTH, "reproduced", True),
        (exact(0.351), FIFTH, "contradicted", False),
        (exact(0.15), FIFTH, "contradicted", False),
        (exact(0.351), MORE_THAN_A_FIFTH, "exceeded", True),
        (exact(0.22), MORE_THAN_A_FIFTH, "reproduced", True),
        (exact(0.19), MORE_THAN_A_FIFTH, "contradicted", False),
        (exact(0.2), MORE_THAN_A_FIFTH, "reproduced", False),
        (exact(0.13), NEARLY_A_SEVENTH, "reproduced", True),
        (exact(0.05), NEARLY_A_SEVENTH, "contradicted", False),
        (exact(0.15), NEARLY_A_SEVENTH, "contradicted", False),
        (exact(140.0), AT_LEAST_100, "reproduced", True),
        (exact(90.0), AT_LEAST_100, "contradicted", False),
        (between(0.19, 0.21), FIFTH, "reproduced", True),
        (between(0.196, 0.351), FIFTH, "consistent", None),
        (between(0.1, 0.19), FIFTH, "consistent", None),
        (between(0.1, 0.2), FIFTH, "consistent", None),
        (between(0.1, 0.2001), FIFTH, "uninformative", None),
        (between(0.15, None), FIFTH, "uninformative", None),
        (between(None, 0.3), FIFTH, "uninformative", None),
        (between(0.0, 0.3), FIFTH, "uninformative", None),
        (between(0.25, None), FIFTH, "contradicted", False),
        (between(None, 0.1), FIFTH, "contradicted", False),
        (between(0.25, 0.9), FIFTH, "contradicted", False),
        (between(0.21, 0.24), MORE_THAN_A_FIFTH, "reproduced", True),
        (between(0.21, 0.4), MORE_THAN_A_FIFTH, "consistent", True),
        (between(0.21, None), MORE_THAN_A_FIFTH, "uninformative", True),
        (between(120.0, None), AT_LEAST_100, "reproduced", True),
        (between(None, 90.0), AT_LEAST_100, "contradicted", False),
        (between(0.26, 0.4), MORE_THAN_A_FIFTH, "exceeded", True),
        (between(0.26, None), MORE_THAN_A_FIFTH, "exceeded", True),
        (rounded(0.20, 0.19, 0.21), FIFTH, "reproduced", True),
        (rounded(0.1819, 0.1812, 0.1826), FIFTH, "consistent", None),
        (grown(0.31, 1.03), GREW_83, "consistent", None),
        (grown(0.30, 1.70), GREW_83, "uninformative", None),
        (grown(-0.2, 0.9), GREW_83, "uninformative", None),
        (grown(0.95, 3.0), GREW_83, "contradicted", False),
        (grown(None, 0.9), GREW_83, "uninformative", None),
    ],
)
def test_verdict_and_literal_truth(
    tested: verdicts.FigureInterval, claimed: ClaimInterval, said: str, literally: bool | None
) -> None:
    assert (verdict(tested, claimed), literally_true(tested, claimed)) == (said, literally)


amount = st.floats(0.001, 1000)


@given(a=amount, b=amount, c=amount, d=amount)
def test_an_interval_that_misses_the_claim_contradicts_it_and_one_that_meets_it_does_not(
    a: float, b: float, c: float, d: float
) -> None:
    low, high, claimed_low, claimed_high = *sorted((a, b)), *sorted((c, d))
    said = verdict(between(low, high), ClaimInterval(claimed_low, claimed_high, "point"))
    apart = high < claimed_low or claimed_high < low
    touching = any(math.isclose(x, y, rel_tol=1e-8) for x, y in ((high, claimed_low), (claimed_high, low)))
    assert touching or (said == "contradicted") == apart


@given(value=amount, a=amount, b=amount)
def test_a_single_figure_is_either_inside_or_outside(value: float, a: float, b: float) -> None:
    assert verdict(exact(value), ClaimInterval(min(a, b), max(a, b), "point")) in {"reproduced", "contradicted"}


@pytest.mark.parametrize(
    ("mine", "other", "fit"),
    [
        ("reproduced", "contradicted", "this_scope"),
        ("consistent", "contradicted", "this_scope"),
        ("contradicted", "reproduced", "other_scope"),
        ("contradicted", "consistent", "other_scope"),
        ("reproduced", "consistent", "both_scopes"),
        ("contradicted", "contradicted", "neither"),
        ("reproduced", "uninformative", "undecided"),
        ("contradicted", "not_computable", "undecided"),
        ("uninformative", "uninformative", "undecided"),
        ("consistent", "exceeded", "this_scope"),
        ("exceeded", "exceeded", "neither"),
        ("outdated", "reproduced", "undecided"),
    ],
)
def test_which_scope_fits(mine: str, other: str, fit: str) -> None:
    assert scope_fit("a", {"a": mine, "b": other}) == fit


def test_a_claim_about_one_place_has_no_scope_to_choose() -> None:
    assert scope_fit(None, {"310117": "reproduced"}) == "undecided"
    assert scope_fit("a", {"a": "reproduced"}) == "undecided"
