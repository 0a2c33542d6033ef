"""Runs one read of a reader's own, such as a SELECT, on the published file, walled in.

The wall is DuckDB's own: a read-only connection without file system, network, extensions or replacement scans, with
limits set and the configuration locked. What is plainly meant to reach outside is told so before it runs.
"""

from __future__ import annotations

import csv
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TextIO

from g60_pipeline.errors import G60Error
from g60_pipeline.report.bounds import bounded_memory
from g60_pipeline.report.database import UsageError, connect
from g60_pipeline.report.words import plain
from g60_pipeline.settings import Settings
from g60_pipeline.sql.opened import opened

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

LEAST_MEMORY: Final = 32_000_000
"""Below this DuckDB can not open the warehouse."""

MEMORY: Final = re.compile(r"^\d+(\.\d+)? ?([KMGT]i?B)$", re.IGNORECASE)
"""An amount of memory as DuckDB reads it."""

TABLES_REMEDY: Final = 'Mend it; `g60 sql "SHOW ALL TABLES"` lists what there is'
"""What to do about a query that does not run."""

ALLOWED_WORDS: Final = "SELECT, WITH, FROM, VALUES, PIVOT, UNPIVOT, SHOW, DESCRIBE or SUMMARIZE"
"""What a statement may begin with."""

ITS_END: Final = re.compile(r";(\s|--[^\n]*(\n|$)|/\*.*?\*/)*$", re.DOTALL)
"""The semicolon that ends a statement, and the comments after it."""

REFUSED: Final = frozenset(
    {
        "checkpoint",
        "current_setting",
        "duckdb_databases",
        "duckdb_extensions",
        "duckdb_logs",
        "duckdb_secret_types",
        "duckdb_secrets",
        "duckdb_settings",
        "duckdb_temporary_files",
        "force_checkpoint",
        "getenv",
        "glob",
        "query",
        "query_table",
        "sniff_csv",
        "which_secret",
        "write_log",
    }
)
"""Functions that read files, settings, secrets or the environment, or run text as SQL."""

REFUSED_VIEWS: Final = frozenset({"duckdb_databases", "duckdb_logs", "duckdb_settings", "pg_settings"})
"""Those of them that are read as tables."""

REFUSED_PREFIXES: Final = ("read_", "parquet_", "pragma_", "enable_", "disable_")
"""How others of them begin."""


@dataclass(frozen=True)
class Limits:
    """What a query may use."""

    seconds: float
    memory: str
    max_rows: int


@dataclass(frozen=True)
class Result:
    """Rows of a query; `cut` says that there were more than were asked for."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    cut: bool

    @property
    def characters(self) -> int:
        """Return how long all cells are together, as a table shows them."""
        return sum(len(as_text(value)) for row in self.rows for value in row)

    @property
    def numbers(self) -> list[str]:
        """Return the columns that hold numbers and nothing else."""
        held = zip(self.columns, zip(*self.rows, strict=True), strict=True) if self.rows else ()
        return [name for name, values in held if all(v is None or _is_number(v) for v in values)]


def run(settings: Settings, statement: str, limits: Limits) -> Result:
    """Run one statement on the published warehouse.

    Args:
        settings: Where the warehouse stands.
        statement: One SELECT, or what DuckDB treats as one.
        limits: Time, memory and rows.

    Raises:
        UsageError: The statement is not one read, or reaches outside the warehouse.
        G60Error: DuckDB can not run it, or a limit is hit.
    """
    import duckdb  # noqa: PLC0415  - only where a warehouse is read

    text = _checked(statement)
    with _walled(settings, limits) as connection:
        timer = threading.Timer(limits.seconds, connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            with bounded_memory(memory_bytes(limits.memory)):
                cursor = connection.execute(text)
                columns = _unique([column[0] for column in cursor.description or []])
                rows = cursor.fetchmany(limits.max_rows + 1)
        except duckdb.InterruptException as error:
            remedy = "Narrow the query, or raise --timeout"
            raise G60Error("the query", f"it was stopped after {limits.seconds:g} s", remedy) from error
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            rule = f"it needs more than {limits.memory} of memory"
            raise G60Error("the query", rule, "Narrow it, or raise --memory") from error
        except duckdb.PermissionException as error:
            raise _outside(_file_in(str(error))) from error
        except duckdb.Error as error:
            raise G60Error("the query", _told(error), TABLES_REMEDY) from error
        finally:
            timer.cancel()
    return Result(columns, rows[: limits.max_rows], cut=len(rows) > limits.max_rows)


def memory_bytes(amount: str) -> int:
    """Return the bytes of an amount such as 500MB or 1.5GiB.

    Raises:
        UsageError: It is not an amount of memory.
    """
    if not MEMORY.match(amount):
        raise UsageError("--memory", f"{amount!r} is not an amount of memory", "Write 500MB or 2GB")
    number = re.match(r"[\d.]+", amount.strip())
    letter = amount.strip().lstrip("0123456789. ").upper()[:1]
    return int(float(number.group()) * 1000 ** "BKMGT".index(letter or "B")) if number else 0


def write_csv(result: Result, stream: TextIO) -> None:
    """Write a result as CSV by RFC 4180: a header, CRLF, quotes where needed, nothing for null; lists as JSON."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(result.columns)
    for row in result.rows:
        writer.writerow([_cell(value) for value in row])


def write_aligned(result: Result, stream: TextIO) -> None:
    """Write a result as aligned columns, one line a row, nothing cut: for results too long to lay out."""
    from rich.cells import cell_len  # noqa: PLC0415  - Chinese characters are two cells wide

    lines = [result.columns, *([" ".join(as_text(v).split()) for v in row] for row in result.rows)]
    widths = [[cell_len(cell) for cell in line] for line in lines]
    broadest = [max(column) for column in zip(*widths, strict=True)]
    for line, wide in zip(lines, widths, strict=True):
        cells = (cell + " " * (most - own) for cell, own, most in zip(line, wide, broadest, strict=True))
        stream.write("  ".join(cells).rstrip() + "\n")


def as_json(result: Result) -> list[dict[str, Any]]:
    """Return a result as a list of objects."""
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def as_text(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return ""
    shown = plain(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def _checked(statement: str) -> str:
    import duckdb  # noqa: PLC0415

    try:
        found = duckdb.extract_statements(statement)
    except duckdb.Error as error:
        raise G60Error("the query", _told(error), "Mend the SQL") from error
    if len(found) != 1:
        rule = "it holds no statement" if not found else f"it holds {len(found)} statements; one is run at a time"
        raise UsageError("the query", rule, f"Give one statement that begins with {ALLOWED_WORDS}")
    text = str(found[0].query)
    pivots = _is_pivot(found[0])
    if found[0].type != duckdb.StatementType.SELECT and not pivots:
        kind = found[0].type.name
        rule = f"a statement of the kind {kind} is not run: the warehouse is read, never changed"
        raise UsageError("the query", rule, f"Begin it with {ALLOWED_WORDS}")
    for kind, name in _words(text) if pivots else _names(text):
        known = name.lower()
        if kind == "function_name":
            refused = known in REFUSED or known.startswith(REFUSED_PREFIXES)
        else:
            refused = known in REFUSED_VIEWS or any(c in name for c in "/\\")
        if refused:
            raise _outside(name)
    return text


def _is_pivot(statement: duckdb.Statement) -> bool:
    """Return whether a statement is a read with a PIVOT whose columns DuckDB looks up first, in a statement of its own.

    In parentheses only a read can be parsed.
    """
    import duckdb  # noqa: PLC0415

    if statement.type != duckdb.StatementType.MULTI:
        return False
    try:
        return len(duckdb.extract_statements(f"FROM ({ITS_END.sub('', statement.query)}\n)")) == 1
    except duckdb.Error:
        return False


def _words(statement: str) -> Iterator[tuple[str, str]]:
    """Yield every word as function and as table: DuckDB has no syntax tree of a PIVOT that looks its columns up."""
    for word in re.findall(r"\w+", statement):
        yield "function_name", word
        yield "table_name", word


def _names(statement: str) -> Iterator[tuple[str, str]]:
    """Yield every function and table a SELECT names, each with its kind, from DuckDB's own syntax tree."""
    with opened(config=WALL) as scratch:
        row = scratch.execute("SELECT json_serialize_sql($text)", {"text": statement}).fetchone()
    waiting: list[Any] = [json.loads(row[0])] if row else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield from ((key, node[key]) for key in ("function_name", "table_name") if isinstance(node.get(key), str))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


@contextmanager
def _walled(settings: Settings, limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    if memory_bytes(limits.memory) < LEAST_MEMORY:
        raise UsageError("--memory", f"{limits.memory} is too little to open the warehouse", "Give at least 32MB")
    config = WALL | {"memory_limit": limits.memory, "threads": min(MAX_THREADS, os.cpu_count() or 1)}
    with connect(settings, config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        yield connection


def _outside(what: str) -> UsageError:
    rule = f"it reaches outside the warehouse ({what})"
    return UsageError("the query", rule, "Files, network, settings and secrets are closed to SQL; query its tables")


def _file_in(message: str) -> str:
    quoted = re.search(r'"([^"]+)"', message)
    return quoted.group(1) if quoted else message.strip().splitlines()[0]


def _told(error: Exception) -> str:
    return str(error).strip().rstrip(".")


def _unique(names: list[str]) -> list[str]:
    """Return column names of which none stands twice: the second `a` is `a_2`."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _cell(value: Any) -> Any:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    return as_text(value)
