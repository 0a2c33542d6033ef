"""How far a ratio is spread over members, and whether the poorer grow faster. Plain arithmetic, no frames.

A figure that doubles in seven years where it was low, and grows by half where it was high, converges:

    >>> fit = slope([1.0, 2.0, 4.0], [2.0, 3.5, 6.0], 7)
    >>> round(fit.beta, 3), round(fit.half_life)
    (-0.03, 21)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.metrics.concentration.inequality_measures import shares, variation
from g60_pipeline.metrics.engine.traced import Number, StepOf, ln, plain_step, sqrt, total

ALIKE: Final = 1e-9
"""Difference of logarithms below which cities start alike: what is left is rounding of the machine."""

OF_SLOPE: Final = ("beta", "beta_standard_error", "r_squared", "speed", "half_life")
"""Measures of the slope."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Slope:
    """Least-squares slope of growth on the start, and what follows from it."""

    beta: float
    beta_standard_error: float
    r_squared: float
    speed: float | None
    half_life: float | None


def convergence(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Number]:
    """Return the measure of a row, from the ratios of the members in the base year, if there is one, and the last."""
    if row["value"] is None:
        return {}
    measure, count = row["measure"], len(row["members_used"])
    values = [ratio["value"] for ratio in parents]
    start, end = values[:-count], values[-count:]
    if measure in OF_SLOPE:
        return {"value": of_slope(measure, start, end, years=row["year"] - row["base_year"], step=step)}
    if measure == "cv":
        return {"value": coefficient_of_variation(end, step=step)}
    if measure == "sigma":
        return {"value": sigma(end, step=step)}
    base_year, year = str(row["base_year"]), str(row["year"])
    first = step("sigma", sigma(start, step=step, year=base_year), (base_year, base_year))
    return {"value": step("sigma", sigma(end, step=step, year=year), (year, year)) - first}


def sigma(values: Sequence[Number], *, step: StepOf = plain_step, year: str = "") -> Number:
    """Return the standard deviation of the logarithms, with n in the denominator. All values must be positive.

    Source: Barro and Sala-i-Martin 1992.
    """
    logs = [ln(value) for value in values]
    mean = step("mean_log", total(logs) / len(logs), (year, year))
    return sqrt(total((log - mean) ** 2 for log in logs) / len(logs))


def coefficient_of_variation(values: Sequence[Number], *, step: StepOf = plain_step) -> Number:
    """Return the standard deviation over the mean, with n in the denominator. All values must be positive."""
    parts = shares(values, step=step) or []
    return variation(parts, parts)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return `sigma` and the coefficient of variation."""
    return sigma(values), float(coefficient_of_variation(values))


def slope(start: Sequence[float], end: Sequence[float], years: int) -> Slope | None:
    """Return the slope of (1/T) ln(y_T / y_0) on ln y_0; None where all start alike, or fewer than three values.

    Source: Barro and Sala-i-Martin 1992; speed -ln(1 + beta T) / T and half-life ln 2 / speed, where they exist.
    """
    logs = [ln(value) for value in start]
    if len(start) < 3 or max(logs) - min(logs) <= ALIKE:
        return None
    found: dict[str, Any] = {measure: of_slope(measure, start, end, years=years) for measure in OF_SLOPE}
    return Slope(**found)


def of_slope(
    measure: str, start: Sequence[Number], end: Sequence[Number], *, years: int, step: StepOf = plain_step
) -> Number | None:
    """Return one measure of the slope; None where there is no such speed or half-life."""
    x = [ln(value) for value in start]
    y = [(ln(after) - before) / years for before, after in zip(x, end, strict=True)]
    mean_x = step("mean_log", total(x) / len(x))
    mean_y = step("mean_growth", total(y) / len(y))
    s_xx = step("s_xx", total((a - mean_x) ** 2 for a in x))
    s_xy = step("s_xy", total((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)))
    if measure == "beta":
        return s_xy / s_xx
    beta = step("beta", s_xy / s_xx)
    if measure in {"beta_standard_error", "r_squared"}:
        left = step("s_left", total((b - mean_y - beta * (a - mean_x)) ** 2 for a, b in zip(x, y, strict=True)))
        if measure == "beta_standard_error":
            return sqrt(left / (len(x) - 2) / s_xx)
        s_yy = step("s_yy", total((b - mean_y) ** 2 for b in y))
        return 1 - left / s_yy if s_yy > 0 else 1.0
    inside = 1 + beta * years
    if not inside > 0:
        return None
    speed = -ln(inside) / years
    if measure == "speed":
        return speed
    return ln(step("two", 2)) / step("speed", speed) if speed > 0 else None
