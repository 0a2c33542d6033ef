"""What stands between figures and a number: sums, rows of other tables, or why nothing is written.

`derive` and `parents` fill a `Working` from a `Case`; `arithmetic` puts them together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from g60_pipeline.metrics.engine.traced import Traced, expression, shown
from g60_pipeline.normalize.printed import rounded_to
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import number

BOUNDS: Final = ("lower_bound", "upper_bound")
"""Flags of figures that are no exact ones."""

Both = tuple[str, str]
"""A text in English and Chinese."""


def half_digit(figure: Row) -> float:
    """Return how far a figure may lie from what is printed: half of the digit it is rounded to, where it is flagged."""
    if "rounded" not in figure["flags"] or set(BOUNDS) & set(figure["flags"]):
        return 0.0
    printed = abs(float(figure["value_as_published"]))
    unit = rounded_to(figure["value_as_published"])
    return unit / 2 * abs(float(figure["value"])) / printed if printed else 0.0


@dataclass(frozen=True)
class Sum:
    """One step of arithmetic: what it gives, how, and for what where a row has several of a name."""

    name: str
    term: Traced
    result: float
    of: Both = ("", "")

    @property
    def expression(self) -> str:
        """Return the arithmetic with all digits."""
        return expression(self.term)

    @property
    def shown(self) -> str:
        """Return the arithmetic for a reader."""
        return shown(self.term, number)

    @property
    def holds(self) -> bool:
        """Return whether the arithmetic comes to the number it is told for."""
        return math.isclose(self.term.value, self.result, rel_tol=1e-9, abs_tol=1e-12)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        of = {"of": self.of[0]} if self.of[0] else {}
        return {"name": self.name, **of, "expression": self.expression, "result": self.result}


@dataclass(frozen=True)
class Part:
    """Something else a number rests on, in words; with its identifier where it is a row of a metric."""

    text: Both
    metric_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"metric_id": self.metric_id, "text": self.text[0]}


@dataclass
class Working:
    """The sums of one row, the parts they rest on, and what is not written out."""

    sums: list[Sum] = field(default_factory=list)
    broken: list[Sum] = field(default_factory=list)
    """Steps that do not give the published number: there should be none."""
    parts: list[Part] = field(default_factory=list)
    unwritten: Both | None = None
    of_event: dict[str, Both] = field(default_factory=dict)

    def rest_on(self, rows: Iterable[tuple[Both, str | None]]) -> None:
        """Add parts: text and identifier of each."""
        self.parts += [Part(text, metric_id) for text, metric_id in rows]


@dataclass
class Case:
    """A metric row with the figures behind it, and what else of the warehouse its sum needs."""

    warehouse: Warehouse
    metric: str
    row: Row
    figures: Sequence[Row]

    @cached_property
    def tables(self) -> dict[str, Columns]:
        """Return the columns of every metric."""
        return read_columns(self.warehouse, "metrics")

    @property
    def columns(self) -> Columns:
        """Return the columns of the row."""
        return self.tables[f"metrics.{self.metric}"]

    @property
    def answer(self) -> Any:
        """Return what the row answers; None where there is none."""
        return next(self.row[name] for name, column in self.columns.items() if column.answer)

    @cached_property
    def places(self) -> dict[str, Row]:
        """Return every place: level, parent and names by code."""
        found = self.warehouse.rows("SELECT geo_code, level, parent_code, name_en, short_zh FROM core.geography")
        return {row["geo_code"]: row for row in found}

    def name(self, code: str | None) -> Both:
        """Return the names of a place."""
        place = self.places.get(code or "")
        return (place["name_en"], place["short_zh"]) if place else (code or "", code or "")

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Return the rows of a query."""
        return self.warehouse.rows(sql, values)

    @cached_property
    def bases(self) -> dict[tuple[str, str], Row]:
        """Return every row of `core.indicator_basis` by indicator and basis."""
        found = self.warehouse.rows("SELECT indicator_id, basis, name_en, name_zh FROM core.indicator_basis")
        return {(row["indicator_id"], row["basis"]): row for row in found}

    def indicator(self, indicator_id: str) -> Both:
        """Return the names of an indicator."""
        sql = "SELECT name_en, name_zh FROM core.indicator WHERE indicator_id = $id"
        found = self.warehouse.one(sql, {"id": indicator_id})
        return found["name_en"], found["name_zh"]
