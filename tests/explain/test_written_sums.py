"""Every number of every metric is written out by what computed it, and the written sum gives the published number."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

import polars as pl
import pytest

from g60_pipeline.explain.derivation import Derivation
from g60_pipeline.explain.derive import derive, table_of
from g60_pipeline.metrics.engine.expression import Step
from g60_pipeline.tables import TABLES
from g60_pipeline.tables.described import columns_of

Row = dict[str, Any]
OF_RECORDS = ("figure", "claim_audit", "collaboration_by_path", "collaboration_link", "policy_timeline")
"""Tables whose rows are made of observations, claims, events and policies, not of rows of metrics alone."""


METRICS = sorted(t.name for t in TABLES.values() if t.layer == "metrics")
ANSWERS = {name: column.column_name for name in METRICS for column in columns_of(f"metrics.{name}") if column.leads}


class GraphRows:
    """Formulas and metric rows of tables in memory."""

    def __init__(self, graph: dict[str, pl.DataFrame]) -> None:
        self._formulas = {row["formula_id"]: row for row in graph["core.formula"].iter_rows(named=True)}
        self._rows = {
            name: {row["metric_id"]: row for row in graph[f"metrics.{name}"].iter_rows(named=True)} for name in METRICS
        }
        self.derivations: dict[str, Derivation | None] = {}

    def formula(self, formula_id: str) -> Row:
        return self._formulas[formula_id]

    def metrics(self, names: Sequence[str]) -> list[Row]:
        return [self._rows[table_of(name)][name] for name in names]

    def answer(self, table: str) -> str:
        return ANSWERS[table]

    def table(self, name: str) -> list[Row]:
        return list(self._rows[name].values())


@pytest.fixture(scope="module")
def rows(graph: dict[str, pl.DataFrame]) -> GraphRows:
    return GraphRows(graph)


def derived(rows: GraphRows, name: str) -> list[tuple[Row, Derivation]]:
    found = [(row, derive(row, rows, rows.derivations)) for row in rows.table(name)]
    return [(row, done) for row, done in found if done is not None]


@pytest.mark.parametrize("name", METRICS)
def test_every_number_of_a_formula_is_written_and_comes_out(rows: GraphRows, name: str) -> None:
    broken, missing = [], []
    for row, done in derived(rows, name):
        broken += [(row["metric_id"], s.name, s.expression) for s in done.wrong]
        written = {s.name for s in done.sums}
        steps = rows.formula(row["formula_id"])["steps"]
        wanted = [Step.read(text).name for text in steps] or [ANSWERS[name]]
        missing += [(row["metric_id"], name) for name in wanted if row.get(name) is not None and name not in written]
    assert not broken
    assert name == "figure" or not missing


def test_every_parent_of_a_row_is_a_row_of_a_metric(graph: dict[str, pl.DataFrame]) -> None:
    held = {name for metric in METRICS for name in graph[f"metrics.{metric}"]["metric_id"]}
    for metric in METRICS:
        frame = graph[f"metrics.{metric}"]
        parents = {name for names in frame["parent_ids"].to_list() for name in names}
        assert parents <= held, metric


RECORDS = {
    "bound_constraint": "cells",
    "claim_audit": "numerator_values",
    "collaboration_by_path": "event_ids",
    "collaboration_link": "event_ids",
    "policy_timeline": "policy_id",
}
"""Column that names what a row is made of where that is no row of a metric: the numbers it ties, own numbers, events, the policies."""

EMPTY = ("collaboration_link", "collaboration_network")
"""Tables in which nothing gives 0: places that no event joins, members without a link."""


@pytest.mark.parametrize("name", [name for name in METRICS if name != "figure"])
def test_every_number_of_a_formula_names_the_rows_it_was_made_of(rows: GraphRows, name: str) -> None:
    for row in rows.table(name):
        answer = row.get(ANSWERS[name])
        made_of = row["parent_ids"] or row.get(RECORDS.get(name, ""))
        assert made_of or answer is None or (name in EMPTY and answer == 0), row["metric_id"]


def test_amounts_events_and_ends_of_a_claim_are_written_wherever_there_are_numbers(rows: GraphRows) -> None:
    ends = ("value", "value_low", "value_high")
    wanted = {
        "claim_audit": ("claimed_low", "claimed_high", *ends),
        "collaboration_by_path": (*ends, "amount_sum"),
        "collaboration_network": ends,
    }
    for name, columns in wanted.items():
        for row, done in derived(rows, name):
            written = {s.name: s.result for s in done.sums}
            for column in columns:
                if row[column] is not None and row[column] != row["value"]:
                    assert written[column] == pytest.approx(row[column], rel=1e-9), row["metric_id"]
            if name == "collaboration_by_path" and row["kind"] is None:
                assert written["events_low"] == row["events_low"]
                assert written.get("events_high", row["events_low"]) == row["events_high"]


def test_a_claim_is_tested_by_a_published_row_or_names_its_own_numbers(rows: GraphRows) -> None:
    tested = [row for row in rows.table("claim_audit") if row["input_ids"]]
    same = [row for row in tested if row["parent_ids"] and table_of(row["parent_ids"][0]) != "figure"]
    assert len(same) > 0.8 * len(tested), "of the others some may not use a bound that rests on later figures"
    for row in same:
        (parent,) = rows.metrics(row["parent_ids"])
        assert parent["input_ids"] == row["input_ids"]
        assert (parent["basis"], parent[ANSWERS[table_of(parent["metric_id"])]]) == (row["basis"], row["value"])
    assert all(row["numerator_values"] or row["numerator_lows"] or row["numerator_highs"] for row in tested)


def test_no_table_is_made_of_itself_by_way_of_others(graph: dict[str, pl.DataFrame]) -> None:
    """Policies are: a place in their order counts the rows before it."""
    made_of = {
        metric: {table_of(name) for names in graph[f"metrics.{metric}"]["parent_ids"].to_list() for name in names}
        for metric in METRICS
    }
    made_of["policy_timeline"] -= {"policy_timeline"}
    assert made_of["index_component"] == {"index_bound", "intensity"}
    assert made_of["gradient_evidence"] == {"figure", "intensity", "total"}
    assert set(TopologicalSorter(made_of).static_order()) == set(METRICS)
