"""The graph: which step makes which tables of which. Plain functions over frames, run by Dagster or by hand.

A step reads and writes tables by their full names; no step knows where tables are kept or who runs it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from g60_pipeline.catalog import load_catalog
from g60_pipeline.metrics.compute import AUDIT_INPUTS, METRIC_INPUTS, METRICS, compute_audit, compute_metrics
from g60_pipeline.normalize import choose, records, star
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.normalize.claims import claims
from g60_pipeline.normalize.documents import documents
from g60_pipeline.normalize.observations import candidates_from_raw
from g60_pipeline.settings import Settings
from g60_pipeline.sources.facts import FACTS, read_facts
from g60_pipeline.sources.inbox import read_inbox
from g60_pipeline.tables.issues import issues_frame
from g60_pipeline.tables.registry import ISSUES

Tables = Mapping[str, pl.DataFrame]
TIME_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the publishers are."""


@dataclass(frozen=True)
class Context:
    """What a step may know besides its inputs: where things are kept, and which day it is."""

    settings: Settings
    today: dt.date

    @classmethod
    def now(cls, settings: Settings) -> Context:
        """Return the context of the current day in China."""
        return cls(settings=settings, today=dt.datetime.now(TIME_ZONE).date())


@dataclass(frozen=True)
class Step:
    """One step of the graph."""

    name: str
    group: str
    description: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    run: Callable[[Context, Tables], dict[str, pl.DataFrame]]


CATALOG: Final = tuple(f"core.{name}" for name in CATALOG_TABLES)
"""Tables made of the catalog."""


def _facts(_: Context, __: Tables) -> dict[str, pl.DataFrame]:
    return {f"raw.{name}": read_facts(name) for name in FACTS if name != "observation"}


def _raw_observation(context: Context, _: Tables) -> dict[str, pl.DataFrame]:
    own, issues = read_inbox(context.settings.inbox_files())
    embedded = read_facts("observation")
    rows = pl.concat([embedded, own.select(embedded.columns)])
    return {"raw.observation": rows, "issue.inbox": issues_frame(issues)}


def _catalog(context: Context, _: Tables) -> dict[str, pl.DataFrame]:
    catalog = load_catalog(context.settings.corridors_dir)
    return {f"core.{name}": make(catalog) for name, make in CATALOG_TABLES.items()}


def _documents(context: Context, t: Tables) -> dict[str, pl.DataFrame]:
    document, rows, issues = documents(
        t["raw.document"], t["raw.observation"], source=t["core.source"], today=context.today
    )
    return {"core.document": document, "stage.cited_observation": rows, "issue.document": issues_frame(issues)}


def _star_listing(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    table, issues = star.star_listings(
        t["raw.star_listing"], geography=t["core.geography"], document=t["core.document"]
    )
    return {"core.star_listing": table, "issue.star_listing": issues_frame(issues)}


def _candidates(context: Context, t: Tables) -> dict[str, pl.DataFrame]:
    printed, issues = candidates_from_raw(
        t["stage.cited_observation"],
        geography=t["core.geography"],
        indicator=t["core.indicator"],
        indicator_basis=t["core.indicator_basis"],
        unit=t["core.unit"],
        document=t["core.document"],
        today=context.today,
    )
    counted = star.tally(
        t["core.star_listing"],
        geography=t["core.geography"],
        corridor_member=t["core.corridor_member"],
        document=t["core.document"],
        indicator_basis=t["core.indicator_basis"],
    )
    chosen = choose.choose(pl.concat([printed, counted]))
    return {"core.observation_candidate": chosen, "issue.observation": issues_frame(issues)}


def _observation(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    return {"core.observation": choose.observations(t["core.observation_candidate"])}


def _claims(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    table, issues = claims(
        t["raw.claim"],
        geography=t["core.geography"],
        indicator=t["core.indicator"],
        unit=t["core.unit"],
        document=t["core.document"],
    )
    return {"core.claim": table, "issue.claim": issues_frame(issues)}


def _records(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    places, papers, units = t["core.geography"], t["core.document"], t["core.unit"]
    results = {
        "core.collaboration": records.collaboration(
            t["raw.collaboration"], geography=places, document=papers, unit=units
        ),
        "core.policy": records.policy(t["raw.policy"], geography=places, document=papers),
        "core.city_profile": records.city_profile(t["raw.city_profile"], geography=places, document=papers),
        "core.flow": records.flow(t["raw.flow"], geography=places, document=papers, unit=units),
        "core.scope_statement": records.scope_statement(t["raw.scope_statement"], document=papers),
        "core.series_break": records.series_break(
            t["raw.series_break"], geography=places, indicator_basis=t["core.indicator_basis"], document=papers
        ),
        "core.rejected": records.rejected(t["raw.rejected"]),
    }
    issues = [issue for _, found in results.values() for issue in found]
    return {name: frame for name, (frame, _) in results.items()} | {"issue.record": issues_frame(issues)}


def _quarantine(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    parts = pl.concat([t[f"issue.{name}"] for name in ISSUES])
    return {"core.quarantine": parts.unique("quarantine_id", keep="first", maintain_order=True)}


def _metrics(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    return compute_metrics(t)


def _audit(_: Context, t: Tables) -> dict[str, pl.DataFrame]:
    return {"metrics.claim_audit": compute_audit(t)}


STEPS: Final[tuple[Step, ...]] = (
    Step(
        "facts",
        "raw",
        "Reads the facts embedded in the package, as they stand.",
        (),
        tuple(f"raw.{name}" for name in FACTS if name != "observation"),
        _facts,
    ),
    Step(
        "raw_observation",
        "raw",
        "Reads the embedded figures and every CSV file of the inbox.",
        (),
        ("raw.observation", "issue.inbox"),
        _raw_observation,
    ),
    Step("catalog", "core", "Loads and checks the catalog.", (), CATALOG, _catalog),
    Step(
        "document",
        "core",
        "Gathers the documents figures were printed in; a figure without one does not pass.",
        ("raw.document", "raw.observation", "core.source"),
        ("core.document", "stage.cited_observation", "issue.document"),
        _documents,
    ),
    Step(
        "star_listing",
        "core",
        "Reads the listing records of STAR Market firms.",
        ("raw.star_listing", "core.geography", "core.document"),
        ("core.star_listing", "issue.star_listing"),
        _star_listing,
    ),
    Step(
        "observation_candidate",
        "core",
        "Converts every figure to canonical units and periods, tallies the listings, and applies the rule of choice.",
        (
            "stage.cited_observation",
            "core.star_listing",
            "core.geography",
            "core.corridor_member",
            "core.indicator",
            "core.indicator_basis",
            "core.unit",
            "core.document",
        ),
        ("core.observation_candidate", "issue.observation"),
        _candidates,
    ),
    Step(
        "observation",
        "core",
        "Keeps the chosen figure of each place, indicator, basis and period.",
        ("core.observation_candidate",),
        ("core.observation",),
        _observation,
    ),
    Step(
        "claim",
        "core",
        "Reads the published claims and the interval each printed form stands for.",
        ("raw.claim", "core.geography", "core.indicator", "core.unit", "core.document"),
        ("core.claim", "issue.claim"),
        _claims,
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
        _records,
    ),
    Step(
        "quarantine",
        "core",
        "Gathers every row a contract refused, with the rule and the remedy.",
        tuple(f"issue.{name}" for name in ISSUES),
        ("core.quarantine",),
        _quarantine,
    ),
    Step(
        "metrics",
        "metrics",
        "Computes totals, shares, growth, intensities and representation, in every scope.",
        METRIC_INPUTS,
        METRICS,
        _metrics,
    ),
    Step(
        "claim_audit",
        "metrics",
        "Tests every published claim in each scope.",
        AUDIT_INPUTS,
        ("metrics.claim_audit",),
        _audit,
    ),
)
"""All steps, each after those it reads from."""


def run_steps(context: Context) -> dict[str, pl.DataFrame]:
    """Run the whole graph in memory and return every table by full name. Used by tests and dry runs."""
    held: dict[str, pl.DataFrame] = {}
    for step in STEPS:
        held |= step.run(context, {name: held[name] for name in step.inputs})
    return held
