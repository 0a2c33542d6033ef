"""Properties of formulas that no example shows: units, order, ends and zero. Examples by hand stand with each metric."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.collaboration.network_rows import CITIES, PLACES, events, flows, members

from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.core.catalog import Ratio
from g60_pipeline.contracts.core.figures import SeriesBreak, StarListing
from g60_pipeline.metrics.collaboration.collaboration_link import collaboration_link
from g60_pipeline.metrics.collaboration.collaboration_network import collaboration_network
from g60_pipeline.metrics.gradient.gradient import gradient_stability
from g60_pipeline.metrics.gradient.gradient_evidence import GradientEvidence
from g60_pipeline.metrics.growth.convergence_kernel import slope, spread
from g60_pipeline.metrics.growth.growth import growth
from g60_pipeline.metrics.ratios.intensity import intensity
from g60_pipeline.metrics.ratios.location_quotient import location_quotient
from g60_pipeline.metrics.ratios.national_share import national_share
from g60_pipeline.normalize import catalog_tables
from g60_pipeline.normalize.star import tally

Row = dict[str, Any]
THREE = ("330100", "330400", "340100")
CHINA = "100000"
NO_BREAKS = SeriesBreak.create_empty()
FEW = settings(max_examples=10)  # a table or more for each example
AMOUNTS = st.lists(st.integers(1, 10**6), min_size=3, max_size=3)
FACTOR = st.sampled_from([1e-4, 0.3, 12.0, 1e4])


def of_year(year: int, values: list[float], *, china: float, basis: Row) -> list[Row]:
    """Return the figures of three members and of China."""
    named = {"indicator_id": basis["indicator_id"], "basis": basis["basis"], "year": year}
    return [named | {"geo_code": c, "value": v} for c, v in zip((*THREE, CHINA), (*values, china), strict=True)]


THING = {"indicator_id": "thing", "basis": "plain"}
GDP = {"indicator_id": "gdp", "basis": "current_prices"}


def by_place(frame: pl.DataFrame, column: str = "value", **only: str) -> dict[str, float]:
    rows = [row for row in frame.to_dicts() if all(row[name] == value for name, value in only.items())]
    found = {row["corridor_id"] or row["geo_code"]: row[column] for row in rows}
    assert len(found) == len(rows)
    return found


# Shares, ratios, growth


@FEW
@given(AMOUNTS, st.integers(0, 10**6), FACTOR, st.permutations(range(3)))
def test_a_share_knows_neither_unit_nor_order_and_adds_up(
    make: Any, values: list[int], rest: int, factor: float, order: list[int]
) -> None:
    def shares(amounts: list[float], china: float) -> dict[str, float]:
        figure, total = make.totals(*of_year(2020, amounts, china=china, basis=THING), members=THREE)
        frame = national_share(total, figure, indicator_basis=make.bases(), geography=make.places)
        return by_place(frame, "share")

    china = float(sum(values) + rest)
    plain = shares([float(v) for v in values], china)
    moved = shares([values[i] * factor for i in order], china * factor)
    assert all(0 <= share <= 1 + 1e-12 for share in plain.values())
    assert math.fsum(plain[code] for code in THREE) == pytest.approx(plain["c"])
    assert moved["c"] == pytest.approx(plain["c"])
    assert [moved[code] for code in THREE] == pytest.approx([plain[THREE[i]] for i in order])


@FEW
@given(AMOUNTS, AMOUNTS, FACTOR)
def test_a_ratio_of_the_corridor_lies_between_those_of_its_members(
    make: Any, above: list[int], below: list[int], factor: float
) -> None:
    bases = make.bases(THING, GDP)
    ratio = pl.DataFrame(
        [
            {"ratio_id": "q", "name_en": "q", "name_zh": "q", "indicator_id": "thing", "basis": "plain"}
            | {"denominator_indicator_id": "gdp", "denominator_basis": "current_prices"}
            | {"preference": 0, "scale": 100.0, "unit": "ratio"}
        ],
        schema={name: column.dtype for name, column in Ratio.columns().items()},
    )

    def ratios(top: float, bottom: float) -> dict[str, float]:
        figure, total = make.totals(
            *of_year(2020, [top * v for v in above], china=1e9, basis=THING),
            *of_year(2020, [bottom * v for v in below], china=1e9, basis=GDP),
            members=THREE,
            bases=bases,
        )
        frame = intensity(
            total,
            figure,
            ratio=ratio,
            indicator_basis=bases,
            corridor_member=make.members(*THREE),
            series_break=NO_BREAKS,
        )
        return by_place(frame)

    plain = ratios(1, 1)
    of_members = [plain[code] for code in THREE]
    assert min(of_members) * (1 - 1e-12) <= plain["c"] <= max(of_members) * (1 + 1e-12)
    weighted = math.fsum(q * weight for q, weight in zip(of_members, below, strict=True)) / sum(below)
    assert plain["c"] == pytest.approx(weighted)
    assert ratios(factor, 1)["c"] == pytest.approx(factor * plain["c"])
    assert ratios(factor, factor) == pytest.approx(plain)


@FEW
@given(AMOUNTS, AMOUNTS, FACTOR)
def test_parts_of_a_whole_are_represented_once_on_the_mean_in_any_unit(
    make: Any, things: list[int], gdp: list[int], factor: float
) -> None:
    bases = make.bases(THING, GDP)

    def quotients(scale: float) -> pl.DataFrame:
        figure, total = make.totals(
            *of_year(2020, [scale * v for v in things], china=scale * sum(things), basis=THING),
            *of_year(2020, [float(v) for v in gdp], china=float(sum(gdp)), basis=GDP),
            members=THREE,
            bases=bases,
        )
        share = national_share(total, figure, indicator_basis=bases, geography=make.places)
        common = {"corridor_member": make.members(*THREE), "indicator_basis": bases, "series_break": NO_BREAKS}
        return location_quotient(share, total, figure, **common)

    ours, scaled = quotients(1), quotients(factor)
    only = {"indicator_id": "thing", "weight_indicator_id": "gdp", "reference_id": CHINA}
    found, weight = by_place(ours, **only), by_place(ours, "weight_share", **only)
    assert math.fsum(found[code] * weight[code] for code in THREE) == pytest.approx(1)
    assert found["c"] == pytest.approx(1)
    assert by_place(scaled, **only) == pytest.approx(found)
    for row in ours.to_dicts():
        assert -1 <= row["symmetric"] < 1
        assert (1 + row["symmetric"]) / (1 - row["symmetric"]) == pytest.approx(row["value"])


@FEW
@given(AMOUNTS, st.integers(0, 10**6), FACTOR)
def test_yearly_rates_chain_to_the_change_in_any_unit(make: Any, values: list[int], last: int, factor: float) -> None:
    def rates(scale: float) -> dict[tuple[str, int], float]:
        path = zip(range(2018, 2022), (*values, last), strict=True)
        rows = [THING | {"geo_code": "330100", "year": year, "value": scale * v} for year, v in path]
        figure, total = make.totals(*rows, members=("340100",))
        frame = growth(
            total,
            figure,
            corridor_member=make.members("340100"),
            indicator_basis=make.bases(),
            geography=make.places,
            series_break=NO_BREAKS,
        )
        return {(row["measure"], row["year"]): row["value"] for row in frame.to_dicts()}

    plain = rates(1)
    chained = math.prod(1 + plain["yoy", year] for year in (2019, 2020, 2021))
    assert chained == pytest.approx(1 + plain["change_since_2018", 2021])
    assert min(plain.values()) >= -1
    assert rates(factor) == pytest.approx(plain, abs=1e-9)
    if last:
        assert (1 + plain["cagr_since_2018", 2021]) ** 3 == pytest.approx(chained)


# Convergence


@given(st.lists(st.tuples(st.floats(0.5, 50), st.floats(0.5, 50)), min_size=4, max_size=12), st.randoms())
def test_error_fit_and_order_of_the_slope_are_those_of_scipy(
    pairs: list[tuple[float, float]], dice: random.Random
) -> None:
    from scipy.stats import linregress

    start, end = [a for a, _ in pairs], [b for _, b in pairs]
    fit = slope(start, end, 7)
    if fit is None or np.std(np.log(start)) < 1e-3 or np.std(np.log(end) - np.log(start)) < 1e-3:
        return
    known = linregress(np.log(start), np.log(np.array(end) / np.array(start)) / 7)
    assert fit.beta == pytest.approx(known.slope, rel=1e-6, abs=1e-9)
    assert fit.beta_standard_error == pytest.approx(known.stderr, rel=1e-5, abs=1e-7)  # scipy roots a difference
    assert fit.r_squared == pytest.approx(known.rvalue**2, rel=1e-5, abs=1e-9)
    if fit.speed is not None:
        assert math.exp(-7 * fit.speed) == pytest.approx(1 + 7 * fit.beta)
    if fit.half_life is not None and fit.speed is not None:
        assert math.exp(-fit.speed * fit.half_life) == pytest.approx(0.5)
    shuffled = dice.sample(pairs, len(pairs))
    again = slope([a for a, _ in shuffled], [b for _, b in shuffled], 7)
    assert again is not None
    assert again.beta == pytest.approx(fit.beta, rel=1e-6, abs=1e-9)
    assert spread([a for a, _ in shuffled]) == pytest.approx(spread(start))
    assert min(spread(start)) >= 0


# Gradient


def evidence(says: dict[tuple[str, str, int], str]) -> pl.DataFrame:
    """Return evidence from (city, indicator, year) -> tier."""
    rows = [
        {
            "metric_id": f"gradient_evidence:{city}:{indicator}:{year}",
            "yardstick": "size",
            "corridor_id": "c",
            "geo_code": city,
            "indicator_id": indicator,
            "basis": "plain",
            "period_end": dt.date(year, 12, 31),
            "year": year,
            "tier": tier,
            "possible_tiers": [tier],
            "flags": [],
            "input_ids": [f"{city}{indicator}{year}"],
            "formula_id": "gradient_tier",
            "members_reporting": 1,
            "members_expected": 1,
        }
        for (city, indicator, year), tier in says.items()
    ]
    dtypes = {name: column.dtype for name, column in GradientEvidence.columns().items()}
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)


@given(
    st.fixed_dictionaries(
        {
            (city, name, year): st.sampled_from(["core", "second", "third"])
            for city in ("330100", "340100")
            for name in ("a", "b", "c")
            for year in (2020, 2021)
        }
    ),
    st.randoms(),
)
def test_stability_is_a_share_of_trials_whatever_the_order(
    says: dict[tuple[str, str, int], str], dice: random.Random
) -> None:
    shuffled = dict(dice.sample(list(says.items()), len(says)))
    found = gradient_stability(evidence(says))
    assert gradient_stability(evidence(shuffled)).equals(found)
    assert not found.is_empty()
    for row in found.to_dicts():
        assert row["share_kept"] == pytest.approx(row["kept"] / row["trials"])
        assert row["trials"] - row["kept"] == len(row["moved_by"])
        assert 0 <= row["share_kept"] <= 1


def test_where_all_say_the_same_no_tier_hangs_on_anything() -> None:
    says = {(city, name, year): "core" for city in THREE for name in "abc" for year in (2020, 2021)}
    assert set(gradient_stability(evidence(says))["share_kept"]) == {1.0}


# Network


@FEW
@given(
    st.lists(st.sets(st.sampled_from(CITIES), min_size=2, max_size=3), min_size=1, max_size=6), st.permutations(CITIES)
)
def test_degrees_strengths_and_density_make_up_the_network(sets: list[set[str]], order: list[str]) -> None:
    def network(parties: list[set[str]]) -> dict[tuple[str, str], dict[str | None, float]]:
        told, wanted = events(*({"members": sorted(places)} for places in parties)), members(c=CITIES)
        link = collaboration_link(told, flow=flows(), corridor_member=wanted, geography=PLACES)
        frame = collaboration_network(link, collaboration=told, corridor_member=wanted, geography=PLACES).filter(
            (pl.col("span") == "all") & (pl.col("path") == "all") & (pl.col("direction") == "undirected")
        )
        found: dict[tuple[str, str], dict[str | None, float]] = {}
        for row in frame.to_dicts():
            found.setdefault((row["measure"], row["weight"]), {})[row["geo_code"]] = row["value"]
        return found

    plain, twice = network(sets), network([*sets, *sets])
    pairs = {pair for places in sets for pair in itertools.combinations(sorted(places), 2)}
    n = len(CITIES)
    named = set().union(*sets)
    degree = {code: sum(code in pair for pair in pairs) for code in CITIES}
    assert {code: plain["degree", "none"][code] for code in named} == {code: degree[code] for code in named}
    if named == set(CITIES):
        assert plain["density", "none"][None] == pytest.approx(len(pairs) / (n * (n - 1) / 2))
        assert sum(plain["degree", "none"].values()) == pytest.approx(n * (n - 1) * plain["density", "none"][None])
        assert math.fsum(plain["strength", "fractional"].values()) == pytest.approx(2 * len(sets))
    new = dict(zip(CITIES, order, strict=True))
    renamed = network([{new[code] for code in places} for places in sets])
    for key in (("degree", "none"), ("strength", "full"), ("strength", "fractional")):
        assert {new[code]: value for code, value in plain[key].items() if code in named} == pytest.approx(
            {code: value for code, value in renamed[key].items() if code in {new[c] for c in named}}
        )
    assert twice["degree", "none"] == plain["degree", "none"]
    assert {c: twice["strength", "full"][c] for c in named} == {c: 2 * plain["strength", "full"][c] for c in named}


# The tally of firms


CATALOG = load_catalog()
DAYS = st.dates(min_value=dt.date(2019, 7, 22), max_value=dt.date(2019, 10, 31))
FIRMS = st.lists(
    st.tuples(st.sampled_from(["320500", "330100", "340100"]), DAYS, st.none() | DAYS), min_size=1, max_size=12
)


@FEW
@given(FIRMS, st.randoms())
def test_every_firm_counts_from_listing_to_delisting_in_any_order(
    firms: list[tuple[str, dt.date, dt.date | None]], dice: random.Random
) -> None:
    def tallied(rows: list[tuple[str, dt.date, dt.date | None]]) -> dict[tuple[str, dt.date], float]:
        listing = [
            {"stock_code": f"{688001 + n}", "short_name_zh": "甲", "list_date": start, "delist_date": end}
            | {"geo_code": code, "province_code": f"{code[:2]}0000", "document_id": "D"}
            for n, (code, start, end) in enumerate(rows)
        ]
        dtypes = {name: column.dtype for name, column in StarListing.columns().items()}
        frame = tally(
            pl.DataFrame([{name: row.get(name) for name in dtypes} for row in listing], schema=dtypes),
            geography=catalog_tables.geography(CATALOG),
            corridor_member=catalog_tables.corridor_member(CATALOG),
            document=pl.DataFrame({"document_id": ["D"], "grade": ["D"], "published": [dt.date(2024, 1, 1)]}),
            indicator_basis=catalog_tables.indicator_basis(CATALOG),
        ).filter(basis="tally")
        return {(row["geo_code"], row["period_end"]): row["value"] for row in frame.to_dicts()}

    firms = [(code, start, end if end is None or end > start else None) for code, start, end in firms]
    plain = tallied(firms)
    assert tallied(dice.sample(firms, len(firms))) == plain
    for (place, day), value in plain.items():
        inside = [f for f in firms if place in (CHINA, f[0], f"{f[0][:2]}0000")]
        assert value == sum(start <= day and (end is None or end > day) for _, start, end in inside), (place, day)
        assert value <= plain[CHINA, day]
