"""Whether a build has anything to do, found without Dagster, Polars or the contracts. Building is in `orchestration`.

`g60 build` writes `warehouse/last_build.json` once it has succeeded: a hash over everything it depends on, a hash over
everything it left, and the warnings of its checks. The next `g60 build` has nothing to do where both hashes are as
recorded. Any doubt - a file that can not be read, a link, a record that can not be parsed - means a real build.

What a build depends on:

- the package: code, catalog, embedded facts, SQL, words (an upgrade changes them);
- Python and the installed packages, by name and version;
- `inbox/`, `corrections/`, `corridors/`, `archive/` of the data folder, every file by name, size, time and content,
  without the locks and the open incidents of the archive;
- the day in China: a figure is refused until its period is over and a document until it is published, a snapshot of a
  later day is dated anew, and a figure becomes due;
- whether anybody is to be alerted: the first build with an address alerts on what is due;
- `--select`, `--without` and `--clock-is-right`: with any of them the build is a real one, and is not recorded.

What it leaves: the published file, untouched, all tables, and a run history that is whole. Where another build is under
way, an input has vanished, the clock is wrong, or an incident of a build waits to be closed, the build is a real one
too: it waits, refuses, or closes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from g60_pipeline.builds import clock, preconditions
from g60_pipeline.builds.result import BuildResult, CheckWarning
from g60_pipeline.builds.run_history import DATABASES, damaged_parts
from g60_pipeline.errors import G60Error
from g60_pipeline.fingerprint import environment_hash, package_hash
from g60_pipeline.locks import is_held
from g60_pipeline.publish.seal import broken_seal
from g60_pipeline.reader.published import is_untouched
from g60_pipeline.settings import ALERTS_VARIABLE, Settings
from g60_pipeline.whole_files import write_whole

RECORD: Final = "last_build.json"
"""Name of the record, beside the published file."""

INCIDENTS: Final = "incidents."
"""What the names of the files of the open incidents begin with; they are no input."""


class _DoubtError(Exception):
    """It is not known whether an input has changed."""


def inputs_hash(settings: Settings) -> str | None:
    """Return the SHA-256 over everything a build depends on; None where that is not known.

    Args:
        settings: Where things are kept. What somebody has said to be gone makes no difference here.
    """
    folders = (settings.inbox, settings.corrections_dir, settings.corridors_dir, settings.archive_dir)
    try:
        parts = [
            package_hash(),
            environment_hash(),
            f"{clock.present().astimezone(clock.CHINA):%Y-%m-%d}",
            str(bool(os.environ.get(ALERTS_VARIABLE))),
            *(line for folder in folders for line in _files(folder, below=settings.home)),
        ]
    except (OSError, _DoubtError):
        return None
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def last_build(settings: Settings, inputs: str | None) -> BuildResult | None:
    """Return the result of a build that has nothing to do; None where there has to be a real one.

    Args:
        settings: Where things are kept.
        inputs: What `inputs_hash` returns now.
    """
    started = time.monotonic()
    try:
        record = json.loads(_path(settings).read_text(encoding="utf-8"))
        if inputs is None or record["inputs"] != inputs or not _is_settled(settings):
            return None
        if record["left"] != _left_hash(settings):
            return None
        preconditions.check(settings)
        return BuildResult(
            success=True,
            run_id=str(record["run_id"]),
            failures=(),
            warnings=tuple(CheckWarning(str(w["check"]), str(w["asset"]), int(w["count"])) for w in record["warnings"]),
            published=False,
            seconds=time.monotonic() - started,
        )
    except (OSError, ValueError, LookupError, TypeError, G60Error, _DoubtError):
        return None  # whatever it is: the real build says so


def remember(settings: Settings, inputs: str | None, result: BuildResult) -> None:
    """Record a build of everything that has succeeded, unless an input has changed since before it began.

    Args:
        settings: Where things are kept.
        inputs: What `inputs_hash` returned before anything of the build was loaded.
        result: What the build did.
    """
    with contextlib.suppress(OSError, G60Error, _DoubtError):  # without a record the next build is a real one
        if inputs is None or not result.success or inputs != inputs_hash(settings) or not _is_settled(settings):
            return
        record: dict[str, Any] = {
            "inputs": inputs,
            "left": _left_hash(settings),
            "run_id": result.run_id,
            "warnings": [{"check": w.check, "asset": w.asset, "count": w.count} for w in result.warnings],
        }
        write_whole(_path(settings), json.dumps(record, indent=1).encode(), durable=False)


def _path(settings: Settings) -> Path:
    return settings.warehouse_dir / RECORD


def _files(folder: Path, *, below: Path) -> Iterator[str]:
    """Yield a line for every file of a folder of inputs; none where there is no such folder.

    Raises:
        _DoubtError: Something is there that is neither a folder nor a file, or a link to a folder.
        OSError: It can not be read.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    for entry in sorted(folder.iterdir()):
        status = entry.stat()
        if stat.S_ISDIR(status.st_mode) and not entry.is_symlink():
            yield from _files(entry, below=below)
        elif not stat.S_ISREG(status.st_mode):
            raise _DoubtError
        elif entry.suffix != ".lock" and not entry.name.lstrip(".").startswith(INCIDENTS):
            with entry.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            yield f"{entry.relative_to(below).as_posix()!r} {status.st_size} {status.st_mtime_ns} {content}"


def _left_hash(settings: Settings) -> str:
    """Return the SHA-256 over the published file and all tables.

    Raises:
        _DoubtError: The published file is not as it was published, or a table is damaged.
        OSError: A file can not be read.
    """
    if not is_untouched(settings.database):
        raise _DoubtError
    digest = hashlib.sha256()
    with settings.database.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    for path in sorted(settings.tables_dir.glob("*/*.parquet")):
        content = path.read_bytes()
        if broken_seal(content) is not None:
            raise _DoubtError
        digest.update(f"{path.parent.name}/{path.name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _is_settled(settings: Settings) -> bool:
    """Return whether no build is under way, none has left an incident, and folders and history are all there."""
    history = settings.dagster_home
    return (
        settings.inbox.is_dir()
        and all((history / name).is_file() for name in DATABASES)
        and not damaged_parts(history)
        and not is_held(settings.lock_file)
        and not _has_unfinished_incident(settings)
    )


def _has_unfinished_incident(settings: Settings) -> bool:
    """Return whether an incident of a build is open that a build would close, or alert on again."""
    if not (settings.archive_dir / f"{INCIDENTS}json").exists():
        return False
    from g60_pipeline.ingest.live.archive import incidents  # noqa: PLC0415  - only where one was

    found = incidents.open_incidents(settings.archive_dir)
    is_unsent = any(name.startswith(incidents.DUE) and not incident.get("told") for name, incident in found.items())
    return incidents.BUILD in found or is_unsent or incidents.damaged_file(settings.archive_dir) is not None
