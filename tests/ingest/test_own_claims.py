"""Claims in the analyst's inbox: sound ones are tested like those of the facts, bad ones are refused with rule and remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from g60_pipeline.contracts.issues import in_words

Frames = dict[str, pl.DataFrame]

LEVEL = {
    "measure": "level",
    "indicator_id": "gdp",
    "unit": "cny_100m",
    "value": "76000",
    "ratio_n": "",
    "precision": "1",
}

NO_DOCUMENT = dict.fromkeys(("publisher", "document_title", "published", "url", "grade"), "")

BAD: dict[str, tuple[dict[str, str], str, str, str]] = {
    "unknown indicator": ({"indicator_id": "star_list"}, "indicator_id", "unknown_indicator", "star_listed"),
    "unknown basis": ({"basis": "listed_firms"}, "basis", "unknown_basis", "leave it empty"),
    "unknown measure": ({"measure": "share_of_china"}, "measure", "unknown_measure", "share_of_nation"),
    "unknown form": ({"form": "about"}, "form", "unknown_form_of_a_claim", "point"),
    "unknown form of an end": ({"end_form": "about"}, "end_form", "unknown_form_of_an_end", "more_than"),
    "unknown place": ({"geo_code": "320599"}, "geo_code", "unknown_geography_code", "six digits"),
    "unit of another dimension": (LEVEL | {"unit": "persons_10k"}, "unit", "unit_of_another_claim", "indicator"),
    "digits below the precision": ({"value": "0.0667", "ratio_n": "", "precision": "0.1"}, "precision", "precision_of_other_digits", "last printed digit"),
    "a percentage filed as a ratio": ({"value": "6.6", "ratio_n": "", "precision": "0.1"}, "value", "share_of_more_than_all", "6.6 percent"),
    "a share below nothing": ({"value": "-0.1", "ratio_n": "", "precision": "0.1"}, "value", "share_of_more_than_all", "6.6 percent"),
    "two documents": ({"document_id": "D0017"}, "document_id", "two_documents", "Leave document_id empty"),
    "money for a share": (
        {"unit": "cny_100m", "ratio_n": "", "precision": "0.1"}, "unit", "unit_of_another_claim", "percent",
    ),
    "decimal comma": (LEVEL | {"value": "76,0"}, "value", "comma_in_number", "one point"),
    "empty value": ({"value": ""}, "value", "required", "value"),
    "no precision": (LEVEL | {"precision": ""}, "precision", "precision_missing", "last printed digit"),
    "precision of nothing": (LEVEL | {"precision": "0"}, "precision", "precision_not_above_zero", "0.1"),
    "precision below zero": (LEVEL | {"precision": "-1"}, "precision", "precision_not_above_zero", "0.1"),
    "one in one": ({"ratio_n": "1"}, "ratio_n", "one_in_n", "n >= 2"),
    "one in more than a number holds": ({"ratio_n": "9" * 12}, "ratio_n", "one_in_n", "n >= 2"),
    "one in n beside another value": ({"value": "0.3"}, "ratio_n", "one_in_n_of_no_share", "value 0.2"),
    "one in n of a level": (LEVEL | {"ratio_n": "5"}, "ratio_n", "one_in_n_of_no_share", "is a share"),
    "from-to without its start": (LEVEL | {"form": "from_to"}, "form", "form_needs", "Fill both"),
    "date that does not exist": ({"period_end": "2023-02-30"}, "period_end", "not_a_date", "YYYY-MM-DD"),
    "period reversed": (
        {"period_start": "2023", "period_end": "2018"}, "period_start", "period_reversed", "earlier date",
    ),
    "no scope": ({"scope_as_printed": ""}, "scope_as_printed", "required", "scope_as_printed"),
    "no document": (
        NO_DOCUMENT, "claim_id", "no_document", "document_id",
    ),
    "unknown document": ({"document_id": "D9999"}, "document_id", "unknown_document", "D"),
    "no grade": ({"grade": ""}, "grade", "required", "grade"),
    "published tomorrow": ({"published": "2026-11-23"}, "published", "published_in_future", "date"),
    "the same identifier again": ({"claim_id": "good"}, "claim_id", "duplicate", "of its own"),
}  # fmt: skip
"""Kind of mistake -> what is wrong in a sound row, and the column, rule and a word of the remedy of its issue."""


@pytest.fixture(scope="module")
def own(run_home: Callable[..., Frames], make: Any) -> Frames:
    """Return the graph, up to the audit, of an inbox with claims, sound and bad, beside a figure and a file that is neither."""
    rows = [{"claim_id": "good"}, *(row for row, *_ in BAD.values())]
    rows += [
        {"claim_id": "gdp", **LEVEL, "period_end": "2020", "form": "more_than", "document_id": "D0017", **NO_DOCUMENT},
        {"claim_id": "lead", "lead": "1"},
    ]
    header_less = "lead," + make.claims_csv({"claim_id": "x"}).replace("\n", "\n1,", 1)
    return run_home(
        {
            "inbox/claims.csv": make.claims_csv(*(r for r in rows if "lead" not in r)),
            "inbox/lead.csv": header_less,
            "inbox/figures.csv": make.inbox_csv({"row_id": "sz", "value": "24000"}),
            "inbox/neither.csv": "a,b\n1,2\n",
        },
    )


@pytest.mark.parametrize("mistake", BAD)
def test_a_bad_claim_is_refused_with_file_line_column_rule_and_remedy(own: Frames, mistake: str) -> None:
    _, column, rule, remedy = BAD[mistake]
    line = list(BAD).index(mistake) + 3
    found = in_words(own["core.quarantine"]).filter(file="inbox/claims.csv", line=line).to_dicts()
    assert [(i["column_name"], i["rule"]) for i in found] == [(column, rule)]
    assert remedy in found[0]["remedy_en"]


def test_sound_claims_enter_beside_those_of_the_facts(own: Frames, graph: Frames) -> None:
    ours = own["core.claim"].filter(pl.col("claim_id").str.starts_with("inbox/"))
    assert ours["claim_id"].to_list() == ["inbox/claims.csv#gdp", "inbox/claims.csv#good"]
    rest = own["core.claim"].filter(~pl.col("claim_id").str.starts_with("inbox/"))
    assert rest.equals(graph["core.claim"])


def test_a_claim_stands_for_what_its_form_says(own: Frames) -> None:
    good = own["core.claim"].filter(claim_id="inbox/claims.csv#good").row(0, named=True)
    assert (good["claimed_low"], good["claimed_high"]) == (pytest.approx(1 / 5.5), pytest.approx(1 / 4.5))
    assert good["statement_zh"].startswith("科创板上市公司数")


def test_figures_and_claims_that_describe_one_document_share_it(own: Frames) -> None:
    claim = own["core.claim"].filter(claim_id="inbox/claims.csv#good")["document_id"].item()
    figure = own["core.observation_candidate"].filter(observation_id="inbox/figures.csv#sz")["document_id"].item()
    assert claim == figure
    document = own["core.document"].filter(document_id=claim).row(0, named=True)
    assert (document["publisher"], document["title"], document["grade"]) == ("Test bureau", "Test bulletin", "A")


def test_a_claim_may_cite_a_document_of_the_facts(own: Frames) -> None:
    assert own["core.claim"].filter(claim_id="inbox/claims.csv#gdp")["document_id"].item() == "D0017"


def test_a_file_that_is_neither_is_refused_and_says_how_to_begin_either(own: Frames) -> None:
    found = in_words(own["core.quarantine"]).filter(file="inbox/neither.csv", rule="missing_column").row(0, named=True)
    assert "g60 inbox template figures" in found["remedy_en"]
    assert "g60 inbox template claims" in found["remedy_en"]


def test_no_claim_of_ones_own_leads_the_audit(own: Frames) -> None:
    (found,) = in_words(own["core.quarantine"]).filter(file="inbox/lead.csv").to_dicts()
    assert (found["rule"], found["value"]) == ("unknown_column", "lead")
