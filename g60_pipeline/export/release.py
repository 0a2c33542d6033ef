"""The release folder: the warehouse file, its tables as Parquet, a data package, and what changed since the last one.

The warehouse file of a release has only rows that may be passed on: where any is left out it is written anew from the
others, with a table `core.left_out`, else it is the published file itself.
"""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from g60_pipeline.errors import UsageError
from g60_pipeline.export import descriptor, flat
from g60_pipeline.export.selection import WORKING, Selection
from g60_pipeline.reader.connection import quiet_connection
from g60_pipeline.reader.database import LEFT_OUT
from g60_pipeline.reader.published import READ_ONLY, published_build
from g60_pipeline.reader.words import Words
from g60_pipeline.report.diff import difference
from g60_pipeline.report.diff_screen import screen
from g60_pipeline.settings import Settings
from g60_pipeline.wording import say

DATABASE: Final = "g60.duckdb"
WIDE: Final = 120
"""Width of the changelog in characters."""


@dataclass(frozen=True)
class Changes:
    """How many rows changed since the release before, `moved` of them in a number, and came and went.

    `since` is its build.
    """

    since: str
    changed: int
    moved: int
    added: int
    removed: int


def write(selection: Selection, folder: Path, *, settings: Settings, since: Path | None) -> Changes | None:
    """Write warehouse, `parquet`, data package and changelog; return what changed, None for a first release.

    Args:
        selection: What may be passed on.
        folder: An empty folder.
        settings: Where the published file is.
        since: The warehouse file of the release before.
    """
    flat.write_parquet(selection, folder / "parquet")
    descriptor.write(selection, folder)
    write_warehouse(selection, folder, settings)
    return _write_changes(folder, since)


def last_release(releases: Path, build_id: str) -> Path | None:
    """Return the warehouse file of the newest release in a folder that is of another build; None without one."""
    found = {}
    for file in releases.glob(f"*/{DATABASE}"):
        build = published_build(file)
        if build is not None and build["build_id"] != build_id:
            found[build["built_at"]] = file
    return found[max(found)] if found else None


def file_of(release: Path) -> Path:
    """Return the warehouse file of a release folder, or the file itself.

    Raises:
        UsageError: It is not a published warehouse.
    """
    file = release / DATABASE if release.is_dir() else release
    if published_build(file) is None:
        raise UsageError.of("export.no_warehouse", str(file))
    return file


def write_warehouse(selection: Selection, folder: Path, settings: Settings) -> None:
    """Write the warehouse file of a release into a folder."""
    target = folder / DATABASE
    if not selection.total_left_out:
        shutil.copy(settings.database, target)
        return
    from g60_pipeline.publish.warehouse import write_file  # noqa: PLC0415  - the contracts, only where it is written anew

    write_file(target, {table: selection.frame(table) for table in selection.columns})
    missing = [(table, rows) for table, rows in selection.left_out.items() if rows and table not in WORKING]
    if missing:  # what never entered the warehouse is missed by no screen
        name = f"core.{LEFT_OUT}"
        with quiet_connection(str(target)) as connection:
            connection.execute(f"CREATE TABLE {name} (table_name VARCHAR PRIMARY KEY, rows BIGINT NOT NULL)")
            connection.execute(
                f"COMMENT ON TABLE {name} IS 'Rows left out, since their sources want to be asked first'"
            )
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", missing)  # noqa: S608  - our own name
    target.chmod(READ_ONLY)


def _write_changes(folder: Path, since: Path | None) -> Changes | None:
    if since is None:
        (folder / "CHANGES.txt").write_text(say("export.first_release", "en") + "\n", encoding="utf-8")
        return None
    from rich.console import Console  # noqa: PLC0415

    found = difference(since, folder / DATABASE)
    text = io.StringIO()
    console = Console(file=text, width=WIDE, highlight=False, markup=False, emoji=False)
    for part in screen(found, Words("en"), every=True):
        console.print(part)
        console.print()
    (folder / "CHANGES.txt").write_text(text.getvalue(), encoding="utf-8")
    as_json = json.dumps(found.as_json(), ensure_ascii=False, indent=2, default=str)
    (folder / "changes.json").write_text(as_json + "\n", encoding="utf-8")
    counts = (len(found.changes), found.moved, len(found.added), len(found.removed))
    return Changes(found.builds["old"]["build_id"], *counts)
