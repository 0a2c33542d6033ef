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
from g60_pipeline.wording import BilingualText, told

COLUMNS: Final = ("proposal", "digest", "decision", "value")
"""Columns of a file of decisions; a value is there where it corrects the proposed one."""

MORE: Final = "more"
"""Key of what a line has beyond its columns: the rest of a number that was typed with a comma."""

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
    wrong: list[BilingualText] = []
    for line, row in enumerate(rows, start=2):
        if found := _too_long(row) or _wrong(row, by_id, seen=seen):
            wrong.append(told("error.decisions.line", line=line, wrong=found))
        seen.add(row["proposal"])
    if wrong:
        more = told("error.decisions.more", n=len(wrong) - MOST_SHOWN) if len(wrong) > MOST_SHOWN else ""
        shown = wrong[:MOST_SHOWN]
        lines = BilingualText("; ".join(shown), "；".join(line.zh for line in shown))
        raise G60Error.of("decisions.wrong", path.name, lines=lines, more=more)
    return [Decision(by_id[row["proposal"]], row["decision"], row["value"] or None) for row in rows]


def _too_long(row: dict[str, str]) -> BilingualText | None:
    """Return why a line with more cells than columns can not be entered: a number may have a comma."""
    if MORE not in row:
        return None
    return told("error.decisions.cells", value=f"{row['value']},{row[MORE]}", n=len(COLUMNS))


def _wrong(row: dict[str, str], by_id: dict[str, PendingProposal], *, seen: set[str]) -> BilingualText | None:
    """Return why a decision can not be entered, or nothing."""
    name, choice, value = row["proposal"], row["decision"], row["value"]
    if choice not in CHOICES:
        return told("error.decisions.no_choice", choice=choice, known=", ".join(CHOICES))
    if name in seen:
        return told("error.decisions.twice", name=name)
    if name not in by_id:
        return told("error.decisions.does_not_wait", name=name)
    if digest_of(by_id[name]) != row["digest"]:
        return told("error.decisions.changed", name=name)
    if choice == CORRECT and not NUMBER.fullmatch(value):
        return told("error.decisions.no_number", value=value)
    return told("error.decisions.no_correction", value=value) if value and choice != CORRECT else None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        reader = csv.DictReader(text, restkey=MORE, restval="", strict=True)
        rows = [{key: cell.strip() if key != MORE else ",".join(cell) for key, cell in row.items()} for row in reader]
    except OSError as error:
        raise G60Error.of("decisions.not_read", path.name, reason=error.strerror) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise G60Error.of("decisions.no_csv", path.name, reason=error) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise G60Error.of("decisions.columns", path.name, columns=", ".join(COLUMNS))
    if not rows:
        raise G60Error.of("decisions.none", path.name)
    if not content.endswith((b"\n", b"\r")):
        raise G60Error.of("decisions.cut_off", path.name)
    return rows
