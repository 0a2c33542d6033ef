"""What became of the inbox files in the last build. Files are looked at, not read; judging their rows is elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from g60_pipeline.errors import G60Error
from g60_pipeline.report.database import Row, open_warehouse
from g60_pipeline.settings import Settings, inbox_label


@dataclass(frozen=True)
class InboxFile:
    """One file of the inbox and what the published warehouse holds of it."""

    path: Path
    size: int
    modified: dt.datetime
    figures: int
    chosen: int
    refused: int
    current: bool
    """Whether the file has not changed since the build that loaded it."""

    def as_json(self) -> dict[str, Any]:
        """Return the file as an object."""
        return {
            "file": inbox_label(self.path).removeprefix("inbox/"),
            "path": str(self.path).encode("utf-8", "backslashreplace").decode("utf-8"),
            "bytes": self.size,
            "modified": self.modified.isoformat(timespec="seconds"),
            "figures": self.figures,
            "chosen": self.chosen,
            "refused": self.refused,
            "current": self.current,
        }


def inbox_status(settings: Settings) -> list[InboxFile]:
    """Return the inbox files by name; where no warehouse can be read, none of them is current."""
    paths = [path for path in settings.inbox_files() if path.is_file()]
    if not paths:
        return []
    held, refused, built_at = _held(settings)
    return [_status(path, held=held, refused=refused, built_at=built_at) for path in paths]


def _status(path: Path, *, held: dict[str, Row], refused: dict[str, int], built_at: float | None) -> InboxFile:
    name = inbox_label(path)
    facts = path.stat()
    row = held.get(name, {"figures": 0, "chosen": 0})
    known = name in held or name in refused
    return InboxFile(
        path=path,
        size=facts.st_size,
        modified=dt.datetime.fromtimestamp(facts.st_mtime, tz=dt.UTC),
        figures=row["figures"],
        chosen=row["chosen"],
        refused=refused.get(name, 0),
        current=known and built_at is not None and facts.st_mtime <= built_at,
    )


def _held(settings: Settings) -> tuple[dict[str, Row], dict[str, int], float | None]:
    try:
        with open_warehouse(settings) as warehouse:
            figures = warehouse.rows(
                """SELECT regexp_extract(origin, '^(inbox/.+), line [0-9]+$', 1) AS file, count(*) AS figures,
                          count(*) FILTER (chosen) AS chosen
                   FROM core.observation_candidate WHERE origin LIKE 'inbox/%' GROUP BY ALL"""
            )
            refused = warehouse.rows(
                """SELECT file, count(DISTINCT coalesce(line, 0)) AS lines
                   FROM core.quarantine WHERE file LIKE 'inbox/%' GROUP BY ALL"""
            )
            built_at = warehouse.one("SELECT epoch(built_at) AS built_at FROM core.build")["built_at"]
    except G60Error:
        return {}, {}, None
    return {r["file"]: r for r in figures}, {r["file"]: r["lines"] for r in refused}, built_at
