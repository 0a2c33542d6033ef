"""Measures of the network between the members of a corridor: whole network and node by node, with ends.

The network is that of the recorded links between two members; a member without a link stays in as an isolated node.
The events that name all members make no link and are counted beside it. Of a year, and of the undated, there is a
network from a least number of events on; with fewer there is one row that says so, and no eigenvector centrality of
any span.
Links whose end is a larger place that holds a member are undecided: they give the ends of what grows with every link
(degree, strength, density, components, E-I), and where most of what may be a member's own is undecided there is no
value beside them. The E-I index sets links that leave the corridor (`ei_corridor`), or links between members of two
provinces (`ei_province`), against the rest. Arithmetic on links: `network_kernel`; what looks at the whole
network from each node, and is not written out: `network_measures`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.collaboration import network_kernel as kernel
from g60_pipeline.metrics.collaboration.collaboration_by_path import happened, spans
from g60_pipeline.metrics.collaboration.collaboration_link import corridor_events
from g60_pipeline.metrics.collaboration.contract import ALL_PATHS, CollaborationNetwork
from g60_pipeline.metrics.collaboration.named_places import ancestry, indistinct, named_places
from g60_pipeline.metrics.collaboration.network_measures import betweenness, components, eigenvector
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.traced import plain_step
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.normalize.reasons import Reason, reason_row

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

KERNELS: Final[dict[str, Callable[..., dict[str, Interval]]]] = {
    "network_density": kernel.density,
    "network_degree": kernel.degree,
    "network_strength": kernel.strength,
    "network_external_internal": kernel.external_internal,
}
"""Function of the formulas that take rows of links; the others look at the whole network."""

_GROUP: Final = ("corridor_id", "direction", "path", "span", "year")
_UNKNOWN: Final = Interval(None, None, None)

Edge = dict[str, Any]
"""A row of `metrics.collaboration_link`."""


@dataclass(frozen=True)
class Members:
    """Members of a corridor with the province of each, and who can not be told from a larger place."""

    province: dict[str, str]
    unclear: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        """Return the members in order of code."""
        return sorted(self.province)


@dataclass(frozen=True)
class Grounds:
    """What measures of one set of links rest on: events and documents, links undecided, events that join members."""

    events: list[str]
    documents: list[str]
    undecided: int
    joining: int = 0

    @property
    def too_few(self) -> Reason | None:
        """Return why the events are too few for a network of a year, or for a centrality."""
        least = parameters("network_density")["least_events"]
        return None if self.joining >= least else ("too_few_events", str(self.joining), str(least))

    @classmethod
    def by(cls, links: list[Edge]) -> Grounds:
        """Return what a set of links rests on."""
        return cls(
            events=sorted({event for edge in links for event in edge["event_ids"]}),
            documents=sorted({document for edge in links for document in edge["document_ids"]}),
            undecided=sum(edge["position"] == "undecided" for edge in links),
            joining=len({event for edge in links if kernel.pairs(edge) for event in edge["event_ids"]}),
        )


@dataclass(frozen=True)
class Row:
    """One measure: the links it is made of, its ends where no kernel computes them, and what it rests on."""

    measure: str
    cited: Grounds
    links: Sequence[Edge] = ()
    interval: Interval | None = None
    geo_code: str | None = None
    weight: str = "none"
    reason: Reason = ("no_link",)

    @property
    def formula(self) -> str:
        """Return the formula of the measure."""
        return FORMULAS[self.measure.removeprefix("in_").removeprefix("out_")]


@metric(CollaborationNetwork)
def collaboration_network(
    collaboration_link: pl.DataFrame,
    *,
    collaboration: pl.DataFrame,
    corridor_member: pl.DataFrame,
    geography: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.collaboration_network`; the events say which members can not be told from a larger place."""
    collaboration, members = happened(collaboration), metric_members(corridor_member)
    corridors = _members(members, collaboration=collaboration, geography=geography)
    of_all = _of_all(collaboration, members=members, geography=geography)
    rows: list[Edge] = []
    linked = collaboration_link.filter(pl.col("events") > 0)
    for key, group in linked.partition_by(_GROUP, as_dict=True, maintain_order=True).items():
        label = dict(zip(_GROUP, key, strict=True))
        about = tuple(label[name] for name in _GROUP if name != "direction")
        there = corridors[label["corridor_id"]]
        rows += _rows(label | {"corridor_events": of_all[about]}, links=group.to_dicts(), there=there)
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
        corridors[str(corridor_id)] = Members(
            province={code: next((a for a in lineage[code] if a in provinces), code) for code in codes},
            unclear=tuple(code for code in codes if code in unclear),
        )
    return corridors


def _rows(label: dict[str, Any], *, links: list[Edge], there: Members) -> Iterator[dict[str, Any]]:
    cited = Grounds.by(links)
    open_value = bool(there.unclear) and bool(cited.undecided)
    why = ("undecided_links", " ".join(there.unclear), str(cited.undecided))
    when = label["year"] or label["span"]
    directed = label["direction"] == "directed"
    codes = there.codes
    of_network = label | {"members": codes, "provinces": [there.province[code] for code in codes]}
    measured: list[Row]
    if label["span"] != "all" and cited.too_few:
        open_value = False
        measured = [Row("density", cited, interval=_UNKNOWN, reason=cited.too_few)]
    else:
        measured = [
            *_graph_rows(links, there, cited, directed=directed),
            *_node_rows(links, there, directed=directed),
            *_path_rows(links, there, cited, directed=directed, skip=open_value),
        ]
    for row in measured:
        named = of_network | {"measure": row.measure, "weight": row.weight, "geo_code": row.geo_code}
        found = row.interval or KERNELS[row.formula](named, row.links, plain_step)["value"]
        value, low, high = (None if end is None else float(end) for end in (found.value, found.low, found.high))
        yield named | {
            "metric_id": f"{TABLE}:{label['corridor_id']}:{label['direction']}:{label['path']}:{when}:"
            f"{row.measure}:{row.weight}:{row.geo_code or 'network'}",
            "value": None if open_value else value,
            "value_low": low,
            "value_high": high,
            "undecided_links": row.cited.undecided,
            "members_reporting": len(there.province) - len(there.unclear),
            "members_expected": len(there.province),
            "members_missing": list(there.unclear),
            **reason_row(why if open_value else row.reason if value is None else None),
            "flags": [],
            "formula_id": row.formula,
            "event_ids": row.cited.events,
            "document_ids": row.cited.documents or cited.documents,
            "parent_ids": [edge["metric_id"] for edge in row.links],
        }


def _graph_rows(links: list[Edge], there: Members, cited: Grounds, *, directed: bool) -> Iterator[Row]:
    between = _between(links)
    yield Row("density", cited, between, reason=("single_member",))
    most, fewest = (
        float(components(there.codes, kernel.joined(between, at=at, directed=directed)))
        for at in (kernel.SURE, kernel.POSSIBLE)
    )
    yield Row("components", cited, between, Interval(most, fewest, most))
    for weight in kernel.WEIGHTS:
        yield Row("ei_corridor", cited, links, weight=weight)
        yield Row("ei_province", cited, between, weight=weight)


def _node_rows(links: list[Edge], there: Members, *, directed: bool) -> Iterator[Row]:
    prefixes = ("in_", "out_") if directed else ("",)
    for node in there.codes:
        near = [edge for edge in links if node in edge["from_members"] or node in edge["to_members"]]
        cited = Grounds.by(near)
        for prefix in prefixes:
            sides = kernel.sides_of(f"{prefix}degree")
            own = [edge for edge in _between(near) if kernel.touches(edge, node, sides)]
            yield Row(f"{prefix}degree", cited, own, geo_code=node)
            for weight in kernel.WEIGHTS:
                yield Row(f"{prefix}strength", cited, own, geo_code=node, weight=weight)
        for weight in kernel.WEIGHTS:
            yield Row("ei_corridor", cited, near, geo_code=node, weight=weight)


def _path_rows(links: list[Edge], there: Members, cited: Grounds, *, directed: bool, skip: bool) -> Iterator[Row]:
    """Yield the measures that look at the whole network from each node; with `skip` they have no value anyway."""
    between = _between(links)
    for weight, column in kernel.WEIGHTS.items():
        held = {(e["from_geo"], e["to_geo"]): e[column] for e in between if e["position"] in kernel.SURE}
        through = None if skip else betweenness(there.codes, held, directed=directed)
        central = None if skip or directed or cited.too_few else eigenvector(there.codes, held)
        for node in there.codes:
            for measure, found, why in (
                ("betweenness", through, ("too_few_nodes",)),
                *([] if directed else [("eigenvector", central, cited.too_few or ("shared_eigenvalue",))]),
            ):
                yield Row(
                    measure,
                    cited,
                    between if found else (),
                    Interval(found[node], None, None) if found else _UNKNOWN,
                    geo_code=node,
                    weight=weight,
                    reason=why,
                )


def _between(links: Sequence[Edge]) -> list[Edge]:
    """Return the links that join two members, or may."""
    return [edge for edge in links if edge["position"] in kernel.POSSIBLE]
