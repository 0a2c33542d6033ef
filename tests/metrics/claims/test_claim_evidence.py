"""What a claim is tested on: nothing it could not know, its own basis, and the members that really lack a figure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from worded import why

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
    assert "another basis" in why(row)


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
    assert "reference area" in why(row)


def test_a_claim_about_one_place_names_it(graph: Frames) -> None:
    claim = graph["core.claim"].filter(claim_id="C069").row(0, named=True)
    assert claim["statement_en"].startswith("Songjiang District, ")
    assert claim["statement_zh"].startswith("松江区")


def test_only_the_end_of_a_from_to_claim_is_tested_and_it_says_so(graph: Frames) -> None:
    assert "not its start" in why(audit(graph, "C106", "g60_shanghai"))


def test_both_scopes_are_tested_on_one_period(graph: Frames) -> None:
    tested = graph["metrics.claim_audit"].filter(
        pl.col("input_ids").list.len() > 0, pl.col("corridor_id").is_not_null()
    )
    periods = tested.group_by("claim_id", "basis").agg(n=pl.col("period_end").n_unique(), scopes=pl.len())
    assert periods.filter(scopes=2).height > 60
    assert periods["n"].unique().to_list() == [1]


def test_no_verdict_rests_on_a_figure_more_than_two_years_older(graph: Frames) -> None:
    constants = graph["core.indicator"].filter(kind="constant").select("indicator_id")
    rows = graph["metrics.claim_audit"].join(constants, on="indicator_id", how="anti")
    old = rows.filter(pl.col("age") > 2)
    assert old.height > 10
    assert old["verdict"].unique().to_list() == ["outdated"]
    assert rows.filter(verdict="outdated")["age"].min() > 2
    until = dict(graph["core.claim"].select("claim_id", "tested_until").iter_rows())
    assert all(row["age"] == until[row["claim_id"]].year - row["year"] for row in old.iter_rows(named=True))


def test_a_claim_of_2025_is_not_reproduced_by_2020(graph: Frames) -> None:
    late = graph["core.claim"].filter(pl.col("tested_until") >= dt.date(2025, 1, 1)).select("claim_id")
    rows = graph["metrics.claim_audit"].join(late, on="claim_id").filter(verdict="reproduced")
    constants = graph["core.indicator"].filter(kind="constant").select("indicator_id")
    assert rows.join(constants, on="indicator_id", how="anti").filter(pl.col("year") < 2023).is_empty()


def test_a_figure_of_the_claims_own_document_verifies_nothing(graph: Frames) -> None:
    candidate = graph["core.observation_candidate"].select("observation_id", "document_id", "confirmed_by", "grade")
    documents = graph["core.claim"].select("claim_id", own="document_id")
    used = (
        graph["metrics.claim_audit"]
        .select("claim_id", observation_id="input_ids")
        .explode("observation_id", empty_as_null=False, keep_nulls=False)
        .join(candidate, on="observation_id")
        .join(documents, on="claim_id")
    )
    assert used.height > 500
    assert used.filter(document_id=pl.col("own")).is_empty()
    assert used.filter((pl.col("confirmed_by") == pl.col("own")) & (pl.col("grade") != "A")).is_empty()
    assert audit_of_place(graph, "C095")["verdict"] == "not_computable"


def audit_of_place(graph: Frames, claim_id: str) -> dict[str, Any]:
    return graph["metrics.claim_audit"].filter(claim_id=claim_id).row(0, named=True)


def test_the_verdict_of_the_claims_time_rests_on_what_was_out(graph: Frames) -> None:
    row = audit(graph, "C106", "g60_shanghai", "valid_year_end")
    assert (row["verdict"], row["verdict_then"]) == ("exceeded", "uninformative")
    assert row["value_then"] is None
    # Shanghai's 2.4 and Hefei's 8,406 were printed before October 2024; the yearbook with the other seven was not.
    assert row["value_low_then"] == 23500 + 8406
    assert row["period_end_then"] == dt.date(2023, 12, 31)


@pytest.mark.parametrize(
    ("published", "known"),
    [(dt.date(2024, 12, 30), None), (dt.date(2024, 12, 31), 74525), (dt.date(2025, 1, 2), 74525)],
)
def test_a_figure_without_a_date_is_known_once_its_usual_month_is_past(
    graph: Frames, published: dt.date, known: float | None
) -> None:
    from g60_pipeline.metrics.claims.claim_cases import case_frames, case_of

    tables = tables_of(graph)
    claim = graph["core.claim"].filter(claim_id="C106")
    own = pl.col("document_id") == claim["document_id"][0]
    tables["document"] = tables["document"].with_columns(published=pl.when(own).then(published).otherwise("published"))
    frames = case_frames(claim, tables)
    then = frames.copies["hightech_enterprises" + case_of(claim.row(0, named=True), "then")]
    total = frames.total.filter(
        indicator_id=then, basis="unstated", corridor_id="g60_shanghai", round_group="any", year=2023
    )
    assert total["value"].to_list() == [known]


def tables_of(graph: Frames) -> Frames:
    """Return the tables that selections are made of, by name."""
    core = {name.removeprefix("core."): frame for name, frame in graph.items() if name.startswith("core.")}
    return core | {"bound": graph["metrics.bound"]}


def with_everything_known_late(graph: Frames) -> Frames:
    """Return the tables as if every figure came from a list that was fetched years later."""
    tables = tables_of(graph)
    candidate = tables["observation_candidate"]
    return tables | {"observation_candidate": candidate.with_columns(known_from=pl.lit(dt.date(2026, 11, 1)))}


@pytest.mark.parametrize("late", [False, True], ids=["embedded list", "list fetched later"])
def test_what_is_public_at_once_was_known_when_its_period_ended(graph: Frames, late: bool) -> None:
    from g60_pipeline.metrics.claims.claim_cases import case_frames, case_of

    tables = with_everything_known_late(graph) if late else tables_of(graph)
    made = pl.coalesce("published", "as_of")
    listed = graph["core.claim"].filter(indicator_id="star_listed")
    claims = listed.join(graph["core.document"].select("document_id", "published"), on="document_id")
    assert claims.height >= 12
    frames = case_frames(listed, tables)
    total = frames.total.filter(corridor_id="g60_shanghai", basis="tally", round_group="any")
    newest = dict(total.group_by("indicator_id").agg(pl.col("period_end").max()).iter_rows())
    for claim in claims.with_columns(made=made).iter_rows(named=True):
        then, now = (newest[frames.copies[f"star_listed{case_of(claim, when)}"]] for when in ("then", "now"))
        assert then == now, claim["claim_id"]
        assert (claim["made"] - then).days < 31


def test_claims_on_listed_firms_get_one_verdict_then_and_now(graph: Frames) -> None:
    rows = graph["metrics.claim_audit"].filter(indicator_id="star_listed", basis="tally")
    assert rows["claim_id"].n_unique() == 12
    assert rows.filter(
        (pl.col("verdict") != pl.col("verdict_then")) | (pl.col("period_end") != pl.col("period_end_then"))
    ).is_empty()


def test_an_area_of_a_claims_own_time_is_taken(graph: Frames) -> None:
    row = audit(graph, "C001", "g60_songjiang")
    assert row["period_end"] <= dt.date(2019, 2, 15)
    candidate = graph["core.observation_candidate"]
    used = candidate.filter(pl.col("observation_id").is_in(row["input_ids"]))
    later = used.filter(pl.col("period_end") > dt.date(2019, 2, 15))
    earlier = candidate.filter(pl.col("period_end") <= dt.date(2019, 2, 15), indicator_id="land_area")
    assert set(later["geo_code"]).isdisjoint(earlier.filter(basis="administrative")["geo_code"])


def test_press_counts_of_firms_check_the_tally_and_test_no_claim(graph: Frames) -> None:
    used = graph["metrics.claim_audit"].filter(pl.col("indicator_id") == "star_listed")["basis"].unique().to_list()
    assert used == ["tally"]
    assert graph["metrics.national_share"].filter(indicator_id="star_listed")["basis"].unique().to_list() == ["tally"]


def test_an_area_claim_says_that_areas_are_measured_anew(graph: Frames) -> None:
    assert "measured anew" in why(audit(graph, "C001", "g60_songjiang"))


def test_no_u_figure_enters_a_metric_where_a_better_one_stands(graph: Frames) -> None:
    candidate = graph["core.observation_candidate"]
    series = ["geo_code", "indicator_id", "basis", "period_kind", "period_end"]
    usable = ~pl.col("flags").list.contains("estimated_by_source")
    better = candidate.filter((pl.col("grade") != "U") & usable).select(series).unique()
    beaten = candidate.filter(pl.col("grade") == "U").join(better, on=series, how="semi")["observation_id"]
    assert beaten.len() > 0
    for name in ("corridor_total", "national_share", "growth", "intensity", "bound", "bound_constraint"):
        used = graph[f"metrics.{name}"]["input_ids"].explode().unique()
        assert used.filter(used.is_in(beaten.implode())).to_list() == [], name
