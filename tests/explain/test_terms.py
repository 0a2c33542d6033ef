"""Arithmetic that is written out: what it comes to, how a reader and a program see it, and its brackets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from g60_pipeline.explain.derive import derive
from g60_pipeline.explain.evidence import half_digit
from g60_pipeline.metrics.engine import traced
from g60_pipeline.metrics.engine.traced import TracedNumber
from g60_pipeline.reader.words import number


@pytest.mark.parametrize(
    ("term", "value", "expression", "shown"),
    [
        (TracedNumber(1) + TracedNumber(2) * TracedNumber(3), 7, "1.0 + 2.0 * 3.0", "1 + 2 × 3"),
        ((TracedNumber(1) + TracedNumber(2)) * TracedNumber(3), 9, "(1.0 + 2.0) * 3.0", "(1 + 2) × 3"),
        (TracedNumber(8) - (TracedNumber(3) - TracedNumber(1)), 6, "8.0 - (3.0 - 1.0)", "8 - (3 - 1)"),
        (TracedNumber(8) - (TracedNumber(3) + TracedNumber(1)), 4, "8.0 - (3.0 + 1.0)", "8 - (3 + 1)"),
        (TracedNumber(8) / (TracedNumber(2) * TracedNumber(2)), 2, "8.0 / (2.0 * 2.0)", "8 ÷ (2 × 2)"),
        (TracedNumber(8) / TracedNumber(2) / TracedNumber(2), 2, "8.0 / 2.0 / 2.0", "8 ÷ 2 ÷ 2"),
        ((TracedNumber(2) ** TracedNumber(3)) ** TracedNumber(2), 64, "(2.0 ** 3.0) ** 2.0", "(2^3)^2"),
        (TracedNumber(-2) ** TracedNumber(2), 4, "(-2.0) ** 2.0", "(-2)^2"),
        (TracedNumber(3) + TracedNumber(-2), 1, "3.0 + (-2.0)", "3 + (-2)"),
        (traced.sqrt(TracedNumber(9) * TracedNumber(4)), 6, "(9.0 * 4.0) ** 0.5", "(9 × 4)^0.5"),
        (abs(TracedNumber(1) - TracedNumber(3)), 2, "abs(1.0 - 3.0)", "|1 - 3|"),
        (traced.ln(TracedNumber(1)), 0, "ln(1.0)", "ln(1)"),
        (
            traced.middle([TracedNumber(3), TracedNumber(1), TracedNumber(2)]),
            2,
            "median(3.0, 1.0, 2.0)",
            "median(3, 1, 2)",
        ),
        (TracedNumber(traced.total([])), 0, "0.0", "0"),
        (traced.product([TracedNumber(2), TracedNumber(1) + TracedNumber(2)]), 6, "2.0 * (1.0 + 2.0)", "2 × (1 + 2)"),
    ],
)
def test_a_term_is_written_as_it_is_computed(term: TracedNumber, value: float, expression: str, shown: str) -> None:
    assert term.value == pytest.approx(value)
    assert (traced.expression(term), traced.shown(term, number)) == (expression, shown)


def test_of_many_numbers_the_ends_are_shown_and_all_are_kept() -> None:
    terms = [TracedNumber(k) for k in range(30, 0, -1)]
    assert traced.shown(traced.smallest(terms), number) == "min(1, 2, 3, … [24] …, 28, 29, 30)"
    assert (
        traced.expression(traced.smallest(terms)).count(",")
        == traced.expression(traced.largest(terms)).count(",")
        == 29
    )


class Thirds:
    """A formula of one step; a row has no parents."""

    def formula(self, _: str) -> dict[str, Any]:
        return {
            "operands": [],
            "steps": ["whole = part + part", "value = part / whole"],
            "kernel": None,
            "parameters": [],
        }

    def metrics(self, _: Sequence[str]) -> list[dict[str, Any]]:
        return []

    def answer(self, _: str) -> str:
        return "value"


def test_a_sum_that_does_not_come_out_is_kept_apart() -> None:
    row = {"metric_id": "x:1", "formula_id": "x", "parent_ids": [], "part": 1.0}
    right, wrong, unknown = (derive(row | {"value": value}, Thirds()) for value in (1 / 2, 0.34, None))
    assert right is not None
    assert wrong is not None
    assert unknown is not None
    assert [(s.name, s.expression) for s in right.sums] == [("whole", "1.0 + 1.0"), ("value", "1.0 / 2.0")]
    assert ([s.name for s in wrong.sums], [s.result for s in wrong.wrong]) == (["whole"], [0.34])
    assert [s.name for s in unknown.sums] == ["whole"]
    assert math.isclose(right.sums[0].result, 2)


@pytest.mark.parametrize(("printed", "half"), [("400000", 5000.0), ("12.50", 0.005), ("1230", 5.0), ("7", 0.5)])
def test_a_rounded_figure_reaches_as_far_on_the_screen_as_in_its_interval(printed: str, half: float) -> None:
    figure = {"flags": ["rounded"], "value_as_published": printed, "value": float(printed)}
    assert half_digit(figure) == pytest.approx(half)
    assert half_digit(figure | {"flags": []}) == 0
