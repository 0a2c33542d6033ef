"""Whether the published file is the one published last, and whether an input has changed since: a line for a reader.

A publication leaves a record beside its file. Names, sizes and times are compared with it; a file is read only where
one of them is new. That takes a millisecond, so that every command that shows numbers looks. A file that changed while
the build ran has no time in the record, so that it is read each time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from g60_pipeline.errors import G60Error
from g60_pipeline.reader.published import published_build
from g60_pipeline.settings import CORRIDOR_SUFFIXES, CSV, INBOX_SUFFIXES, Settings, files_of, inbox_label
from g60_pipeline.whole_files import write_whole
from g60_pipeline.wording import Language, say

RECORD: Final = "publication.json"
"""Name of the record, beside the published file."""

Row = dict[str, Any]


def remember(settings: Settings, build: Mapping[str, Any], *, files: Iterable[Row], refused: Iterable[str]) -> None:
    """Write the record of a publication.

    Args:
        settings: Where the published file is.
        build: Row of `core.build`.
        files: Rows of `core.input_file`.
        refused: Files that were refused as a whole; some of them could not be read.
    """
    there = dict(_inputs(settings))
    read = {row["file"]: [row["size"], row["sha256"], _time_of(there.get(row["file"]), row)] for row in files}
    record = {
        "build_id": build["build_id"],
        "built_at": build["built_at"].timestamp(),
        "size": settings.database.stat().st_size,
        "files": read,
        "unread": {label: _look_of(there[label]) for label in sorted(set(refused)) if label in there.keys() - read},
    }
    write_whole(settings.warehouse_dir / RECORD, json.dumps(record, indent=1).encode(), durable=False)


def notice(settings: Settings, language: Language) -> str | None:
    """Return what a reader has to know of the published file besides what it holds; None where there is nothing.

    Nothing is said either where there is no record, or it cannot be read: that is not known then.
    """
    try:
        record = json.loads((settings.warehouse_dir / RECORD).read_text(encoding="utf-8"))
        built_at = dt.datetime.fromtimestamp(record["built_at"], tz=dt.UTC)
        day = f"{built_at:%Y-%m-%d %H:%M} UTC"
        if _is_other(settings.database, record):
            return say("notice.other_file", language, build=record["build_id"], day=day)
        changed = list(dict.fromkeys(_changed(settings, record, built_at)))
    except (OSError, ValueError, LookupError, TypeError, G60Error):
        return None
    if not changed:
        return None
    key = "notice.changed" if len(changed) == 1 else "notice.changed_more"
    return say(key, language, name=changed[0], more=len(changed) - 1, day=day)


def _is_other(database: Path, record: Row) -> bool:
    """Return whether the file is not the recorded one; of one that was copied only its content says so."""
    status = database.stat()
    if status.st_size != record["size"]:
        return True
    if abs(status.st_mtime - record["built_at"]) < 1:
        return False
    build = published_build(database)
    return build is not None and build["build_id"] != record["build_id"]


def _changed(settings: Settings, record: Row, built_at: dt.datetime) -> Iterator[str]:
    """Yield the inputs that are new, other or gone since a publication."""
    there: set[str] = set()
    for label, path in _inputs(settings):
        there.add(label)
        known = record["unread"].get(label)
        if _look_of(path) != known if known else _is_new(path, record["files"].get(label)):
            yield label
    yield from (label for label in record["files"] if label not in there)
    latest = f"{built_at:%Y%m%dT%H%M%SZ}"
    for source in sorted((settings.archive_dir / "snapshots").glob("*/")):
        if any(snapshot.name[: len(latest)] > latest for snapshot in source.glob("2*.json")):
            yield f"archive/{source.name}"


def _inputs(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the files that people enter, by the names they are recorded under."""
    yield from ((inbox_label(path), path) for path in files_of(settings.inbox, *INBOX_SUFFIXES))
    yield from ((f"corrections/{path.name}", path) for path in files_of(settings.corrections_dir, CSV))
    yield from ((f"corridors/{path.name}", path) for path in files_of(settings.corridors_dir, *CORRIDOR_SUFFIXES))


def _is_new(path: Path, known: list[Any] | None) -> bool:
    if known is None:
        return path.is_file()
    size, sha256, *time = known
    status = path.stat()
    if status.st_size != size:
        return True
    return [status.st_mtime_ns] != time and _hash(path) != sha256


def _look_of(path: Path) -> list[int]:
    """Return what tells a file that could not be read from one its owner has mended."""
    status = path.stat() if path.exists() else path.lstat()
    return [path.is_symlink(), status.st_mode, *([status.st_size, status.st_mtime_ns] if path.is_file() else [])]


def _time_of(path: Path | None, read: Row) -> int | None:
    """Return when a file was written, if it is still what was read."""
    try:
        time = path.stat().st_mtime_ns if path else None
        return time if path and _hash(path) == read["sha256"] else None
    except OSError:
        return None


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
