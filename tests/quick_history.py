"""Run histories of Dagster in half the time: what it makes anew for every event and every history is made once.

Dagster 1.13 opens an engine of SQLAlchemy for every event, which compiles its statements again and then throws its pool
away, asks for every event which columns and tables a history has, and reads and orders 60 migrations for every history.
None of it is what the tests look at; what is stored, and where, stays the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Final
from weakref import WeakKeyDictionary

import pytest
from alembic.script import ScriptDirectory
from alembic.util import pyfiles
from dagster._core.storage import sql
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

STORAGES: Final = (
    "event_log.sqlite.sqlite_event_log",
    "runs.sqlite.sqlite_run_storage",
    "schedules.sqlite.sqlite_schedule_storage",
)

LOOKED_UP: Final = ("has_table", "has_asset_key_col", "_has_asset_key_col_on_connection")
"""Questions about the form of a history: once there, a table or column stays."""


def make_quick(patch: pytest.MonkeyPatch) -> None:
    """Let an engine be made once for each database, its form be looked up once, and a migration be read once."""
    engines: dict[str, Any] = {}

    def engine_of(address: str, **options: Any) -> Any:
        if address not in engines:
            engines[address] = engine = sql.create_engine(address, **options)
            engine.dispose = lambda: None  # its pool keeps nothing open
        return engines[address]

    for name in STORAGES:
        patch.setattr(import_module(f"dagster._core.storage.{name}"), "create_engine", engine_of)
    for name in LOOKED_UP:
        patch.setattr(SqliteEventLogStorage, name, _found_once(getattr(SqliteEventLogStorage, name)))
    load = pyfiles.load_module_py
    once = cache(load)
    patch.setattr(pyfiles, "load_module_py", lambda name, path: (once if "versions" in str(path) else load)(name, path))
    patch.setattr(ScriptDirectory, "from_config", _migrations_once(ScriptDirectory.from_config))


def _found_once(look: Callable[..., bool]) -> Callable[..., bool]:
    """Return a method that remembers of each storage what was there; its last argument names it."""
    seen = WeakKeyDictionary[Any, set[str]]()

    def found(storage: Any, *asked: Any) -> bool:
        there = seen.setdefault(storage, set())
        if asked[-1] not in there and look(storage, *asked):
            there.add(asked[-1])
        return asked[-1] in there

    return found


def _migrations_once(read: Callable[[Any], ScriptDirectory]) -> Callable[[Any], ScriptDirectory]:
    """Return a function that reads and orders the migrations of a folder once."""
    known: dict[str | None, ScriptDirectory] = {}

    def from_config(config: Any) -> ScriptDirectory:
        folder = config.get_main_option("script_location")
        if folder not in known:
            known[folder] = read(config)
        return known[folder]

    return from_config
