"""The audit of the claims that started the project: what is settled, what is not, and which cities lack what."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

Frames = dict[str, pl.DataFrame]
Audit = dict[tuple[str, str, str], dict[str, Any]]

LEADS = {
    "star_listed": 1,
    "national_st_awards": 2,
    "pct_applications": 3,
    "population_resident": 4,
    "land_area": 5,
    "rd_expenditure": 6,
    "hightech_enterprises": 7,
}
NINE = {
    "g60_songjiang": {"310117", "320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800"},
    "g60_shanghai": {"310000", "320500", "330100", "330400", "330500", "330700", "340100", "340200", "341800"},
}
SCOPES = tuple(NINE)


@pytest.fixture(scope="module")
def lead(graph: Frames) -> Audit:
    leading = graph["core.claim"].filter(pl.col("lead").is_not_null()).select("claim_id")
    rows = graph["metrics.claim_audit"].join(leading, on="claim_id")
    return {(r["indicator_id"], r["corridor_id"], r["basis"]): r for r in rows.iter_rows(named=True)}


def verdicts(lead: Audit, indicator: str, scope: str) -> dict[str, str]:
    return {basis: r["verdict"] for (i, s, basis), r in lead.items() if (i, s) == (indicator, scope)}


def test_the_seven_claims_of_the_bank_report_lead_in_its_order(graph: Frames) -> None:
    leading = graph["core.claim"].filter(pl.col("lead").is_not_null()).sort("lead")
    assert leading["lead"].to_list() == [1, 2, 3, 4, 5, 6, 7]
    ranks = dict(leading.select("indicator_id", "lead").iter_rows())
    assert ranks == LEADS
    documents = graph["core.document"].filter(pl.col("document_id").is_in(leading["document_id"].to_list()))
    assert documents["published"].to_list() == [dt.date(2024, 10, 25)]


def test_every_lead_claim_is_tested_in_both_scopes(lead: Audit) -> None:
    assert {(indicator, scope) for indicator, scope, _ in lead} == {(i, s) for i in LEADS for s in SCOPES}


def test_people_are_reproduced_only_with_songjiang(lead: Audit) -> None:
    songjiang = lead["population_resident", "g60_songjiang", "resident_census"]
    shanghai = lead["population_resident", "g60_shanghai", "resident_census"]
    assert (songjiang["verdict"], songjiang["scope_fit"], songjiang["literally_true"]) == (
        "reproduced",
        "this_scope",
        True,
    )
    assert (shanghai["verdict"], shanghai["scope_fit"], shanghai["literally_true"]) == (
        "contradicted",
        "other_scope",
        False,
    )
    assert 1 / songjiang["value"] == pytest.approx(24.4, abs=0.05)
    assert 1 / shanghai["value"] == pytest.approx(17.5, abs=0.05)
    assert "reproduced" not in verdicts(lead, "population_resident", "g60_shanghai").values()


def test_land_is_reproduced_in_both_scopes(lead: Audit) -> None:
    for scope in SCOPES:
        row = lead["land_area", scope, "administrative"]
        assert (row["verdict"], row["scope_fit"]) == ("reproduced", "both_scopes")


def test_a_fifth_of_the_firms_fits_songjiang_and_contradicts_shanghai(lead: Audit) -> None:
    songjiang = lead["star_listed", "g60_songjiang", "tally"]
    shanghai = lead["star_listed", "g60_shanghai", "tally"]
    assert (songjiang["verdict"], songjiang["scope_fit"]) == ("consistent", "this_scope")
    assert songjiang["missing"] == ["310117"]
    assert (shanghai["verdict"], shanghai["scope_fit"]) == ("contradicted", "other_scope")
    assert 0.34 < shanghai["value"] < 0.37
    assert songjiang["value_high"] == shanghai["value"]


@pytest.mark.parametrize(
    "indicator", ["national_st_awards", "pct_applications", "rd_expenditure", "hightech_enterprises"]
)
@pytest.mark.parametrize("scope", SCOPES)
def test_the_other_four_are_not_settled_and_name_the_cities_without_figures(
    lead: Audit, indicator: str, scope: str
) -> None:
    rows = [r for (i, s, _), r in lead.items() if (i, s) == (indicator, scope)]
    assert rows
    for row in rows:
        assert row["verdict"] in {"uninformative", "not_computable"}
        assert row["scope_fit"] == "undecided"
        assert row["value"] is None
        assert len(row["missing"]) >= 5
        assert set(row["missing"]) <= NINE[scope]


def test_the_cities_that_lack_a_figure_are_named_in_the_reason(lead: Audit, graph: Frames) -> None:
    names = {c: (en, zh) for c, en, zh in graph["core.geography"].select("geo_code", "name_en", "short_zh").iter_rows()}
    row = lead["rd_expenditure", "g60_shanghai", "gross_domestic"]
    assert {"320500", "330100", "330400", "330500", "330700", "341800"} == set(row["missing"])
    for code in row["missing"]:
        assert names[code][0] in row["reason_en"]
        assert names[code][1] in row["reason_zh"]


def test_a_level_claim_is_tested_on_its_own_period_only(graph: Frames) -> None:
    dated = (
        graph["core.claim"]
        .filter(measure="level")
        .select("claim_id", "indicator_id", own_end="period_end", until="tested_until")
    )
    constants = graph["core.indicator"].filter(kind="constant").select("indicator_id")
    rows = graph["metrics.claim_audit"].join(dated, on="claim_id").filter(pl.col("input_ids").list.len() > 0)
    rows = rows.join(constants, on="indicator_id", how="anti")
    assert rows.filter(pl.col("own_end").is_not_null() & (pl.col("own_end") != pl.col("period_end"))).is_empty()
    assert rows.filter(pl.col("until").is_not_null() & (pl.col("period_end") > pl.col("until"))).is_empty()


def test_no_share_claim_is_tested_on_a_figure_later_than_itself(graph: Frames) -> None:
    shares = graph["core.claim"].filter(pl.col("measure").str.starts_with("share")).select("claim_id", "tested_until")
    rows = graph["metrics.claim_audit"].join(shares, on="claim_id").filter(pl.col("input_ids").list.len() > 0)
    constants = graph["core.indicator"].filter(kind="constant").select("indicator_id")
    later = rows.filter(pl.col("period_end") > pl.col("tested_until")).join(constants, on="indicator_id", how="anti")
    assert later.is_empty()


def test_every_claim_is_audited_in_every_scope_it_may_mean(graph: Frames) -> None:
    claims = dict(graph["core.claim"].select("claim_id", "geo_code").iter_rows())
    audited: dict[str, set[str]] = {}
    for claim_id, corridor, place in (
        graph["metrics.claim_audit"].select("claim_id", "corridor_id", "geo_code").iter_rows()
    ):
        audited.setdefault(claim_id, set()).add(corridor or place)
    assert audited == {c: set(SCOPES) if place == "G60" else {place} for c, place in claims.items()}


def test_a_claim_without_a_figure_is_not_computable_and_says_why(graph: Frames) -> None:
    silent = graph["metrics.claim_audit"].filter(pl.col("input_ids").list.len() == 0)
    assert silent.height > 20
    assert silent["verdict"].unique().to_list() == ["not_computable"]
    assert silent["literally_true"].null_count() == silent.height
    assert silent.filter(~pl.col("reason_en").str.starts_with("Not tested: ")).is_empty()
    assert silent.filter(~pl.col("reason_zh").str.starts_with("未检验")).is_empty()


def test_the_verdict_follows_from_the_two_intervals_printed_beside_it(graph: Frames) -> None:
    from g60_pipeline.metrics.verdicts import Claimed, Tested, verdict

    tested = graph["metrics.claim_audit"].filter(pl.col("verdict") != "not_computable")
    assert tested.height > 100
    for row in tested.iter_rows(named=True):
        claimed = Claimed(row["claimed_low"], row["claimed_high"], "point")
        assert row["verdict"] == verdict(Tested(row["value"], row["value_low"], row["value_high"]), claimed)


def test_one_28th_of_the_people_is_reported_as_fitting_neither_scope(graph: Frames) -> None:
    claims = graph["core.claim"].filter(indicator_id="population_resident", ratio_n=28)
    rows = graph["metrics.claim_audit"].join(claims.select("claim_id"), on="claim_id")
    complete = rows.filter(pl.col("value").is_not_null())
    assert set(complete["verdict"]) == {"contradicted"}
    assert "neither" in set(complete["scope_fit"])
