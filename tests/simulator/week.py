"""Ways to live through days of a desk: by the function, by `g60 refresh`, by the jobs and the sensor of Dagster.

What happens on which day, and what must come of it, stands in the tests.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner

from g60_pipeline.cli import app, live_actions
from g60_pipeline.orchestration.build_run import QUIET, BuildResult, step_failures
from g60_pipeline.orchestration.incidents import report_source
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import Folder, Home
from g60_pipeline.orchestration.sensors import build_after_refresh
from g60_pipeline.publish.storage import read_table
from g60_pipeline.publish.warehouse import published_tables
from g60_pipeline.refresh import alerts
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table
from simulator.desk import Desk
from simulator.wire import IncomingRequest, Reply


@dataclass
class Mailbox:
    """Receives alerts."""

    received: list[bytes] = field(default_factory=list)

    def reply(self, asked: IncomingRequest) -> Reply:
        self.received.append(asked.body)
        return Reply(content=b"{}")


@dataclass
class Week:
    """The week as it goes, and what it left behind."""

    desk: Desk
    mailbox: Mailbox
    endings: dict[tuple[int, str], str] = field(default_factory=dict)
    tables: dict[int, dict[str, pl.DataFrame]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    incidents: dict[int, list[str]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    builds_wanted: dict[str, int] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    runs: dict[str, list[str]] = field(default_factory=dict)
    decisions: dict[str, dg.RunRequest | dg.SkipReason] = field(default_factory=dict)
    published: dict[str, bool] = field(default_factory=dict)
    in_force: set[str] = field(default_factory=set)

    def asked(self, number: int, *source_ids: str) -> None:
        """Ask sources by the function every way of asking leads to."""
        for source_id in source_ids:
            report_source(self.desk.settings, source_id, self.desk.refresh(source_id).trouble)
        self.evening(number, source_ids)

    def commanded(self, number: int, *source_ids: str) -> None:
        """Ask sources by the command, and keep the build away."""
        self.command(f"day {number}", *source_ids)
        self.evening(number, source_ids)

    def command(self, name: str, *arguments: str, building: bool = False) -> None:
        """Run `g60 refresh`, and write down how it ended; the build is counted, and run only where that is asked for."""
        wanted: list[Settings] = []
        with pytest.MonkeyPatch.context() as patch:
            if not building:
                built = BuildResult(success=True, run_id="", failures=(), warnings=(), published=False, seconds=0.0)
                patch.setattr(live_actions, "run_build", lambda home, _: wanted.append(home) or built)
            result = CliRunner().invoke(app, ["refresh", *arguments, "--json"])
        assert "Traceback" not in result.output, result.output
        self.codes[name], self.builds_wanted[name], self.shown[name] = result.exit_code, len(wanted), result.output

    def job(self, name: str) -> None:
        """Run a job of Dagster in the instance the command uses too."""
        location = code_location(Home(path=str(self.desk.settings.home)))
        with open_instance(self.desk.settings) as instance:
            done = location.resolve_job_def(name).execute_in_process(
                instance=instance, run_config=QUIET, raise_on_error=False
            )
        self.runs[name] = [f"{f.step}: {f.message}" for f in step_failures(done)]

    def decide(self, name: str) -> dg.RunRequest | dg.SkipReason:
        """Return what the sensor that follows a refresh decides."""
        folder = Folder(path=str(self.desk.settings.home))
        with open_instance(self.desk.settings) as instance:
            found = build_after_refresh(dg.build_sensor_context(instance=instance), folder=folder)
        assert isinstance(found, dg.RunRequest | dg.SkipReason)
        self.decisions[name] = found
        return found

    def read_tables(self) -> dict[str, pl.DataFrame]:
        """Return the tables the last build wrote."""
        return {t.full_name: read_table(self.desk.settings, table(t.full_name)) for t in published_tables()}

    def held(self) -> tuple[int, int]:
        """Return how many snapshots are held, and how many alerts went out."""
        return len(list(self.desk.archive.root.glob("snapshots/*/*"))), len(self.mailbox.received)

    def of_sources(self) -> list[str]:
        """Return the alerts on sources: figures that are due are told too."""
        return [text for text in map(bytes.decode, self.mailbox.received) if "could not be refreshed" in text]

    def evening(self, number: int, source_ids: tuple[str, ...]) -> None:
        """Write down how the day ended, and sleep until the next."""
        for source_id in source_ids:
            self.endings[number, source_id] = self.desk.archive.attempts(source_id)[-1].ending
        opened = alerts.open_incidents(self.desk.settings)
        self.incidents[number] = sorted(name for name in opened if not name.startswith("due:"))
        self.desk.now = self.desk.now.replace(hour=1, minute=0) + dt.timedelta(days=1)
