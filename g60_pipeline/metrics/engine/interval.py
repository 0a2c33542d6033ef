"""Arithmetic on figures that are intervals: value, lower and upper end, each known or not.

The same rules compute columns of a frame and the numbers of one row; which of both is the `Arithmetic`.

    >>> share = ROW.divide(Interval(None, 20.0, 30.0), Interval(100.0, 100.0, 100.0))
    >>> share.value, share.low, share.high
    (None, 0.2, 0.3)

Factors and divisors are not negative; a quotient is known only where its divisor is positive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from g60_pipeline.metrics.engine import traced

End = Any
"""A number, a `TracedNumber`, an expression of Polars; None where a row has no such end."""


@dataclass(frozen=True)
class Interval:
    """A figure: its value where it is exact, and the ends it lies between."""

    value: End
    low: End
    high: End

    @classmethod
    def exactly(cls, number: End) -> Interval:
        """Return a number as an interval."""
        return cls(number, number, number)

    def map(self, function: Callable[[End], End]) -> Interval:
        """Return an increasing function of the figure."""
        return Interval(*(None if end is None else function(end) for end in (self.value, self.low, self.high)))


class Ends(Protocol):
    """What differs between a frame and a row: quotients that may not exist, and ends that say nothing."""

    def quotient(self, above: End, below: End) -> End:
        """Return a quotient; nothing where the divisor is not positive."""

    def power(self, base: End, exponent: End) -> End:
        """Return a power; nothing where the base is not positive."""

    def part_of_one(self, end: End, value: End) -> End:
        """Return an upper end, unless it is above one beside no value."""

    def lesser(self, end: End, other: End) -> End:
        """Return the lesser of two."""

    def log(self, end: End) -> End:
        """Return the natural logarithm."""


class _Row:
    """Numbers of one row, plain or traced."""

    def quotient(self, above: End, below: End) -> End:
        return above / below if float(below) > 0 else None

    def power(self, base: End, exponent: End) -> End:
        return base**exponent if float(base) > 0 else None

    def part_of_one(self, end: End, value: End) -> End:
        return None if end is None or (value is None and float(end) > 1) else end

    def lesser(self, end: End, other: End) -> End:
        return end if float(end) <= float(other) else traced.smallest([end, other])

    def log(self, end: End) -> End:
        return traced.ln(end)


@dataclass(frozen=True)
class Arithmetic:
    """The operations of intervals over one kind of end."""

    ends: Ends

    def add(self, a: Interval, b: Interval) -> Interval:
        """Return the sum."""
        return _each(lambda x, y: x + y, a, b)

    def subtract(self, a: Interval, b: Interval) -> Interval:
        """Return the difference."""
        return _each(lambda x, y: x - y, a, Interval(b.value, b.high, b.low))

    def multiply(self, a: Interval, b: Interval) -> Interval:
        """Return the product; neither side is negative, or one of both is exact."""
        return _each(lambda x, y: x * y, a, b)

    def divide(self, a: Interval, b: Interval) -> Interval:
        """Return the quotient; missing where the divisor is not positive."""
        return _each(self.ends.quotient, a, Interval(b.value, b.high, b.low))

    def power(self, a: Interval, b: Interval) -> Interval:
        """Return the power; missing where the base is not positive. The exponent is exact."""
        return _each(self.ends.power, a, b)

    def ratio(self, a: Interval, b: Interval) -> Interval:
        """Return the quotient of exact figures, of any sign; a divisor of zero is left to the caller."""
        known = a.value is not None and b.value is not None
        return Interval(a.value / b.value if known else None, None, None)

    def at_most(self, a: Interval, b: Interval) -> Interval:
        """Return the figure, or what it can not exceed where an end does."""
        return _each(self.ends.lesser, a, b)

    def part(self, a: Interval) -> Interval:
        """Return a part of a whole: an upper end above one says nothing."""
        return Interval(a.value, a.low, self.ends.part_of_one(a.high, a.value))


ROW: Final = Arithmetic(_Row())
"""Arithmetic of one row."""


def _each(operation: Callable[[End, End], End], a: Interval, b: Interval) -> Interval:
    pairs = ((a.value, b.value), (a.low, b.low), (a.high, b.high))
    return Interval(*(None if x is None or y is None else operation(x, y) for x, y in pairs))
