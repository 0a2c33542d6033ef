"""Every number of every metric is written out by what computed it, and the written sum gives the published number."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

import polars as pl
import pytest

from g60_pipeline.metrics.engine.expression import Step
from g60_pipeline.report.story.derive import derive, table_of
from g60_pipeline.report.story.working import Working
from g60_pipeline.tables import TABLES
from g60_pipeline.tables.described import columns_of

Row = dict[str, Any]
METRICS = sorted(t.name for t in TABLES.values() if t.layer == "metrics")
ANSWERS = {name: column.column_name for name in METRICS for column in columns_of(f"metrics.{name}") if column.leads}


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

    def answer(self, table: str) -> str:
        return ANSWERS[table]

    def table(self, name: str) -> list[Row]:
        return list(self._rows[name].values())


@pytest.fixture(scope="module")
def rows(graph: dict[str, pl.DataFrame]) -> GraphRows:
    return GraphRows(graph)


def derived(rows: GraphRows, name: str) -> list[tuple[Row, Working]]:
    found = [(row, derive(row, rows)) for row in rows.table(name)]
    return [(row, done) for row, done in found if done is not None]


@pytest.mark.parametrize("name", METRICS)
def test_every_number_of_a_formula_is_written_and_comes_out(rows: GraphRows, name: str) -> None:
    broken, missing = [], []
    for row, done in derived(rows, name):
        broken += [(row["metric_id"], s.name, s.expression) for s in done.broken]
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


@pytest.mark.parametrize("name", [name for name in METRICS if name != "figure"])
def test_every_number_of_a_formula_names_the_rows_it_was_made_of(rows: GraphRows, name: str) -> None:
    for row, _ in derived(rows, name):
        assert row["parent_ids"] or row.get(ANSWERS[name]) is None, row["metric_id"]


def test_no_table_is_made_of_itself_by_way_of_others(graph: dict[str, pl.DataFrame]) -> None:
    made_of = {
        metric: {table_of(name) for names in graph[f"metrics.{metric}"]["parent_ids"].to_list() for name in names}
        for metric in METRICS
    }
    assert made_of["index_component"] == {"index_bound", "intensity"}
    assert made_of["gradient_evidence"] == {"figure", "intensity", "total"}
    assert set(TopologicalSorter(made_of).static_order()) == set(METRICS)
