"""Steps of a formula: short expressions that are computed for a whole table and written out for one row.

An expression holds names, numbers, `+ - * / **`, brackets, `ln(x)`, `sqrt(x)`, `at_most(x, y)` for the lesser of both,
and `ratio(x, y)` for a quotient of exact figures of any sign. A step is an expression, or says more:

    share: {part: numerator / denominator}          an upper end above one says nothing
    symmetric: {each: (value - 1) / (value + 1)}    an increasing function, taken of value and ends apart

A name is a figure, or a parameter of the formula.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from g60_pipeline.metrics.engine.interval import Arithmetic, Interval

FORMS: Final = ("plain", "part", "each")
"""Forms of a step."""


@dataclass(frozen=True)
class Step:
    """One step: the column or number it gives, its expression, its form, and the constants of its formula."""

    name: str
    expression: str
    form: str = "plain"
    constants: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, constants: Mapping[str, float] | None = None) -> Step:
        """Return the step of a text of the catalog, `share = part(numerator / denominator)`, with its constants."""
        name, _, expression = text.partition(" = ")
        form = next((form for form in FORMS if expression.startswith(f"{form}(")), "plain")
        return cls(name, expression if form == "plain" else expression[len(form) + 1 : -1], form, constants or {})

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of figures the expression reads, in order."""
        return tuple(name for name in _names(self.expression) if name not in self.constants)

    def of(self, names: Mapping[str, Interval], arithmetic: Arithmetic) -> Interval:
        """Return what the step gives for named figures.

        Raises:
            KeyError: A name of the expression is not given.
        """
        tree = _parsed(self.expression).body
        names = {name: Interval.exactly(float(number)) for name, number in self.constants.items()} | dict(names)
        if self.form == "each":
            sides = ("value", "low", "high")
            alone = [
                {name: Interval.exactly(getattr(figure, side)) for name, figure in names.items()} for side in sides
            ]
            return Interval(*(_value(tree, one, arithmetic).value for one in alone))
        found = _value(tree, names, arithmetic)
        return arithmetic.part(found) if self.form == "part" else found


def constants(texts: Iterable[str]) -> dict[str, float]:
    """Return the parameters of a formula as they are published: `core_ratio = 1.5`."""
    return {name: json.loads(number) for name, _, number in (text.partition(" = ") for text in texts)}


FUNCTIONS: Final[dict[str, Callable[..., Interval]]] = {
    "ln": lambda arithmetic, figure: figure.map(arithmetic.ends.log),
    "sqrt": lambda _, figure: figure.map(lambda end: end**0.5),
    "ratio": lambda arithmetic, above, below: arithmetic.ratio(above, below),
    "at_most": lambda arithmetic, figure, most: arithmetic.at_most(figure, most),
}
"""Functions an expression may call."""

_OPERATIONS: Final[dict[type[ast.operator], Callable[[Arithmetic, Interval, Interval], Interval]]] = {
    ast.Add: Arithmetic.add,
    ast.Sub: Arithmetic.subtract,
    ast.Mult: Arithmetic.multiply,
    ast.Div: Arithmetic.divide,
    ast.Pow: Arithmetic.power,
}


@cache
def _names(expression: str) -> tuple[str, ...]:
    found = (node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name))
    return tuple(dict.fromkeys(name for name in found if name not in FUNCTIONS))


@cache
def _parsed(expression: str) -> ast.Expression:
    tree = ast.parse(expression, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.operator | ast.expr_context | ast.Expression):
            allowed = not isinstance(node, ast.operator) or type(node) in _OPERATIONS
        elif isinstance(node, ast.Call):
            allowed = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        else:
            allowed = isinstance(node, ast.BinOp | ast.Name | ast.Constant)
        if not allowed:
            raise ValueError(f"{expression}: a step holds names, numbers, + - * / **, {', '.join(FUNCTIONS)} only")
    return tree


def _value(node: ast.expr, names: Mapping[str, Interval], arithmetic: Arithmetic) -> Interval:
    match node:
        case ast.BinOp():
            left, right = (_value(side, names, arithmetic) for side in (node.left, node.right))
            return _OPERATIONS[type(node.op)](arithmetic, left, right)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](arithmetic, *(_value(argument, names, arithmetic) for argument in arguments))
        case ast.Constant(value=int() | float() as number):
            return Interval.exactly(float(number))
        case ast.Name(id=name):
            return names[name]
    raise ValueError(f"{ast.unparse(node)} may not be part of a step")
