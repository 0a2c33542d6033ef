"""A member against the middle one, and what the votes of its indicators come to. Plain arithmetic, no frames.

Five members have 40, 15, 10, 6 and 2. The middle one has 10, so the first has four times as much:

    >>> members = [Interval.exactly(float(x)) for x in (40, 15, 10, 6, 2)]
    >>> low, high = middle_of(members)
    >>> against(members[0], low, high).value
    4.0
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.traced import Number, StepOf, middle, plain_step, product, total
from g60_pipeline.metrics.figures.members_kernel import member_ends

UNKNOWN: Final = Interval(None, 0.0, None)
"""A member without a ratio: none is negative."""

Row = Mapping[str, Any]


def gradient_tier(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Interval]:
    """Return what a row of evidence, or of the gradient, comes to."""
    return evidence(row, parents, step) if "median_low" in row else tier(row, parents, step)


def evidence(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Interval]:
    """Return the ratio of a member to the middle one.

    Args:
        row: The row of `metrics.gradient_evidence`.
        parents: Of a size the total and the figures of its members, of an intensity the ratios of the members.
        step: Names what is in between.
    """
    members = _ratios(parents) if row["ratio_id"] else _sizes(parents)
    own = members.get(row["geo_code"], UNKNOWN)
    every = [*members.values(), *[UNKNOWN] * (row["members_expected"] - len(members))]
    low, high = middle_of(every)
    low = step("median_low", low)
    if any(member.high is None for member in every):
        high = step("open", float(high))
    else:
        high = step("median_high", high) if any(member.low != member.high for member in every) else low
    if row["ratio_low"] is None:
        return {}
    top = None if own.high is None else step("rest_of_province", own.high)
    found = against(Interval(own.value, own.low, top), low, high)
    bottom = found.low if math.isfinite(float(high)) else None
    return {"ratio": Interval(found.value, bottom, None if top is None else found.high)}


def _sizes(parents: Sequence[Row]) -> dict[str, Interval]:
    whole, *figures = parents
    return dict(zip(whole["members"], member_ends(whole["members"], whole["provinces"], figures), strict=True))


def _ratios(parents: Sequence[Row]) -> dict[str, Interval]:
    return {
        ratio["geo_code"]: Interval(
            ratio["value"], 0.0 if ratio["value_low"] is None else ratio["value_low"], ratio["value_high"]
        )
        for ratio in parents
    }


def middle_of(members: Sequence[Interval]) -> tuple[Number, Number]:
    """Return the lower and the upper end of the median; infinity where there is no upper one."""
    tops = [math.inf if member.high is None else member.high for member in members]
    return middle([member.low for member in members]), middle(tops)


def against(own: Interval, low: Number, high: Number) -> Interval:
    """Return a figure over the median; its value where both are exact. The lower end of the median is positive."""
    top = math.inf if own.high is None else own.high
    value = own.value / low if own.value is not None and low == high else None
    return Interval(value, own.low / high, top / low)


def tier(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Interval]:
    """Name the votes for each tier, the mean ratio, and the share of the votes for the tier that has most of them."""
    voting = [said for said in parents if said["tier"]]
    votes = tally([said["tier"] for said in voting], step=step)
    votes = {name: step(f"says_{name}", count) for name, count in votes.items()}
    if row["tier"] is None:
        return {}
    if row["score"] is not None:
        step("score", geometric_mean([said["ratio"] for said in voting], step=step))
    for name, count in votes.items():
        if count * 2 > len(voting):
            step("share_of_votes", count / len(voting), (name, name))
    return {}


def tally(votes: Sequence[str], *, step: StepOf = plain_step) -> dict[str, Number]:
    """Return the number of votes for each tier that has one."""
    return {name: total([step("vote", 1) for vote in votes if vote == name]) for name in sorted(set(votes))}


def geometric_mean(ratios: Sequence[Number], *, step: StepOf = plain_step) -> Number:
    """Return the geometric mean."""
    return product(ratios) ** (1 / step("count", len(ratios)))


def majority(votes: Sequence[str]) -> str | None:
    """Return the tier more than half of the votes say; None where there is none."""
    ((name, most),) = Counter(votes).most_common(1)
    return name if most * 2 > len(votes) else None


def stability(row: Row, parents: Sequence[Row], step: StepOf) -> dict[str, Number]:
    """Return the share of the trials in which the tier stays."""
    outcomes = trials(parents, left_out=row["left_out"])
    kept = step("kept", kept_in(outcomes, majority([said["tier"] for said in parents]), step=step))
    return {"share_kept": kept / len(outcomes)}


def kept_in(outcomes: Mapping[str, str | None], tier: str | None, *, step: StepOf = plain_step) -> Number:
    """Return the number of outcomes that are this tier."""
    return total(step("trial", int(found == tier)) for found in outcomes.values())


def trials(judged: Sequence[Row], *, left_out: str) -> dict[str, str | None]:
    """Return what comes out with each indicator, or each year, left out in turn; none where nothing is left."""
    name = measured if left_out == "indicator" else _year
    outcomes = {}
    for left in sorted({name(said) for said in judged}):
        rest = [said["tier"] for said in judged if name(said) != left]
        if rest:
            outcomes[left] = majority(rest)
    return outcomes


def measured(said: Row) -> str:
    """Return what a row of evidence looks at: its ratio, or its indicator."""
    return str(said["ratio_id"] or said["indicator_id"])


def _year(said: Row) -> str:
    return str(said["year"])
