"""The sum of a row, derived from the rows it was made of: the steps or the kernel of its formula, run on its numbers.

A number is written out by the code that computes the table, on numbers that carry their derivation. What the row's
parents are made of comes first, under the name the formula has for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from g60_pipeline.metrics.engine.expression import Step
from g60_pipeline.metrics.engine.interval import ROW, Interval
from g60_pipeline.metrics.engine.traced import Traced
from g60_pipeline.report.database import Row, Warehouse
from g60_pipeline.report.story.working import Both, Sum, Working

ANSWERS: Final = {"national_share": "share"}
"""Column of the answer of a table where it is not `value`."""

ENDS: Final = ("value", "low", "high")

KERNELS: Final = "g60_pipeline.metrics"
"""Package whose modules hold the kernels."""


def derive(warehouse: Warehouse, row: Row) -> Working | None:
    """Return the sums of a row, the parents' first; None where its formula has neither steps nor a kernel.

    A sum that does not give the published number is kept apart in `broken`.
    """
    formula = warehouse.one(
        "SELECT operands, steps, kernel FROM core.formula WHERE formula_id = $id", {"id": row["formula_id"]}
    )
    if not formula["steps"] and not formula["kernel"]:
        return None
    parents = rows_of(warehouse, row["parent_ids"])
    done = Working()
    operands = dict(zip(formula["operands"], parents, strict=False))
    for name, parent in operands.items():
        inner = derive(warehouse, parent)
        for made in inner.sums if inner else ():
            done.sums.append(Sum(_renamed(made.name, answer_of(parent), name), made.term, made.result, made.of))
    _steps(done, row, [Step.read(text) for text in formula["steps"]], parents=operands)
    if formula["kernel"]:
        _kernel(done, row, formula["kernel"], parents=parents)
    return done


def rows_of(warehouse: Warehouse, names: Sequence[str]) -> list[Row]:
    """Return metric rows by identifier, in the order named; the identifier begins with the table."""
    tables: dict[str, list[str]] = {}
    for name in names:
        tables.setdefault(name.partition(":")[0], []).append(name)
    found = {
        row["metric_id"]: row
        for table, ids in tables.items()
        for row in warehouse.rows(f"FROM metrics.{table} WHERE list_contains($ids, metric_id)", {"ids": ids})
    }
    return [found[name] for name in names]


def answer_of(row: Row) -> str:
    """Return the column of a row that holds its answer."""
    return ANSWERS.get(row["metric_id"].partition(":")[0], "value")


def _renamed(name: str, answer: str, operand: str) -> str:
    """Return the name of a parent's number as the formula calls it: `value_low` of the numerator is `numerator_low`."""
    for end in ("", "_low", "_high"):
        if name == f"{answer}{end}":
            return f"{operand}{end}"
    return f"{operand}_{name}" if name in ENDS[1:] else name


def _steps(done: Working, row: Row, steps: Sequence[Step], *, parents: Mapping[str, Row]) -> None:
    names = {name: _interval(parent, answer_of(parent)) for name, parent in parents.items()}
    for step in steps:
        known = {name: names.get(name) or _interval(row, name) for name in step.names}
        if any(all(getattr(figure, end) is None for end in ENDS) for figure in known.values()):
            continue
        found = step.of(known, ROW)
        _add(done, row, step.name, found=found)
        names[step.name] = Interval(*(_leaf(getattr(found, end)) for end in ENDS))


def _kernel(done: Working, row: Row, name: str, *, parents: Sequence[Row]) -> None:
    module, _, function = name.partition(":")

    def step(name: str, number: Any, of: Both = ("", "")) -> Any:
        done.sums.append(Sum(name, number, number.value, of))
        return Traced(number.value)

    kernel = getattr(import_module(f"{KERNELS}.{module}"), function)
    for column, found in kernel(_traced(row), [_traced(parent) for parent in parents], step).items():
        _add(done, row, column, found=found if isinstance(found, Interval) else Interval(found, None, None))


def _traced(row: Row) -> Row:
    return {name: Traced(value) if isinstance(value, float) else value for name, value in row.items()}


def _interval(row: Row, name: str) -> Interval:
    """Return a number of a row with its ends; one without columns for them is exact."""
    return Interval(*(_number(row.get(column)) for column in _columns(row, name).values()))


def _columns(row: Row, name: str) -> dict[str, str]:
    low, high = (_end_column(row, name, end) or name for end in ENDS[1:])
    return {"value": name, "low": low, "high": high}


def _end_column(row: Row, name: str, end: str) -> str | None:
    """Return the column of an end: `share_low`, or `low` beside a plain value."""
    candidates = [f"{name}_{end}", *([end] if name == "value" else [])]
    return next((column for column in candidates if column in row), None)


def _number(value: Any) -> Traced | None:
    return None if value is None else Traced(float(value))


def _leaf(end: Traced | None) -> Traced | None:
    return None if end is None else Traced(end.value)


def _add(done: Working, row: Row, name: str, *, found: Interval) -> None:
    """Add what a step gives: the value, and the ends where they are not the value."""
    for end, column in _shown(row, name):
        number = getattr(found, end)
        if number is None or (number.operation == "" and column in row):
            continue
        made = Sum(column, number, float(row[column]) if column in row else number.value)
        (done.sums if made.holds else done.broken).append(made)


def _shown(row: Row, name: str) -> Iterator[tuple[str, str]]:
    """Yield the ends of a number that are written, each with its column."""
    if name not in row:
        yield "value", name
        return
    if row[name] is not None:
        yield "value", name
    for end in ENDS[1:]:
        column = _end_column(row, name, end)
        if column and row[column] is not None and not _equal(row[column], row[name]):
            yield end, column


def _equal(end: float, value: float | None) -> bool:
    return value is not None and math.isclose(end, value, rel_tol=1e-15)
