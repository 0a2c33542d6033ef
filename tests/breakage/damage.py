"""Damage to every kind of file a home holds, and what comes of it: doctor names it, a build heals it or refuses with a remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from breakage.homes import Prepared

Spoil = Callable[[Path, Random], object]


def written(path: Path, content: bytes) -> None:
    """Change a file in its place, with mode and time kept, as a bad disk does."""
    status = path.stat()
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(status.st_mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def flipped(content: bytes, bit: int) -> bytes:
    """Return bytes with one bit turned."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _flip(path: Path, draw: Random) -> None:
    content = path.read_bytes()
    written(path, flipped(content, draw.randrange(len(content) * 8)) if content else b"\x01")


def _folder(path: Path, _: Random) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path, _: Random) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


WAYS: Final[dict[str, Spoil]] = {
    "one bit": _flip,
    "empty": lambda path, _: written(path, b""),
    "half": lambda path, _: written(path, path.read_bytes()[: path.stat().st_size // 2]),
    "zeros": lambda path, _: written(path, bytes(path.stat().st_size)),
    "junk": lambda path, _: written(path, b"\xffjunk\x00" * 500),
    "longer": lambda path, _: written(path, path.read_bytes() + b"\n\x00"),
    "gone": lambda path, _: path.unlink(),
    "a folder": _folder,
    "a link to nowhere": _link,
}
"""What may happen to a file."""

FILES: Final = {
    "published file": "warehouse/g60.duckdb",
    "published file before": "warehouse/previous.duckdb",
    "table of figures": "warehouse/tables/core/observation.parquet",
    "table of a metric": "warehouse/tables/metrics/national_share.parquet",
    "table of the build": "warehouse/tables/core/build.parquet",
    "record of the last build": "warehouse/last_build.json",
    "build lock": "warehouse/build.lock",
    "page of the site": "warehouse/report/en/index.html",
    "manifest of the site": "warehouse/report/manifest.json",
    "answer of the archive": "archive/objects/*/*",
    "snapshot of the archive": "archive/snapshots/*/*.json",
    "record of a refresh": "archive/attempts/*/*.json",
    "incidents": "archive/incidents.json",
    "run history": ".dagster/history/runs.db",
    "events of the runs": ".dagster/history/runs/index.db",
    "schedules": ".dagster/schedules/schedules.db",
    "settings of Dagster": ".dagster/dagster.yaml",
    "document": "documents/*.html",
    "record of a document": "documents/*.json",
    "inbox file": "inbox/own.csv",
}
"""Kinds of files by where they lie."""

USED: Final = {
    "published file before": (("diff",),),
    "page of the site": (("report",),),
    "manifest of the site": (("report",),),
    "document": (("communique", "list"), ("communique", "review", "--json")),
    "record of a document": (("communique", "list"), ("communique", "review", "--json")),
}
"""Commands that use a kind of file which a build does not."""

HEALED: Final = "healed"
NAMED: Final = "left, named with a remedy"
REFUSED: Final = "refused with a remedy"
HARMLESS: Final = "no harm"
SOUND: Final = frozenset({HEALED, NAMED, REFUSED, HARMLESS})
"""Outcomes that are right; every other one is a fault of the project."""


def harmed(prepared: Prepared, kind: str, way: str, *, seed: int) -> str:
    """Return what comes of a damage: one of `SOUND`, with `, named before` where doctor saw it; or what is wrong."""
    draw = Random(f"{seed} {kind} {way}")  # noqa: S311  - the same in every run
    found = sorted(prepared.home.glob(FILES[kind]))
    assert found, f"the home has no {kind}"
    state = prepared.held()
    WAYS[way](draw.choice(found), draw)
    run = prepared.workshop.run
    before, built = run(prepared.home, "doctor"), run(prepared.home, "build")
    used = [run(prepared.home, *command) for command in USED.get(kind, ())]
    after = run(prepared.home, "doctor")
    spoken = next((e for e in (before, built, *used, after) if e.is_traceback or (e.code and not e.text.strip())), None)
    held = prepared.held()
    if spoken is not None:
        outcome = f"TRACEBACK: {spoken.last_line}"
    elif built.code and held not in {state, "damaged", "gone"}:
        outcome = f"WRONG: a refused build left {held}"
    elif not built.code and not after.code and held != state:
        outcome = f"WRONG: {held} is published, and doctor is content"
    else:
        outcome = REFUSED if built.code else NAMED if after.code else HEALED if before.code else HARMLESS
    return f"{outcome}, named before" if before.code and outcome in SOUND else outcome
