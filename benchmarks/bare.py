"""The arithmetic of a build without Dagster: all steps in memory, and the publication.

    python benchmarks/bare.py HOME

What `compare.py` sets a build against; with a file name after HOME, a table of the seconds of each step is written.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

from g60_pipeline.publish.warehouse import publish
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context


def main(home: Path, report: Path | None = None) -> None:
    context = Context.now(Settings(home))
    tables, seconds = {}, {}
    for step in STEPS:
        begun = time.process_time()
        tables |= step.make(context, tables)
        seconds[step.name] = time.process_time() - begun
    publish(context.settings, tables, built_at=dt.datetime.now(dt.UTC))
    if report is not None:
        dearest = sorted(seconds.items(), key=lambda item: -item[1])
        report.write_text("".join(f"{name} {taken:.2f}\n" for name, taken in dearest), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
