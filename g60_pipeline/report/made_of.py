"""What the publication in force was made of, as its file tells it. Whether that is still there: `preconditions`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from g60_pipeline.errors import G60Error
from g60_pipeline.report.database import Warehouse, open_warehouse
from g60_pipeline.report.inbox import hashes, taken
from g60_pipeline.settings import Settings


@dataclass(frozen=True)
class Known:
    """What the publication in force was made of."""

    built_at: dt.datetime | None = None
    files: frozenset[str] = frozenset()
    """Files of the inbox and registers of corrections, by label."""
    rows: dict[str, int] = field(default_factory=dict)
    """Figures and claims taken from each file of the inbox."""
    snapshots: frozenset[str] = frozenset()
    in_force: frozenset[tuple[str, str]] = frozenset()
    """Source and part of the snapshots in force."""


def published(settings: Settings) -> Known:
    """Return what the publication in force was made of; nothing where there is none that can be read."""
    try:
        with open_warehouse(settings) as warehouse:
            build = warehouse.one("SELECT epoch(built_at) AS built_at FROM core.build")
            rows = {file: row["figures"] + row["claims"] for file, row in taken(warehouse).items()}
            snapshots = warehouse.rows("SELECT snapshot_id, source_id, part, state FROM core.snapshot")
            return Known(
                built_at=dt.datetime.fromtimestamp(build["built_at"], tz=dt.UTC),
                files=frozenset(_files_read(warehouse) | {file for file, count in rows.items() if count}),
                rows=rows,
                snapshots=frozenset(row["snapshot_id"] for row in snapshots),
                in_force=frozenset((r["source_id"], r["part"]) for r in snapshots if r["state"] == "in force"),
            )
    except G60Error:
        return Known()


def _files_read(warehouse: Warehouse) -> set[str]:
    try:
        return set(hashes(warehouse))
    except G60Error:  # published by a version that kept the registers alone
        rows = warehouse.rows("SELECT DISTINCT file FROM core.correction WHERE file LIKE 'corrections/%'")
        return {row["file"] for row in rows}
