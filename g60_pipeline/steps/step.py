"""What a step is, and what it may know besides its inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from g60_pipeline.ingest.live.replay import TIME_ZONE
from g60_pipeline.metrics.engine.registry import MetricFunction
from g60_pipeline.settings import Settings

Tables = Mapping[str, pl.DataFrame]


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

    name: str
    group: str
    description: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    """Tables it makes. Those of the group `metrics` follow from the inputs alone: no file, no setting, no day."""
    run: Callable[..., Any]
    """Its function: of the context and the inputs by full name; of a metric, of the tables its parameters name."""
    metric: MetricFunction | None = None

    @classmethod
    def of_metric(cls, metric: MetricFunction) -> Step:
        """Return the step of a metric."""
        return cls(
            name=metric.name,
            group="metrics",
            description=(metric.function.__doc__ or "").partition("\n")[0],
            inputs=tuple(metric.reads.values()),
            outputs=tuple(table.full_name for table in metric.tables),
            run=metric.function,
            metric=metric,
        )

    @property
    def is_pure(self) -> bool:
        """Return whether equal inputs and code always give equal tables."""
        return self.metric is not None

    def make(self, context: Context, tables: Tables) -> dict[str, pl.DataFrame]:
        """Return the tables it makes, by full name as the inputs are."""
        if self.metric is not None:
            return self.metric.make(tables)
        made: dict[str, pl.DataFrame] = self.run(context, tables)
        return made
