"""`g60 claims`: the table of claims and one claim in full."""

from __future__ import annotations

import json
import re

import pytest
from rich.cells import cell_len

pytestmark = pytest.mark.usefixtures("kept_open")

ADDED = {"source_id", "source_en", "source_zh", "source_url", "missing_names", "bounds"}


def stripped(rows):
    return sorted(
        ({k: v for k, v in row.items() if k not in ADDED} for row in rows), key=lambda row: json.dumps(row, default=str)
    )


def test_json_is_the_view_as_it_stands(g60_json, ask):
    shown, held = g60_json("claims")["claims"], ask("FROM analysis.claims")
    assert len(held) > 300
    assert stripped(shown) == stripped(held)


def test_lead_claims_come_in_their_order(g60_json):
    leads = [row["lead"] for row in g60_json("claims", "--lead")["claims"]]
    assert leads == sorted(leads)
    assert set(leads) == {1, 2, 3, 4, 5, 6, 7}


def test_table_has_one_row_per_claim_and_scope_the_deciding_basis_first(g60, ask):
    lines = g60("claims", "--lead", columns=140).stdout.partition("What follows under assumptions")[0].splitlines()
    scopes = [line for line in lines if "g60_songjiang" in line or "g60_shanghai" in line]
    held = ask("SELECT DISTINCT claim_id, scope FROM analysis.claims WHERE lead IS NOT NULL")
    assert len(scopes) == len(held)
    people = next(i for i, line in enumerate(lines) if line.startswith("C110"))
    assert "consistent" in lines[people]
    assert "1 y older" in lines[people + 1]


def test_a_claim_is_listed_under_assumptions_where_they_narrow_it(g60, ask):
    under = g60("claims", "--lead", columns=200).stdout.partition("What follows under assumptions")[2]
    named = ask(
        """SELECT DISTINCT claim_id FROM metrics.claim_bound JOIN analysis.claims AS c USING (claim_id)
           WHERE c.lead IS NOT NULL AND c.position = 1 AND c.scope = corridor_id AND c.basis = claim_bound.basis
             AND c.value IS NULL AND tier <> 'printed'"""
    )
    assert {line[:4] for line in under.splitlines() if line.startswith("C1")} == {row["claim_id"] for row in named}
    assert "if no place's figure fell and none rose by more than 30.00 % a year" in under


def test_wanted_names_the_figure_the_number_and_the_line_for_the_inbox(g60, g60_json):
    screen = g60("wanted", "--claim", "C105", columns=160).stdout
    assert "Suzhou 苏州市" in screen
    assert (
        "320500-rd_expenditure-gross_domestic-2018,320500,rd_expenditure,gross_domestic,year,2018,,cny_100m" in screen
    )
    rows = g60_json("wanted", "--claim", "C105", "--geo", "苏州", "--tier", "printed")["wanted"]
    assert {(row["claim_id"], row["geo_code"], row["tier"]) for row in rows} == {("C105", "320500", "printed")}
    assert [row["part_removed"] for row in rows] == sorted((row["part_removed"] for row in rows), reverse=True)
    assert "没有缺失数据" in g60("wanted", "--claim", "C111", "--lang", "zh").stdout


def test_a_width_of_which_nothing_is_left_is_shown_as_nothing(g60):
    shown = g60("wanted", "--all", columns=200).stdout
    assert "→ 0" in shown
    assert not re.search(r"\de-(0[7-9]|[1-9]\d)", shown)


@pytest.mark.parametrize(
    ("option", "name"),
    [("--claim", "C999"), ("--scope", "nowhere"), ("--geo", "Atlantis"), ("--tier", "certain")],
)
def test_wanted_of_what_is_not_known_is_refused_with_what_is(g60, option, name):
    result = g60("wanted", option, name)
    assert result.exit_code == 2
    assert name in result.stderr


@pytest.mark.parametrize("columns", [100, 140])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_table_is_readable_in_the_width_there_is(g60, columns, lang):
    screen = g60("claims", "--lang", lang, columns=columns).stdout
    table, _, _ = screen.partition("\n\nuninformative" if lang == "en" else "\n\n信息不足")
    table = table.partition("\n\nnot computable" if lang == "en" else "\n\n无法计算")[0]
    assert 0.8 * columns < max(cell_len(line) for line in table.splitlines()) <= columns
    for word in ("g60_songjiang", "uninformative", "not computable") if lang == "en" else ("g60_shanghai", "无法计算"):
        assert word in screen


def test_verdict_and_scope_filter_rows_of_every_basis(g60_json, ask):
    shown = g60_json("claims", "--verdict", "contradicted", "--scope", "g60_shanghai")["claims"]
    held = ask("FROM analysis.claims WHERE verdict = 'contradicted' AND scope = 'g60_shanghai'")
    assert stripped(shown) == stripped(held)
    assert held


def test_verdict_may_be_written_as_it_is_shown(g60_json):
    assert g60_json("claims", "--verdict", "not computable") == g60_json("claims", "--verdict", "not_computable")


def test_scope_of_a_district_claim_is_found_by_name(g60_json):
    rows = g60_json("claims", "--scope", "松江")["claims"]
    assert {row["scope"] for row in rows} == {"310117"}


def test_filters_that_leave_nothing_say_so(g60):
    result = g60("claims", "--scope", "松江", "--verdict", "uninformative")
    assert result.exit_code == 0
    assert "No claim passes." in result.stdout


def test_one_claim_comes_with_reasons_missing_cities_and_document(g60, ask):
    screen = " ".join(g60("claims", "--claim", "c107").stdout.split())
    rows = ask("FROM analysis.claims WHERE claim_id = 'C107'")
    for row in rows:
        assert row["reason_en"] in screen
    assert "Missing: Songjiang District 松江区" in screen
    assert rows[0]["publisher"] in screen
    assert rows[0]["title"] in screen
    assert "China Merchants Bank Research 招商银行研究院" in screen


def test_one_claim_in_chinese_gives_the_chinese_reason(g60, ask):
    screen = "".join(g60("claims", "--claim", "C107", "--lang", "zh", columns=400).stdout.split())
    row = ask("FROM analysis.claims WHERE claim_id = 'C107' AND scope = 'g60_songjiang'")[0]
    assert "".join(row["reason_zh"].split()) in screen
    assert "相容" in screen


@pytest.mark.parametrize(("lang", "words"), [("en", "too wide (-"), ("zh", "过宽（-")])
def test_figure_that_leaves_a_claim_open_on_both_sides_is_called_too_wide(g60, ask, lang, words):
    (row,) = ask(
        """FROM analysis.claims WHERE claim_id = 'C105' AND scope = 'g60_songjiang' AND verdict = 'uninformative'
           ORDER BY basis LIMIT 1"""
    )
    screen = " ".join(g60("claims", "--claim", "C105", "--lang", lang, columns=300).stdout.split())
    assert row["value_low"] < 0 < row["value_high"]
    assert words in screen
    assert " – " in screen[screen.index(words) :][:40]
    assert " to " not in screen[screen.index(words) :][:40]


def test_missing_cities_are_named_in_both_languages(g60_json):
    rows = g60_json("claims", "--claim", "C107")["claims"]
    names = next(row["missing_names"] for row in rows if row["scope"] == "g60_songjiang" and row["basis"] == "tally")
    assert names == [{"geo_code": "310117", "name_en": "Songjiang District", "name_zh": "松江区"}]


@pytest.mark.parametrize(
    ("args", "suggestion"),
    [
        (("--claim", "C1070"), "C107"),
        (("--verdict", "reproducd"), "reproduced"),
        (("--scope", "g60_songjian"), "g60_songjiang"),
    ],
)
def test_unknown_claim_verdict_or_scope_is_refused_with_a_suggestion(g60, args, suggestion):
    result = g60("claims", *args)
    assert result.exit_code == 2
    assert suggestion in result.stderr


def test_both_scopes_of_a_claim_are_shown_on_one_basis(ask):
    shown = (
        "SELECT claim_id, basis FROM analysis.claims WHERE position = 1 AND scope IN ('g60_songjiang', 'g60_shanghai')"
    )
    held = "SELECT claim_id, basis FROM analysis.claims GROUP BY ALL HAVING count(DISTINCT scope) = 2"
    rows = ask(
        f"SELECT claim_id, count(DISTINCT basis) AS n FROM ({shown}) JOIN ({held}) USING (claim_id, basis) GROUP BY ALL"
    )
    assert len(rows) > 30
    assert all(row["n"] == 1 for row in rows)


def test_outdated_figure_is_shown_only_where_nothing_of_the_claims_time_is(ask):
    assert not ask(
        """FROM analysis.claims AS a JOIN analysis.claims AS b USING (claim_id, scope)
           WHERE a.position = 1 AND a.verdict = 'outdated' AND b.verdict = 'uninformative'"""
    )
