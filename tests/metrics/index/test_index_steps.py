"""Steps of the index whose result may hang neither on the unit of a figure nor on rounding of the machine."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.index import index_steps as steps
from g60_pipeline.metrics.index.index_robustness import drawn_ranks

HEAVY = [*[1.0] * 60, *[10.0**n for n in range(1, 9)]]
"""Values so skewed that five of them drawn in do not help."""


LIMITS = parameters("index_bound")


def normalised(values: list[float]) -> list[float | None]:
    return [steps.min_max(v, min(values), max(values)) for v in values]


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e4])
@pytest.mark.parametrize("shift", [0.0, -3.0])
def test_the_logarithm_gives_the_same_places_in_any_unit(factor: float, shift: float) -> None:
    plain, moved = (steps.treat(values, LIMITS) for values in (HEAVY, [v * factor + shift * factor for v in HEAVY]))
    assert plain.treatment == moved.treatment == "logarithm"
    assert normalised(moved.values) == pytest.approx(normalised(plain.values), abs=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=4, max_size=30), st.floats(0.001, 1000))
def test_treatment_keeps_the_order_and_draws_in_at_most_five(values: list[float], factor: float) -> None:
    scaled = [v * factor for v in values]
    treated = steps.treat(scaled, LIMITS)
    assert treated.points <= LIMITS["most_points"]
    assert sum(a != b for a, b in zip(scaled, treated.values, strict=True)) == treated.points or (
        treated.treatment == "logarithm"
    )
    in_order = sorted(zip(scaled, treated.values, strict=True))
    assert all(a <= b + 1e-9 for (_, a), (_, b) in pairwise(in_order))


def test_entropy_weights_are_those_of_the_closed_form() -> None:
    """Two cities with shares p and 1 - p: 1 - e is the binary entropy taken from one, in bits."""
    columns = {name: [p, 1 - p] for name, p in (("a", 0.9), ("b", 0.6), ("c", 1.0))}
    lost = {
        name: 1 + sum(q * math.log2(q) for q in column if q > 0) for name, column in columns.items()
    }  # ln and log2 differ by the ln n the entropy is divided by
    assert steps.entropy_weights(columns) == pytest.approx({n: v / sum(lost.values()) for n, v in lost.items()})


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=1))
def test_entropy_weights_sum_to_one_or_there_are_none(columns: dict[str, list[float]]) -> None:
    found = steps.entropy_weights(columns)
    if found is None:
        assert all(steps.flat(column) for column in columns.values())
    else:
        assert math.fsum(found.values()) == pytest.approx(1)
        assert all(weight >= 0 for weight in found.values())
        assert all(found[name] == 0 for name, column in columns.items() if steps.flat(column))


def test_what_only_rounding_tells_apart_weighs_nothing_and_moves_no_rank() -> None:
    noise = 0.1 + 0.2 - 0.3
    assert noise > 0
    even = [0.2, 0.2 + noise, 0.2]
    assert steps.flat(even)
    assert steps.entropy_weights({"even": even, "real": [0.1, 0.5, 0.9]}) == {"even": 0, "real": 1}
    matrix = np.array([[0.2, 0.9], [0.2 + noise, 0.5], [0.2, 0.1]])
    for source in ("normalisation", "all"):
        ranks = drawn_ranks(matrix[:, [0, 1]], np.array([0.9, 0.1]), source=source)
        with_it = {tuple(row) for row in ranks.tolist()}
        assert with_it <= {(1, 2, 3), (1, 1, 1)}, source
