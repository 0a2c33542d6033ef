"""All steps in order, and the run of all of them. What the steps of raw and core do: `core_steps`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from g60_pipeline.metrics.engine.registry import metric_functions
from g60_pipeline.steps import core_steps  # noqa: F401 - registers them
from g60_pipeline.steps.step import Context, Step, registered_steps

STEPS: Final = (*registered_steps(), *map(Step.of_metric, metric_functions()))
"""All steps, each after those it reads from."""


def run_steps(
    context: Context, *, given: Mapping[str, pl.DataFrame] | None = None, wanted: Collection[str] | None = None
) -> dict[str, pl.DataFrame]:
    """Run the graph in memory and return every table made by full name. Used by tests and dry runs.

    Args:
        context: What steps may know besides their inputs.
        given: Tables that replace what a step makes; a step all of whose tables are given does not run.
        wanted: Tables to make, with all they are made of; all when not given.
    """
    fixed = dict(given or {})
    held = dict(fixed)
    for step in STEPS if wanted is None else _behind(wanted, given=fixed):
        if fixed.keys() >= set(step.outputs):
            continue
        held |= step.make(context, held) | {name: frame for name, frame in fixed.items() if name in step.outputs}
    return held


def _behind(wanted: Collection[str], *, given: Collection[str]) -> list[Step]:
    """Return the steps that make the wanted tables and what they are made of, in order, but for what is given."""
    needed, steps = set(wanted), list[Step]()
    for step in reversed(STEPS):
        if not needed.difference(given).isdisjoint(step.outputs):
            steps.append(step)
            needed |= set(step.inputs)
    return steps[::-1]
