"""A process measured from outside: seconds of the processor, seconds on the clock, and the most memory it took.

Seconds of the processor are those of the process and of all processes it started and waited for. They, and ratios of
them, are what is compared: on a machine with other work the clock says little.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

G60: Final = str(Path(sys.executable).with_name("g60"))
HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    cpu: float
    wall: float
    peak_gb: float
    """Of its largest process."""


def cost_of(command: Sequence[str], *, home: str | Path) -> Cost:
    """Run a command on a data folder and return what it took; what it prints as output is thrown away."""
    begun = time.perf_counter()
    environment = os.environ | {"G60_HOME": str(home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    assert process.returncode == 0, f"{command} ended with {process.returncode}"
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024**2)


def median(costs: Sequence[Cost], of: Callable[[Cost], float] = lambda cost: cost.cpu) -> float:
    return statistics.median(of(cost) for cost in costs)


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the last two values against their sizes, both as logarithms: 1 is proportional."""
    return math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])
