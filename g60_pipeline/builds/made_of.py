"""What the publication in force was made of, as its file says. Whether that is still there: `inputs`."""

from __future__ import annotations

import datetime as dt
import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

from g60_pipeline.builds.inbox_status import taken
from g60_pipeline.errors import G60Error
from g60_pipeline.publish.seal import broken_seal
from g60_pipeline.reader.database import Row, Warehouse, open_warehouse
from g60_pipeline.settings import Settings

FILES: Final = "file, sha256, entries"
"""Columns of `core.input_file` that say what was read."""


@dataclass(frozen=True)
class PublishedInputs:
    """What the publication in force was made of."""

    built_at: dt.datetime | None = None
    files: frozenset[str] = frozenset()
    """Files of the inbox and registers of corrections, by label."""
    taken: Mapping[str, int] = field(default_factory=dict)
    """Figures and claims taken from each file of the inbox."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file as it was read."""
    rows: Mapping[str, list[str]] = field(default_factory=dict)
    """Identifiers of the rows of each file, in their order."""
    snapshots: frozenset[str] = frozenset()
    in_force: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Snapshot in force of each source and part."""


def published(settings: Settings) -> PublishedInputs:
    """Return what the publication in force was made of.

    Where its file can not be read, or another one was put in its place, it is what the table files say.
    """
    try:
        with open_warehouse(settings) as warehouse:
            build = warehouse.one("SELECT build_id, epoch(built_at) AS built_at FROM core.build")
            if last_published(settings) not in {None, build["build_id"]}:
                return _of_tables(settings)
            counts = {file: row["figures"] + row["claims"] for file, row in taken(warehouse).items()}
            read = _files_read(warehouse)
            snapshots = warehouse.rows("SELECT snapshot_id, source_id, part, state FROM core.snapshot")
            return PublishedInputs(
                built_at=dt.datetime.fromtimestamp(build["built_at"], tz=dt.UTC),
                files=frozenset({row["file"] for row in read} | {file for file, count in counts.items() if count}),
                taken=counts,
                **_contents(read),
                snapshots=frozenset(row["snapshot_id"] for row in snapshots),
                in_force=_in_force(snapshots),
            )
    except G60Error:
        return _of_tables(settings)


def last_published(settings: Settings) -> str | None:
    """Return the build whose file was published last, as the table files say; None where they do not."""
    rows = _rows_of(settings, "build", "build_id")
    return str(rows[0]["build_id"]) if rows else None


def _in_force(snapshots: list[Row]) -> dict[tuple[str, str], str]:
    return {(r["source_id"], r["part"]): r["snapshot_id"] for r in snapshots if r["state"] == "in force"}


def _of_tables(settings: Settings) -> PublishedInputs:
    """Return what the table files of the last build say: the published file may be lost together with the inputs."""
    files = _rows_of(settings, "input_file", FILES)
    snapshots = _rows_of(settings, "snapshot", "snapshot_id, source_id, part, state")
    return PublishedInputs(
        files=frozenset(row["file"] for row in files),
        **_contents(files),
        snapshots=frozenset(row["snapshot_id"] for row in snapshots),
        in_force=_in_force(snapshots),
    )


def _rows_of(settings: Settings, name: str, columns: str) -> list[Row]:
    path = settings.tables_dir / "core" / f"{name}.parquet"
    try:
        if broken_seal(path.read_bytes()):
            return []
        with duckdb.connect() as connection:
            sql = f"SELECT {columns} FROM read_parquet($1)"  # noqa: S608  - columns of ours
            found = connection.execute(sql, [glob.escape(str(path))])
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except (OSError, duckdb.Error):
        return []


def _files_read(warehouse: Warehouse) -> list[Row]:
    try:
        return warehouse.rows(f"SELECT {FILES} FROM core.input_file")  # noqa: S608  - columns of ours
    except G60Error:  # published by a version that kept the registers alone
        return warehouse.rows("SELECT DISTINCT file FROM core.correction WHERE file LIKE 'corrections/%'")


def _contents(files: list[Row]) -> dict[str, Any]:
    known = [row for row in files if "entries" in row]
    return {
        column: {row["file"]: row[of] for row in known} for column, of in (("hashes", "sha256"), ("rows", "entries"))
    }
