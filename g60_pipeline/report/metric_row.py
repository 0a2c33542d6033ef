"""Finds one row of any metric: by identifier, or by table, indicator, scope and date. What is behind it: `story`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.report.database import Row, UsageError, Warehouse
from g60_pipeline.report.names import find_corridor, find_indicator, find_place, one_of

FEW: Final = 8
"""How many rows a message names."""

SELECTORS: Final = ("measure", "ratio_id", "weight_indicator_id", "reference_id", "framework_id", "weighting", "path")
"""Columns that tell rows of one table and series apart; `--by column=value` chooses among them."""


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


def find_row(warehouse: Warehouse, asked: Asked) -> tuple[str, Row]:
    """Return the table of the row that is asked for, and the row.

    Raises:
        UsageError: There is no such row, or more than one fits.
    """
    tables = _tables(warehouse)
    return _by_id(warehouse, asked, tables) if ":" in asked.what else _by_series(warehouse, asked, tables)


def _tables(warehouse: Warehouse) -> dict[str, list[str]]:
    found = warehouse.rows(
        """SELECT table_name, list(column_name ORDER BY column_index) AS columns FROM duckdb_columns()
           WHERE schema_name = 'metrics' GROUP BY table_name ORDER BY table_name"""
    )
    return {row["table_name"]: row["columns"] for row in found}


def _by_id(warehouse: Warehouse, asked: Asked, tables: dict[str, list[str]]) -> tuple[str, Row]:
    if any((asked.indicator, asked.corridor, asked.place, asked.date, asked.basis, asked.by)):
        raise UsageError(asked.what, "an identifier stands alone", "Leave the other arguments out")
    found = warehouse.rows("SELECT metric FROM analysis.metric WHERE metric_id = $id", {"id": asked.what})
    if not found:
        name = asked.what.partition(":")[0]
        like = warehouse.rows(
            """SELECT metric_id FROM analysis.metric WHERE metric = $name
               ORDER BY levenshtein(metric_id, $id), metric_id LIMIT 3""",
            {"name": name, "id": asked.what},
        )
        near = f"Near it are {', '.join(r['metric_id'] for r in like)}" if like else _which(tables)
        raise UsageError(asked.what, "no metric row bears this identifier", near)
    metric = found[0]["metric"]
    return metric, warehouse.one(f"FROM metrics.{metric} WHERE metric_id = $id", {"id": asked.what})


def _which(tables: Iterable[str]) -> str:
    return f"The tables are {', '.join(tables)}; metric_id is a column of each"


def _by_series(warehouse: Warehouse, asked: Asked, tables: dict[str, list[str]]) -> tuple[str, Row]:
    metric = one_of(asked.what, list(tables), what="metric")
    columns = tables[metric]
    wanted = _wanted(warehouse, asked, metric=metric, columns=columns)
    where = " AND ".join(f"{name} = ${name}" for name in wanted) or "true"
    rows = warehouse.rows(f"FROM metrics.{metric} WHERE {where} ORDER BY metric_id", wanted)
    if not asked.basis and "basis" in columns and asked.indicator:
        default = find_indicator(warehouse, asked.indicator)["default_basis"]
        rows = [r for r in rows if r["basis"] == default] or rows
    newest = max((r["period_end"] for r in rows), default=None) if "period_end" in columns else None
    if asked.date is None and newest is not None:
        rows = [r for r in rows if r["period_end"] == newest]
    if len(rows) == 1:
        return metric, rows[0]
    told = ", ".join(f"{k} {v}" for k, v in wanted.items()) or "nothing more"
    if not rows:
        raise UsageError(metric, f"it has no row of {told}", _held(warehouse, metric, columns=columns, wanted=wanted))
    names = [r["metric_id"] for r in rows[:FEW]]
    more = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
    apart = [c for c in (*SELECTORS, "basis", "corridor_id", "geo_code") if len({r.get(c) for r in rows}) > 1]
    how = f"--by {apart[0]}=…" if apart and apart[0] in SELECTORS else "--corridor, --place, --basis or --date"
    raise UsageError(
        metric, f"{len(rows)} rows fit {told}", f"Narrow it with {how}, or name one: {', '.join(names)}{more}"
    )


def _wanted(warehouse: Warehouse, asked: Asked, *, metric: str, columns: list[str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if asked.indicator:
        wanted["indicator_id"] = find_indicator(warehouse, asked.indicator)["indicator_id"]
    if asked.corridor:
        wanted["corridor_id"] = find_corridor(warehouse, asked.corridor)["corridor_id"]
    if asked.place:
        wanted["geo_code"] = find_place(warehouse, asked.place)["geo_code"]
    if asked.basis:
        wanted["basis"] = asked.basis
    if asked.date:
        wanted |= _date(asked.date, columns)
    for text in asked.by:
        name, found, value = text.partition("=")
        if not found or name not in SELECTORS:
            raise UsageError(f"--by {text}", "it is not column=value", f"Columns are {', '.join(SELECTORS)}")
        wanted[name] = value
    unknown = [name for name in wanted if name not in columns]
    if unknown:
        raise UsageError(metric, f"its rows have no {unknown[0]}", f"They have {', '.join(columns)}")
    return wanted


def _date(text: str, columns: list[str]) -> dict[str, Any]:
    if text.isdecimal() and len(text) == 4:
        return {"year": int(text)}
    try:
        day = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError("--date", f"{text!r} is neither a date nor a year", "Write 2022-12-31 or 2022")
    return {"period_end": day} if "period_end" in columns else {"year": day.year}


def _held(warehouse: Warehouse, metric: str, *, columns: list[str], wanted: dict[str, Any]) -> str:
    """Return what there is, were the date left out; else which indicators there are."""
    rest = {k: v for k, v in wanted.items() if k not in {"period_end", "year"}}
    when = next((c for c in ("period_end", "year") if c in columns), None)
    if when and len(rest) < len(wanted):
        where = " AND ".join(f"{name} = ${name}" for name in rest) or "true"
        dates = warehouse.rows(
            f"SELECT DISTINCT {when} AS t FROM metrics.{metric} WHERE {where} ORDER BY t DESC LIMIT {FEW}",  # noqa: S608  - columns of ours
            rest,
        )
        if dates:
            return f"The newest held are {', '.join(str(d['t']) for d in dates)}"
    return f'`g60 sql "FROM metrics.{metric}"` shows its rows'
