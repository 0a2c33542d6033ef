"""The columns of the published file as `core.column` describes them: roles, labels, references, words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.reader.database import Row, Warehouse

NUMBERS: Final = ("INTEGER", "BIGINT", "DOUBLE")
"""Types of numbers."""

ENDS: Final = ("low", "high")
"""Roles of the ends of an interval."""

RANK: Final = "rank"
"""Unit of a place in an order: no quantity that grows by a percentage."""


@dataclass(frozen=True)
class Column:
    """A column of a published table, as `core.column` describes it."""

    column_name: str
    role: str
    answer: bool
    leads: bool
    naming: int | None
    label_en: str
    label_zh: str
    data_type: str
    unit: str | None
    words: tuple[str, ...]
    refers_to: str | None
    description: str

    @property
    def refers_to_table(self) -> str | None:
        """Return the table it refers to."""
        return self.refers_to.rpartition(".")[0] if self.refers_to else None

    @property
    def is_number(self) -> bool:
        """Return whether it is a number."""
        return self.data_type in NUMBERS

    @property
    def is_time_of_fetching(self) -> bool:
        """Return whether it says when something was fetched or found, which every refresh changes."""
        return self.role == "note" and self.data_type.startswith("TIMESTAMP")

    @property
    def is_measured(self) -> bool:
        """Return whether it is a quantity: no date, identifier or operand."""
        return self.is_number and self.role in ("value", *ENDS, "context")

    @property
    def moves(self) -> bool:
        """Return whether a change of it is a change of the result."""
        return self.is_number and self.role in ("value", *ENDS) and self.unit != RANK


Columns = Mapping[str, Column]
"""Columns of one table by name, in order."""

SELECT: Final = """table_schema || '.' || table_name AS full_name, column_name, role, answer, leads, naming,
    label_en, label_zh, data_type, unit, words, refers_to, description"""
"""What is read of `core.column`."""


def read_columns(warehouse: Warehouse, schema: str) -> dict[str, Columns]:
    """Return the columns of every table of a schema, by full name of the table.

    Raises:
        G60Error: The file has no `core.column`, or nothing in it: it was built by another version, or is damaged.
    """
    sql = f"SELECT {SELECT} FROM core.column WHERE table_schema = $schema ORDER BY table_name, position"  # noqa: S608
    found = warehouse.rows(sql, {"schema": schema})
    if not found:
        raise G60Error("the warehouse", "it was built by another version (core.column is empty)", "Run `g60 build`")
    return by_table(found)


def by_table(rows: Iterable[Row]) -> dict[str, Columns]:
    """Return rows of `core.column`, selected by `SELECT`, by full name of the table and by name."""
    tables: dict[str, dict[str, Column]] = {}
    for row in rows:
        name = row.pop("full_name")
        tables.setdefault(name, {})[row["column_name"]] = Column(**row | {"words": tuple(row["words"])})
    return dict(tables)


def in_order_of_moving(columns: Columns) -> list[str]:
    """Return the columns whose change is a change of the result, the leading one first."""
    return [c.column_name for c in sorted(columns.values(), key=lambda c: not c.leads) if c.moves]
