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
from g60_pipeline.doctor.warehouse import of_lock, of_previous, of_tables, of_warehouse
from g60_pipeline.errors import G60Error, of_system
from g60_pipeline.settings import HOME_VARIABLE, Settings
from g60_pipeline.wording import told

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
        *_looked_at("publication before", of_previous(settings)),
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
        detail = told("doctor.rule_of", path=refused.subject, rule=refused.rule)
        yield Finding(check, "wrong", detail, refused.remedy)
    except G60Error as error:
        yield Finding(check, "wrong", told("doctor.rule_of", path=error.subject, rule=error.rule), error.remedy)


def _versions() -> Iterator[Finding]:
    yield Finding("g60_pipeline", "ok", __version__)
    system = f"{platform.system()} {platform.machine()}"
    yield Finding("Python", "ok", told("doctor.python", version=platform.python_version(), system=system))
    for package in PACKAGES:
        try:
            yield Finding(package, "ok", metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "wrong", told("doctor.not_installed"), told("doctor.install_again"))


def _folders(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    origin = "doctor.from_variable" if os.environ.get(HOME_VARIABLE) else "doctor.from_current"
    shown = told(origin, home=home, variable=HOME_VARIABLE)
    if not home.is_dir():
        remedy: str = told("doctor.make_folder", variable=HOME_VARIABLE)
        yield Finding("home", "wrong", told("doctor.no_folder", home=shown), remedy)
        return
    if os.access(home, os.W_OK):
        yield Finding("home", "ok", shown)
    else:
        yield Finding("home", "wrong", told("doctor.not_writable", home=shown), told("doctor.choose_folder"))
    tables = settings.tables_dir
    for folder in (settings.warehouse_dir, tables, *sorted(tables.glob("*/")), settings.archive_dir):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Finding(
                "folder", "wrong", told("doctor.no_rights", folder=folder), told("doctor.rights", path=folder)
            )
    free = shutil.disk_usage(home).free
    state: State = "ok" if free >= ENOUGH_SPACE else "wrong"
    remedy = "" if state == "ok" else told("doctor.free_space")
    yield Finding("disk space", state, told("doctor.free", size=free / 1e9), remedy)


def _history(home: Path) -> Iterator[Finding]:
    if not home.is_dir():
        yield Finding("run history", "ok", told("doctor.none_yet", path=home))
        return
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("run history", "wrong", told("doctor.no_rights", folder=home), told("doctor.rights", path=home))
        return
    damaged = damaged_parts(home)
    for part in damaged:
        detail = told("doctor.history_damaged", file=part.file, reason=part.reason)
        yield Finding("run history", "wrong", detail, told("doctor.history_again"))
    if not damaged:
        yield Finding("run history", "ok", str(home))
    aside = set_aside(home)
    if aside:
        names = " ".join(path.name for path in aside)
        yield Finding("run history", "note", told("doctor.history_aside", names=names), told("doctor.history_delete"))
