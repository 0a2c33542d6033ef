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
from g60_pipeline.reader.published import damage, published_build
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told

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
    detail = told("doctor.replaced_meanwhile", path=settings.database, n=LOOKS)
    yield Finding("warehouse", "note", detail, told("doctor.later"))


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
        yield Finding("warehouse", "wrong", told("doctor.not_there", path=path), told("doctor.build_again"))
        return
    size = path.stat().st_size / 1e6
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & WRITABLE:
        detail = told("doctor.mode", path=path, mode=mode)
        yield Finding("warehouse mode", "wrong", detail, told("doctor.mode_again", path=path))
    else:
        yield Finding("warehouse mode", "ok", told("doctor.mode_right", mode=mode))
    damaged = damage(path)
    if damaged is not None:
        detail = told("doctor.damaged", path=path, reason=damaged)
        yield Finding("warehouse", "wrong", detail, told("doctor.publish_again"))
        return
    try:
        with open_warehouse(settings) as warehouse:
            build = warehouse.one("SELECT * EXCLUDE (built_at), epoch(built_at) AS built_at FROM core.build")
    except G60Error as error:
        locked = "lock on file" in error.rule.lower()
        remedy = told("doctor.close_program") if locked else error.remedy
        yield Finding("warehouse", "wrong", told("doctor.rule_of", path=path, rule=error.rule), remedy)
        return
    yield Finding("warehouse", "ok", told("doctor.opens", path=path, size=size))
    if abs(path.stat().st_mtime - build["built_at"]) >= 1:
        detail = told("doctor.written_after", path=path)
        yield Finding("warehouse contents", "wrong", detail, told("doctor.publish_again"))
    last = last_published(settings)
    if last not in {None, build["build_id"]} and not is_held(settings.lock_file):
        detail = told("doctor.other_file", path=path, build=build["build_id"], last=last)
        yield Finding("warehouse contents", "wrong", detail, told("doctor.publish_again"))
    yield from _build(build)


def _build(build: Row) -> Iterator[Finding]:
    built = dt.datetime.fromtimestamp(build["built_at"], tz=dt.UTC)
    age = dt.datetime.now(dt.UTC) - built
    hours = age.total_seconds() / 3600
    key, n = ("doctor.age_hours", f"{hours:.0f}") if hours < 48 else ("doctor.age_days", str(age.days))
    yield Finding("build", "ok", told(key, build=build["build_id"], built=f"{built:%Y-%m-%d %H:%M}", n=n))
    yield Finding("data hash", "ok", build["inputs_hash"])
    if build["version"] == __version__:
        detail = told("doctor.built_by", version=build["version"], duckdb=build["duckdb_version"])
        yield Finding("built by", "ok", detail)
    else:
        detail = told("doctor.built_by_other", version=build["version"], installed=__version__)
        yield Finding("built by", "note", detail, told("doctor.build_again"))
    yield Finding("coverage", "ok", told("doctor.from_to", first=build["coverage_start"], last=build["coverage_end"]))
    counts = {name: build[name] for name in ("observations", "candidates", "documents")}
    yield Finding("rows", "ok", told("doctor.rows", **counts))
    quarantined = build["quarantined"]
    yield Finding(
        "quarantine",
        "note" if quarantined else "ok",
        told("doctor.refused_rows", n=quarantined) if quarantined else told("doctor.no_refused_rows"),
        told("doctor.refused_where") if quarantined else "",
    )


def of_previous(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the publication before, which `g60 diff` compares with; nothing where there is none.

    Raises:
        OSError: It can not be looked at.
        G60Error: There is too little memory to look.
    """
    path, check = settings.previous, "publication before"
    if not path.exists():
        return
    before, now = published_build(path), published_build(settings.database)
    damaged = damage(path) or (None if before else told("doctor.no_publication"))
    if damaged is not None:
        detail = told("doctor.damaged", path=path, reason=damaged)
        yield Finding(check, "wrong", detail, told("doctor.take_away", path=path))
    elif before and now and before["built_at"] >= now["built_at"]:
        detail = told("doctor.not_before", path=path, build=before["build_id"], last=now["build_id"])
        yield Finding(check, "note", detail, told("doctor.take_away", path=path))
    else:
        yield Finding(check, "ok", str(path))


def of_tables(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of the table files: one whose bytes are not those that were written is damaged."""
    files = sorted(settings.tables_dir.glob("*/*.parquet"))
    damaged = {path: why for path in files if (why := _broken(path)) is not None}
    for path, why in list(damaged.items())[:SHOWN]:
        detail, remedy = told("doctor.table_damaged", path=path, reason=why), told("doctor.table_again", path=path)
        yield Finding(f"table {path.parent.name}.{path.stem}", "wrong", detail, remedy)
    if len(damaged) > SHOWN:
        detail = told("doctor.more_damaged", n=len(damaged) - SHOWN)
        yield Finding("tables", "wrong", detail, told("doctor.tables_again"))
    elif not damaged:
        yield Finding("tables", "ok", told("doctor.files_whole", n=len(files)))


def _broken(path: Path) -> str | None:
    try:
        return broken_seal(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        return told("doctor.not_readable", reason=error.strerror)


def of_lock(settings: Settings) -> Iterator[Finding]:
    """Yield the files beside the published file that only a running build may have, and whether one is running."""
    path = settings.database
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        yield Finding("write-ahead log", "wrong", told("doctor.wal", path=wal), told("doctor.wal_again"))
    else:
        yield Finding("write-ahead log", "ok", told("doctor.none"))
    folder = settings.warehouse_dir
    leftovers = sorted(p for pattern in LEFTOVERS for p in folder.glob(pattern))
    try:
        building = is_held(settings.lock_file)
        state = told("doctor.lock_held" if building else "doctor.lock_free")
        lock = Finding("build lock", "note" if building else "ok", state)
    except G60Error as error:
        building = False
        lock = Finding("build lock", "wrong", told("doctor.rule_of", path=error.subject, rule=error.rule), error.remedy)
    # The lock is looked at after the files, and what is gone by then belonged to a build that has ended.
    dead = [] if building else [p for p in leftovers if p.exists()]
    if dead:
        names = " ".join(str(p) for p in dead)
        detail, remedy = told("doctor.leftovers", n=len(dead), folder=folder), told("doctor.remove", names=names)
        yield Finding("temporary files", "wrong", detail, remedy)
    else:
        yield Finding("temporary files", "ok", told("doctor.of_running" if leftovers else "doctor.none"))
    yield lock
