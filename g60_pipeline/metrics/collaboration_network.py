"""Measures of the network between the members of a corridor: whole network and node by node, with ends.

The network is that of the recorded links between two members; a member without a link stays in as an isolated node.
The events that name all members make no link and are counted beside it. Of a year, and of the undated, there is a
network from ten events on; with fewer there is one row that says so, and no eigenvector centrality of any span.
Links whose end is a larger place that holds a member are undecided: they give the ends of what grows with every link
(degree, strength, density, components, E-I), and where most of what may be a member's own is undecided there is no
value beside them. The E-I index sets links that leave the corridor (`ei_corridor`), or links between members of two
provinces (`ei_province`), against the rest. How a measure is computed from nodes and weights: `network_measures`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.collaboration_links import corridor_events
from g60_pipeline.metrics.collaboration_paths import spans
from g60_pipeline.metrics.common import frame_of
from g60_pipeline.metrics.named_places import ancestry, indistinct, named_places
from g60_pipeline.metrics.network_measures import Interval, betweenness, components, eigenvector, external_internal
from g60_pipeline.normalize.reasons import Reason, reason_row
from g60_pipeline.tables.network import ALL_PATHS, CollaborationNetwork

TABLE: Final = "collaboration_network"
FORMULAS: Final = {
    "density": "network_density",
    "components": "network_components",
    "degree": "network_degree",
    "strength": "network_strength",
    "betweenness": "network_betweenness",
    "eigenvector": "network_eigenvector",
    "ei_corridor": "network_external_internal",
    "ei_province": "network_external_internal",
}
"""Measure, without the side it is taken on, and its formula."""

LEAST_EVENTS: Final = 10
"""Events that join members, below which a year has no network of its own and no network an eigenvector centrality."""

_GROUP: Final = ("corridor_id", "direction", "path", "span", "year")
_WEIGHTS: Final = {"full": "events", "fractional": "weight_fractional"}
Edge = dict[str, Any]
"""A link; `pairs` holds the pairs of members it joins or may join."""


@dataclass(frozen=True)
class Members:
    """Members of a corridor: their provinces, what lies in each larger place, and who can not be told from it."""

    province: dict[str, str]
    inside: dict[str, tuple[str, ...]]
    unclear: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        """Return the members in order of code."""
        return sorted(self.province)

    def standing_for(self, code: str) -> tuple[str, ...]:
        """Return the members a named place is or may be."""
        return (code,) if code in self.province else self.inside.get(code, ())

    def possible(self, edge: Edge) -> list[tuple[str, str]]:
        """Return the pairs of members a link joins or may join."""
        ends = self.standing_for(edge["from_geo"]), self.standing_for(edge["to_geo"])
        return [(a, b) for a in ends[0] for b in ends[1] if a != b]


@dataclass(frozen=True)
class Cited:
    """What measures of one set of links rest on: events and documents, links undecided, events that join members."""

    events: list[str]
    documents: list[str]
    undecided: int
    joining: int = 0

    @property
    def too_few(self) -> Reason | None:
        """Return why the events are too few for a network of a year, or for a centrality."""
        if self.joining >= LEAST_EVENTS:
            return None
        return "too_few_events", str(self.joining), str(LEAST_EVENTS)

    @classmethod
    def by(cls, links: list[Edge]) -> Cited:
        """Return what a set of links rests on."""
        return cls(
            events=sorted({event for edge in links for event in edge["event_ids"]}),
            documents=sorted({document for edge in links for document in edge["document_ids"]}),
            undecided=len(_undecided(links)),
            joining=len({event for edge in links if edge["pairs"] for event in edge["event_ids"]}),
        )


@dataclass(frozen=True)
class Row:
    """One measure with its ends and what it rests on."""

    measure: str
    interval: Interval
    cited: Cited
    geo_code: str | None = None
    weight: str = "none"
    reason: Reason = ("no_link",)


def collaboration_network(
    link: pl.DataFrame, *, collaboration: pl.DataFrame, members: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.collaboration_network`.

    Args:
        link: `metrics.collaboration_link`.
        collaboration: `core.collaboration`; it says which members can not be told from a larger place.
        members: `corridor_id`, `geo_code` of the metric members.
        geography: `core.geography`.
    """
    corridors = _members(members, collaboration=collaboration, geography=geography)
    of_all = _of_all(collaboration, members=members, geography=geography)
    rows: list[Edge] = []
    for key, group in link.filter(pl.col("events") > 0).partition_by(_GROUP, as_dict=True, maintain_order=True).items():
        label = dict(zip(_GROUP, key, strict=True))
        there = corridors[label["corridor_id"]]
        links = [edge | {"pairs": there.possible(edge)} for edge in group.to_dicts()]
        about = tuple(label[name] for name in _GROUP if name != "direction")
        rows += _rows(label | {"corridor_events": of_all[about]}, links=links, there=there)
    return frame_of(rows, CollaborationNetwork)


def _of_all(
    collaboration: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame
) -> Counter[tuple[object, ...]]:
    """Return how many events name all members, by corridor, path, span and year."""
    found = spans(collaboration).join(
        corridor_events(collaboration, members=members, geography=geography), on="event_id"
    )
    every = pl.concat([found, found.with_columns(path=pl.lit(ALL_PATHS))])
    return Counter(every.select("corridor_id", "path", "span", "year").iter_rows())


def _members(members: pl.DataFrame, *, collaboration: pl.DataFrame, geography: pl.DataFrame) -> dict[str, Members]:
    unclear = set(indistinct(named_places(collaboration), geography=geography)["geo_code"])
    lineage: dict[str, list[str]] = defaultdict(list)
    for code, ancestor in ancestry(geography).sort("geo_code", "distance").select("geo_code", "ancestor").iter_rows():
        lineage[code].append(ancestor)
    provinces = set(geography.filter(pl.col("level") == "province")["geo_code"])
    corridors = {}
    for (corridor_id,), group in members.partition_by("corridor_id", as_dict=True).items():
        codes = sorted(group["geo_code"])
        inside: dict[str, tuple[str, ...]] = {}
        for code in codes:
            for ancestor in lineage[code][1:]:
                inside[ancestor] = (*inside.get(ancestor, ()), code)
        corridors[str(corridor_id)] = Members(
            province={code: next((a for a in lineage[code] if a in provinces), code) for code in codes},
            inside=inside,
            unclear=tuple(code for code in codes if code in unclear),
        )
    return corridors


def _rows(label: dict[str, Any], *, links: list[Edge], there: Members) -> Iterator[dict[str, Any]]:
    cited = Cited.by(links)
    open_value = bool(there.unclear) and bool(cited.undecided)
    why = ("undecided_links", " ".join(there.unclear), str(cited.undecided))
    when = label["year"] or label["span"]
    directed = label["direction"] == "directed"
    measured: list[Row]
    if label["span"] != "all" and cited.too_few:
        open_value = False
        measured = [Row("density", (None, None, None), cited, reason=cited.too_few)]
    else:
        measured = [
            *_graph_rows(links, there, cited, directed=directed),
            *_node_rows(links, there, directed=directed),
            *_path_rows(links, there, cited, directed=directed, skip=open_value),
        ]
    for row in measured:
        value, low, high = row.interval
        subject = row.geo_code or "network"
        yield label | {
            "metric_id": f"{TABLE}:{label['corridor_id']}:{label['direction']}:{label['path']}:{when}:"
            f"{row.measure}:{row.weight}:{subject}",
            "geo_code": row.geo_code,
            "weight": row.weight,
            "measure": row.measure,
            "value": None if open_value else value,
            "value_low": low,
            "value_high": high,
            "undecided_links": row.cited.undecided,
            "members_reporting": len(there.province) - len(there.unclear),
            "members_expected": len(there.province),
            "members_missing": list(there.unclear),
            **reason_row(why if open_value else row.reason if value is None else None),
            "flags": [],
            "formula_id": FORMULAS[row.measure.removeprefix("in_").removeprefix("out_")],
            "event_ids": row.cited.events,
            "document_ids": row.cited.documents or cited.documents,
        }


def _graph_rows(links: list[Edge], there: Members, cited: Cited, *, directed: bool) -> Iterator[Row]:
    nodes = there.codes
    recorded = _pairs(links, directed=directed, positions=("within",))
    possible = _pairs(links, directed=directed, positions=("within", "undecided"))
    room = len(nodes) * (len(nodes) - 1) / (1 if directed else 2)
    low, high = (len(recorded) / room, len(possible) / room) if room else (None, None)
    yield Row("density", (low, low, high), cited, reason=("single_member",))
    most, fewest = (float(components(nodes, pairs)) for pairs in (recorded, possible))
    yield Row("components", (most, fewest, most), cited)
    for weight, column in _WEIGHTS.items():
        yield Row("ei_corridor", _leaving(links, column), cited, weight=weight)
        yield Row("ei_province", _crossing(links, column, there), cited, weight=weight)


def _node_rows(links: list[Edge], there: Members, *, directed: bool) -> Iterator[Row]:
    sides = {"in_": (1,), "out_": (0,)} if directed else {"": (0, 1)}
    for node in there.codes:
        near = [e for e in links if any(node in there.standing_for(e[end]) for end in ("from_geo", "to_geo"))]
        cited = Cited.by(near)
        for prefix, ends in sides.items():
            sure, maybe = (
                [e for e in near if e["position"] == p and any(t[i] == node for t in e["pairs"] for i in ends)]
                for p in ("within", "undecided")
            )
            others, possible = (
                {t[1 - i] for e in edges for t in e["pairs"] for i in ends if t[i] == node}
                for edges in (sure, sure + maybe)
            )
            interval = (float(len(others)), float(len(others)), float(len(possible)))
            yield Row(f"{prefix}degree", interval, cited, geo_code=node)
            for weight, column in _WEIGHTS.items():
                held = math.fsum(e[column] for e in sure)
                interval = (held, held, held + math.fsum(e[column] for e in maybe))
                yield Row(f"{prefix}strength", interval, cited, geo_code=node, weight=weight)
        for weight, column in _WEIGHTS.items():
            yield Row("ei_corridor", _leaving(near, column), cited, geo_code=node, weight=weight)


def _leaving(links: list[Edge], column: str) -> Interval:
    """Return the E-I index of the corridor: links to places outside against links between members."""
    undecided = _undecided(links)
    return external_internal(
        math.fsum(e[column] for e in links if e["position"] == "outside"),
        math.fsum(e[column] for e in links if e["position"] == "within"),
        may_be_external=math.fsum(e[column] for e in undecided),
        may_be_internal=math.fsum(e[column] for e in undecided if e["pairs"]),
    )


def _crossing(links: list[Edge], column: str, there: Members) -> Interval:
    """Return the E-I index of provinces: links between members of two provinces against those within one."""
    home = there.province
    sums = {
        (position, crosses): math.fsum(
            e[column]
            for e in links
            if e["position"] == position and any((home[a] != home[b]) == crosses for a, b in e["pairs"])
        )
        for position in ("within", "undecided")
        for crosses in (True, False)
    }
    return external_internal(
        sums["within", True],
        sums["within", False],
        may_be_external=sums["undecided", True],
        may_be_internal=sums["undecided", False],
    )


def _path_rows(links: list[Edge], there: Members, cited: Cited, *, directed: bool, skip: bool) -> Iterator[Row]:
    """Yield the measures that look at the whole network from each node; with `skip` they have no value anyway."""
    within = [e for e in links if e["position"] == "within"]
    for weight, column in _WEIGHTS.items():
        pairs = {(e["from_geo"], e["to_geo"]): e[column] for e in within}
        between = None if skip else betweenness(there.codes, pairs, directed=directed)
        central = None if skip or directed or cited.too_few else eigenvector(there.codes, pairs)
        for node in there.codes:
            share = between[node] if between else None
            yield Row(
                "betweenness",
                (share, None, None),
                cited,
                geo_code=node,
                weight=weight,
                reason=("too_few_nodes",),
            )
            if not directed:
                part = central[node] if central else None
                why = cited.too_few or ("shared_eigenvalue",)
                yield Row("eigenvector", (part, None, None), cited, geo_code=node, weight=weight, reason=why)


def _undecided(links: list[Edge]) -> list[Edge]:
    return [edge for edge in links if edge["position"] == "undecided"]


def _pairs(links: list[Edge], *, directed: bool, positions: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return the pairs of members that are joined, or may be, by links of some positions."""
    pairs = {pair for edge in links if edge["position"] in positions for pair in edge["pairs"]}
    return pairs if directed else {(min(pair), max(pair)) for pair in pairs}
