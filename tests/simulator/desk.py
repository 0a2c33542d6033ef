"""A home whose live sources are the stand-ins of a local server, with a clock of its own and short limits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.archive import Archive, Attempt
from g60_pipeline.ingest.live.replay import ArchiveRows, read_archive
from g60_pipeline.publish.storage import data_hash
from g60_pipeline.refresh.run import refresh
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps
from simulator.faults import Faulty
from simulator.server import LocalServer
from simulator.world import World

START: Final = dt.datetime(2026, 11, 16, 1, 0, tzinfo=dt.UTC)
"""Monday morning, nine o'clock in China."""

SHORT: Final = {
    "interval_seconds": 0,
    "connect_seconds": 2,
    "read_seconds": 1.0,
    "total_seconds": 4,
    "attempts": 2,
    "max_megabytes": 3,
    "longest_wait_seconds": 1,
}
"""Limits of every source: faults are to be told soon."""


CATALOG: Final = load_catalog()
QUICK: Final = CATALOG.model_copy(
    update={"live": tuple(p.model_copy(update={"limits": p.limits.model_copy(update=SHORT)}) for p in CATALOG.live)}
)
"""The catalog with short limits."""


@dataclass
class Desk:
    """One home and its world. Time stands still unless it is moved."""

    settings: Settings
    world: World
    server: LocalServer
    now: dt.datetime = START
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def archive(self) -> Archive:
        """Return the archive of the home."""
        return Archive(self.settings.archive_dir)

    def refresh(self, source_id: str, *parts: str, accept: bool = False) -> Attempt:
        """Refresh a source now, and let a minute pass."""
        attempt = refresh(self.settings, source_id, parts=parts or None, accept=accept, now=lambda: self.now)
        self.now += dt.timedelta(minutes=1)
        self.attempts.append(attempt)
        return attempt

    def pass_days(self, days: int = 1) -> None:
        """Let days pass."""
        self.now += dt.timedelta(days=days)

    def put_before(self, source_id: str, **fault: Any) -> None:
        """Put a fault before a stand-in."""
        self.server.mount(source_id, Faulty(self.world.services()[source_id], **fault))

    def mend(self, source_id: str) -> None:
        """Take every fault away."""
        self.server.mount(source_id, self.world.services()[source_id])

    def asked(self, source_id: str) -> int:
        """Return how many requests a stand-in was asked so far."""
        return len(self.server.asked_of(source_id))

    def read(self) -> ArchiveRows:
        """Return what the archive says."""
        return read_archive(self.settings.archive_dir, CATALOG)

    def held(self, source_id: str) -> dict[str, str]:
        """Return the snapshot in force of every part of a source."""
        return {part: found.snapshot_id for part, found in self.archive.in_force(source_id).items()}

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return every table of the warehouse as it would be built today."""
        return run_steps(Context(settings=self.settings, today=self.now.date()))

    def state_hash(self) -> dict[str, str]:
        """Return what the archive makes of the live rows, as hashes."""
        return {f"{s.source_id}/{s.part}/{k}": data_hash(f) for s in self.read().states for k, f in s.frames.items()}
