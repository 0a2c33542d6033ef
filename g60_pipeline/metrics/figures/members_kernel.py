"""Between what the figures of members lie where one is missing. Plain arithmetic, no frames.

A member without an exact figure lies between its lower end, or nothing, and its upper end, or what its province has
beyond the other members:

    A 30, B –, province 100   ->   A 30 to 30, B 0 to 100 - 30
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.traced import largest, total

Row = Mapping[str, Any]


def member_ends(members: Sequence[str], provinces: Sequence[str], figures: Sequence[Row]) -> list[Interval]:
    """Return the figure of every member as an interval; without an upper end where its province has no figure.

    Args:
        members: Codes of the members.
        provinces: Province of each.
        figures: `geo_code`, `value`, `low`, `high` of members and provinces; any may be missing.
    """
    of = {figure["geo_code"]: figure for figure in figures}
    found = []
    for code, province in zip(members, provinces, strict=True):
        figure = of.get(code, {"value": None, "low": None, "high": None})
        low, high = figure["low"], figure["high"]
        if high is None and caps(code, province, of.get(province)):
            beside = [other for other, where in zip(members, provinces, strict=True) if where == province]
            lows = [of[other]["low"] for other in beside if other != code and other in of]
            rest = _less(of[province]["high"], [end for end in lows if end is not None])
            high = largest([rest, low or 0.0])
        found.append(Interval(figure["value"], 0.0 if low is None else low, high))
    return found


def caps(code: str, province: str, figure: Row | None) -> bool:
    """Return whether the figure of its province bounds a member that has no upper end of its own."""
    return province != code and figure is not None and figure["high"] is not None


def _less(whole: Any, parts: Sequence[Any]) -> Any:
    return whole - total(parts) if parts else whole
