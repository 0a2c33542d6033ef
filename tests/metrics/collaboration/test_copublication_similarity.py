"""Similarity of cities by joint works: hand-computed, against sets of works, and where counts are missing or at odds."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.collaboration.network_rows import joint
from worded import why

from g60_pipeline.metrics.collaboration.copublication_similarity import (
    CopublicationSimilarity,
    copublication_similarity,
)

Row = dict[str, Any]
ONE, TWO = "330100", "330400"


def works(first: float | None, second: float | None, **more: Any) -> list[Row]:
    both = zip((ONE, TWO), (first, second), strict=True)
    series = {"indicator_id": "publications", "basis": "openalex"}
    return [series | {"geo_code": code, "value": value} | more for code, value in both if value is not None]


@pytest.fixture(scope="module")
def similar(make: Any) -> Any:
    bases = make.bases({"indicator_id": "publications", "basis": "openalex", "additive": False})

    def compute(pairs: list[Row], figures: list[Row]) -> pl.DataFrame:
        figure = make.figures(*figures, bases=bases)
        return CopublicationSimilarity.validate(copublication_similarity(joint(*pairs), figure=figure))

    return compute


def test_the_three_measures_by_hand(similar: Any) -> None:
    row = similar([{"works": 30}], works(100, 225)).row(0, named=True)
    assert row["salton"] == pytest.approx(30 / 150)
    assert row["jaccard"] == pytest.approx(30 / 295)
    assert row["association_strength"] == pytest.approx(30 / 22_500)
    assert (row["salton_low"], row["salton_high"]) == (row["salton"], row["salton"])
    assert row["input_ids"] == ["o1", "o2"]
    assert (row["document_ids"], row["snapshot_id"], why(row)) == (["live"], "s1", None)


def test_works_that_are_missing_are_not_taken_for_none(similar: Any) -> None:
    row = similar([{"works": 30}], works(100, None)).row(0, named=True)
    assert (row["salton"], row["jaccard"], row["association_strength"], row["joint_works"]) == (None, None, None, 30)
    assert why(row) == f"no exact count of works of {TWO}"


def test_no_works_at_all_are_no_similarity(similar: Any) -> None:
    row = similar([{"works": 0}], works(0, 100)).row(0, named=True)
    assert (row["salton"], row["jaccard"], why(row)) == (None, None, "a city without works")
    assert similar([{"works": 0}], works(5, 100))["salton"].to_list() == [0.0]


def test_a_count_cut_short_gives_the_lower_end_only(similar: Any) -> None:
    row = similar([{"works": 30, "flags": ["lower_bound"]}], works(100, 225)).row(0, named=True)
    assert (row["salton"], row["salton_high"], row["jaccard_high"]) == (None, None, None)
    assert row["salton_low"] == pytest.approx(0.2)
    assert row["flags"] == ["lower_bound"]


def test_a_lower_bound_of_works_gives_the_upper_end_only(similar: Any) -> None:
    row = similar([{"works": 30}], works(100, 225, flags=["lower_bound"])).row(0, named=True)
    assert (row["salton"], row["salton_low"]) == (None, None)
    assert row["salton_high"] == pytest.approx(0.2)


def test_counts_of_different_days_that_contradict_each_other_have_no_value(similar: Any) -> None:
    row = similar([{"works": 101}], works(100, 225)).row(0, named=True)
    assert (row["salton"], row["salton_low"], row["jaccard_high"]) == (None, None, None)
    assert row["flags"] == ["mixed_vintage"]
    assert "different days" in why(row)


def test_only_what_the_source_says_today_counts(similar: Any) -> None:
    gone = dt.date(2026, 1, 1)
    pairs = [{"works": 1, "current": False}, {"works": 2, "withdrawn": gone}, {"works": 30}]
    assert similar(pairs, works(100, 225))["joint_works"].to_list() == [30]
    assert similar(pairs[:2], works(100, 225)).is_empty()


def test_withdrawn_works_do_not_enter(similar: Any) -> None:
    assert similar([{"works": 30}], works(100, 225, flags=["withdrawn"]))["salton"].to_list() == [None]


@settings(max_examples=10)  # three tables per example
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_similarity_is_that_of_two_sets_of_works(similar: Any, authors: list[tuple[bool, bool]]) -> None:
    incidence = np.array(authors, dtype=float)
    first, second, both = incidence[:, 0].sum(), incidence[:, 1].sum(), incidence.prod(axis=1).sum()
    row = similar([{"works": int(both)}], works(first, second)).row(0, named=True)
    if min(first, second) == 0:
        assert row["salton"] is None
        return
    cosine = incidence[:, 0] @ incidence[:, 1] / math.prod(np.linalg.norm(incidence, axis=0))
    either = np.maximum(incidence[:, 0], incidence[:, 1]).sum()
    assert row["salton"] == pytest.approx(cosine)
    assert row["jaccard"] == pytest.approx(both / either)
    assert 0 <= row["jaccard"] <= row["salton"] <= 1 + 1e-12
    mirrored = similar([{"works": int(both)}], works(second, first)).row(0, named=True)
    assert mirrored["salton"] == row["salton"]
    tenfold = similar([{"works": 10 * int(both)}], works(10 * first, 10 * second)).row(0, named=True)
    assert (tenfold["salton"], tenfold["jaccard"]) == pytest.approx((row["salton"], row["jaccard"]))


def test_nothing_is_held_and_nothing_is_said(graph: dict[str, pl.DataFrame]) -> None:
    frame = copublication_similarity(graph["core.copublication"], figure=graph["metrics.figure"])
    assert CopublicationSimilarity.validate(frame).height == graph["core.copublication"].height
