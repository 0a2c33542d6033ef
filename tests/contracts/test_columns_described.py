"""Every column of a published table says its role and its labels, and `core.column` says what the contracts say."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import duckdb
import polars as pl
import pytest

from g60_pipeline.contracts.columns import called, whole
from g60_pipeline.contracts.roles import MEANING, NAMING, label_zh, labels_zh, naming_of, role_of
from g60_pipeline.contracts.vocabulary import ROLES
from g60_pipeline.settings import Settings
from g60_pipeline.tables.described import column_table, columns_of, published

NAMES = [t.full_name for t in published()]
METRICS = [name for name in NAMES if name.startswith("metrics.")]

SYMBOLS = {"SHA-256", "Salton", "Jaccard"}
"""Labels that are the same in every language."""


@pytest.mark.parametrize("name", NAMES)
def test_every_column_has_a_role_and_both_labels(name: str) -> None:
    for column in columns_of(name):
        assert column.role in ROLES, column
        assert re.search(r"[a-z]", column.label_en), column
        assert re.search(r"[\u4e00-\u9fff]", column.label_zh) or column.label_zh in SYMBOLS, column
        assert column.description, column


@pytest.mark.parametrize("name", NAMES)
def test_the_role_of_a_column_fits_its_key_and_its_reference(name: str) -> None:
    keys = next(t for t in published() if t.full_name == name).schema.primary_key()
    for column in columns_of(name):
        assert (column.role == "key") == (column.column_name in keys), column
        if column.role in ("low", "high"):
            assert column.role in column.column_name, column
            assert column.data_type in ("DOUBLE", "INTEGER"), column
        if column.refers_to == "core.observation_candidate.observation_id":
            assert column.role == "evidence", column


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_has_one_answer_and_is_named_by_its_columns(name: str) -> None:
    columns = columns_of(name)
    (answer,) = (c for c in columns if c.answer)
    assert answer.role in ("value", "low")
    (lead,) = (c for c in columns if c.leads)
    assert lead.data_type in ("DOUBLE", "INTEGER")
    assert lead == answer or answer.data_type == "VARCHAR"
    assert any(c.naming for c in columns)


def test_only_metrics_have_answers() -> None:
    assert not [c for name in set(NAMES) - set(METRICS) for c in columns_of(name) if c.answer or c.leads]


def test_every_role_has_a_meaning_and_is_used() -> None:
    assert set(MEANING) == set(ROLES) == {c.role for name in NAMES for c in columns_of(name)}


def test_shared_labels_are_sorted_given_once_and_used() -> None:
    text = (files("g60_pipeline.contracts") / "labels.csv").read_text(encoding="utf-8")
    names = [row["column_name"] for row in csv.DictReader(text.splitlines())]
    assert names == sorted(set(names))
    labels = labels_zh()
    columns = [c for name in NAMES for c in columns_of(name)]
    assert set(names) == set(labels) == {c.column_name for c in columns if labels.get(c.column_name) == c.label_zh}


def test_label_beside_a_column_is_that_of_its_table_alone() -> None:
    column = called("次数", whole("How often.", role="context"))
    assert column.metadata == {"role": "context", "label_zh": "次数"}
    assert label_zh("times", "次数") == "次数"
    assert label_zh("year", None) == "年份"
    assert label_zh("no_such_name", None) is None


def test_the_order_of_naming_lists_columns_of_metrics_once() -> None:
    assert len(set(NAMING)) == len(NAMING)
    assert set(NAMING) == {c.column_name for name in METRICS for c in columns_of(name) if c.naming}


@pytest.mark.parametrize(
    ("name", "declared", "is_key", "role"),
    [
        ("geo_code", "subject", True, "key"),
        ("share_low", "value", False, "low"),
        ("high", "value", False, "high"),
        ("rank_low", "context", False, "context"),
        ("allow", "value", False, "value"),
        ("measure", None, False, "subject"),
        ("round", None, False, "context"),
        ("period_end", "context", False, "context"),
    ],
)
def test_a_role_follows_from_builder_and_name(name: str, declared: None, is_key: bool, role: str) -> None:
    assert role_of(name, declared, is_key=is_key) == role


def test_a_note_names_nothing() -> None:
    assert naming_of("source", "note") is None
    assert naming_of("source", "subject") == NAMING.index("source") + 1


def test_the_published_table_equals_the_contracts(published: Settings) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        held = connection.sql("FROM core.column").pl()
        types = connection.sql(
            """SELECT schema_name || '.' || table_name || '.' || column_name AS name, column_index AS position,
                      replace(data_type, 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ') AS data_type
               FROM duckdb_columns() WHERE schema_name IN ('core', 'metrics')"""
        ).pl()
    key = ["table_schema", "table_name", "column_name"]
    assert held.sort(key).equals(column_table().sort(key))
    named = held.select(
        pl.concat_str("table_schema", "table_name", "column_name", separator=".").alias("name"), "position", "data_type"
    )
    assert sorted(named.rows()) == sorted(types.rows())
