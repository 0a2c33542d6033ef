"""Measures what users wait for, and sets a build against the bare arithmetic and Dagster's default executor.

    python benchmarks/compare.py [--short]

`--short` leaves out Dagster's executor, which takes minutes. Part of `make bench`. Exits 1 when a limit is missed.
Speed is judged here and not in the tests, which run on any machine. Seconds are of the processor, imports among them;
those of the UI are on the clock.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Final

import duckdb
from timing import G60, HERE, Cost, cost_of, median

from g60_pipeline.orchestration.provenance import RUN_KEY
from g60_pipeline.publish.storage import record
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS
from g60_pipeline.tables import table

PAIRS: Final = 3
"""Builds and bare scripts, in turn."""

STARTS: Final = 5
"""Starts of a command; the median counts."""

MOST_TIMES_BARE: Final = 2.0
"""A build may take so many times the work of its arithmetic."""

COMMANDS: Final = {
    ("--help",): 0.15,
    ("show",): 0.4,
    ("sql", "SELECT 1"): 0.4,
    ("explain", "national_share", "star_listed", "--corridor", "g60_shanghai", "--date", "2022-12-31"): 0.4,
}
"""Command -> limit in seconds."""

UNCHANGED, REFRESH, LOCATION, UI, QUERY = 1.0, 2.0, 3.0, 8.0, 0.030
"""Limits in seconds: a build with nothing to do, a refresh that finds nothing new, the code location, the first answer
of the UI, a query of the cookbook."""

FIGURE: Final = """\
row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,publisher,document_title,published,grade
bench,330400,fdi_actual,default,year,2012,17.7,usd_100m,benchmark,made up for a benchmark,2013,U
"""
LOAD: Final = "from g60_pipeline.definitions import defs; defs.get_repository_def()"

missed: list[str] = []


def judged(name: str, value: float, limit: float, *, unit: str = "s") -> None:
    late = value > limit
    missed.extend([name] * late)
    print(f"{name:<44} {value:8.3f} {unit:<2} limit {limit:g}{'   MISSED' if late else ''}", flush=True)


def builds(folder: Path, *, multiprocess: bool) -> str:
    """Compare builds; return a home with one."""
    bare: list[Cost] = []
    full: list[Cost] = []
    for number in range(PAIRS):
        homes = {name: str(folder / f"{name}{number}") for name in ("bare", "full")}
        for home in homes.values():
            Path(home).mkdir()
        bare.append(cost_of([sys.executable, str(HERE / "bare.py"), homes["bare"], str(folder / "steps")], home=folder))
        full.append(cost_of([G60, "build"], home=homes["full"]))
    print("dearest steps:", ", ".join((folder / "steps").read_text().splitlines()[:8]))
    for name, costs in {"bare arithmetic and publication": bare, "g60 build": full}.items():
        peak = max(cost.peak_gb for cost in costs)
        print(
            f"{name:<44} {median(costs):8.3f} s  ({median(costs, lambda c: c.wall):.1f} s on the clock, {peak:.2f} GB)"
        )
    judged(
        "g60 build / bare",
        statistics.median(f.cpu / b.cpu for f, b in zip(full, bare, strict=True)),
        MOST_TIMES_BARE,
        unit="x",
    )
    home = homes["full"]
    judged("build with nothing to do", median([cost_of([G60, "build"], home=home) for _ in range(STARTS)]), UNCHANGED)
    if multiprocess:
        other = folder / "multiprocess"
        other.mkdir()
        cost = cost_of([sys.executable, str(HERE / "multiprocess.py"), str(other)], home=str(other))
        print(f"{'the same, a process for each step':<44} {cost.cpu:8.3f} s  ({cost.wall:.1f} s on the clock)")
        print(f"{'  against g60 build':<44} {cost.cpu / median(full):8.3f} x")
    return home


def one_figure(home: str) -> None:
    """Enter a figure and print what a build then does."""
    inbox = Path(home) / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "bench.csv").write_text(FIGURE, encoding="utf-8")
    cost = cost_of([G60, "build"], home=home)
    settings = Settings(Path(home))
    runs = {step.name: {record(settings, table(name)).get(RUN_KEY) for name in step.outputs} for step in STEPS}
    newest = next(iter(runs["entered"]))
    again = [step.name for step in STEPS if newest in runs[step.name]]
    kept = [step.name for step in STEPS if step.name not in again]
    print(f"{'build after one figure more':<44} {cost.cpu:8.3f} s")
    print(f"  run again ({len(again)}): {', '.join(again)}")
    print(f"  left as they were ({len(kept)}): {', '.join(kept)}")


def starts(home: str) -> None:
    """Time the start of commands, and of the code location."""
    for command, limit in COMMANDS.items():
        taken = median([cost_of([G60, *command], home=home) for _ in range(STARTS)])
        judged(f"g60 {command[0]}", taken, limit)
    load = [cost_of([sys.executable, "-c", LOAD], home=home) for _ in range(STARTS)]
    judged("code location loads", median(load), LOCATION)


def cookbook(home: str) -> None:
    """Time every query of the cookbook on an open file; the slowest is judged."""
    taken: dict[str, float] = {}
    with duckdb.connect(str(Settings(Path(home)).database), read_only=True) as connection:
        for file in sorted((HERE.parent / "warehouse" / "queries").glob("*.sql")):
            times = []
            for _ in range(STARTS):
                begun = time.perf_counter()
                connection.execute(file.read_text(encoding="utf-8")).fetchall()
                times.append(time.perf_counter() - begun)
            taken[file.stem] = min(times)
    slowest = max(taken, key=lambda name: taken[name])
    over = {name: seconds for name, seconds in taken.items() if seconds > QUERY}
    judged(f"slowest query, {slowest}", taken[slowest], QUERY)
    print(f"  {len(taken)} queries, median {statistics.median(taken.values()):.3f} s, over the limit: {over or 'none'}")


def ui(home: str) -> None:
    """Time until the UI answers, on the clock."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    command = [G60, "ui", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | {"G60_HOME": home}, stdout=subprocess.DEVNULL) as process:
        try:
            while not _answers(port) and time.perf_counter() - begun < 60:
                time.sleep(0.05)
            judged("UI answers (on the clock)", time.perf_counter() - begun, UI)
        finally:
            process.send_signal(signal.SIGINT)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def unchanged_refresh(home: str) -> None:
    """Time a Dagster run that refreshes a source which says nothing new, on a local stand-in; start-up is left out."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from simulator.world import World, environment, serving  # noqa: PLC0415  - beside the tests

    from g60_pipeline.orchestration.refresh_run import refresh_sources  # noqa: PLC0415  - loads Dagster

    with serving(World()) as server:
        os.environ.update(environment(server, ["worldbank"]))
        settings = Settings(Path(home))
        refresh_sources(settings, ["worldbank"])
        times: list[float] = []
        for _ in range(STARTS):
            begun = time.process_time()
            done = refresh_sources(settings, ["worldbank"])
            assert [attempt.ending for attempt in done.attempts] == ["unchanged"]
            times.append(time.process_time() - begun)
    judged("refresh that finds nothing new, as a run", statistics.median(times), REFRESH)


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="g60_compare_") as folder:
        home = builds(Path(folder), multiprocess="--short" not in sys.argv)
        size = Settings(Path(home)).database.stat().st_size
        print(f"{'published file':<44} {size / 1e6:8.1f} MB")
        starts(home)
        cookbook(home)
        ui(home)
        one_figure(home)
        unchanged_refresh(home)
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"missed: {', '.join(missed) or 'nothing'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
