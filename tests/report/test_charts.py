"""Charts by themselves: their forms, labels that do not cover each other, gaps, intervals, and pictures without a browser."""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING, Any

import pytest

from g60_pipeline.errors import UsageError
from g60_pipeline.report import sparkline
from g60_pipeline.report.charts import render
from g60_pipeline.report.charts.chart import spread
from g60_pipeline.report.charts.kinds import KINDS, form
from g60_pipeline.report.site.asked import drawn
from g60_pipeline.report.site.course import BEFORE, course
from g60_pipeline.report.site.data import Data
from g60_pipeline.report.site.derivations import Derivations
from g60_pipeline.report.site.page import Site

if TYPE_CHECKING:
    from g60_pipeline.reader.database import Warehouse
    from g60_pipeline.report.charts.chart import Chart


def made(warehouse: Warehouse, language: Any = "en", **wanted: Any) -> Chart:
    return drawn(warehouse, language=language, **wanted)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_is_a_specification_without_numbers_and_addresses(kind: str) -> None:
    assert "values" not in str(form(kind).get("data", ""))
    assert "http" not in str(form(kind))


def test_labels_keep_their_order_and_distance_and_stay_inside() -> None:
    targets = [0.02, 0.01, 0.5, 0.52, 0.99, 1.0, 0.98]
    found = spread(targets, low=0.0, high=1.0, apart=0.05)
    ordered = [found[i] for i in sorted(range(len(targets)), key=lambda i: targets[i])]
    assert ordered == sorted(ordered)
    assert all(later - earlier >= 0.05 - 1e-9 for earlier, later in itertools.pairwise(ordered))
    assert 0.0 <= min(found) <= max(found) <= 1.0
    assert abs(found[2] - 0.485) < 1e-9


def test_labels_that_do_not_fit_are_squeezed_evenly() -> None:
    assert spread([1.0, 1.0, 1.0], low=0.0, high=1.0, apart=9.0) == [0.0, 0.5, 1.0]


def test_a_missing_year_breaks_the_line_and_an_estimate_is_no_value(warehouse: Warehouse) -> None:
    values = made(warehouse, indicator="gdp", places=("苏州",)).values
    by_year = {row["year"]: row for row in values if "label" not in row}
    assert by_year[2024].get("value") is None
    assert (by_year[2024]["bound"], by_year[2024]["shape"]) == (26700.0, "circle")
    assert by_year[2023]["value"] == 24653.4


def test_a_line_parts_where_no_growth_rate_is_given_for_a_break_and_says_so(warehouse: Warehouse) -> None:
    figures = warehouse.rows(
        "SELECT geo_code, indicator_id, basis, year, base_year FROM metrics.growth"
        " WHERE reason_code = 'crosses_break' AND geo_code IS NOT NULL AND year = base_year + 1"
    )
    site = Site(Data(warehouse), Derivations(warehouse), "en")
    crossed = 0
    for row in figures:
        series = (row["indicator_id"], row["basis"])
        held = [f for (geo, _), f in site.data.annual.get(series, {}).items() if geo == row["geo_code"]]
        years = {f["year"] for f in held}
        if {row["year"], row["base_year"]} <= years:
            crossed += 1
            assert row["year"] - BEFORE in [year for year, _ in course(site, series, held)]
    assert crossed
    found = made(warehouse, indicator="land_area", places=("苏州", "杭州"))
    assert [row["year"] for row in found.values if row["year"] % 1] == [2013.5, 2017.5]
    assert "no line across a break of the series: 2014, 2018" in found.notes[0]
    assert "break" not in made(warehouse, indicator="land_area", places=("金华",)).notes[0]


def test_an_interval_is_drawn_from_end_to_end_and_an_open_one_as_a_sign(warehouse: Warehouse) -> None:
    values = made(warehouse, indicator="population_resident", corridor="g60_songjiang").values
    rows = {r["year"]: r for r in warehouse.rows(
        """FROM metrics.corridor_total WHERE corridor_id = 'g60_songjiang' AND indicator_id = 'population_resident'
        AND basis = 'resident_year_end'"""
    )}  # fmt: skip
    drawn_of = {row["year"]: row for row in values if "id" in row}
    assert set(drawn_of) == set(rows)
    for year, row in rows.items():
        point = drawn_of[year]
        assert (point["value"], point["low"], point["high"]) == (row["value"], row["value_low"], row["value_high"])
        assert ("open" in point) == (row["value"] is None and row["value_high"] is None)
    assert any(row["value_high"] is None for row in rows.values())


def test_an_interval_up_to_all_of_china_is_cut_and_said_to_be(warehouse: Warehouse) -> None:
    found = made(warehouse, indicator="gdp", corridor="g60_songjiang")
    highest = max(point["high"] for point in found.values if point.get("high"))
    assert found.most is not None
    assert max(point["value"] for point in found.values if point.get("value")) < found.most < highest
    assert "a bar at the upper edge goes on beyond it" in found.notes[0]
    scales = [layer["encoding"]["y"]["scale"] for layer in found.specification()["layer"]]
    assert [scale["domainMax"] for scale in scales] == [found.most] * len(scales)


def test_one_year_is_drawn_from_the_largest_to_the_smallest(warehouse: Warehouse) -> None:
    values = made(warehouse, indicator="gdp", year=2022).values
    amounts = [row["value"] for row in values]
    assert amounts == sorted(amounts, reverse=True)
    assert values[0]["place"] == "Shanghai"
    assert len(values) == 9


@pytest.mark.parametrize(
    ("wanted", "subject"),
    [
        ({"indicator": "unicorns", "year": 1990}, "unicorns"),
        ({"indicator": "gdp", "corridor": "g60_shanghai", "year": 2020}, "--corridor"),
        ({"indicator": "gdp", "basis": "constant"}, "constant"),
        ({"indicator": "gdp", "places": ("Atlantis",)}, "Atlantis"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_can_not_be_drawn_is_refused_by_name(warehouse: Warehouse, wanted: dict[str, Any], subject: str) -> None:
    with pytest.raises(UsageError) as refused:
        made(warehouse, **wanted)
    assert refused.value.subject == subject


def test_chinese_is_drawn_without_a_font_of_the_system(warehouse: Warehouse) -> None:
    found = made(warehouse, "zh", indicator="gdp", places=("苏州",))
    specification = found.specification()
    named = specification["config"]["font"]
    specification["config"]["font"] = "Droid Sans Fallback"
    with_font = render.png(specification)
    assert struct.unpack(">II", with_font[16:24])[0] > 1000
    assert "Droid Sans Fallback" in named
    specification["title"]["text"] = "\U0010fffd" * len(found.title)  # a sign no font has
    assert render.png(specification) != with_font


def test_a_course_of_fewer_than_three_values_is_not_drawn_and_an_even_one_lies_low() -> None:
    assert sparkline.sparkline({2020: 1.0, 2021: 2.0}) == ""
    assert sparkline.sparkline({2019: 5.0, 2020: 5.0, 2021: 5.0}) == "2019 ▁▁▁ 2021"


def test_a_page_of_a_chart_holds_all_it_needs(warehouse: Warehouse) -> None:
    page = render.html(made(warehouse, indicator="gdp", places=("苏州",)).specification())
    assert "<script src=" not in page
    assert "23958.3" in page
