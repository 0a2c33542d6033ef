"""The formulas of the catalog as they are computed: steps and kernels of `formulas.yaml`. What they say: `catalog`."""

from __future__ import annotations

from functools import cache

from g60_pipeline.catalog.load import load_formulas
from g60_pipeline.catalog.models import Formula
from g60_pipeline.metrics.engine.expression import Step


@cache
def steps(formula_id: str, *names: str) -> tuple[Step, ...]:
    """Return the steps of a formula, or only those that give the numbers named.

    Raises:
        KeyError: There is no such formula.
    """
    found = [Step.read(step.text) for step in _formula(formula_id).steps]
    return tuple(step for step in found if not names or step.name in names)


def operands(formula_id: str) -> tuple[str, ...]:
    """Return what a formula calls the rows it takes, in their order.

    Raises:
        KeyError: There is no such formula.
    """
    return _formula(formula_id).operands


@cache
def _formula(formula_id: str) -> Formula:
    return {formula.formula_id: formula for formula in load_formulas()}[formula_id]
