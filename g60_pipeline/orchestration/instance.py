"""Where Dagster keeps the run history of a data folder, and how that is configured. What is run is not here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg
from filelock import FileLock, Timeout

from g60_pipeline.errors import G60Error
from g60_pipeline.settings import Settings

CONFIG_FILE: Final = "dagster.yaml"
"""Name Dagster looks for in its home."""

CONFIG: Final = """\
# Written once by g60; change it as you like.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: false
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
    purge_after_days: 7
# The steps print nothing; what they have to say stands in the event log.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
"""Configuration of an instance that has none yet."""

OPENING_TIMEOUT: Final = 60.0
"""Seconds to wait while another process makes the databases of a new instance."""


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a data folder, made and configured if it is not there yet.

    Raises:
        G60Error: The folder can not be written to.
    """
    home = settings.dagster_home
    try:
        home.mkdir(parents=True, exist_ok=True)
        # Two processes that make the databases of a new instance at once would trip over each other.
        with FileLock(home / ".opening.lock", timeout=OPENING_TIMEOUT):
            config = home / CONFIG_FILE
            if not config.exists():
                temporary = config.with_suffix(".tmp")
                temporary.write_text(CONFIG, encoding="utf-8")
                temporary.replace(config)
            instance = dg.DagsterInstance.from_config(str(home))
    except (OSError, Timeout) as error:
        raise G60Error(
            str(home),
            f"the run history can not be opened ({error})",
            "Mend its rights, or name another folder in G60_HOME",
        ) from error
    with instance:
        yield instance
