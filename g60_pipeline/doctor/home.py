"""What `g60 doctor` checks of a home: versions, folders, run history. Nothing is repaired here."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from g60_pipeline import __version__
from g60_pipeline.builds import preconditions
from g60_pipeline.builds.run_history import damaged_parts, set_aside
from g60_pipeline.doctor.archive import of_archive
from g60_pipeline.doctor.documents import of_documents
from g60_pipeline.doctor.findings import Finding, State
from g60_pipeline.doctor.own_files import of_corrections, of_corridors, of_inbox
from g60_pipeline.doctor.package import of_package
from g60_pipeline.doctor.site import of_site
from g60_pipeline.doctor.warehouse import of_lock, of_tables, of_warehouse
from g60_pipeline.errors import G60Error, of_system
from g60_pipeline.settings import HOME_VARIABLE, Settings

PACKAGES: Final = ("duckdb", "polars", "dagster")
"""Packages whose versions are listed."""

ENOUGH_SPACE: Final = 500_000_000
"""Free bytes below which a build may not find room for its second file."""


def examine(settings: Settings) -> list[Finding]:
    """Return everything found, in the order a reader should see it."""
    return [
        *_versions(),
        *_looked_at("package files", of_package()),
        *_looked_at("home", _folders(settings)),
        *_looked_at("run history", _history(settings.dagster_home)),
        *_looked_at("warehouse", of_warehouse(settings)),
        *_looked_at("tables", of_tables(settings)),
        *_looked_at("site", of_site(settings)),
        *_looked_at("build lock", of_lock(settings)),
        *_looked_at("before a build", (Finding(*found) for found in preconditions.findings(settings))),
        *_looked_at("inbox", of_inbox(settings)),
        *_looked_at("corrections", of_corrections(settings)),
        *_looked_at("corridors", of_corridors(settings)),
        *_looked_at("documents", of_documents(settings)),
        *_looked_at("archive", of_archive(settings)),
    ]


def _looked_at(check: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what was found, and what can not be looked at as a finding too."""
    try:
        yield from findings
    except (OSError, MemoryError) as error:
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
    tables = settings.tables_dir
    for folder in (settings.warehouse_dir, tables, *sorted(tables.glob("*/")), settings.archive_dir):
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
