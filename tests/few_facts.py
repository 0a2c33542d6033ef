"""The facts of three indicators: a build of them runs every step, and takes a fifth of the time.

For tests of what builds do, not of what figures say: `using(folder)` here, and `g60(folder, ...)` in a process of its own.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final
from unittest import mock

INDICATORS: Final = ("gdp", "innovation_index", "star_listed")
CLAIMS: Final = 20

FILES: Final = "g60_pipeline.ingest.facts.files"


def write(folder: Path) -> Path:
    """Write the facts into a folder: all records, figures of the indicators, the first of the claims. Return it."""
    (folder / "facts").mkdir(parents=True)
    for file in (files("g60_pipeline") / "facts").iterdir():
        (folder / "facts" / file.name).write_bytes(file.read_bytes())
    _cut(folder / "facts" / "observations.csv", lambda rows: [r for r in rows if r["indicator_id"] in INDICATORS])
    _cut(folder / "facts" / "claims.csv", lambda rows: rows[:CLAIMS])
    return folder


def _cut(file: Path, chosen: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as held:
        rows = list(csv.DictReader(held))
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(chosen(rows))


@contextmanager
def using(folder: Path) -> Iterator[None]:
    """Let builds in this process read these facts."""
    with mock.patch(FILES, return_value=folder):
        yield


@contextmanager
def using_all() -> Iterator[None]:
    """Let builds in this process read the facts of the package, whatever a test has chosen."""
    with mock.patch(FILES, files):
        yield


def g60(folder: Path, *arguments: str) -> list[str]:
    """Return the command line of `g60` that reads these facts."""
    return [sys.executable, "-P", "-c", PROGRAM, str(folder), *arguments]


PROGRAM: Final = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import pathlib, few_facts
from g60_pipeline.cli import main
with few_facts.using(pathlib.Path(sys.argv.pop(1))):
    main()
"""
