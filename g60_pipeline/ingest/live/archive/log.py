"""The log of refreshes, one line each: how it is written and read. What stands in a record: `records`.

A line that a crash cut short never was a record. The next refresh moves it into a file beside the log, `NAME.torn`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from g60_pipeline.ingest.live.archive.records import Attempt


@dataclass(frozen=True)
class BadLine:
    """A line that is no record; `torn` where it is the last one and was never written to its end."""

    number: int
    torn: bool


def torn_file(path: Path) -> Path:
    """Return the file beside a log that takes what was cut short."""
    return path.with_name(path.name + ".torn")


def read_log(path: Path) -> tuple[list[Attempt], list[BadLine]]:
    """Return the refreshes of a log, oldest first, and the lines that are none; a log that is not there is empty."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    found: list[Attempt] = []
    bad: list[BadLine] = []
    for number, line in enumerate(lines, start=1):
        attempt = _attempt(line)
        if attempt is not None:
            found.append(attempt)
        elif line:
            bad.append(BadLine(number, torn=number == len(lines)))
    return found, bad


def append(path: Path, attempt: Attempt) -> None:
    """Add a refresh to a log; half a line left by a crash is moved aside first, so that nothing is lost.

    Raises:
        OSError: It can not be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    held = path.read_bytes() if path.is_file() else b""
    rest = held[held.rfind(b"\n") + 1 :]
    whole = _attempt(rest) is not None
    if rest and not whole:
        _write(torn_file(path), rest + b"\n")
        os.truncate(path, len(held) - len(rest))
    _write(path, (b"\n" if whole else b"") + attempt.model_dump_json().encode() + b"\n")


def _attempt(line: bytes) -> Attempt | None:
    try:
        return Attempt.model_validate_json(line)
    except ValidationError:
        return None


def _write(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
