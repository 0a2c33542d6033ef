"""The formulas of the catalog as they are computed: parameters and steps. What they say: `catalog`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from g60_pipeline.catalog.formula_models import Formula
from g60_pipeline.catalog.load import load_formulas
from g60_pipeline.metrics.engine.expression import Step


@cache
def steps(formula_id: str, *names: str) -> tuple[Step, ...]:
    """Return the steps of a formula, or only those that give the numbers named.

    Raises:
        KeyError: There is no such formula.
    """
    formula = formulas()[formula_id]
    found = [Step.read(step.text, formula.parameters) for step in formula.steps]
    return tuple(step for step in found if not names or step.name in names)


@cache
def parameters(formula_id: str) -> Mapping[str, float]:
    """Return the constants of a formula by name: whole numbers as integers, the others as floats.

    Raises:
        KeyError: There is no such formula.
    """
    return MappingProxyType(formulas()[formula_id].parameters)


def operands(formula_id: str) -> tuple[str, ...]:
    """Return what a formula calls the rows it takes, in their order.

    Raises:
        KeyError: There is no such formula.
    """
    return formulas()[formula_id].operands


@cache
def formulas() -> Mapping[str, Formula]:
    """Return the formulas of the catalog by identifier, read once."""
    return MappingProxyType({formula.formula_id: formula for formula in load_formulas()})
