"""Which rows the files that people type hold: by their identifiers, in their order. What the rows say is elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from g60_pipeline.catalog.own_yaml import read_own_yaml
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.corrections import read_register
from g60_pipeline.ingest.inbox import KINDS, Rows, read_inbox_file

KEYS: Final = {**{kind.name: kind.key for kind in KINDS.values()}, "correction": "correction_id"}
"""Raw table -> column that identifies a row of a file."""


def identifiers(rows: Rows) -> dict[str, list[str]]:
    """Return the identifiers of the rows of each file, by its name; a row without one has none."""
    found: dict[str, list[str]] = {}
    for name, frame in rows.items():
        key = KEYS[name]
        grouped = frame.drop_nulls(key).group_by("file", maintain_order=True).agg(key)
        found |= dict(grouped.iter_rows())
    return found


def rows_in(name: str, path: Path) -> list[str]:
    """Return the identifiers of the rows that can be read of a file now; of a corridor, its members.

    Args:
        name: Label of the file: `inbox/…`, `corrections/…` or `corridors/…`.
        path: The file.

    Raises:
        G60Error: Nothing can be read of it.
    """
    folder = name.partition("/")[0]
    if folder == "corridors":
        return members_in(path)
    if folder == "corrections":
        return identifiers({"correction": read_register(path)}).get(name, [])
    rows, issues = read_inbox_file(path)
    found = identifiers(rows).get(name, [])
    if issues and not found:
        raise G60Error(name, issues[0].message, issues[0].remedy)
    return found


def members_in(path: Path) -> list[str]:
    """Return the members a corridor file lists.

    Raises:
        G60Error: It can not be opened, or is no YAML.
    """
    said = read_own_yaml(path)
    members = said.get("members") if isinstance(said, dict) else None
    return [str(code) for code in members] if isinstance(members, list) else []
