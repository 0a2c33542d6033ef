"""What the Dagster UI shows of a table: words and columns, from contract and catalog, and the rows to look at first."""

from __future__ import annotations

from typing import Any, Final

import dagster as dg
import dataframely as dy
import polars as pl

from g60_pipeline.contracts.roles import label_zh
from g60_pipeline.metrics.engine.formulas import formulas
from g60_pipeline.tables import Table
from g60_pipeline.tables.described import PUBLISHED_LAYERS, columns_of
from g60_pipeline.wording import LANGUAGES, say

PREVIEW_ROWS: Final = 8
"""Rows of a preview."""

PREVIEW_COLUMNS: Final = 9
"""Columns of a preview."""

CELL_LENGTH: Final = 60
"""Characters of a cell of a shown table."""

TIMES: Final = ("period_end", "year", "year_end", "published", "fetched_at")
"""Columns that say how new a row is, the first of them that a table has."""

MOST_FIRST: Final = {"metrics.wanted": "part_removed"}
"""Column whose largest value comes first, of tables in which the newest says little."""

DICTIONARY: Final = "/report/{language}/dictionary.html#{table}"
"""Where the server of `g60 ui` shows what a table is."""

ORDER: Final = {role: place for place, role in enumerate(("key", "subject", "value", "low", "high", "reason"))}
"""Roles in the order of a preview; the others come last."""

NOT_PREVIEWED: Final = frozenset(
    {"metric_id", "formula_id", "input_ids", "parent_ids", "round_group", "members", "provinces"}
    | {"period_kind", "period_start", "aliases"}
)
"""Columns that say nothing at a glance."""


def description(table: Table) -> str:
    """Return what a table is, in Markdown: of a metric also its formulas in both languages, its unit and its flags."""
    pages = in_both(DICTIONARY, "ui.dictionary", table=table.full_name) if table.layer in PUBLISHED_LAYERS else ""
    if table.layer != "metrics":
        return "\n\n".join(filter(None, (table.description, pages)))
    columns = columns_of(table.full_name)
    texts = [
        f"**{formula.name_en} {formula.name_zh}** (`{formula.formula_id}`): {formula.words_en} {formula.words_zh}"
        for formula in formulas().values()
        if formula.metric == table.name
    ]
    units = [f"Unit of `{c.column_name}` {c.label_zh}: {c.unit}." for c in columns if c.leads and c.unit]
    flags = [f"Flags: {', '.join(f'`{w}`' for w in c.words)}." for c in columns if c.column_name == "flags"]
    return "\n\n".join(filter(None, (table.description, *texts, " ".join([*units, *flags]), pages)))


def in_both(address: str, words: str, **values: str) -> str:
    """Return links to a page of the site in both languages, as the server of `g60 ui` shows it."""
    return " · ".join(f"[{say(words, lang)}]({address.format(language=lang, **values)})" for lang in LANGUAGES)


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
    name = label_zh(column.name or "", (column.metadata or {}).get("label_zh"))
    parts = (f"{name}:" if name else None, column.description, f"Unit: {unit}." if unit else None)
    return " ".join(filter(None, parts))


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


def preview(table: Table, frame: pl.DataFrame) -> dg.TableMetadataValue:
    """Return the rows of a table to look at first, with the columns that say something at a glance.

    Rows with the number that leads them come first, the newest of them before the others, those of a corridor before
    those of a place. Columns are ordered by what they are to the row: subject, numbers, then the rest.
    """
    columns = {c.column_name: c for c in columns_of(table.full_name)} if table.layer in PUBLISHED_LAYERS else {}
    lead = next((name for name, column in columns.items() if column.leads), None)
    newest = MOST_FIRST.get(table.full_name) or next((name for name in TIMES if name in frame.columns), None)
    known = [pl.col(name).is_not_null() for name in (lead, "corridor_id") if name in frame.columns]
    order = [*known[:1], *([pl.col(newest)] if newest else []), *known[1:]]
    ordered = frame.sort(order, descending=True, nulls_last=True, maintain_order=True) if order else frame
    head = ordered.head(PREVIEW_ROWS)
    names = [n for n in head.columns if n not in NOT_PREVIEWED and (_says_something(head[n]) or not head.height)]
    ranked = sorted(names, key=lambda name: ORDER.get(columns[name].role, len(ORDER)) if name in columns else 0)
    return rows_value(head.select(ranked[:PREVIEW_COLUMNS]))


def _says_something(column: pl.Series) -> bool:
    """Return whether any cell holds something: an empty list is nothing."""
    cells = column.list.len().replace(0, None) if isinstance(column.dtype, pl.List) else column
    return cells.null_count() < len(cells)


def rows_value(frame: pl.DataFrame) -> dg.TableMetadataValue:
    """Return a frame as the Dagster UI shows a table; numbers are rounded to six digits and long cells cut."""
    return dg.MetadataValue.table(
        records=[dg.TableRecord({name: _cell(value) for name, value in row.items()}) for row in frame.to_dicts()],
        schema=dg.TableSchema([dg.TableColumn(name, type=str(dtype)) for name, dtype in frame.schema.items()]),
    )


def _cell(value: Any) -> str | int | float | bool | None:
    match value:
        case float():
            return float(f"{value:.6g}")
        case None | bool() | int():
            return value
        case list():
            text = ", ".join(str(v) for v in value)
        case _:
            text = str(value)
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"
