"""What a claim is tested on: nothing it could not know, its own basis, and the members that really lack a figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

Frames = dict[str, pl.DataFrame]


def audit(graph: Frames, claim_id: str, scope: str, basis: str | None = None) -> dict[str, Any]:
    rows = graph["metrics.claim_audit"].filter((pl.col("claim_id") == claim_id) & (pl.col("corridor_id") == scope))
    return rows.filter(pl.col("basis") == basis if basis else pl.lit(value=True)).row(0, named=True)


def test_no_claim_is_tested_on_a_day_after_it_was_printed(graph: Frames) -> None:
    claim = graph["core.claim"].join(graph["core.document"].select("document_id", "published"), on="document_id")
    dated = claim.filter(
        pl.col("published").is_not_null() & pl.col("period_end").is_null() & (pl.col("form") != "target")
    )
    assert dated.height > 50
    assert dated.filter(pl.col("tested_until") > pl.col("published")).is_empty()


def test_a_year_must_be_over_when_the_claim_is_made(graph: Frames) -> None:
    row = audit(graph, "C016", "g60_shanghai")
    assert graph["core.claim"].filter(claim_id="C016")["as_of"][0] == dt.date(2018, 12, 31)
    assert row["year"] == 2017


@pytest.mark.parametrize("claim_id", ["C054", "C100", "C170"])
def test_a_mean_of_cities_is_not_tested_on_total_over_total(graph: Frames, claim_id: str) -> None:
    row = audit(graph, claim_id, "g60_shanghai")
    assert (row["basis"], row["verdict"]) == ("mean_of_cities", "not_computable")
    assert "another basis" in row["reason_en"]


def test_a_ratio_names_the_cities_that_lack_a_figure(graph: Frames) -> None:
    row = audit(graph, "C068", "g60_shanghai")
    total = graph["metrics.corridor_total"].filter(
        corridor_id="g60_shanghai", indicator_id="rd_expenditure", basis="gross_domestic", period_end=row["period_end"]
    )
    assert row["missing"] == total["members_missing"][0].to_list() != []


def test_members_that_report_are_not_called_missing_when_the_reference_is(graph: Frames) -> None:
    row = audit(graph, "C005", "g60_shanghai")
    assert row["verdict"] == "not_computable"
    assert row["missing"] == ["340200", "341800"]
    assert "reference area" in row["reason_en"]


def test_a_claim_about_one_place_names_it(graph: Frames) -> None:
    claim = graph["core.claim"].filter(claim_id="C069").row(0, named=True)
    assert claim["statement_en"].startswith("Songjiang District, ")
    assert claim["statement_zh"].startswith("松江区")


def test_only_the_end_of_a_from_to_claim_is_tested_and_it_says_so(graph: Frames) -> None:
    assert "not its start" in audit(graph, "C106", "g60_shanghai")["reason_en"]


def test_press_counts_of_firms_check_the_tally_and_test_no_claim(graph: Frames) -> None:
    used = graph["metrics.claim_audit"].filter(pl.col("indicator_id") == "star_listed")["basis"].unique().to_list()
    assert used == ["tally"]
    assert graph["metrics.national_share"].filter(indicator_id="star_listed")["basis"].unique().to_list() == ["tally"]


def test_an_area_claim_says_that_areas_are_measured_anew(graph: Frames) -> None:
    assert "measured anew" in audit(graph, "C001", "g60_songjiang")["reason_en"]


def test_no_u_figure_enters_a_metric_where_a_better_one_stands(graph: Frames) -> None:
    candidate = graph["core.observation_candidate"]
    series = ["geo_code", "indicator_id", "basis", "period_kind", "period_end"]
    usable = ~pl.col("flags").list.contains("estimated_by_source")
    better = candidate.filter((pl.col("grade") != "U") & usable).select(series).unique()
    beaten = candidate.filter(pl.col("grade") == "U").join(better, on=series, how="semi")["observation_id"]
    assert beaten.len() > 0
    for name in ("corridor_total", "national_share", "growth", "intensity"):
        used = graph[f"metrics.{name}"]["input_ids"].explode().unique()
        assert used.filter(used.is_in(beaten.implode())).to_list() == [], name
