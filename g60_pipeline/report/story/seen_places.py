"""Where places lie as a corridor sees them, and which pairs of places an event joins: what links are weighed by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from g60_pipeline.report.database import Row


@dataclass(frozen=True)
class Seen:
    """Places as seen from one corridor: its members, what lies in them and what they lie in."""

    members: tuple[str, ...]
    places: Mapping[str, Row]

    @cached_property
    def inside(self) -> dict[str, list[str]]:
        """Return the members in each larger place."""
        found: dict[str, list[str]] = {}
        for code in sorted(self.members):
            for larger in list(self.lineage(code))[1:]:
                found.setdefault(larger, []).append(code)
        return found

    def lineage(self, code: str | None) -> Iterator[str]:
        """Yield a place and all it lies in, the nearest first."""
        while code is not None and code in self.places:
            yield code
            code = self.places[code]["parent_code"]

    def node(self, code: str) -> str:
        """Return the member a place is or lies in, else the place itself."""
        return next((c for c in self.lineage(code) if c in self.members), code)

    def province(self, code: str) -> str:
        """Return the province a place lies in, else the place itself."""
        return next((c for c in self.lineage(code) if self.places[c]["level"] == "province"), code)

    def standing_for(self, code: str) -> list[str]:
        """Return the members a named place is or may be."""
        return [code] if code in self.members else self.inside.get(code, [])

    def possible(self, link: Row) -> list[tuple[str, str]]:
        """Return the pairs of members a link joins or may join."""
        ends = self.standing_for(link["from_geo"]), self.standing_for(link["to_geo"])
        return [(a, b) for a in ends[0] for b in ends[1] if a != b]

    def pairs(self, event: Row) -> int:
        """Return how many pairs of places an event joins: from homes to hosts, or every pair where it names neither."""
        home, host = event["from_geo"], event["to_geo"]
        named = {code for code in (*event["members"], home, host) if code}
        joined = set()
        for a, b in permutations(sorted(named), 2):
            if (home and home != a) or (host and host != b) or (not home and not host and a > b):
                continue
            one, other = self.node(a), self.node(b)
            if one in self.lineage(other) or other in self.lineage(one):
                continue
            joined.add((one, other) if home or host else (min(one, other), max(one, other)))
        return len(joined)
