"""Weights of links, and what links come to: density, degree, strength, E-I index. Plain arithmetic, no frames.

An event that joins three pairs of places and one that joins a single pair, both of them A and B:

    pair_counts 3, 1   ->   events 2, weight_fractional 1/3 + 1/1

A measure of a network takes rows of links. An end that is a larger place may be any member that lies in it; the links
of such an end give the ends of the measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.traced import Number, TracedNumber, total

Row = Mapping[str, Any]
Pair = tuple[str, str]

WEIGHTS: Final = {"full": "events", "fractional": "weight_fractional"}
"""Column of a link by the weight of a measure."""

SURE: Final = ("within",)
POSSIBLE: Final = ("within", "undecided")
"""Positions of the links that join two members, and of those that may."""


def collaboration_link(row: Row, _: Sequence[Row] = (), __: Any = None) -> dict[str, Number]:
    """Return how many events join two places, and their weight when an event is shared out among its pairs."""
    counts = row["pair_counts"]
    return {"events": len(counts), "weight_fractional": total(TracedNumber(1) / count for count in counts)}


def density(row: Row, links: Sequence[Row], _: Any = None) -> dict[str, Interval]:
    """Return the pairs of members that are joined over all that could be."""
    size, directed = len(row["members"]), row["direction"] == "directed"
    room = size * (size - 1) / (1 if directed else 2)
    if not room:
        return {"value": Interval(None, None, None)}
    low, high = (TracedNumber(len(joined(links, at=at, directed=directed))) / room for at in (SURE, POSSIBLE))
    return {"value": Interval(low, low, high)}


def degree(row: Row, links: Sequence[Row], _: Any = None) -> dict[str, Interval]:
    """Return with how many other members a member is linked, on the side its measure names."""
    code, sides = row["geo_code"], sides_of(row["measure"])
    low, high = (
        len({pair[1 - side] for link in _at(links, at) for pair in pairs(link) for side in sides if pair[side] == code})
        for at in (SURE, POSSIBLE)
    )
    return {"value": Interval(low, low, high)}


def strength(row: Row, links: Sequence[Row], _: Any = None) -> dict[str, Interval]:
    """Return the weight of the links of a member, on the side its measure names."""
    code, sides = row["geo_code"], sides_of(row["measure"])
    low, high = (
        _weight([link for link in _at(links, at) if touches(link, code, sides)], row) for at in (SURE, POSSIBLE)
    )
    return {"value": Interval(low, low, high)}


def external_internal(row: Row, links: Sequence[Row], step: Any) -> dict[str, Interval]:
    """Return the E-I index: links that leave the corridor, or join two provinces, against the others."""
    undecided = _at(links, ("undecided",))
    if row["measure"] == "ei_corridor":
        external, internal = _at(links, ("outside",)), _at(links, SURE)
        may_leave, may_stay = undecided, [link for link in undecided if pairs(link)]
    else:
        home = dict(zip(row["members"], row["provinces"], strict=True))
        (external, internal), (may_leave, may_stay) = (
            [[link for link in _at(links, at) if _crosses(link, home, crosses=c)] for c in (True, False)]
            for at in (SURE, ("undecided",))
        )
    sums = (step(f"{side}_sum", _weight(held, row)) for side, held in (("external", external), ("internal", internal)))
    return {"value": index(*sums, may_leave=_weight(may_leave, row), may_stay=_weight(may_stay, row))}


def index(external: Number, internal: Number, *, may_leave: Number = 0.0, may_stay: Number = 0.0) -> Interval:
    """Return (E - I) / (E + I) with its ends, were what may be internal so, or what may be external. 0/0 is None."""
    return Interval(
        _index(external, internal),
        _index(external, internal + may_stay if may_stay > 0 else internal),
        _index(external + may_leave if may_leave > 0 else external, internal),
    )


def _index(external: Number, internal: Number) -> Number | None:
    return (external - internal) / (external + internal) if external + internal > 0 else None


def pairs(link: Row) -> list[Pair]:
    """Return the pairs of members a link joins or may join."""
    return [(a, b) for a in link["from_members"] for b in link["to_members"] if a != b]


def joined(links: Iterable[Row], *, at: Sequence[str], directed: bool) -> set[Pair]:
    """Return the pairs of members that links of some positions join or may join."""
    found = {pair for link in _at(links, at) for pair in pairs(link)}
    return found if directed else {(min(pair), max(pair)) for pair in found}


def touches(link: Row, code: str, sides: Sequence[int] = (0, 1)) -> bool:
    """Return whether a link between members has, or may have, a member at one of some ends."""
    return any(pair[side] == code for pair in pairs(link) for side in sides)


def sides_of(measure: str) -> tuple[int, ...]:
    """Return the ends of a link at which a measure looks for its member: 0 where it starts, 1 where it ends."""
    return {"in": (1,), "out": (0,)}.get(measure.partition("_")[0], (0, 1))


def _at(links: Iterable[Row], positions: Sequence[str]) -> list[Row]:
    return [link for link in links if link["position"] in positions]


def _weight(links: Iterable[Row], row: Row) -> Number:
    """Return the weight of links, full or fractional as the row says; a count of events is written out too."""
    weights = [link[WEIGHTS[row["weight"]]] for link in links]
    return total(TracedNumber(weight) if isinstance(weight, int) else weight for weight in weights)


def _crosses(link: Row, home: Mapping[str, str], *, crosses: bool) -> bool:
    return any((home[a] != home[b]) == crosses for a, b in pairs(link))
