"""The sum of a row, derived from its parents: the steps or the kernel of its formula, run on the numbers of the row.

A number is written out by the code that computes the table, on numbers that carry their derivation:

    formulas.yaml, national_share      operands: [numerator, denominator], share: numerator / denominator
    row of metrics.national_share      parent_ids: the corridor's total, China's figure
    sums of the total, renamed         numerator = 10,171 + 20,171 + ... = 103,060
    the step of the formula            share = 103,060 / 1,013,567 = 0.1017
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import Any, Final, Protocol

from g60_pipeline.explain.derivation import Derivation, Sum
from g60_pipeline.metrics.engine.expression import Step, constants
from g60_pipeline.metrics.engine.interval import ROW, Interval
from g60_pipeline.metrics.engine.traced import TracedNumber, traced
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Row, Warehouse, other_version
from g60_pipeline.wording import Bilingual

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


def derive(row: Row, rows: Rows, known: dict[str, Derivation | None] | None = None) -> Derivation | None:
    """Return the sums of a row, the parents' first; None where its formula has neither steps nor a kernel.

    Args:
        row: A row of a metric.
        rows: Where its formula and parents are.
        known: Derivations of rows by identifier; those of the parents are added.

    Raises:
        G60Error: A row lacks a column its kernel reads: it is of another version.
    """
    formula = rows.formula(row["formula_id"])
    if not formula["steps"] and not formula["kernel"]:
        return None
    known = {} if known is None else known
    parents = rows.metrics(row["parent_ids"])
    for parent in parents[: len(formula["operands"])]:
        if parent["metric_id"] not in known:
            known[parent["metric_id"]] = derive(parent, rows, known)
    made = _Deriver(row)
    steps = [Step.read(text, constants(formula["parameters"])) for text in formula["steps"]]
    with_ends = made.with_ends(steps)
    operands: dict[str, Interval] = {}
    for name, parent in zip(formula["operands"], parents, strict=False):
        answer = rows.answer(table_of(parent["metric_id"]))
        made.take_over(name, known[parent["metric_id"]], answer=answer, with_ends=bool(with_ends))
        operands[name] = _interval(parent, answer)
    made.run_steps(steps, operands, with_ends=with_ends)
    if formula["kernel"]:
        given, *others = (traced(each) | _formulas_of(each, rows) for each in (row, *parents))
        try:
            made.run_kernel(formula["kernel"], given, others)
        except KeyError as error:  # a kernel reads rows of this version
            raise other_version(f"no column {error.args[0]}") from error
    return made.derivation


def parameters_of(row: Row, rows: Rows) -> dict[str, float]:
    """Return the parameters of the formula a row names."""
    return constants(rows.formula(row["formula_id"])["parameters"])


def _formulas_of(row: Row, rows: Rows) -> dict[str, Any]:
    """Return what a kernel needs of formulas: parameters of its own, and the formula of the figure it tests."""
    figure = row.get("figure_formula_id")
    return parameters_of(row, rows) | ({"figure_formula": rows.formula(figure)} if figure else {})


class _Deriver:
    """Collects the sums of one row."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.derivation = Derivation()

    def with_ends(self, steps: Sequence[Step]) -> set[str]:
        """Return the steps whose ends the row has columns for, and those they are made of."""
        found: set[str] = set()
        for step in reversed(steps):
            is_used = any(step.name in later.names for later in steps if later.name in found)
            if is_used or _end_column(self._row, step.name, "low"):
                found.add(step.name)
        return found

    def take_over(self, name: str, parent: Derivation | None, *, answer: str, with_ends: bool) -> None:
        """Add the sums of a parent under the name of the operand, and ends that no sum gives: those of a figure."""
        row, done = self._row, self.derivation
        for made in parent.sums if parent else ():
            renamed = _renamed(made.name, answer, name)
            if (made.term.operation or renamed in row) and (with_ends or renamed == name):
                done.sums.append(replace(made, name=renamed))
        written = {made.name for made in done.sums}
        for column in (f"{name}_{end}" for end in ENDS[1:]):
            end = row.get(column)
            if end is not None and column not in written and not _is_equal(end, row.get(name)):
                done.sums.append(Sum(column, TracedNumber(end), end))

    def run_steps(self, steps: Sequence[Step], names: dict[str, Interval], *, with_ends: set[str]) -> None:
        """Add what the steps give, each computed from the operands and the steps before it."""
        for step in steps:
            given = {name: names.get(name) or _interval(self._row, name) for name in step.names}
            if any(all(getattr(figure, end) is None for end in ENDS) for figure in given.values()):
                continue
            found = step.of(given, ROW)
            self._add(step.name, found if step.name in with_ends else Interval(found.value, None, None))
            names[step.name] = found.map(lambda end: TracedNumber(end.value))

    def run_kernel(self, kernel: str, given: Row, parents: list[Row]) -> None:
        """Add what a kernel gives for the row and its parents, traced, each with the parameters of its formula."""

        def step(name: str, number: Any, of: Bilingual = ("", "")) -> Any:
            term = _term(number)
            if term.operation or name in self._row:
                is_own = not of[0] and self._row.get(name) is not None
                self.derivation.add(Sum(name, term, float(self._row[name]) if is_own else term.value, of))
            return TracedNumber(term.value)

        module, _, function = kernel.partition(":")
        compute = getattr(import_module(f"{KERNELS}.{module}"), function)
        for column, found in compute(given, parents, step).items():
            self._add(column, found if isinstance(found, Interval) else Interval(found, None, None))

    def _add(self, name: str, found: Interval) -> None:
        """Add the value a step gives, and the ends where they are not the value."""
        row = self._row
        value = row.get(name) if name in row else getattr(found.value, "value", None)
        for end in ENDS:
            number = getattr(found, end)
            column = name if end == "value" else _end_column(row, name, end) or f"{name}_{end}"
            result = row.get(column) if column in row else getattr(number, "value", None)
            if number is not None and result is not None and (end == "value" or not _is_equal(result, value)):
                self.derivation.add(Sum(column, _term(number), float(result)))


def _renamed(name: str, answer: str, operand: str) -> str:
    """Return the name of a parent's number as the formula calls it: `value_low` of the numerator is `numerator_low`."""
    for end in ("", "_low", "_high"):
        if name == f"{answer}{end}":
            return f"{operand}{end}"
    return f"{operand}_{name}" if name in ENDS[1:] else name


def _term(number: Any) -> TracedNumber:
    """Return a number of a kernel; one it counted is its own derivation."""
    return number if isinstance(number, TracedNumber) else TracedNumber(number)


def _interval(row: Row, name: str) -> Interval:
    """Return a number of a row with its ends; one without columns for them is exact."""
    columns = (name, *(_end_column(row, name, end) or name for end in ENDS[1:]))
    return Interval(*(None if row.get(column) is None else TracedNumber(float(row[column])) for column in columns))


def _end_column(row: Row, name: str, end: str) -> str | None:
    """Return the column of an end: `share_low`, or `low` beside a plain value."""
    if f"{name}_{end}" in row:
        return f"{name}_{end}"
    return end if name == "value" and end in row else None


def _is_equal(end: float, value: float | None) -> bool:
    return value is not None and math.isclose(end, value, rel_tol=1e-15)
