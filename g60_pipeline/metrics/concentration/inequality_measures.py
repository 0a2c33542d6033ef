"""Measures of how unevenly something is shared out, and the ends they can reach where shares are not known exactly.

Every measure here is a convex function of the shares, and does not change with the scale of the amounts. So over a box
of amounts it is largest at a corner, and smallest where the amounts are as near to the weights as the box allows. No
tables, no places. Given traced numbers a measure writes itself out; the search for its ends is of floats alone.

    >>> from g60_pipeline.metrics.engine.traced import TracedNumber, expression
    >>> float(hhi([0.5, 0.5], [0.5, 0.5]))
    0.5
    >>> expression(hhi([TracedNumber(0.5), TracedNumber(0.5)], [0.5, 0.5]))
    '0.5 ** 2.0 + 0.5 ** 2.0'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from g60_pipeline.metrics.engine.traced import Number, StepOf, ln, plain_step, total

Array = NDArray[np.float64]
Shares = Sequence[Number] | Array
"""Shares that sum to one, or rows of such shares."""

Measure = Callable[[Shares, Shares], Any]
"""Shares of the amounts and of the weights -> the measure, one number for every row of shares."""

ROUNDS: Final = 7
"""Rounds of the search for the smallest value."""

POINTS: Final = 65
"""Points a round looks at; the next one looks between the neighbours of the best, a 32nd of the stretch."""

MOST_OPEN: Final = 12
"""Amounts without an exact value up to which the corners are looked at; each doubles their number."""


def hhi(s: Shares, _: Shares) -> Any:
    """Return the Herfindahl-Hirschman index, 1/n to 1."""
    return np.square(s).sum(axis=-1)


def hhi_normalised(s: Shares, p: Shares) -> Any:
    """Return the index set to 0 for equal shares and 1 for all in one."""
    n = np.shape(s)[-1]
    return (hhi(s, p) * n - 1) / (n - 1)


def largest(n: int) -> Measure:
    """Return the concentration ratio of the n largest shares; where shares tie, it does not matter which is taken."""
    return lambda s, _: np.sort(s, axis=-1)[..., -n:].sum(axis=-1)


def gini(s: Shares, _: Shares) -> Any:
    """Return the Gini coefficient of the amounts, 0 to 1 - 1/n."""
    n = np.shape(s)[-1]
    return (np.sort(s, axis=-1) * (2 * np.arange(1, n + 1) - n - 1)).sum(axis=-1) / n


def gini_corrected(s: Shares, p: Shares) -> Any:
    """Return the Gini coefficient with the correction n / (n - 1) for few units, 0 to 1."""
    n = np.shape(s)[-1]
    return gini(s, p) * n / (n - 1)


def variation(s: Shares, _: Shares) -> Any:
    """Return the coefficient of variation of the amounts, with n in the denominator of the variance."""
    n = np.shape(s)[-1]
    return np.sqrt(np.square(np.multiply(s, n) - 1).sum(axis=-1) / n)


def theil(s: Shares, _: Shares) -> Any:
    """Return Theil's T with equal weights, 0 to ln n; a share of zero adds nothing."""
    return _divergence(s, np.multiply(s, np.shape(s)[-1]))


def hoover(s: Shares, p: Shares) -> Any:
    """Return half the sum of the distances between shares and weights: what would have to move, 0 to 1."""
    return np.abs(np.subtract(s, p)).sum(axis=-1) / 2


def theil_weighted(s: Shares, p: Shares) -> Any:
    """Return Theil's T with the weights as reference; a share of zero adds nothing."""
    return _divergence(s, np.divide(s, p))


def _divergence(s: Shares, ratio: Any) -> Any:
    """Return the sum of shares times the logarithms of ratios, without those that are zero."""
    held = np.greater(ratio, 0)
    terms = np.multiply(s, np.log(ratio, where=held, out=ratio))
    return terms.sum(axis=-1, where=held, initial=0)


def williamson(s: Shares, p: Shares) -> Any:
    """Return the weighted coefficient of variation of the amounts per unit of weight."""
    return np.sqrt((np.asarray(p) * np.square(np.divide(s, p) - 1)).sum(axis=-1))


def split(s: Sequence[Number], p: Sequence[Number], groups: Sequence[str]) -> tuple[Number, Number]:
    """Return the parts of `theil_weighted` within groups and between them; they sum to it."""
    return theil_within(s, p, groups), theil_between(s, p, groups)


def theil_within(
    s: Sequence[Number], p: Sequence[Number], groups: Sequence[str], *, step: StepOf = plain_step
) -> Number:
    """Return the indices inside the groups, weighted by the shares of the groups."""
    parts = []
    for name, inside, s_g, p_g in _groups(s, p, groups, step=step):
        own = theil_weighted([s[i] / s_g for i in inside], [p[i] / p_g for i in inside])
        parts.append(s_g * step("theil_inside", own, (name, name)))
    return total(parts)


def theil_between(
    s: Sequence[Number], p: Sequence[Number], groups: Sequence[str], *, step: StepOf = plain_step
) -> Number:
    """Return the index of the groups, each as one."""
    return total(s_g * ln(s_g / p_g) for _, _, s_g, p_g in _groups(s, p, groups, step=step))


def _groups(
    s: Sequence[Number], p: Sequence[Number], groups: Sequence[str], *, step: StepOf
) -> Iterator[tuple[str, list[int], Number, Number]]:
    """Yield the groups that have a share: name, positions, share, and weight."""
    for name in dict.fromkeys(groups):
        inside = [i for i, group in enumerate(groups) if group == name]
        s_g = step("province_share", total(s[i] for i in inside), (name, name))
        p_g = step("province_population_share", total(p[i] for i in inside), (name, name))
        if s_g > 0:
            yield name, inside, s_g, p_g


def shares(amounts: Sequence[Number], *, step: StepOf = plain_step, whole: str = "members_sum") -> list[Number] | None:
    """Return amounts over their sum, which is written as `whole`; None where that is not positive."""
    amount = step(whole, total(amounts))
    return [x / amount for x in amounts] if amount > 0 else None


def ends(
    measure: Measure, *, low: Sequence[float], high: Sequence[float | None], weights: Shares
) -> tuple[float | None, float | None]:
    """Return the smallest and largest value a measure can take with every amount between its ends.

    Args:
        measure: One of the measures above.
        low: Lower ends, none negative.
        high: Upper ends; with a missing one, or more than 12 open amounts, nothing is said.
        weights: Weights, summing to one; equal ones for measures without.
    """
    upper = [h for h in high if h is not None]
    if len(upper) < len(high) or sum(lo != hi for lo, hi in zip(low, upper, strict=True)) > MOST_OPEN:
        return None, None
    corners = _corners(tuple(low), tuple(upper))
    if not len(corners):
        return None, None
    values = measure(corners, weights)
    w, lo, hi = np.asarray(weights), np.asarray(low, dtype=float), np.asarray(upper, dtype=float)

    def nearest(levels: Array) -> Array:
        amounts = np.clip(levels[:, None] * w, lo, hi)
        whole = amounts.sum(axis=1)
        found = measure(amounts / np.where(whole > 0, whole, 1.0)[:, None], weights)
        return np.where(whole > 0, found, np.inf)

    kinks = np.unique(np.concatenate([lo / w, hi / w]))
    least = min(_lowest(nearest, kinks[0], kinks[-1]), nearest(kinks).min(), values.min())
    return float(least), float(values.max())


@lru_cache(maxsize=2)
def _corners(low: tuple[float, ...], high: tuple[float, ...]) -> Array:
    """Return the shares at every corner of a box whose sum is positive, one row a corner; the measures take turns."""
    amounts = np.array(list(product(*(sorted({lo, hi}) for lo, hi in zip(low, high, strict=True)))), dtype=float)
    whole = amounts.sum(axis=1)
    found: Array = amounts[whole > 0] / whole[whole > 0, None]
    return found


def _lowest(function: Callable[[Array], Array], start: float, end: float) -> float:
    """Return the smallest value of a function with one valley, on ever finer points around the best."""
    least = math.inf
    for _ in range(ROUNDS):
        points = np.linspace(start, end, POINTS)
        found = function(points)
        best = int(found.argmin())
        least = min(least, float(found[best]))
        start, end = float(points[max(best - 1, 0)]), float(points[min(best + 1, POINTS - 1)])
    return least
