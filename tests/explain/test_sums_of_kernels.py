"""Kernels on numbers that carry their derivation: what they write gives what they compute, in cases no held row has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from g60_pipeline.explain.derivation import Derivation
from g60_pipeline.explain.derive import derive
from g60_pipeline.metrics.concentration.concentration_kernel import PLAIN, SPLIT, WEIGHTED
from g60_pipeline.metrics.concentration.inequality_measures import shares, split
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.traced import TracedNumber, expression
from g60_pipeline.metrics.growth.convergence_kernel import slope
from g60_pipeline.metrics.index.index_steps import entropy_weights, treat

Row = dict[str, Any]


class GivenRows:
    """The formula of one kernel, and the rows its parents are."""

    def __init__(self, kernel: str, parents: Sequence[Row]) -> None:
        published = ("index_bound", "innovation_index")
        told = [f"{name} = {number}" for formula in published for name, number in parameters(formula).items()]
        self._formula = {"steps": [], "operands": [], "kernel": kernel, "parameters": told}
        self._parents = {parent["metric_id"]: parent for parent in parents}

    def formula(self, _: str) -> Row:
        return self._formula

    def metrics(self, names: Sequence[str]) -> list[Row]:
        return [self._parents[name] for name in names]

    def answer(self, _: str) -> str:
        return "value"


def written(kernel: str, row: Row, parents: Sequence[Row]) -> Derivation:
    named = [{"metric_id": f"p:{position}", "formula_id": "f"} | parent for position, parent in enumerate(parents)]
    more = {"metric_id": "row:1", "formula_id": "f", "parent_ids": [parent["metric_id"] for parent in named]}
    done = derive(more | row, GivenRows(kernel, named))
    assert done is not None
    assert not done.wrong
    return done


@pytest.mark.parametrize("measure", ["beta", "beta_standard_error", "r_squared", "speed", "half_life"])
def test_a_slope_is_written_out_as_it_is_fitted(measure: str) -> None:
    start = [2.0, 3.0, 4.5, 5.0, 6.0, 7.5, 9.0, 11.0]
    end = [3.1, 4.2, 6.4, 6.6, 8.3, 9.4, 11.9, 13.2]
    fit = slope(start, end, 7)
    assert fit is not None
    row = {"members_used": [*"abcdefgh"], "year": 2022, "base_year": 2015, "measure": measure}
    parents = [{"value": value} for value in (*start, *end)]
    kernel = "growth.convergence_kernel:convergence"
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
    done = written("concentration.concentration_kernel:concentration", row, [*figures, *({"value": v} for v in PEOPLE)])
    assert done.sums[0].name == "members_sum"
    assert "ln(0.0" not in done.sums[-1].expression


def test_a_measure_of_traced_shares_skips_those_of_zero() -> None:
    s = [TracedNumber(0.75), TracedNumber(0.0), TracedNumber(0.25)]
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
    done = written("gradient.gradient_kernel:gradient_tier", row, [whole, *figures])
    assert {s.name: s.expression for s in done.sums} == {
        "median_low": "median(5.0, 0.0, 2.0, 3.0)",
        "median_high": "median(5.0, max(9.0 - 5.0, 0.0), 2.0, 3.0)",
        "rest_of_province": "max(9.0 - 5.0, 0.0)",
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
    done = written("gradient.gradient_kernel:gradient_tier", row, ratios)
    assert [s.name for s in done.sums] == ["median_low", "ratio_low", "ratio_high"]
    assert done.sums[0].expression == "median(4.0, 2.0, 1.0, 0.0)"


CALM = [float(value) for value in range(1, 21)]
HEAVY = [*[1.0] * 60, *[10.0**power for power in range(1, 9)]]


@pytest.mark.parametrize(
    ("values", "treatment"), [(CALM, "none"), ([*CALM, *CALM, 400.0], "winsorised"), (HEAVY, "logarithm")]
)
def test_bounds_and_the_treated_figure_are_written_under_every_treatment(values: list[float], treatment: str) -> None:
    found = treat(values, parameters("index_bound"))
    assert found.treatment == treatment
    low, high = min(found.values), max(found.values)
    bound = {"component_id": "a", "dimension": "input", "treatment": treatment, "low": low, "high": high}
    parents = [{"value": value} for value in values]
    done = written("index.index_kernel:bound", bound, parents)
    assert [(s.name, s.result) for s in done.sums] == [("low", low), ("high", high)]

    bound |= {"raw_low": min(values), "raw_high": max(values)}
    row = {"component_id": "a", "treated": found.values[-1], "normalised": (found.values[-1] - low) / (high - low)}
    row |= {"weight_equal": None, "weight_entropy": None}
    done = written("index.index_kernel:component", row, [{"value": values[-1]}, bound])
    how = {
        "none": [],
        "winsorised": ["min(400.0, 20.0)"],
        "logarithm": [f"ln({values[-1]} - 1.0 + 0.01 * ({values[-1]} - 1.0))"],
    }
    assert [s.expression for s in done.sums if s.name == "treated"] == how[treatment]
    assert done.sums[-1].name == "normalised"
    with pytest.raises(AssertionError):
        written("index.index_kernel:component", row | {"normalised": 0.5}, [{"value": values[-1]}, bound])


def test_weights_of_a_component_without_spread_are_written() -> None:
    figures = {"a": [0.0, 5.0, 10.0], "b": [2.0, 2.0, 2.0], "c": [1.0, 3.0, 2.0]}
    ends = {"a": (0.0, 10.0), "b": (0.0, 4.0), "c": (1.0, 3.0)}
    columns = {
        name: [(v - ends[name][0]) / (ends[name][1] - ends[name][0]) for v in held] for name, held in figures.items()
    }
    weights = entropy_weights(columns)
    assert weights is not None
    assert weights["b"] == 0
    bounds = [
        {"component_id": name, "dimension": "input" if name == "a" else "output", "treatment": "none"}
        | {"low": low, "high": high}
        for name, (low, high) in ends.items()
    ]
    cities = [{"value": figures[name][city]} for city in range(3) for name in figures]
    for name, equal in (("a", 0.5), ("b", 0.25)):
        place = columns[name][1]
        row = {"component_id": name, "normalised": place, "weight_equal": equal, "weight_entropy": weights[name]}
        row |= {"contribution_equal": equal * place, "contribution_entropy": weights[name] * place}
        done = written("index.index_kernel:component", row, [{"value": figures[name][1]}, *bounds, *cities])
        assert [s.name for s in done.sums] == [
            "normalised",
            "weight_equal",
            "contribution_equal",
            *["normalised_sum", "entropy"] * 2,
            "weight_entropy",
            "contribution_entropy",
        ]
        assert {s.of[0] for s in done.sums} == {"", "a", "c"}


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric"])
def test_an_index_is_written_with_its_dimensions(aggregation: str) -> None:
    parts = [
        {"component_id": name, "dimension": dimension, "normalised": value, "weight_equal": weight}
        for name, dimension, value, weight in (
            ("a", "input", 0.0, 0.5),
            ("b", "output", 0.4, 0.25),
            ("c", "output", 1.0, 0.25),
        )
    ]
    geometric = aggregation == "geometric"
    value = 0.01**0.5 * 0.406**0.25 if geometric else 0.35
    output = math.sqrt(0.406) if geometric else 0.7
    row = {
        "weighting": "equal",
        "aggregation": aggregation,
        "value": value,
        "dimension_input": 0.01 if geometric else 0.0,
    }
    done = written("index.index_kernel:index", row | {"dimension_output": output, "dimension_industry": None}, parts)
    assert [s.name for s in done.sums] == ["weight_sum", "value", "dimension_input", "dimension_output"]
