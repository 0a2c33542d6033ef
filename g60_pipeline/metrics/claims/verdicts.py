"""What a test can say of a claim: verdict, literal truth, and which scope fits. Pure comparisons of two intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from g60_pipeline.metrics.engine.formulas import parameters

TOLERANCE: Final = 1e-9
"""Relative slack for comparing computed with typed decimals."""

FITS: Final = ("reproduced", "consistent")
REFUTES: Final = ("contradicted", "exceeded")


@dataclass(frozen=True)
class FigureInterval:
    """The figure a claim is tested on: `value` when it is known, and how far it may reach (None is open).

    Rounding of the figures it is made of is part of the ends. Growth is at least -1, anything else at least 0.
    """

    value: float | None
    low: float | None
    high: float | None
    growth: bool = False

    @property
    def floor(self) -> float:
        """Return the least a figure of this kind can be."""
        return -1.0 if self.growth else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """Return lower and upper end, open ends as 0 and infinity."""
        low = self.low if self.low is not None else self.value
        high = self.high if self.high is not None else self.value
        return low if low is not None else self.floor, high if high is not None else math.inf


@dataclass(frozen=True)
class ClaimInterval:
    """What the printed form means (None is open), and how it was worded."""

    low: float | None
    high: float | None
    form: str

    @property
    def ends(self) -> tuple[float, float]:
        """Return lower and upper end, open ends as minus and plus infinity."""
        return self.low if self.low is not None else -math.inf, self.high if self.high is not None else math.inf


def verdict(tested: FigureInterval, claimed: ClaimInterval) -> str:
    """Return reproduced, consistent, exceeded, contradicted or uninformative.

    A figure or interval inside the claimed interval reproduces it, whatever is missing. One above what "more than"
    names exceeds it: true by the letter, far from the number. Any other that does not meet the claimed interval
    contradicts it. An interval that overlaps is consistent, or uninformative when it is wider than the formula allows;
    of growth, what the level has become over what it was counts.
    """
    low, high = tested.ends
    claimed_low, claimed_high = claimed.ends
    if claimed.form == "more_than" and _below(claimed_high, low):
        return "exceeded"
    if _below(high, claimed_low) or _below(claimed_high, low):
        return "contradicted"
    if not _below(low, claimed_low) and not _below(claimed_high, high):
        return "reproduced"
    if low <= tested.floor or math.isinf(high):
        return "uninformative"
    most = parameters("claim_audit")["uninformative_width"]
    return "uninformative" if (high - tested.floor) / (low - tested.floor) > most else "consistent"


def literally_true(tested: FigureInterval, claimed: ClaimInterval) -> bool | None:
    """Return whether the words hold as they stand, however far: 35 % is more than 1/5. None when it can not be told."""
    low, high = tested.ends
    claimed_low, claimed_high = claimed.ends
    if claimed.form == "more_than":
        holds, fails = _below(claimed_low, low), not _below(claimed_low, high)
    elif claimed.form == "nearly":
        holds = not _below(low, claimed_low) and _below(high, claimed_high)
        fails = _below(high, claimed_low) or not _below(low, claimed_high)
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
    refuted = {s for s, v in verdicts.items() if v in REFUTES}
    if fitting == set(verdicts):
        return "both_scopes"
    if refuted == set(verdicts):
        return "neither"
    if fitting | refuted != set(verdicts):
        return "undecided"
    return "this_scope" if scope in fitting else "other_scope"


def _below(a: float, b: float) -> bool:
    return a < b and not math.isclose(a, b, rel_tol=TOLERANCE)
