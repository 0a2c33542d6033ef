"""Works out a written sum, so that tests need not believe it."""

from __future__ import annotations

import ast
import math
import operator
import statistics
from collections.abc import Callable

OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "ln": math.log,
    "abs": abs,
    "min": min,
    "max": max,
    "median": lambda *values: statistics.median(values),
}


def worked_out(expression: str) -> float:
    """Return what an arithmetic expression comes to; it may hold numbers, the five operations and five functions."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            return FUNCTIONS[node.func.id](*map(value, node.args))
        assert isinstance(node, ast.Constant)
        assert isinstance(node.value, float)
        return node.value

    return value(ast.parse(expression, mode="eval").body)
