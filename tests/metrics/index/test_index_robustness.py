"""Rank intervals of the index by another route: the draws one by one in plain Python, and cases known beforehand."""

from __future__ import annotations

import math
import random
from itertools import combinations
from statistics import fmean, pstdev
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.index.contract import SOURCES
from g60_pipeline.metrics.index.index_robustness import drawn_ranks

PARAMETERS = parameters("index_robustness")
DRAWS, SEED, NOISE = int(PARAMETERS["draws"]), int(PARAMETERS["seed"]), PARAMETERS["noise"]

Frames = dict[str, pl.DataFrame]
Matrix = list[list[float]]

CITIES, PARTS = 5, 3
MATRICES = st.lists(
    st.lists(st.integers(0, 1000), min_size=CITIES, max_size=CITIES, unique=True), min_size=PARTS, max_size=PARTS
).map(lambda columns: [[column[city] / 1000 for column in columns] for city in range(CITIES)])
"""Cities x components, no two cities alike in a component."""

WEIGHTS = [0.25, 0.25, 0.5]


def places(scores: list[float]) -> list[int]:
    return [1 + sum(other > score + 1e-12 for other in scores) for score in scores]


def by_column(matrix: Matrix, change: Any) -> Matrix:
    return [list(row) for row in zip(*(change(list(column)) for column in zip(*matrix, strict=True)), strict=True)]


def z_scores(column: list[float]) -> list[float]:
    return [(v - fmean(column)) / pstdev(column) if max(column) - min(column) > 1e-9 else 0.0 for v in column]


def rank_scores(column: list[float]) -> list[float]:
    return [sum(other < v - 1e-12 for other in column) / (len(column) - 1) for v in column]


def one_by_one(matrix: Matrix, weights: list[float], source: str, draws: int, seed: int = SEED) -> list[list[int]]:
    """Return the places of every draw, from the same random numbers, without arrays: as the OECD/JRC handbook tells it."""
    dice = np.random.Generator(np.random.PCG64(seed))
    parts = len(weights)
    noise = dice.uniform(0.75, 1.25, size=(draws, parts)).tolist()
    products, forms, left_out = (dice.integers(0, n, size=draws).tolist() for n in (2, 3, parts + 1))
    of_form = [matrix, by_column(matrix, z_scores), by_column(matrix, rank_scores)]
    found = []
    for draw in range(draws):
        moved = [w * noise[draw][i] if source in ("weights", "all") else w for i, w in enumerate(weights)]
        used = [i for i in range(parts) if source not in ("leave_one_out", "all") or i != left_out[draw]]
        share = {i: moved[i] / math.fsum(moved[j] for j in used) for i in used}
        form = forms[draw] if source in ("normalisation", "all") else 0
        product = products[draw] == 1 and source in ("aggregation", "all")
        values = of_form[0] if product and form == 1 else of_form[form]  # a z-score has no geometric mean
        if product:
            scores = [math.prod((0.01 + 0.99 * row[i]) ** share[i] for i in used) for row in values]
        else:
            scores = [math.fsum(share[i] * row[i] for i in used) for row in values]
        found.append(places(scores))
    return found


@pytest.mark.parametrize("source", SOURCES)
@given(matrix=MATRICES, seed=st.integers(0, 2**31))
def test_every_draw_comes_out_one_by_one(source: str, matrix: Matrix, seed: int) -> None:
    found = drawn_ranks(np.array(matrix), np.array(WEIGHTS), source=source, draws=40, seed=seed)
    assert found.tolist() == one_by_one(matrix, WEIGHTS, source, 40, seed)


def test_the_held_intervals_come_out_one_by_one(graph: Frames) -> None:
    """From the components as they are published, without the functions under test; every year of one edition."""
    whole = pl.col("corridor_id") == "g60_shanghai"
    published = graph["metrics.index_robustness"].filter(whole)
    (framework_id,) = published["framework_id"].unique()
    components = graph["metrics.index_component"].filter(whole & (pl.col("framework_id") == framework_id))
    framework = graph["core.index_framework"].filter(framework_id=framework_id)
    order = framework.sort("position")["component_id"].unique(maintain_order=True).to_list()
    weight = dict(components.drop_nulls("weight_equal").select("component_id", "weight_equal").unique().iter_rows())
    widest = 0
    for (year,), of_year in published.partition_by("year", as_dict=True).items():
        ranked = of_year["geo_code"].unique()
        table = components.filter(pl.col("geo_code").is_in(ranked), year=year).pivot(
            "component_id", index="geo_code", values="normalised"
        )
        matrix = {row["geo_code"]: [row[name] for name in order] for row in table.sort("geo_code").to_dicts()}
        by_source = {
            source: one_by_one(list(matrix.values()), [weight[name] for name in order], source, DRAWS)
            for source in SOURCES
        }
        assert of_year.height == len(SOURCES) * len(matrix)
        for row in of_year.to_dicts():
            behind = len(row["members_missing"])
            assert behind == 9 - len(matrix)
            mine = sorted(draw[list(matrix).index(row["geo_code"])] for draw in by_source[row["source"]])
            assert [row[f"rank_{end}"] for end in ("best", "worst")] == [mine[0], mine[-1] + behind]
            p5, median, p95 = (mine[math.ceil(p * DRAWS) - 1] for p in (0.05, 0.5, 0.95))
            assert (row["rank_p5"], row["rank_p95"]) == (p5, p95 + behind)
            exact = (median, mine.count(1) / DRAWS, mine.count(row["rank"]) / DRAWS)
            told = row["rank_median"], row["share_first"], row["share_same"]
            assert told == ((None, None, None) if behind else pytest.approx(exact))
            widest = max(widest, mine[-1] - mine[0])
    assert published["year"].n_unique() >= 5
    assert widest >= 3


@given(MATRICES)
def test_leaving_one_out_gives_every_component_left_out_and_none_and_nothing_else(matrix: Matrix) -> None:
    found = drawn_ranks(np.array(matrix), np.array(WEIGHTS), source="leave_one_out")
    expected = {tuple(places([math.fsum(w * v for w, v in zip(WEIGHTS, row, strict=True)) for row in matrix]))}
    for used in combinations(range(PARTS), PARTS - 1):
        expected.add(tuple(places([math.fsum(WEIGHTS[i] * row[i] for i in used) for row in matrix])))
    assert {tuple(draw) for draw in found.tolist()} == expected
    assert len(expected) <= PARTS + 1


@given(MATRICES)
def test_aggregation_alone_has_two_outcomes_and_normalisation_alone_three(matrix: Matrix) -> None:
    mean = places([math.fsum(w * v for w, v in zip(WEIGHTS, row, strict=True)) for row in matrix])
    product = places(
        [math.fsum(w * math.log(0.01 + 0.99 * v) for w, v in zip(WEIGHTS, row, strict=True)) for row in matrix]
    )
    found = drawn_ranks(np.array(matrix), np.array(WEIGHTS), source="aggregation")
    assert {tuple(draw) for draw in found.tolist()} == {tuple(mean), tuple(product)}
    scaled = [by_column(matrix, change) for change in (list, z_scores, rank_scores)]
    expected = {
        tuple(places([math.fsum(w * v for w, v in zip(WEIGHTS, row, strict=True)) for row in form])) for form in scaled
    }
    found = drawn_ranks(np.array(matrix), np.array(WEIGHTS), source="normalisation")
    assert {tuple(draw) for draw in found.tolist()} == expected


@pytest.mark.parametrize(("level", "second"), [(0.0907, {2}), (0.0911, {1, 2})])
def test_the_floor_of_a_product_decides_where_one_component_is_zero(level: float, second: set[int]) -> None:
    """0.01 x 1 is 0.1 squared: an even city is ahead of it from 0.01 + 0.99 x > 0.1 on, and never by the mean."""
    found = drawn_ranks(np.array([[0.0, 1.0], [level, level]]), np.array([0.5, 0.5]), source="aggregation")
    assert set(found[:, 1].tolist()) == second


def test_weights_move_as_far_as_the_words_say_and_no_further() -> None:
    """Two cities trade places where the second weight exceeds the first by more than the lead; 25 % allow 5 to 3."""

    def ever(lead: float) -> set[int]:
        matrix = np.array([[lead, 0.0], [0.0, 1.0]])
        return set(drawn_ranks(matrix, np.array([0.5, 0.5]), source="weights", draws=20_000)[:, 0].tolist())

    most = (1 + NOISE) / (1 - NOISE)
    assert ever(most + 0.001) == {1}
    assert ever(most - 0.05) == {1, 2}
    assert ever(1 / most - 0.001) == {2}


@given(matrix=MATRICES, lead=st.floats(1e-3, 0.5), source=st.sampled_from(SOURCES))
def test_a_city_behind_in_everything_never_passes_the_one_ahead(matrix: Matrix, lead: float, source: str) -> None:
    ahead = [min(1.0, value + lead) for value in matrix[0]]
    if all(a > b + 1e-9 for a, b in zip(ahead, matrix[0], strict=True)):
        found = drawn_ranks(np.array([matrix[0], ahead, *matrix[2:]]), np.array(WEIGHTS), source=source, draws=200)
        assert (found[:, 1] < found[:, 0]).all()


@given(MATRICES, st.sampled_from(SOURCES), st.randoms(use_true_random=False))
def test_cities_keep_their_places_in_any_order(matrix: Matrix, source: str, dice: random.Random) -> None:
    order = dice.sample(range(CITIES), CITIES)
    plain = drawn_ranks(np.array(matrix), np.array(WEIGHTS), source=source, draws=100)
    moved = drawn_ranks(np.array([matrix[i] for i in order]), np.array(WEIGHTS), source=source, draws=100)
    assert (moved == plain[:, order]).all()


@given(MATRICES, st.sampled_from(SOURCES))
def test_the_same_figures_give_the_same_places_and_all_of_them(matrix: Matrix, source: str) -> None:
    first, again = (drawn_ranks(np.array(matrix), np.array(WEIGHTS), source=source, draws=100) for _ in range(2))
    assert (first == again).all()
    assert (first.min(axis=1) == 1).all()
    assert first.max() <= CITIES


def test_cities_alike_share_the_better_place_in_every_draw() -> None:
    matrix = np.array([[0.4, 0.6, 0.2], [0.4, 0.6, 0.2], [0.1, 0.0, 0.1], [0.9, 0.9, 0.9]])
    for source in SOURCES:
        assert np.unique(drawn_ranks(matrix, np.array(WEIGHTS), source=source), axis=0).tolist() == [[2, 2, 4, 1]]


def test_zero_everywhere_and_one_city_alone_have_places() -> None:
    for source in SOURCES:
        assert set(drawn_ranks(np.zeros((3, 3)), np.array(WEIGHTS), source=source).ravel()) == {1}
        assert set(drawn_ranks(np.array([[0.0, 1.0, 0.5]]), np.array(WEIGHTS), source=source).ravel()) == {1}
