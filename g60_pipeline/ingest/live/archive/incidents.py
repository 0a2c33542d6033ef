"""The open incidents: what failed and has not succeeded since. Who is alerted: `refresh.alerts`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from g60_pipeline.whole_files import write_whole

FILE: Final = "incidents.json"
"""File below the archive's folder."""

BUILD: Final = "job:build_all"
"""Name of the incident of the build."""

DUE: Final = "due:"
"""What the name of an incident of a missing figure begins with."""


def open_incidents(root: Path) -> dict[str, dict[str, Any]]:
    """Return the open incidents by name; a file that can not be read holds none."""
    return _read(root)[0]


def damaged_file(root: Path) -> Path | None:
    """Return the file of the incidents where it can not be read; None where it is whole, or there is none."""
    return None if _read(root)[1] else root / FILE


@contextmanager
def changing_incidents(root: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """Give the open incidents to be changed, one process at a time, and keep them afterwards.

    A file that can not be read is set aside first, under its name and the time.
    """
    root.mkdir(parents=True, exist_ok=True)
    path = root / FILE
    with FileLock(path.with_suffix(".lock"), timeout=60):
        found, is_whole = _read(root)
        if not is_whole:
            path.rename(path.with_name(f"{path.name}.damaged-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}"))
        try:
            yield found
        finally:
            text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
            write_whole(path, text.encode(), durable=False)


def _read(root: Path) -> tuple[dict[str, dict[str, Any]], bool]:
    """Return the open incidents, and whether their file is whole; one that is not there is."""
    try:
        found = json.loads((root / FILE).read_text(encoding="utf-8"))
        json.dumps(found, ensure_ascii=False).encode()  # a mutilated character could not be written again
    except FileNotFoundError:
        return {}, True
    except (OSError, ValueError, RecursionError):
        return {}, False
    if not isinstance(found, dict) or not all(isinstance(incident, dict) for incident in found.values()):
        return {}, False
    return found, True
