"""Builds ended at any moment: the published file is that of before or the new one, whole, and the next build heals."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from random import Random
from typing import Final

from breakage.homes import STATES, Prepared, enter, strays

SIGNALS: Final = {"kill -9": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT}


@dataclass(frozen=True)
class Kill:
    """What a build left that was ended at a moment."""

    after: float
    """Seconds it had run."""
    ended: bool
    """Whether the signal met it, or it had ended by itself."""
    held: str
    """What the published file was then: `before`, `new`, or what is wrong with it."""
    strays: int
    """Temporary files it left."""
    traceback: bool


def kill(prepared: Prepared, draw: Random, *, name: str = "kill -9") -> tuple[Kill, str]:
    """End a build that changes something at a moment of its time, and return what it left and the state it was to make."""
    before = prepared.held()
    state = next(s for s in STATES if s != before)
    enter(prepared.home, state)
    moment = draw.uniform(0, prepared.seconds * 1.1)
    ended = prepared.workshop.start(prepared.home, "build").end(after=moment, signal=SIGNALS[name])
    held = prepared.held()
    told = {before: "before", state: "new"}.get(held, held)
    return Kill(moment, ended.code != 0, told, len(strays(prepared.home)), ended.is_traceback), state
