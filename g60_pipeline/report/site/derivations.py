"""How the numbers of metric rows came about, for many rows at once. The only module of the site that knows `explain`.

`g60 explain` asks the warehouse anew for every row; here the rows are read once, so that thousands take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from g60_pipeline.explain import derivation
from g60_pipeline.explain.constraints import of_bounds
from g60_pipeline.explain.dependencies import named
from g60_pipeline.explain.derivation import Derivation, RowContext
from g60_pipeline.explain.derive import PublishedRows, derive, table_of
from g60_pipeline.explain.explanation import labels_zh
from g60_pipeline.reader.columns import read_columns
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import Language


@dataclass(frozen=True)
class Sum:
    """One line of arithmetic in one language: the name of what it gives, the numbers put in, the result.

    Numbers put in that are the result itself are left out.
    """

    name: str
    expression: str
    result: str


class Derivations(PublishedRows):
    """Derives the sums of metric rows; tables are read as a whole when the first of their rows is needed."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Look up in this warehouse."""
        super().__init__(warehouse)
        self._read: dict[str, dict[str, Row]] = {}
        tables = read_columns(warehouse, "metrics")
        self._labels_zh = labels_zh(tables)
        self._labels_en = {name: c.label_en for columns in tables.values() for name, c in columns.items()}
        self._context = RowContext(warehouse, "figure", {}, ())
        self._known: dict[str, Derivation | None] = {}

    def metrics(self, names: Sequence[str]) -> list[Row]:
        """Return metric rows by identifier, in the order named."""
        return [self._table(table_of(name))[name] for name in names]

    def row(self, metric_id: str) -> Row:
        """Return one metric row."""
        return self._table(table_of(metric_id))[metric_id]

    def sums(self, metric_id: str, language: Language) -> list[Sum]:
        """Return how a row was computed, its operands first; empty where its formula writes no sum."""
        row = self.row(metric_id)
        found = derive(row, self, self._known)
        return [
            Sum(
                self._name(done, row, language),
                expression="" if done.shown == number(done.result) else done.shown,
                result=number(done.result),
            )
            for done in (found.sums if found else ())
        ]

    def chain(self, metric_id: str, language: Language) -> list[str]:
        """Return what the bounds a row was made of rest on, in words."""
        found = of_bounds(self._context, self.metrics(self.row(metric_id)["parent_ids"]), self.metrics)
        return [dependency.text[language == "zh"] for dependency in found]

    def _name(self, done: derivation.Sum, row: Row, language: Language) -> str:
        labels = self._labels_zh if language == "zh" else self._labels_en
        label = labels.get(done.name, done.name.replace("_", " "))
        if not done.of[0]:
            return label
        self._context.row = row
        return label + Words(language).bracketed(named(self._context, done.of)[language == "zh"])

    def _table(self, table: str) -> dict[str, Row]:
        if table not in self._read:
            found = self._warehouse.rows(f"FROM metrics.{table}")
            self._read[table] = {row["metric_id"]: row for row in found}
        return self._read[table]
