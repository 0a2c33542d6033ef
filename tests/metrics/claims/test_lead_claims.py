"""The audit of the claims that started the project: what is settled, what is not, and which cities lack what."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from worded import why, why_zh

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


def test_people_fit_songjiang_and_contradict_shanghai_on_the_same_year(lead: Audit) -> None:
    songjiang = lead["population_resident", "g60_songjiang", "resident_year_end"]
    shanghai = lead["population_resident", "g60_shanghai", "resident_year_end"]
    assert (songjiang["verdict"], songjiang["scope_fit"]) == ("consistent", "this_scope")
    assert (shanghai["verdict"], shanghai["scope_fit"]) == ("contradicted", "other_scope")
    assert songjiang["period_end"] == shanghai["period_end"] == dt.date(2023, 12, 31)
    assert songjiang["age"] == shanghai["age"] == 1


def test_the_census_is_too_old_for_a_claim_of_2024_and_says_what_it_would_say(lead: Audit) -> None:
    songjiang = lead["population_resident", "g60_songjiang", "resident_census"]
    assert (songjiang["verdict"], songjiang["would_say"], songjiang["age"]) == ("outdated", "reproduced", 4)
    assert 1 / songjiang["value"] == pytest.approx(24.4, abs=0.05)
    assert "4 years older" in why(songjiang)
    assert "早于该说法4年" in why_zh(songjiang)


def test_land_reaches_below_the_claim_with_songjiang_because_the_nation_is_rounded(lead: Audit) -> None:
    songjiang, shanghai = (lead["land_area", scope, "administrative"] for scope in SCOPES)
    assert (songjiang["verdict"], shanghai["verdict"]) == ("consistent", "reproduced")
    assert songjiang["value_low"] < songjiang["claimed_low"] < songjiang["value"] < songjiang["value_high"]
    nation = 960.0
    assert songjiang["value_low"] == pytest.approx(songjiang["value"] * nation / (nation + 5))
    assert songjiang["value_high"] == pytest.approx(songjiang["value"] * nation / (nation - 5))


def test_a_fifth_of_the_firms_fits_songjiang_and_contradicts_shanghai(lead: Audit) -> None:
    songjiang = lead["star_listed", "g60_songjiang", "tally"]
    shanghai = lead["star_listed", "g60_shanghai", "tally"]
    assert (songjiang["verdict"], songjiang["scope_fit"]) == ("consistent", "this_scope")
    assert songjiang["missing"] == ["310117"]
    assert (shanghai["verdict"], shanghai["scope_fit"]) == ("contradicted", "other_scope")
    assert 0.34 < shanghai["value"] < 0.37
    assert songjiang["value_high"] < shanghai["value"]


def test_high_tech_firms_fit_songjiang_and_exceed_the_claim_with_shanghai(lead: Audit) -> None:
    songjiang = lead["hightech_enterprises", "g60_songjiang", "valid_year_end"]
    shanghai = lead["hightech_enterprises", "g60_shanghai", "valid_year_end"]
    assert (songjiang["verdict"], songjiang["value_low"]) == ("consistent", 50525)
    assert (shanghai["verdict"], shanghai["value"], shanghai["literally_true"]) == ("exceeded", 74525, True)
    assert (shanghai["value_low"], shanghai["value_high"]) == (74025, 75025)
    assert {songjiang["verdict_then"], shanghai["verdict_then"]} == {"uninformative"}
    assert "basis_joined" in shanghai["flags"]


@pytest.mark.parametrize("indicator", ["pct_applications", "rd_expenditure"])
@pytest.mark.parametrize("scope", SCOPES)
def test_two_are_not_settled_and_name_the_cities_without_figures(lead: Audit, indicator: str, scope: str) -> None:
    rows = [r for (i, s, _), r in lead.items() if (i, s) == (indicator, scope)]
    assert rows
    for row in rows:
        assert row["verdict"] in {"uninformative", "not_computable"}
        assert row["scope_fit"] == "undecided"
        assert row["value"] is None
        assert len(row["missing"]) >= 5
        assert set(row["missing"]) <= NINE[scope]


def test_awards_are_shared_the_largest_member_and_the_nation_are_the_ends(lead: Audit) -> None:
    row = lead["national_st_awards", "g60_songjiang", "led_or_participated"]
    assert (row["verdict"], row["period_end"]) == ("uninformative", dt.date(2023, 12, 31))
    assert (row["value_low"], row["value_high"]) == (20 / 250, 1)


def test_the_cities_that_lack_a_figure_are_named_in_the_reason(lead: Audit, graph: Frames) -> None:
    names = {c: (en, zh) for c, en, zh in graph["core.geography"].select("geo_code", "name_en", "short_zh").iter_rows()}
    row = lead["rd_expenditure", "g60_shanghai", "gross_domestic"]
    assert {"320500", "330100", "330400", "330500", "330700", "341800"} == set(row["missing"])
    for code in row["missing"]:
        assert names[code][0] in why(row, named=lambda _, code, language: names[code][language == "zh"])
        assert names[code][1] in why_zh(row, named=lambda _, code, language: names[code][language == "zh"])


def test_a_level_claim_is_tested_on_its_own_period_only(graph: Frames) -> None:
    dated = (
        graph["core.claim"]
        .filter(measure="level")
        .select("claim_id", "indicator_id", own_end="period_end", until="tested_until")
    )
    constants = graph["core.indicator"].filter(kind="constant").select("indicator_id")
    rows = graph["metrics.claim_audit"].join(dated, on="claim_id").filter(pl.col("input_ids").list.len() > 0)
    rows = rows.join(constants, on="indicator_id", how="anti")
    other = pl.col("own_end").is_not_null() & (pl.col("own_end") != pl.col("period_end"))
    assert rows.filter(other).is_empty()
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
    assert all(why(row).startswith("Not tested: ") for row in silent.iter_rows(named=True))
    assert all(why_zh(row).startswith("未检验") for row in silent.iter_rows(named=True))


def test_the_verdict_follows_from_the_two_intervals_printed_beside_it(graph: Frames) -> None:
    from g60_pipeline.metrics.claims.verdicts import ClaimInterval, FigureInterval, verdict

    claims = graph["core.claim"].select("claim_id", "measure", "form", "end_form")
    tested = graph["metrics.claim_audit"].filter(pl.col("verdict") != "not_computable").join(claims, on="claim_id")
    assert tested.height > 100
    for row in tested.iter_rows(named=True):
        form = row["form"] if row["form"] in {"point", "more_than", "nearly"} else row["end_form"] or "point"
        claimed = ClaimInterval(row["claimed_low"], row["claimed_high"], form)
        figure = FigureInterval(row["value"], row["value_low"], row["value_high"], growth=row["measure"] == "growth")
        assert (row["would_say"] or row["verdict"]) == verdict(figure, claimed)
        assert (row["verdict"] == "outdated") == (row["would_say"] is not None)


def test_one_28th_of_the_people_is_reported_as_fitting_neither_scope(graph: Frames) -> None:
    claims = graph["core.claim"].filter(indicator_id="population_resident", ratio_n=28)
    rows = graph["metrics.claim_audit"].join(claims.select("claim_id"), on="claim_id")
    complete = rows.filter(pl.col("value").is_not_null())
    assert set(complete["verdict"]) == {"contradicted", "outdated"}
    assert set(complete["would_say"].drop_nulls()) == {"contradicted"}
    assert "neither" in set(complete["scope_fit"])
