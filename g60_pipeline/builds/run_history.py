"""What of Dagster's own storage is damaged: `g60 doctor` and whoever opens it look at it. Nothing is repaired here."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from g60_pipeline.wording import told

DATABASES: Final = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
"""Databases below Dagster's home, without those of single runs, which only a look at that run reads."""

CONFIG_FILE: Final = "dagster.yaml"
"""Name Dagster looks for in its home."""

CONFIG: Final = """\
# Written once by g60; change it as you like.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  # A run whose process is gone is recorded as failed, so that it is alerted on and no longer in the way.
  enabled: true
  start_timeout_seconds: 300
  cancel_timeout_seconds: 300
  max_runtime_seconds: 7200
concurrency:
  runs:
    # Two refreshes of one source wait for each other.
    tag_concurrency_limits:
      - key: g60/source
        value:
          applyLimitPerUniqueValue: true
        limit: 1
# Every step stands in the run history; the console tells of what went wrong.
python_logs:
  python_log_level: WARNING
retention:
  schedule:
    purge_after_days: 90
  sensor:
    # A sensor looks every half minute; mostly there is nothing to do.
    purge_after_days: {skipped: 1, started: 7, success: 7, failure: 7}
# The steps print nothing; what they have to say stands in the event log.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
"""Configuration of an instance that has none yet. Refreshes take minutes; none takes the two hours."""

OLDER_CONFIGS: Final = frozenset({"ca5d57d972c151ff783315141594bc3867f57a93aa1a9200b616fa6844dd97ba"})
"""SHA-256 of what older versions wrote: replaced by the present one where nobody has changed it."""

SET_ASIDE: Final = ".damaged-"
"""What the name of something set aside holds, before the time."""


@dataclass(frozen=True)
class DamagedPart:
    """A part of the storage that can not be used: the file or folder to set aside, and why."""

    part: Path
    file: Path
    reason: str


def damaged_parts(home: Path) -> list[DamagedPart]:
    """Return what is damaged below Dagster's home. A database goes with those it belongs to, a whole folder.

    Raises:
        OSError: A file can not be read.
    """
    found: dict[Path, DamagedPart] = {}
    reason = _config_damage(home / CONFIG_FILE)
    if reason is not None:
        found[home / CONFIG_FILE] = DamagedPart(home / CONFIG_FILE, home / CONFIG_FILE, reason)
    for name in DATABASES:
        file, part = home / name, home / name.partition("/")[0]
        reason = _database_damage(file)
        if reason is not None and part not in found:
            found[part] = DamagedPart(part, file, reason)
    return list(found.values())


def set_aside(home: Path) -> list[Path]:
    """Return what was set aside below Dagster's home before."""
    return sorted(path for path in home.glob(f"*{SET_ASIDE}*") if home.is_dir())


def _config_damage(file: Path) -> str | None:
    import yaml  # noqa: PLC0415  - only where the history is looked at

    if not file.exists():
        return None
    try:
        text = file.read_text(encoding="utf-8")
        held = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        return told("error.history.no_yaml")
    if not isinstance(held, dict):
        return told("error.history.no_settings")
    return told("error.history.cut") if text != CONFIG and CONFIG.startswith(text) else None


def _database_damage(file: Path) -> str | None:
    if not file.exists():
        return None
    if not file.is_file():
        return told("error.history.no_file")
    with file.open("rb"):  # what may not be read is not damaged
        pass
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        return None  # locked, or its write-ahead log needs another way of opening
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if said == "ok" else said.splitlines()[0]
