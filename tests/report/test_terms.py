"""Arithmetic that is written out: what it comes to, how a reader and a program see it, and its brackets."""

from __future__ import annotations

import math

import pytest

from g60_pipeline.metrics.engine import traced
from g60_pipeline.report.story.terms import Term, absolute, least, ln, median, most, n, plus, root, times
from g60_pipeline.report.story.working import Working
from g60_pipeline.report.words import number


@pytest.mark.parametrize(
    ("term", "value", "expression", "shown"),
    [
        (n(1) + n(2) * n(3), 7, "1.0 + 2.0 * 3.0", "1 + 2 × 3"),
        ((n(1) + n(2)) * n(3), 9, "(1.0 + 2.0) * 3.0", "(1 + 2) × 3"),
        (n(8) - (n(3) - n(1)), 6, "8.0 - (3.0 - 1.0)", "8 - (3 - 1)"),
        (n(8) - (n(3) + n(1)), 4, "8.0 - (3.0 + 1.0)", "8 - (3 + 1)"),
        (n(8) / (n(2) * n(2)), 2, "8.0 / (2.0 * 2.0)", "8 ÷ (2 × 2)"),
        (n(8) / n(2) / n(2), 2, "8.0 / 2.0 / 2.0", "8 ÷ 2 ÷ 2"),
        ((n(2) ** n(3)) ** n(2), 64, "(2.0 ** 3.0) ** 2.0", "(2^3)^2"),
        (n(-2) ** n(2), 4, "(-2.0) ** 2.0", "(-2)^2"),
        (n(3) + n(-2), 1, "3.0 + (-2.0)", "3 + (-2)"),
        (root(n(9) * n(4)), 6, "(9.0 * 4.0) ** 0.5", "(9 × 4)^0.5"),
        (absolute(n(1) - n(3)), 2, "abs(1.0 - 3.0)", "|1 - 3|"),
        (ln(n(1)), 0, "ln(1.0)", "ln(1)"),
        (median([n(3), n(1), n(2)]), 2, "median(3.0, 1.0, 2.0)", "median(3, 1, 2)"),
        (plus([]), 0, "0.0", "0"),
        (times([n(2), n(1) + n(2)]), 6, "2.0 * (1.0 + 2.0)", "2 × (1 + 2)"),
    ],
)
def test_a_term_is_written_as_it_is_computed(term: Term, value: float, expression: str, shown: str) -> None:
    assert term.value == pytest.approx(value)
    assert (traced.expression(term), traced.shown(term, number)) == (expression, shown)


def test_of_many_numbers_the_ends_are_shown_and_all_are_kept() -> None:
    terms = [n(k) for k in range(30, 0, -1)]
    assert traced.shown(least(terms), number) == "min(1, 2, 3, … [24] …, 28, 29, 30)"
    assert traced.expression(least(terms)).count(",") == traced.expression(most(terms)).count(",") == 29


def test_a_sum_that_does_not_come_out_is_not_written() -> None:
    done = Working()
    done.add("value", n(1) / n(3), 1 / 3)
    done.add("value", n(1) / n(3), 0.34)
    done.add("value", None, 1)
    done.add("value", n(1), None)
    assert [s.result for s in done.sums] == [1 / 3]
    assert traced.expression(done.step("whole", n(1) + n(1))) == "2.0"
    assert math.isclose(done.sums[-1].result, 2)
