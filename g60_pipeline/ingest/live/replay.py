"""Reads the archive back: every snapshot through the connector of its source. What rows mean is known in `normalize`.

A snapshot that is damaged, missing or no longer readable is passed over and named; the one before it serves.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from g60_pipeline.catalog import Catalog, LiveSource, Source
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Archive, Attempt, Damage, SnapshotWithAnswers
from g60_pipeline.ingest.live.archive.order import believed_times
from g60_pipeline.ingest.live.connector import SourceRows
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.ingest.live.vintages import REMARKS, State
from g60_pipeline.wording import told

TIME_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Days are counted where the publishers are."""

FALLBACK: Final = "Until it is mended the last good snapshot is in force; `g60 archive verify` names every damaged file"
"""Remedy for a snapshot that can not be read."""


STAMP: Final = "%Y%m%dT%H%M%SZ"
"""Form of a time, to the second, at the front of a snapshot's identifier."""

NEVER: Final = "~"
"""Sorts after every such time."""


@dataclass
class ArchiveRows:
    """What the archive says: states, and rows for the tables of snapshots, answers and documents."""

    states: list[State] = field(default_factory=list)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def read_archive(
    folder: Path, catalog: Catalog, *, now: dt.datetime | None = None, without: Collection[str] = ()
) -> ArchiveRows:
    """Return everything the live sources of the catalog ever said, as far as the archive is whole.

    Args:
        folder: The archive.
        catalog: The catalog.
        now: The present time: a snapshot of a time still to come is dated by what followed it.
        without: Sources that are left out.
    """
    archive = Archive(folder)
    done = ArchiveRows()
    publishers = {s.source_id: s for s in catalog.sources}
    for plan in catalog.live:
        if plan.source_id in without:
            continue
        found, damages = archive.whole(plan.source_id)
        attempts = archive.attempts(plan.source_id)
        times = believed_times([f.snapshot for f in found], attempts, now=now)
        for damage in damages:
            _record_damage(damage, done)
        for snapshot in found:
            at = times[snapshot.snapshot_id]
            _replay(snapshot, at=at, plan=plan, publisher=publishers[plan.source_id], done=done)
        past = [a for a in attempts if now is None or a.ended_at <= now]
        _mark_in_force([s for s in done.snapshots if s["source_id"] == plan.source_id], past)
    done.snapshots = _each_once(done.snapshots)
    return done


def parse(found: SnapshotWithAnswers, plan: LiveSource) -> SourceRows:
    """Return what a snapshot says, every frame without double keys.

    Raises:
        SourceError: An answer has not the form it must have.
    """
    return checked(connector(plan.source_id).parse(found.snapshot.part, found.answers, plan=plan), plan.source_id)


def checked(parsed: SourceRows, source_id: str) -> SourceRows:
    """Return what was parsed if every row is named once.

    Raises:
        SourceError: Two rows have one key.
    """
    for kind, frame in parsed.frames().items():
        double = frame.filter(pl.col("record_key").is_duplicated())["record_key"].unique().sort().to_list()
        if double:
            raise SourceError(
                source_id,
                told("live.answer.double", n=len(double), kind=told(f"live.kind.{kind}"), names=", ".join(double[:5])),
                told("live.remedy.unused"),
            )
    return parsed


def rows_hash(frames: Mapping[str, pl.DataFrame]) -> str:
    """Return a SHA-256 over all rows but where they were read from and what was remarked."""
    digest = hashlib.sha256()
    for kind in sorted(frames):
        frame = frames[kind].sort("record_key")
        kept = frame.select(c for c in frame.columns if c == "record_key" or c not in REMARKS)
        digest.update(json.dumps([kind, kept.columns, kept.rows()], ensure_ascii=False).encode())
    return digest.hexdigest()


def document_id(source_id: str, snapshot_id: str) -> str:
    """Return the identifier of the document that rows of a snapshot are cited from."""
    return f"LIVE-{source_id}-{snapshot_id}"


def _replay(
    found: SnapshotWithAnswers, *, at: dt.datetime, plan: LiveSource, publisher: Source, done: ArchiveRows
) -> None:
    snapshot, name = found.snapshot, found.snapshot_id
    label = f"archive/snapshots/{snapshot.source_id}/{name}.json"
    row: dict[str, Any] = snapshot.model_dump(exclude={"answers", "previous"}) | {
        "snapshot_id": name,
        "state": "unreadable",
        "fetched_at": at,
        "seen_on": [],
        "previous_snapshot_id": snapshot.previous,
        "answers": len(snapshot.answers),
    }
    done.snapshots.append(row)
    headers = {"content_type": "content-type", "etag": "etag", "last_modified": "last-modified"}
    done.answers += [
        a.model_dump(exclude={"key", "headers"})
        | {"snapshot_id": name, "answer_key": a.key}
        | {column: a.headers.get(header) for column, header in headers.items()}
        for a in snapshot.answers
    ]
    try:
        parsed = parse(found, plan)
    except G60Error as error:
        row["note"] = f"{error.subject}: {error.rule}"
        done.issues.append(Issue(label, "unreadable_snapshot", row["note"], FALLBACK))
        return
    day = at.astimezone(TIME_ZONE).date()
    printed = f"{snapshot.fetched_at.astimezone(TIME_ZONE):%Y-%m-%d %H:%M}"
    wrong = [f"the clock of its refresh showed {printed} (China time)"] if at != snapshot.fetched_at else []
    row |= {
        "state": "superseded",
        "document_id": document_id(snapshot.source_id, name),
        "note": "; ".join([*wrong, *parsed.warnings]) or None,
    }
    part = f", part {snapshot.part}" if snapshot.part else ""
    done.documents.append(
        {
            "file": label,
            "line": 2,
            "document_id": row["document_id"],
            "source_id": snapshot.source_id,
            "publisher": publisher.publisher_en,
            "title": f"{parsed.title}{part}, retrieved {day.isoformat()}",
            "published": (parsed.published or day).isoformat(),
            "url": plan.page_url,
            "grade": publisher.grade,
            "note": f"Answers are archived: core.answer, snapshot {name}",
        }
    )
    done.states.append(
        State(
            source_id=snapshot.source_id,
            part=snapshot.part,
            snapshot_id=name,
            fetched_at=at,
            day=day,
            frames=parsed.frames(),
            edition=parsed.edition,
        )
    )


def _each_once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every snapshot once: of one with a damaged copy in the folder of another source the row that was read."""
    read = [row for row in rows if row["fetched_at"] is not None]
    lost = [row for row in rows if row["fetched_at"] is None]
    kept = {row["snapshot_id"]: row for row in reversed([*read, *lost])}
    return [row for row in rows if kept[row["snapshot_id"]] is row]


def _record_damage(damage: Damage, done: ArchiveRows) -> None:
    remedy = FALLBACK if damage.snapshot_id else damage.remedy
    done.issues.append(Issue(damage.file, "damaged_snapshot", damage.rule, remedy))
    if damage.snapshot_id:
        done.snapshots.append(
            {
                "snapshot_id": damage.snapshot_id,
                "source_id": damage.source_id,
                "part": damage.part,
                "state": "missing" if "missing" in damage.rule else "damaged",
                "fetched_at": None,
                "seen_on": [],
                "note": f"{damage.file}: {damage.rule}",
            }
        )


def _mark_in_force(snapshots: list[dict[str, Any]], attempts: list[Attempt]) -> None:
    """Mark the newest readable snapshot of every part, and say of all in which months and until when they were seen."""
    lost = [row for row in snapshots if row["state"] != "superseded"]
    asked = [(f"{a.ended_at.astimezone(dt.UTC):{STAMP}}", a) for a in attempts if a.ending != "failed"]
    for part in dict.fromkeys(row["part"] for row in snapshots if row["state"] == "superseded"):
        readable = [row for row in snapshots if row["state"] == "superseded" and row["part"] == part]
        # A damaged file may not say which part it is of: it may have been what later refreshes found unchanged.
        chain = sorted([*readable, *(r for r in lost if r["part"] in {part, ""})], key=_stamp)
        stamps = [_stamp(row)[0] for row in chain]
        for row, since, until in zip(chain, stamps, [*stamps[1:], NEVER], strict=True):
            if row["state"] == "superseded":
                again = [a.started_at for ended, a in asked if part in a.parts and since <= ended < until]
                times = [row["fetched_at"], *(t for t in again if t > row["fetched_at"])]
                row["seen_on"] = _first_of_months(sorted(t.astimezone(TIME_ZONE).date() for t in times))
        newest = readable[-1]
        newest |= {"state": "in force", "holds_until": newest["seen_on"][-1].replace(day=1) - dt.timedelta(days=1)}


def _stamp(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return time and identifier of a snapshot; of a damaged one the time its identifier begins with."""
    name = str(row["snapshot_id"])
    at = row["fetched_at"]
    return name.partition("-")[0] if at is None else f"{at.astimezone(dt.UTC):{STAMP}}", name


def _first_of_months(days: list[dt.date]) -> list[dt.date]:
    """Return the first of the days in each month: one that passes without news changes no table until a month ends."""
    return [
        day for before, day in pairwise([dt.date.min, *days]) if (day.year, day.month) != (before.year, before.month)
    ]
