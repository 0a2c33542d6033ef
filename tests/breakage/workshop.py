"""Commands of `g60` in processes that can be killed, without the seconds a start takes.

A server that has loaded everything forks a process for each command. Metrics are computed once for the same inputs and
kept in a folder: what is tried here is what a build writes, and when.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import pickle
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from g60_pipeline.builds import clock
from g60_pipeline.cli import main, operate
from g60_pipeline.orchestration import build_run
from g60_pipeline.steps import Step

LOADED: Final = (operate, build_run, clock)
"""What the server imports before it forks: all that a build loads. Up to Python 3.12 it does not find modules of the
tests, and passes over what it does not find."""

LONGEST: Final = 300.0
"""Seconds after which a command hangs."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, minus a signal where one ended it; what it printed; seconds it took."""

    code: int
    text: str
    seconds: float = 0.0

    @property
    def is_traceback(self) -> bool:
        """Return whether a person was shown Python or Rust instead of a sentence."""
        return "Traceback (most recent call last)" in self.text or "panicked at" in self.text

    @property
    def last_line(self) -> str:
        """Return the last line that was printed."""
        return (self.text.strip().splitlines() or [""])[-1]


@dataclass(frozen=True)
class World:
    """What is other than usual while a command runs."""

    memory: int | None = None
    """Bytes of address space it may have."""
    ahead: timedelta = timedelta()
    """How far the clock is ahead."""
    environment: Mapping[str, str] = field(default_factory=dict)
    without_rights: bool = False
    """Whether rights of files hold, as they do for everybody but root."""


USUAL: Final = World()


class Command:
    """A command that runs."""

    def __init__(self, process: Any, printed: Path) -> None:
        """Keep its process and where it prints."""
        self.process, self._printed, self._begun = process, printed, time.monotonic()

    def end(self, *, after: float | None = None, signal: int | None = None) -> Ended:
        """Return how it ended; it is sent a signal after some seconds, if it still runs by then."""
        if signal is not None:
            self.process.join(after)
            if self.process.is_alive():
                os.kill(self.process.pid, signal)
        self.process.join(LONGEST)
        assert not self.process.is_alive(), f"a command hangs: {self._printed.read_text(encoding='utf-8')}"
        text = self._printed.read_text(encoding="utf-8", errors="replace")
        self._printed.unlink()
        return Ended(self.process.exitcode, text, time.monotonic() - self._begun)


class Workshop:
    """Runs commands in a folder of its own, which keeps what they print."""

    def __init__(self, folder: Path, kept: Path | None = None) -> None:
        """Start the server. What is computed once may be kept in another folder, for other workshops."""
        self._folder, self._kept = folder, kept or folder / "dear"
        folder.mkdir(parents=True, exist_ok=True)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([module.__name__ for module in LOADED])
        self._number = 0

    def start(self, home: Path, *arguments: str, world: World = USUAL) -> Command:
        """Start a command on a home and return it at once."""
        self._number += 1
        printed = self._folder / f"{self._number}.txt"
        printed.touch()
        told = (str(home), list(arguments), str(printed), str(self._kept), world)
        process = self._context.Process(target=_run, args=told)
        process.start()
        return Command(process, printed)

    def run(self, home: Path, *arguments: str, world: World = USUAL) -> Ended:
        """Run a command on a home to its end."""
        return self.start(home, *arguments, world=world).end()

    def build(self, home: Path, *arguments: str, world: World = USUAL) -> Ended:
        """Run `g60 build`."""
        return self.run(home, "build", *arguments, world=world)

    def wrong(self, home: Path) -> list[str]:
        """Return what `g60 doctor` calls wrong: check and detail."""
        told = json.loads(self.run(home, "doctor", "--json").text)
        found = told["findings"] if isinstance(told, dict) else told
        return [f"{f['check']}: {f['detail']}" for f in found if f["state"] == "wrong"]


def _run(home: str, arguments: list[str], printed: str, kept: str, world: World) -> None:
    """Run a command in this process, as a shell would in one of its own."""
    file = os.open(printed, os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ |= {"G60_HOME": home, "COLUMNS": "200", **world.environment}
    sys.argv = ["g60", *arguments]
    _remember(Path(kept))
    if world.ahead:
        now = clock.present
        clock.present = lambda: now() + world.ahead
    if world.without_rights:
        _drop_rights()
    if world.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (world.memory, world.memory))
    main()


def _remember(folder: Path) -> None:
    """Compute each metric once for the same files of a home; what is written of it is written every time."""
    make = Step.make

    def remembered(step: Step, context: Any, tables: Mapping[str, Any]) -> Any:
        if not step.is_pure:
            return make(step, context, tables)
        settings = context.settings
        typed = [*settings.inbox_files(), *(p for p in sorted(settings.archive_dir.rglob("*")) if p.is_file())]
        seen = hashlib.sha256(b"".join(f"{p.name}".encode() + p.read_bytes() for p in typed if "lock" not in p.name))
        file = folder / f"{step.name}-{context.today}-{seen.hexdigest()}"
        if not file.exists():
            made = make(step, context, tables)
            folder.mkdir(exist_ok=True)
            own = file.with_suffix(f".{os.getpid()}")
            own.write_bytes(pickle.dumps(made))
            own.replace(file)
        return pickle.loads(file.read_bytes())  # noqa: S301  - of this very run

    Step.make = remembered  # type: ignore[method-assign]


def _drop_rights() -> None:
    """Give up what lets root read and write everything (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER)."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    if libc.capget(header, held) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    left = 0xFFFFFFFF ^ (1 << 1 | 1 << 2 | 1 << 3)
    for at in (0, 1, 2):  # effective, permitted, inheritable of the lower 32
        held[at] &= left
    if libc.capset(header, held) != 0:
        raise OSError(ctypes.get_errno(), "capset")


__all__ = ["LOADED", "USUAL", "Command", "Ended", "Workshop", "World"]
