"""Metrics register themselves: a function that makes tables names their contracts, and its parameters what it reads.

    @metric(NationalShare)
    def national_share(total, figure, *, indicator_basis, geography): ...

makes `metrics.national_share`, of `metrics.total`, `metrics.figure`, `core.indicator_basis` and `core.geography`.
Steps, assets, dictionary and the tests of every table follow from it. A table has the name of its contract, a parameter
that of the table it is, so that docstrings do not say it again.
"""

from __future__ import annotations

import gc
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Final, ParamSpec, TypeVar

import polars as pl

from g60_pipeline.contracts import CORE_TABLES, Table
from g60_pipeline.contracts.core_tables import table_name
from g60_pipeline.errors import G60Error
from g60_pipeline.metrics.engine.contract import MetricRow
from g60_pipeline.metrics.engine.rounds import with_shared_groups

PACKAGE: Final = "g60_pipeline.metrics"
"""Package whose modules hold the metrics."""

LAYER: Final = "metrics"

_registered: Final[dict[str, MetricFunction]] = {}
_P = ParamSpec("_P")
_R = TypeVar("_R", pl.DataFrame, tuple[pl.DataFrame, ...])


@dataclass(frozen=True)
class MetricFunction:
    """A function that makes tables of other tables."""

    function: FunctionType
    tables: tuple[Table, ...]
    """What it makes, in the order in which it returns it."""

    @property
    def name(self) -> str:
        """Return the name of the function, which is that of its step."""
        return self.function.__name__

    @property
    def reads(self) -> dict[str, str]:
        """Return the table of each parameter: the metric of that name, else the table of core.

        Raises:
            G60Error: There is no such table.
        """
        return {name: _table_of(name, reader=self) for name in inspect.signature(self.function).parameters}

    def make(self, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Return what it makes by full name, from the tables it reads by full name."""
        read = {name: tables[full_name] for name, full_name in self.reads.items()}
        with without_collection():
            found = self.function(**read)
        frames = with_shared_groups((found,) if isinstance(found, pl.DataFrame) else found, read.values())
        return {table.full_name: frame for table, frame in zip(self.tables, frames, strict=True)}


@contextmanager
def without_collection() -> Iterator[None]:
    """Let no cycles be looked for: a metric makes many rows and no cycle; the search took a fifth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def metric(*contracts: type[MetricRow]) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Register a function that returns one table, or several in the order of their contracts; it stays as it is.

    Raises:
        G60Error: Another function makes a table of the same name, or core has one.
    """

    def register(function: Callable[_P, _R]) -> Callable[_P, _R]:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is no function")
        if strangers := [contract for contract in contracts if not issubclass(contract, MetricRow)]:
            raise TypeError(f"{strangers} are not made of MetricRow")
        made = MetricFunction(function, tuple(Table(LAYER, table_name(contract), contract) for contract in contracts))
        for table in made.tables:
            remedy = f"Name the contract in {function.__module__} otherwise"
            if f"core.{table.name}" in CORE_TABLES:
                raise G60Error(table.full_name, f"core.{table.name} has the same name", remedy)
            other = _registered.setdefault(table.full_name, made).function
            if (other.__module__, other.__qualname__) != (function.__module__, function.__qualname__):
                raise G60Error(table.full_name, f"{other.__module__}.{other.__qualname__} makes it already", remedy)
            _registered[table.full_name] = made
        return function

    return register


@cache
def metric_functions() -> tuple[MetricFunction, ...]:
    """Return the functions of all metrics of the package, room by room, each after those it reads from.

    Raises:
        G60Error: A parameter is no table, or metrics read each other in a circle.
    """
    for module in pkgutil.walk_packages(import_module(PACKAGE).__path__, f"{PACKAGE}."):
        import_module(module.name)
    ordered: list[MetricFunction] = []

    def visit(made: MetricFunction, path: tuple[MetricFunction, ...]) -> None:
        if made in path:
            circle = " reads ".join(reader.name for reader in (*path[path.index(made) :], made))
            raise G60Error("metrics", f"{circle}: a circle", "Take one parameter away")
        if made not in ordered:
            for name in made.reads.values():
                if name in _registered:
                    visit(_registered[name], (*path, made))
            ordered.append(made)

    for made in sorted(dict.fromkeys(_registered.values()), key=lambda made: made.function.__module__):
        visit(made, ())
    return tuple(ordered)


def _table_of(parameter: str, *, reader: MetricFunction) -> str:
    known = {name.partition(".")[2]: name for name in CORE_TABLES if name.startswith("core.")}
    known |= {name.partition(".")[2]: name for name in _registered}
    if parameter not in known:
        rule = f"its parameter {parameter} is the name of no table of metrics or core"
        raise G60Error(f"{reader.function.__module__}.{reader.name}", rule, f"Choose one of {', '.join(sorted(known))}")
    return known[parameter]
