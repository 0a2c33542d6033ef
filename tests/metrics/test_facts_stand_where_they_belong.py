"""Figures of the facts that once stood on a basis, year or grade that was not theirs, and what rests on them."""

from __future__ import annotations

import polars as pl
import pytest

Frames = dict[str, pl.DataFrame]

ENCYCLOPAEDIA = ("Wikipedia", "百度百科", "360百科", "全民百科", "求真百科")
"""Those that anybody edits; the 中国大百科全书 is a printed work with editors."""


def test_science_spending_of_the_corridor_is_what_it_was(graph: Frames) -> None:
    total = graph["metrics.corridor_total"].filter(indicator_id="fiscal_st_expenditure", year=2023)
    by_scope = {row["corridor_id"]: row for row in total.iter_rows(named=True)}
    assert by_scope["g60_shanghai"]["value"] == pytest.approx(1498.69, abs=0.01)
    assert by_scope["g60_songjiang"]["value_low"] == pytest.approx(970.59, abs=0.01)


def test_science_spending_is_a_share_of_all_local_budgets(graph: Frames) -> None:
    held = graph["core.observation_candidate"].filter(indicator_id="fiscal_st_expenditure", geo_code="100000")
    assert held["basis"].unique().to_list() == ["local_budgets"]
    share = graph["metrics.national_share"].filter(indicator_id="fiscal_st_expenditure")
    assert share["basis"].unique().to_list() == ["default"]
    local = set(held["observation_id"])
    assert share.filter(pl.col("input_ids").list.set_intersection(list(local)).list.len() != 1).is_empty()
    names = graph["core.indicator"].filter(indicator_id="fiscal_st_expenditure").row(0, named=True)
    assert names["name_en"].startswith("Local government")
    assert names["name_zh"].startswith("地方")


def test_students_of_one_year_do_not_leap_by_another_way_of_counting(graph: Frames) -> None:
    students = graph["core.observation"].filter(indicator_id="students_higher", geo_code="340100")
    regular = dict(students.filter(basis="regular").sort("year").select("year", "value").iter_rows())
    assert regular[2018] < regular[2019] < regular[2020]
    assert regular[2019] == pytest.approx(53.6242)
    assert students.filter(basis="at_regular_institutions")["value"].to_list() == [68.48]
    assert students.filter(basis="regular")["spread"].max() < 0.05


def test_the_usual_basis_of_high_tech_firms_has_a_share_of_china(graph: Frames) -> None:
    share = graph["metrics.national_share"].filter(
        indicator_id="hightech_enterprises", basis="valid_year_end", year=2023
    )
    ends = {row["corridor_id"]: row for row in share.iter_rows(named=True)}
    for scope in ("g60_shanghai", "g60_songjiang"):
        assert ends[scope]["share"] is None
        assert ends[scope]["share_high"] <= 75_025 / 460_000 + 1e-9
        assert "basis_joined" in ends[scope]["flags"]


@pytest.mark.parametrize("year", [2017, 2018])
def test_no_growth_leads_to_or_from_a_lone_revised_figure(graph: Frames, year: int) -> None:
    rate = graph["metrics.growth"].filter(indicator_id="gdp", basis="current_prices", measure="yoy", year=year)
    hangzhou = rate.filter(geo_code="330100").row(0, named=True)
    assert (hangzhou["value"], hangzhou["value_low"]) == (None, None)
    assert hangzhou["reason_code"] == "crosses_break"
    (break_id,) = hangzhou["reason_args"]
    reason = graph["core.series_break"].filter(break_id=break_id)["reason_en"][0]
    assert "census" in reason
    corridors = rate.filter(pl.col("corridor_id").is_not_null())
    assert corridors["value"].null_count() == corridors.height > 0


def test_an_older_area_serves_no_year_after_it_was_replaced(graph: Frames) -> None:
    land = graph["core.observation_candidate"].filter(indicator_id="land_area", basis="administrative", chosen=True)
    for geo_code, old, until in (("330100", 16596, 2017), ("320500", 8488.27, 2013)):
        rows = land.filter(geo_code=geo_code, value=old)
        assert rows.height == 0 or rows["year"].max() <= until
    named = graph["metrics.claim_audit"].filter(indicator_id="land_area", corridor_id="g60_songjiang", unit="km2")
    values = named.filter(pl.col("value") > 1000)["value"]
    assert values.max() - values.min() < 50


def test_an_encyclopaedia_is_graded_by_whether_it_names_its_document(graph: Frames) -> None:
    papers = graph["core.document"].filter(
        pl.col("publisher").is_in(ENCYCLOPAEDIA) | pl.col("title").str.contains("维基百科|Wikipedia")
    )
    assert papers.height >= 9
    for paper in papers.iter_rows(named=True):
        names_it = "that names its document" in (paper["note"] or "")
        assert paper["grade"] == ("D" if names_it else "U"), paper["document_id"]
