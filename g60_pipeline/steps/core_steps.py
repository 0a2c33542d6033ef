"""The steps of raw and core, in order: functions over frames. None knows where tables are kept or who runs it."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import polars as pl

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.addresses import load_address_rules
from g60_pipeline.contracts.core.ledger import InputFile
from g60_pipeline.contracts.core.snapshots import Answer, Snapshot
from g60_pipeline.contracts.core_tables import ISSUES
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.contracts.issues import issues_frame
from g60_pipeline.contracts.raw import Document
from g60_pipeline.contracts.source_rows import LIVE
from g60_pipeline.ingest.corrections import read_corrections
from g60_pipeline.ingest.facts import ENTERED, FACTS, read_facts
from g60_pipeline.ingest.inbox import KINDS, read_inbox, together
from g60_pipeline.ingest.live.replay import TIME_ZONE, read_archive
from g60_pipeline.ingest.live.vintages import replay
from g60_pipeline.ingest.own_rows import identifiers, members_in
from g60_pipeline.normalize import choose, live_rows, star, star_live, star_vintages
from g60_pipeline.normalize import claims as claim_rows
from g60_pipeline.normalize import documents as document_rows
from g60_pipeline.normalize import records as record_rows
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.normalize.corrections import check_kept, corrected, with_corrections
from g60_pipeline.normalize.observations import candidates_from_raw
from g60_pipeline.normalize.scale import in_scale, with_implausible
from g60_pipeline.settings import corridor_files
from g60_pipeline.steps.step import Context, Made, step


@step(*(f"raw.{name}" for name in FACTS if name not in ENTERED), group="raw")
def facts() -> Made:
    """Reads the facts embedded in the package, unchanged."""
    return tuple(read_facts(name) for name in FACTS if name not in ENTERED)


@step(*(f"raw.{name}" for name in ENTERED), "raw.correction", "core.input_file", "issue.inbox", group="raw")
def entered(context: Context) -> Made:
    """Reads the embedded figures and claims, every CSV file of the inbox, and the registers of corrections."""
    settings = context.settings
    files: list[dict[str, Any]] = []

    def note(name: str, content: bytes) -> None:
        files.append({"file": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "entries": []})

    own, issues = read_inbox(settings.inbox_files(), on_read=note)
    rows = together([{name: read_facts(name) for name in ENTERED}, own])
    registers = read_corrections(settings.correction_files(), on_read=note)
    for file in corridor_files(settings.own_corridors) if settings.own_corridors else ():
        note(f"corridors/{file.name}", file.read_bytes())
        files[-1]["entries"] = members_in(file)
    listed = identifiers(own | {"correction": registers})
    for read in files:
        read["entries"] = listed.get(read["file"], read["entries"])
    return *(rows[name] for name in ENTERED), registers, frame_of(InputFile, files), issues_frame(issues)


@step(*(f"core.{name}" for name in CATALOG_TABLES))
def catalog(context: Context) -> Made:
    """Loads and checks the catalog."""
    found = load_catalog(context.settings.own_corridors)
    return tuple(make(found) for make in CATALOG_TABLES.values())


@step(
    *(f"raw.live_{kind[:-1]}" for kind in LIVE),
    "raw.live_document",
    "stage.live_observation",
    "core.snapshot",
    "core.answer",
    "core.revision",
    "issue.live",
    group="raw",
)
def live(context: Context) -> Made:
    """Replays the archive: what every live source said, when, and what a newer answer changed."""
    settings = context.settings
    found = load_catalog(settings.own_corridors)
    now = dt.datetime.combine(context.today, dt.time.max, TIME_ZONE)
    left_out = [plan.source_id for plan in found.live if settings.is_without("archive", plan.source_id)]
    archived = read_archive(settings.archive_dir, found, now=now, without=left_out)
    done = replay(archived.states)
    return (
        *(done.vintages[kind] for kind in LIVE),
        frame_of(Document, archived.documents),
        live_rows.live_observations(done.vintages["figures"], found.live),
        frame_of(Snapshot, archived.snapshots),
        frame_of(Answer, archived.answers),
        done.revisions,
        issues_frame(archived.issues),
    )


@step("core.document", *(f"stage.cited_{name}" for name in ENTERED), "issue.document")
def document(
    *,
    context: Context,
    raw_document: pl.DataFrame,
    raw_live_document: pl.DataFrame,
    raw_observation: pl.DataFrame,
    raw_claim: pl.DataFrame,
    source: pl.DataFrame,
) -> Made:
    """Gathers the documents figures and claims were printed in; what has none does not pass."""
    figures, claims = KINDS["figures"].key, KINDS["claims"].key
    documents, cited, issues = document_rows.documents(
        pl.concat([raw_document, raw_live_document]),
        {figures: raw_observation, claims: raw_claim},
        source=source,
        today=context.today,
    )
    return documents, cited[figures], cited[claims], issues_frame(issues)


@step("stage.star_listing", "core.star_listing", "core.star_unplaced", "issue.star_listing")
def star_listing(
    *, raw_star_listing: pl.DataFrame, raw_live_listing: pl.DataFrame, geography: pl.DataFrame, document: pl.DataFrame
) -> Made:
    """Reads the listing records of STAR Market firms."""
    rules = load_address_rules()
    printed, issues = star.star_listings(raw_star_listing, geography=geography, document=document, rules=rules)
    firms, more = star_live.with_live(printed, raw_live_listing, rules=rules, geography=geography)
    open_cases = star_live.unplaced(firms, raw_live_listing, rules=rules)
    return printed, firms, open_cases, issues_frame(issues + more)


@step("stage.corrected_observation", "core.correction")
def correction(
    *,
    context: Context,
    stage_cited_observation: pl.DataFrame,
    stage_live_observation: pl.DataFrame,
    raw_correction: pl.DataFrame,
    document: pl.DataFrame,
) -> Made:
    """Applies the reviewed corrections; one whose source has been mended stops the build."""
    rows = pl.concat([stage_cited_observation, stage_live_observation])
    return corrected(rows, raw_correction, document=document, today=context.today)


@step("core.observation_candidate", "issue.observation")
def observation_candidate(  # noqa: PLR0913 - all that decides about a figure
    *,
    context: Context,
    stage_corrected_observation: pl.DataFrame,
    correction: pl.DataFrame,
    raw_live_figure: pl.DataFrame,
    raw_live_listing: pl.DataFrame,
    stage_star_listing: pl.DataFrame,
    snapshot: pl.DataFrame,
    geography: pl.DataFrame,
    corridor_member: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    unit: pl.DataFrame,
    document: pl.DataFrame,
) -> Made:
    """Converts every figure to canonical units and periods, tallies the listings, and applies the rule of choice."""
    printed, issues = candidates_from_raw(
        stage_corrected_observation,
        geography=geography,
        indicator=indicator,
        indicator_basis=indicator_basis,
        unit=unit,
        document=document,
        today=context.today,
    )
    sized, more = in_scale(printed, unit=unit)
    check_kept(sized, correction, rows=stage_corrected_observation, issues=issues + more)
    with_days = live_rows.with_vintage(with_corrections(sized, correction), raw_live_figure)
    rules = load_address_rules()

    def count(listed: pl.DataFrame, until: dt.date | None) -> pl.DataFrame:
        return star.tally(
            star_live.with_live(stage_star_listing, listed, rules=rules, geography=geography)[0],
            geography=geography,
            corridor_member=corridor_member,
            document=document,
            indicator_basis=indicator_basis,
            complete_until=until,
        )

    counted = star_vintages.counts_with_vintages(
        raw_live_listing, seen=star_live.days_seen(snapshot), until=star_live.complete_until(snapshot), count=count
    )
    tally = live_rows.without_vintage(counted).select(with_days.columns)
    chosen = choose.choose(pl.concat([with_days, tally]))
    flagged = with_implausible(chosen, indicator=indicator, indicator_basis=indicator_basis)
    return flagged, issues_frame(issues + more)


@step("core.observation")
def observation(observation_candidate: pl.DataFrame) -> Made:
    """Keeps the chosen figure of each place, indicator, basis and period."""
    return (choose.observations(observation_candidate),)


@step("core.copublication", "core.institution", "core.coordinate")
def live_records(
    *,
    raw_live_pair: pl.DataFrame,
    raw_live_institution: pl.DataFrame,
    raw_live_place: pl.DataFrame,
    geography: pl.DataFrame,
) -> Made:
    """Types the joint papers, institutions and coordinates of live sources."""
    return (
        live_rows.copublications(raw_live_pair),
        live_rows.institutions(raw_live_institution),
        live_rows.coordinates(raw_live_place, geography=geography),
    )


@step("core.claim", "issue.claim")
def claim(
    *,
    stage_cited_claim: pl.DataFrame,
    geography: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    unit: pl.DataFrame,
    document: pl.DataFrame,
) -> Made:
    """Reads the published claims and the interval each printed form stands for."""
    rows, issues = claim_rows.claims(
        stage_cited_claim,
        geography=geography,
        indicator=indicator,
        indicator_basis=indicator_basis,
        unit=unit,
        document=document,
    )
    return rows, issues_frame(issues)


@step(
    *(f"core.{name}" for name in ("collaboration", "policy", "city_profile", "flow", "scope_statement")),
    "core.series_break",
    "core.rejected",
    "issue.record",
)
def records(  # noqa: PLR0913 - a table a kind of record
    *,
    raw_collaboration: pl.DataFrame,
    raw_policy: pl.DataFrame,
    raw_city_profile: pl.DataFrame,
    raw_flow: pl.DataFrame,
    raw_scope_statement: pl.DataFrame,
    raw_series_break: pl.DataFrame,
    raw_rejected: pl.DataFrame,
    geography: pl.DataFrame,
    document: pl.DataFrame,
    unit: pl.DataFrame,
    indicator_basis: pl.DataFrame,
) -> Made:
    """Types the text records: collaboration, policies, profiles, flows, scopes, breaks, rejected evidence."""
    results = (
        record_rows.collaboration(raw_collaboration, geography=geography, document=document, unit=unit),
        record_rows.policy(raw_policy, geography=geography, document=document),
        record_rows.city_profile(raw_city_profile, geography=geography, document=document),
        record_rows.flow(raw_flow, geography=geography, document=document, unit=unit),
        record_rows.scope_statement(raw_scope_statement, document=document),
        record_rows.series_break(
            raw_series_break, geography=geography, indicator_basis=indicator_basis, document=document
        ),
        record_rows.rejected(raw_rejected),
    )
    return *(frame for frame, _ in results), issues_frame([issue for _, found in results for issue in found])


@step("core.quarantine", reads={name: f"issue.{name}" for name in ISSUES})
def quarantine(**issues: pl.DataFrame) -> Made:
    """Gathers every row a contract refused, with the rule and the remedy."""
    parts = pl.concat(issues.values())
    return (parts.unique("quarantine_id", keep="first", maintain_order=True),)
