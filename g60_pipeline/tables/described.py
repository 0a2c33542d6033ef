"""What the contracts say of their columns, as rows: `core.column` is made of it, the dictionary is written from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.column import RANK, Column
from g60_pipeline.contracts.core.ledger import Column as Columns
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.contracts.roles import COUNT, label_en, label_zh, naming_of, role_of
from g60_pipeline.contracts.vocabulary import Role
from g60_pipeline.errors import G60Error
from g60_pipeline.tables import TABLES, Table, table

PUBLISHED_LAYERS: Final = ("core", "metrics")
"""Layers that are published; raw tables stay in Parquet."""


@dataclass(frozen=True, kw_only=True)
class ContractColumn(Column):
    """A column of a table as its contract declares it: a row of `core.column`."""

    table_schema: str
    table_name: str
    position: int


@cache
def columns_of(full_name: str) -> tuple[ContractColumn, ...]:
    """Return the columns of a table, in order.

    Raises:
        G60Error: There is no such table, or a column of it has no Chinese label.
    """
    of = table(full_name)
    keys, columns = of.schema.primary_key(), of.schema.columns()
    labels = {name: label_zh(name, _says(column, "label_zh")) for name, column in columns.items()}
    if missing := [name for name, label in labels.items() if not label]:
        remedy = 'Add a line for each to contracts/labels.csv, or write c.called("…", …) in the contract'
        raise G60Error(full_name, f"these columns have no Chinese label: {', '.join(missing)}", remedy)
    roles = {name: _role(name, column, is_key=name in keys) for name, column in columns.items()}
    lead = _lead(columns, roles)
    return tuple(
        ContractColumn(
            table_schema=of.layer,
            table_name=of.name,
            column_name=name,
            position=position,
            role=roles[name],
            answer=_says(column, "answer") is not None,
            leads=name == lead,
            naming=naming_of(name, roles[name]),
            label_en=label_en(name),
            label_zh=labels[name] or "",
            data_type=sql_type(column),
            unit=_says(column, "unit"),
            words=tuple((column.metadata or {}).get("words", ())),
            refers_to=_says(column, "references"),
            description=column.description or "",
        )
        for position, (name, column) in enumerate(columns.items(), start=1)
    )


def column_table() -> pl.DataFrame:
    """Return `core.column`: every column of every published table."""
    return frame_of(Columns, [asdict(column) for t in published() for column in columns_of(t.full_name)])


def published() -> list[Table]:
    """Return every table of the published file."""
    return [t for t in TABLES.values() if t.layer in PUBLISHED_LAYERS]


def sql_type(column: dy.Column) -> str:
    """Return the DuckDB type of a contract's column.

    Raises:
        TypeError: The column is of a kind no contract uses yet.
    """
    if isinstance(column, dy.List):
        return f"{sql_type(column.inner)}[]"
    for kind, name in _SQL_TYPES.items():
        if isinstance(column, kind):
            return name
    raise TypeError(f"no SQL type for {type(column).__name__}")


_SQL_TYPES: Final[dict[type[dy.Column], str]] = {
    dy.String: "VARCHAR",
    dy.Int32: "INTEGER",
    dy.Int64: "BIGINT",
    dy.Float64: "DOUBLE",
    dy.Bool: "BOOLEAN",
    dy.Date: "DATE",
    dy.Datetime: "TIMESTAMPTZ",
}


def _role(name: str, column: dy.Column, *, is_key: bool) -> Role:
    return role_of(name, (column.metadata or {}).get("role"), is_key=is_key)


def _lead(columns: dict[str, dy.Column], roles: dict[str, Role]) -> str | None:
    """Return the number that leads a row: its answer, or where that is a word the first value that counts nothing."""
    answer = next((name for name, column in columns.items() if _says(column, "answer") is not None), None)
    if answer is None or _is_number(columns[answer]):
        return answer
    values = (name for name, column in columns.items() if roles[name] == "value" and _is_number(column))
    return next((name for name in values if _says(columns[name], "unit") not in {COUNT, RANK}), None)


def _is_number(column: dy.Column) -> bool:
    return isinstance(column, (dy.Int32, dy.Int64, dy.Float64))


def _says(column: dy.Column, key: str) -> str | None:
    return (column.metadata or {}).get(key)
