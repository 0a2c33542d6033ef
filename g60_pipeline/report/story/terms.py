"""Arithmetic that knows what it comes to and how it is written, for a reader and with all digits. No rows."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from g60_pipeline.report.words import number

_NEGATIVE: Final = 0
_SUM: Final = 1
_PRODUCT: Final = 2
_POWER: Final = 3
_ATOM: Final = 4
"""How tightly an expression binds; what binds less tightly is put in brackets."""


LISTED: Final = 12
"""Numbers of a smallest, largest or middle one that a reader is shown; of more of them, the ends."""


@dataclass(frozen=True)
class Term:
    """An arithmetic expression with its value.

    Attributes:
        value: What it comes to.
        expression: How a program reads it: all digits, `+ - * / **`, and `ln`, `abs`, `min`, `max`, `median`.
        shown: How a reader likes it.
        binds: How tightly it binds.
    """

    value: float
    expression: str
    shown: str
    binds: int = _ATOM

    def __add__(self, other: Term) -> Term:
        """Return the sum."""
        return _joined(self, other, "+", value=self.value + other.value, binds=_SUM)

    def __sub__(self, other: Term) -> Term:
        """Return the difference."""
        return _joined(self, other, "-", value=self.value - other.value, binds=_SUM, right=_PRODUCT)

    def __mul__(self, other: Term) -> Term:
        """Return the product."""
        return _joined(self, other, "*", value=self.value * other.value, binds=_PRODUCT)

    def __truediv__(self, other: Term) -> Term:
        """Return the quotient."""
        return _joined(self, other, "/", value=self.value / other.value, binds=_PRODUCT, right=_POWER)

    def __pow__(self, other: Term) -> Term:
        """Return the power."""
        value = float(self.value**other.value)
        return _joined(self, other, "**", value=value, binds=_POWER, left=_ATOM, right=_ATOM)


_SHOWN: Final = {"+": " + ", "-": " - ", "*": " × ", "/": " ÷ ", "**": "^"}


def n(value: float) -> Term:
    """Return a plain number."""
    held = float(value)
    return Term(held, repr(held), number(held), _ATOM if held >= 0 else _NEGATIVE)


def plus(terms: Sequence[Term]) -> Term:
    """Return the sum of terms; of none it is 0."""
    return _row(terms, empty=0, of=lambda a, b: a + b)


def times(terms: Sequence[Term]) -> Term:
    """Return the product of terms; of none it is 1."""
    return _row(terms, empty=1, of=lambda a, b: a * b)


def ln(term: Term) -> Term:
    """Return the natural logarithm."""
    return _called("ln", [term], math.log(term.value))


def absolute(term: Term) -> Term:
    """Return the distance from zero."""
    return _called("abs", [term], abs(term.value), shown=f"|{term.shown}|")


def least(terms: Sequence[Term]) -> Term:
    """Return the smallest of terms."""
    return _called("min", terms, min(t.value for t in terms))


def most(terms: Sequence[Term]) -> Term:
    """Return the largest of terms."""
    return _called("max", terms, max(t.value for t in terms))


def median(terms: Sequence[Term]) -> Term:
    """Return the middle one of terms in order of size."""
    return _called("median", terms, statistics.median(t.value for t in terms))


def root(term: Term) -> Term:
    """Return the square root."""
    return term ** n(0.5)


def _row(terms: Sequence[Term], *, empty: float, of: Callable[[Term, Term], Term]) -> Term:
    if not terms:
        return n(empty)
    made = terms[0]
    for term in terms[1:]:
        made = of(made, term)
    return made


def _joined(
    one: Term, other: Term, sign: str, *, value: float, binds: int, left: int | None = None, right: int | None = None
) -> Term:
    low, high = (binds if bound is None else bound for bound in (left, right))
    sides = [_bracketed(one, low), _bracketed(other, high)]
    return Term(value, f" {sign} ".join(e for e, _ in sides), _SHOWN[sign].join(s for _, s in sides), binds)


def _bracketed(term: Term, least_binding: int) -> tuple[str, str]:
    if term.binds >= least_binding:
        return term.expression, term.shown
    return f"({term.expression})", f"({term.shown})"


def _called(name: str, terms: Sequence[Term], value: float, *, shown: str | None = None) -> Term:
    arguments = ", ".join(t.expression for t in terms)
    listed = [t.shown for t in terms]
    if len(terms) > LISTED:
        ordered = [t.shown for t in sorted(terms, key=lambda t: t.value)]
        listed = [*ordered[:3], f"… [{len(terms) - 6}] …", *ordered[-3:]]
    return Term(value, f"{name}({arguments})", shown or f"{name}({', '.join(listed)})")
