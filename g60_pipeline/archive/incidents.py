"""The open incidents: what failed and has not been mended since. Who is told of them stands in `refresh.alerts`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

FILE: Final = "incidents.json"
"""File below the archive's folder."""


def open_incidents(root: Path) -> dict[str, dict[str, Any]]:
    """Return the open incidents by name; a file that can not be read holds none."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


@contextmanager
def changing_incidents(root: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """Give the open incidents to be changed, one process at a time, and keep them afterwards."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / FILE
    with FileLock(path.with_suffix(".lock"), timeout=60):
        found = open_incidents(root)
        try:
            yield found
        finally:
            temporary = path.with_suffix(".tmp")
            temporary.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
            temporary.replace(path)
