"""The steps of a composite index on plain numbers: treatment of outliers, normalisation, weights, aggregation.

Which figures enter, and what is published: `innovation_index`; which step is written out where: `index_kernel`.
Source of the steps: OECD/JRC Handbook on Constructing Composite Indicators (2008); limits of the treatment as in COINr.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.metrics.engine.traced import (
    Number,
    StepOf,
    largest,
    ln,
    plain_step,
    product,
    smallest,
    total,
)

NO_SPREAD: Final = 1e-9
"""Spread of normalised values below which cities do not differ: what is left is rounding of the machine."""


@dataclass(frozen=True)
class Treatment:
    """Values after treatment, in the order they came, and what was done to them."""

    values: list[float]
    treatment: str
    points: int
    skewness: float | None
    kurtosis: float | None


def moments(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return sample skewness and excess kurtosis, corrected for few values; None where these are too few or equal."""
    n = len(values)
    mean = math.fsum(values) / n if n else 0.0
    m2, m3, m4 = (math.fsum((v - mean) ** k for v in values) / n if n else 0.0 for k in (2, 3, 4))
    if n < 4 or math.isclose(m2, 0, abs_tol=1e-12 * max(1.0, mean * mean)):
        return None, None
    skewness = m3 / m2**1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    return skewness, kurtosis


def treat(values: Sequence[float], limits: Mapping[str, float]) -> Treatment:
    """Return values with outliers treated where skewness and kurtosis are both beyond their limits.

    Where drawing in does not help, or would leave no two values that differ: ln(v - min + offset (max - min)), the
    modified logarithm of COINr (`log_CT`). Unlike ln(v + 1) it gives the same normalised values in any unit; figures
    per head, far below one, would stay as they are.

    Args:
        values: The raw values.
        limits: Parameters of the formula `index_bound`: `most_skewness` and `most_kurtosis`; the `most_points` that are
            drawn in before the logarithm is taken instead; the `log_offset`, a part of the range.
    """
    skewness, kurtosis = moments(values)
    if not _beyond(skewness, kurtosis, limits):
        return Treatment(list(values), "none", 0, skewness, kurtosis)
    drawn = list(values)
    for _ in range(int(limits["most_points"])):
        now = moments(drawn)[0] or 0.0
        end = max(drawn) if now > 0 else min(drawn)
        others = [v for v in drawn if v != end]
        nearest = max(others) if now > 0 else min(others)
        drawn = [nearest if v == end else v for v in drawn]
        if max(drawn) == min(drawn):
            break
        if not _beyond(*moments(drawn), limits):
            changed = sum(a != b for a, b in zip(values, drawn, strict=True))
            if changed <= limits["most_points"]:
                ends = min(drawn), max(drawn)
                return Treatment([_drawn_in(v, *ends) for v in values], "winsorised", changed, skewness, kurtosis)
            break
    low, high = min(values), max(values)
    return Treatment(
        [_logarithm(v, low, high, offset=limits["log_offset"]) for v in values], "logarithm", 0, skewness, kurtosis
    )


def treated(value: Number, bound: Mapping[str, Any]) -> Number:
    """Return one value after treatment, given the `treatment` of its component and the ends it runs between.

    Args:
        value: The raw value.
        bound: `treatment`, `low` and `high` of the treated values, `raw_low` and `raw_high` of the raw ones; of a
            logarithm, the `log_offset` of the formula.
    """
    if bound["treatment"] == "winsorised":
        return _drawn_in(value, bound["low"], bound["high"])
    if bound["treatment"] == "logarithm":
        return _logarithm(value, bound["raw_low"], bound["raw_high"], offset=bound["log_offset"])
    return value


def _drawn_in(value: Number, low: Number, high: Number) -> Number:
    return smallest([value, high]) if value > high else largest([value, low]) if value < low else value


def _logarithm(value: Number, low: Number, high: Number, *, offset: float) -> Number:
    return ln(value - low + offset * (high - low))


def min_max(value: Number, low: Number, high: Number) -> Number | None:
    """Return where a value lies between two bounds, 0 to 1; None where the bounds are equal."""
    return (value - low) / (high - low) if high > low else None


def equal_weights(dimensions: Mapping[str, str], *, step: StepOf = plain_step) -> dict[str, Number]:
    """Return equal weights of the dimensions, and within each of its components.

    Args:
        dimensions: Component -> its dimension.
        step: Names what is in between.
    """
    names = list(dimensions.values())
    one = step("one", 1)
    return {component: one / len(set(names)) / names.count(name) for component, name in dimensions.items()}


def entropy_weights(columns: Mapping[str, Sequence[Number]], *, step: StepOf = plain_step) -> dict[str, Number] | None:
    """Return the entropy weights of components, from their normalised values in the cities of one year.

    e_j = -(1 / ln n) sum q ln q with q the values over their sum, w_j = (1 - e_j) / sum (1 - e_j). A component without
    any spread, or zero everywhere, weighs nothing; None where none has any.
    """
    diversity = {
        name: 0.0 if flat(values) else 1 - _entropy(values, of=name, step=step) for name, values in columns.items()
    }
    whole = total(diversity.values())
    return {name: d / whole for name, d in diversity.items()} if whole > 0 else None


def flat(values: Sequence[Number]) -> bool:
    """Return whether normalised values do not differ between cities."""
    return bool(max(values) - min(values) <= NO_SPREAD)


def aggregate(values: Mapping[str, Number], weights: Mapping[str, Number], *, floor: float | None = None) -> Number:
    """Return the weighted mean of normalised values; with a floor, their weighted geometric mean on floor to 1.

    Args:
        values: Normalised values.
        weights: Weight of each.
        floor: What a normalised 0 counts in a geometric mean, so that one lowest place does not wipe out an index.
    """
    if floor is None:
        return total(weights[name] * value for name, value in values.items())
    return product((floor + (1 - floor) * value) ** weights[name] for name, value in values.items())


def by_dimension(
    values: Mapping[str, Number],
    weights: Mapping[str, Number],
    *,
    dimensions: Mapping[str, str],
    floor: float | None = None,
    step: StepOf = plain_step,
) -> dict[str, Number]:
    """Return the mean of each dimension, aggregated as the index is; none for a dimension that weighs nothing.

    The weighted mean of the dimensions, weights being the sums of their components' weights, is the index; of a
    geometric one: the weighted geometric mean.
    """
    means = {}
    for dimension in dict.fromkeys(dimensions.values()):
        inside = {name: weights[name] for name, where in dimensions.items() if where == dimension}
        whole = step("weight_sum", total(inside.values()), (dimension, dimension))
        if whole > 0:
            shares = {name: weight / whole for name, weight in inside.items()}
            means[dimension] = aggregate({name: values[name] for name in inside}, shares, floor=floor)
    return means


def ranks(values: Mapping[str, float]) -> dict[str, int]:
    """Return the place of every city, 1 for the largest value; equal values share the better place."""
    return {city: 1 + sum(other > value + 1e-12 for other in values.values()) for city, value in values.items()}


def _entropy(values: Sequence[Number], *, of: str, step: StepOf) -> Number:
    whole = step("normalised_sum", total(values), (of, of))
    if whole <= 0 or len(values) < 2:
        return 1.0
    shares = [v / whole for v in values if v > 0]
    return step("entropy", min(1.0, -total(q * ln(q) for q in shares) / ln(step("cities", len(values)))), (of, of))


def _beyond(skewness: float | None, kurtosis: float | None, limits: Mapping[str, float]) -> bool:
    if skewness is None or kurtosis is None:
        return False
    return abs(skewness) > limits["most_skewness"] and kurtosis > limits["most_kurtosis"]
