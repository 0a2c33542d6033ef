"""Runs one read of a reader's own on the published file, and writes what came of it.

It runs in a process of its own (`walled`), the only one that opens the file: ending the process ends any query.
"""

from __future__ import annotations

import csv
import json
import math
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Final, TextIO

from g60_pipeline.errors import G60Error, UsageError
from g60_pipeline.reader.screens import harmless
from g60_pipeline.reader.words import plain
from g60_pipeline.report.walled import ROOM, TIMED_OUT, Message
from g60_pipeline.settings import Settings

LEAST_MEMORY: Final = 32_000_000
"""Below this DuckDB can not open the warehouse."""

MEMORY: Final = re.compile(r"^\d+(\.\d+)? ?([KMGT]i?B)$", re.IGNORECASE)
"""An amount of memory as DuckDB reads it."""

PROCESS: Final = "g60_pipeline.report.walled"
"""Module of the process a query runs in."""

GRACE: Final = 20.0
"""Seconds beyond its own limit after which the process of a query is ended from outside."""


@dataclass(frozen=True)
class Limits:
    """What a query may use."""

    seconds: float
    memory: str
    max_rows: int


@dataclass(frozen=True)
class Result:
    """Rows of a query; `cut` is true where there were more than the limit."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    cut: bool

    @property
    def characters(self) -> int:
        """Return how long all cells are together, as a table shows them."""
        return sum(len(as_text(value)) for row in self.rows for value in row)

    @property
    def numbers(self) -> list[str]:
        """Return the columns of numbers only."""
        by_column = zip(self.columns, zip(*self.rows, strict=True), strict=True) if self.rows else ()
        return [name for name, values in by_column if all(v is None or _is_number(v) for v in values)]


class _TooLargeError(Exception):
    """More was read than was allowed."""


class _LimitedStream:
    """A stream that may be read up to a number of bytes."""

    def __init__(self, stream: IO[bytes], at_most: int) -> None:
        self._stream = stream
        self._left = at_most

    def read(self, size: int = -1) -> bytes:
        self._left -= max(size, 0)
        if self._left < 0:
            raise _TooLargeError
        return self._stream.read(size)

    def readline(self) -> bytes:
        return self._stream.readline()


def run(settings: Settings, statement: str, limits: Limits) -> Result:
    """Run one statement on the published warehouse, in a process of its own that is ended when its time is up.

    Args:
        settings: Where the warehouse is.
        statement: One SELECT, or what DuckDB treats as one.
        limits: Time, memory and rows.

    Raises:
        UsageError: The statement is not one read, or reaches outside the warehouse.
        G60Error: DuckDB can not run it, or a limit is hit.
    """
    size = memory_bytes(limits.memory)
    if size < LEAST_MEMORY:
        raise UsageError.of("query.too_little", memory=limits.memory)
    try:
        statement.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError.of("query.not_text") from None
    request = {
        "home": str(settings.home),
        "statement": statement,
        "seconds": limits.seconds,
        "memory": limits.memory,
        "bytes": size,
        "rows": limits.max_rows,
    }
    with tempfile.TemporaryFile() as errors, _process(errors, seconds=limits.seconds) as process:
        sent, received = process.stdin, process.stdout
        if sent is None or received is None:
            raise TypeError("the process has its pipes")
        with suppress(BrokenPipeError), sent:  # it ended before it read
            sent.write(json.dumps(request).encode())
        messages = _messages(received, at_most=size + ROOM, memory=limits.memory)
        columns: list[str] = []
        rows: list[tuple[Any, ...]] = []
        for kind, *content in messages:
            if kind == "columns":
                columns = content[0]
            elif kind == "rows":
                rows += content[0]
            elif kind == "error":
                usage, subject, rule, remedy = content
                raise (UsageError if usage else G60Error)(subject, rule, remedy)
            else:
                return Result(_unique(columns), rows, cut=content[0])
        raise _broken_off(process.wait(), limits, errors)


def memory_bytes(amount: str) -> int:
    """Return the bytes of an amount such as 500MB or 1.5GiB.

    Raises:
        UsageError: It is not an amount of memory.
    """
    if not MEMORY.match(amount):
        raise UsageError.of("query.no_amount", amount=repr(amount))
    number = re.match(r"[\d.]+", amount.strip())
    letter = amount.strip().lstrip("0123456789. ").upper()[:1]
    return int(float(number.group()) * 1000 ** "BKMGT".index(letter or "B")) if number else 0


def write_csv(result: Result, stream: TextIO) -> None:
    """Write a result as CSV by RFC 4180: a header, CRLF, quotes where needed, nothing for null; lists as JSON."""
    writer = csv.writer(stream, lineterminator="\r\n")
    on_screen = stream.isatty()
    for row in [result.columns, *result.rows]:
        cells = [_cell(value) for value in row]
        writer.writerow([harmless(c) if on_screen and isinstance(c, str) else c for c in cells])


def write_aligned(result: Result, stream: TextIO) -> None:
    """Write a result as aligned columns, one line a row, nothing cut: for results too long to lay out."""
    from rich.cells import cell_len  # noqa: PLC0415  - Chinese characters are two cells wide

    lines = [result.columns, *([" ".join(as_text(v).split()) for v in row] for row in result.rows)]
    widths = [[cell_len(cell) for cell in line] for line in lines]
    broadest = [max(column) for column in zip(*widths, strict=True)]
    for line, wide in zip(lines, widths, strict=True):
        cells = (cell + " " * (most - own) for cell, own, most in zip(line, wide, broadest, strict=True))
        stream.write(harmless("  ".join(cells).rstrip()) + "\n")


def as_json(result: Result) -> list[dict[str, Any]]:
    """Return a result as a list of objects."""
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def as_text(value: Any) -> str:
    """Return a value as a table shows it: nothing for null, and a number that JSON can not hold as it is."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    shown = plain(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


@contextmanager
def _process(errors: IO[bytes], *, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process of a query, and end it with the context at the latest."""
    process = subprocess.Popen(  # noqa: S603  - our own module
        [sys.executable, "-P", "-m", PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
    )
    last = threading.Timer(seconds + GRACE, process.kill)
    last.daemon = True
    last.start()
    try:
        yield process
    finally:
        last.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def _messages(received: IO[bytes], *, at_most: int, memory: str) -> Iterator[Message]:
    """Yield the messages of the process, until its end or its failure.

    Raises:
        G60Error: The result is larger than the memory of the query.
    """
    counted = _LimitedStream(received, at_most)
    try:
        while True:
            yield pickle.load(counted)  # noqa: S301  - of our own process
    except (EOFError, pickle.UnpicklingError):
        return
    except _TooLargeError:
        raise G60Error.of("query.large_result", memory=memory) from None


def _broken_off(code: int, limits: Limits, errors: IO[bytes]) -> G60Error:
    """Return why a process ended without a last message."""
    if code in {-getattr(signal, "SIGALRM", TIMED_OUT), -signal.SIGKILL, TIMED_OUT}:
        return G60Error.of("query.timed_out", seconds=limits.seconds)
    errors.seek(0)
    last = errors.read().decode("utf-8", "replace").strip().splitlines()[-1:] or [f"code {code}"]
    if "MemoryError" in last[0] or "bad_alloc" in last[0]:
        return G60Error.of("query.memory", memory=limits.memory)
    return G60Error.of("query.broken_off", reason=last[0])


def _unique(names: list[str]) -> list[str]:
    """Return column names without repetition: the second `a` is `a_2`."""
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
