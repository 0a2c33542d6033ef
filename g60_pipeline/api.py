"""The warehouse in Python: tables as typed Polars frames. `import g60_pipeline as g60` gives what is public here.

>>> import g60_pipeline as g60
>>> with g60.connect() as warehouse:  # doctest: +SKIP
...     warehouse.load("national_share", year=2023, corridor_id="g60_shanghai")

Rows keep everything that qualifies a number: `share` beside `share_low` and `share_high`, `flags`, `input_ids`. A
number that can not be computed is null; its interval says what is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.column import Column
from g60_pipeline.errors import UsageError
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Warehouse
from g60_pipeline.reader.database import connect as opened
from g60_pipeline.reader.names import find_corridor, find_indicator, find_place, one_of
from g60_pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Value = str | int | float | bool | dt.date
"""What a cell is compared with."""

FINDERS: Final = {
    "core.geography.geo_code": (find_place, "geo_code"),
    "core.indicator.indicator_id": (find_indicator, "indicator_id"),
    "core.corridor.corridor_id": (find_corridor, "corridor_id"),
}
"""What a column refers to -> who finds it by any of its names, and its identifier."""


class Connection:
    """A published warehouse, open for reading. It closes with its `with` block, or by `close`."""

    def __init__(self, settings: Settings) -> None:
        """Open the published file of a home; `connect` does it by a path."""
        self._stack = ExitStack()
        self._connection: duckdb.DuckDBPyConnection = self._stack.enter_context(opened(settings))
        self._connection.execute("SET TimeZone = 'UTC'")
        self._warehouse = Warehouse(self._connection)
        found = read_columns(self._warehouse, "metrics") | read_columns(self._warehouse, "core")
        self._columns: dict[str, Columns] = found
        analysis = self._warehouse.rows("FROM information_schema.tables WHERE table_schema = 'analysis' ORDER BY ALL")
        self._analysis = [f"analysis.{row['table_name']}" for row in analysis]

    @property
    def build_id(self) -> str:
        """Identifier of the build: cite it with every number."""
        return self._warehouse.build_id()

    def tables(self) -> pl.DataFrame:
        """Return every table and view: `table`, `rows` (null for a view), `description`."""
        return self._frame(
            """SELECT schema_name || '.' || table_name AS "table", estimated_size AS rows, comment AS description
               FROM duckdb_tables() WHERE schema_name IN ('core', 'metrics', 'analysis')
               UNION ALL SELECT schema_name || '.' || view_name, NULL, comment
               FROM duckdb_views() WHERE schema_name = 'analysis' ORDER BY 1"""
        )

    def columns(self, table: str) -> pl.DataFrame:
        """Return the columns of a table: name, role, unit, label in both languages, words it may hold, description.

        Raises:
            UsageError: There is no such table; the nearest ones are named.
        """
        name = self._table(table)
        if name not in self._columns:
            return self._frame(f"SELECT column_name, column_type AS data_type FROM (DESCRIBE {name})")  # noqa: S608
        schema, _, bare = name.partition(".")
        return self._frame(
            """SELECT column_name, role, data_type, unit, label_en, label_zh, words, refers_to, description
               FROM core.column WHERE table_schema = $schema AND table_name = $name ORDER BY position""",
            {"schema": schema, "name": bare},
        )

    def load(
        self, table: str, *, columns: Sequence[str] | None = None, **filters: Value | Sequence[Value | None] | None
    ) -> pl.DataFrame:
        """Return the rows of a table that pass all filters, in the types of the warehouse.

        Args:
            table: A table or view: `national_share`, `core.observation`, `analysis.city_year`. Without a schema it is
                looked for in `metrics`, then in `core`, then in `analysis`.
            columns: Which columns, in this order; all without it.
            filters: Column and value it must have: `year=2023`, `geo_code=["320500", "330100"]`, `share=None` for
                rows without one, `corridor_id=["g60_shanghai", None]` for either. Of a column that is a list, such as
                `flags`, the value must be in it.

        Returns:
            One row per key of the table (`columns(table)` says which), in their order. Codes are text, periods dates,
            shares ratios from 0 to 1, amounts in the `unit` of the row; interval ends are `*_low` and `*_high`.

        Raises:
            UsageError: There is no such table, column or word; the nearest ones are named.
            G60Error: The published file can not be read.
        """
        name = self._table(table)
        types, described = self._types(name), self._columns.get(name, {})
        wanted = [one_of(column, list(types), what="column_of", of=name) for column in columns or types]
        conditions, values = [], {}
        for index, (given, value) in enumerate(filters.items()):
            column, parameter = one_of(given, list(types), what="column_of", of=name), f"v{index}"
            several = [value] if value is None or isinstance(value, (str, int, float, dt.date)) else list(value)
            given_values = [one for one in several if one is not None]
            alternatives = [f'"{column}" IS NULL'] if len(given_values) < len(several) else []
            if given_values or not alternatives:
                alternatives.append(_condition(column, types[column], parameter))
                values[parameter] = [self._meant(column, described.get(column), one) for one in given_values]
            conditions.append(f"({' OR '.join(alternatives)})")
        selected = ", ".join(f'"{column}"' for column in wanted)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        keys = ", ".join(f'"{c.column_name}"' for c in described.values() if c.role == "key")
        sql = f"SELECT {selected} FROM {name}{where}{f' ORDER BY {keys}' if keys else ''}"  # noqa: S608  - names that exist
        import duckdb  # noqa: PLC0415  - only where a warehouse is read

        try:
            return self._frame(sql, values)
        except (duckdb.ConversionException, duckdb.BinderException, duckdb.InvalidInputException) as error:
            shown = ", ".join(f"{column}={value!r}" for column, value in filters.items())
            of = ", ".join(f"{column} {types[column]}" for column in filters)
            raise UsageError.of("api.other_type", shown, types=of) from error

    def close(self) -> None:
        """Close the file."""
        self._stack.close()

    def __enter__(self) -> Connection:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def _table(self, name: str) -> str:
        """Return the full name of a table or view."""
        known = [*self._columns, *self._analysis]
        named = {full: full for full in known} | {full.partition(".")[2]: full for full in reversed(known)}
        try:
            return named[one_of(name, list(named), what="table")]
        except UsageError as error:
            if error.remedy.startswith("Did you mean"):
                raise
            raise UsageError.of("api.no_table", name) from error

    def _frame(self, sql: str, values: Mapping[str, Any] | None = None) -> pl.DataFrame:
        found: pl.DataFrame = self._connection.sql(sql, params=dict(values or {}) or None).pl()
        return found

    def _types(self, name: str) -> dict[str, str]:
        """Return the columns of a table or view with their types."""
        return {row[0]: row[1] for row in self._connection.execute(f"DESCRIBE {name}").fetchall()}

    def _meant(self, name: str, column: Column | None, value: Value) -> Value:
        """Return a value as the column writes it: a place, indicator or corridor by any of its names, in a view too.

        Raises:
            UsageError: There is none of the name, or the word is not one the column may hold.
        """
        if not isinstance(value, str):
            return value
        found = column.refers_to if column else next((key for key in FINDERS if key.endswith(f".{name}")), None)
        finder = FINDERS.get(found or "")
        if finder is not None:
            return str(finder[0](self._warehouse, value)[finder[1]])
        if column is None:
            return value
        return one_of(value, column.words, what="word_of", of=column.column_name) if column.words else value


class _OneFile(Settings):
    """A warehouse file outside of a home."""

    @property
    def database(self) -> Path:
        """The file."""
        return self.home


def connect(home: str | Path | None = None) -> Connection:
    """Open a published warehouse for reading.

    Args:
        home: The data folder, or a warehouse file such as that of a release; without it `G60_HOME`, or the current
            folder.

    Raises:
        G60Error: There is no warehouse, or it can not be opened.
    """
    if home is None:
        return Connection(Settings.from_environment())
    path = Path(home).expanduser().resolve()
    return Connection(Settings(path) if path.is_dir() else _OneFile(path))


def load(
    table: str,
    *,
    home: str | Path | None = None,
    columns: Sequence[str] | None = None,
    **filters: Value | Sequence[Value | None] | None,
) -> pl.DataFrame:
    """Return the rows of a table that pass all filters; `Connection.load` on the warehouse of `connect(home)`."""
    with connect(home) as warehouse:
        return warehouse.load(table, columns=columns, **filters)


def _condition(column: str, data_type: str, parameter: str) -> str:
    """Return a filter in SQL."""
    if data_type.endswith("[]"):
        return f'list_has_any("{column}", ${parameter})'
    return f'list_contains(${parameter}, "{column}")'
