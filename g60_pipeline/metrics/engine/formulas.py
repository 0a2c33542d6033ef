"""The formulas of the catalog as they are computed: steps and kernels of `formulas.yaml`. What they say: `catalog`."""

from __future__ import annotations

from functools import cache

from g60_pipeline.catalog.load import load_formulas
from g60_pipeline.metrics.engine.expression import Step


@cache
def steps(formula_id: str, *names: str) -> tuple[Step, ...]:
    """Return the steps of a formula, or only those that give the numbers named.

    Raises:
        KeyError: There is no such formula.
    """
    entry = {formula.formula_id: formula for formula in load_formulas()}[formula_id]
    found = [Step.read(step.text) for step in entry.steps]
    return tuple(step for step in found if not names or step.name in names)
