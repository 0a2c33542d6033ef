"""What a step is: a function whose parameters are the tables it reads. What it may know besides them: `Context`.

    @step("core.claim", "issue.claim")
    def claim(stage_cited_claim, geography, unit): ...

makes `core.claim` and `issue.claim`, of `stage.cited_claim`, `core.geography` and `core.unit`. A parameter is a table
of core, or of another layer with its name in front; `context` is no table. Its docstring describes it.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final, TypeVar

import polars as pl

from g60_pipeline.contracts import core_table
from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.metrics.engine.registry import MetricFunction
from g60_pipeline.settings import Settings

Tables = Mapping[str, pl.DataFrame]
Made = tuple[pl.DataFrame, ...]
"""Tables, in the order in which the step names them."""

LAYERS: Final = ("raw", "stage", "issue")
"""Layers whose tables are named with the layer in front; a parameter without one is a table of core."""

CONTEXT: Final = "context"
"""Parameter that is no table."""

_registered: Final[dict[str, Step]] = {}
F = TypeVar("F", bound=Callable[..., Made])


@dataclass(frozen=True)
class Context:
    """What a step may know besides its inputs: where things are kept, and which day it is."""

    settings: Settings
    today: dt.date

    @classmethod
    def now(cls, settings: Settings) -> Context:
        """Return the context of the current day in China."""
        return cls(settings=settings, today=dt.datetime.now(TIME_ZONE).date())


@dataclass(frozen=True)
class Step:
    """One step of the graph."""

    function: FunctionType
    group: str
    reads: Mapping[str, str]
    """Parameter -> table."""
    outputs: tuple[str, ...]
    """Tables it makes, in the order in which its function returns them."""
    metric: MetricFunction | None = None
    """The metric it makes, with what all metrics have done to their rows; none for raw and core."""

    @classmethod
    def of_metric(cls, metric: MetricFunction) -> Step:
        """Return the step of a metric."""
        outputs = tuple(table.full_name for table in metric.tables)
        return cls(metric.function, "metrics", metric.reads, outputs, metric)

    @property
    def name(self) -> str:
        """Return the name of its function."""
        return self.function.__name__

    @property
    def description(self) -> str:
        """Return what it does."""
        return (self.function.__doc__ or "").partition("\n")[0]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the tables it reads."""
        return tuple(self.reads.values())

    @property
    def is_pure(self) -> bool:
        """Return whether it follows from its inputs alone: no file, no setting, no day."""
        return self.group == "metrics"

    def make(self, context: Context, tables: Tables) -> dict[str, pl.DataFrame]:
        """Return the tables it makes, by full name as the inputs are."""
        if self.metric:
            return self.metric.make(tables)
        given: dict[str, Any] = {name: tables[full_name] for name, full_name in self.reads.items()}
        if CONTEXT in inspect.signature(self.function).parameters:
            given[CONTEXT] = context
        found = self.function(**given)
        frames = (found,) if isinstance(found, pl.DataFrame) else found
        return dict(zip(self.outputs, frames, strict=True))


def step(*outputs: str, group: str = "core", reads: Mapping[str, str] | None = None) -> Callable[[F], F]:
    """Register a function as a step; it stays as it is.

    Args:
        outputs: Full names of the tables it makes.
        group: Layer its tables are of.
        reads: Tables by parameter, where the parameters do not name them.
    """

    def register(function: F) -> F:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is no function")
        names = [name for name in inspect.signature(function).parameters if name != CONTEXT]
        named = {name: _table_of(name) for name in names} if reads is None else reads
        _registered[function.__name__] = Step(function, group, named, outputs)
        return function

    return register


def registered_steps() -> tuple[Step, ...]:
    """Return the steps registered so far, in their order."""
    return tuple(_registered.values())


def _table_of(parameter: str) -> str:
    layer, _, name = parameter.partition("_")
    full_name = f"{layer}.{name}" if layer in LAYERS else f"core.{parameter}"
    return core_table(full_name).full_name
