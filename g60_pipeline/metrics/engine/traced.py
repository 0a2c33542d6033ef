"""Numbers that carry their own derivation: the code of a formula runs on them as on floats. No rows, no wording.

>>> hhi = lambda shares: total(s * s for s in shares)
>>> hhi([0.5, 0.5])
0.5
>>> traced = hhi([TracedNumber(1.0) / TracedNumber(2.0), TracedNumber(1.0) / TracedNumber(2.0)])
>>> traced.value, expression(traced)
(0.5, '(1.0 / 2.0) ** 2.0 + (1.0 / 2.0) ** 2.0')
"""

from __future__ import annotations

import functools
import math
import operator
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

Number = Any
"""A float, or a `TracedNumber`: what a kernel computes with."""

StepOf = Callable[..., Number]
"""Names an intermediate number, `step(name, number, of)`, and returns it to go on with; `of`: for what, twice."""

LEAF: Final = ""
"""Operation of a number that is not derived."""

_NEGATIVE: Final = 0
_ATOM: Final = 4
_BINDS: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
"""How tightly an operation binds; an operand that binds less tightly is put in brackets."""

_LEFT: Final = {"**": _ATOM}
_RIGHT: Final = {"-": 2, "/": 3, "**": _ATOM}
"""How tightly an operand has to bind where that differs from the operation itself."""

_SHOWN: Final = {"+": " + ", "-": " - ", "*": " × ", "/": " ÷ ", "**": "^"}

LISTED: Final = 12
"""Numbers of a smallest, largest or middle one that a reader is shown; of more of them, the ends."""


@functools.total_ordering
class TracedNumber:
    """A number with the operation and the numbers it was made of."""

    __slots__ = ("operation", "parts", "value")
    __hash__ = None  # type: ignore[assignment]  # compares by value, as floats do, and is never a key

    def __init__(self, value: float, operation: str = LEAF, parts: tuple[TracedNumber, ...] = ()) -> None:
        """Make a plain number, or one that an operation gave."""
        self.value = float(value)
        self.operation = operation
        self.parts = parts

    def __add__(self, other: Number) -> TracedNumber:
        """Return the sum; sums of sums are one sum."""
        return _joined("+", self, other)

    def __sub__(self, other: Number) -> TracedNumber:
        """Return the difference."""
        return _joined("-", self, other)

    def __mul__(self, other: Number) -> TracedNumber:
        """Return the product; a number times itself is its square."""
        return self**2 if other is self else _joined("*", self, other)

    def __truediv__(self, other: Number) -> TracedNumber:
        """Return the quotient."""
        return _joined("/", self, other)

    def __pow__(self, other: Number) -> TracedNumber:
        """Return the power."""
        return _joined("**", self, other)

    def __radd__(self, other: Number) -> TracedNumber:
        """Return the sum; the 0 that `sum` starts with is left out."""
        return self if isinstance(other, int) and other == 0 else TracedNumber(other) + self

    def __rsub__(self, other: Number) -> TracedNumber:
        """Return the difference."""
        return TracedNumber(other) - self

    def __rmul__(self, other: Number) -> TracedNumber:
        """Return the product; the 1 that `product` starts with is left out."""
        return self if other == 1 else TracedNumber(other) * self

    def __rtruediv__(self, other: Number) -> TracedNumber:
        """Return the quotient."""
        return TracedNumber(other) / self

    def __neg__(self) -> TracedNumber:
        """Return the number with the other sign."""
        return TracedNumber(0.0) - self

    def __abs__(self) -> TracedNumber:
        """Return the distance from zero."""
        return TracedNumber(abs(self.value), "abs", (self,))

    def log(self) -> TracedNumber:
        """Return the natural logarithm; NumPy calls it on arrays of objects."""
        return TracedNumber(math.log(self.value), "ln", (self,))

    def sqrt(self) -> TracedNumber:
        """Return the square root; NumPy calls it on arrays of objects."""
        return self**0.5

    def __float__(self) -> float:
        """Return the value."""
        return self.value

    def __eq__(self, other: object) -> bool:
        """Return whether the values are equal."""
        return self.value == other.value if isinstance(other, TracedNumber) else self.value == other

    def __lt__(self, other: Number) -> bool:
        """Return whether the value is less."""
        return bool(self.value < float(other))

    def __repr__(self) -> str:
        """Return the arithmetic with all digits."""
        return expression(self)


_RESULTS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


def _joined(operation: str, one: TracedNumber, other: Number) -> TracedNumber:
    second = other if isinstance(other, TracedNumber) else TracedNumber(other)
    parts = one.parts if operation in "+*" and one.operation == operation else (one,)
    return TracedNumber(_RESULTS[operation](one.value, second.value), operation, (*parts, second))


def plain_step(_: str, number: Number, __: tuple[str, str] = ("", "")) -> Number:
    """Return an intermediate number as it is: on floats nothing is written out."""
    return number


def total(numbers: Iterable[Number]) -> Number:
    """Return the sum of numbers; of none it is 0."""
    items = list(numbers)
    if any(isinstance(item, TracedNumber) for item in items):
        return functools.reduce(operator.add, items)
    return math.fsum(items)


def product(numbers: Iterable[Number]) -> Number:
    """Return the product of numbers; of none it is 1."""
    return functools.reduce(operator.mul, numbers, 1.0)


def ln(number: Number) -> Number:
    """Return the natural logarithm."""
    return number.log() if isinstance(number, TracedNumber) else math.log(number)


def sqrt(number: Number) -> Number:
    """Return the square root."""
    return number**0.5


def smallest(numbers: Sequence[Number]) -> Number:
    """Return the smallest number, derived from all of them where they are traced."""
    return _chosen("min", min, numbers)


def largest(numbers: Sequence[Number]) -> Number:
    """Return the largest number, derived from all of them where they are traced."""
    return _chosen("max", max, numbers)


def middle(numbers: Sequence[Number]) -> Number:
    """Return the median, derived from all of the numbers where they are traced."""
    return _chosen("median", statistics.median, numbers)


def traced(value: Any) -> Any:
    """Return floats as numbers that carry their derivation, those of a row or a list too; anything else as it is."""
    if isinstance(value, dict):
        return {name: traced(each) if isinstance(each, float | list) else each for name, each in value.items()}
    if isinstance(value, list) and value and not isinstance(value[0], str):
        return [traced(each) for each in value]
    return TracedNumber(value) if isinstance(value, float) else value


def _chosen(name: str, of: Callable[[Sequence[float]], float], numbers: Sequence[Number]) -> Number:
    if len(numbers) == 1:
        return numbers[0]
    if not any(isinstance(number, TracedNumber) for number in numbers):
        return of(numbers)
    parts = tuple(number if isinstance(number, TracedNumber) else TracedNumber(number) for number in numbers)
    return TracedNumber(of([part.value for part in parts]), name, parts)


def expression(number: TracedNumber) -> str:
    """Return the arithmetic as a program reads it: all digits, `+ - * / **`, `ln`, `abs`, `min`, `max`, `median`."""
    return _written(number, shown=None)[0]


def shown(number: TracedNumber, digits: Callable[[float], str]) -> str:
    """Return the arithmetic as a reader likes it, with numbers written by `digits`."""
    return _written(number, shown=digits)[0]


def _written(number: TracedNumber, *, shown: Callable[[float], str] | None) -> tuple[str, int]:
    operation = number.operation
    if operation == LEAF:
        return (shown or repr)(number.value), _ATOM if number.value >= 0 else _NEGATIVE
    if operation not in _BINDS:
        return _called(number, shown=shown), _ATOM
    binds = _BINDS[operation]
    first, *others = number.parts
    sides = [_bracketed(first, _LEFT.get(operation, binds), shown=shown)]
    sides += [_bracketed(part, _RIGHT.get(operation, binds), shown=shown) for part in others]
    return (_SHOWN[operation] if shown else f" {operation} ").join(sides), binds


def _bracketed(number: TracedNumber, least: int, *, shown: Callable[[float], str] | None) -> str:
    text, binds = _written(number, shown=shown)
    return text if binds >= least else f"({text})"


def _called(number: TracedNumber, *, shown: Callable[[float], str] | None) -> str:
    parts, more = number.parts, 0
    if shown and len(parts) > LISTED:
        ordered = sorted(parts)
        parts, more = (*ordered[:3], *ordered[-3:]), len(ordered) - 6
    texts = [_written(part, shown=shown)[0] for part in parts]
    if more:
        texts.insert(3, f"… [{more}] …")
    listed = ", ".join(texts)
    return f"|{listed}|" if shown and number.operation == "abs" else f"{number.operation}({listed})"
