"""The sum of a row, derived from the rows it was made of: the steps or the kernel of its formula, run on its numbers.

A number is written out by the code that computes the table, on numbers that carry their derivation. What the row's
parents are made of comes first, under the name the formula has for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, Final, Protocol

from g60_pipeline.explain.working import Both, Sum, Working
from g60_pipeline.metrics.engine.expression import Step, constants
from g60_pipeline.metrics.engine.interval import ROW, Interval
from g60_pipeline.metrics.engine.traced import Traced, traced
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Row, Warehouse

ENDS: Final = ("value", "low", "high")

KERNELS: Final = "g60_pipeline.metrics"
"""Package whose modules hold the kernels."""


class Rows(Protocol):
    """Where formulas and metric rows are looked up."""

    def formula(self, formula_id: str) -> Row:
        """Return a row of `core.formula`."""

    def metrics(self, names: Sequence[str]) -> list[Row]:
        """Return metric rows by identifier, in the order named."""

    def answer(self, table: str) -> str:
        """Return the column of the number that leads the rows of a metric."""


class PublishedRows:
    """Formulas and metric rows of a published warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Look up in this warehouse."""
        self._warehouse = warehouse
        self._formulas: dict[str, Row] = {}

    def formula(self, formula_id: str) -> Row:
        """Return a row of `core.formula`."""
        if formula_id not in self._formulas:
            sql = "FROM core.formula WHERE formula_id = $id"
            self._formulas[formula_id] = self._warehouse.one(sql, {"id": formula_id})
        return self._formulas[formula_id]

    def metrics(self, names: Sequence[str]) -> list[Row]:
        """Return metric rows by identifier, in the order named; the identifier begins with the table."""
        tables: dict[str, list[str]] = {}
        for name in names:
            tables.setdefault(table_of(name), []).append(name)
        found = {
            row["metric_id"]: row
            for table, ids in tables.items()
            for row in self._warehouse.rows(
                f"FROM metrics.{table} WHERE list_contains($ids, metric_id)",
                {"ids": ids},
            )
        }
        return [found[name] for name in names]

    def answer(self, table: str) -> str:
        """Return the column of the number that leads the rows of a metric."""
        return next(name for name, column in self._columns[f"metrics.{table}"].items() if column.leads)

    @cached_property
    def _columns(self) -> dict[str, Columns]:
        return read_columns(self._warehouse, "metrics")


def table_of(metric_id: str) -> str:
    """Return the table a metric row is in."""
    return metric_id.partition(":")[0]


def derive(row: Row, rows: Rows) -> Working | None:
    """Return the sums of a row, the parents' first; None where its formula has neither steps nor a kernel.

    A sum that does not give the published number is kept apart in `broken`.
    """
    formula = rows.formula(row["formula_id"])
    if not formula["steps"] and not formula["kernel"]:
        return None
    parents = rows.metrics(row["parent_ids"])
    done = Working()
    operands = dict(zip(formula["operands"], parents, strict=False))
    steps = [Step.read(text, constants(formula["parameters"])) for text in formula["steps"]]
    with_ends = _with_ends(steps, row)
    for name, parent in operands.items():
        inner = derive(parent, rows)
        for made in inner.sums if inner else ():
            called = _renamed(made.name, rows.answer(table_of(parent["metric_id"])), name)
            if (made.term.operation or called in row) and (with_ends or called == name):
                done.sums.append(Sum(called, made.term, made.result, made.of))
        _as_held(done, row, name)
    names = {name: _interval(parent, rows.answer(table_of(parent["metric_id"]))) for name, parent in operands.items()}
    _steps(done, row, steps, names=names, with_ends=with_ends)
    if formula["kernel"]:
        given, *others = (traced(each) | _formula_of(each, rows) for each in (row, *parents))
        _kernel(done, row, formula["kernel"], given=given, parents=others)
    return done


def parameters_of(row: Row, rows: Rows) -> dict[str, float]:
    """Return the parameters of the formula a row names."""
    return constants(rows.formula(row["formula_id"])["parameters"])


def _formula_of(row: Row, rows: Rows) -> dict[str, Any]:
    """Return what a kernel needs of formulas: parameters of its own, and the formula of the figure it tests."""
    figure = row.get("figure_formula_id")
    return parameters_of(row, rows) | ({"figure_formula": rows.formula(figure)} if figure else {})


def _as_held(done: Working, row: Row, name: str) -> None:
    """Add the ends of an operand that no sum gives: they are those of a figure."""
    written = {made.name for made in done.sums}
    for column in (f"{name}_{end}" for end in ENDS[1:]):
        end = row.get(column)
        if end is not None and column not in written and not _equal(end, row.get(name)):
            done.sums.append(Sum(column, Traced(end), end))


def _renamed(name: str, answer: str, operand: str) -> str:
    """Return the name of a parent's number as the formula calls it: `value_low` of the numerator is `numerator_low`."""
    for end in ("", "_low", "_high"):
        if name == f"{answer}{end}":
            return f"{operand}{end}"
    return f"{operand}_{name}" if name in ENDS[1:] else name


def _with_ends(steps: Sequence[Step], row: Row) -> set[str]:
    """Return the steps whose ends a row has columns for, and those they are made of."""
    found: set[str] = set()
    for step in reversed(steps):
        if _end_column(row, step.name, "low") or any(
            step.name in later.names for later in steps if later.name in found
        ):
            found.add(step.name)
    return found


def _steps(done: Working, row: Row, steps: Sequence[Step], *, names: dict[str, Interval], with_ends: set[str]) -> None:
    for step in steps:
        known = {name: names.get(name) or _interval(row, name) for name in step.names}
        if any(all(getattr(figure, end) is None for end in ENDS) for figure in known.values()):
            continue
        found = step.of(known, ROW)
        _add(done, row, step.name, found=found if step.name in with_ends else Interval(found.value, None, None))
        names[step.name] = Interval(*(_leaf(getattr(found, end)) for end in ENDS))


def _kernel(done: Working, row: Row, name: str, *, given: Row, parents: list[Row]) -> None:
    """Run a kernel on a row and its parents, traced, each with the parameters of its formula."""
    module, _, function = name.partition(":")

    def step(name: str, number: Any, of: Both = ("", "")) -> Any:
        term = _written(number)
        if term.operation or name in row:
            made = Sum(name, term, term.value if of[0] or row.get(name) is None else float(row[name]), of)
            (done.sums if made.holds else done.broken).append(made)
        return Traced(term.value)

    kernel = getattr(import_module(f"{KERNELS}.{module}"), function)
    for column, found in kernel(given, parents, step).items():
        _add(done, row, column, found=found if isinstance(found, Interval) else Interval(found, None, None))


def _written(number: Any) -> Traced:
    """Return a number of a kernel; one it counted is its own derivation."""
    return number if isinstance(number, Traced) else Traced(number)


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
    value = row.get(name) if name in row else getattr(found.value, "value", None)
    for end in ENDS:
        number = getattr(found, end)
        column = name if end == "value" else _end_column(row, name, end) or f"{name}_{end}"
        result = row.get(column) if column in row else getattr(number, "value", None)
        if number is None or result is None or (end != "value" and _equal(result, value)):
            continue
        made = Sum(column, _written(number), float(result))
        (done.sums if made.holds else done.broken).append(made)


def _equal(end: float, value: float | None) -> bool:
    return value is not None and math.isclose(end, value, rel_tol=1e-15)
