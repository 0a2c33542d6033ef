"""Kernels on numbers that carry their derivation: what they write gives what they compute, in cases no held row has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from g60_pipeline.metrics.concentration_kernel import PLAIN, SPLIT, WEIGHTED
from g60_pipeline.metrics.convergence_kernel import slope
from g60_pipeline.metrics.engine.traced import Traced, expression
from g60_pipeline.metrics.inequality_measures import shares, split
from g60_pipeline.report.story.derive import derive
from g60_pipeline.report.story.working import Working

Row = dict[str, Any]


class Held:
    """The formula of one kernel, and the rows its parents are."""

    def __init__(self, kernel: str, parents: Sequence[Row]) -> None:
        self._formula = {"steps": [], "operands": [], "kernel": kernel}
        self._parents = {parent["metric_id"]: parent for parent in parents}

    def formula(self, _: str) -> Row:
        return self._formula

    def metrics(self, names: Sequence[str]) -> list[Row]:
        return [self._parents[name] for name in names]


def written(kernel: str, row: Row, parents: Sequence[Row]) -> Working:
    named = [{"metric_id": f"p:{position}"} | parent for position, parent in enumerate(parents)]
    more = {"metric_id": "row:1", "formula_id": "f", "parent_ids": [parent["metric_id"] for parent in named]}
    done = derive(more | row, Held(kernel, named))
    assert done is not None
    assert not done.broken
    return done


@pytest.mark.parametrize("measure", ["beta", "beta_standard_error", "r_squared", "speed", "half_life"])
def test_a_slope_is_written_out_as_it_is_fitted(measure: str) -> None:
    start = [2.0, 3.0, 4.5, 5.0, 6.0, 7.5, 9.0, 11.0]
    end = [3.1, 4.2, 6.4, 6.6, 8.3, 9.4, 11.9, 13.2]
    fit = slope(start, end, 7)
    assert fit is not None
    row = {"members_used": [*"abcdefgh"], "year": 2022, "base_year": 2015, "measure": measure}
    parents = [{"value": value} for value in (*start, *end)]
    kernel = "convergence_kernel:convergence"
    done = written(kernel, row | {"value": getattr(fit, measure)}, parents)
    assert done.sums[-1].name == "value"
    assert done.sums[-1].term.value == pytest.approx(getattr(fit, measure))
    with pytest.raises(AssertionError):
        written(kernel, row | {"value": getattr(fit, measure) * 1.01}, parents)


PEOPLE = [20.0, 30.0, 25.0, 25.0]
PROVINCES = ["33", "33", "34", "34"]


@pytest.mark.parametrize("measure", [*PLAIN, *WEIGHTED, *SPLIT])
def test_a_member_with_nothing_leaves_every_measure_written(measure: str) -> None:
    amounts = [6.0, 0.0, 3.0, 1.0]
    s, p = shares(amounts), shares(PEOPLE)
    assert s is not None
    assert p is not None
    value = dict(zip(SPLIT, split(s, p, PROVINCES), strict=True)).get(measure)
    if value is None:
        value = float((PLAIN | WEIGHTED)[measure](s, p))
    figures = [{"value": v, "province_code": g} for v, g in zip(amounts, PROVINCES, strict=True)]
    row = {"value": value, "value_low": value, "value_high": value, "members_expected": 4, "measure": measure}
    done = written("concentration_kernel:concentration", row, [*figures, *({"value": v} for v in PEOPLE)])
    assert done.sums[0].name == "members_sum"
    assert "ln(0.0" not in done.sums[-1].expression


def test_a_measure_of_traced_shares_skips_those_of_zero() -> None:
    s = [Traced(0.75), Traced(0.0), Traced(0.25)]
    written_out = expression(PLAIN["theil"](s, s))
    assert written_out == "0.75 * ln(0.75 * 3.0) + 0.25 * ln(0.25 * 3.0)"


def test_an_open_member_has_what_its_province_leaves_in_the_median() -> None:
    whole = {"members": [*"abcd"], "provinces": ["P", "P", "c", "d"]}
    figures = [
        {"geo_code": code, "value": value, "low": value, "high": value}
        for code, value in (("a", 5.0), ("c", 2.0), ("d", 3.0), ("P", 9.0))
    ]
    row = {"ratio_id": None, "geo_code": "b", "members_expected": 4, "median_low": 2.5, "median_high": 3.5}
    row |= {"value": None, "value_low": 0.0, "value_high": 4.0, "ratio": None, "ratio_low": 0.0, "ratio_high": 1.6}
    done = written("gradient_kernel:gradient_tier", row, [whole, *figures])
    assert {s.name: s.expression for s in done.sums} == {
        "median_low": "median(5.0, 0.0, 2.0, 3.0)",
        "median_high": "median(5.0, max(9.0 - 5.0, 0.0), 2.0, 3.0)",
        "value_high": "max(9.0 - 5.0, 0.0)",
        "ratio_low": "0.0 / 3.5",
        "ratio_high": "4.0 / 2.5",
    }


def test_a_member_without_the_ratio_leaves_no_upper_median() -> None:
    ratios = [
        {"geo_code": code, "value": value, "value_low": value, "value_high": value}
        for code, value in (("a", 4.0), ("b", 2.0), ("c", 1.0))
    ]
    row = {"ratio_id": "r", "geo_code": "a", "members_expected": 4, "median_low": 1.5, "median_high": 3.0}
    row |= {"value": 4.0, "value_low": 4.0, "value_high": 4.0, "ratio": None, "ratio_low": 4 / 3, "ratio_high": 4 / 1.5}
    done = written("gradient_kernel:gradient_tier", row, ratios)
    assert [s.name for s in done.sums] == ["median_low", "ratio_low", "ratio_high"]
    assert done.sums[0].expression == "median(4.0, 2.0, 1.0, 0.0)"
