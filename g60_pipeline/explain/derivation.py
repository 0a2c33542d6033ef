"""How a number comes about: sums with the numbers put in, what they depend on, or why no sum is shown.

`derive` and `dependencies` fill a `Derivation` from a `RowContext`; `explanation` puts them together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from g60_pipeline.metrics.engine.traced import TracedNumber, expression, shown
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import number
from g60_pipeline.wording import Bilingual


@dataclass(frozen=True)
class Sum:
    """One step of arithmetic: its result, how it is computed, and for what where a row has several of a name."""

    name: str
    term: TracedNumber
    result: float
    of: Bilingual = ("", "")

    @property
    def expression(self) -> str:
        """Return the arithmetic with all digits."""
        return expression(self.term)

    @property
    def shown(self) -> str:
        """Return the arithmetic for a reader."""
        return shown(self.term, number)

    @property
    def is_right(self) -> bool:
        """Return whether the arithmetic gives the result."""
        return math.isclose(self.term.value, self.result, rel_tol=1e-9, abs_tol=1e-12)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        of = {"of": self.of[0]} if self.of[0] else {}
        return {"name": self.name, **of, "expression": self.expression, "result": self.result}


@dataclass(frozen=True)
class Dependency:
    """Something else a number depends on, in words; with its identifier where it is a row of a metric."""

    text: Bilingual
    metric_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"metric_id": self.metric_id, "text": self.text[0]}


@dataclass
class Derivation:
    """The sums of one row, what they depend on, and what is not shown."""

    sums: list[Sum] = field(default_factory=list)
    wrong: list[Sum] = field(default_factory=list)
    """Sums that do not give the published number: there should be none."""
    depends_on: list[Dependency] = field(default_factory=list)
    not_shown_because: Bilingual | None = None
    of_event: dict[str, Bilingual] = field(default_factory=dict)
    """Event -> what the screen adds to it."""

    def add(self, made: Sum) -> None:
        """Add a sum, apart from the others where it is wrong."""
        (self.sums if made.is_right else self.wrong).append(made)


@dataclass
class RowContext:
    """A metric row with the figures behind it, and what else of the warehouse its explanation needs."""

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
        """Return the value the row was computed for; None where there is none."""
        return next(self.row[name] for name, column in self.columns.items() if column.answer)

    @cached_property
    def places(self) -> dict[str, Bilingual]:
        """Return the names of every place by code."""
        found = self.warehouse.rows("SELECT geo_code, name_en, short_zh FROM core.geography")
        return {row["geo_code"]: (row["name_en"], row["short_zh"]) for row in found}

    def name(self, code: str) -> Bilingual:
        """Return the names of a place, or its code twice."""
        return self.places.get(code, (code, code))

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Return the rows of a query."""
        return self.warehouse.rows(sql, values)
