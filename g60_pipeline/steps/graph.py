"""Which step makes which tables of which, as data, and the run of all of them. What a step does: `work`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from g60_pipeline.contracts.live import LIVE
from g60_pipeline.contracts.registry import ISSUES
from g60_pipeline.ingest.facts import ENTERED, FACTS
from g60_pipeline.metrics.analyse import (
    COLLABORATION,
    COLLABORATION_INPUTS,
    COMPARISON,
    COMPARISON_INPUTS,
    INDEX,
    INDEX_INPUTS,
)
from g60_pipeline.metrics.compute import AUDIT_INPUTS, METRIC_INPUTS, METRICS
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.steps import work
from g60_pipeline.steps.step import Context, Step

CATALOG: Final = tuple(f"core.{name}" for name in CATALOG_TABLES)
"""Tables made of the catalog."""

STEPS: Final[tuple[Step, ...]] = (
    Step(
        "facts",
        "raw",
        "Reads the facts embedded in the package, as they stand.",
        (),
        tuple(f"raw.{name}" for name in FACTS if name not in ENTERED),
        work.facts,
    ),
    Step(
        "entered",
        "raw",
        "Reads the embedded figures and claims, every CSV file of the inbox, and the registers of corrections.",
        (),
        (*(f"raw.{name}" for name in ENTERED), "raw.correction", "core.input_file", "issue.inbox"),
        work.entered,
    ),
    Step("catalog", "core", "Loads and checks the catalog.", (), CATALOG, work.catalog),
    Step(
        "live",
        "raw",
        "Replays the archive: what every live source said, when, and what a newer answer changed.",
        (),
        (
            *(f"raw.live_{kind[:-1]}" for kind in LIVE),
            "raw.live_document",
            "stage.live_observation",
            "core.snapshot",
            "core.answer",
            "core.revision",
            "issue.live",
        ),
        work.live,
    ),
    Step(
        "document",
        "core",
        "Gathers the documents figures and claims were printed in; what has none does not pass.",
        ("raw.document", "raw.live_document", *(f"raw.{name}" for name in ENTERED), "core.source"),
        ("core.document", *(f"stage.cited_{name}" for name in ENTERED), "issue.document"),
        work.documents,
    ),
    Step(
        "star_listing",
        "core",
        "Reads the listing records of STAR Market firms.",
        ("raw.star_listing", "raw.live_listing", "core.geography", "core.document"),
        ("stage.star_listing", "core.star_listing", "core.star_unplaced", "issue.star_listing"),
        work.star_listing,
    ),
    Step(
        "correction",
        "core",
        "Applies the reviewed corrections; one whose source has been mended stops the build.",
        ("stage.cited_observation", "stage.live_observation", "raw.correction", "core.document"),
        ("stage.corrected_observation", "core.correction"),
        work.corrections,
    ),
    Step(
        "observation_candidate",
        "core",
        "Converts every figure to canonical units and periods, tallies the listings, and applies the rule of choice.",
        (
            "stage.corrected_observation",
            "core.correction",
            "raw.live_figure",
            "raw.live_listing",
            "stage.star_listing",
            "core.snapshot",
            "core.geography",
            "core.corridor_member",
            "core.indicator",
            "core.indicator_basis",
            "core.unit",
            "core.document",
        ),
        ("core.observation_candidate", "issue.observation"),
        work.candidates,
    ),
    Step(
        "observation",
        "core",
        "Keeps the chosen figure of each place, indicator, basis and period.",
        ("core.observation_candidate",),
        ("core.observation",),
        work.observation,
    ),
    Step(
        "live_records",
        "core",
        "Types the joint papers, institutions and coordinates of live sources.",
        ("raw.live_pair", "raw.live_institution", "raw.live_place", "core.geography"),
        ("core.copublication", "core.institution", "core.coordinate"),
        work.live_records,
    ),
    Step(
        "claim",
        "core",
        "Reads the published claims and the interval each printed form stands for.",
        ("stage.cited_claim", "core.geography", "core.indicator", "core.indicator_basis", "core.unit", "core.document"),
        ("core.claim", "issue.claim"),
        work.claims,
    ),
    Step(
        "records",
        "core",
        "Types the text records: collaboration, policies, profiles, flows, scopes, breaks, rejected evidence.",
        (
            *(f"raw.{n}" for n in ("collaboration", "policy", "city_profile", "flow", "scope_statement")),
            "raw.series_break",
            "raw.rejected",
            "core.geography",
            "core.document",
            "core.unit",
            "core.indicator_basis",
        ),
        (
            *(f"core.{n}" for n in ("collaboration", "policy", "city_profile", "flow", "scope_statement")),
            "core.series_break",
            "core.rejected",
            "issue.record",
        ),
        work.records,
    ),
    Step(
        "quarantine",
        "core",
        "Gathers every row a contract refused, with the rule and the remedy.",
        tuple(f"issue.{name}" for name in ISSUES),
        ("core.quarantine",),
        work.quarantine,
    ),
    Step(
        "metrics",
        "metrics",
        "Computes totals, shares, growth and intensities, in every scope.",
        METRIC_INPUTS,
        METRICS,
        work.metrics,
    ),
    Step(
        "claim_audit",
        "metrics",
        "Tests every published claim in each scope.",
        AUDIT_INPUTS,
        ("metrics.claim_audit",),
        work.audit,
    ),
    Step(
        "comparison",
        "metrics",
        "Sets the members of a corridor against each other: quotients, concentration, convergence, tiers, growth.",
        COMPARISON_INPUTS,
        COMPARISON,
        work.comparison,
    ),
    Step(
        "collaboration",
        "metrics",
        "Counts events by path, draws links and networks, sets joint papers against output, and policies in time.",
        COLLABORATION_INPUTS,
        COLLABORATION,
        work.collaboration,
    ),
    Step(
        "index",
        "metrics",
        "Computes the composite index with its bounds and components, and draws how far its ranks can move.",
        INDEX_INPUTS,
        INDEX,
        work.index,
    ),
)
"""All steps, each after those it reads from."""


def run_steps(
    context: Context, *, given: Mapping[str, pl.DataFrame] | None = None, last: str | None = None
) -> dict[str, pl.DataFrame]:
    """Run the graph in memory and return every table by full name. Used by tests and dry runs.

    Args:
        context: What steps may know besides their inputs.
        given: Tables that stand whatever a step makes in their place.
        last: Name of the step after which to stop; all run when not given.
    """
    fixed = dict(given or {})
    held = dict(fixed)
    for step in STEPS:
        held |= step.run(context, {name: held[name] for name in step.inputs}) | {
            name: frame for name, frame in fixed.items() if name in step.outputs
        }
        if step.name == last:
            break
    return held
