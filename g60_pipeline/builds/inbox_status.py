"""What became of the inbox files in the last build. Judging their rows is elsewhere."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import Row, Warehouse, open_warehouse
from g60_pipeline.settings import INBOX_FILE, Settings, inbox_label


@dataclass(frozen=True)
class InboxFile:
    """One file of the inbox and what the published warehouse holds of it."""

    path: Path
    size: int
    modified: dt.datetime
    figures: int
    chosen: int
    claims: int
    refused: int
    current: bool
    """Whether the file is, byte for byte, what the build in force read."""

    def as_json(self) -> dict[str, Any]:
        """Return the file as an object."""
        return {
            "file": inbox_label(self.path).removeprefix("inbox/"),
            "path": str(self.path).encode("utf-8", "backslashreplace").decode("utf-8"),
            "bytes": self.size,
            "modified": self.modified.isoformat(timespec="seconds"),
            "figures": self.figures,
            "chosen": self.chosen,
            "claims": self.claims,
            "refused": self.refused,
            "current": self.current,
        }


def inbox_status(settings: Settings) -> list[InboxFile]:
    """Return the inbox files by name; where no warehouse can be read, none of them is current."""
    paths = [path for path in settings.inbox_files() if path.is_file()]
    if not paths:
        return []
    try:
        with open_warehouse(settings) as warehouse:
            held, read = taken(warehouse), _read(warehouse)
    except G60Error:
        held, read = {}, {}
    return [_status(path, held=held, read=read) for path in paths]


def _read(warehouse: Warehouse) -> dict[str, Row]:
    """Return size and hash of every file of the inbox and of corrections as the build in force read it, by its label.

    Raises:
        G60Error: The warehouse was built by a version that did not keep them.
    """
    return {row["file"]: row for row in warehouse.rows("SELECT file, size, sha256 FROM core.input_file")}


def taken(warehouse: Warehouse) -> dict[str, Row]:
    """Return what the published warehouse holds of each inbox file, by its label.

    Each has the number of `figures` taken, of those `chosen`, of `claims` taken, and of rows `refused`.
    """
    rows = warehouse.rows(
        f"""WITH counted AS (
               SELECT regexp_extract(origin, '^(inbox/.+), line [0-9]+$', 1) AS file, 1 AS figures,
                      chosen::INTEGER AS chosen, 0 AS claims, 0 AS refused
               FROM core.observation_candidate WHERE origin LIKE 'inbox/%'
               UNION ALL
               SELECT regexp_extract(claim_id, '{INBOX_FILE}', 1), 0, 0, 1, 0
               FROM core.claim WHERE claim_id LIKE 'inbox/%'
               UNION ALL
               SELECT file, 0, 0, 0, count(DISTINCT coalesce(line, 0))
               FROM core.quarantine WHERE file LIKE 'inbox/%' GROUP BY file)
            SELECT file, sum(figures)::INTEGER AS figures, sum(chosen)::INTEGER AS chosen,
                   sum(claims)::INTEGER AS claims, sum(refused)::INTEGER AS refused
            FROM counted GROUP BY file ORDER BY file"""  # noqa: S608  - a pattern of our own
    )
    return {row["file"]: row for row in rows}


def _status(path: Path, *, held: dict[str, Row], read: dict[str, Row]) -> InboxFile:
    name = inbox_label(path)
    facts = path.stat()
    row, was = held.get(name, {}), read.get(name, {})
    return InboxFile(
        path=path,
        size=facts.st_size,
        modified=dt.datetime.fromtimestamp(facts.st_mtime, tz=dt.UTC),
        **{count: row.get(count, 0) for count in ("figures", "chosen", "claims", "refused")},
        current=facts.st_size == was.get("size") and _sha256(path) == was["sha256"],
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"
