"""What a build did, for the screen and the JSON of `g60 build`. Who runs one: `orchestration.build_run`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepFailure:
    """A step that failed, and why in words. `step` is empty when the run failed before its first step."""

    step: str
    message: str


@dataclass(frozen=True)
class CheckWarning:
    """A check that found something to look at."""

    check: str
    asset: str
    count: int


@dataclass(frozen=True)
class BuildResult:
    """What a build did."""

    success: bool
    run_id: str
    """The Dagster run; where nothing had to be done, the last one that looked."""
    failures: tuple[StepFailure, ...]
    warnings: tuple[CheckWarning, ...]
    published: bool
    """Whether a new warehouse file was published; false when nothing changed."""
    seconds: float
    leaving: tuple[str, ...] = ()
    """Files of the publication before that were no longer there, in words."""
