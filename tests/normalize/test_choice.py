"""The rule of choice, criterion by criterion: each test lets one criterion decide against all that come after it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import why

from g60_pipeline.normalize.choose import SERIES, choose, observations

Row = dict[str, Any]
OLD, NEW = dt.date(2019, 1, 1), dt.date(2024, 1, 1)

CRITERIA: list[tuple[str, Row, Row, str]] = [
    (
        "an estimate stands back behind a copy that names no document",
        {"grade": "U", "flags": ["rounded"], "round": "first"},
        {"grade": "A", "flags": ["estimated_by_source"], "round": "census5"},
        "estimate of the source",
    ),
    (
        "a copy that names no document stands back behind a bound",
        {"flags": ["lower_bound"], "round": "first", "grade": "D"},
        {"grade": "U", "round": "census5"},
        "names no document",
    ),
    (
        "a figure goes before a bound",
        {"flags": ["rounded"], "round": "first", "grade": "D"},
        {"flags": ["lower_bound"], "round": "census5", "grade": "A"},
        "enters arithmetic",
    ),
    (
        "a bound goes before an estimate",
        {"flags": ["upper_bound"], "round": "first", "grade": "D"},
        {"flags": ["estimated_by_source"], "round": "census5", "grade": "A"},
        "estimate of the source",
    ),
    (
        "an estimate that is also a bound is an estimate",
        {"flags": ["lower_bound"], "round": "first", "grade": "D"},
        {"flags": ["estimated_by_source", "lower_bound"], "round": "census5", "grade": "A"},
        "estimate of the source",
    ),
    (
        "the fifth census goes before the fourth",
        {"round": "census5", "flags": ["rounded"], "grade": "D"},
        {"round": "census4", "status": "final", "grade": "A"},
        "older revision round",
    ),
    (
        "a census goes before the annual final figure",
        {"round": "census4", "flags": ["rounded"], "grade": "D"},
        {"round": "annual_final", "status": "final", "grade": "A"},
        "older revision round",
    ),
    (
        "the annual final figure goes before the first",
        {"round": "annual_final", "flags": ["rounded"], "grade": "D"},
        {"round": "first", "status": "final", "grade": "A"},
        "older revision round",
    ),
    (
        "a revision that names no round goes before a first publication",
        {"round": "unknown", "status": "revised", "flags": ["rounded"], "grade": "D"},
        {"round": "first", "status": "preliminary", "grade": "A", "published": NEW},
        "older revision round",
    ),
    (
        "an unrounded figure goes before a rounded one",
        {"flags": ["unverified"], "status": "preliminary", "round": "first", "grade": "D"},
        {"flags": ["rounded"], "status": "unstated", "round": "first", "grade": "A"},
        "unrounded",
    ),
    (
        "final goes before revised",
        {"status": "final", "round": "annual_final", "grade": "D", "published": None},
        {"status": "revised", "round": "annual_final", "grade": "A", "published": NEW},
        "status",
    ),
    (
        "revised goes before unstated",
        {"status": "revised", "round": "annual_final", "grade": "D", "published": None},
        {"status": "unstated", "round": "annual_final", "grade": "A", "published": NEW},
        "status",
    ),
    (
        "unstated is no better than preliminary: the grade decides",
        {"status": "preliminary", "round": "first", "grade": "A", "published": NEW},
        {"status": "unstated", "round": "first", "grade": "D", "published": None},
        "lower grade",
    ),
    *(
        (
            f"grade {better} goes before grade {worse}",
            {"grade": better, "published": None},
            {"grade": worse, "published": NEW},
            "lower grade",
        )
        for better, worse in ("AB", "BC", "CD")
    ),
    ("the newer document goes first", {"published": NEW}, {"published": OLD}, "older document"),
    ("a document without a date goes last", {"published": OLD}, {"published": None}, "older document"),
    ("the row id decides between equals", {"observation_id": "a"}, {"observation_id": "b"}, "row id"),
]


@pytest.mark.parametrize(("winner", "loser", "words"), [c[1:] for c in CRITERIA], ids=[c[0] for c in CRITERIA])
def test_one_criterion_decides_and_the_loser_says_which(make: Any, winner: Row, loser: Row, words: str) -> None:
    rows = [{"observation_id": "z_winner"} | winner, {"observation_id": "a_loser"} | loser]
    if "row id" in words:
        rows = [winner, loser]
    for order in (rows, rows[::-1]):
        chosen = choose(make.candidates(*order))
        reasons = {row["observation_id"]: why(row) for row in chosen.iter_rows(named=True)}
        assert chosen.filter("chosen")["observation_id"].to_list() == [rows[0]["observation_id"]]
        assert reasons[rows[0]["observation_id"]] == "first of 2 by the rule of choice"
        assert reasons[rows[1]["observation_id"]].startswith(f"lost to {rows[0]['observation_id']}: ")
        assert words in reasons[rows[1]["observation_id"]]


@pytest.mark.parametrize(("superseded", "spread"), [(None, 0.5), (NEW, 0.0)])
def test_only_figures_that_still_hold_spread(make: Any, superseded: dt.date | None, spread: float) -> None:
    chosen = choose(make.candidates({"value": 2.0, "grade": "A"}, {"value": 1.0, "superseded": superseded}))
    assert observations(chosen).select("value", "candidates", "spread").rows() == [(2.0, 2, spread)]


def test_a_replaced_figure_that_alone_is_left_does_not_spread(make: Any) -> None:
    assert observations(choose(make.candidates({"value": 2.0, "superseded": NEW})))["spread"].to_list() == [0.0]


def test_a_figure_without_rivals_says_so(make: Any) -> None:
    assert [(row["chosen"], why(row)) for row in choose(make.candidates({})).iter_rows(named=True)] == [
        (True, "only figure held")
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"geo_code": "330400"},
        {"indicator_id": "other"},
        {"basis": "other"},
        {"year": 2021},
        {"period_kind": "part_year", "period_end": dt.date(2020, 6, 30)},
        {"period_start": dt.date(2020, 12, 31), "period_kind": "point_in_time"},
    ],
)
def test_figures_of_different_series_do_not_compete(make: Any, other: Row) -> None:
    assert choose(make.candidates({}, other))["chosen"].to_list() == [True, True]


candidate_rows = st.lists(
    st.fixed_dictionaries(
        {
            "geo_code": st.sampled_from(["330100", "330400"]),
            "year": st.sampled_from([2019, 2020]),
            "value": st.integers(0, 9).map(float),
            "round": st.sampled_from(["census5", "census4", "annual_final", "first", "unknown"]),
            "status": st.sampled_from(["final", "revised", "unstated", "preliminary"]),
            "grade": st.sampled_from("ABCDU"),
            "published": st.sampled_from([None, OLD, NEW]),
            "flags": st.sampled_from([[], ["rounded"], ["lower_bound"], ["upper_bound"], ["estimated_by_source"]]),
        }
    ),
    min_size=1,
    max_size=8,
)


@given(rows=candidate_rows)
def test_exactly_one_figure_is_chosen_in_each_series(make: Any, rows: list[Row]) -> None:
    chosen = choose(make.candidates(*rows))
    assert chosen.height == len(rows)
    assert chosen.group_by(SERIES).agg(pl.col("chosen").sum())["chosen"].to_list() == [1] * len(
        {(r["geo_code"], r["year"]) for r in rows}
    )
    assert chosen["reason_code"].null_count() == 0
    assert observations(chosen).height == chosen["chosen"].sum()


@given(rows=candidate_rows, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_the_choice(make: Any, rows: list[Row], order: Any) -> None:
    named = [row | {"observation_id": f"n{i}"} for i, row in enumerate(rows)]
    shuffled = order.sample(named, len(named))
    assert choose(make.candidates(*shuffled)).equals(choose(make.candidates(*named)))


@given(rows=candidate_rows)
def test_a_copy_that_names_no_document_is_chosen_only_where_nothing_else_stands(make: Any, rows: list[Row]) -> None:
    chosen = choose(make.candidates(*rows))
    named = chosen.filter(pl.col("grade") != "U").select(SERIES).unique()
    assert chosen.filter(pl.col("chosen") & (pl.col("grade") == "U")).join(named, on=SERIES).is_empty()


def test_an_observation_tells_its_rivals_and_their_spread(make: Any) -> None:
    rows = [
        {"value": 100.0, "grade": "A"},
        {"value": 80.0},
        {"value": 500.0, "flags": ["estimated_by_source"]},
        {"value": 90.0, "flags": ["lower_bound"]},
    ]
    row = observations(choose(make.candidates(*rows))).row(0, named=True)
    assert (row["value"], row["candidates"], row["spread"]) == (100.0, 4, pytest.approx(0.2))


def test_the_chosen_rows_of_the_graph_are_the_observations(graph: dict[str, pl.DataFrame]) -> None:
    chosen = graph["core.observation_candidate"].filter("chosen")["observation_id"].sort()
    assert graph["core.observation"]["observation_id"].sort().equals(chosen)
