"""Screens of what a refresh did and of what is in the archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from g60_pipeline.catalog import Catalog
from g60_pipeline.ingest.live.archive import Archive, Attempt, Damage, Snapshot
from g60_pipeline.reader import screens
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import in_language

if TYPE_CHECKING:
    from rich.console import RenderableType

TIME_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Times are shown where the publishers are."""

SHOWN: Final = 20
"""Remarks and log lines shown at most."""

Trouble = tuple[str, str]
"""Source and why its refresh could not begin."""


def names_of(catalog: Catalog, words: Words) -> dict[str, str]:
    """Return the names of the live sources in both languages, the reader's first."""
    live = {plan.source_id for plan in catalog.live}
    return {s.source_id: words.both(s.name_en, s.name_zh) for s in catalog.sources if s.source_id in live}


def changes_screen(
    attempts: Sequence[Attempt], not_begun: Sequence[Trouble], *, names: Mapping[str, str], words: Words
) -> list[RenderableType]:
    """Return the table of what changed, what failed with its remedy, and the remarks of the connectors."""
    label = words.label
    counted = tuple(label(c) for c in ("rows", "added", "changed", "removed", "requests"))
    grid = screens.table(label("source"), label("ending"), *counted, right=counted)
    for a in attempts:
        counts = (a.rows, a.changes.added, a.changes.changed, a.changes.removed, a.requests)
        shown = [number(c) for c in counts] if a.ending != "failed" else ["–"] * 4 + [number(a.requests)]
        grid.add_row(names.get(a.source_id, a.source_id), label(f"ending_{a.ending}"), *shown)
    for source_id, _ in not_begun:
        grid.add_row(names.get(source_id, source_id), label("ending_failed"), *["–"] * 5)
    parts: list[RenderableType] = [grid]
    told = [a.trouble.error().parts(words.language) for a in attempts if a.trouble is not None]
    failures = [f"{subject}{words.colon}{rule}{words.stop.strip()} → {remedy}" for subject, rule, remedy in told]
    failures += [in_language(message, words.language) for _, message in not_begun]
    if failures:
        parts.append(screens.titled(label("what_failed"), "\n".join(failures)))
    remarks = [f"{a.source_id}{words.colon}{in_language(w, words.language)}" for a in attempts for w in a.warnings]
    if remarks:
        more = [f"+ {len(remarks) - SHOWN}"] if len(remarks) > SHOWN else []
        parts.append(screens.titled(label("remarks"), "\n".join(remarks[:SHOWN] + more)))
    return parts


def as_json(attempt: Attempt) -> dict[str, Any]:
    """Return how a refresh ended as an object, without the answers it received."""
    return attempt.model_dump(mode="json", exclude={"answers": True, "retried": {"__all__": {"answer"}}})


def snapshots_screen(
    archive: Archive, sources: Sequence[str], *, names: Mapping[str, str], words: Words
) -> RenderableType:
    """Return the snapshots of the sources, the newest first, and which of each part is the newest."""
    label = words.label
    right = tuple(label(c) for c in ("answers", "rows"))
    grid = screens.table(label("source"), label("part"), label("snapshot"), label("fetched"), *right, right=right)
    for snapshot in _snapshots(archive, sources):
        grid.add_row(
            names.get(snapshot.source_id, snapshot.source_id),
            snapshot.part or "–",
            snapshot.snapshot_id,
            _time(snapshot.fetched_at),
            number(len(snapshot.answers)),
            number(snapshot.rows),
        )
    return grid


def log_screen(attempts: Sequence[Attempt], *, names: Mapping[str, str], words: Words) -> RenderableType:
    """Return the newest refreshes, the newest first."""
    label = words.label
    grid = screens.table(label("when"), label("source"), label("ending"), label("requests"), label("remarks"))
    for a in sorted(attempts, key=lambda a: a.started_at, reverse=True)[:SHOWN]:
        failed = a.trouble and words.colon.join(a.trouble.error().parts(words.language)[:2])
        remark = failed or ", ".join(a.snapshots) or "–"
        grid.add_row(
            _time(a.started_at),
            names.get(a.source_id, a.source_id),
            label(f"ending_{a.ending}"),
            number(a.requests),
            remark,
        )
    return grid


def damages_screen(damages: Sequence[Damage], *, words: Words) -> RenderableType:
    """Return every damaged file with its remedy."""
    grid = screens.table(words.label("file"), words.label("rule"), words.label("remedy"))
    for damage in damages:
        grid.add_row(damage.file, *(in_language(text, words.language) for text in (damage.rule, damage.remedy)))
    return screens.titled(words.label("archive_damaged", n=len(damages)), grid)


def _snapshots(archive: Archive, sources: Sequence[str]) -> list[Snapshot]:
    snapshots = [s for source in sources for s in archive.history(source)[0]]
    return sorted(snapshots, key=lambda s: (s.fetched_at, s.source_id, s.part), reverse=True)


def _time(moment: dt.datetime) -> str:
    return f"{moment.astimezone(TIME_ZONE):%Y-%m-%d %H:%M}"
