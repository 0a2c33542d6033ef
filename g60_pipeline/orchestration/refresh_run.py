"""Refreshing sources from the command line: Dagster runs on the instance the UI shows. How it is printed: `cli`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import dagster as dg

from g60_pipeline.builds.result import StepFailure
from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.archive import Archive, Attempt
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.orchestration.incidents import job_name
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.refreshes import REFRESH_ALL
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.retention import forget_old_runs
from g60_pipeline.orchestration.run import QUIET, REPOSITORY_TAG, interrupted, step_failures
from g60_pipeline.orchestration.sources import ASKING, op_name
from g60_pipeline.settings import Settings

SILENT: Final = "the log of refreshes says nothing of it. `g60 archive verify` looks for damage"
"""Why a source counts as failed whose refresh left no trace."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh of several sources did."""

    run_ids: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    not_begun: tuple[StepFailure, ...]
    """Sources whose refresh could not begin: another one was running, or a setting is wrong."""
    seconds: float
    changed: bool = field(init=False)
    failed: bool = field(init=False)

    def __post_init__(self) -> None:
        """Sum up."""
        object.__setattr__(self, "changed", any(a.snapshots for a in self.attempts))
        object.__setattr__(self, "failed", bool(self.not_begun) or any(a.ending == "failed" for a in self.attempts))


def open_sources() -> list[str]:
    """Return the sources that may be asked without an operator's consent."""
    return [plan.source_id for plan in load_catalog().live if plan.schedule.running]


def refresh_sources(
    settings: Settings,
    names: Sequence[str],
    *,
    parts: Sequence[str] = (),
    accept: bool = False,
    at_once: bool = False,
    on_request: Callable[[str], None] = lambda _: None,
) -> Refreshed:
    """Refresh the named sources in this process; one that fails does not keep the others.

    Whoever names a source whose terms want consent has given it.

    Args:
        settings: Where things are kept.
        names: Live sources.
        parts: Parts to refresh, such as years; only with one source.
        accept: A person has looked: a jump of a unit and the loss of many rows are let pass.
        at_once: A person has decided: sources are asked even where they wanted to be left alone.
        on_request: Told what is being asked.

    Raises:
        G60Error: There is no such source, or the data folder can not be written to.
        KeyboardInterrupt: The user broke off.
    """
    started = time.monotonic()
    for name in names:
        connector(name)
    location = code_location(Home(path=str(settings.home)))
    archive = Archive(settings.archive_dir)
    before = {name: len(archive.attempts(name)) for name in names}
    config = {"config": {"parts": list(parts), "accept": accept, "now": at_once, "consent": True}}
    results: list[dg.ExecuteInProcessResult] = []
    with open_instance(settings) as instance:
        for job, sources in _runs(names):
            run_id = str(uuid.uuid4())
            instance.add_event_listener(run_id, _listener(on_request))
            result = location.resolve_job_def(job).execute_in_process(
                instance=instance,
                run_id=run_id,
                run_config={"ops": {op_name(name): config for name in sources}, **QUIET},
                op_selection=[op_name(name) for name in sources],
                tags={**REPOSITORY_TAG, "started_by": "g60 refresh"},
                raise_on_error=False,
            )
            if interrupted(result):
                raise KeyboardInterrupt
            results.append(result)
        forget_old_runs(instance)
    attempts = {name: archive.attempts(name)[before[name] :] for name in names}
    without = {op_name(name) for name in names if not attempts[name]}
    told = {f.step: f for result in results for f in step_failures(result) if f.step in without or not f.step}
    silent = [] if "" in told else sorted(without - told.keys())
    return Refreshed(
        run_ids=tuple(result.run_id for result in results),
        attempts=tuple(found[-1] for found in attempts.values() if found),
        not_begun=(*told.values(), *(StepFailure(step, SILENT) for step in silent)),
        seconds=time.monotonic() - started,
    )


def _runs(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the jobs that refresh the sources: one of all that need no consent, and one of each other."""
    without_consent = [name for name in names if name in open_sources()]
    together = without_consent if len(without_consent) > 1 else []
    if together:
        yield REFRESH_ALL, together
    for name in names:
        if name not in together:
            yield job_name(name), [name]


def _listener(on_request: Callable[[str], None]) -> Callable[[dg.EventLogEntry], None]:
    def listen(entry: dg.EventLogEntry) -> None:
        message = entry.user_message
        if entry.dagster_event is None and message.startswith(ASKING):
            on_request(message.removeprefix(ASKING))

    return listen
