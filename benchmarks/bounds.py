"""Hides every known figure in turn and prints how often the bounds contain it, tier by tier. Part of `make bench`.

Exits 1 where a figure lies outside what is printed: the tier `printed` assumes nothing, so that would be a mistake.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import hidden_cells

from g60_pipeline.metrics.bounds.bound import bound
from g60_pipeline.metrics.claims.claim_bound import claim_bound
from g60_pipeline.metrics.engine.registry import metric_functions
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps

PRINTED: Final = "printed"
SECONDS: Final = 3.0
"""Work of the bounds and of the claims against them."""


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory() as home:
        tables = run_steps(Context.now(Settings(Path(home))))
    work = 0.0
    for metric in metric_functions():
        if metric.function in (bound, claim_bound):
            start = time.process_time()
            metric.make(tables)
            work += time.process_time() - start
    late = work > SECONDS
    print(f"{'bounds, and claims':<28} {work:6.2f} s   limit {SECONDS:4.1f} s of work{'   MISSED' if late else ''}")
    frame = hidden_cells.frame_of(tables)
    found = list(hidden_cells.hide_each(frame, hidden_cells.known_cells(frame)))
    wrong = False
    for tier in dict.fromkeys(one.tier for one in found):
        own = [one for one in found if one.tier == tier]
        closed = [one.relative_width for one in own if one.relative_width is not None]
        outside = [one for one in own if not one.covered]
        print(
            f"hidden figures, {tier:<12} {1 - len(outside) / len(own):7.2%} of {len(own)} inside, {len(closed)} with "
            f"both ends, half of these within {statistics.median(closed):.0%} of the figure"
        )
        for one in outside:
            print(f"  {one.cell.label}: {one.printed.low} to {one.printed.high}, bounds {one.low} to {one.high}")
        wrong |= tier == PRINTED and bool(outside)
    return int(late or wrong)


if __name__ == "__main__":
    sys.exit(main())
