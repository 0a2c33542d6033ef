"""Where Dagster keeps the run history of a data folder, and how that is configured. What is run is not here."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import dagster as dg
import yaml
from dagster._core.errors import DagsterInvalidConfigError
from dagster._core.instance.ref import InstanceRef
from filelock import FileLock, Timeout
from sqlalchemy.exc import DatabaseError

from g60_pipeline.builds.run_history import CONFIG, CONFIG_FILE, OLDER_CONFIGS, SET_ASIDE, damaged_parts
from g60_pipeline.errors import G60Error, no_room
from g60_pipeline.language import warn
from g60_pipeline.settings import Settings
from g60_pipeline.whole_files import write_whole

LEAST_FREE: Final = 1_000_000
"""Free bytes below which SQLite calls a full disk an I/O error."""

OPENING_TIMEOUT: Final = 60.0
"""Seconds to wait while another process makes the databases of a new instance."""


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a data folder, made and configured if it is not there yet.

    What is damaged of it is set aside under a name of its own, with a warning, and made anew. Neither the published
    file nor the archive depends on it.

    Raises:
        G60Error: The folder can not be written to, or its configuration is not one Dagster takes.
    """
    home = settings.dagster_home
    with _in_words(home):
        home.mkdir(parents=True, exist_ok=True)
        # Two processes that make the databases of a new instance at once would trip over each other.
        with FileLock(home / ".opening.lock", timeout=OPENING_TIMEOUT):
            _set_damage_aside(home)
            config = home / CONFIG_FILE
            if not config.exists() or hashlib.sha256(config.read_bytes()).hexdigest() in OLDER_CONFIGS:
                write_whole(config, CONFIG.encode(), durable=False)
            instance = dg.DagsterInstance.from_ref(reference(home))
        with instance:
            yield instance


def reference(home: Path) -> InstanceRef:
    """Return the instance of a folder with the settings of its own file.

    Dagster looks for that file by a pattern, so that by itself it would pass over it in a folder named `data [2024]`.

    Raises:
        DagsterInvalidConfigError: Dagster does not take the settings.
    """
    overrides = yaml.safe_load((home / CONFIG_FILE).read_text(encoding="utf-8"))
    return InstanceRef.from_dir(str(home), overrides=overrides)


def _set_damage_aside(home: Path) -> None:
    for damaged in damaged_parts(home):
        aside = damaged.part.with_name(f"{damaged.part.name}{SET_ASIDE}{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}")
        damaged.part.rename(aside)
        warn("notice.log.history", file=str(damaged.file), reason=damaged.reason, aside=str(aside))


@contextmanager
def _in_words(home: Path) -> Iterator[None]:
    """Say in words what keeps the history from being opened or written."""
    try:
        yield
    except (OSError, Timeout, DatabaseError, sqlite3.Error) as error:
        full = no_room(error)
        if full is not None:
            raise full from error
        if "disk I/O error" in str(error) and shutil.disk_usage(home).free < LEAST_FREE:
            raise G60Error.of("system.disk_full") from error
        if isinstance(error, OSError) and not _is_below(error.filename, home):
            raise  # it is of the work done meanwhile
        said = str(getattr(error, "orig", None) or error)
        raise G60Error.of("history.not_opened", str(home), reason=said) from error
    except DagsterInvalidConfigError as error:
        said = error.errors[0].message if error.errors else "?"
        raise G60Error.of("history.not_taken", str(home / CONFIG_FILE), reason=said) from error


def _is_below(file: object, home: Path) -> bool:
    return isinstance(file, str | Path) and Path(file).is_relative_to(home)


if (
    __name__ == "__main__"
):  # `make dev`: the folder Dagster's own commands take as DAGSTER_HOME, made if it is not there
    _settings = Settings.from_environment()
    with open_instance(_settings):
        sys.stdout.write(f"{_settings.dagster_home}\n")
