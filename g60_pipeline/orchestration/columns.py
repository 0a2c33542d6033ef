"""What the Dagster UI shows of a table: columns with constraints, read from the contract, and the first rows."""

from __future__ import annotations

from typing import Any, Final

import dagster as dg
import dataframely as dy
import polars as pl

from g60_pipeline.tables import Table

PREVIEW_ROWS: Final = 8
"""Rows of a preview."""

PREVIEW_COLUMNS: Final = 9
"""Columns of a preview."""

CELL_LENGTH: Final = 60
"""Characters of a cell in a Markdown table."""

NOT_PREVIEWED: Final = frozenset(
    {"metric_id", "formula_id", "input_ids", "parent_ids", "round_group", "members", "provinces"}
    | {"period_kind", "period_start", "aliases"}
)
"""Columns that say nothing at a glance."""


def column_schema(table: Table) -> dg.TableSchema:
    """Return the columns of a table as Dagster shows them, from its contract."""
    keys = table.schema.primary_key()
    columns = [
        dg.TableColumn(
            name=name,
            type=str(column.dtype),
            description=_described(column),
            constraints=dg.TableColumnConstraints(
                nullable=column.nullable,
                unique=column.unique or keys == [name],
                other=_constraints(column, in_key=name in keys),
            ),
        )
        for name, column in table.schema.columns().items()
    ]
    return dg.TableSchema(columns=columns, constraints=dg.TableConstraints(other=_rules(table)))


def _described(column: dy.Column) -> str:
    unit = (column.metadata or {}).get("unit")
    text = column.description or ""
    return f"{text} Unit: {unit}." if unit else text


def _constraints(column: dy.Column, *, in_key: bool) -> list[str]:
    metadata = column.metadata or {}
    bounds = {"at least": getattr(column, "min", None), "at most": getattr(column, "max", None)}
    found = [
        "part of the key" if in_key else None,
        f"refers to {metadata['references']}" if "references" in metadata else None,
        f"one of {', '.join(metadata['words'])}" if "words" in metadata else None,
        f"matches {column.regex}" if isinstance(column, dy.String) and column.regex else None,
        *(f"{words} {bound}" for words, bound in bounds.items() if bound is not None),
    ]
    return [text for text in found if text]


def _rules(table: Table) -> list[str]:
    """Return the rules over several columns in words: the docstrings they carry in the contract."""
    functions = (getattr(getattr(table.schema, name), "validation_fn", None) for name in dir(table.schema))
    key = table.schema.primary_key()
    together = [f"{', '.join(key)} are unique together."] if len(key) > 1 else []
    return [*together, *(" ".join(f.__doc__.split()) for f in functions if f is not None and f.__doc__)]


def preview(frame: pl.DataFrame) -> str:
    """Return the first rows of a table as Markdown: the columns that tell something at a glance."""
    head = frame.head(PREVIEW_ROWS)
    names = [
        n for n in head.columns if n not in NOT_PREVIEWED and (head[n].null_count() < head.height or not head.height)
    ]
    return markdown(head.select(names[:PREVIEW_COLUMNS]))


def markdown(frame: pl.DataFrame) -> str:
    """Return a frame as a Markdown table; long cells are cut."""
    if frame.is_empty():
        return f"no rows ({', '.join(frame.columns)})"
    lines = [_line(frame.columns), _line(["---"] * frame.width)]
    return "\n".join([*lines, *(_line([_cell(value) for value in row]) for row in frame.iter_rows())])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case float():
            text = f"{value:.6g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")
        case list():
            text = ", ".join(str(v) for v in value)
        case _:
            text = str(value)
    text = " ".join(text.replace("|", "\\|").split())
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"
