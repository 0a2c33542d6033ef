"""How figures of places make a total, and what is known of it when members are missing. Plain arithmetic, no frames.

Two members in province P, one of which has no figure; the province has 100:

    A 30, B –, P 100   ->   value –, low 30, high max(100, 30) = 100

With B known to be at most 20 the own upper end is lower: high 30 + 20 = 50.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.traced import Number, largest, smallest, total

Row = Mapping[str, Any]


def corridor_total(row: Row, parents: Sequence[Row], _: Any = None) -> dict[str, Interval]:
    """Return the total of the figures of members and of the provinces they lie in."""
    figures, bounds = _apart(parents)
    return {"value": tightened(summed(row["members"], row["provinces"], figures)[0], bounds)}


def shared_total(row: Row, parents: Sequence[Row], _: Any = None) -> dict[str, Interval]:
    """Return the total of a count that places share, from the figures of members and of the nation."""
    figures, bounds = _apart(parents)
    return {"value": tightened(shared(row["members"], figures)[0], bounds)}


def _apart(parents: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the figures among the parents of a total, and its bound."""
    return [p for p in parents if "tier" not in p], [p for p in parents if "tier" in p]


def tightened(found: Interval, bounds: Sequence[Row]) -> Interval:
    """Return an interval as far as everything that is printed leaves it, which a bound says."""
    low, high = found.low, found.high
    for bound in bounds:
        low = _inner([low, bound["low"]], largest)
        high = _inner([high, bound["high"]], smallest)
    return Interval(found.value, low, high)


def _inner(ends: Sequence[Number | None], pick: Callable[[Sequence[Number]], Number]) -> Number | None:
    known = [end for end in ends if end is not None]
    return pick(known) if known else None


def summed(members: Sequence[str], provinces: Sequence[str], figures: Sequence[Row]) -> tuple[Interval, list[str]]:
    """Return the sum of members, and the provinces whose figure gives the upper end.

    Args:
        members: Codes of the members.
        provinces: Province of each.
        figures: `geo_code`, `value`, `low`, `high`, `unallocated` of members and provinces; any may be missing.
    """
    of = {figure["geo_code"]: figure for figure in figures}
    inside: dict[str, list[str]] = {}
    for member, province in zip(members, provinces, strict=True):
        inside.setdefault(province, []).append(member)
    tops, caps = [], []
    for province, codes in inside.items():
        top, capped = _top([of.get(code) for code in codes], of.get(province) if codes != [province] else None)
        tops.append(top)
        caps += [province] if capped else []
    held = [of[code] for code in members if code in of]
    lows = [figure["low"] for figure in held if figure["low"] is not None]
    exact = [figure["value"] for figure in held if figure["value"] is not None]
    if len(exact) == len(members):
        return Interval(*(total(figure[end] for figure in held) for end in ("value", "low", "high"))), []
    high = None if any(top is None for top in tops) else total(tops)
    return Interval(None, total(lows) if lows else None, high), caps


def _top(figures: Sequence[Row | None], cap: Row | None) -> tuple[Number | None, bool]:
    """Return the most the members of one province can have, and whether the province's figure says so.

    That is the sum of their own upper ends, in which what the province could not place counts once, or what the
    province has, where that is less or one of them has no upper end.
    """
    held = [figure for figure in figures if figure is not None]
    highs = [figure["high"] for figure in held]
    complete = len(held) == len(figures)
    if complete and all(figure["value"] is not None for figure in held):
        return total(highs), False
    own = None
    if complete and all(high is not None for high in highs):
        open_ends = [figure["unallocated"] for figure in held if figure["unallocated"] is not None]
        parts = [figure["high"] if figure["unallocated"] is None else figure["low"] for figure in held]
        own = total([*parts, largest(open_ends)] if len(open_ends) > 1 else [*parts, *open_ends])
    if cap is None or cap["high"] is None:
        return own, False
    least = total(figure["low"] for figure in held if figure["low"] is not None)
    most = cap["high"] if cap["high"] >= least else largest([cap["high"], least])
    return (most, True) if own is None or most < own else (own, False)


def shared(members: Sequence[str], figures: Sequence[Row]) -> tuple[Interval, bool]:
    """Return at least the largest member, at most the sum or what the nation has, and whether the nation says so."""
    of = {figure["geo_code"]: figure for figure in figures}
    held = [of[code] for code in members if code in of]
    lows = [figure["low"] for figure in held if figure["low"] is not None]
    highs = [figure["high"] for figure in held if figure["high"] is not None]
    nation = next((figure["high"] for code, figure in of.items() if code not in members), None)
    whole = total(highs) if len(highs) == len(members) else None
    capped = nation is not None and (whole is None or nation < whole)
    high = whole if not capped else nation if whole is None else smallest([nation, whole])
    return Interval(None, largest(lows) if lows else None, high), capped
