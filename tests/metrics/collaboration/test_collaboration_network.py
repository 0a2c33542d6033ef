"""Network measures: hand-computed networks, identities, independent routes, and what undecided links leave open."""

from __future__ import annotations

import itertools
import math
from typing import Any

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics.collaboration.network_rows import CITIES, PLACES, events, flows, members
from worded import reasons, why

from g60_pipeline.metrics.collaboration.collaboration_link import collaboration_link
from g60_pipeline.metrics.collaboration.collaboration_network import collaboration_network
from g60_pipeline.metrics.collaboration.contract import CollaborationNetwork
from g60_pipeline.metrics.collaboration.network_kernel import index
from g60_pipeline.metrics.collaboration.network_measures import betweenness, components, eigenvector
from g60_pipeline.metrics.engine.interval import Interval

Row = dict[str, Any]
A, B, C, D = CITIES
ONE = members(c=CITIES)


def network(*rows: Row, wanted: pl.DataFrame = ONE) -> pl.DataFrame:
    told = events(*rows)
    link = collaboration_link(told, flow=flows(), corridor_member=wanted, geography=PLACES)
    frame = collaboration_network(link, collaboration=told, corridor_member=wanted, geography=PLACES)
    return CollaborationNetwork.validate(frame).filter((pl.col("span") == "all") & (pl.col("path") == "all"))


def measure(frame: pl.DataFrame, name: str, *, weight: str = "none", corridor: str = "c") -> dict[str | None, Row]:
    rows = frame.filter(
        (pl.col("measure") == name) & (pl.col("weight") == weight) & (pl.col("corridor_id") == corridor)
    )
    found = {r["geo_code"]: r for r in rows.iter_rows(named=True)}
    assert len(found) == rows.height
    return found


def values(frame: pl.DataFrame, name: str, *, weight: str = "none") -> dict[str | None, float | None]:
    return {code: row["value"] for code, row in measure(frame, name, weight=weight).items()}


def joining(*pairs: tuple[str, str]) -> list[Row]:
    return [{"members": list(pair)} for pair in pairs]


def test_a_chain_of_three_and_an_isolated_city() -> None:
    frame = network(*joining((A, B), (B, C), (B, C)))
    assert values(frame, "degree") == {A: 1, B: 2, C: 1, D: 0}
    assert values(frame, "strength", weight="full") == {A: 1, B: 3, C: 2, D: 0}
    assert values(frame, "betweenness", weight="full") == {A: 0, B: pytest.approx(1 / 3), C: 0, D: 0}
    assert values(frame, "density") == {None: pytest.approx(2 / 6)}
    assert values(frame, "components") == {None: 2}


def test_the_eigenvector_of_a_chain() -> None:
    frame = network(*joining((A, B), (B, C), (B, C)) * 4)
    root = math.sqrt(5)  # largest eigenvalue of the weights 1 and 2 on a chain
    expected = {A: 1 / root / math.sqrt(2), B: 1 / math.sqrt(2), C: 2 / root / math.sqrt(2), D: 0}
    assert values(frame, "eigenvector", weight="full") == pytest.approx(expected)


def test_directed_links_count_on_the_side_they_are_on() -> None:
    enclave = {"from_geo": B, "to_geo": A}
    frame = network(enclave, enclave, {"from_geo": C, "to_geo": A}, {"from_geo": A, "to_geo": D})
    assert values(frame, "in_degree") == {A: 2, B: 0, C: 0, D: 1}
    assert values(frame, "out_degree") == {A: 1, B: 1, C: 1, D: 0}
    assert values(frame, "in_strength", weight="full") == {A: 3, B: 0, C: 0, D: 1}
    assert values(frame, "out_strength", weight="full") == {A: 1, B: 2, C: 1, D: 0}
    assert values(frame, "density") == {None: 3 / 12}
    assert values(frame, "betweenness", weight="full")[A] == pytest.approx(2 / 6)
    assert not values(frame, "eigenvector", weight="full")


def test_more_links_are_a_shorter_way() -> None:
    frame = network(*joining((A, B), (B, C), (A, C)), *joining(*[(A, B), (B, C)] * 3))
    assert values(frame, "betweenness", weight="full")[B] == pytest.approx(1 / 3)


def test_equal_ways_share_a_shortest_path_whatever_their_fractions() -> None:
    equal = {(A, B): 0.1 + 0.2, (B, D): 1.0, (A, C): 0.3, (C, D): 1.0}
    assert equal[A, B] != equal[A, C], "sums of fractions differ in the last digit"
    found = betweenness(list(CITIES), equal, directed=False)
    assert found == pytest.approx({A: 0, B: 1 / 6, C: 1 / 6, D: 1 / 3})


def test_the_external_index_sets_what_leaves_the_corridor_against_what_stays() -> None:
    frame = network(*joining((A, B), (A, B), (A, B), (A, "341700")))
    assert values(frame, "ei_corridor", weight="full") == {None: -0.5, A: -0.5, B: -1, C: None, D: None}
    assert why(measure(frame, "ei_corridor", weight="full")[C]) == "no link to measure"


def test_the_province_index_sets_links_across_the_border_against_those_within() -> None:
    frame = network(*joining((B, C), (B, C), (B, D)))
    assert values(frame, "ei_province", weight="full") == {None: pytest.approx(-1 / 3)}
    assert values(network(*joining((B, C))), "ei_province", weight="full") == {None: -1}


def test_a_link_to_a_larger_place_gives_the_upper_end_only() -> None:
    frame = network(*joining((A, B), (A, "330000")), {"members": [C]}, {"members": [D]})
    degree = measure(frame, "degree")
    ends = {code: (row["value"], row["value_low"], row["value_high"]) for code, row in degree.items()}
    assert ends == {A: (1, 1, 2), B: (1, 1, 1), C: (0, 0, 1), D: (0, 0, 0)}
    assert [degree[code]["undecided_links"] for code in (A, B, C, D)] == [1, 1, 1, 0]
    density = measure(frame, "density")[None]
    assert (density["value"], density["value_high"]) == (pytest.approx(1 / 6), pytest.approx(2 / 6))
    parts = measure(frame, "components")[None]
    assert (parts["value"], parts["value_low"]) == (3, 2)
    index = measure(frame, "ei_corridor", weight="full")[None]
    assert (index["value"], index["value_low"], index["value_high"]) == (-1, -1, 0)


def test_a_scope_with_a_member_no_event_names_has_ends_but_no_value() -> None:
    wanted = members(all_of_it=("310000", B, C), district=("310117", B, C))
    frame = network(*joining((A, B), (B, C)), wanted=wanted)
    district = measure(frame, "degree", corridor="district")
    assert {code: (r["value"], r["value_low"], r["value_high"]) for code, r in district.items()} == {
        "310117": (None, 0, 1),
        B: (None, 1, 2),
        C: (None, 1, 1),
    }
    density = measure(frame, "density", corridor="district")[None]
    assert (density["value_low"], density["value_high"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (density["members_reporting"], density["members_missing"]) == (2, ["310117"])
    assert "310117" in why(density)
    assert measure(frame, "density", corridor="all_of_it")[None]["value"] == pytest.approx(2 / 3)


def test_a_network_of_one_or_two_members_has_no_paths_through_it() -> None:
    two = network(*joining((A, B)), wanted=members(c=(A, B)))
    assert values(two, "betweenness", weight="full") == {A: None, B: None}
    one = network(*joining((A, B)), wanted=members(c=(A,)))
    assert values(one, "density") == {None: None}


def test_two_equal_parts_have_no_single_eigenvector() -> None:
    frame = network(*joining((A, B), (C, D)) * 5)
    assert set(values(frame, "eigenvector", weight="full").values()) == {None}
    heavier = network(*joining((A, B), (C, D), (C, D)) * 4)
    assert values(heavier, "eigenvector", weight="full") == pytest.approx({A: 0, B: 0, C: 0.5**0.5, D: 0.5**0.5})


def test_nine_events_have_no_eigenvector_and_ten_have_one() -> None:
    nine = measure(network(*joining((A, B)) * 9, *joining((A, "341700"))), "eigenvector", weight="full")
    assert {row["value"] for row in nine.values()} == {None}
    assert reasons(nine.values()) == {"events that join two members: 9; 10 are needed"}
    assert values(network(*joining((A, B)) * 10), "eigenvector", weight="full")[A] == pytest.approx(0.5**0.5)


def test_a_year_has_a_network_from_ten_events_on_and_all_years_always() -> None:
    told = events(*joining((A, B)) * 10, *({"members": [A, C], "year": 2021} for _ in range(9)))
    link = collaboration_link(told, flow=flows(), corridor_member=ONE, geography=PLACES)
    frame = CollaborationNetwork.validate(
        collaboration_network(link, collaboration=told, corridor_member=ONE, geography=PLACES)
    ).filter(pl.col("path") == "all")
    of_2020, of_2021 = (frame.filter(pl.col("year") == year) for year in (2020, 2021))
    assert values(of_2020, "degree") == {A: 1, B: 1, C: 0, D: 0}
    assert of_2021.select("measure", "value", "value_low", "value_high").rows() == [("density", None, None, None)]
    assert reasons(of_2021.iter_rows(named=True)) == {"events that join two members: 9; 10 are needed"}
    assert values(frame.filter(pl.col("span") == "all"), "degree") == {A: 2, B: 1, C: 1, D: 0}


def test_events_of_all_members_are_counted_beside_the_network_and_change_no_measure() -> None:
    plain = network(*joining((A, B)) * 10)
    beside = network(*joining((A, B)) * 10, *[{"members": list(CITIES)}] * 3)
    assert set(plain["corridor_events"]) == {0}
    assert set(beside["corridor_events"]) == {3}
    told = ["metric_id", "value", "value_low", "value_high", "event_ids"]
    assert beside.select(told).equals(plain.select(told))


def test_an_index_of_nothing_is_missing_and_undecided_links_open_it_wide() -> None:
    assert index(0, 0) == Interval(None, None, None)
    assert index(0, 0, may_leave=2, may_stay=2) == Interval(None, -1, 1)


every_pair = list(itertools.combinations(range(6), 2))
graphs = st.dictionaries(
    st.sampled_from(every_pair), st.integers(min_value=1, max_value=4), min_size=1, max_size=12
).map(lambda drawn: {(f"n{a}", f"n{b}"): float(w) for (a, b), w in drawn.items()})
NODES = [f"n{i}" for i in range(6)]


def through(weights: dict[tuple[str, str], float]) -> dict[str, float]:
    """Return betweenness by trying every path, without an algorithm for shortest ones."""
    both = {**weights, **{(b, a): w for (a, b), w in weights.items()}}
    share = dict.fromkeys(NODES, 0.0)
    for start, end in itertools.combinations(NODES, 2):
        ways: dict[float, list[tuple[str, ...]]] = {}
        others = [n for n in NODES if n not in {start, end}]
        for size in range(len(others) + 1):
            for middle in itertools.permutations(others, size):
                steps = list(itertools.pairwise((start, *middle, end)))
                if all(step in both for step in steps):
                    ways.setdefault(round(sum(1 / both[step] for step in steps), 9), []).append(middle)
        shortest = ways[min(ways)] if ways else []
        for middle in shortest:
            for node in middle:
                share[node] += 1 / len(shortest)
    return {node: value / 10 for node, value in share.items()}


@given(graphs)
def test_betweenness_agrees_with_trying_every_path(weights: dict[tuple[str, str], float]) -> None:
    assert betweenness(NODES, weights, directed=False) == pytest.approx(through(weights))


@given(graphs)
def test_the_eigenvector_solves_its_equation_and_agrees_with_power_iteration(
    weights: dict[tuple[str, str], float],
) -> None:
    found = eigenvector(NODES, weights)
    graph = nx.Graph()
    graph.add_nodes_from(NODES)
    graph.add_weighted_edges_from((a, b, w) for (a, b), w in weights.items())
    matrix = nx.to_numpy_array(graph, nodelist=NODES)
    spectrum = np.sort(np.linalg.eigvalsh(matrix))
    assert (found is None) == bool(np.isclose(spectrum[-1], spectrum[-2], rtol=1e-9))
    if found is not None:
        vector = np.array([found[n] for n in NODES])
        assert matrix @ vector == pytest.approx(spectrum[-1] * vector)
        assert np.linalg.norm(vector) == pytest.approx(1)
        if nx.is_connected(graph):
            iterated = nx.eigenvector_centrality(graph, max_iter=20_000, tol=1e-12, weight="weight")
            assert found == pytest.approx(iterated, abs=1e-6)


@given(graphs, st.integers(min_value=2, max_value=7))
def test_measures_of_position_do_not_depend_on_the_scale_of_the_weights(
    weights: dict[tuple[str, str], float], factor: int
) -> None:
    scaled = {pair: factor * weight for pair, weight in weights.items()}
    assert betweenness(NODES, scaled, directed=False) == pytest.approx(betweenness(NODES, weights, directed=False))
    once, more = eigenvector(NODES, weights), eigenvector(NODES, scaled)
    assert (once is None) == (more is None)
    assert (once or {}) == pytest.approx(more or {}, abs=1e-9)


@given(graphs, st.permutations(NODES))
def test_measures_follow_the_nodes_when_these_are_renamed(
    weights: dict[tuple[str, str], float], order: list[str]
) -> None:
    new = dict(zip(NODES, order, strict=True))
    renamed = {(new[a], new[b]): w for (a, b), w in weights.items()}
    before, after = betweenness(NODES, weights, directed=False), betweenness(NODES, renamed, directed=False)
    assert before is not None
    assert after == pytest.approx({new[n]: v for n, v in before.items()})
    assert components(NODES, set(renamed)) == components(NODES, set(weights))


numbers = st.integers(min_value=0, max_value=50).map(float)


@given(numbers, numbers, numbers, numbers)
def test_the_external_index_lies_within_its_ends_and_one(e: float, i: float, out: float, inside: float) -> None:
    found = index(e, i, may_leave=out, may_stay=inside)
    known = [end for end in (found.low, found.value, found.high) if end is not None]
    assert known == sorted(known)
    assert all(-1 <= end <= 1 for end in known)


def test_held_networks_agree_with_the_links_they_are_made_of(graph: dict[str, pl.DataFrame]) -> None:
    told, places = graph["core.collaboration"], graph["core.geography"]
    wanted = graph["core.corridor_member"]
    link = collaboration_link(told, flow=graph["core.flow"], corridor_member=wanted, geography=places)
    frame = CollaborationNetwork.validate(
        collaboration_network(link, collaboration=told, corridor_member=wanted, geography=places)
    )
    key = ["corridor_id", "direction", "path", "span", "year"]
    ours = (
        frame.filter((pl.col("measure") == "strength") & (pl.col("weight") == "full"))
        .group_by(key)
        .agg(pl.col("value_low").sum() / 2)
    )
    theirs = (
        link.filter((pl.col("direction") == "undirected") & (pl.col("position") == "within"))
        .group_by(key)
        .agg(events=pl.col("events").sum())
    )
    both = ours.join(theirs, on=key, how="left", nulls_equal=True).with_columns(pl.col("events").fill_null(0))
    assert both.filter(pl.col("value_low") != pl.col("events")).is_empty()
    nodes = frame.filter(pl.col("measure") == "degree").group_by(key).agg(pl.len())
    assert nodes["len"].unique().to_list() == [9]
    within = link.filter(
        (pl.col("corridor_id") == "g60_shanghai")
        & (pl.col("direction") == "directed")
        & (pl.col("path") == "all")
        & (pl.col("span") == "all")
        & (pl.col("position") == "within")
        & (pl.col("events") > 0)
    )
    drawn = nx.DiGraph()
    drawn.add_nodes_from(wanted.filter(pl.col("corridor_id") == "g60_shanghai")["geo_code"])
    drawn.add_edges_from(within.select("from_geo", "to_geo").iter_rows())
    density = frame.filter(
        (pl.col("corridor_id") == "g60_shanghai")
        & (pl.col("direction") == "directed")
        & (pl.col("path") == "all")
        & (pl.col("span") == "all")
        & (pl.col("measure") == "density")
    )
    assert density["value"].to_list() == [pytest.approx(nx.density(drawn))]
