"""The OpenAlex connector on its stand-in: cities, counts of years, the budget, and answers that must not be believed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ingest.live.openalex.stand_in import OpenAlex, institution, two_cities
from simulator.direct import Direct, edit

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.openalex.connector import CONNECTOR

PLAN = load_catalog().live_source("openalex")
SMALL = PLAN.model_copy(
    update={"series": tuple(s.model_copy(update={"places": {c: c for c in ("310000", "320500")}}) for s in PLAN.series)}
)
"""Two cities only: six requests for a range of years."""


def desk(service: OpenAlex | None = None, *, plan: Any = SMALL) -> Direct:
    return Direct(CONNECTOR, plan, service or two_cities())


def test_parts_are_the_institutions_and_the_three_newest_complete_years():
    parts = CONNECTOR.parts(PLAN, today=dt.date(2026, 1, 1))
    assert parts == ("institutions", "2023", "2024", "2025")


def test_nine_cities_take_forty_five_counts_each_asked_twice():
    direct = desk(OpenAlex(), plan=PLAN)
    snapshot = direct.refresh()
    assert set(snapshot) == {"institutions", "2023", "2024", "2025"}
    assert len([key for key in direct.asked_keys() if not key.startswith("institutions")]) == 90
    assert list(snapshot["2023"]) == list(snapshot["2025"])
    parsed = direct.read("2025")
    assert (parsed.figures.height, parsed.pairs.height) == (9, 36)
    assert parsed.warnings == ()
    assert all(row["place_1"] < row["place_2"] for row in parsed.pairs.to_dicts())


def test_works_of_a_city_and_joint_works_are_read_for_the_year_of_the_part():
    direct = desk()
    direct.refresh()
    parsed = direct.read("2024")
    assert parsed.figures.to_dicts()[0] == {
        "record_key": "works|310000|2024",
        "locator": "city/310000/2023-2025/a, group_by 2024",
        "series": "works",
        "place": "310000",
        "period_kind": "year",
        "period": "2024",
        "value": "12",
        "unit": None,
        "status": None,
        "flags": None,
        "note": None,
    }
    assert parsed.pairs.to_dicts() == [
        {
            "record_key": "works|310000-320500|2024",
            "locator": "pair/310000-320500/2023-2025/a, group_by 2024",
            "place_1": "310000",
            "place_2": "320500",
            "year": "2024",
            "works": "5",
            "institutions_1": "2",
            "institutions_2": "1",
            "flags": None,
            "note": None,
        }
    ]


def test_a_year_that_is_not_listed_has_no_works_and_counts_as_zero():
    direct = desk()
    direct.refresh()
    parsed = direct.read("2023")
    assert dict(parsed.figures.select("place", "value").rows()) == {"310000": "1", "320500": "0"}
    assert parsed.pairs["works"].to_list() == ["0"]


def test_the_request_names_the_institutions_largest_first_and_the_years():
    direct = desk()
    direct.refresh("2024")
    request = next(request for request in direct.asked if request.key == "pair/310000-320500/2024/a")
    lineage = "authorships.institutions.lineage"
    assert request.params == (
        ("filter", f"{lineage}:I2|I1,{lineage}:I3,publication_year:2024"),
        ("group_by", "publication_year"),
    )


def test_years_apart_are_asked_for_in_one_range():
    direct = desk()
    snapshot = direct.refresh("2015", "2020")
    assert {key.split("/")[2] for key in snapshot["2015"]} == {"2015-2020"}
    assert set(snapshot) == {"institutions", "2015", "2020"}


@pytest.mark.parametrize("part", ["2014", "2026", "works", ""])
def test_a_part_that_is_no_complete_year_is_refused(part: str):
    direct = desk()
    why = direct.connector.refused(part, direct.plan, today=direct.today)
    assert why == "it is neither `institutions` nor a complete year from 2015 to 2025"


@pytest.mark.parametrize("part", ["2015", "2025", "institutions"])
def test_a_part_that_is_one_is_not_refused(part: str):
    direct = desk()
    assert direct.connector.refused(part, direct.plan, today=direct.today) is None


def test_the_larger_of_two_answers_is_kept_and_the_difference_noted():
    direct = desk()
    direct.service.partial = {1, 6}
    direct.refresh("2023", "2024")
    parsed = direct.read("2024")
    shanghai = parsed.figures.to_dicts()[0]
    assert (shanghai["value"], shanghai["locator"][:25]) == ("12", "city/310000/2023-2024/b, ")
    assert shanghai["note"] == "two askings gave 0 and 12; the larger is kept / 两次查询得0与12；取较大者"
    assert parsed.pairs["works"][0] == "5"
    assert parsed.pairs["note"][0].startswith("two askings gave 0 and 5; the larger is kept / ")
    assert parsed.warnings == ("2 counts of 2024 differed between two askings; the larger are kept",)


def test_a_city_without_institutions_is_not_counted_as_zero():
    direct = desk()
    del direct.service.institutions[2]
    direct.refresh("2025")
    parsed = direct.read("2025")
    assert parsed.figures["place"].to_list() == ["310000"]
    assert parsed.pairs.is_empty()
    assert parsed.warnings == ("320500: no institution is known; its works are not counted",)


def test_without_any_institution_of_ours_no_works_are_asked_for():
    direct = desk()
    direct.service.institutions = [institution(1, "Beijing", region="Beijing")]
    assert "no city of ours has an institution" in direct.fault().rule
    assert not [key for key in direct.asked_keys() if not key.startswith("institutions")]


@pytest.mark.parametrize(("remaining", "cost", "sent"), [(7, 1, 1), (79, 10, 1)])
def test_a_budget_that_does_not_suffice_stops_before_spending(remaining: int, cost: int, sent: int):
    direct = desk()
    direct.service.remaining, direct.service.cost = remaining, cost
    error = direct.fault()
    assert len(direct.asked) == sent
    assert f"{remaining - cost} credits left" in error.rule
    assert error.retry_at == dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)
    assert "G60_KEYS__OPENALEX" in error.remedy


def test_a_budget_that_just_suffices_is_used():
    direct = desk()
    direct.service.remaining = 8
    direct.refresh()
    assert direct.service.remaining == 0


def test_without_budget_headers_nothing_is_held_back():
    direct = desk()
    direct.service.remaining = None
    assert len(direct.refresh()["2025"]) == 6


def test_the_budget_told_by_an_older_answer_says_nothing_about_today():
    direct = desk()
    direct.service.remaining = 8
    direct.refresh()
    old = dict(direct.held["2025"])
    direct.today += dt.timedelta(days=1)
    direct.service.remaining = 1_000
    fresh = direct.ask
    direct.ask = lambda request: old.get(request.key) or fresh(request)
    assert list(direct.refresh("2023", "2024", "2025")["2025"]) == list(old)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda d: d["group_by"].append(d["group_by"][0]), "the year 2025 is listed twice"),
        (lambda d: d["group_by"][0].update(key="2019"), "the group '2019' is no year from 2023 to 2025"),
        (lambda d: d["group_by"][0].update(key="unknown"), "the group 'unknown' is no year"),
        (lambda d: d["group_by"][0].update(count=-1), "the count of 2025 is '-1', not a whole number"),
        (lambda d: d["group_by"][0].update(count=2.5), "the count of 2025 is '2.5', not a whole number"),
        (lambda d: d["group_by"][0].update(works=d["group_by"][0].pop("count")), "a group lacks count"),
        (lambda d: d["meta"].update(count=99), "meta.count is 99, but the groups hold"),
        (lambda d: d.pop("meta"), "the answer lacks meta"),
        (lambda d: d.update(results=[{}]), "results are listed"),
        (lambda d: d.update(group_by={}), "group_by is not a list"),
        (lambda d: d.update(error="Timeout", message="search took too long"), "Timeout: search took too long"),
    ],
)
def test_counts_without_their_form_stop_the_refresh(change: Callable[[Any], object], rule: str):
    direct = desk()
    direct.spoil["city/310000/2023-2025/b"] = edit(change)
    assert rule in direct.fault().rule


@pytest.mark.parametrize(
    ("body", "rule"),
    [(b"<html>down for maintenance</html>", "HTML page"), (b'{"meta": {"count', "not whole JSON"), (b"", "empty")],
)
def test_a_body_that_is_no_whole_json_stops_the_refresh(body: bytes, rule: str):
    direct = desk()
    direct.spoil["pair/310000-320500/2023-2025/a"] = lambda reply: replace(reply, content=body)
    assert rule in direct.fault().rule


def test_further_fields_are_let_be():
    direct = desk()
    direct.spoil["city/310000/2023-2025/a"] = edit(lambda d: d["group_by"][0].update(groups=[]) or d.update(cost=1))
    direct.refresh()
    assert direct.read("2025").figures["value"].to_list() == ["2", "6"]


def test_answers_that_do_not_belong_together_are_refused():
    direct = desk()
    direct.refresh("2025")
    whole = dict(direct.held["2025"])
    cut = {key: answer for key, answer in whole.items() if key != "pair/310000-320500/2025/b"}
    with pytest.raises(SourceError, match="an answer for 310000-320500 is missing"):
        direct.read("2025", answers=cut)
    key = "city/310000/2025/a"
    mixed = whole | {key: replace(whole[key], url=whole[key].url.replace("I2%7CI1", "I2"))}
    with pytest.raises(SourceError, match="asked for other institutions or years"):
        direct.read("2025", answers=mixed)
    with pytest.raises(SourceError, match="asked for other institutions or years"):
        direct.read("2024", answers=whole)
    swapped = whole | {key: replace(whole[key], url=whole["pair/310000-320500/2025/a"].url)}
    with pytest.raises(SourceError, match="the filter asked is not what the key says"):
        direct.read("2025", answers=swapped)
    with pytest.raises(SourceError, match="it holds no answer for any city"):
        direct.read("2025", answers={})
