"""The interval a claim is set against under assumptions: that of the number it is about. No frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Row = Mapping[str, Any]

ENDS: Final = (("low", "high"), ("value_low", "value_high"), ("share_low", "share_high"))
"""What the ends of a bound, of a total or growth, and of a share are called."""


def claim_bound(row: Row, parents: Sequence[Row], _: Any = None) -> dict[str, Any]:
    """Return the ends of the one parent."""
    (parent,) = parents
    names = next(names for names in ENDS if names[0] in parent)
    return {end: parent[name] for end, name in zip(("low", "high"), names, strict=True) if row[end] is not None}
