"""What changed from answer to answer: every vintage of every row, and the log of revisions. Values are not checked.

A row is the same row as long as its `record_key` is; it changed when any other column did, except where it was read
from (`locator`) and what was remarked (`note`). What a part no longer holds is withdrawn on the day that was seen.
Where parts are editions of one report, a row of a newer edition replaces that of an older one, whichever came first,
and the first answer of an edition is a revision of the newest older one.

    fetched    answer              vintages of the row                               revision
    1 March    GDP 2020 is 100     100, current                                      none: the first answer
    1 June     GDP 2020 is 103     100, superseded on 1 June; 103, current           changed: value 100 to 103
    1 July     no GDP of 2020      100 and 103, withdrawn on 1 July; none current    removed
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.core.snapshots import Revision
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.contracts.source_rows import LIVE, VINTAGES

Difference = tuple[str | None, str | None, str | None]
"""Column, old and new value of a difference; no column where a whole row came or went."""

REMARKS: Final = frozenset({"record_key", "locator", "note"})
"""Columns in which a difference is no revision."""


@dataclass(frozen=True)
class State:
    """What one snapshot says: its rows by kind, and the day it was fetched where the publishers are."""

    source_id: str
    part: str
    snapshot_id: str
    fetched_at: dt.datetime
    day: dt.date
    frames: Mapping[str, pl.DataFrame]
    edition: int | None = None
    """Year of the report, where the parts are editions that print the same rows."""


@dataclass(frozen=True)
class Replay:
    """Every vintage by kind of rows, and the revisions."""

    vintages: dict[str, pl.DataFrame]
    revisions: pl.DataFrame


def replay(states: Sequence[State]) -> Replay:
    """Return the vintages and revisions of the states of all sources.

    Args:
        states: Snapshots as read, in any order; those of one source and part follow each other by time.

    Returns:
        One frame of vintages a kind, and `core.revision` rows. The first state of a part is no revision of anything,
        unless the part is an edition and an older one is stored: what both print is compared, what only the older one
        prints still holds.
    """
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in LIVE}
    revisions: list[dict[str, Any]] = []
    ordered = sorted(states, key=lambda s: (s.source_id, s.part, s.fetched_at, s.snapshot_id))
    for _, group in groupby(ordered, key=lambda s: (s.source_id, s.part)):
        chain = list(group)
        for kind in LIVE:
            _follow(kind, chain, vintages=found[kind], revisions=revisions)
            revisions += _edition_revisions(kind, chain[0], older_edition(chain[0], ordered))
    editions = {(s.source_id, s.part): s.edition for s in states if s.edition is not None}
    for kind in LIVE:
        _supersede_editions(found[kind], editions)
    return Replay(
        vintages={kind: frame_of(VINTAGES[kind], rows) for kind, rows in found.items()},
        revisions=frame_of(Revision, revisions).sort("detected_at", "revision_id"),
    )


def older_edition(state: State, states: Sequence[State]) -> State | None:
    """Return what the newest older edition said when a state was fetched; None where there was none.

    Args:
        state: First state of an edition.
        states: States of all sources.
    """
    if state.edition is None:
        return None
    older = [
        (other.edition, other.fetched_at, other.snapshot_id, other)
        for other in states
        if other.source_id == state.source_id
        and other.edition is not None
        and other.edition < state.edition
        and other.fetched_at < state.fetched_at
    ]
    return max(older, key=lambda found: found[:3])[-1] if older else None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Return column, old and new value of every column two vintages of a row differ in."""
    for name, value in new.items():
        if name not in REMARKS and value != old[name]:
            yield name, old[name], value


def _follow(
    kind: str, chain: Sequence[State], *, vintages: list[dict[str, Any]], revisions: list[dict[str, Any]]
) -> None:
    held: dict[str, dict[str, Any]] = {}
    known: dict[str, list[dict[str, Any]]] = {}
    names = LIVE[kind].column_names()
    before: State | None = None
    for state in chain:
        rows = {row["record_key"]: row for row in state.frames[kind].iter_rows(named=True)}
        for key, row in rows.items():
            vintage = held.get(key)
            changed: list[Difference] = (
                [] if vintage is None else list(differences({n: vintage[n] for n in names}, row))
            )
            if vintage is not None and not changed:
                continue
            if before is not None:
                changes: list[Difference] = changed or [(None, None, _summary(row))]
                revisions += [_revision(kind, state, before, key=key, difference=change) for change in changes]
            if vintage is not None:
                vintage["current"] = False
                vintage["superseded"] = state.day
            held[key] = row | _origin(state) | {"came_later": before is not None}
            known.setdefault(key, []).append(held[key])
            vintages.append(held[key])
        for key in [k for k in held if k not in rows]:
            gone = held.pop(key)
            gone["current"] = False
            # The values it had before must not come back in its place.
            for vintage in known.pop(key):
                vintage["withdrawn"] = state.day
            if before is not None:
                summary = _summary({n: gone[n] for n in names})
                revisions.append(_revision(kind, state, before, key=key, difference=(None, summary, None)))
        before = state


def _edition_revisions(kind: str, state: State, older: State | None) -> list[dict[str, Any]]:
    """Return what the first state of an edition changed in the older one, and added to it."""
    if older is None:
        return []
    before = {row["record_key"]: row for row in older.frames[kind].iter_rows(named=True)}
    revisions: list[dict[str, Any]] = []
    for row in state.frames[kind].iter_rows(named=True):
        old = before.get(row["record_key"])
        changes: list[Difference] = [(None, None, _summary(row))] if old is None else list(differences(old, row))
        revisions += [_revision(kind, state, older, key=row["record_key"], difference=change) for change in changes]
    return revisions


def _supersede_editions(vintages: Sequence[dict[str, Any]], editions: Mapping[tuple[str, str], int]) -> None:
    """Mark the rows of older editions that a newer one prints too, from the day both were stored."""
    by_row: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
    for vintage in vintages:
        edition = editions.get((vintage["source_id"], vintage["part"]))
        if edition is not None and vintage["withdrawn"] is None:
            by_row.setdefault((vintage["source_id"], vintage["record_key"]), []).append((edition, vintage))
    for rows in by_row.values():
        for edition, vintage in rows:
            newer = [_day(other) for of, other in rows if of > edition]
            if newer and vintage["superseded"] is None:
                vintage["superseded"] = max(_day(vintage), min(newer))


def _day(vintage: Mapping[str, Any]) -> dt.date:
    day: dt.date = vintage["day"]
    return day


def _origin(state: State) -> dict[str, Any]:
    return {
        "source_id": state.source_id,
        "part": state.part,
        "snapshot_id": state.snapshot_id,
        "retrieved_at": state.fetched_at,
        "day": state.day,
        "withdrawn": None,
        "superseded": None,
        "current": True,
    }


def _revision(kind: str, state: State, before: State, *, key: str, difference: Difference) -> dict[str, Any]:
    column, old, new = difference
    change = "changed" if column else "added" if old is None else "removed"
    return {
        "revision_id": f"{state.source_id}:{state.snapshot_id}:{kind}:{key}:{column or '*'}",
        "source_id": state.source_id,
        "part": state.part,
        "kind": kind,
        "record_key": key,
        "change": change,
        "column_name": column,
        "old_value": old,
        "new_value": new,
        "snapshot_id": state.snapshot_id,
        "previous_snapshot_id": before.snapshot_id,
        "detected_at": state.fetched_at,
    }


def _summary(row: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in row.items() if name not in REMARKS and value is not None)
