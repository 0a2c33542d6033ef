"""Contracts of what live sources said and when: snapshots, answers, revisions, and the records read out of them."""

from __future__ import annotations

import dataframely as dy

from g60_pipeline.contracts import columns as c

STATES = ("in force", "superseded", "damaged", "missing", "unreadable")
"""What a snapshot can be to the warehouse."""


class Snapshot(dy.Schema):
    """Snapshots of live sources: what was fetched when, how many rows it gave, and which one is in force."""

    snapshot_id = c.text("Identifier: time of fetching and content hash.", key=True)
    source_id = c.text("Live source.", references="core.source.source_id")
    part = c.text("Part of the source; empty for an undivided one.")
    state = c.one_of(STATES, "Whether the warehouse reads it, an older one, or why it can not be read.")
    fetched_at = c.moment(
        "When its last answer had arrived; where a clock was ahead, just before what followed it.", nullable=True
    )
    holds_until = c.day(
        "Last month end by which the source was seen not to say anything else; of those in force only.", nullable=True
    )
    seen_on = dy.List(
        dy.Date(nullable=False),
        description="Day it was fetched, and of every later month the first day on which it was seen unchanged.",
        metadata={"role": "note"},
    )
    previous_snapshot_id = c.text("Snapshot that was in force before.", nullable=True)
    answers = c.count("Answers it is made of.", nullable=True)
    rows = c.count("Rows read out of them.", nullable=True)
    rows_hash = c.text("SHA-256 over those rows.", nullable=True)
    version = c.text("Version of g60_pipeline that fetched it.", nullable=True)
    accepted_by_operator = c.yes_no("Whether a person took answers the rules of acceptance had refused.", nullable=True)
    document_id = c.text("Document its rows are cited from.", nullable=True, references="core.document.document_id")
    note_en = c.note("Why it can not be read, or what to look at, in English.", nullable=True)
    note_zh = c.note("The same in Chinese.", nullable=True)


class Answer(dy.Schema):
    """Answers the snapshots are made of: address, time, status, validators and the hash the body is kept under."""

    snapshot_id = c.text("Snapshot.", key=True, references="core.snapshot.snapshot_id")
    answer_key = c.text("Name of the answer within its snapshot.", key=True)
    method = c.one_of(("GET", "POST"), "How it was asked.")
    url = c.note("Address with parameters, keys left out.")
    body_sent = c.note("JSON document that was posted.", nullable=True)
    status = c.whole("HTTP status.")
    content_type = c.note("Content type as sent.", nullable=True)
    etag = c.note("Validator the service sent.", nullable=True)
    last_modified = c.note("Time of change the service sent.", nullable=True)
    sha256 = c.text("SHA-256 of the body: its name in archive/objects.")
    size = dy.Int64(min=0, description="Bytes of the body.", metadata={"role": "context", "unit": "bytes"})
    fetched_at = c.moment("When it had arrived.")


class Revision(dy.Schema):
    """What a newer answer of a live source added, removed or changed, or a new edition against the one before it."""

    revision_id = c.text("Identifier: source, snapshot, row and column.", key=True)
    source_id = c.text("Live source.", references="core.source.source_id")
    part = c.text("Part of the source; empty for an undivided one.")
    kind = c.text("figures, listings, pairs, places or institutions.")
    record_key = c.text("What the row is about, within its source.")
    change = c.one_of(("added", "removed", "changed"), "What happened to it.")
    column_name = c.text("Column that changed; empty where the whole row came or went.", nullable=True)
    old_value = c.note("What stood there before.", nullable=True)
    new_value = c.note("What stands there now.", nullable=True)
    snapshot_id = c.text("Snapshot that brought it.", references="core.snapshot.snapshot_id")
    previous_snapshot_id = c.text("Snapshot it is compared with.", references="core.snapshot.snapshot_id")
    detected_at = c.moment("When that snapshot was fetched.")


class Copublication(dy.Schema):
    """Works with authors in two cities, by year, every vintage: counts move when the source is reprocessed."""

    geo_code_1 = c.code("First city, the smaller code.", key=True)
    geo_code_2 = c.code("Second city.", key=True)
    year = dy.Int32(primary_key=True, min=1949, max=2100, description="Year of publication.")
    snapshot_id = c.text("Snapshot that first said so.", key=True, references="core.snapshot.snapshot_id")
    works = c.count("Works with an author in each of the two.")
    institutions_1 = c.count("Institutions of the first city that were asked for.")
    institutions_2 = c.count("Institutions of the second city that were asked for.")
    flags = c.flags()
    retrieved_at = c.moment("When it was fetched.")
    withdrawn = c.day("Day a newer answer no longer held it.", nullable=True)
    current = c.yes_no("Whether the newest answer still says so.")
    note = c.note("Truncated lists, answers that differed.", nullable=True)
    document_id = c.text("Document.", references="core.document.document_id")


class Institution(dy.Schema):
    """Institutions whose works are counted for a city, as a live source lists them now: they decide every count."""

    institution_id = c.text("The source's identifier of the institution.", key=True)
    source_id = c.text("Live source.", key=True, references="core.source.source_id")
    geo_code = c.code("City.")
    name = c.note("The source's name of it.")
    works = c.count("Works the source counts for it in all.")
    covered_by = c.text("Institution above it in the same city, whose count covers it.", nullable=True)
    retrieved_at = c.moment("When it was fetched.")
    snapshot_id = c.text("Snapshot that first said so.", references="core.snapshot.snapshot_id")
    document_id = c.text("Document.", references="core.document.document_id")


class Coordinate(dy.Schema):
    """Coordinates of places as a live source gives them now: a cross-check of core.geography."""

    geo_code = c.code("Place.", key=True)
    source_id = c.text("Live source.", key=True, references="core.source.source_id")
    item = c.text("The source's identifier of the place.")
    label = c.note("The source's name of it.", nullable=True)
    longitude = c.number("Longitude.", "degree", nullable=False)
    latitude = c.number("Latitude.", "degree", nullable=False)
    kilometres_apart = c.number("Distance from the coordinates of core.geography.", "km")
    retrieved_at = c.moment("When it was fetched.")
    document_id = c.text("Document.", references="core.document.document_id")
