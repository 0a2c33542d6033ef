"""What is made of totals, shares and records: comparison of the members, collaboration, index. Which reads which table.

The methods stand in the modules beside this one; totals, shares and growth are `compute`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from g60_pipeline.metrics.collaboration_links import collaboration_link
from g60_pipeline.metrics.collaboration_network import collaboration_network
from g60_pipeline.metrics.collaboration_paths import collaboration_by_path, happened
from g60_pipeline.metrics.common import ANY_ROUND
from g60_pipeline.metrics.concentration import concentration
from g60_pipeline.metrics.convergence import convergence
from g60_pipeline.metrics.copublication_similarity import INDICATOR as WORKS
from g60_pipeline.metrics.copublication_similarity import copublication_similarity
from g60_pipeline.metrics.gradient import gradient, gradient_stability
from g60_pipeline.metrics.gradient_evidence import gradient_evidence
from g60_pipeline.metrics.growth_decomposition import growth_decomposition
from g60_pipeline.metrics.index_inputs import index_inputs
from g60_pipeline.metrics.index_robustness import index_robustness
from g60_pipeline.metrics.innovation_index import editions, index_bound, index_component, innovation_index
from g60_pipeline.metrics.location_quotient import location_quotient
from g60_pipeline.metrics.member_figures import member_figures
from g60_pipeline.metrics.policy_timeline import policy_timeline
from g60_pipeline.metrics.totals import metric_members

COMPARISON_INPUTS: Final = (
    "core.indicator",
    "core.indicator_basis",
    "core.geography",
    "core.corridor_member",
    "core.series_break",
    "core.ratio",
    "metrics.figure",
    "metrics.total",
    "metrics.national_share",
    "metrics.growth",
    "metrics.intensity",
)
"""Tables `compare_members` reads."""

COMPARISON: Final = (
    "metrics.location_quotient",
    "metrics.concentration",
    "metrics.convergence",
    "metrics.gradient_evidence",
    "metrics.gradient",
    "metrics.gradient_stability",
    "metrics.growth_decomposition",
)
"""Tables `compare_members` makes."""

COLLABORATION_INPUTS: Final = (
    "core.collaboration",
    "core.flow",
    "core.unit",
    "core.policy",
    "core.copublication",
    "core.geography",
    "core.corridor_member",
    "metrics.figure",
)
"""Tables `compute_collaboration` reads."""

COLLABORATION: Final = (
    "metrics.collaboration_by_path",
    "metrics.collaboration_link",
    "metrics.collaboration_network",
    "metrics.copublication_similarity",
    "metrics.policy_timeline",
)
"""Tables `compute_collaboration` makes."""


INDEX_INPUTS: Final = (
    "core.index_framework",
    "core.corridor_member",
    "metrics.figure",
    "metrics.intensity",
)
"""Tables `compute_index` reads."""

INDEX: Final = (
    "metrics.index_bound",
    "metrics.index_component",
    "metrics.innovation_index",
    "metrics.index_robustness",
)
"""Tables `compute_index` makes."""


def compare_members(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of `COMPARISON` by full name, from those of `COMPARISON_INPUTS`."""
    figure, total = tables["metrics.figure"], tables["metrics.total"]
    bases = tables["core.indicator_basis"]
    members, breaks = metric_members(tables["core.corridor_member"]), tables["core.series_break"]
    side_by_side = member_figures(total, figure, indicator_basis=bases)
    evidence = gradient_evidence(
        side_by_side,
        tables["metrics.intensity"],
        members=members,
        indicator=tables["core.indicator"],
        ratio=tables["core.ratio"],
    )
    return {
        "metrics.location_quotient": location_quotient(
            tables["metrics.national_share"],
            total,
            figure,
            members=members,
            indicator_basis=bases,
            series_break=breaks,
        ),
        "metrics.concentration": concentration(side_by_side, geography=tables["core.geography"]),
        "metrics.convergence": convergence(tables["metrics.intensity"], members=members, series_break=breaks),
        "metrics.gradient_evidence": evidence,
        "metrics.gradient": gradient(evidence),
        "metrics.gradient_stability": gradient_stability(evidence),
        "metrics.growth_decomposition": growth_decomposition(
            tables["metrics.growth"], total, figure, members=members, indicator_basis=bases
        ),
    }


def compute_collaboration(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of `COLLABORATION` by full name, from those of `COLLABORATION_INPUTS`."""
    places, events = tables["core.geography"], tables["core.collaboration"]
    members = metric_members(tables["core.corridor_member"])
    works = tables["metrics.figure"].filter(pl.col("indicator_id") == WORKS)
    counted = happened(events)
    link = collaboration_link(counted, flow=tables["core.flow"], members=members, geography=places)
    return {
        "metrics.collaboration_by_path": collaboration_by_path(
            events, members=members, geography=places, unit=tables["core.unit"]
        ),
        "metrics.collaboration_link": link,
        "metrics.collaboration_network": collaboration_network(
            link, collaboration=counted, members=members, geography=places
        ),
        "metrics.copublication_similarity": copublication_similarity(tables["core.copublication"], figure=works),
        "metrics.policy_timeline": policy_timeline(
            tables["core.policy"], corridor_member=tables["core.corridor_member"], geography=places
        ),
    }


def compute_index(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of `INDEX` by full name, from those of `INDEX_INPUTS`."""
    found = editions(
        index_inputs(
            tables["core.index_framework"],
            intensity=tables["metrics.intensity"],
            observation=tables["metrics.figure"].filter(pl.col("round_group") == ANY_ROUND),
            members=metric_members(tables["core.corridor_member"]),
        )
    )
    return {
        "metrics.index_bound": index_bound(found),
        "metrics.index_component": index_component(found),
        "metrics.innovation_index": innovation_index(found),
        "metrics.index_robustness": index_robustness(found),
    }
