"""Which step makes which tables of which, as data, and the run of all of them.

What the steps of raw and core do: `work`; the steps of the metrics follow from what these register.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from g60_pipeline.contracts.live import LIVE
from g60_pipeline.contracts.registry import ISSUES
from g60_pipeline.ingest.facts import ENTERED, FACTS
from g60_pipeline.metrics.engine.registry import metric_functions
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
    *(Step.of_metric(metric) for metric in metric_functions()),
)
"""All steps, each after those it reads from."""


def run_steps(
    context: Context, *, given: Mapping[str, pl.DataFrame] | None = None, wanted: Collection[str] | None = None
) -> dict[str, pl.DataFrame]:
    """Run the graph in memory and return every table made by full name. Used by tests and dry runs.

    Args:
        context: What steps may know besides their inputs.
        given: Tables that stand whatever a step makes in their place.
        wanted: Tables to make, with all they are made of; all when not given.
    """
    fixed = dict(given or {})
    held = dict(fixed)
    for step in STEPS if wanted is None else _behind(wanted):
        held |= step.make(context, {name: held[name] for name in step.inputs}) | {
            name: frame for name, frame in fixed.items() if name in step.outputs
        }
    return held


def _behind(wanted: Collection[str]) -> list[Step]:
    """Return the steps that make the wanted tables and what they are made of, in order."""
    needed, steps = set(wanted), list[Step]()
    for step in reversed(STEPS):
        if not needed.isdisjoint(step.outputs):
            steps.append(step)
            needed |= set(step.inputs)
    return steps[::-1]
