"""The lead claims against the bounds of their numbers, tier by tier and in both scopes."""

from __future__ import annotations

import polars as pl
import pytest

Frames = dict[str, pl.DataFrame]


def said(graph: Frames, claim: str, scope: str, tier: str) -> tuple[str, float | None, float | None]:
    rows = graph["metrics.claim_bound"].filter(claim_id=claim, corridor_id=scope, tier=tier)
    (row,) = rows.filter(pl.col("basis").is_in(["gross_domestic", "resident_year_end", "unstated"])).to_dicts()
    return row["verdict"], row["low"], row["high"]


@pytest.mark.parametrize(
    ("scope", "tier", "verdict", "low", "high"),
    [
        ("g60_songjiang", "no_fall", "uninformative", 0.32, 3.31),
        ("g60_songjiang", "steady", "consistent", 0.36, 1.12),
        ("g60_shanghai", "no_fall", "consistent", 0.38, 1.22),
        ("g60_shanghai", "steady", "contradicted", 0.40, 0.80),
    ],
)
def test_growth_of_research_is_tested_under_named_assumptions(
    graph: Frames, scope: str, tier: str, verdict: str, low: float, high: float
) -> None:
    found = said(graph, "C105", scope, tier)
    assert found[0] == verdict
    assert found[1:] == (pytest.approx(low, abs=0.005), pytest.approx(high, abs=0.005))


def test_the_years_between_two_figures_of_songjiang_settle_the_people(graph: Frames) -> None:
    verdict, low, high = said(graph, "C110", "g60_songjiang", "steady")
    assert verdict == "reproduced"
    assert (low, high) == (pytest.approx(0.0423, abs=1e-4), pytest.approx(0.0424, abs=1e-4))


@pytest.mark.parametrize(("year", "low", "high"), [(2021, 0.0655, 0.0663), (2022, 0.064, 0.068), (2024, 0.065, 0.068)])
def test_the_share_of_gdp_with_songjiang_is_known_within_half_a_point(
    graph: Frames, year: int, low: float, high: float
) -> None:
    rows = graph["metrics.bound"].filter(
        corridor_id="g60_songjiang", indicator_id="gdp", basis="current_prices", measure="share_of_nation", year=year
    )
    tightest = rows.with_columns(width=pl.col("high") - pl.col("low")).sort("width").row(0, named=True)
    assert low <= tightest["low"] <= tightest["high"] <= high


def test_a_tier_is_never_wider_than_the_one_before_it(graph: Frames) -> None:
    keys = ["claim_id", "corridor_id", "basis", "period_end", "parent"]
    rows = graph["metrics.claim_bound"].with_columns(
        parent=pl.col("parent_ids").list.first().str.replace(r":[^:]*$", "")
    )
    wide, narrow = (rows.filter(tier=tier) for tier in ("no_fall", "steady"))
    both = narrow.join(wide, on=keys, suffix="_wide")
    assert both.height > 10
    assert both.filter((pl.col("low") < pl.col("low_wide")) | (pl.col("high") > pl.col("high_wide"))).is_empty()


def test_a_claim_is_not_tested_on_a_bound_that_rests_on_its_own_document(graph: Frames) -> None:
    candidate = graph["core.observation_candidate"].select("observation_id", "document_id")
    claim = graph["core.claim"].select("claim_id", own="document_id")
    of_bounds = graph["metrics.claim_bound"].filter(pl.col("parent_ids").list.first().str.starts_with("bound:"))
    rests = of_bounds.select("claim_id", "input_ids").explode("input_ids").join(claim, on="claim_id")
    assert rests.height > 100
    seen = rests.join(candidate, left_on="input_ids", right_on="observation_id")
    assert seen.filter(pl.col("document_id") == pl.col("own")).is_empty()


def test_a_bound_that_feeds_a_total_is_among_its_parents_and_in_its_ends(graph: Frames) -> None:
    bound = graph["metrics.bound"].select(parent="metric_id", low="low", high="high")
    total = graph["metrics.corridor_total"].filter(pl.col("value").is_null()).explode("parent_ids")
    fed = total.join(bound, left_on="parent_ids", right_on="parent")
    assert fed.height > 50
    assert fed.filter((pl.col("value_low") < pl.col("low")) | (pl.col("value_high") > pl.col("high"))).is_empty()
    assert fed.filter(~pl.col("parent_ids").str.ends_with(":printed")).is_empty()
