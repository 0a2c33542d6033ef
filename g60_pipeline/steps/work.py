"""What each step of raw and core does: functions over frames. None knows where tables are kept or who runs it."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import polars as pl

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.addresses import load_address_rules
from g60_pipeline.contracts import core_table
from g60_pipeline.contracts.issues import issues_frame
from g60_pipeline.contracts.registry import ISSUES
from g60_pipeline.ingest.corrections import read_corrections
from g60_pipeline.ingest.facts import ENTERED, FACTS, read_facts
from g60_pipeline.ingest.inbox import KINDS, read_inbox, together
from g60_pipeline.ingest.live.replay import TIME_ZONE, read_archive
from g60_pipeline.ingest.live.vintages import replay
from g60_pipeline.ingest.own_rows import identifiers, members_in
from g60_pipeline.normalize import choose, live_rows, star, star_live, star_vintages
from g60_pipeline.normalize import documents as papers
from g60_pipeline.normalize import records as texts
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.normalize.claims import claims as read_claims
from g60_pipeline.normalize.corrections import corrected, with_corrections
from g60_pipeline.normalize.observations import candidates_from_raw
from g60_pipeline.normalize.scale import in_scale
from g60_pipeline.settings import corridor_files
from g60_pipeline.steps.step import Context, Tables

Made = dict[str, pl.DataFrame]
"""Tables by full name."""


def facts(_: Context, __: Tables) -> Made:
    """Return the raw tables of the facts that no inbox adds to."""
    return {f"raw.{name}": read_facts(name) for name in FACTS if name not in ENTERED}


def entered(context: Context, _: Tables) -> Made:
    """Return the figures and claims of facts and inbox, and the registers of corrections."""
    files: list[dict[str, Any]] = []

    def note(name: str, content: bytes) -> None:
        files.append({"file": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "entries": []})

    own, issues = read_inbox(context.settings.inbox_files(), on_read=note)
    rows = together([{name: read_facts(name) for name in ENTERED}, own])
    registers = read_corrections(context.settings.correction_files(), on_read=note)
    for file in corridor_files(context.settings.own_corridors) if context.settings.own_corridors else ():
        note(f"corridors/{file.name}", file.read_bytes())
        files[-1]["entries"] = members_in(file)
    listed = identifiers(own | {"correction": registers})
    for read in files:
        read["entries"] = listed.get(read["file"], read["entries"])
    made = {f"raw.{name}": frame for name, frame in rows.items()}
    return made | {
        "raw.correction": registers,
        "core.input_file": rows_of("core.input_file", files),
        "issue.inbox": issues_frame(issues),
    }


def catalog(context: Context, _: Tables) -> Made:
    """Return the catalog as tables."""
    catalog = load_catalog(context.settings.own_corridors)
    return {f"core.{name}": make(catalog) for name, make in CATALOG_TABLES.items()}


def live(context: Context, _: Tables) -> Made:
    """Return what the archive says: vintages, snapshots, answers and revisions."""
    catalog = load_catalog(context.settings.own_corridors)
    settings = context.settings
    now = dt.datetime.combine(context.today, dt.time.max, TIME_ZONE)
    left_out = [plan.source_id for plan in catalog.live if settings.is_without("archive", plan.source_id)]
    archived = read_archive(settings.archive_dir, catalog, now=now, without=left_out)
    done = replay(archived.states)
    made = {f"raw.live_{kind[:-1]}": frame for kind, frame in done.vintages.items()}
    return made | {
        "raw.live_document": rows_of("raw.live_document", archived.documents),
        "stage.live_observation": live_rows.live_observations(done.vintages["figures"], catalog.live),
        "core.snapshot": rows_of("core.snapshot", archived.snapshots),
        "core.answer": rows_of("core.answer", archived.answers),
        "core.revision": done.revisions,
        "issue.live": issues_frame(archived.issues),
    }


def live_records(_: Context, t: Tables) -> Made:
    """Return joint papers, institutions and coordinates."""
    return {
        "core.copublication": live_rows.copublications(t["raw.live_pair"]),
        "core.institution": live_rows.institutions(t["raw.live_institution"]),
        "core.coordinate": live_rows.coordinates(t["raw.live_place"], geography=t["core.geography"]),
    }


def documents(context: Context, t: Tables) -> Made:
    """Return the documents, and the figures and claims that have one."""
    document, cited, issues = papers.documents(
        pl.concat([t["raw.document"], t["raw.live_document"]]),
        {kind.key: t[f"raw.{kind.name}"] for kind in KINDS.values()},
        source=t["core.source"],
        today=context.today,
    )
    rows = {f"stage.cited_{kind.name}": cited[kind.key] for kind in KINDS.values()}
    return {"core.document": document, **rows, "issue.document": issues_frame(issues)}


def star_listing(_: Context, t: Tables) -> Made:
    """Return the firms of the STAR Market, and those a person has to place."""
    places, listed = t["core.geography"], t["raw.live_listing"]
    rules = load_address_rules()
    printed, issues = star.star_listings(
        t["raw.star_listing"], geography=places, document=t["core.document"], rules=rules
    )
    firms, more = star_live.with_live(printed, listed, rules=rules, geography=places)
    return {
        "stage.star_listing": printed,
        "core.star_listing": firms,
        "core.star_unplaced": star_live.unplaced(firms, listed, rules=rules),
        "issue.star_listing": issues_frame(issues + more),
    }


def corrections(_: Context, t: Tables) -> Made:
    """Return the figures as reviewed corrections have them, and the corrections."""
    rows = pl.concat([t["stage.cited_observation"], t["stage.live_observation"]])
    mended, register = corrected(rows, t["raw.correction"], document=t["core.document"])
    return {"stage.corrected_observation": mended, "core.correction": register}


def candidates(context: Context, t: Tables) -> Made:
    """Return every figure in canonical units, the tally among them, with the choice made."""
    printed, issues = candidates_from_raw(
        t["stage.corrected_observation"],
        geography=t["core.geography"],
        indicator=t["core.indicator"],
        indicator_basis=t["core.indicator_basis"],
        unit=t["core.unit"],
        document=t["core.document"],
        today=context.today,
    )
    marked = with_corrections(printed, t["core.correction"])
    sized, more = in_scale(marked, unit=t["core.unit"])
    with_days = live_rows.with_vintage(sized, t["raw.live_figure"])
    chosen = choose.choose(pl.concat([with_days, _counted(t).select(with_days.columns)]))
    return {"core.observation_candidate": chosen, "issue.observation": issues_frame(issues + more)}


def _counted(t: Tables) -> pl.DataFrame:
    """Return the tally of the listings with its vintages, in the form of the other candidates."""
    rules, facts = load_address_rules(), t["stage.star_listing"]

    def count(live: pl.DataFrame, until: dt.date | None) -> pl.DataFrame:
        return star.tally(
            star_live.with_live(facts, live, rules=rules, geography=t["core.geography"])[0],
            geography=t["core.geography"],
            corridor_member=t["core.corridor_member"],
            document=t["core.document"],
            indicator_basis=t["core.indicator_basis"],
            complete_until=until,
        )

    rows = star_vintages.counts_with_vintages(
        t["raw.live_listing"],
        seen=star_live.days_seen(t["core.snapshot"]),
        until=star_live.complete_until(t["core.snapshot"]),
        count=count,
    )
    return live_rows.without_vintage(rows)


def observation(_: Context, t: Tables) -> Made:
    """Return the chosen figures."""
    return {"core.observation": choose.observations(t["core.observation_candidate"])}


def claims(_: Context, t: Tables) -> Made:
    """Return the published claims."""
    rows, issues = read_claims(
        t["stage.cited_claim"],
        geography=t["core.geography"],
        indicator=t["core.indicator"],
        indicator_basis=t["core.indicator_basis"],
        unit=t["core.unit"],
        document=t["core.document"],
    )
    return {"core.claim": rows, "issue.claim": issues_frame(issues)}


def records(_: Context, t: Tables) -> Made:
    """Return the records told in words."""
    places, cited, units = t["core.geography"], t["core.document"], t["core.unit"]
    results = {
        "core.collaboration": texts.collaboration(t["raw.collaboration"], geography=places, document=cited, unit=units),
        "core.policy": texts.policy(t["raw.policy"], geography=places, document=cited),
        "core.city_profile": texts.city_profile(t["raw.city_profile"], geography=places, document=cited),
        "core.flow": texts.flow(t["raw.flow"], geography=places, document=cited, unit=units),
        "core.scope_statement": texts.scope_statement(t["raw.scope_statement"], document=cited),
        "core.series_break": texts.series_break(
            t["raw.series_break"], geography=places, indicator_basis=t["core.indicator_basis"], document=cited
        ),
        "core.rejected": texts.rejected(t["raw.rejected"]),
    }
    issues = [issue for _, found in results.values() for issue in found]
    return {name: frame for name, (frame, _) in results.items()} | {"issue.record": issues_frame(issues)}


def quarantine(_: Context, t: Tables) -> Made:
    """Return every row a contract refused."""
    parts = pl.concat([t[f"issue.{name}"] for name in ISSUES])
    return {"core.quarantine": parts.unique("quarantine_id", keep="first", maintain_order=True)}


def rows_of(full_name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame of a table; a missing key is null."""
    dtypes = {name: column.dtype for name, column in core_table(full_name).schema.columns().items()}
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)
