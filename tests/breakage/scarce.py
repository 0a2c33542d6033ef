"""What a machine may refuse: room on the disk, memory, rights, the right time. Nothing published is lost, and it is told why."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from breakage.homes import STATES, Prepared, enter
from breakage.workshop import Ended, World

CLOCKS: Final = {
    "ten years back": timedelta(days=-3650),
    "a year back": timedelta(days=-365),
    "two days back": timedelta(days=-2),
    "two days ahead": timedelta(days=2),
    "ten years ahead": timedelta(days=3650),
}
"""How far a clock is wrong."""

FOLDERS: Final = (".", "warehouse", "warehouse/tables", "warehouse/tables/core", ".dagster", "archive", "inbox")
"""Folders whose rights may be wrong."""

RIGHTS: Final = {"read-only": 0o555, "closed": 0o000, "another's": 0o755}
"""How: `another's` belongs to somebody else."""

NOBODY: Final = 65534

DONE: Final = "done"
TOLD: Final = "refused with a remedy"


def judged(prepared: Prepared, ended: Ended, *, before: str, state: str, remedy: str = "") -> str:
    """Return what came of a build: done, refused with a remedy, or what is wrong with it."""
    held = prepared.held()
    if ended.is_traceback:
        return f"TRACEBACK: {ended.last_line}"
    if ended.code == 0:
        return DONE if held == state else f"WRONG: it says it is done and left {held}"
    if held not in {before, state}:
        return f"WRONG: it failed and left {held}"
    if ended.code < 0:
        return f"ended by signal {-ended.code}"
    return TOLD if remedy.lower() in ended.text.lower() else f"WRONG: no remedy in {ended.text.strip()[-200:]!r}"


def changed(prepared: Prepared) -> tuple[str, str]:
    """Give a build something to do, and return the state before it and the one it is to make."""
    before = prepared.held()
    state = next(s for s in STATES if s != before)
    enter(prepared.home, state)
    return before, state


@contextmanager
def small_disk(place: Path, megabytes: float) -> Iterator[Path]:
    """Give a disk of a size, in memory; only root can.

    Raises:
        PermissionError: This process is not root.
    """
    if os.geteuid() != 0:
        raise PermissionError("a file system can be mounted by root alone")
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={int(megabytes * 1024)}k", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def widen(place: Path, megabytes: int) -> None:
    """Make such a disk larger."""
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(place)], check=True)


@contextmanager
def rights(folder: Path, kind: str) -> Iterator[None]:
    """Give a folder wrong rights for a while."""
    mode, owner = folder.stat().st_mode, folder.stat().st_uid
    if kind == "another's":
        os.chown(folder, NOBODY, NOBODY)
    folder.chmod(RIGHTS[kind])
    try:
        yield
    finally:
        os.chown(folder, owner, -1)
        folder.chmod(mode)


def with_clock(prepared: Prepared, name: str) -> tuple[str, str | None]:
    """Return what came of a build with a wrong clock, and what is wrong once the clock is right again."""
    before, state = changed(prepared)
    ended = prepared.workshop.build(prepared.home, world=World(ahead=CLOCKS[name]))
    told = judged(prepared, ended, before=before, state=state, remedy="clock")
    mended, last = prepared.heals(state)
    if mended and "--clock-is-right" in last.text:
        ended = prepared.workshop.build(prepared.home, "--clock-is-right")
        mended = None if ended.code == 0 and prepared.held() == state else f"--clock-is-right left {prepared.held()}"
    return told, mended


def with_memory(prepared: Prepared, megabytes: int, *command: str) -> str:
    """Return what came of a build, or of a command that reads, with little memory."""
    world = World(memory=megabytes * 1_000_000)
    if command:
        state = prepared.held()
        return judged(prepared, prepared.workshop.run(prepared.home, *command, world=world), before=state, state=state)
    before, state = changed(prepared)
    return judged(prepared, prepared.workshop.build(prepared.home, world=world), before=before, state=state)
