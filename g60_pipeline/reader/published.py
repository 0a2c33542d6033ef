"""The published file: which build it is of, and whether it is undamaged. `publish.warehouse` writes it.

A build reports "unchanged" only where these functions find no damage; `g60 doctor` calls the same ones.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, Final

from g60_pipeline.errors import short_of_memory
from g60_pipeline.reader.connection import quiet_connection

READ_ONLY: Final = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
"""Mode of the published file: nobody opens it for writing by accident."""


def published_build(database: Path) -> dict[str, Any] | None:
    """Return the row of `core.build` of a published file; None where there is no file or it cannot be read."""
    import duckdb  # noqa: PLC0415  - only where a warehouse is read

    if not database.exists():
        return None
    try:
        with quiet_connection(str(database), read_only=True) as connection:
            cursor = connection.execute("SELECT * FROM core.build")
            names = [column[0] for column in cursor.description or []]
            row = cursor.fetchone()
    except duckdb.Error:
        return None
    return dict(zip(names, row, strict=True)) if row else None


def is_untouched(database: Path) -> bool:
    """Return whether a published file is as it was published: read-only, without a WAL, not written to since."""
    build = published_build(database)
    if build is None or database.with_name(database.name + ".wal").exists():
        return False
    status = database.stat()
    return stat.S_IMODE(status.st_mode) == READ_ONLY and abs(status.st_mtime - build["built_at"].timestamp()) < 1


def damage(database: Path) -> str | None:
    """Return what is damaged of a published file; None where nothing is, or there is no file.

    Every column of every table is read, and with it every block, whose checksum DuckDB compares. A file that cannot
    be opened is not called damaged.

    Raises:
        G60Error: There is too little memory to look.
    """
    import duckdb  # noqa: PLC0415

    if not database.exists():
        return None
    try:
        with quiet_connection(str(database), read_only=True) as connection:
            for schema, name in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                connection.execute(f'SELECT bit_xor(hash(t)) FROM "{schema}"."{name}" AS t').fetchall()  # noqa: S608  - names from the file itself
            connection.execute("FROM core.build").fetchall()
    except (duckdb.Error, MemoryError) as error:
        short = short_of_memory(error)
        if short is not None:
            raise short from error
        return None if is_refused(error) else (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return None


def is_refused(error: Exception) -> bool:
    """Return whether a file could not be opened: another program holds it for writing, or a right is missing."""
    return any(words in str(error).lower() for words in ("lock on file", "cannot open file"))
