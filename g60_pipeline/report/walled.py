"""What the process of a reader's own query does: it runs one read on the published file, walled in, and hands out rows.

The wall is DuckDB's own: a read-only connection without file system, network, extensions and replacement scans, its
configuration locked. Only reads are run, because DuckDB lets a COPY write beside the file. The system ends the process
when its time is up or it grows too large: DuckDB does neither inside a single function.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.reader.database import connect
from g60_pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb

MAX_THREADS: Final = 4
"""Threads a query may use; fewer where the machine has fewer."""

WALL: Final[dict[str, Any]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}
"""DuckDB settings that keep a query inside the file; the empty folder keeps it from spilling to disk."""

ROOM: Final = 400_000_000
"""Bytes of the process beyond the memory of the query, for threads, libraries and the rows on their way out."""

TIMED_OUT: Final = 124
"""Exit code of a process whose time was up, where the system knows no alarm."""

PORTION: Final = 1000
"""Rows handed out in one go."""

ALLOWED_WORDS: Final = "SELECT, WITH, FROM, VALUES, PIVOT, UNPIVOT, SHOW, DESCRIBE or SUMMARIZE"
"""What a statement may begin with."""

ITS_END: Final = re.compile(r";(\s|--[^\n]*(\n|$)|/\*.*?\*/)*$", re.DOTALL)
"""The semicolon that ends a statement, and the comments after it."""

Message = tuple[Any, ...]
"""`columns`, names; `rows`, tuples; `end`, whether there were more; `error`, whether usage, subject, rule, remedy."""


def main() -> None:
    """Answer the request on standard input: an object of `home`, `statement`, `seconds`, `memory`, `bytes`, `rows`."""
    request = json.load(sys.stdin)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        _bound(seconds=request["seconds"], size=request["bytes"] + ROOM)
        try:
            for message in answers(
                Settings(Path(request["home"])),
                request["statement"],
                memory=request["memory"],
                max_rows=request["rows"],
            ):
                _send(out, message)
        except G60Error as error:
            _send(out, ("error", isinstance(error, UsageError), error.subject, error.rule, error.remedy))
    os._exit(0)  # without the cleaning up that a large result would need


def answers(settings: Settings, statement: str, *, memory: str, max_rows: int) -> Iterator[Message]:
    """Yield the columns and rows of one read, and in the end whether there were more.

    Args:
        settings: Where the warehouse is.
        statement: One SELECT, or what DuckDB treats as one.
        memory: Memory DuckDB may use.
        max_rows: Most rows to yield.

    Raises:
        UsageError: The statement is not one read, or reaches outside the warehouse.
        G60Error: DuckDB can not run it, or the memory does not suffice.
    """
    text = checked(statement)
    with walled(settings, memory) as connection, _in_words(memory):
        cursor = connection.execute(text)
        yield "columns", [column[0] for column in cursor.description or []]
        left = max_rows
        while rows := cursor.fetchmany(min(PORTION, left + 1)):
            yield "rows", rows[:left]
            left -= len(rows)
            if left < 0:
                break
        yield "end", left < 0


def checked(statement: str) -> str:
    """Return the text of a statement that is one read.

    Raises:
        UsageError: It is none.
        G60Error: It is no SQL.
    """
    import duckdb  # noqa: PLC0415  - only where a query is run

    try:
        found = duckdb.extract_statements(statement)
    except duckdb.Error as error:
        raise G60Error.of("query.no_sql", reason=_told(error)) from error
    if len(found) != 1:
        raise UsageError.of("query.several" if found else "query.empty", n=len(found), words=ALLOWED_WORDS)
    try:
        kind = found[0].type
    except ValueError:  # the binding has no name for kinds such as UPDATE EXTENSIONS
        kind = None
    if kind != duckdb.StatementType.SELECT and not (kind == duckdb.StatementType.MULTI and _is_pivot(found[0])):
        name = kind.name if kind else "unknown"
        raise UsageError.of("query.no_read", kind=name, words=ALLOWED_WORDS)
    return str(found[0].query)


@contextmanager
def walled(settings: Settings, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file behind the wall."""
    config = WALL | {"memory_limit": memory, "threads": min(MAX_THREADS, os.cpu_count() or 1)}
    with connect(settings, config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        yield connection


def _is_pivot(statement: duckdb.Statement) -> bool:
    """Return whether a statement of several parts is a PIVOT that is read: only a read can be put in brackets."""
    import duckdb  # noqa: PLC0415

    try:
        return len(duckdb.extract_statements(f"FROM ({ITS_END.sub('', statement.query)}\n)")) == 1
    except duckdb.Error:
        return False


@contextmanager
def _in_words(memory: str) -> Iterator[None]:
    """Say in words what DuckDB does not do."""
    import duckdb  # noqa: PLC0415

    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise G60Error.of("query.memory", memory=memory) from error
    except duckdb.PermissionException as error:
        raise _outside(_file_in(str(error))) from error
    except duckdb.CatalogException as error:
        file = re.search(r"Table with name (\S*[/\\]\S*) does not exist", str(error))
        if file is not None:
            raise _outside(file.group(1)) from error
        raise G60Error.of("query.refused", reason=_told(error)) from error
    except duckdb.Error as error:
        raise G60Error.of("query.refused", reason=_told(error)) from error


def _bound(*, seconds: float, size: int) -> None:
    """Have the system end this process when its time is up, and refuse it more memory than its size allows."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    else:
        timer = threading.Timer(seconds, os._exit, [TIMED_OUT])
        timer.daemon = True
        timer.start()
    try:
        import resource  # noqa: PLC0415  - not on every system
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def _send(out: IO[bytes], message: Message) -> None:
    pickle.dump(message, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


def _outside(what: str) -> UsageError:
    return UsageError.of("query.outside", what=what)


def _file_in(message: str) -> str:
    quoted = re.search(r'"([^"]+)"', message)
    return quoted.group(1) if quoted else message.strip().splitlines()[0]


def _told(error: Exception) -> str:
    return str(error).strip().rstrip(".")


if __name__ == "__main__":
    main()
