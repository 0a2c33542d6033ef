"""Finds one row of any metric: by identifier, or by table and what narrows it. What explains it: `explanation`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.column import Column
from g60_pipeline.errors import UsageError
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place, one_of
from g60_pipeline.wording import told

FEW: Final = 8
"""How many rows, dates or values a message names."""

PLACE: Final = "core.geography.geo_code"
"""What a column of places refers to; `--geo` is looked for in all of them."""

INDICATOR: Final = "core.indicator.indicator_id"
"""What a column of indicators refers to."""

OPTIONS: Final = {
    "corridor_id": "--corridor",
    "geo_code": "--geo",
    "indicator_id": "INDICATOR",
    "basis": "--basis",
    "period_end": "--date",
}
"""Columns that have an option or argument of their own, in the order it is named; the others go with `--by`."""

NOT_SELECTED: Final = ("key", "reason", "evidence", "note")
"""Roles of columns by which nobody selects."""

NOTHING: Final = "none"
"""Empty value in `--by column=none`."""

POOLED: Final = "all"
"""Span of the rows over all years."""

UNDATED_TABLES: Final = ("claim_audit",)
"""Tables in which each row has a period of its own, so that there is no newest one."""


@dataclass(frozen=True)
class MetricQuery:
    """A row by its identifier, or a table and what narrows it."""

    what: str
    indicator: str | None = None
    corridor: str | None = None
    place: str | None = None
    date: str | None = None
    basis: str | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Condition:
    """One condition on a row: the columns of which one must have the value; None is an empty one."""

    columns: tuple[str, ...]
    value: Any
    text: str


def find_row(warehouse: Warehouse, query: MetricQuery) -> tuple[str, Row]:
    """Return the table of the row a query finds, and the row.

    Raises:
        UsageError: There is no such row, or more than one fits.
    """
    return _by_id(warehouse, query) if ":" in query.what else _by_series(warehouse, query)


def _tables(warehouse: Warehouse) -> dict[str, Columns]:
    """Return the columns of every metric."""
    found = read_columns(warehouse, "metrics")
    return {name.partition(".")[2]: columns for name, columns in found.items()}


def _by_id(warehouse: Warehouse, query: MetricQuery) -> tuple[str, Row]:
    if any((query.indicator, query.corridor, query.place, query.date, query.basis, query.by)):
        raise UsageError.of("explain.alone", query.what)
    metric, tables = query.what.partition(":")[0], _tables(warehouse)
    if metric in tables:
        found = warehouse.rows(f"FROM metrics.{metric} WHERE metric_id = $id", {"id": query.what})
        if found:
            return metric, found[0]
        like = warehouse.rows(
            f"SELECT metric_id FROM metrics.{metric} ORDER BY levenshtein(metric_id, $id), metric_id LIMIT 3",  # noqa: S608  - a name from the file
            {"id": query.what},
        )
        if like:
            names = ", ".join(row["metric_id"] for row in like)
            raise UsageError.of("explain.near", query.what, names=names)
    raise UsageError.of("explain.no_row_of_id", query.what, tables=", ".join(tables))


def _by_series(warehouse: Warehouse, query: MetricQuery) -> tuple[str, Row]:
    tables = _tables(warehouse)
    metric = one_of(query.what, list(tables), what="metric")
    columns = tables[metric]
    conditions = _conditions(warehouse, query, metric=metric, columns=columns)
    fitting = _default_basis(warehouse, query, _rows(warehouse, metric, conditions))
    rows = _newest(fitting, query, metric=metric)
    if len(rows) == 1:
        return metric, rows[0]
    text = ", ".join(c.text for c in conditions) or told("explain.nothing_more")
    if not rows:
        remedy = _near_misses(warehouse, metric, conditions)
        raise UsageError.of("explain.no_row", metric, conditions=text, remedy=remedy)
    names: str = ", ".join(r["metric_id"] for r in rows[:FEW])
    if len(rows) > FEW:
        names = told("explain.and_more", names=names, n=len(rows) - FEW)
    narrow = "; ".join(_options_between(rows, columns)) or "metric_id"
    raise UsageError.of("explain.several", metric, n=len(rows), conditions=text, narrow=narrow, names=names)


def _rows(warehouse: Warehouse, metric: str, conditions: Sequence[_Condition]) -> list[Row]:
    parts, values = [], {}
    for position, condition in enumerate(conditions):
        name = f"v{position}"
        if condition.value is None:
            parts.append(" OR ".join(f"{c} IS NULL" for c in condition.columns))
        else:
            parts.append(" OR ".join(f"CAST({c} AS VARCHAR) = ${name}" for c in condition.columns))
            values[name] = str(condition.value)
    where = " AND ".join(f"({part})" for part in parts) or "true"
    return warehouse.rows(f"FROM metrics.{metric} WHERE {where} ORDER BY metric_id", values)


def _default_basis(warehouse: Warehouse, query: MetricQuery, rows: list[Row]) -> list[Row]:
    named = query.basis or any(text.startswith("basis=") for text in query.by)
    if named or not query.indicator or not rows or "basis" not in rows[0]:
        return rows
    default = find_indicator(warehouse, query.indicator)["default_basis"]
    return [r for r in rows if r["basis"] == default] or rows


def _newest(rows: list[Row], query: MetricQuery, *, metric: str) -> list[Row]:
    """Return the rows over all years, else those of the newest period, where no date is given."""
    if query.date or not rows or metric in UNDATED_TABLES:
        return rows
    pooled = [r for r in rows if r.get("span") == POOLED]
    if pooled:
        return pooled
    when = "period_end" if "period_end" in rows[0] else "year"
    newest = max((r[when] for r in rows if r.get(when) is not None), default=None)
    return rows if newest is None else [r for r in rows if r[when] == newest]


def _options_between(rows: Sequence[Row], columns: Columns) -> list[str]:
    """Return the options that narrow rows, each with the values they have."""
    found = []
    several_places = len(_referring(columns, PLACE)) > 1
    for column in _distinguishing(columns):
        option = "--by" if column == "geo_code" and several_places else OPTIONS.get(column, "--by")
        found_values = {NOTHING if r[column] is None else str(r[column]) for r in rows}
        values = sorted(found_values if option == "--by" else found_values - {NOTHING})
        if len(found_values) > 1 and values:
            listed = " | ".join(values[:FEW]) + (" …" if len(values) > FEW else "")
            found.append(f"--by {column}={listed}" if option == "--by" else f"{option} {listed}")
    return found


def _conditions(warehouse: Warehouse, query: MetricQuery, *, metric: str, columns: Columns) -> list[_Condition]:
    conditions: list[_Condition] = []
    selectable = _selectable(columns)

    def add(names: Sequence[str], value: Any, text: str) -> None:
        found = tuple(name for name in names if name in columns)
        if not found:
            raise UsageError.of("explain.no_column", metric, column=names[0], columns=", ".join(selectable))
        conditions.append(_Condition(found, value, text))

    if query.indicator:
        code = find_indicator(warehouse, query.indicator)["indicator_id"]
        add(["indicator_id"], code, f"indicator_id {code}")
    if query.corridor:
        code = find_corridor(warehouse, query.corridor)["corridor_id"]
        add(["corridor_id"], code, f"corridor_id {code}")
    if query.place:
        place = find_place(warehouse, query.place)
        text = f"place {place['geo_code']} ({place['name_en']})"
        add(_referring(columns, PLACE) or ["geo_code"], place["geo_code"], text)
    if query.basis:
        add(["basis"], query.basis, f"basis {query.basis}")
    if query.date:
        name, value = _date(query.date, columns)
        add([name], value, f"{name} {value}")
    for text in query.by:
        name, found, value = text.partition("=")
        if not found:
            raise UsageError.of("explain.no_pair", f"--by {text}", columns=", ".join(selectable))
        if name not in selectable:
            listed = ", ".join(selectable)
            raise UsageError.of("explain.not_apart", f"--by {text}", metric=metric, column=name, columns=listed)
        add([name], _value(warehouse, columns[name], value), f"{name} {value}")
    return conditions


def _distinguishing(columns: Columns) -> list[str]:
    """Return the columns in which rows differ: places and what has an option of its own, others, and times last."""
    options = list(OPTIONS)

    def place(column: Column) -> int:
        if column.is_number or column.data_type == "DATE":
            return len(options) + 1
        name = "geo_code" if column.refers_to == PLACE else column.column_name
        return options.index(name) if name in options else len(options)

    return [
        c.column_name for c in sorted(columns.values(), key=place) if c.role == "subject" and (c.naming or c.refers_to)
    ]


def _referring(columns: Columns, target: str) -> list[str]:
    """Return the columns that refer to a column of another table."""
    return [name for name, c in columns.items() if c.refers_to == target and c.data_type == "VARCHAR"]


def _selectable(columns: Columns) -> list[str]:
    """Return the columns that can be chosen by: words, days and years, neither lists nor measured numbers."""
    dated = {"VARCHAR", "DATE", "BOOLEAN"}
    return [
        name
        for name, c in columns.items()
        if c.role not in NOT_SELECTED and (c.data_type in dated or c.role == "subject")
    ]


def _value(warehouse: Warehouse, column: Column, text: str) -> Any:
    """Return the value a reader means: a code by any name of its place or indicator, nothing by `none`."""
    if text == NOTHING and NOTHING not in column.words:
        return None
    if column.refers_to == PLACE:
        return find_place(warehouse, text)["geo_code"]
    if column.refers_to == INDICATOR:
        return find_indicator(warehouse, text)["indicator_id"]
    return text


def _date(text: str, columns: Columns) -> tuple[str, Any]:
    if text.isdecimal() and len(text) == 4:
        return "year", int(text)
    try:
        day = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError.of("explain.no_date", "--date", text=repr(text))
    return ("period_end", day) if "period_end" in columns else ("year", day.year)


def _near_misses(warehouse: Warehouse, metric: str, conditions: Sequence[_Condition]) -> str:
    """Return the values of the one condition without which there are rows: dates first, then the last condition."""
    dated = [c for c in conditions if c.columns[0] in {"period_end", "year"}]
    others = [c for c in reversed(conditions) if c not in dated]
    for left_out in [*dated, *others]:
        rows = _rows(warehouse, metric, [c for c in conditions if c is not left_out])
        values = {NOTHING if row[name] is None else str(row[name]) for row in rows for name in left_out.columns}
        if values and left_out in dated:
            return told("explain.newest_held", values=", ".join(sorted(values - {NOTHING}, reverse=True)[:FEW]))
        if values:
            shown = ", ".join(sorted(values)[:FEW]) + (" …" if len(values) > FEW else "")
            return told("explain.may_be", columns="/".join(left_out.columns), values=shown)
    return told("explain.all_rows" if _rows(warehouse, metric, []) else "explain.empty_table", metric=metric)
