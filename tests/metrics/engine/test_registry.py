"""Metrics register themselves: names of tables, what a parameter stands for, order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from g60_pipeline.contracts import CORE_TABLES
from g60_pipeline.contracts.core_tables import table_name
from g60_pipeline.errors import G60Error
from g60_pipeline.metrics.engine import registry
from g60_pipeline.metrics.engine.registry import metric, metric_functions
from g60_pipeline.metrics.ratios.national_share import NationalShare, national_share
from g60_pipeline.settings import Settings
from g60_pipeline.steps import STEPS, Context, Step
from g60_pipeline.tables import TABLES


class FirstThing(dy.Schema):
    """A thing."""

    number = dy.Int64()


class SecondThing(dy.Schema):
    """Another thing."""

    number = dy.Int64()


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register nothing but what the test registers."""
    monkeypatch.setattr(registry, "_registered", {})
    metric_functions()  # so that the modules are loaded


def ordered() -> list[str]:
    return [made.name for made in metric_functions.__wrapped__()]


def test_table_has_the_name_of_its_contract() -> None:
    assert table_name(FirstThing) == "first_thing"
    assert TABLES["metrics.national_share"].schema is NationalShare


def test_parameter_is_the_metric_of_its_name_or_the_table_of_core() -> None:
    (share,) = (made for made in metric_functions() if made.function is national_share)
    assert share.reads == {
        "total": "metrics.total",
        "figure": "metrics.figure",
        "indicator_basis": "core.indicator_basis",
        "geography": "core.geography",
    }


def test_every_metric_is_one_step_with_the_inputs_of_its_parameters() -> None:
    steps = {step.name: step for step in STEPS if step.group == "metrics"}
    assert [*steps] == [made.name for made in metric_functions()]
    for made in metric_functions():
        step = steps[made.name]
        assert set(step.inputs) == set(made.reads.values())
        assert step.function is made.function
        assert step.description.endswith((".", ":"))


def test_metric_comes_after_every_metric_it_reads() -> None:
    done: set[str] = set()
    for made in metric_functions():
        assert {name for name in made.reads.values() if name not in CORE_TABLES} <= done, made.name
        done |= {table.full_name for table in made.tables}


@pytest.mark.usefixtures("empty")
def test_function_of_several_tables_returns_them_in_the_order_of_their_contracts() -> None:
    @metric(FirstThing, SecondThing)
    def things(geography: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
        return geography.head(1), geography.head(2)

    (made,) = metric_functions.__wrapped__()
    context = Context.now(Settings(Path()))
    frames = Step.of_metric(made).make(context, {"core.geography": pl.DataFrame({"number": [1, 2, 3]})})
    assert {name: frame.height for name, frame in frames.items()} == {
        "metrics.first_thing": 1,
        "metrics.second_thing": 2,
    }
    with pytest.raises(ValueError, match="zip"):
        Step.of_metric(registry.MetricFunction(lambda: (pl.DataFrame(),), made.tables)).make(context, {})


@pytest.mark.usefixtures("empty")
def test_parameter_that_is_no_table_is_refused_with_the_names_there_are() -> None:
    @metric(FirstThing)
    def thing(geographie: pl.DataFrame) -> pl.DataFrame:
        return geographie

    with pytest.raises(G60Error, match=r"\.thing: its parameter geographie is the name of no table") as caught:
        ordered()
    assert ", figure" not in caught.value.remedy
    assert {"first_thing", "geography"} <= set(caught.value.remedy.removeprefix("Choose one of ").split(", "))


@pytest.mark.usefixtures("empty")
def test_metrics_that_read_each_other_are_refused() -> None:
    @metric(FirstThing)
    def first(second_thing: pl.DataFrame) -> pl.DataFrame:
        return second_thing

    @metric(SecondThing)
    def second(first_thing: pl.DataFrame) -> pl.DataFrame:
        return first_thing

    with pytest.raises(G60Error, match="first reads second reads first: a circle"):
        ordered()


@pytest.mark.usefixtures("empty")
def test_metric_with_the_name_of_a_table_of_core_is_refused() -> None:
    class Claim(dy.Schema):
        """What a parameter `claim` would then be is not clear."""

    with pytest.raises(G60Error, match=r"metrics\.claim: core\.claim has the same name"):
        metric(Claim)(lambda geography: geography)


def test_steps_have_names_of_their_own() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)


@pytest.mark.usefixtures("empty")
def test_two_functions_for_one_table_are_refused() -> None:
    def again(number: int) -> Callable[..., Any]:
        def made(geography: pl.DataFrame) -> pl.DataFrame:
            return geography.head(number)

        made.__qualname__ = f"made{number}"
        return made

    metric(FirstThing)(again(1))
    metric(FirstThing)(again(1))
    with pytest.raises(G60Error, match=r"metrics\.first_thing: .*made1 makes it already"):
        metric(FirstThing)(again(2))
