"""What `g60 doctor` looks at: versions, folders, the published file and what lies beside it. Nothing is mended here."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from g60_pipeline import __version__
from g60_pipeline.errors import G60Error, of_system
from g60_pipeline.report.database import Row, open_warehouse
from g60_pipeline.report.inbox import inbox_status
from g60_pipeline.report.run_history import damaged_parts, set_aside
from g60_pipeline.settings import HOME_VARIABLE, Settings, inbox_label

if TYPE_CHECKING:
    from g60_pipeline.archive import Attempt
    from g60_pipeline.catalog import LiveSource

State = Literal["ok", "note", "wrong"]

PACKAGES: Final = ("duckdb", "polars", "dagster")
"""Packages whose versions are told."""

ENOUGH_SPACE: Final = 500_000_000
"""Free bytes below which a build may not find room for its second file."""

LEFTOVERS: Final = (".g60.duckdb.*.tmp*", "tables/*/.*.parquet.*.tmp")
"""What killed builds leave below the warehouse folder."""

OVERDUE: Final = 3
"""Scheduled days that may pass without an answer of the source before that is told."""

WRITABLE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
"""Mode bits the published file must not have."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: all right, worth knowing, or wrong with a remedy."""

    check: str
    state: State
    detail: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as an object."""
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Return everything found, in the order a reader should see it."""
    building = _lock_held(settings.lock_file)
    return [
        *_versions(),
        *_looked_at("home", _folders(settings)),
        *_looked_at("run history", _history(settings.dagster_home)),
        *_looked_at("warehouse", _warehouse(settings)),
        *_looked_at("beside the warehouse", _beside(settings, building=building)),
        Finding("build lock", "note" if building else "ok", "held: a build is running" if building else "free"),
        *_looked_at("inbox", _inbox(settings)),
        *_looked_at("archive", _live(settings)),
    ]


def _looked_at(check: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what was found, and what can not be looked at as a finding too."""
    try:
        yield from findings
    except OSError as error:
        refused = of_system(error)
        yield Finding(check, "wrong", f"{refused.subject}: {refused.rule}", refused.remedy)
    except G60Error as error:
        yield Finding(check, "wrong", f"{error.subject}: {error.rule}", error.remedy)


def _versions() -> Iterator[Finding]:
    yield Finding("g60_pipeline", "ok", __version__)
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in PACKAGES:
        try:
            yield Finding(package, "ok", metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "wrong", "not installed", "Install g60_pipeline again: `pip install .`")


def _folders(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    origin = HOME_VARIABLE if os.environ.get(HOME_VARIABLE) else f"current folder, {HOME_VARIABLE} is not set"
    if not home.is_dir():
        yield Finding("home", "wrong", f"{home} ({origin}) is no folder", f"Make it, or set {HOME_VARIABLE}")
        return
    if os.access(home, os.W_OK):
        yield Finding("home", "ok", f"{home} ({origin})")
    else:
        yield Finding("home", "wrong", f"{home} ({origin}) can not be written to", "Mend its rights, or choose another")
    for folder in (settings.warehouse_dir, *sorted(settings.tables_dir.glob("*/")), settings.archive_dir):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Finding("folder", "wrong", f"{folder} can not be read and written to", f"chmod u+rwx {folder}")
    free = shutil.disk_usage(home).free
    state: State = "ok" if free >= ENOUGH_SPACE else "wrong"
    remedy = "" if state == "ok" else "Free some space: a build writes a second file beside the one in place"
    yield Finding("disk space", state, f"{free / 1e9:.1f} GB free", remedy)


def _history(home: Path) -> Iterator[Finding]:
    if not home.is_dir():
        yield Finding("run history", "ok", f"{home} (none yet)")
        return
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("run history", "wrong", f"{home} can not be read and written to", f"chmod u+rwx {home}")
        return
    damaged = damaged_parts(home)
    for part in damaged:
        remedy = "Run `g60 build`: it is set aside, and a new one begins"
        yield Finding("run history", "wrong", f"{part.file}: {part.reason}", remedy)
    if not damaged:
        yield Finding("run history", "ok", str(home))
    aside = set_aside(home)
    if aside:
        names = " ".join(path.name for path in aside)
        yield Finding("run history", "note", f"set aside as damaged: {names}", "Delete it once you have looked at it")


def _warehouse(settings: Settings) -> Iterator[Finding]:
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
    try:
        with open_warehouse(settings) as warehouse:
            for name in warehouse.rows("SELECT schema_name, table_name FROM duckdb_tables()"):
                # Every block is read, so that damage shows here and not in the middle of a query.
                warehouse.rows(f"SELECT bit_xor(hash(t)) AS h FROM {name['schema_name']}.{name['table_name']} AS t")  # noqa: S608  - names from the file itself
            build = warehouse.one(
                """SELECT * EXCLUDE (built_at), epoch(built_at) AS built_at,
                          (SELECT count(*) FROM metrics.claim_audit) AS audited FROM core.build"""
            )
    except G60Error as error:
        locked = "lock on file" in error.rule.lower() or "conflicting lock" in error.rule.lower()
        remedy = (
            "Close the program named there: open the warehouse with read_only=True"
            if locked
            else "Run `g60 build`; move the file away first if that does not mend it"
        )
        yield Finding("warehouse", "wrong", f"{path}: {error.rule}", remedy)
        return
    yield Finding("warehouse", "ok", f"{path}, {size:.1f} MB, opens read-only, nobody holds it for writing")
    if abs(path.stat().st_mtime - build["built_at"]) >= 1:
        detail = f"{path} was written to after its publication"
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


def _beside(settings: Settings, *, building: bool) -> Iterator[Finding]:
    path = settings.database
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        detail = f"{wal} lies beside the warehouse: it was opened for writing"
        yield Finding("write-ahead log", "wrong", detail, "Close what wrote it, then run `g60 build`")
    else:
        yield Finding("write-ahead log", "ok", "none")
    folder = settings.warehouse_dir
    leftovers = sorted(p for pattern in LEFTOVERS for p in folder.glob(pattern))
    if leftovers and not building:
        names = " ".join(str(p) for p in leftovers)
        yield Finding("temporary files", "wrong", f"{len(leftovers)} in {folder}: a build was killed", f"rm {names}")
    else:
        yield Finding("temporary files", "ok", "those of the running build" if leftovers else "none")


def _inbox(settings: Settings) -> Iterator[Finding]:
    files = inbox_status(settings)
    if not files:
        yield Finding("inbox", "ok", f"{settings.inbox}: no files")
        return
    yield Finding("inbox", "ok", f"{settings.inbox}: {len(files)} files")
    for file in files:
        if file.refused:
            remedy = f"Run `g60 inbox check {file.path}`"
            yield Finding(inbox_label(file.path), "note", f"{file.refused} rows refused in the last build", remedy)
        elif not file.current:
            yield Finding(inbox_label(file.path), "note", "not in the warehouse as it stands now", "Run `g60 build`")


def _live(settings: Settings) -> Iterator[Finding]:
    if not settings.archive_dir.is_dir():
        yield Finding("archive", "ok", f"{settings.archive_dir}: none yet, `g60 refresh` asks the live sources")
        return
    from g60_pipeline.archive import Archive  # noqa: PLC0415  - only where something was ever fetched
    from g60_pipeline.archive.incidents import damaged_file, open_incidents  # noqa: PLC0415
    from g60_pipeline.catalog import load_catalog  # noqa: PLC0415

    archive = Archive(settings.archive_dir)
    files, size = archive.size()
    damages = archive.verify()
    if damages:
        detail = f"{len(damages)} files are damaged or missing, {damages[0].file} among them"
        yield Finding("archive", "wrong", detail, "`g60 archive verify` names all of them and what to do")
    else:
        yield Finding("archive", "ok", f"{settings.archive_dir}: whole, {files} bodies, {size / 1e6:.1f} MB")
    plans = {plan.source_id: plan for plan in load_catalog().live}
    for source_id in archive.sources():
        yield _source(source_id, archive.attempts(source_id), plans.get(source_id))
    if damaged_file(settings.archive_dir) is not None:
        detail = f"{damaged_file(settings.archive_dir)} can not be read: which incidents are open is not known"
        yield Finding("incidents", "wrong", detail, "Move it away; each incident opens again with its next failure")
    for name, incident in open_incidents(settings.archive_dir).items():
        told = "alerted" if incident.get("told") else "nobody was alerted"
        detail = f"open since {str(incident.get('opened_at', '?'))[:16]}, {told}: {incident.get('message', '')}"
        yield Finding(f"incident {name}", "note", detail)


def _source(source_id: str, attempts: list[Attempt], plan: LiveSource | None) -> Finding:
    done = [a for a in attempts if a.ending != "failed"]
    newest = f"last answered {done[-1].ended_at:%Y-%m-%d %H:%M} UTC" if done else "never answered yet"
    since = (done[-1] if done else attempts[0]).started_at.date() if attempts else None
    if since is not None and plan is not None and plan.schedule.running:
        missed = scheduled_days(plan.schedule.cron, after=since, until=dt.datetime.now(dt.UTC).date())
        if missed >= OVERDUE:
            newest += f", though {missed} days on which its schedule asks have passed"
            if attempts[-1].trouble is None:
                remedy = f"Run `g60 refresh {source_id}`; schedules run while `g60 ui` does"
                return Finding(source_id, "note", newest, remedy)
    if attempts and attempts[-1].trouble is not None:
        trouble = attempts[-1].trouble
        return Finding(source_id, "note", f"{newest}; the last refresh failed: {trouble.rule}", trouble.remedy)
    return Finding(source_id, "ok", newest)


def scheduled_days(cron: str, *, after: dt.date, until: dt.date) -> int:
    """Return how many days after one day and up to another a schedule falls on."""
    from cronsim import CronSim  # noqa: PLC0415  - only where something was ever fetched

    moments = CronSim(cron, dt.datetime.combine(after, dt.time.max))
    return len({moment.date() for moment in takewhile(lambda moment: moment.date() <= until, moments)})


def _lock_held(path: Path) -> bool:
    if not path.exists():
        return False
    from filelock import FileLock, Timeout  # noqa: PLC0415  - only where a lock file is

    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, OSError):
        return True
