"""Run histories of Dagster in half the time: what it makes anew for every event and every history is made once.

Dagster 1.13 opens an engine of SQLAlchemy for every event, which compiles its statements again, and reads 60 migrations for
every history. Neither is what the tests look at; what is stored, and where, stays the same.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

import pytest
from alembic.util import pyfiles
from dagster._core.storage import sql

STORAGES: Final = (
    "event_log.sqlite.sqlite_event_log",
    "runs.sqlite.sqlite_run_storage",
    "schedules.sqlite.sqlite_schedule_storage",
)


def make_quick(patch: pytest.MonkeyPatch) -> None:
    """Let an engine be made once for each database, and a migration be read once."""
    engines: dict[str, Any] = {}

    def engine_of(address: str, **options: Any) -> Any:
        if address not in engines:
            engines[address] = sql.create_engine(address, **options)
        return engines[address]

    for name in STORAGES:
        patch.setattr(import_module(f"dagster._core.storage.{name}"), "create_engine", engine_of)
    load = pyfiles.load_module_py
    once = cache(load)
    patch.setattr(pyfiles, "load_module_py", lambda name, path: (once if "versions" in str(path) else load)(name, path))
