"""What a printed number means: the rules of rounding, for claims and for figures; and how a share is written.

>>> one_in(24, "point")
PrintedInterval(low=0.04081632653061224, high=0.0425531914893617)
>>> printed_number(29000, 1000, "more_than")
PrintedInterval(low=29000, high=30000.0)
>>> rounded_to("400000")
10000.0
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Number = Any
"""A number, or one that carries its derivation."""

ROUND_N: Final = 100
"""From here on an n that ends in 0 is taken as rounded to tens."""

NOISE: Final = 1e-9
"""Percentage points by which arithmetic may miss 100."""

AT_LEAST: Final = "at_least"
"""Form of a target of more than a number: open above."""


@dataclass(frozen=True)
class PrintedInterval:
    """The interval a printed number means; an end that is None is open."""

    low: Number | None
    high: Number | None

    def scaled(self, factor: float) -> PrintedInterval:
        """Return the interval in another unit."""
        if factor == 1:
            return self
        return PrintedInterval(*(None if end is None else end * factor for end in (self.low, self.high)))


def stands_for(
    value: Number, *, n: Number | None, precision: Number | None, form: str, factor: float
) -> PrintedInterval:
    """Return the interval the number of a claim means, in the unit it is tested in.

    Args:
        value: The number.
        n: n where it is printed as 1/n.
        precision: One unit of its last printed digit.
        form: point, more_than, nearly or at_least.
        factor: What one unit of the number is in the unit of the test.
    """
    words = "more_than" if form == AT_LEAST else form
    found = printed_number(value, precision or 0.0, words) if n is None else one_in(n, words)
    ends = found.scaled(factor)
    return PrintedInterval(ends.low, None) if form == AT_LEAST else ends


def one_in(n: Number, form: str) -> PrintedInterval:
    """Return the interval "1/n", "more than 1/n" or "nearly 1/n" means, as shares."""
    if form == "more_than":
        return PrintedInterval(1 / n, 1 / (n - 1))
    if form == "nearly":
        return PrintedInterval(1 / (n + 1), 1 / n)
    half = 5.0 if n >= ROUND_N and float(n) % 10 == 0 else 0.5
    return PrintedInterval(1 / (n + half), 1 / (n - half))


def printed_number(value: Number, precision: Number, form: str) -> PrintedInterval:
    """Return the interval a printed number means, in its own unit.

    Args:
        value: The number.
        precision: One unit of its last printed digit.
        form: point, more_than or nearly. The latter two reach one unit of the last digit that is not zero.
    """
    if form == "point":
        return PrintedInterval(value - precision / 2, value + precision / 2)
    step = last_nonzero_unit(float(value))
    return PrintedInterval(value, value + step) if form == "more_than" else PrintedInterval(value - step, value)


def last_nonzero_unit(value: float) -> float:
    """Return one unit of the last digit of a number that is not zero: 10 for 20, 0.1 for 3.2, 1000 for 29,000."""
    digits = f"{value:.10f}".rstrip("0")
    whole, _, decimals = digits.partition(".")
    if decimals:
        return float(10.0 ** -len(decimals))
    stripped = whole.rstrip("0")
    return float(10 ** (len(whole) - len(stripped)))


def rounded_to(printed: str) -> float:
    """Return one unit of the digit a round number is rounded to: its last printed decimal, else the last that is not 0.

    Of a whole number with one such digit it is the next one, down to ones: "400,000" is rounded to tens of thousands.
    """
    _, _, decimals = printed.partition(".")
    if decimals:
        return float(10.0 ** -len(decimals))
    unit = last_nonzero_unit(float(printed))
    return max(unit / 10, 1.0) if abs(float(printed)) < 10 * unit else unit


def percent(share: float, *, signed: bool = False) -> str:
    """Return a share as a percentage with two decimals, more where these would say none or all of it."""
    return f"{'+' if signed and share >= 0 else ''}{percentage(share)} %"


def percentage(share: float) -> str:
    """Return the number of a percentage, as `percent` writes it."""
    size, sign = abs(100 * share), "-" if share < 0 else ""
    text, rest = f"{size:.2f}", 100 - size
    if text == "0.00" and size:
        text = f"{Decimal(f'{size:.2g}'):f}"
    elif text == "100.00" and abs(rest) > NOISE:
        text = f"{100 - Decimal(f'{rest:.1g}'):f}"
    return sign + text
