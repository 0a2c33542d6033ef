"""`g60 indicators` and `g60 places`: all there is, found by any name, with how much is held."""

from __future__ import annotations

import csv
import io

import pytest

pytestmark = pytest.mark.usefixtures("kept_open")


def test_every_indicator_is_listed_with_what_the_warehouse_holds(g60_json, ask):
    shown = {row["indicator_id"]: row for row in g60_json("indicators")["indicators"]}
    held = ask(
        """SELECT indicator_id, name_zh, count(o.observation_id) AS figures, count(DISTINCT geo_code) AS places,
                  min(year) AS first_year, max(year) AS last_year
           FROM core.indicator LEFT JOIN core.observation AS o USING (indicator_id) GROUP BY ALL"""
    )
    assert set(shown) == {row["indicator_id"] for row in held}
    for row in held:
        assert row.items() <= shown[row["indicator_id"]].items()
    assert shown["gdp"]["document_kinds"] == sorted(shown["gdp"]["document_kinds"])
    assert set(shown["gdp"]["document_kinds"]) <= {"official", "press", "yearbook", "compilation", "live"}


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("科创板", "star_listed"),
        ("r&d", "rd_expenditure"),
        ("per head", "gdp_per_capita"),
        ("高企", "hightech_enterprises"),
    ],
)
def test_indicators_are_found_by_any_part_of_any_name(g60_json, text, indicator):
    found = {row["indicator_id"] for row in g60_json("indicators", text)["indicators"]}
    assert indicator in found
    assert len(found) < 30


def test_text_in_no_name_is_refused_with_names_like_it(g60):
    result = g60("indicators", "hihgtech_enterprises")
    assert result.exit_code == 2
    assert "Did you mean hightech_enterprises" in result.stderr


def test_members_are_listed_with_their_corridors_after_the_corridors(g60_json, ask):
    rows = g60_json("places")["places"]
    assert [row["code"] for row in rows[:2]] == ["g60_songjiang", "g60_shanghai"]
    assert [row["members"] for row in rows[:2]] == [9, 9]
    members = [row for row in rows if row["corridors"]]
    assert [row["code"] for row in rows[2:12]] == [row["code"] for row in members]
    of = {row["code"]: row["corridors"] for row in members}
    assert (of["310117"], of["310000"]) == (["g60_songjiang"], ["g60_shanghai"])
    assert of["320500"] == ["g60_songjiang", "g60_shanghai"]
    assert {row["code"] for row in rows[2:]} == {row["geo_code"] for row in ask("FROM core.geography")}


def test_places_are_found_by_an_alias_and_handed_out_as_csv(g60):
    shown = g60("places", "松江", "--format", "csv").stdout
    codes = [row["code"] for row in csv.DictReader(io.StringIO(shown.removeprefix("\ufeff")))]
    assert codes == ["g60_songjiang", "310117"]


@pytest.mark.parametrize(("command", "words"), [("indicators", "文献类别"), ("places", "所属走廊")])
def test_lists_are_in_chinese_by_the_environment_too(g60, monkeypatch, command, words):
    assert words in g60(command, "--lang", "zh").stdout
    monkeypatch.setenv("G60_LANG", "zh")
    assert words in g60(command).stdout
    assert words not in g60(command, "--lang", "en").stdout
