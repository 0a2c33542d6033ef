"""What a test can say of a claim: verdict, literal truth, and which scope fits. Pure comparisons of two intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

UNINFORMATIVE_WIDTH: Final = 2.0
"""An interval wider than 2:1 that overlaps the claim says nothing about it."""

TOLERANCE: Final = 1e-9
"""Relative slack for comparing computed with typed decimals."""

FITS: Final = ("reproduced", "consistent")


@dataclass(frozen=True)
class Tested:
    """The figure a claim is tested on: exact when `value` is given, else what is known of its ends (None is open)."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def ends(self) -> tuple[float, float]:
        """Return lower and upper end, open ends as 0 and infinity."""
        if self.value is not None:
            return self.value, self.value
        return self.low if self.low is not None else 0.0, self.high if self.high is not None else math.inf


@dataclass(frozen=True)
class Claimed:
    """What the printed form stands for (None is open), and how it was worded."""

    low: float | None
    high: float | None
    form: str

    @property
    def ends(self) -> tuple[float, float]:
        """Return lower and upper end, open ends as minus and plus infinity."""
        return self.low if self.low is not None else -math.inf, self.high if self.high is not None else math.inf


def verdict(tested: Tested, claimed: Claimed) -> str:
    """Return reproduced, consistent, contradicted or uninformative.

    A figure or interval inside the claimed interval reproduces it, whatever is missing; one that does not meet it
    contradicts it; an interval that overlaps is consistent, or uninformative when it is wider than 2:1.
    """
    low, high = tested.ends
    claimed_low, claimed_high = claimed.ends
    if _below(high, claimed_low) or _below(claimed_high, low):
        return "contradicted"
    if not _below(low, claimed_low) and not _below(claimed_high, high):
        return "reproduced"
    if low <= 0 or math.isinf(high) or high / low > UNINFORMATIVE_WIDTH:
        return "uninformative"
    return "consistent"


def literally_true(tested: Tested, claimed: Claimed) -> bool | None:
    """Return whether the words hold as they stand, however far: 35 % is more than 1/5. None when it can not be told."""
    low, high = tested.ends
    claimed_low, claimed_high = claimed.ends
    if claimed.form == "more_than":
        holds, fails = _below(claimed_low, low), not _below(claimed_low, high)
    elif claimed.form == "nearly":
        holds, fails = _below(high, claimed_high), not _below(low, claimed_high)
    else:
        holds = not _below(low, claimed_low) and not _below(claimed_high, high)
        fails = _below(high, claimed_low) or _below(claimed_high, low)
    return True if holds else False if fails else None


def scope_fit(scope: str | None, verdicts: Mapping[str, str]) -> str:
    """Return which scope reproduces a claim, from the verdict of each scope on one basis.

    Args:
        scope: The scope of the row; None for a claim about a single place.
        verdicts: Verdict of every scope of the claim.
    """
    if scope is None or len(verdicts) < 2:
        return "undecided"
    fitting = {s for s, v in verdicts.items() if v in FITS}
    refuted = {s for s, v in verdicts.items() if v == "contradicted"}
    if fitting == set(verdicts):
        return "both_scopes"
    if refuted == set(verdicts):
        return "neither"
    if fitting | refuted != set(verdicts):
        return "undecided"
    return "this_scope" if scope in fitting else "other_scope"


def _below(a: float, b: float) -> bool:
    return a < b and not math.isclose(a, b, rel_tol=TOLERANCE)
