"""Figures that fill the index: which series serves, which years count, and what can not be compared without a flag."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from g60_pipeline.metrics.index.index_inputs import index_inputs

Row = dict[str, Any]
CODES = ("310000", "320500", "330100")
LISTS = pl.List(pl.String)

SERIES: list[Row] = [
    {"component_id": "rd", "position": 1, "dimension": "input", "preference": 0, "ratio_id": "rd_to_gdp"},
    {"component_id": "rd", "position": 1, "dimension": "input", "preference": 1}
    | {"indicator_id": "rd_intensity", "basis": "gross_domestic"},
]
COMPONENT = pl.DataFrame(
    [{"framework_id": "f", "version": 1, "first_year": 2018, "least_cities": 3} | row for row in SERIES],
    infer_schema_length=None,
)
MEMBERS = pl.DataFrame({"corridor_id": ["c"] * 3, "geo_code": list(CODES)})


def computed(code: str, value: float | None, year: int = 2020, **more: Any) -> Row:
    return {
        "ratio_id": "rd_to_gdp",
        "metric_id": f"intensity:{code}:{year}",
        "geo_code": code,
        "year": year,
        "value": value,
        "flags": [],
        "input_ids": [f"r{code}"],
        "numerator_round": "first",
        "denominator_basis": "current_prices",
        "denominator_round": "first",
    } | more


def printed(code: str, value: float | None, year: int = 2020) -> Row:
    return {
        "indicator_id": "rd_intensity",
        "basis": "gross_domestic",
        "metric_id": f"figure:{code}:{year}",
        "geo_code": code,
        "annual": True,
        "year": year,
        "value": value,
        "flags": ["rounded"],
        "input_ids": [f"p{code}"],
        "round": "unknown",
    }


def filled(ratios: list[Row], figures: list[Row]) -> dict[tuple[str, int, str], Row]:
    frame = index_inputs(
        COMPONENT,
        intensity=_frame(ratios, computed("x", 1.0)),
        observation=_frame(figures, printed("x", 1.0)),
        members=MEMBERS,
    )
    return {(r["geo_code"], r["year"], r["component_id"]): r for r in frame.iter_rows(named=True)}


def _frame(rows: list[Row], form: Row) -> pl.DataFrame:
    dtypes = {name: LISTS if isinstance(v, list) else type(v) for name, v in form.items()} | {"year": pl.Int32}
    return pl.DataFrame(rows, schema=dtypes)


def test_the_computed_ratio_comes_before_the_printed_one() -> None:
    found = filled([computed("310000", 4.0)], [printed("310000", 3.9), printed("320500", 3.0)])
    assert (found["310000", 2020, "rd"]["raw"], found["310000", 2020, "rd"]["series"]) == (4.0, "ratio rd_to_gdp")
    assert (found["320500", 2020, "rd"]["raw"], found["320500", 2020, "rd"]["input_ids"]) == (3.0, ["p320500"])


def test_an_interval_without_a_value_lets_the_next_series_serve() -> None:
    found = filled([computed("310000", None)], [printed("310000", 3.9)])
    assert found["310000", 2020, "rd"]["series"] == "rd_intensity / gross_domestic"


def test_what_is_not_held_is_a_row_without_a_figure_and_zero_is_a_figure() -> None:
    found = filled([computed("310000", 0.0)], [])
    assert (found["310000", 2020, "rd"]["raw"], found["320500", 2020, "rd"]["raw"]) == (0.0, None)
    assert len(found) == 3
    assert found["320500", 2020, "rd"]["input_ids"] == []


@pytest.mark.parametrize(
    "other",
    [
        {"numerator_round": "census5"},
        {"denominator_round": "census5"},
        {"denominator_basis": "resident_year_end_pre_census"},
    ],
)
def test_places_of_one_year_in_several_vintages_are_flagged(other: Row) -> None:
    found = filled([computed("310000", 4.0), computed("320500", 3.0, **other)], [])
    assert found["310000", 2020, "rd"]["flags"] == found["320500", 2020, "rd"]["flags"] == ["mixed_vintage"]
    assert found["330100", 2020, "rd"]["flags"] == []


def test_computed_beside_printed_is_a_mixture_and_keeps_the_flags_it_had() -> None:
    found = filled([computed("310000", 4.0)], [printed("320500", 3.0)])
    assert found["310000", 2020, "rd"]["flags"] == ["mixed_vintage"]
    assert found["320500", 2020, "rd"]["flags"] == ["mixed_vintage", "rounded"]


def test_one_vintage_has_no_flag_and_years_are_not_mixed_with_each_other() -> None:
    rows = [computed("310000", 4.0), computed("320500", 3.0), computed("310000", 4.1, 2021, numerator_round="census5")]
    assert {tuple(r["flags"]) for r in filled(rows, []).values()} == {()}


def test_years_before_the_first_of_the_framework_do_not_enter() -> None:
    found = filled([computed("310000", 4.0, 2017), computed("310000", 4.0, 2018)], [])
    assert {year for _, year, _ in found} == {2018}
