"""The columns of the published file as `core.column` describes them: roles, labels, references, words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from g60_pipeline.column import Column
from g60_pipeline.reader.database import Row, Warehouse, other_version

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
        raise other_version("core.column is empty")
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
