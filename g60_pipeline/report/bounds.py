"""A bound on the memory of this process while a query runs: DuckDB's own limit does not count every value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

STATM: Final = Path("/proc/self/statm")
"""Where Linux tells the size of a process, in pages."""

ROOM: Final = 1_500_000_000
"""Bytes beyond the query's memory for threads, libraries and the rows laid out."""


@contextmanager
def bounded_memory(query_bytes: int) -> Iterator[None]:
    """Let the process grow by the memory of the query and some room, and no further, while the block runs.

    A value too large to hold then ends in MemoryError. Does nothing where the system does not tell a process its size.

    Args:
        query_bytes: Memory the query may use.
    """
    if not STATM.exists():
        yield
        return
    import resource  # noqa: PLC0415  - not on every system

    held = int(STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = held + query_bytes + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (wanted if soft == resource.RLIM_INFINITY else min(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
