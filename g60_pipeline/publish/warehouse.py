"""Builds the DuckDB file from the tables and publishes it in one rename. The only module that writes DuckDB.

A new file is built beside the old one, made read-only and moved over it: readers are never locked out and never see
half a refresh. A file left over from a killed build is never published.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dataframely as dy
import duckdb
import polars as pl

from g60_pipeline import __version__
from g60_pipeline.contracts.core.ledger import Build
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.errors import G60Error
from g60_pipeline.language import warn
from g60_pipeline.normalize.catalog_tables import CATALOG_TABLES
from g60_pipeline.publish.reason_words import reason_words
from g60_pipeline.publish.sql.comments import UNDESCRIBED, column_comments, quoted
from g60_pipeline.publish.sql.views import SCHEMAS, views_sql
from g60_pipeline.publish.storage import data_hash, store, validated
from g60_pipeline.reader import in_force
from g60_pipeline.reader.connection import quiet_connection
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.published import READ_ONLY, damage, is_untouched, published_build
from g60_pipeline.reader.reasons import names
from g60_pipeline.settings import INBOX_FILE, Settings
from g60_pipeline.tables import Table, table
from g60_pipeline.tables.described import column_table, published, sql_type
from g60_pipeline.whole_files import temporary_of

STORAGE_VERSION: Final = "v1.2.0"
"""Storage format: tools on DuckDB 1.2 open the file too. DuckDB 1.3.2 reads some columns of `v1.3.0` as empty."""

BLOCK_SIZE: Final = 16_384
"""Bytes of a block, the least there is: most columns of these tables fill a part of one only. With DuckDB's 262,144
the file is 1.7 times as large."""

WRITTEN_HERE: Final = ("core.column", "core.build")
"""Tables that publication itself writes: what the contracts say of the columns, and the row about the build."""


@dataclass(frozen=True)
class Publication:
    """What a publication did."""

    path: Path
    build_id: str
    inputs_hash: str
    changed: bool
    rows: dict[str, int]
    damage: str | None = None
    """What was damaged of the file that was replaced."""


def published_tables() -> list[Table]:
    """Return the tables that are published, except those that publication itself writes."""
    return [t for t in published() if t.full_name not in WRITTEN_HERE]


def publish(settings: Settings, tables: Mapping[str, pl.DataFrame], *, built_at: dt.datetime) -> Publication:
    """Validate all tables, build a new DuckDB file and put it in the place of the old one.

    Args:
        settings: Where the warehouse is.
        tables: Every published table by full name.
        built_at: Time of the build, in UTC.

    Returns:
        What was published. Where the tables are those of the file in place, which is undamaged and unchanged, it stays
        and `changed` is false. A damaged file is replaced with a warning.

    Raises:
        G60Error: A table is missing or breaks its contract, or a reference leads nowhere; the old file stays.
    """
    if missing := [t.full_name for t in published_tables() if t.full_name not in tables]:
        raise G60Error.of("table.missing", tables=", ".join(missing))
    frames = {t.full_name: validated(t, tables[t.full_name]) for t in published_tables()}
    if broken := broken_references(frames):
        first = broken[0]
        what = {"n": first["rows"], "target": first["references"], "example": repr(first["example"])}
        raise G60Error.of("table.broken_reference", f"{first['table']}.{first['column']}", **what)
    _clear_leftovers(settings.database)
    rows = {name: frame.height for name, frame in frames.items()}
    frames["core.column"] = validated(table("core.column"), column_table())
    digest = _inputs_hash(frames)
    damaged = damage(settings.database)
    old = None if damaged else published_build(settings.database)
    if old is not None and old["inputs_hash"] == digest and is_untouched(settings.database):
        store(settings, table("core.build"), frame_of(Build, [old]))
        _remember(settings, old, frames)
        return Publication(settings.database, old["build_id"], digest, changed=False, rows=rows)
    build = _build_row(frames, digest=digest, built_at=built_at)
    frames["core.build"] = validated(table("core.build"), build)
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    temporary = temporary_of(settings.database)
    try:
        write_file(temporary, frames)
        _sync(temporary)
        temporary.chmod(READ_ONLY)
        os.utime(temporary, (built_at.timestamp(), built_at.timestamp()))
        settings.database.with_name(settings.database.name + ".wal").unlink(missing_ok=True)
        if old is not None:
            _keep_previous(settings)
        store(settings, table("core.build"), frames["core.build"])  # by which another file in its place is noticed
        temporary.replace(settings.database)
    finally:
        temporary.unlink(missing_ok=True)
        temporary.with_name(temporary.name + ".wal").unlink(missing_ok=True)
    _remember(settings, build.row(0, named=True), frames)
    if damaged:
        warn("notice.log.published_anew", file=str(settings.database), damage=damaged)
    return Publication(settings.database, build["build_id"][0], digest, changed=True, rows=rows, damage=damaged)


def broken_references(frames: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Return the references that lead nowhere: table, column, target, number of rows and one example.

    Args:
        frames: Published tables by full name; a reference into a table that is not among them counts as broken.
    """
    broken: list[dict[str, Any]] = []
    for name, frame in frames.items():
        for column, definition in table(name).schema.columns().items():
            target = (definition.metadata or {}).get("references")
            if target is None:
                continue
            target_table, _, target_column = target.rpartition(".")
            known = frames[target_table][target_column] if target_table in frames else pl.Series([], dtype=pl.String)
            values = frame[column].explode() if isinstance(definition, dy.List) else frame[column]
            lost = values.drop_nulls().filter(~values.drop_nulls().is_in(known.implode()))
            if lost.len():
                broken.append(
                    {"table": name, "column": column, "references": target, "rows": lost.len(), "example": lost[0]}
                )
    return broken


def _inputs_hash(frames: Mapping[str, pl.DataFrame]) -> str:
    digest = hashlib.sha256(f"{__version__}\n{views_sql(frames)}".encode())
    for name in sorted(frames):
        digest.update(f"{name} {data_hash(frames[name])}\n".encode())
    return digest.hexdigest()


def _catalog_hash(frames: Mapping[str, pl.DataFrame]) -> str:
    """Return the hash of the catalog: places, corridors, indicators, units, formulas, frameworks."""
    digest = hashlib.sha256()
    for name in sorted(frames.keys() & {f"core.{name}" for name in CATALOG_TABLES}):
        digest.update(f"{name} {data_hash(frames[name])}\n".encode())
    return digest.hexdigest()


def _build_row(frames: Mapping[str, pl.DataFrame], *, digest: str, built_at: dt.datetime) -> pl.DataFrame:
    candidates, observations = frames["core.observation_candidate"], frames["core.observation"]
    figures = candidates["origin"].str.extract(r"^(inbox/.+), line \d+$")
    claims = frames["core.claim"]["claim_id"].str.extract(INBOX_FILE)
    inbox = pl.concat([figures, claims]).drop_nulls().unique().sort().to_list()
    coverage = observations.select(pl.col("period_end").min().alias("start"), pl.col("period_end").max().alias("end"))
    row = {
        "build_id": f"{built_at:%Y%m%dT%H%M%SZ}-{digest[:8]}",
        "built_at": built_at,
        "version": __version__,
        "inputs_hash": digest,
        "catalog_hash": _catalog_hash(frames),
        "duckdb_version": duckdb.__version__,
        "polars_version": pl.__version__,
        "observations": observations.height,
        "candidates": candidates.height,
        "documents": frames["core.document"].height,
        "quarantined": frames["core.quarantine"].height,
        "undated_candidates": candidates["published"].null_count(),
        "coverage_start": coverage["start"][0],
        "coverage_end": coverage["end"][0],
        "inbox_files": inbox,
    }
    return frame_of(Build, [row])


def write_file(path: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write tables, by full name, and the views over them as a new DuckDB file."""
    with quiet_connection() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        form = f"STORAGE_VERSION '{STORAGE_VERSION}', BLOCK_SIZE {BLOCK_SIZE}"
        connection.execute(f"ATTACH '{quoted(str(path))}' AS warehouse ({form})")
        connection.execute("USE warehouse")
        connection.begin()
        for schema in SCHEMAS:
            connection.execute(f"CREATE SCHEMA {schema}")
        for name, frame in frames.items():
            connection.execute(";\n".join(ddl(table(name))))
            connection.register("incoming", frame)
            connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")  # noqa: S608  - names of our own contracts
            connection.unregister("incoming")
        connection.execute(views_sql(frames))
        connection.register("incoming", reason_words(frames, names(Warehouse(connection))))
        connection.execute("INSERT INTO analysis.reason_words BY NAME FROM incoming")
        connection.unregister("incoming")
        for comment in column_comments(connection.execute(UNDESCRIBED).fetchall()):
            connection.execute(comment)
        connection.commit()
        connection.execute("CHECKPOINT warehouse")
        connection.execute("USE memory")
        connection.execute("DETACH warehouse")


def ddl(definition: Table) -> list[str]:
    """Return the statements that create a table with its keys and comments, from its contract."""
    columns = definition.schema.columns()
    keys = definition.schema.primary_key()
    lines = [
        f'"{name}" {sql_type(column)}{"" if column.nullable and name not in keys else " NOT NULL"}'
        for name, column in columns.items()
    ]
    if keys:
        lines.append(f"PRIMARY KEY ({', '.join(keys)})")
    statements = [f"CREATE TABLE {definition.full_name} ({', '.join(lines)})"]
    statements.append(f"COMMENT ON TABLE {definition.full_name} IS '{quoted(definition.description)}'")
    statements += [
        f"COMMENT ON COLUMN {definition.full_name}.\"{name}\" IS '{quoted(column.description)}'"
        for name, column in columns.items()
        if column.description
    ]
    return statements


def _remember(settings: Settings, build: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> None:
    """Leave the record by which readers notice that the file in force, or one of its inputs, is another one."""
    refused = frames["core.quarantine"].filter(pl.col("line").is_null())["file"]
    in_force.remember(settings, build, files=frames["core.input_file"].iter_rows(named=True), refused=refused)


def _clear_leftovers(database: Path) -> None:
    """Remove what killed builds left beside the database and the tables; the lock keeps live builds away."""
    for pattern in (f".{database.name}.*.tmp*", "tables/*/.*.parquet.*.tmp"):
        for leftover in database.parent.glob(pattern):
            leftover.unlink(missing_ok=True)


def _keep_previous(settings: Settings) -> None:
    """Keep the file in force as the previous one, without copying it; where links are unknown none is kept."""
    kept = settings.database.with_name(f".{settings.database.name}.{os.getpid()}.tmp-previous")
    kept.unlink(missing_ok=True)
    try:
        kept.hardlink_to(settings.database)
    except OSError as error:
        settings.previous.unlink(missing_ok=True)  # an older one would be taken for the one before
        warn("notice.log.not_kept", file=str(settings.database), reason=str(error))
        return
    kept.replace(settings.previous)


def _sync(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
