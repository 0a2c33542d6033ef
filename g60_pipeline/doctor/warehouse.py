"""What `g60 doctor` checks of the warehouse: the published file, files beside it, the tables, the lock."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from g60_pipeline import __version__
from g60_pipeline.builds.made_of import last_published
from g60_pipeline.doctor.findings import Finding
from g60_pipeline.errors import G60Error
from g60_pipeline.locks import is_held
from g60_pipeline.publish.seal import broken_seal
from g60_pipeline.reader.database import Row, open_warehouse
from g60_pipeline.reader.published import damage
from g60_pipeline.settings import Settings

LEFTOVERS: Final = (".g60.duckdb.*.tmp*", "tables/*/.*.parquet.*.tmp")
"""What killed builds leave below the warehouse folder."""

WRITABLE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
"""Mode bits the published file must not have."""

LOOKS: Final = 5
"""How often the published file is looked at where builds replace it meanwhile."""

SHOWN: Final = 10
"""How many damaged table files are named; the others are counted."""


def of_warehouse(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the published file. One that is replaced meanwhile is looked at once more.

    Raises:
        OSError: It can not be looked at.
        G60Error: There is too little memory to look.
    """
    for _ in range(LOOKS):
        before = _identity(settings.database)
        found = list(_published(settings))
        if _identity(settings.database) == before:
            yield from found
            return
    detail = f"{settings.database} was replaced {LOOKS} times while it was looked at: builds are publishing"
    yield Finding("warehouse", "note", detail, "Run `g60 doctor` again when they have ended")


def _identity(path: Path) -> tuple[int, ...]:
    """Return what identifies a published file among those that replace each other; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ()
    return status.st_ino, status.st_ctime_ns, status.st_mtime_ns, status.st_size


def _published(settings: Settings) -> Iterator[Finding]:
    path = settings.database
    if not path.exists():
        yield Finding("warehouse", "wrong", f"{path} is not there", "Run `g60 build`")
        return
    size = path.stat().st_size / 1e6
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & WRITABLE:
        detail = f"{path} has mode {mode:04o}: somebody may open it for writing and lock readers out"
        yield Finding("warehouse mode", "wrong", detail, f"chmod 0444 {path}")
    else:
        yield Finding("warehouse mode", "ok", f"{mode:04o}, read-only")
    damaged = damage(path)
    if damaged is not None:
        yield Finding("warehouse", "wrong", f"{path} is damaged: {damaged}", "Run `g60 build`, which publishes it anew")
        return
    try:
        with open_warehouse(settings) as warehouse:
            build = warehouse.one("SELECT * EXCLUDE (built_at), epoch(built_at) AS built_at FROM core.build")
    except G60Error as error:
        locked = "lock on file" in error.rule.lower()
        remedy = "Close the program named there: open the warehouse with read_only=True" if locked else error.remedy
        yield Finding("warehouse", "wrong", f"{path}: {error.rule}", remedy)
        return
    yield Finding("warehouse", "ok", f"{path}, {size:.1f} MB, opens read-only, nobody holds it for writing")
    if abs(path.stat().st_mtime - build["built_at"]) >= 1:
        detail = f"{path} was written to after its publication"
        yield Finding("warehouse contents", "wrong", detail, "Run `g60 build`, which publishes it anew")
    last = last_published(settings)
    if last not in {None, build["build_id"]} and not is_held(settings.lock_file):
        detail = f"{path} is of build {build['build_id']}, but {last} was the last: another file took its place"
        yield Finding("warehouse contents", "wrong", detail, "Run `g60 build`, which publishes it anew")
    yield from _build(build)


def _build(build: Row) -> Iterator[Finding]:
    built = dt.datetime.fromtimestamp(build["built_at"], tz=dt.UTC)
    age = dt.datetime.now(dt.UTC) - built
    hours = age.total_seconds() / 3600
    shown = f"{hours:.0f} h" if hours < 48 else f"{age.days} days"
    yield Finding("build", "ok", f"{build['build_id']}, {built:%Y-%m-%d %H:%M} UTC, {shown} old")
    yield Finding("data hash", "ok", build["inputs_hash"])
    if build["version"] == __version__:
        yield Finding("built by", "ok", f"g60_pipeline {build['version']}, duckdb {build['duckdb_version']}")
    else:
        detail = f"g60_pipeline {build['version']}, but {__version__} is installed"
        yield Finding("built by", "note", detail, "Run `g60 build`")
    yield Finding("coverage", "ok", f"{build['coverage_start']} to {build['coverage_end']}")
    rows = f"{build['observations']} observations of {build['candidates']} figures in {build['documents']} documents"
    yield Finding("rows", "ok", rows)
    quarantined = build["quarantined"]
    yield Finding(
        "quarantine",
        "note" if quarantined else "ok",
        f"{quarantined} rows refused" if quarantined else "empty",
        '`g60 sql "FROM core.quarantine"` names file, line and remedy' if quarantined else "",
    )


def of_tables(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the table files: one whose bytes are not those that were written is damaged."""
    files = sorted(settings.tables_dir.glob("*/*.parquet"))
    damaged = {path: why for path in files if (why := _broken(path)) is not None}
    for path, why in list(damaged.items())[:SHOWN]:
        remedy = f"Run `g60 build`, which makes it again; if it stays as it is, no build reads it: rm {path}"
        yield Finding(f"table {path.parent.name}.{path.stem}", "wrong", f"{path}: {why}", remedy)
    if len(damaged) > SHOWN:
        detail = f"{len(damaged) - SHOWN} more files are damaged, or of another version"
        yield Finding("tables", "wrong", detail, "Run `g60 build`, which makes them again")
    elif not damaged:
        yield Finding("tables", "ok", f"{len(files)} files, whole")


def _broken(path: Path) -> str | None:
    try:
        return broken_seal(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"its file can not be read ({error.strerror})"


def of_lock(settings: Settings) -> Iterator[Finding]:
    """Yield the files beside the published file that only a running build may have, and whether one is running."""
    path = settings.database
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        detail = f"{wal} lies beside the warehouse: it was opened for writing"
        yield Finding("write-ahead log", "wrong", detail, "Close what wrote it, then run `g60 build`")
    else:
        yield Finding("write-ahead log", "ok", "none")
    folder = settings.warehouse_dir
    leftovers = sorted(p for pattern in LEFTOVERS for p in folder.glob(pattern))
    try:
        building = is_held(settings.lock_file)
        lock = Finding("build lock", "note" if building else "ok", "held: a build is running" if building else "free")
    except G60Error as error:
        building = False
        lock = Finding("build lock", "wrong", f"{error.subject}: {error.rule}", error.remedy)
    # The lock is looked at after the files, and what is gone by then belonged to a build that has ended.
    dead = [] if building else [p for p in leftovers if p.exists()]
    if dead:
        names = " ".join(str(p) for p in dead)
        yield Finding("temporary files", "wrong", f"{len(dead)} in {folder}: a build was killed", f"rm {names}")
    else:
        yield Finding("temporary files", "ok", "those of the running build" if leftovers else "none")
    yield lock
