"""The one way the package opens DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def quiet_connection(
    path: str = ":memory:", *, read_only: bool = False, config: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a connection that prints nothing: DuckDB's progress bar of a slow statement goes to standard output."""
    import duckdb  # noqa: PLC0415  - only where a database is read or written

    connection = duckdb.connect(path, read_only=read_only, config=dict(config or {}))
    connection.execute("SET enable_progress_bar = false")
    return connection
