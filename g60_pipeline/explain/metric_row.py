"""Finds one row of any metric: by identifier, or by table and what narrows it. What is behind it: `telling`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.reader.columns import Column, Columns, read_columns
from g60_pipeline.reader.database import Row, UsageError, Warehouse
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place, one_of

FEW: Final = 8
"""How many rows, dates or values a message names."""

PLACE: Final = "core.geography.geo_code"
"""What a column that holds a place refers to; `--place` looks for it in all of them."""

INDICATOR: Final = "core.indicator.indicator_id"
"""What a column that holds an indicator refers to."""

OPTIONS: Final = {
    "corridor_id": "--corridor",
    "geo_code": "--place",
    "indicator_id": "the indicator",
    "basis": "--basis",
    "period_end": "--date",
}
"""Columns that have an option or argument of their own, in the order it is named; the others go with `--by`."""

NOT_SELECTED: Final = ("key", "reason", "evidence", "note")
"""Roles of columns by which nobody selects."""

NOTHING: Final = "none"
"""Stands for an empty value in `--by column=none`."""

POOLED: Final = "all"
"""Span of the rows over all years."""

UNDATED_TABLES: Final = ("claim_audit",)
"""Tables whose rows have each a period of their own, so that the newest means nothing."""


@dataclass(frozen=True)
class Asked:
    """What was asked for: a row by its identifier, or a table and what narrows it."""

    what: str
    indicator: str | None = None
    corridor: str | None = None
    place: str | None = None
    date: str | None = None
    basis: str | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Condition:
    """One thing asked of a row: the columns of which one has to hold the value; None is an empty one."""

    columns: tuple[str, ...]
    value: Any
    asked: str


def find_row(warehouse: Warehouse, asked: Asked) -> tuple[str, Row]:
    """Return the table of the row that is asked for, and the row.

    Raises:
        UsageError: There is no such row, or more than one fits.
    """
    return _by_id(warehouse, asked) if ":" in asked.what else _by_series(warehouse, asked)


def _tables(warehouse: Warehouse) -> dict[str, Columns]:
    """Return the columns of every metric."""
    found = read_columns(warehouse, "metrics")
    return {name.partition(".")[2]: columns for name, columns in found.items()}


def _by_id(warehouse: Warehouse, asked: Asked) -> tuple[str, Row]:
    if any((asked.indicator, asked.corridor, asked.place, asked.date, asked.basis, asked.by)):
        raise UsageError(asked.what, "an identifier stands alone", "Leave the other arguments out")
    name = asked.what.partition(":")[0]
    sql = "SELECT metric FROM analysis.metric WHERE metric = $name AND metric_id = $id"
    found = warehouse.rows(sql, {"name": name, "id": asked.what})
    if not found:
        like = warehouse.rows(
            """SELECT metric_id FROM analysis.metric WHERE metric = $name
               ORDER BY levenshtein(metric_id, $id), metric_id LIMIT 3""",
            {"name": name, "id": asked.what},
        )
        which = f"The tables are {', '.join(_tables(warehouse))}; metric_id is a column of each"
        near = f"Near it are {', '.join(r['metric_id'] for r in like)}" if like else which
        raise UsageError(asked.what, "no metric row bears this identifier", near)
    metric = found[0]["metric"]
    return metric, warehouse.one(f"FROM metrics.{metric} WHERE metric_id = $id", {"id": asked.what})


def _by_series(warehouse: Warehouse, asked: Asked) -> tuple[str, Row]:
    tables = _tables(warehouse)
    metric = one_of(asked.what, list(tables), what="metric")
    columns = tables[metric]
    wanted = _wanted(warehouse, asked, metric=metric, columns=columns)
    held = _rows(warehouse, metric, wanted)
    rows = _newest(_default_basis(warehouse, asked, held), asked, metric=metric)
    if len(rows) == 1:
        return metric, rows[0]
    told = ", ".join(w.asked for w in wanted) or "nothing more"
    if not rows:
        raise UsageError(metric, f"it has no row of {told}", _held(warehouse, metric, wanted))
    names = [r["metric_id"] for r in rows[:FEW]]
    more = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
    narrow = "; ".join(_apart(rows, columns)) or "its metric_id"
    raise UsageError(
        metric, f"{len(rows)} rows fit {told}", f"Narrow it with {narrow}; or name one: {', '.join(names)}{more}"
    )


def _rows(warehouse: Warehouse, metric: str, wanted: Sequence[_Condition]) -> list[Row]:
    parts, values = [], {}
    for position, condition in enumerate(wanted):
        name = f"v{position}"
        if condition.value is None:
            parts.append(" OR ".join(f"{c} IS NULL" for c in condition.columns))
        else:
            parts.append(" OR ".join(f"CAST({c} AS VARCHAR) = ${name}" for c in condition.columns))
            values[name] = str(condition.value)
    where = " AND ".join(f"({part})" for part in parts) or "true"
    return warehouse.rows(f"FROM metrics.{metric} WHERE {where} ORDER BY metric_id", values)


def _default_basis(warehouse: Warehouse, asked: Asked, rows: list[Row]) -> list[Row]:
    named = asked.basis or any(text.startswith("basis=") for text in asked.by)
    if named or not asked.indicator or not rows or "basis" not in rows[0]:
        return rows
    default = find_indicator(warehouse, asked.indicator)["default_basis"]
    return [r for r in rows if r["basis"] == default] or rows


def _newest(rows: list[Row], asked: Asked, *, metric: str) -> list[Row]:
    """Return the rows over all years, else those of the newest period, where no date is given."""
    if asked.date or not rows or metric in UNDATED_TABLES:
        return rows
    pooled = [r for r in rows if r.get("span") == POOLED]
    if pooled:
        return pooled
    when = "period_end" if "period_end" in rows[0] else "year"
    newest = max((r[when] for r in rows if r.get(when) is not None), default=None)
    return rows if newest is None else [r for r in rows if r[when] == newest]


def _apart(rows: Sequence[Row], columns: Columns) -> list[str]:
    """Return the options that narrow rows, each with the values they have."""
    found = []
    several_places = len(_referring(columns, PLACE)) > 1
    for column in _telling_apart(columns):
        option = "--by" if column == "geo_code" and several_places else OPTIONS.get(column, "--by")
        held = {NOTHING if r[column] is None else str(r[column]) for r in rows}
        values = sorted(held if option == "--by" else held - {NOTHING})
        if len(held) > 1 and values:
            listed = " | ".join(values[:FEW]) + (" …" if len(values) > FEW else "")
            found.append(f"--by {column}={listed}" if option == "--by" else f"{option} {listed}")
    return found


def _wanted(warehouse: Warehouse, asked: Asked, *, metric: str, columns: Columns) -> list[_Condition]:
    wanted: list[_Condition] = []

    def add(names: Sequence[str], value: Any, text: str) -> None:
        found = tuple(name for name in names if name in columns)
        if not found:
            raise UsageError(metric, f"its rows have no {names[0]}", f"They have {', '.join(_selectable(columns))}")
        wanted.append(_Condition(found, value, text))

    if asked.indicator:
        code = find_indicator(warehouse, asked.indicator)["indicator_id"]
        add(["indicator_id"], code, f"indicator_id {code}")
    if asked.corridor:
        code = find_corridor(warehouse, asked.corridor)["corridor_id"]
        add(["corridor_id"], code, f"corridor_id {code}")
    if asked.place:
        place = find_place(warehouse, asked.place)
        add(
            _referring(columns, PLACE) or ["geo_code"],
            place["geo_code"],
            f"place {place['geo_code']} ({place['name_en']})",
        )
    if asked.basis:
        add(["basis"], asked.basis, f"basis {asked.basis}")
    if asked.date:
        name, value = _date(asked.date, columns)
        add([name], value, f"{name} {value}")
    for text in asked.by:
        name, found, value = text.partition("=")
        if not found:
            raise UsageError(f"--by {text}", "it is not column=value", f"Columns are {', '.join(_selectable(columns))}")
        if name not in _selectable(columns):
            remedy = f"Columns are {', '.join(_selectable(columns))}"
            raise UsageError(f"--by {text}", f"rows of {metric} are not told apart by {name}", remedy)
        add([name], _value(warehouse, columns[name], value), f"{name} {value}")
    return wanted


def _telling_apart(columns: Columns) -> list[str]:
    """Return the columns that tell rows apart: places and what has an option of its own, others, and times last."""
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
    """Return the columns that hold one thing of a table."""
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
        raise UsageError("--date", f"{text!r} is neither a date nor a year", "Write 2022-12-31 or 2022")
    return ("period_end", day) if "period_end" in columns else ("year", day.year)


def _held(warehouse: Warehouse, metric: str, wanted: Sequence[_Condition]) -> str:
    """Return what there is of the one thing without which there are rows: dates first, then what was asked last."""
    dated = [w for w in wanted if w.columns[0] in {"period_end", "year"}]
    others = [w for w in reversed(wanted) if w not in dated]
    for left in [*dated, *others]:
        rows = _rows(warehouse, metric, [w for w in wanted if w is not left])
        values = {NOTHING if r[c] is None else str(r[c]) for r in rows for c in left.columns}
        if values and left in dated:
            return f"The newest held are {', '.join(sorted(values - {NOTHING}, reverse=True)[:FEW])}"
        if values:
            more = " …" if len(values) > FEW else ""
            return f"Then {' or '.join(left.columns)} may be {', '.join(sorted(values)[:FEW])}{more}"
    if not _rows(warehouse, metric, []):
        return "The table is empty: nothing it could be computed from is held"
    return f'`g60 sql "FROM metrics.{metric}"` shows its rows'
