"""Refreshing sources from the command line: Dagster runs on the instance the UI shows. How it is printed: `cli`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import dagster as dg

from g60_pipeline.builds.result import StepFailure
from g60_pipeline.ingest.live.archive import Archive, Attempt
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.orchestration.build_run import QUIET, REPOSITORY_TAG, interrupted, step_failures
from g60_pipeline.orchestration.incidents import job_name
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.refreshes import REFRESH_ALL, open_sources, run_request
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.retention import forget_old_runs
from g60_pipeline.orchestration.sources import ASKING, op_name
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told

SILENT: Final = told("live.refresh.silent")
"""Why a source counts as failed whose refresh left no trace."""


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh of several sources did; `not_begun` are those that were busy, or for which a setting is wrong."""

    run_ids: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    not_begun: tuple[StepFailure, ...]
    seconds: float

    @property
    def changed(self) -> bool:
        """Return whether anything new was archived."""
        return any(attempt.snapshots for attempt in self.attempts)

    @property
    def failed(self) -> bool:
        """Return whether a source failed, in whole or in part."""
        return bool(self.not_begun) or any(attempt.ending == "failed" for attempt in self.attempts)


def refresh_sources(
    settings: Settings,
    names: Sequence[str],
    *,
    parts: Sequence[str] = (),
    accept: bool = False,
    at_once: bool = False,
    on_request: Callable[[str], None] = lambda _: None,
) -> RefreshResult:
    """Refresh the named sources in this process; one that fails does not keep the others.

    Whoever names a source whose terms want consent has given it.

    Args:
        settings: Where things are kept.
        names: Live sources.
        parts: Parts to refresh, such as years; only with one source.
        accept: A person has looked: a jump of a unit and the loss of many rows are accepted.
        at_once: A person has decided: sources are asked even where they wanted to be left alone.
        on_request: Called with what is being asked.

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
    results: list[dg.ExecuteInProcessResult] = []
    with open_instance(settings) as instance:
        for job, sources in _runs(names):
            run_id = str(uuid.uuid4())
            instance.add_event_listener(run_id, _listener(on_request))
            request = run_request(sources, parts=parts, accept=accept, now=at_once, consent=True)
            result = location.resolve_job_def(job).execute_in_process(
                instance=instance,
                run_id=run_id,
                run_config={**request.run_config, **QUIET},
                asset_selection=request.asset_selection,
                tags={**request.tags, **REPOSITORY_TAG, "started_by": "g60 refresh"},
                raise_on_error=False,
            )
            if interrupted(result):
                raise KeyboardInterrupt
            results.append(result)
        forget_old_runs(instance)
    attempts = {name: archive.attempts(name)[before[name] :] for name in names}
    silent = {op_name(name): name for name in names if not attempts[name]}
    failures = {f.step: f.message for r in results for f in step_failures(r) if f.step in silent or not f.step}
    if "" not in failures:
        failures = dict.fromkeys(silent, SILENT) | failures
    return RefreshResult(
        run_ids=tuple(result.run_id for result in results),
        attempts=tuple(new[-1] for new in attempts.values() if new),
        not_begun=tuple(StepFailure(silent.get(step, step), message) for step, message in failures.items()),
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
