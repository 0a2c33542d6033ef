"""The composite index: steps by hand and by their identities, what keeps a city out, and the same by another route."""

from __future__ import annotations

import math
import random
from statistics import fmean
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worded import reasons, why

from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.index import index_steps as steps
from g60_pipeline.metrics.index.contract import SOURCES, IndexBound, IndexComponent, IndexRobustness, InnovationIndex
from g60_pipeline.metrics.index.edition import editions
from g60_pipeline.metrics.index.index_robustness import drawn_ranks, index_robustness
from g60_pipeline.metrics.index.innovation_index import index_bound, index_component, innovation_index

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
LIMITS = parameters("index_bound")
DRAWS = parameters("index_robustness")["draws"]
CITIES = ("310000", "320500", "330100", "340100", "341800")
FORM = {"firms": "industry", "gdp": "industry", "joint": "output"}


def inputs(values: dict[str, list[float | None]], *, year: int = 2020, least: int = 3) -> pl.DataFrame:
    """Return the rows of `index_inputs` for one framework of three components; a None is not held."""
    rows = [
        {
            "framework_id": "f",
            "corridor_id": "c",
            "geo_code": code,
            "year": year,
            "component_id": name,
            "position": position,
            "dimension": FORM[name],
            "least_cities": least,
            "version": 1,
            "series": f"ratio {name}",
            "raw": raw,
            "raw_id": f"intensity:{name}:{code}:{year}" if raw is not None else None,
            "flags": ["rounded"] if code == "310000" else [],
            "input_ids": [f"{name}{code}{year}"] if raw is not None else [],
        }
        for position, (name, column) in enumerate(values.items(), start=1)
        for code, raw in zip(CITIES, column, strict=False)
    ]
    strings = {name: pl.List(pl.String) for name in ("flags", "input_ids")}
    return pl.DataFrame(rows, infer_schema_length=None).cast({"year": pl.Int32, "raw": pl.Float64, **strings})


PLAIN: dict[str, list[float | None]] = {"firms": [1, 2, 3], "gdp": [10, 30, 20], "joint": [0, 4, 8]}


def index(frame: pl.DataFrame) -> dict[tuple[str, str, str], Row]:
    found = InnovationIndex.validate(innovation_index(editions(frame)))
    return {(r["geo_code"], r["weighting"], r["aggregation"]): r for r in found.iter_rows(named=True)}


def test_three_cities_by_hand() -> None:
    found = index(inputs(PLAIN))
    normalised = {"310000": (0, 0, 0), "320500": (0.5, 1, 0.5), "330100": (1, 0.5, 1)}
    for code, (firms, gdp, joint) in normalised.items():
        row = found[code, "equal", "arithmetic"]
        assert row["value"] == pytest.approx(0.25 * firms + 0.25 * gdp + 0.5 * joint)
        logs = [w * math.log(0.01 + 0.99 * n) for w, n in zip((0.25, 0.25, 0.5), (firms, gdp, joint), strict=True)]
        assert found[code, "equal", "geometric"]["value"] == pytest.approx(math.exp(sum(logs)))
    assert [found[code, "equal", "arithmetic"]["rank"] for code in CITIES[:3]] == [3, 2, 1]
    assert found["310000", "equal", "arithmetic"]["flags"] == ["rounded"]
    assert found["320500", "equal", "arithmetic"]["input_ids"] == [
        "firms3205002020",
        "gdp3205002020",
        "joint3205002020",
    ]


def test_entropy_weights_rest_on_the_figures_of_every_ranked_city() -> None:
    found = index(inputs(PLAIN))
    ids = {
        (code, w): set(found[code, w, "arithmetic"]["input_ids"]) for code in CITIES[:3] for w in ("equal", "entropy")
    }
    assert len(ids["310000", "equal"]) == 3
    assert ids["310000", "entropy"] == set().union(*(ids[code, "equal"] for code in CITIES[:3]))
    assert "rounded" in found["330100", "entropy", "arithmetic"]["flags"]
    assert found["330100", "equal", "arithmetic"]["flags"] == []


def test_entropy_weights_by_hand() -> None:
    columns = {"flat": [0.5, 0.5], "lone": [1.0, 0.0], "mixed": [0.75, 0.25]}
    mixed = 1 + (0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    found = steps.entropy_weights(columns)
    assert found == pytest.approx({"flat": 0, "lone": 1 / (1 + mixed), "mixed": mixed / (1 + mixed)})
    assert steps.entropy_weights({"flat": [0.5, 0.5], "none": [0.0, 0.0]}) is None


def test_a_city_without_a_component_has_no_index_and_says_which() -> None:
    found = index(inputs({"firms": [1, 2, 3, 4], "gdp": [10, 30, 20, None], "joint": [0, 4, 8, 2]}))
    row = found["340100", "equal", "arithmetic"]
    assert (row["value"], row["rank"], row["missing"]) == (None, None, ["gdp"])
    assert "gdp" in why(row)
    assert (found["310000", "equal", "arithmetic"]["cities"], row["components_used"]) == (3, 2)


def test_a_member_without_an_index_leaves_the_others_an_interval_of_places() -> None:
    """Three of four are ranked: the fourth may stand before any of them."""
    frame = inputs({"firms": [1, 2, 3, 4], "gdp": [10, 30, 20, None], "joint": [0, 4, 8, 2]})
    found = index(frame)
    places = {code: found[code, "equal", "arithmetic"] for code in CITIES[:4]}
    assert [places[code]["rank"] for code in CITIES[:4]] == [None] * 4
    assert [(places[c]["rank_low"], places[c]["rank_high"]) for c in CITIES[:3]] == [(3, 4), (2, 3), (1, 2)]
    assert (places["340100"]["rank_low"], places["340100"]["rank_high"]) == (None, None)
    assert {tuple(row["members_missing"]) for row in places.values()} == {("340100",)}
    drawn = IndexRobustness.validate(index_robustness(editions(frame)))
    whole = IndexRobustness.validate(index_robustness(editions(inputs(PLAIN))))
    for name in ("rank", "rank_median", "share_same", "share_first"):
        assert drawn[name].null_count() == drawn.height
        assert whole[name].null_count() == 0
    assert set(drawn["members_expected"]) == {4}
    assert drawn.filter(pl.col("geo_code") == "330100")["rank_worst"].min() >= 2


def test_a_year_with_too_few_cities_has_none() -> None:
    row = index(inputs(PLAIN, least=4))["320500", "equal", "arithmetic"]
    assert (row["value"], why(row)) == (None, "3 cities have every component of the year, 4 are needed")
    assert index_robustness(editions(inputs(PLAIN, least=4))).is_empty()


def test_a_component_without_any_range_gives_no_index_and_no_nan() -> None:
    found = editions(inputs(PLAIN | {"gdp": [7, 7, 7]}))
    row = index(inputs(PLAIN | {"gdp": [7, 7, 7]}))["320500", "equal", "arithmetic"]
    assert (row["value"], row["missing"]) == (None, ["gdp"])
    bound = IndexBound.validate(index_bound(found)).filter(pl.col("component_id") == "gdp").row(0, named=True)
    assert (bound["low"], bound["high"]) == (7, 7)
    assert "equal" in why(bound)
    component = IndexComponent.validate(index_component(found)).filter(pl.col("component_id") == "gdp")
    assert component["raw"].to_list() == [7, 7, 7]
    assert component["normalised"].null_count() == 3
    assert reasons(component.iter_rows(named=True)) == {why(bound)}


def test_components_that_do_not_differ_in_a_year_are_named_and_move_no_rank() -> None:
    later = inputs({"firms": [1, 2, 3], "gdp": [10, 30, 20], "joint": [5, 5, 5]}, year=2021)
    found = InnovationIndex.validate(innovation_index(editions(pl.concat([inputs(PLAIN), later]))))
    rows = {
        (r["year"], r["geo_code"]): r
        for r in found.iter_rows(named=True)
        if (r["weighting"], r["aggregation"]) == ("equal", "arithmetic")
    }
    assert {r["year"]: r["without_spread"] for r in rows.values()} == {2020: [], 2021: ["joint"]}
    for code in CITIES[:3]:
        assert rows[2021, code]["dimension_output"] == pytest.approx(5 / 8)
        assert rows[2021, code]["value"] == pytest.approx(0.5 * rows[2021, code]["dimension_industry"] + 0.5 * 5 / 8)
    entropy = found.filter((pl.col("year") == 2021) & (pl.col("weighting") == "entropy"))
    assert entropy["dimension_output"].null_count() == entropy.height


def test_dimensions_are_the_means_of_their_components_and_make_up_the_index() -> None:
    found = index(inputs(PLAIN))
    row = found["320500", "equal", "arithmetic"]
    assert (row["dimension_industry"], row["dimension_output"]) == (0.75, 0.5)
    assert row["dimension_input"] is None
    weights = editions(inputs(PLAIN))[0].weights(2020)
    for weighting in ("equal", "entropy"):
        industry = weights[weighting]["firms"] + weights[weighting]["gdp"]
        for code in CITIES[:3]:
            plain, product = found[code, weighting, "arithmetic"], found[code, weighting, "geometric"]
            parts = plain["dimension_industry"], plain["dimension_output"]
            assert plain["value"] == pytest.approx(industry * parts[0] + (1 - industry) * parts[1])
            parts = product["dimension_industry"], product["dimension_output"]
            assert product["value"] == pytest.approx(parts[0] ** industry * parts[1] ** (1 - industry))


def test_bounds_run_over_all_years_and_name_the_edition() -> None:
    later = inputs({"firms": [5, 5, 6], "gdp": [10, 30, 20], "joint": [0, 4, 8]}, year=2021)
    both = editions(pl.concat([inputs(PLAIN), later]))
    bounds = IndexBound.validate(index_bound(both))
    firms = bounds.filter(pl.col("component_id") == "firms").row(0, named=True)
    assert (firms["low"], firms["high"], firms["figures"]) == (1, 6, 6)
    assert both[0].name != editions(inputs(PLAIN))[0].name
    assert both[0].name == editions(pl.concat([later, inputs(PLAIN)]))[0].name


def test_outliers_are_drawn_in_where_skewness_and_kurtosis_are_beyond_their_limits() -> None:
    calm = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert steps.treat(calm, LIMITS).treatment == "none"
    wild = steps.treat([*calm, *calm, 400.0], LIMITS)
    assert (wild.treatment, wild.points, max(wild.values)) == ("winsorised", 1, 6.0)
    many = steps.treat([*[1.0] * 60, *[10.0**n for n in range(1, 9)]], LIMITS)
    assert many.treatment == "logarithm"
    low, high = 1.0, 1e8
    assert many.values[-1] == pytest.approx(math.log(1.01 * (high - low)))
    assert many.values[0] == pytest.approx(math.log(0.01 * (high - low)))


def test_one_that_stands_out_among_equals_is_not_drawn_in_to_them() -> None:
    for odd, place in ((1.0, [0, 0, 0, 0, 1]), (-1.0, [1, 1, 1, 1, 0])):
        alone = steps.treat([0.0, 0.0, 0.0, 0.0, odd], LIMITS)
        assert alone.treatment == "logarithm"
        low, high = min(alone.values), max(alone.values)
        assert [steps.min_max(v, low, high) for v in alone.values] == place


def test_skewness_and_kurtosis_are_those_of_scipy() -> None:
    from scipy.stats import kurtosis, skew

    values = [1.0, 2.0, 2.5, 4.0, 9.0, 30.0]
    found = steps.moments(values)
    assert found == pytest.approx((skew(values, bias=False), kurtosis(values, bias=False)))
    assert steps.moments([2.0, 2.0, 2.0, 2.0]) == (None, None)


@given(st.lists(st.floats(-1e5, 1e5), min_size=2, max_size=9).filter(lambda v: max(v) - min(v) > 1e-3))
def test_min_max_is_that_of_scikit_learn(values: list[float]) -> None:
    from sklearn.preprocessing import MinMaxScaler

    expected = MinMaxScaler().fit_transform(np.array(values).reshape(-1, 1)).ravel()
    found = [steps.min_max(v, min(values), max(values)) for v in values]
    assert found == pytest.approx(expected, abs=1e-9)


COLUMN = st.lists(st.floats(0, 1e4), min_size=5, max_size=5).filter(lambda c: max(c) - min(c) > 1e-3)


@given(COLUMN, COLUMN, COLUMN, st.floats(0.01, 100), st.floats(0, 1000), st.randoms(use_true_random=False))
def test_the_index_knows_neither_unit_nor_zero_nor_order(
    firms: list[float], gdp: list[float], joint: list[float], factor: float, shift: float, dice: random.Random
) -> None:
    plain = index(inputs({"firms": list(firms), "gdp": list(gdp), "joint": list(joint)}))
    order = dice.sample(range(5), 5)
    moved = index(
        inputs(
            {
                "firms": [firms[i] * factor + shift for i in order],
                "gdp": [gdp[i] for i in order],
                "joint": [joint[i] for i in order],
            }
        )
    )
    for weighting in ("equal", "entropy"):
        for aggregation in ("arithmetic", "geometric"):
            for here, there in enumerate(order):
                one = moved[CITIES[here], weighting, aggregation]["value"]
                other = plain[CITIES[there], weighting, aggregation]["value"]
                assert one == pytest.approx(other, abs=1e-6)


@given(COLUMN, COLUMN, COLUMN)
def test_bounds_weights_and_means_keep_their_rules(firms: list[float], gdp: list[float], joint: list[float]) -> None:
    given_rows = inputs({"firms": list(firms), "gdp": list(gdp), "joint": list(joint)})
    found, whole = editions(given_rows), index(given_rows)
    rows = IndexComponent.validate(index_component(found))
    assert rows["normalised"].is_between(0, 1).all()
    assert rows["normalised"].null_count() == 0
    for code, group in rows.group_by("geo_code"):
        assert group["weight_equal"].sum() == pytest.approx(1)
        if group["weight_entropy"].null_count() == 0:
            assert group["weight_entropy"].sum() == pytest.approx(1)
        row = whole[str(code[0]), "equal", "arithmetic"]
        assert row["value"] == pytest.approx(group["contribution_equal"].sum())
        geometric = whole[str(code[0]), "equal", "geometric"]["value"]
        assert geometric <= 0.01 + 0.99 * row["value"] + 1e-9


def test_draws_are_seeded_and_alone_change_one_choice_only() -> None:
    matrix = np.array([[0.0, 1.0, 0.4], [0.5, 0.5, 0.5], [1.0, 0.1, 0.3]])
    weights = np.array([0.25, 0.25, 0.5])
    for source in SOURCES:
        first, again = (drawn_ranks(matrix, weights, source=source) for _ in range(2))
        assert (first == again).all()
        assert first.shape == (DRAWS, 3)
        assert set(first.ravel()) <= {1, 2, 3}
    order = drawn_ranks(matrix, weights, source="leave_one_out")
    expected = {
        tuple(
            steps.ranks(dict(enumerate(np.delete(matrix, out, 1) @ (w := np.delete(weights, out)) / w.sum()))).values()
        )
        for out in range(3)
    } | {tuple(steps.ranks(dict(enumerate(matrix @ weights))).values())}
    assert {tuple(row) for row in order.tolist()} == expected


def test_a_city_ahead_in_everything_is_first_in_every_draw() -> None:
    ahead = editions(inputs({"firms": [9, 2, 3], "gdp": [40, 30, 20], "joint": [9, 4, 8]}))
    found = IndexRobustness.validate(index_robustness(ahead))
    first = found.filter(pl.col("geo_code") == "310000")
    assert set(first["rank_worst"]) == {1}
    assert set(first["share_same"]) == set(first["share_first"]) == {1.0}
    assert found.filter(pl.col("geo_code") != "310000")["share_first"].max() == 0
    assert set(found["draws"]) == {DRAWS}
    assert found.filter(pl.col("geo_code") != "310000")["rank_best"].min() == 2


def test_equal_cities_share_a_rank() -> None:
    assert steps.ranks({"a": 0.5, "b": 0.5, "c": 0.1}) == {"a": 1, "b": 1, "c": 3}


def _drawn_in(held: dict[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """Return values whose largest are replaced by the next one until scipy finds them calm; five at most."""
    from scipy.stats import kurtosis, skew

    drawn = dict(held)
    while skew(list(drawn.values()), bias=False) > 2 and kurtosis(list(drawn.values()), bias=False) > 3.5:
        *_, below, top = sorted(set(drawn.values()))
        drawn = {key: below if value == top else value for key, value in drawn.items()}
    assert sum(drawn[key] != held[key] for key in held) <= 5
    return drawn


def test_the_held_index_comes_out_by_another_route(graph: Frames) -> None:
    """From the ratios as they are published, in plain Python, without the functions under test."""
    framework = graph["core.index_framework"].filter(framework_id="innovation").sort("position")
    first = framework["first_year"][0]
    codes = graph["core.corridor_member"].filter(corridor_id="g60_shanghai", version="metrics")["geo_code"].to_list()
    ratio = {
        (r["ratio_id"], r["geo_code"], r["year"]): r["value"]
        for r in graph["metrics.intensity"].iter_rows(named=True)
        if r["geo_code"] in codes and r["value"] is not None and r["year"] >= first
    }
    values = {
        name: {(code, year): v for (wanted, code, year), v in ratio.items() if wanted == series}
        for name, series in framework.select("component_id", "ratio_id").iter_rows()
    }
    values = {name: _drawn_in(held) for name, held in values.items()}
    scaled = {
        name: {k: (v - min(held.values())) / (max(held.values()) - min(held.values())) for k, v in held.items()}
        for name, held in values.items()
    }
    dimension: dict[str, list[str]] = {}
    for name, of in framework.select("component_id", "dimension").iter_rows():
        dimension.setdefault(of, []).append(name)
    assert [len(names) for names in dimension.values()] == [2, 2, 2]
    published = graph["metrics.innovation_index"].filter(
        pl.col("value").is_not_null(), corridor_id="g60_shanghai", weighting="equal", aggregation="arithmetic"
    )
    assert published.height >= 40
    for row in published.iter_rows(named=True):
        key = (row["geo_code"], row["year"])
        parts = [fmean([scaled[name][key] for name in names]) for names in dimension.values()]
        assert row["value"] == pytest.approx(fmean(parts))


def test_a_held_index_is_there_exactly_where_every_component_is(graph: Frames) -> None:
    """Nothing is imputed: a city's year without one figure has no index, and names it; the others keep a range of ranks."""
    held = graph["metrics.innovation_index"].filter(
        corridor_id="g60_shanghai", weighting="equal", aggregation="arithmetic"
    )
    with_figures = (
        graph["metrics.index_component"]
        .filter(pl.col("raw").is_not_null(), corridor_id="g60_shanghai")
        .group_by("geo_code", "year")
        .agg(components=pl.len())
    )
    rows = held.join(with_figures, on=["geo_code", "year"], how="left")
    enough = rows.filter(pl.col("cities") >= 5)
    assert ((enough["components"] == 6) == enough["value"].is_not_null()).all()
    for row in enough.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        assert row["rank_high"] - row["rank_low"] == len(row["members_missing"]) == 9 - row["cities"]
    assert enough["year"].n_unique() >= 4


def test_the_scope_with_songjiang_has_no_index_and_says_what_is_lacking(graph: Frames) -> None:
    songjiang = graph["metrics.innovation_index"].filter(geo_code="310117")
    assert songjiang.height > 0
    assert songjiang["value"].null_count() == songjiang.height
    assert all(songjiang["missing"].list.len() > 0)
