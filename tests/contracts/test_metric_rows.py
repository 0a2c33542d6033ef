"""What every row of every metric carries: parents, the round group of its figures, and a reason where it has no answer."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
import pytest

from g60_pipeline.metrics.engine.contract import MetricRow
from g60_pipeline.tables import TABLES
from g60_pipeline.tables.described import columns_of
from g60_pipeline.wording import LANGUAGES, REASON, entries, say

Frames = dict[str, pl.DataFrame]
Row = dict[str, Any]
METRICS: Final = [name for name in TABLES if name.startswith("metrics.")]

OWN_GROUP: Final = ("metrics.figure", "metrics.total", "metrics.corridor_total")
"""Figures and the sums of them: the round group is part of what they are."""

OF_BOUNDS: Final = "bound:"
"""Begins the parents of a sum that only narrow its ends, and may be of other rounds."""


@pytest.mark.parametrize("name", METRICS)
def test_metric_has_the_columns_of_every_metric_from_one_declaration(graph: Frames, name: str) -> None:
    assert issubclass(TABLES[name].schema, MetricRow)
    assert set(MetricRow.columns()) <= set(graph[name].columns)


@pytest.mark.parametrize("name", METRICS)
def test_row_without_an_answer_says_why(graph: Frames, name: str) -> None:
    """The answer of bounds is an interval, that of a count of events the count."""
    (answer,) = (column.column_name for column in columns_of(name) if column.answer)
    lacks = pl.all_horizontal(pl.col("low", "high").is_null()) if answer == "low" else pl.col(answer).is_null()
    if name == "metrics.collaboration_by_path":
        lacks = pl.col("events").is_null() | (lacks & pl.col("kind").is_not_null())
    silent = graph[name].filter(lacks & pl.col("reason_code").is_null())
    assert silent["metric_id"].to_list() == []


SAYS_MORE: Final = {
    "metrics.claim_audit": "why this verdict",
    "metrics.policy_timeline": "why no version is named, of a policy with a place in time",
    "metrics.index_bound": "why no figure has a place between equal bounds",
    "metrics.collaboration_by_path": "why the amounts of a row come to no one value",
    "metrics.gradient_evidence": "why no tier is said",
}
"""Tables whose reason is not only of a number that is missing."""


@pytest.mark.parametrize("name", [name for name in METRICS if name not in SAYS_MORE])
def test_row_with_an_answer_gives_no_reason(graph: Frames, name: str) -> None:
    (answer,) = (column.column_name for column in columns_of(name) if column.answer)
    answered = (
        pl.any_horizontal(pl.col("low", "high").is_not_null()) if answer == "low" else pl.col(answer).is_not_null()
    )
    assert graph[name].filter(answered & pl.col("reason_code").is_not_null())["metric_id"].to_list() == []


@pytest.mark.parametrize("name", METRICS)
def test_reason_has_words_in_both_languages_for_the_arguments_it_is_stored_with(graph: Frames, name: str) -> None:
    places = set(graph["core.geography"]["geo_code"])
    told = graph[name].select("reason_code", "reason_args").unique()
    for code, arguments in told.iter_rows():
        if code is None:
            assert arguments == []
            continue
        kinds = entries(REASON)[code].arguments
        for language in LANGUAGES:
            words = say(f"{REASON}.{code}", language, *arguments)
            assert words, (code, arguments)
            assert "{" not in words, (code, arguments)
        for argument, kind in zip(arguments, kinds.values(), strict=True):
            assert argument, (code, arguments)
            assert kind != "place" or set(argument.split()) <= places, (code, arguments)


def test_parents_are_rows_of_metrics(graph: Frames) -> None:
    known = {row for name in METRICS for row in graph[name]["metric_id"]}
    for name in METRICS:
        parents = graph[name]["parent_ids"].list.explode(keep_nulls=False, empty_as_null=False)
        assert set(parents) <= known, name


def test_round_group_is_that_of_all_parents_and_empty_where_these_differ(graph: Frames) -> None:
    rows = {row["metric_id"]: row for name in METRICS for row in _needed(graph[name])}
    own = {row for name in OWN_GROUP for row in graph[name]["metric_id"]}
    known = {name: {rows[name]["round_group"]} for name in own}

    def groups(metric_id: str) -> set[str | None]:
        """Return the groups of the figures a row is made of, where several one that is empty; none without figures."""
        if metric_id not in known:
            row = rows[metric_id]
            of_parents = set().union(*map(groups, row["parent_ids"]))
            found = of_parents if len(of_parents) == 1 else {None}
            known[metric_id] = found if row["input_ids"] else set()
        return known[metric_id]

    told = {name: row["round_group"] for name, row in rows.items()}
    wrong = {name: (told[name], groups(name)) for name in rows if {told[name]} != (groups(name) or {None})}
    assert wrong == {}
    made = rows.keys() - own
    assert {told[name] for name in made} > {None, "any", "first", "first+"}


@pytest.mark.parametrize("name", OWN_GROUP)
def test_figures_and_sums_name_the_round_group_they_are_taken_from(graph: Frames, name: str) -> None:
    held = graph["metrics.figure"].select("metric_id", "round_group")
    groups = dict(held.iter_rows())
    for row in graph[name].iter_rows(named=True):
        assert row["round_group"] is not None
        taken = {groups[parent] for parent in row["parent_ids"] if not parent.startswith(OF_BOUNDS)}
        assert taken <= {row["round_group"]}, row["metric_id"]


def _needed(frame: pl.DataFrame) -> list[Row]:
    columns = ["metric_id", "parent_ids", "round_group", "input_ids"]
    none = pl.lit([], dtype=pl.List(pl.String))
    return (frame if "input_ids" in frame.columns else frame.with_columns(input_ids=none)).select(columns).to_dicts()
