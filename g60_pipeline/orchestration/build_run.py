"""Running the job from the command line, on the instance the UI shows. How the UI is started: `ui`.

A build is a Dagster run like any other: it is in the run history with all its materializations and checks. How its
outcome is printed is left to the caller; where the history is kept: `instance`.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import dagster as dg

from g60_pipeline.builds import preconditions
from g60_pipeline.builds.result import BuildResult, CheckWarning, StepFailure
from g60_pipeline.errors import G60Error
from g60_pipeline.orchestration.assets import WAREHOUSE
from g60_pipeline.orchestration.failures import message_of, on_one_line, was_broken_off
from g60_pipeline.orchestration.incidents import report_build
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import CLOCK_IS_RIGHT, LOCK_TIMEOUT, WITHOUT, Home, is_building
from g60_pipeline.orchestration.retention import forget_old_runs
from g60_pipeline.orchestration.schedules import JOB_NAME
from g60_pipeline.orchestration.sensors import report_due_figures
from g60_pipeline.settings import Settings

MODULE: Final = "g60_pipeline.definitions"
"""Module of the code location, which is also its name in the UI."""

REPOSITORY_TAG: Final = {".dagster/repository": f"__repository__@{MODULE}"}
"""Tag by which the UI files a run under its code location."""

QUIET: Final = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Configuration of a run whose events are shown by the caller."""

WAITING: Final = "waiting for another build to end"
"""What `on_step` is called with while another run has the lock."""


def build(
    settings: Settings,
    *,
    selection: list[str] | None = None,
    on_step: Callable[[str], None] | None = None,
    clock_is_right: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
) -> BuildResult:
    """Run the job in this process, so that it shows in the history of the Dagster UI, and make the folder of the inbox.

    Args:
        settings: Where things are kept, and which inputs the user has said to be gone.
        selection: Full names of the tables to build, `publish.warehouse` among them; everything when not given.
        on_step: Called with the name of each step as it starts.
        clock_is_right: The user has looked: what has a later date was made when the clock was ahead.
        lock_timeout: Seconds to wait for another build to end.

    Raises:
        G60Error: The selection names no table, or the data folder can not be written to.
        KeyboardInterrupt: The user broke off; the run is recorded as failed.
    """
    started = time.monotonic()
    home = Home(path=str(settings.home), lock_timeout=lock_timeout)
    location = code_location(home)
    job = location.resolve_job_def(JOB_NAME)
    chosen = _asset_keys(location, selection or [])
    run_id = str(uuid.uuid4())
    config = {WITHOUT: sorted(settings.without), CLOCK_IS_RIGHT: clock_is_right}
    leaving = preconditions.departures(settings)
    with open_instance(settings) as instance:
        if on_step is not None:
            if is_building(settings):
                on_step(WAITING)
            instance.add_event_listener(run_id, _step_listener(on_step))
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            run_config={**QUIET, "resources": {"home": {"config": config}}},
            asset_selection=chosen,
            tags={**REPOSITORY_TAG, "started_by": "g60 build"},
            raise_on_error=False,
        )
        forget_old_runs(instance)
    if interrupted(result):
        raise KeyboardInterrupt
    with contextlib.suppress(OSError):  # a convenience: writing into the inbox says why it can not be made
        if result.success:
            settings.inbox.mkdir(exist_ok=True)
    with contextlib.suppress(OSError):  # an archive that can not be written to is what the build itself failed on
        report_build(settings, result.run_id, [on_one_line(f.step, f.message) for f in step_failures(result)])
        if result.success and not chosen:
            report_due_figures(settings)
    return BuildResult(
        success=result.success,
        run_id=run_id,
        failures=tuple(_as_raised(failure, home.refused) for failure in step_failures(result)),
        warnings=tuple(_warnings(result)),
        published=_published(result),
        seconds=time.monotonic() - started,
        leaving=tuple(leaving),
    )


def interrupted(result: dg.ExecuteInProcessResult) -> bool:
    """Return whether the user broke a run off."""
    return any(was_broken_off(event) for event in result.all_events if event.is_failure)


def step_failures(result: dg.ExecuteInProcessResult) -> tuple[StepFailure, ...]:
    """Return the steps of a run that failed; the run itself where it failed before its first step."""
    failed = [event for event in result.all_events if event.is_failure]
    steps = [event for event in failed if event.is_step_failure]
    return tuple(StepFailure(event.step_key or "", message_of(event)) for event in steps or failed)


def _as_raised(failure: StepFailure, refused: Sequence[G60Error]) -> StepFailure:
    """Return a failure with its words in both languages, where they are those of what kept the run from beginning."""
    known = {str(error): error.on_one_line() for error in refused}
    return replace(failure, message=known.get(failure.message, failure.message))


def _asset_keys(location: dg.Definitions, selection: list[str]) -> list[dg.AssetKey]:
    known = {".".join(key.path): key for key in location.resolve_all_asset_keys() if key.path[0] != "source"}
    for name in selection:
        if name not in known:
            raise G60Error.of("table.unknown", name, known=", ".join(sorted(known)))
    return [known[name] for name in selection]


def _step_listener(on_step: Callable[[str], None]) -> Callable[[dg.EventLogEntry], None]:
    def listen(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None and event.event_type is dg.DagsterEventType.STEP_START:
            on_step(event.step_key or "")

    return listen


def _warnings(result: dg.ExecuteInProcessResult) -> Iterator[CheckWarning]:
    for found in result.get_asset_check_evaluations():
        if not found.passed:
            count = found.metadata["count"].value
            yield CheckWarning(found.check_name, ".".join(found.asset_key.path), int(str(count)))


def _published(result: dg.ExecuteInProcessResult) -> bool:
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        if materialization.asset_key == WAREHOUSE:
            return bool(materialization.metadata["changed"].value)
    return False
