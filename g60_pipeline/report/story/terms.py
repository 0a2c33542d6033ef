"""Names of the old writers for numbers that carry their derivation. Goes with the last of them."""

from __future__ import annotations

from collections.abc import Sequence

from g60_pipeline.metrics.engine import traced
from g60_pipeline.metrics.engine.traced import Traced

Term = Traced
n = Traced
ln = traced.ln
least = traced.smallest
most = traced.largest
median = traced.middle


def plus(terms: Sequence[Term]) -> Term:
    """Return the sum of terms; of none it is 0."""
    made: Term = traced.total(terms) if terms else n(0)
    return made


def times(terms: Sequence[Term]) -> Term:
    """Return the product of terms; of none it is 1."""
    made: Term = traced.product(terms) if terms else n(1)
    return made


def absolute(term: Term) -> Term:
    """Return the distance from zero."""
    return abs(term)


def root(term: Term) -> Term:
    """Return the square root."""
    return term**0.5
