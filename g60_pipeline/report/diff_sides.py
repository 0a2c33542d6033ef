"""Two published warehouses side by side: what both of them have, and which rows of a table differ. No judgement here.

They may come from different versions. What only one of them has is not compared, and is listed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from g60_pipeline.errors import UsageError
from g60_pipeline.reader.columns import SELECT, Columns, by_table
from g60_pipeline.reader.connection import quiet_connection
from g60_pipeline.reader.database import Row

if TYPE_CHECKING:
    import duckdb

SIDES: Final = ("old", "new")
"""Names of the two warehouses."""

NUMBERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")
"""Types that are compared with each other; columns of other types are compared where both sides have the same one."""

DESCRIPTION: Final = "core.column"
"""Table that says what the columns are."""

Pair = tuple[Any, Any]
"""Old and new value."""


@dataclass(frozen=True)
class RowDifference:
    """A row that only one side has, or whose columns differ: its key, and of every compared column both values."""

    keys: tuple[Any, ...]
    kind: Literal["added", "removed", "changed"]
    columns: dict[str, Pair]

    @property
    def key(self) -> str:
        """Return the first part of the key."""
        return str(self.keys[0])

    @property
    def name(self) -> str:
        """Return the whole key in one word."""
        return " ".join(map(str, self.keys))

    @property
    def changed(self) -> dict[str, Pair]:
        """Return the columns whose values differ by more than rounding of the machine."""
        return {name: pair for name, pair in self.columns.items() if not same(*pair)}


class Sides:
    """Both warehouses on one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read which tables and columns there are."""
        self._connection = connection
        self._types: dict[str, dict[str, dict[str, str]]] = {side: {} for side in SIDES}
        self.not_compared: list[Row] = []
        for row in self.rows(
            """SELECT database_name AS side, schema_name || '.' || table_name AS name, column_name, data_type
               FROM duckdb_columns() WHERE database_name IN ('old', 'new') AND schema_name IN ('core', 'metrics')
               ORDER BY side, name, column_index"""
        ):
            self._types[row["side"]].setdefault(row["name"], {})[row["column_name"]] = row["data_type"]
        self.columns = self._described()

    def _described(self) -> dict[str, Columns]:
        """Return the columns of every table: as the new side describes them, and after them what only the old one does.

        Raises:
            UsageError: Neither does.
        """
        found: dict[str, Columns] = {}
        for side in reversed(SIDES):
            if DESCRIPTION in self._types[side]:
                described = by_table(self.rows(f"SELECT {SELECT} FROM {side}.{DESCRIPTION} ORDER BY position"))  # noqa: S608
                for name, columns in described.items():
                    known = dict(found.get(name, {}))
                    found[name] = known | {n: c for n, c in columns.items() if n not in known}
        if not found:
            raise UsageError.of("diff.both_older", lacks=DESCRIPTION)
        return found

    def rows(self, sql: str) -> list[Row]:
        """Return the rows of a query."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def tables(self, schema: str) -> list[str]:
        """Return the names of the tables of a schema that either side has, those of the new one first."""
        return [name for name in self._types["new"] | self._types["old"] if name.startswith(f"{schema}.")]

    def key(self, table: str) -> list[str]:
        """Return the columns that identify a row of a table."""
        return [name for name, column in self.columns.get(table, {}).items() if column.role == "key"]

    def shared(self, table: str, *, wanted: Sequence[str] = (), ignored: Sequence[str] = ()) -> list[str] | None:
        """Return the columns of a table that can be compared, and remember which of them can not.

        Args:
            table: Schema and table.
            wanted: Columns to compare; all of them where none are named.
            ignored: Columns not to compare.

        Returns:
            Columns in the order of the new side, without the key; None where a side lacks the table or its key.
        """
        key = self.key(table)
        old, new = (self._types[side].get(table) for side in SIDES)
        if old is not None and new is not None and not key:
            self._leave_out(table, [], "neither")
            return None
        if old is None or new is None:
            held = [side for side, columns in zip(SIDES, (old, new), strict=True) if columns is not None]
            self._leave_out(table, [], held[0] if held else "neither")
            return None
        every = [name for name in new | old if name not in ignored]
        asked = [name for name in every if name in (wanted or every) or name in key]
        alone = {
            "old": [name for name in asked if name not in new],
            "new": [name for name in asked if name not in old],
            "both": [name for name in asked if name in old and name in new and not _alike(old[name], new[name])],
        }
        for side, names in alone.items():
            if names:
                self._leave_out(table, names, side)
        lost = {name for names in alone.values() for name in names}
        lost |= {name for name in key if name not in asked}
        return None if lost & set(key) else [name for name in asked if name not in lost and name not in key]

    def differing(self, table: str, *, columns: Sequence[str]) -> list[RowDifference]:
        """Return the rows of a table only one side has, or that differ in a column, in the order of their key."""
        key = self.key(table)
        compared = " OR ".join([f'o."{name}" IS DISTINCT FROM n."{name}"' for name in columns] or ["false"])
        first = key[0]
        names = ", ".join(f'{side}."{name}"' for side in "on" for name in columns)
        cursor = self._connection.execute(
            f"""SELECT {", ".join(f'"{name}"' for name in key)}, o."{first}" IS NULL, n."{first}" IS NULL
                       {"," if columns else ""} {names}
                FROM old.{table} AS o FULL JOIN new.{table} AS n USING ({", ".join(f'"{name}"' for name in key)})
                WHERE o."{first}" IS NULL OR n."{first}" IS NULL OR {compared} ORDER BY ALL"""  # noqa: S608  - names from the file's own schema
        )
        return [_differing(row, key=key, columns=columns) for row in cursor.fetchall()]

    def _leave_out(self, table: str, columns: list[str], side: str) -> None:
        self.not_compared.append({"table": table, "columns": columns, "only_in": side})


@contextmanager
def side_by_side(old: Path, new: Path) -> Iterator[Sides]:
    """Open two published warehouses, read-only.

    Raises:
        UsageError: One of them is not a published warehouse, or they can not be read or compared.
    """
    import duckdb  # noqa: PLC0415  - only where warehouses are compared

    for path in (old, new):
        _check(path)
    if old.samefile(new):
        raise UsageError.of("diff.one_file", str(new))
    with quiet_connection() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for side, path in zip(SIDES, (old, new), strict=True):
            _attach(connection, side, path)
        try:
            yield Sides(connection)
        except duckdb.Error as error:
            raise UsageError.of("diff.not_comparable", f"{old}, {new}", reason=_first_line(error)) from error


def same(old: Any, new: Any) -> bool:
    """Return whether two values are the same, but for rounding of the machine."""
    if isinstance(old, float) and isinstance(new, float):
        return old == new or math.isclose(old, new, rel_tol=1e-12) or (math.isnan(old) and math.isnan(new))
    return bool(old == new)


def _check(path: Path) -> None:
    if path.is_dir():
        inside = [p for p in (path / "g60.duckdb", path / "warehouse" / "g60.duckdb") if p.is_file()]
        if inside:
            raise UsageError.of("diff.folder_with_file", str(path), file=inside[0])
        raise UsageError.of("diff.folder", str(path))
    if not path.is_file():
        raise UsageError.of("diff.no_file", str(path))


def _attach(connection: duckdb.DuckDBPyConnection, side: str, path: Path) -> None:
    import duckdb  # noqa: PLC0415  - only where warehouses are compared

    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{quoted}' AS {side} (READ_ONLY)")
        held = connection.execute(f"SELECT count(*) FROM {side}.core.build").fetchall()  # noqa: S608  - our own names
    except duckdb.Error as error:
        raise UsageError.of("diff.no_warehouse", str(path), reason=_first_line(error)) from error
    if held[0][0] != 1:
        raise UsageError.of("diff.no_build", str(path))


def _alike(old: str, new: str) -> bool:
    return old == new or (old in NUMBERS and new in NUMBERS)


def _differing(row: Sequence[Any], *, key: Sequence[str], columns: Sequence[str]) -> RowDifference:
    start = len(key) + 2
    added, removed = row[len(key) : start]
    pairs = zip(row[start : start + len(columns)], row[start + len(columns) :], strict=True)
    return RowDifference(
        keys=tuple(row[: len(key)]),
        kind="added" if added else "removed" if removed else "changed",
        columns=dict(zip(columns, pairs, strict=True)),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
