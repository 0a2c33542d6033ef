"""Measures of how unevenly something is shared out, and the ends they can reach where shares are not known exactly.

Every measure here is a convex function of the shares, and does not change with the scale of the amounts. So over a box
of amounts it is largest at a corner, and smallest where the amounts are as near to the weights as the box allows. No
tables, no places.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Final

Shares = Sequence[float]
Measure = Callable[[Shares, Shares], float]
"""Shares of the amounts and of the weights, each summing to one -> the measure."""

STEPS: Final = 45
"""Steps of the search for the smallest value; each leaves 62 % of the stretch."""

MOST_OPEN: Final = 12
"""Amounts without an exact value up to which the corners are looked at; each doubles their number."""

GOLDEN: Final = (math.sqrt(5) - 1) / 2


def hhi(s: Shares, _: Shares) -> float:
    """Return the Herfindahl-Hirschman index, 1/n to 1."""
    return math.fsum(x * x for x in s)


def hhi_normalised(s: Shares, p: Shares) -> float:
    """Return the index set to 0 for equal shares and 1 for all in one."""
    return (hhi(s, p) - 1 / len(s)) / (1 - 1 / len(s))


def largest(n: int) -> Measure:
    """Return the concentration ratio of the n largest shares; where shares tie, it does not matter which is taken."""
    return lambda s, _: math.fsum(sorted(s, reverse=True)[:n])


def gini(s: Shares, _: Shares) -> float:
    """Return the Gini coefficient of the amounts, 0 to 1 - 1/n."""
    n = len(s)
    return math.fsum((2 * k - n - 1) * x for k, x in enumerate(sorted(s), start=1)) / n


def gini_corrected(s: Shares, p: Shares) -> float:
    """Return the Gini coefficient with the correction n / (n - 1) for few units, 0 to 1."""
    return gini(s, p) * len(s) / (len(s) - 1)


def variation(s: Shares, _: Shares) -> float:
    """Return the coefficient of variation of the amounts, with n in the denominator of the variance."""
    return math.sqrt(math.fsum((x * len(s) - 1) ** 2 for x in s) / len(s))


def theil(s: Shares, _: Shares) -> float:
    """Return Theil's T with equal weights, 0 to ln n; a share of zero adds nothing."""
    return math.fsum(x * math.log(x * len(s)) for x in s if x > 0)


def hoover(s: Shares, p: Shares) -> float:
    """Return half the sum of the distances between shares and weights: what would have to move, 0 to 1."""
    return math.fsum(abs(x - w) for x, w in zip(s, p, strict=True)) / 2


def theil_weighted(s: Shares, p: Shares) -> float:
    """Return Theil's T with the weights as reference; a share of zero adds nothing."""
    return math.fsum(x * math.log(x / w) for x, w in zip(s, p, strict=True) if x > 0)


def williamson(s: Shares, p: Shares) -> float:
    """Return the weighted coefficient of variation of the amounts per unit of weight."""
    return math.sqrt(math.fsum(w * (x / w - 1) ** 2 for x, w in zip(s, p, strict=True)))


def split(s: Shares, p: Shares, groups: Sequence[str]) -> tuple[float, float]:
    """Return the parts of `theil_weighted` within groups and between them; they sum to it."""
    within = between = 0.0
    for name in dict.fromkeys(groups):
        inside = [i for i, group in enumerate(groups) if group == name]
        s_g, p_g = math.fsum(s[i] for i in inside), math.fsum(p[i] for i in inside)
        if s_g > 0:
            own = theil_weighted([s[i] / s_g for i in inside], [p[i] / p_g for i in inside])
            within, between = within + s_g * own, between + s_g * math.log(s_g / p_g)
    return within, between


def shares(amounts: Sequence[float]) -> list[float] | None:
    """Return amounts over their sum; None where that is not positive."""
    whole = math.fsum(amounts)
    return [x / whole for x in amounts] if whole > 0 else None


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
    corners = product(*({lo, hi} for lo, hi in zip(low, upper, strict=True)))
    values = [measure(s, weights) for s in map(shares, corners) if s is not None]
    if not values:
        return None, None

    def nearest(level: float) -> float:
        amounts = [min(max(level * w, lo), hi) for lo, hi, w in zip(low, upper, weights, strict=True)]
        found = shares(amounts)
        return math.inf if found is None else measure(found, weights)

    kinks = sorted({end / w for bound in (low, upper) for end, w in zip(bound, weights, strict=True)})
    least = min(_lowest(nearest, kinks[0], kinks[-1]), *(nearest(kink) for kink in kinks), *values)
    return least, max(values)


def _lowest(function: Callable[[float], float], start: float, end: float) -> float:
    """Return the smallest value of a function with one valley, by golden section."""
    a, b = start, end
    left, right = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    at_left, at_right = function(left), function(right)
    for _ in range(STEPS):
        if at_left <= at_right:
            b, right, at_right = right, left, at_left
            left = b - GOLDEN * (b - a)
            at_left = function(left)
        else:
            a, left, at_left = left, right, at_right
            right = a + GOLDEN * (b - a)
            at_right = function(right)
    return min(at_left, at_right)
