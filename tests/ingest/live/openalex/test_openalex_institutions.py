"""OpenAlex's list of institutions on its stand-in: paging to the end, which city each is in, and lists not to believe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from ingest.live.openalex.stand_in import OpenAlex, institution, papers, two_cities
from simulator.direct import Direct, edit

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.openalex.cities import Match, city_of, openalex_options
from g60_pipeline.ingest.live.openalex.connector import CONNECTOR
from g60_pipeline.ingest.live.openalex.institutions import by_city

PLAN = load_catalog().live_source("openalex")


def desk(service: OpenAlex | None = None) -> Direct:
    return Direct(CONNECTOR, PLAN, service or two_cities())


def test_institutions_held_for_less_than_a_year_are_not_asked_again():
    direct = desk()
    first = direct.refresh("institutions")
    direct.today += dt.timedelta(days=364)
    direct.asked.clear()
    again = direct.refresh("institutions", "2025")
    assert again["institutions"] == first["institutions"]
    assert not [key for key in direct.asked_keys() if key.startswith("institutions")]


def test_institutions_held_for_a_year_are_asked_again_and_returned_though_not_named():
    direct = desk()
    direct.refresh("institutions")
    direct.today += dt.timedelta(days=365)
    direct.service.institutions.append(institution(4, "Suzhou", works=99, region="Jiangsu"))
    found = direct.refresh("2025")
    assert set(found) == {"institutions", "2025"}
    assert "I4%7CI3" in found["2025"]["city/320500/2025/a"].url


def test_institutions_named_alone_are_always_asked():
    direct = desk()
    direct.refresh("institutions")
    direct.asked.clear()
    direct.refresh("institutions")
    assert direct.asked_keys() == ["institutions/1", "institutions/2"]


def test_the_two_suzhou_are_told_apart():
    options = openalex_options(PLAN)

    def match(**details: Any) -> Match:
        return city_of(institution(1, "Suzhou", **details)["geo"], options)

    ours, elsewhere = Match("320500", sure=True), Match(None, sure=True)
    assert match(geonames_city_id="1886760") == ours
    assert match(geonames_city_id="1793743", region="Jiangsu") == elsewhere
    assert match(region="Jiangsu") == ours
    assert match(region="Anhui") == elsewhere
    assert match(latitude="31.27", longitude="120.74") == ours
    assert match(latitude="33.64", longitude="116.97") == elsewhere
    assert match() == Match("320500", sure=False)
    assert match(region="Anhui", latitude="31.27", longitude="120.74") == Match("320500", sure=False)


@pytest.mark.parametrize(
    ("city", "details", "code"),
    [
        ("Kunshan", {"region": "Jiangsu"}, "320500"),
        ("Yiwu", {"latitude": "29.31", "longitude": "120.07"}, "330700"),
        ("Wuwei", {"region": "Gansu"}, None),
        ("SHANGHAI", {"region": "Shanghai Municipality"}, "310000"),
        ("Hefei", {"geonames_city_id": "1808722"}, "340100"),
        ("Suzhou", {"region": "Jiangsu", "country_code": "US"}, None),
        ("Beijing", {"region": "Beijing"}, None),
        (None, {"region": "Jiangsu"}, None),
    ],
)
def test_a_city_is_known_by_name_and_place(city: str | None, details: dict[str, Any], code: str | None):
    assert city_of(institution(1, city, **details)["geo"], openalex_options(PLAN)) == Match(code, sure=True)


def test_an_institution_without_geo_is_in_no_city():
    assert city_of(None, openalex_options(PLAN)) == Match(None, sure=True)


def test_institutions_below_another_of_the_same_city_are_left_out():
    rows = [
        institution(1, "Hefei", works=5, region="Anhui"),
        institution(2, "Hefei", works=90, region="Anhui", above=1),
        institution(3, "Hefei", works=5, region="Anhui", above=9),
        institution(9, "Beijing", works=500, region="Beijing"),
        institution(10, "Hefei", works=5, region="Anhui"),
    ]
    direct = desk(OpenAlex(rows, []))
    assert by_city(direct.refresh("institutions")["institutions"], PLAN) == {"340100": ["I1", "I3", "I10"]}


def test_more_institutions_than_a_request_takes_are_cut_to_the_largest_and_told():
    rows = [institution(n, "Shanghai", works=n, region="Shanghai") for n in range(1, 104)]
    rows.append(institution(500, "Suzhou", region="Jiangsu"))
    direct = desk(OpenAlex(rows, [papers(2025, 3, 2, 500), papers(2025, 4, 4, 500)]))
    found = direct.refresh("institutions", "2025")
    assert "310000: the largest 100 of 103 institutions are asked for" in direct.read("institutions").warnings
    assert list(found["institutions"]) == ["institutions/1", "institutions/2", "institutions/3"]
    pair = direct.read("2025").pairs.to_dicts()[0]
    assert (pair["works"], pair["institutions_1"], pair["institutions_2"]) == ("4", "100", "1")
    assert pair["flags"] == "lower_bound"
    figures = {row["place"]: row["flags"] for row in direct.read("2025").figures.to_dicts()}
    assert figures == {"310000": "lower_bound", "320500": None}
    assert (
        pair["note"].partition(" / ")[0]
        == "100 institutions of 310000 are asked for, the most a request takes: more may exist"
    )


def test_institutions_of_our_cities_are_rows_and_what_a_person_should_look_at_is_told():
    direct = desk()
    direct.service.institutions = [
        institution(1, "Shanghai", region="Shanghai", works=30),
        institution(2, "Shanghai", region="Shanghai", works=5, above=1),
        institution(7, "Suzhou"),
    ]
    direct.refresh("institutions")
    parsed = direct.read("institutions")
    rows = parsed.institutions.select("institution", "place", "works", "covered_by").rows()
    assert rows == [("I1", "310000", "30", None), ("I2", "310000", "5", "I1")]
    assert all(frame.is_empty() for kind, frame in parsed.frames().items() if kind != "institutions")
    assert "341800: no institution was found; its works are not counted" in parsed.warnings
    assert "320500: I7 (Made-up Institute 7) bears a name of the city that nothing else bears out, and is left out" in (
        parsed.warnings
    )
    assert len(parsed.warnings) == 8 + 1


@pytest.mark.parametrize(
    "odd", ["https://openalex.org/I-1", "https://openalex.org/W1", "I1", "", None, 7, "https://openalex.org/I１x"]
)
def test_an_odd_identifier_in_a_lineage_is_passed_over_with_a_remark(odd: Any):
    direct = desk()
    direct.refresh("institutions")
    sound = direct.read("institutions")
    direct.spoil["institutions/1"] = edit(lambda d: d["results"][0]["lineage"].append(odd))
    direct.refresh("institutions")
    parsed = direct.read("institutions")
    assert parsed.institutions.equals(sound.institutions)
    (told,) = set(parsed.warnings) - set(sound.warnings)
    assert "in the lineage of I1 is no identifier of an institution, and is passed over" in told


@pytest.mark.parametrize("odd", ["https://openalex.org/I-1", "https://openalex.org/W1", None])
def test_an_entry_with_an_odd_identifier_is_left_out_with_a_remark(odd: Any):
    direct = desk()
    direct.refresh("institutions")
    sound = direct.read("institutions")
    direct.spoil["institutions/1"] = edit(lambda d: d["results"][0].update(id=odd))
    direct.refresh("institutions")
    parsed = direct.read("institutions")
    assert set(sound.institutions["institution"]) - set(parsed.institutions["institution"]) == {"I1"}
    assert f"institutions/1: {odd!r} is no identifier of an institution; the entry is passed over" in parsed.warnings


ODD_ENTRIES = (
    ({"works_count": -3}, "the works_count of I1 is '-3', not a whole number"),
    ({"works_count": None}, "the works_count of I1 is None, not a whole number"),
    ({"works_count": "many"}, "the works_count of I1 is 'many', not a whole number"),
    ({"lineage": None}, "the lineage of I1 is None, not a list"),
    ({"lineage": "I1"}, "the lineage of I1 is 'I1', not a list"),
    ({"latitude": "north"}, "the latitude of I1 is 'north', not a number"),
)


@pytest.mark.parametrize(("odd", "told"), ODD_ENTRIES)
def test_one_odd_entry_is_passed_over_with_a_remark_and_the_others_stand(odd: dict[str, Any], told: str):
    direct = desk()
    direct.refresh("institutions")
    sound = direct.read("institutions")

    def spoil(document: Any) -> None:
        entry = document["results"][0]
        (entry["geo"] if "latitude" in odd else entry).update(odd)

    direct.spoil["institutions/1"] = edit(spoil)
    direct.refresh("institutions")
    parsed = direct.read("institutions")
    assert set(sound.institutions["institution"]) - set(parsed.institutions["institution"]) == {"I1"}
    assert f"institutions/1: {told}; the entry is passed over" in parsed.warnings


def test_a_page_of_odd_entries_only_is_refused():
    direct = desk()
    direct.spoil["institutions/1"] = edit(lambda d: [entry.update(lineage=None) for entry in d["results"]])
    assert "no entry of the page can be read" in direct.fault().rule


def test_full_width_signs_mean_what_ascii_ones_do():
    def widen(document: Any) -> None:
        first = document["results"][0]
        first.update(id="https://openalex.org/Ｉ１", works_count="３０")
        first["geo"].update(region="Ｓhanghai", city="Shanghai　", country_code="ＣＮ")

    direct = desk()
    direct.refresh("institutions")
    sound = direct.read("institutions").institutions.drop("works")
    direct.spoil["institutions/1"] = edit(widen)
    direct.refresh("institutions")
    assert direct.read("institutions").institutions.drop("works").equals(sound)


def test_a_cursor_that_comes_again_stops_the_paging():
    direct = desk()
    direct.spoil["institutions/2"] = edit(lambda d: d["meta"].update(next_cursor="*"))
    assert "a cursor came a second time" in direct.fault().rule


def test_paging_with_ever_new_cursors_is_stopped():
    direct = desk()
    for n in range(1, 20):
        direct.spoil[f"institutions/{n}"] = edit(lambda d, n=n: d["meta"].update(next_cursor=f"at-{1000 + n}"))
    assert "the paging does not end: 2 pages for 3 institutions" in direct.fault().rule
    assert len(direct.asked) == 2


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda d: d["meta"].update(count=4), "meta.count is 4, but 3 institutions came"),
        (lambda d: d["results"].append(d["results"][0]), "I1 is listed twice"),
        (lambda d: d.pop("results"), "the answer lacks results"),
        (lambda d: d["meta"].pop("next_cursor"), "meta lacks next_cursor"),
        (lambda d: d["results"][0]["geo"].update(town=d["results"][0]["geo"].pop("city")), "the geo of I1 lacks city"),
        (lambda d: d.update(error="Oops", message="try later"), "the service answers Oops: try later"),
    ],
)
def test_a_page_of_institutions_without_its_form_stops_the_refresh(change: Callable[[Any], object], rule: str):
    direct = desk()
    direct.spoil["institutions/1"] = edit(change)
    assert rule in direct.fault().rule


def test_a_list_with_a_page_missing_is_not_read():
    direct = desk()
    held = direct.refresh("institutions")["institutions"]
    with pytest.raises(SourceError, match="institutions/1: the page is missing"):
        direct.read("institutions", answers={"institutions/2": held["institutions/2"]})
