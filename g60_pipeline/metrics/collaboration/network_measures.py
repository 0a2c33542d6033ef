"""Measures of a network from its nodes and weights. networkx is used here and nowhere else; no tables, no places."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Final

import networkx as nx
import numpy as np

FINEST: Final = 10**6
"""Fractional weights are sums of 1/n with n far below this; read back as fractions, equal paths are equal."""

TIE: Final = 1e-9
"""Relative difference below which two eigenvalues are the same."""

Weights = dict[tuple[str, str], float]


def betweenness(nodes: list[str], weights: Weights, *, directed: bool) -> dict[str, float] | None:
    """Return the share of shortest paths through each node, with distance 1/weight; None below three nodes."""
    if len(nodes) < 3:
        return None
    exact = {pair: Fraction(weight).limit_denominator(FINEST) for pair, weight in weights.items()}
    common = math.lcm(*(weight.numerator for weight in exact.values()))
    graph = _graph(nodes, {pair: int(common / weight) for pair, weight in exact.items()}, directed=directed)
    return {str(k): float(v) for k, v in nx.betweenness_centrality(graph, weight="weight").items()}


def eigenvector(nodes: list[str], weights: Weights) -> dict[str, float] | None:
    """Return the principal eigenvector of an undirected network, of length 1; None without links or when it is not one.

    It is that of the component with the largest eigenvalue; the nodes of the others have 0. Where two components share
    that eigenvalue there is no single vector.
    """
    graph = _graph(nodes, weights, directed=False)
    found: list[tuple[float, dict[str, float]]] = []
    for component in nx.connected_components(graph):
        part = sorted(component)
        values, vectors = np.linalg.eigh(nx.to_numpy_array(graph, nodelist=part, weight="weight"))
        found.append((float(values[-1]), dict(zip(part, np.abs(vectors[:, -1]).tolist(), strict=True))))
    found.sort(key=lambda item: -item[0])
    leading = found[0][0]
    if leading <= 0 or (len(found) > 1 and math.isclose(found[1][0], leading, rel_tol=TIE)):
        return None
    return dict.fromkeys(nodes, 0.0) | found[0][1]


def components(nodes: list[str], pairs: set[tuple[str, str]]) -> int:
    """Return the number of parts of a network; an isolated node is a part, and direction does not matter."""
    return int(nx.number_connected_components(_graph(nodes, dict.fromkeys(pairs, 1), directed=False)))


def _graph(nodes: list[str], weights: dict[tuple[str, str], Any], *, directed: bool) -> Any:
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_weighted_edges_from((a, b, weight) for (a, b), weight in weights.items())
    return graph
