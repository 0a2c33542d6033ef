"""The pace of one source: how long its requests are apart. What the source itself asks to wait is not kept here."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Keeps the starts of requests apart by at least an interval."""

    def __init__(
        self,
        interval: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the interval in seconds; the first turn comes at once."""
        self._interval = interval
        self._sleep = sleep
        self._clock = clock
        self._next: float | None = None

    def take_turn(self) -> None:
        """Return when the next request may start."""
        if self._next is not None:
            self._sleep(max(self._next - self._clock(), 0.0))
        self._next = self._clock() + self._interval
