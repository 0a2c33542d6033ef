"""What changed between two published warehouses: which numbers, by how much, and through which inputs.

Both files are read, never written; they may come from different versions, so only columns both have are compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.report.database import Row, UsageError

if TYPE_CHECKING:
    import duckdb

SIDES: Final = ("old", "new")
"""Names of the two warehouses."""

Figures = dict[str, dict[str, Any]]
"""Figure -> how it changed."""

LISTS: Final = ("input_ids", "event_ids", "document_ids")
"""Columns that say what a row was made of."""

OF_A_FIGURE: Final = ("value", "unit", "status", "round", "flags", "grade", "document_id")
"""Columns of an input whose change explains a change of a number."""


@dataclass(frozen=True)
class Change:
    """One row that changed: columns with old and new value, and what changed below it."""

    metric: str
    metric_id: str
    columns: dict[str, tuple[Any, Any]]
    inputs_added: list[str]
    inputs_removed: list[str]
    inputs_changed: list[str]
    formula: tuple[int, int] | None

    @property
    def relative(self) -> float | None:
        """Return the relative change of its value, where both are numbers."""
        for name in ("value", "share", "salton"):
            old, new = self.columns.get(name, (None, None))
            if isinstance(old, float) and isinstance(new, float) and old:
                return new / old - 1
        return None


@dataclass(frozen=True)
class Difference:
    """Everything that differs: builds, numbers by table, and the figures below them."""

    builds: dict[str, Row]
    tables: dict[str, dict[str, int]]
    changes: list[Change]
    added: list[str]
    removed: list[str]
    figures: dict[str, dict[str, Any]]
    only_old: list[str] = field(default_factory=list)
    only_new: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "builds": self.builds,
            "tables": self.tables,
            "tables_only_in_old": self.only_old,
            "tables_only_in_new": self.only_new,
            "added": self.added,
            "removed": self.removed,
            "changed": [
                {
                    "metric": c.metric,
                    "metric_id": c.metric_id,
                    "columns": {name: {"old": a, "new": b} for name, (a, b) in c.columns.items()},
                    "relative_change": c.relative,
                    "inputs_added": c.inputs_added,
                    "inputs_removed": c.inputs_removed,
                    "inputs_changed": c.inputs_changed,
                    "formula_version": c.formula,
                }
                for c in self.changes
            ],
            "figures": self.figures,
        }


def difference(old: Path, new: Path) -> Difference:
    """Return what changed from one warehouse to another.

    Raises:
        UsageError: One of them is not a published warehouse.
    """
    with _attached(old, new) as connection:
        builds = {side: _rows(connection, f"FROM {side}.core.build")[0] for side in SIDES}
        columns = {side: _columns(connection, side) for side in SIDES}
        shared = [name for name in columns["new"] if name in columns["old"]]
        figures = _figures(connection)
        versions = _versions(connection)
        tables: dict[str, dict[str, int]] = {}
        changes: list[Change] = []
        added: list[str] = []
        removed: list[str] = []
        for name in shared:
            both = [c for c in columns["new"][name] if c in columns["old"][name]]
            here = (
                _ids(connection, name, side="new", other="old"),
                _ids(connection, name, side="old", other="new"),
            )
            found = [_change(row, name, figures=figures, versions=versions) for row in _changed(connection, name, both)]
            added += here[0]
            removed += here[1]
            changes += found
            if here[0] or here[1] or found:
                tables[name] = {"added": len(here[0]), "removed": len(here[1]), "changed": len(found)}
    return Difference(
        builds=builds,
        tables=tables,
        changes=changes,
        added=added,
        removed=removed,
        figures=figures,
        only_old=sorted(columns["old"].keys() - columns["new"].keys()),
        only_new=sorted(columns["new"].keys() - columns["old"].keys()),
    )


@contextmanager
def _attached(old: Path, new: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb  # noqa: PLC0415  - only where warehouses are compared

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for side, path in zip(SIDES, (old, new), strict=True):
            remedy = "Name two files such as warehouse/g60.duckdb that `g60 build` published"
            if not path.is_file():
                raise UsageError(str(path), "there is no such file", remedy)
            quoted = str(path).replace("'", "''")
            try:
                connection.execute(f"ATTACH '{quoted}' AS {side} (READ_ONLY)")
                held = connection.execute(f"SELECT count(*) FROM {side}.core.build").fetchall()  # noqa: S608  - our own names
            except duckdb.Error as error:
                reason = str(error).strip().splitlines()[0]
                raise UsageError(str(path), f"it is not a published warehouse ({reason})", remedy) from error
            if held[0][0] != 1:
                raise UsageError(str(path), "it does not say which build it is of", remedy)
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _columns(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, list[str]]:
    found = _rows(
        connection,
        f"""SELECT table_name, list(column_name ORDER BY column_index) AS columns FROM duckdb_columns()
            WHERE database_name = '{side}' AND schema_name = 'metrics' GROUP BY table_name ORDER BY table_name""",  # noqa: S608  - our own names
    )
    return {row["table_name"]: row["columns"] for row in found}


def _ids(connection: duckdb.DuckDBPyConnection, table: str, *, side: str, other: str) -> list[str]:
    """Return the rows only one side has."""
    sql = f"""SELECT metric_id FROM {side}.metrics.{table}
              WHERE metric_id NOT IN (SELECT metric_id FROM {other}.metrics.{table}) ORDER BY metric_id"""  # noqa: S608  - our own names
    return [row["metric_id"] for row in _rows(connection, sql)]


def _changed(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> list[Row]:
    """Return the rows of both sides that differ in a column, each column as a pair."""
    compared = [c for c in columns if c != "metric_id"]
    differs = " OR ".join(f"o.{c} IS DISTINCT FROM n.{c}" for c in compared)
    pairs = ", ".join(f"o.{c} AS old_{c}, n.{c} AS new_{c}" for c in compared)
    sql = f"""SELECT n.metric_id, {pairs} FROM old.metrics.{table} AS o JOIN new.metrics.{table} AS n USING (metric_id)
              WHERE {differs} ORDER BY n.metric_id"""  # noqa: S608  - our own names
    return _rows(connection, sql)


def _figures(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return the figures that came, went or changed, by identifier."""
    columns = ", ".join(f"o.{c} AS old_{c}, n.{c} AS new_{c}" for c in OF_A_FIGURE)
    differs = " OR ".join(f"o.{c} IS DISTINCT FROM n.{c}" for c in OF_A_FIGURE)
    rows = _rows(
        connection,
        f"""SELECT coalesce(n.observation_id, o.observation_id) AS observation_id, o.observation_id IS NULL AS added,
                   n.observation_id IS NULL AS removed, {columns}
            FROM old.core.observation_candidate AS o
            FULL JOIN new.core.observation_candidate AS n USING (observation_id)
            WHERE {differs} ORDER BY 1""",  # noqa: S608  - our own names
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        kind = "added" if row["added"] else "removed" if row["removed"] else "changed"
        pairs = {c: {"old": row[f"old_{c}"], "new": row[f"new_{c}"]} for c in OF_A_FIGURE}
        found[row["observation_id"]] = {
            "kind": kind,
            "columns": {c: p for c, p in pairs.items() if p["old"] != p["new"]},
        }
    return found


def _versions(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    rows = _rows(
        connection,
        """SELECT n.formula_id, o.version AS old, n.version AS new
           FROM old.core.formula AS o JOIN new.core.formula AS n USING (formula_id) WHERE o.version <> n.version""",
    )
    return {row["formula_id"]: (row["old"], row["new"]) for row in rows}


def _change(
    row: Row, table: str, *, figures: dict[str, dict[str, Any]], versions: dict[str, tuple[int, int]]
) -> Change:
    names = [c.removeprefix("new_") for c in row if c.startswith("new_")]
    columns = {
        c: (row[f"old_{c}"], row[f"new_{c}"])
        for c in names
        if c not in LISTS and not _same(row[f"old_{c}"], row[f"new_{c}"])
    }
    lists = [c for c in LISTS if c in names]
    before = {i for c in lists for i in row[f"old_{c}"] or []}
    after = {i for c in lists for i in row[f"new_{c}"] or []}
    return Change(
        metric=table,
        metric_id=row["metric_id"],
        columns=columns,
        inputs_added=sorted(after - before),
        inputs_removed=sorted(before - after),
        inputs_changed=sorted(i for i in before & after if figures.get(i, {}).get("kind") == "changed"),
        formula=versions.get(row.get("new_formula_id", "")),
    )


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=1e-12) or old == new
    return bool(old == new)
