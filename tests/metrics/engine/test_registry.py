"""Metrics register themselves: names of tables, what a parameter stands for, order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from g60_pipeline.contracts import CORE_TABLES
from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.core_tables import table_name
from g60_pipeline.errors import G60Error
from g60_pipeline.metrics.engine import registry
from g60_pipeline.metrics.engine.contract import MetricRow
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric, metric_functions
from g60_pipeline.metrics.ratios.national_share import NationalShare, national_share
from g60_pipeline.steps import STEPS
from g60_pipeline.tables import TABLES


class FirstThing(MetricRow):
    """A thing."""

    number = c.count("How many.", nullable=True, answer=True)
    input_ids = c.words("Figures.")


class SecondThing(MetricRow):
    """Another thing."""

    number = c.count("How many.", nullable=True, answer=True)


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
        rows = [{"metric_id": f"thing:{code}", "number": 1} for code in geography["geo_code"]]
        return frame_of(rows[:1], FirstThing), frame_of(rows, SecondThing)

    (made,) = metric_functions.__wrapped__()
    frames = made.make({"core.geography": pl.DataFrame({"geo_code": ["1", "2"]})})
    assert {name: frame.height for name, frame in frames.items()} == {
        "metrics.first_thing": 1,
        "metrics.second_thing": 2,
    }
    with pytest.raises(ValueError, match="zip"):
        registry.MetricFunction(lambda: (FirstThing.create_empty(),), made.tables).make({})


@pytest.mark.usefixtures("empty")
def test_row_has_the_round_group_its_parents_share_and_none_where_they_differ() -> None:
    """Of figures `a` and `b` of the first round, `c` chosen of any, and an assumption without figures."""
    figures = {"first:a": "first", "first:b": "first", "first:c": "any", "first:assumed": None}
    parents = {
        "second:alike": ["first:a", "first:b"],
        "second:apart": ["first:a", "first:c"],
        "second:assumed": ["first:a", "first:assumed"],
        "second:of_second": ["second:alike", "first:b"],
        "second:of_apart": ["second:apart"],
        "second:none": [],
    }

    @metric(FirstThing, SecondThing)
    def things(geography: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
        first = [
            {"metric_id": name, "parent_ids": [], "round_group": group, "input_ids": ["E1"] if group else []}
            for name, group in figures.items()
        ]
        second = [{"metric_id": name, "parent_ids": of, "input_ids": ["E1"]} for name, of in parents.items()]
        return frame_of(first, FirstThing), frame_of(second, FirstThing)

    (made,) = metric_functions.__wrapped__()
    found = made.make({"core.geography": pl.DataFrame()})["metrics.second_thing"]
    assert dict(found.select("metric_id", "round_group").iter_rows()) == {
        "second:alike": "first",
        "second:apart": None,
        "second:assumed": "first",
        "second:of_second": "first",
        "second:of_apart": None,
        "second:none": None,
    }


def test_contract_that_is_not_made_of_the_columns_of_every_metric_is_refused() -> None:
    class Stranger(dy.Schema):
        """A table that names no parents."""

    with pytest.raises(TypeError, match="Stranger"):
        metric(Stranger)(lambda geography: geography)  # type: ignore[type-var]


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
    class Claim(MetricRow):
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
