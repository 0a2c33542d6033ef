"""Decisions that a person took on the page of open proposals, as a file: read whole, or refused whole.

A decision names its proposal and the digest of what the person saw. A proposal that has changed since, or that waits no
longer, makes the file one of another day, and nothing of it is entered.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.review import PendingProposal

COLUMNS: Final = ("proposal", "digest", "decision", "value")
"""Columns of a file of decisions; a value is there where it corrects the proposed one."""

NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""How a corrected value is written."""

LARGEST: Final = 10_000_000
"""Bytes of the largest file that is read: a page of proposals makes some kilobytes."""

MOST_SHOWN: Final = 5
"""Wrong lines that a refusal names."""

ACCEPT, CORRECT, REJECT = "accept", "correct", "reject"
CHOICES: Final = (ACCEPT, CORRECT, REJECT)
"""What a person may decide."""


@dataclass(frozen=True)
class Decision:
    """What a person decided about one proposal."""

    waiting: PendingProposal
    choice: str
    """One of `CHOICES`."""
    value: str | None = None
    """The value read by hand, of a correction."""


def digest_of(waiting: PendingProposal) -> str:
    """Return what tells a proposal from the same one after it has changed: 16 hexadecimal digits."""
    proposal, target = waiting.proposal, waiting.filed
    parts = (
        *(waiting.row_id, waiting.document.sha256, proposal.value, target.unit, *target.flags),
        *(proposal.where, proposal.sentence, str(proposal.start), str(proposal.end)),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def read(path: Path, waiting: Sequence[PendingProposal]) -> list[Decision]:
    """Return the decisions of a file.

    Args:
        path: A CSV file with `COLUMNS`.
        waiting: The proposals that wait now.

    Raises:
        G60Error: The file is no such file, or one of its decisions can not be entered; the lines are named.
    """
    rows = _rows(path)
    by_id = {pending.row_id: pending for pending in waiting}
    seen: set[str] = set()
    wrong: list[str] = []
    for line, row in enumerate(rows, start=2):
        if found := _wrong(row, by_id, seen=seen):
            wrong.append(f"line {line}: {found}")
        seen.add(row["proposal"])
    if wrong:
        more = f"; and {len(wrong) - MOST_SHOWN} more lines" if len(wrong) > MOST_SHOWN else ""
        remedy = "Nothing was entered. Write the page anew with `g60 communique review --html FILE` and decide there"
        raise G60Error(path.name, "; ".join(wrong[:MOST_SHOWN]) + more, remedy)
    return [Decision(by_id[row["proposal"]], row["decision"], row["value"] or None) for row in rows]


def _wrong(row: dict[str, str], by_id: dict[str, PendingProposal], *, seen: set[str]) -> str | None:
    """Return why a decision can not be entered, or nothing."""
    name, choice, value = row["proposal"], row["decision"], row["value"]
    if choice not in CHOICES:
        return f"decision {choice!r} is none of {', '.join(CHOICES)}"
    if name in seen:
        return f"{name} is decided twice"
    if name not in by_id:
        return f"{name} does not wait: it was decided before, or is proposed no longer"
    if digest_of(by_id[name]) != row["digest"]:
        return f"{name} has changed since the page was written"
    if choice == CORRECT and not NUMBER.fullmatch(value):
        return f"value {value!r} is no number as printed, such as 1234.5"
    return f"value {value!r} belongs to a correction only" if value and choice != CORRECT else None


def _rows(path: Path) -> list[dict[str, str]]:
    remedy = "Take the file that the page downloads"
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restval="", strict=True)
        rows = [{key: (text or "").strip() for key, text in row.items() if key in COLUMNS} for row in reader]
    except OSError as error:
        raise G60Error(path.name, f"it can not be read ({error.strerror})", remedy) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise G60Error(path.name, f"it is no CSV file ({error})", remedy) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise G60Error(path.name, f"its columns are not {', '.join(COLUMNS)}", remedy)
    if not rows:
        raise G60Error(path.name, "it has no decisions", remedy)
    return rows
