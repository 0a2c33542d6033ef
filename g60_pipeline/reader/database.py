"""Opens the published warehouse for reading and fetches rows. Queries of screens are not here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.errors import G60Error, short_of_memory
from g60_pipeline.reader.connection import quiet_connection
from g60_pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb

LEFT_OUT: Final = "left_out"
"""Table of core that only the file of a release has: how many rows of which tables were left out."""

Row = dict[str, Any]
Parameters = Mapping[str, Any]


def other_version(lacks: str) -> G60Error:
    """Return the error to raise where the published file lacks what this version reads."""
    return G60Error.of("warehouse.other_version", lacks=lacks)


class _FetchedRow(Row):
    """A row as the file has it: a column it lacks is one of another version, whoever asks for it."""

    def __or__(self, other: Any) -> Any:
        return _FetchedRow({**self, **other})

    def __missing__(self, column: str) -> Any:
        raise other_version(f"no column {column}")


class Warehouse:
    """A read-only connection to the published file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, name: str | None = None) -> None:
        """Wrap an open connection; `name` names the build where the file is made from another one."""
        self._connection = connection
        self._name = name

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Return the rows of a query, each as a dictionary by column name that raises as below for any other name.

        Args:
            sql: One SELECT; values are bound as `$name`.
            parameters: The values.

        Raises:
            G60Error: The file lacks a table, view or column: it was built by another version.
        """
        import duckdb  # noqa: PLC0415  - only where a warehouse is read

        try:
            cursor = self._connection.execute(sql, dict(parameters or {}))
            names = [column[0] for column in cursor.description or []]
            return [_FetchedRow(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise other_version(_first_line(error)) from error
        except (duckdb.Error, MemoryError) as error:
            raise short_of_memory(error) or G60Error.of("warehouse.damaged", reason=_first_line(error)) from error

    def one(self, sql: str, parameters: Parameters | None = None) -> Row:
        """Return the only row of a query.

        Raises:
            G60Error: There is none.
        """
        rows = self.rows(sql, parameters)
        if not rows:
            raise G60Error.of("warehouse.no_row")
        return rows[0]

    def build_id(self) -> str:
        """Return the identifier of the build that published the file."""
        return self._name or str(self.one("SELECT build_id FROM core.build")["build_id"])


@contextmanager
def open_warehouse(settings: Settings, *, name: str | None = None) -> Iterator[Warehouse]:
    """Open the published warehouse read-only.

    Args:
        settings: Where it is kept.
        name: What to call its build, where the file is made of another one.

    Raises:
        G60Error: There is none yet, it can not be opened, or it is that of a release without the rows that may not be
            passed on: a screen would call missing what is only left out.
    """
    with connect(settings) as connection:
        left_out = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'core' AND table_name = $name"
        if connection.execute(left_out, {"name": LEFT_OUT}).fetchone():
            raise G60Error.of("warehouse.left_out", str(settings.database))
        yield Warehouse(connection, name=name)


@contextmanager
def connect(settings: Settings, config: Mapping[str, Any] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a read-only DuckDB connection to the published file, with DuckDB settings where given.

    Raises:
        G60Error: There is no published file yet, or it can not be opened.
    """
    path = settings.database
    if not path.exists():
        raise G60Error.of("warehouse.none", str(path))
    import duckdb  # noqa: PLC0415  - only where a warehouse is read

    try:
        connection = quiet_connection(str(path), read_only=True, config=config)
    except (duckdb.Error, MemoryError) as error:
        refused = G60Error.of("warehouse.not_opened", str(path), reason=_first_line(error))
        raise short_of_memory(error) or refused from error
    try:
        yield connection
    finally:
        connection.close()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
