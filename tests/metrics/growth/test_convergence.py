"""Convergence of members: spread, slope, breaks, and years without every member."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics.member_rows import NO_BREAKS
from worded import why

from g60_pipeline.contracts.core.figures import SeriesBreak
from g60_pipeline.metrics.growth.convergence import Convergence, convergence
from g60_pipeline.metrics.growth.convergence_kernel import slope, spread
from g60_pipeline.metrics.ratios.intensity import Intensity

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]


def ratios(values: dict[int, dict[str, float]], **more: Any) -> pl.DataFrame:
    plain = {
        "ratio_id": "gdp_per_10k",
        "name_en": "x",
        "name_zh": "x",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "denominator_indicator_id": "population_resident",
        "denominator_basis": "resident_year_end",
        "period_kind": "calendar_year",
        "numerator_round": "first",
        "denominator_round": "unknown",
        "unit": "x",
        "formula_id": "intensity_ratio",
    } | more
    rows = [
        plain
        | {"geo_code": code, "year": year, "period_end": dt.date(year, 12, 31), "value": value}
        | {"metric_id": f"{code}{year}", "flags": [], "input_ids": [f"{code}{year}"]}
        for year, cities in values.items()
        for code, value in cities.items()
    ]
    dtypes = {name: column.dtype for name, column in Intensity.columns().items()}
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in rows], schema=dtypes)


CITIES = tuple(f"3301{n:02d}" for n in range(9))


def converging(years: range, *, speed: float = 0.05) -> dict[int, dict[str, float]]:
    start = [math.log(2 + n) for n in range(9)]
    return {
        year: {
            code: math.exp(3 - (3 - y) * math.exp(-speed * (year - years[0])))
            for code, y in zip(CITIES, start, strict=True)
        }
        for year in years
    }


def measured(frame: pl.DataFrame, make: Any, breaks: pl.DataFrame = NO_BREAKS) -> dict[tuple[str, int], dict[str, Any]]:
    found = convergence(frame, corridor_member=make.members(*CITIES), series_break=breaks)
    return {(r["measure"], r["year"]): r for r in Convergence.validate(found).iter_rows(named=True)}


def test_cities_that_close_five_per_cent_of_the_gap_a_year_converge_at_that_speed(make: Any) -> None:
    found = measured(ratios(converging(range(2010, 2021))), make)
    assert found["speed", 2020]["value"] == pytest.approx(0.05)
    assert found["half_life", 2020]["value"] == pytest.approx(math.log(2) / 0.05)
    assert found["r_squared", 2020]["value"] == pytest.approx(1)
    assert found["beta", 2020]["value"] == pytest.approx((math.exp(-0.5) - 1) / 10)
    assert found["sigma_change", 2020]["value"] < 0
    assert found["sigma", 2010]["value"] == pytest.approx(np.std([math.log(2 + n) for n in range(9)]))


def test_too_few_years_give_a_spread_and_no_slope(make: Any) -> None:
    found = measured(ratios(converging(range(2018, 2022))), make)
    assert why(found["sigma", 2021]) is None
    assert "9 cities over 3 years" in why(found["beta", 2021])


def test_no_slope_and_no_change_crosses_a_break(make: Any) -> None:
    cut = {
        "break_id": "B",
        "geo_code": "*",
        "indicator_id": "gdp",
        "basis": "current_prices",
        "first_period": 2015,
        "territorial": False,
        "reason_en": "x",
        "reason_zh": "x",
        "document_id": "D",
    }
    dtypes = {name: column.dtype for name, column in SeriesBreak.columns().items()}
    breaks = pl.DataFrame([{name: cut.get(name) for name in dtypes}], schema=dtypes)
    found = measured(ratios(converging(range(2010, 2021))), make, breaks)
    assert found["beta", 2020]["base_year"] == found["sigma_change", 2020]["base_year"] == 2015
    assert found["beta", 2014]["value"] is None
    assert ("sigma_change", 2015) not in found


def test_a_year_without_every_member_is_not_compared(make: Any) -> None:
    values = converging(range(2018, 2020))
    del values[2019][CITIES[0]]
    found = measured(ratios(values), make)
    assert {year for _, year in found} == {2018}
    del values[2018][CITIES[1]]
    (row,) = measured(ratios(values), make).values()
    assert why(row) == "no year has a figure above zero of every member; 2019 has 8 of 9"


@given(st.lists(st.tuples(st.floats(0.5, 50), st.floats(0.5, 50)), min_size=3, max_size=12))
def test_the_slope_is_that_of_numpy_and_does_not_know_the_scale(pairs: list[tuple[float, float]]) -> None:
    start, end = [a for a, _ in pairs], [b for _, b in pairs]
    fit = slope(start, end, 5)
    if fit is None:
        assert np.std(np.log(start)) == pytest.approx(0, abs=1e-6)
        return
    x, y = np.log(start), np.log(np.array(end) / np.array(start)) / 5
    if np.std(x) < 1e-3:
        return
    assert fit.beta == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-6, abs=1e-9)
    scaled = slope([7 * v for v in start], [7 * v for v in end], 5)
    assert scaled is not None
    assert scaled.beta == pytest.approx(fit.beta, rel=1e-6, abs=1e-9)
    assert spread([7 * v for v in start]) == pytest.approx(spread(start), abs=1e-9)


def test_all_alike_have_no_slope() -> None:
    assert slope([2, 2, 2], [3, 4, 5], 5) is None
    assert slope([0.1 + 0.2, 0.3, 0.3, 0.3, 0.3], [1, 2, 3, 4, 5], 5) is None
    assert spread([2, 2, 2]) == (0, 0)


def test_held_convergence_of_gdp_per_head_compares_one_round(graph: Frames) -> None:
    held = graph["metrics.convergence"].filter(
        corridor_id="g60_shanghai", ratio_id="gdp_per_10k", measure="sigma_change", year=2023, base_year=2020
    )
    row = held.row(0, named=True)
    assert row["value"] == pytest.approx(-0.0101, abs=5e-5)
    assert "mixed_vintage" not in row["flags"]
