"""Every number of every metric is written out by what computed it, and the written sum gives the published number."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

import polars as pl
import pytest

from g60_pipeline.metrics.engine.expression import Step
from g60_pipeline.report.story.derive import answer_of, derive, table_of
from g60_pipeline.report.story.working import Working
from g60_pipeline.tables import TABLES

Row = dict[str, Any]
OF_RECORDS = ("figure", "claim_audit", "collaboration_by_path", "collaboration_link", "policy_timeline")
"""Tables whose rows are made of observations, claims, events and policies, not of rows of metrics alone."""

MAY_BE_ALONE = (*OF_RECORDS, "collaboration_network")
"""Tables with numbers that no row of a metric is behind: a member without a link has a degree of zero."""

METRICS = sorted(t.name for t in TABLES.values() if t.layer == "metrics")


class GraphRows:
    """Formulas and metric rows of tables in memory."""

    def __init__(self, graph: dict[str, pl.DataFrame]) -> None:
        self._formulas = {row["formula_id"]: row for row in graph["core.formula"].iter_rows(named=True)}
        self._rows = {
            name: {row["metric_id"]: row for row in graph[f"metrics.{name}"].iter_rows(named=True)} for name in METRICS
        }

    def formula(self, formula_id: str) -> Row:
        return self._formulas[formula_id]

    def metrics(self, names: Sequence[str]) -> list[Row]:
        return [self._rows[table_of(name)][name] for name in names]

    def table(self, name: str) -> list[Row]:
        return list(self._rows[name].values())


@pytest.fixture(scope="module")
def rows(graph: dict[str, pl.DataFrame]) -> GraphRows:
    return GraphRows(graph)


def derived(rows: GraphRows, name: str) -> list[tuple[Row, Working]]:
    found = [(row, derive(row, rows)) for row in rows.table(name)]
    return [(row, done) for row, done in found if done is not None]


@pytest.mark.parametrize("name", METRICS)
def test_every_number_of_a_formula_is_written_comes_out_and_has_parents(rows: GraphRows, name: str) -> None:
    broken, missing = [], []
    for row, done in derived(rows, name):
        if name not in MAY_BE_ALONE:
            assert row["parent_ids"] or row.get(answer_of(row)) is None, row["metric_id"]
        broken += [(row["metric_id"], s.name, s.expression) for s in done.broken]
        written = {s.name for s in done.sums}
        steps = rows.formula(row["formula_id"])["steps"]
        wanted = [Step.read(text).name for text in steps] or [answer_of(row)]
        missing += [(row["metric_id"], name) for name in wanted if row.get(name) is not None and name not in written]
    assert not broken
    assert name == "figure" or not missing


def test_every_parent_of_a_row_is_a_row_of_a_metric(graph: dict[str, pl.DataFrame]) -> None:
    held = {name for metric in METRICS for name in graph[f"metrics.{metric}"]["metric_id"]}
    for metric in METRICS:
        frame = graph[f"metrics.{metric}"]
        parents = {name for names in frame["parent_ids"].to_list() for name in names}
        assert parents <= held, metric


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
