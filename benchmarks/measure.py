"""Measures what users wait for: builds, the start of the command, and the work of a refresh that finds nothing new.

Run `make bench`. Exits 1 when a limit is missed. Speed is judged here and not in the tests, which run on any machine.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

G60: Final = Path(sys.executable).with_name("g60")
LIMITS: Final = {
    "full build": 15.0,
    "build that changes nothing": 1.0,
    "g60 --help": 0.5,
    "g60 show": 0.5,
    "g60 sql": 0.5,
    "unchanged refresh, as a run": 2.0,
}
"""Seconds on two cores."""

REPEATS: Final = 7
"""Starts measured; the median counts."""


def seconds(command: Sequence[str], home: str) -> float:
    """Return the wall time of one command."""
    start = time.perf_counter()
    subprocess.run([str(G60), *command], env=os.environ | {"G60_HOME": home}, check=True, capture_output=True)
    return time.perf_counter() - start


def unchanged_refresh(home: str) -> float:
    """Return the time of a Dagster run that refreshes a source which says nothing new, on a local stand-in.

    Loading Dagster and the code location is left out: that is start-up.
    """
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from simulator.world import World, environment, serving  # noqa: PLC0415  - beside the tests

    from g60_pipeline.orchestration.refresh_run import refresh_sources  # noqa: PLC0415  - loads Dagster
    from g60_pipeline.settings import Settings  # noqa: PLC0415

    with serving(World()) as server:
        os.environ.update(environment(server, ["worldbank"]))
        settings = Settings(home=Path(home))
        refresh_sources(settings, ["worldbank"])
        times: list[float] = []
        for _ in range(REPEATS):
            done = refresh_sources(settings, ["worldbank"])
            assert [a.ending for a in done.attempts] == ["unchanged"]
            times.append(done.seconds)
    return statistics.median(times)


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory() as home:
        measured = {"full build": seconds(["build"], home), "build that changes nothing": seconds(["build"], home)}
        for command in (["--help"], ["show"], ["sql", "SELECT 1"]):
            times = [seconds(command, home) for _ in range(REPEATS)]
            measured[f"g60 {command[0]}"] = statistics.median(times)
        measured["unchanged refresh, as a run"] = unchanged_refresh(home)
    missed = 0
    for name, value in measured.items():
        late = value > LIMITS[name]
        missed += late
        print(f"{name:<28} {value:6.2f} s   limit {LIMITS[name]:4.1f} s{'   MISSED' if late else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
