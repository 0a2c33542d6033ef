"""The Wikidata connector on its stand-in: statements taken apart, contradictions left out, two items for one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pytest
from ingest.live.wikidata.stand_in import Item, Wikidata
from simulator.direct import Direct, edit_body
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.connector import SourceRows
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.wikidata.connector import CONNECTOR
from g60_pipeline.normalize.periods import with_periods

PLAN = load_catalog().live_source("wikidata")
TODAY = dt.date(2026, 11, 22)


@dataclass
class WithContact:
    """Adds the User-Agent a client with a contact sends."""

    service: Wikidata

    def reply(self, asked: IncomingRequest) -> Reply:
        return self.service.reply(replace(asked, headers={"User-Agent": "g60_pipeline/0 (someone@example.org)"}))


def desk(service: Wikidata, spoil: Callable[[bytes], bytes] = bytes, *, content_type: str | None = None) -> Direct:
    """Return the connector on the stand-in; `spoil` damages the body."""

    def arrived(reply: Reply) -> Reply:
        return replace(reply, content=spoil(reply.content), content_type=content_type or reply.content_type)

    return Direct(CONNECTOR, PLAN, WithContact(service), TODAY, {"places": arrived})


def read(direct: Direct) -> SourceRows:
    direct.refresh()
    return direct.read()


def suzhou(**changes: Any) -> Item:
    """Return one city, complete, as differences from a plain one."""
    values: dict[str, Any] = {
        "qid": "Q901",
        "codes": ["320500"],
        "en": "Suzhou",
        "zh": "苏州市",
        "populations": [("10500000", "2010-11-01T00:00:00Z"), ("12700000", "2020-01-01T00:00:00Z")],
        "areas": [("8651.5", "Q712226")],
        "points": ["Point(120.61 31.3)"],
    }
    return Item(**(values | changes))


def first(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = document["results"]["bindings"][0]
    return found


def of(parsed: SourceRows, series: str) -> pl.DataFrame:
    return parsed.figures.filter(series=series)


def test_populations_areas_and_coordinates_are_taken_apart():
    parsed = read(desk(Wikidata([suzhou()])))
    assert parsed.figures["status"].null_count() == parsed.figures["flags"].null_count() == 3
    assert parsed.figures.drop("status", "flags", "note").rows() == [
        (
            "P1082|320500|2010-11-01",
            "places, Q901",
            "P1082",
            "320500",
            "date",
            "2010-11-01",
            "10500000",
            None,
        ),
        ("P1082|320500|2020", "places, Q901", "P1082", "320500", "year", "2020", "12700000", None),
        ("P2046|320500", "places, Q901", "P2046", "320500", "date", None, "8651.5", "Q712226"),
    ]
    assert parsed.places.columns[2:] == ["place", "item", "label", "longitude", "latitude"]
    assert parsed.places.rows() == [
        ("P625|320500", "places, Q901", "320500", "Q901", "Suzhou / 苏州市", "120.61", "31.3")
    ]
    assert parsed.published is None


def test_all_members_come_in_one_request_whichever_way_codes_are_written():
    direct = desk(Wikidata())
    parsed = read(direct)
    assert len(direct.asked) == 1
    assert parsed.warnings == ()
    assert parsed.places["place"].to_list() == list(PLAN.series[0].places)
    assert parsed.places.filter(place="310000")["label"].to_list() == ["Shanghai / 上海市"]
    assert of(parsed, "P1082").height == 20
    assert of(parsed, "P2046").height == 10


def test_the_query_asks_for_every_form_of_a_code_and_not_for_the_label_service():
    direct = desk(Wikidata())
    read(direct)
    request = direct.asked[0]
    query = dict(request.params)["query"]
    assert request.path == "sparql"
    assert dict(request.params)["format"] == "json"
    assert request.headers["Accept"] == "application/sparql-results+json"
    assert all(f'"{code}"' in query for code in ("310000", "31 00 00", "31", "320500", "32 05 00"))
    assert '"32"' not in query
    assert "SERVICE" not in query
    assert query.count("{") == query.count("}")


def test_the_service_is_only_asked_with_a_contact():
    assert PLAN.needs_contact


def test_a_code_written_twice_on_one_item_is_one_place():
    parsed = read(desk(Wikidata([suzhou(codes=["320500", "32 05 00"])])))
    assert parsed.figures.height == 3


def test_two_items_for_one_place_are_refused_and_both_named():
    service = Wikidata([suzhou(), suzhou(qid="Q902", codes=["32 05 00"])])
    with pytest.raises(SourceError, match="two items carry the code 320500: Q901 and Q902") as caught:
        read(desk(service))
    assert "P442" in caught.value.remedy


def test_one_item_for_two_places_is_refused():
    service = Wikidata([suzhou(codes=["320500", "330400"])])
    with pytest.raises(SourceError, match="Q901 carries two codes: 320500 and 330400"):
        read(desk(service))


def test_missing_places_are_warned_of():
    service = Wikidata()
    service.items = [item for item in service.items if item.en not in {"Wuhu", "Hefei"}]
    assert read(desk(service)).warnings == ("no item carries the code 340100, 340200",)


def test_equal_populations_of_one_date_are_one_row():
    twice = [("10500000", "2010-11-01T00:00:00Z"), ("10500000.0", "2010-11-01T00:00:00Z")]
    parsed = read(desk(Wikidata([suzhou(populations=twice)])))
    assert of(parsed, "P1082")["value"].to_list() == ["10500000"]


def test_populations_that_contradict_each_other_are_both_left_out_with_a_warning():
    item = suzhou()
    item.populations.append(("10400000", "2010-11-01T00:00:00Z"))
    parsed = read(desk(Wikidata([item])))
    assert of(parsed, "P1082")["period"].to_list() == ["2020"]
    told = [w for w in parsed.warnings if "contradict" in w]
    assert told == [
        "populations of 320500 (Q901) for 2010-11-01 contradict each other and are left out: 10400000, 10500000"
    ]


def test_a_population_without_a_date_is_left_out_with_a_warning():
    parsed = read(desk(Wikidata([suzhou(populations=[("9000000", None)])])))
    assert of(parsed, "P1082").is_empty()
    assert "a population of 320500 (Q901) carries no date and is left out: 9000000" in parsed.warnings


def test_areas_and_coordinates_that_contradict_each_other_are_left_out_with_a_warning():
    item = suzhou(areas=[("8650", "Q712226"), ("8488", "Q712226")], points=["Point(120.6 31.3)", "Point(120.7 31.3)"])
    parsed = read(desk(Wikidata([item])))
    assert of(parsed, "P2046").is_empty()
    assert parsed.places.is_empty()
    assert [w.split(" (")[0] for w in parsed.warnings if "contradict" in w] == [
        "areas of 320500",
        "coordinates of 320500",
    ]


def test_an_area_in_another_unit_is_left_out_with_a_warning_and_never_converted():
    parsed = read(desk(Wikidata([suzhou(areas=[("8651500000", "Q25343")])])))
    assert of(parsed, "P2046").is_empty()
    assert "an area of 320500 (Q901) is in Q25343, not Q712226, and is left out: 8651500000" in parsed.warnings


def test_a_value_marked_as_unknown_is_left_out_with_a_warning():
    spoil = edit_body(lambda d: [r.update(pop={"type": "bnode", "value": "t1"}) for r in d["results"]["bindings"]])
    parsed = read(desk(Wikidata([suzhou()]), spoil))
    assert of(parsed, "P1082").is_empty()
    assert "pop is marked as unknown for 320500" in parsed.warnings


def test_a_place_without_statements_gives_no_rows_and_no_zeros():
    parsed = read(desk(Wikidata([suzhou(populations=[], areas=[], points=[])])))
    assert parsed.figures.is_empty()
    assert parsed.places.is_empty()


def test_a_label_in_one_language_serves():
    parsed = read(desk(Wikidata([suzhou(en=None)])))
    assert parsed.places["label"].to_list() == ["苏州市"]


def test_the_order_of_the_rows_changes_nothing():
    turned = read(desk(Wikidata(), edit_body(lambda d: d["results"]["bindings"].reverse())))
    straight = read(desk(Wikidata()))
    assert turned.figures.equals(straight.figures)
    assert turned.places.equals(straight.places)


FAULTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda body: body[:-40], "not whole JSON"),
    "JSONP": (lambda body: b"callback(" + body + b")", "JSONP"),
    "GBK": (lambda body: body.decode().encode("gbk"), "not UTF-8"),
    "HTML": (lambda _: b"<html><title>Too Many Requests</title></html>", "HTML page"),
    "empty body": (lambda _: b"", "the answer is empty"),
    "empty results": (edit_body(lambda d: d["results"].update(bindings=[])), "no item carries any of the codes"),
    "a list": (lambda _: b"[]", "the answer is not an object"),
    "no results": (edit_body(lambda d: d.pop("results")), "the answer lacks results"),
    "bindings renamed": (edit_body(lambda d: d["results"].update(rows=d["results"].pop("bindings"))), "lacks bindings"),
    "bindings are no list": (edit_body(lambda d: d["results"].update(bindings={})), "results.bindings is no list"),
    "a variable renamed": (
        edit_body(lambda d: d["head"]["vars"].__setitem__(4, "population")),
        "the answer lacks the variables pop",
    ),
    "vars are no list": (edit_body(lambda d: d["head"].update(vars="item")), "head.vars is no list"),
    "a row is no object": (edit_body(lambda d: d["results"]["bindings"].append("x")), "is not an object"),
    "a cell without value": (edit_body(lambda d: first(d)["pop"].pop("value")), "pop of row 1 lacks value"),
    "a number for text": (
        edit_body(lambda d: first(d)["pop"].update(value=[5])),
        "the value of pop of row 1 is no text",
    ),
    "another code": (edit_body(lambda d: first(d)["code"].update(value="110000")), "'110000', which was not asked for"),
    "no code": (edit_body(lambda d: first(d).pop("code")), "None, which was not asked for"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_answer_is_refused_and_names_the_rule(fault: str):
    spoil, rule = FAULTS[fault]
    with pytest.raises(SourceError) as caught:
        read(desk(Wikidata([suzhou()]), spoil))
    assert caught.value.subject == "wikidata, places"
    assert rule in caught.value.rule
    assert caught.value.remedy


ODD: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "words for people": (lambda row: row["pop"].update(value="ten million"), "P1082", "is no number"),
    "a lone sign": (lambda row: row["pop"].update(value="-"), "P1082", "is no number"),
    "fewer than nobody": (lambda row: row["pop"].update(value="-5"), "P1082", "does not lie within 1 to"),
    "nobody": (lambda row: row["pop"].update(value="-0"), "P1082", "does not lie within 1 to"),
    "half a person": (lambda row: row["pop"].update(value="10.5"), "P1082", "is no whole number"),
    "more than mankind": (lambda row: row["pop"].update(value="1" + "0" * 30), "P1082", "does not lie within 1 to"),
    "less than no area": (lambda row: row["area"].update(value="-1"), "P2046", "does not lie within 1 to"),
    "more than China": (lambda row: row["area"].update(value="9600001"), "P2046", "does not lie within 1 to"),
    "off the coast of Africa": (lambda row: row["coord"].update(value="Point(-0 31.3)"), "P625", "no point of China"),
    "the south": (lambda row: row["coord"].update(value="Point(120.6 -31.3)"), "P625", "no point of China"),
    "no day": (lambda row: row["when"].update(value="2010-13-01T00:00:00Z"), "P1082", "has no month 13"),
    "a date in words": (lambda row: row["when"].update(value="November 2010"), "P1082", "not a time"),
    "before the statistics": (
        lambda row: row["when"].update(value="1948-01-01T00:00:00Z"),
        "P1082",
        "years 1949 to 2026",
    ),
    "the distant past": (lambda row: row["when"].update(value="-0473-01-01T00:00:00Z"), "P1082", "years 1949 to 2026"),
    "the distant future": (lambda row: row["when"].update(value="+12026-01-01T00:00:00Z"), "P1082", "1949 to 2026"),
    "a year not over": (
        lambda row: (row["when"].update(value="2026-01-01T00:00:00Z"), row["precision"].update(value="9")),
        "P1082",
        "which is not over on 2026-11-22",
    ),
    "a decade": (lambda row: row["precision"].update(value="8"), "P1082", "not precise to a year (precision 8)"),
    "a century": (lambda row: row["precision"].update(value="7"), "P1082", "not precise to a year (precision 7)"),
    "no precision": (lambda row: row.pop("precision"), "P1082", "not precise to a year (precision unknown)"),
    "an area in words": (lambda row: row["area"].update(value="large"), "P2046", "is no number"),
    "another globe": (
        lambda row: row["coord"].update(value="<http://www.wikidata.org/entity/Q405> Point(1 2)"),
        "P625",
        "not Point(longitude latitude) on Earth",
    ),
    "latitude first": (
        lambda row: row["coord"].update(value="Point(31.3 120.61)"),
        "P625",
        "not Point(longitude latitude) on Earth",
    ),
    "coordinates in words": (lambda row: row["coord"].update(value="Point(east north)"), "P625", "Point(longitude"),
}
"""Kind of an odd statement -> the change, what it is of, and what is remarked."""


@pytest.mark.parametrize("kind", ODD)
def test_one_odd_statement_is_left_out_with_a_remark_and_the_others_enter(kind: str):
    change, of_what, told = ODD[kind]
    one = suzhou(populations=[("10500000", "2010-11-01T00:00:00Z")])
    odd = edit_body(lambda d: change(next(r for r in d["results"]["bindings"] if r["code"]["value"] == "320500")))
    others = [item for item in Wikidata().items if item.en != "Suzhou"]
    parsed, sound = read(desk(Wikidata([one, *others]), odd)), read(desk(Wikidata([one, *others])))
    left_out = pl.col("place") == "320500"
    figures = sound.figures.filter(~(left_out & (pl.col("series") == of_what)))
    places = sound.places.filter(~left_out) if of_what == "P625" else sound.places
    assert parsed.figures.sort("record_key").equals(figures.sort("record_key"))
    assert parsed.places.sort("record_key").equals(places.sort("record_key"))
    assert len(parsed.warnings) == len(sound.warnings) + 1
    assert any(told in w and "left out" in w for w in parsed.warnings), parsed.warnings


def test_an_odd_item_is_left_out_with_a_remark():
    spoil = edit_body(lambda d: first(d)["item"].update(value="Suzhou"))
    parsed = read(desk(Wikidata([suzhou()]), spoil))
    assert "the item of 320500 is 'Suzhou', not an item, and is left out" in parsed.warnings
    assert of(parsed, "P2046").height == 1


@pytest.mark.parametrize(
    ("when", "precision", "kind", "period"),
    [
        ("2010-01-01T00:00:00Z", "9", "year", "2010"),
        ("2010-06-01T00:00:00Z", "9", "year", "2010"),
        ("2010-00-00T00:00:00Z", "9", "year", "2010"),
        ("2010-01-01T00:00:00Z", "11", "date", "2010-01-01"),
        ("2010-02-01T00:00:00Z", "10", "date", "2010-02/2010-02"),
        ("2010-02-00T00:00:00Z", "10", "date", "2010-02/2010-02"),
        ("2010-11-01T09:30:00Z", "14", "date", "2010-11-01"),
        ("+2010-11-01T00:00:00Z", "11", "date", "2010-11-01"),
        ("２０１０-11-01T00:00:00Z", "１１", "date", "2010-11-01"),
    ],
)
def test_a_date_is_as_precise_as_it_says(when: str, precision: str, kind: str, period: str):
    parsed = read(desk(Wikidata([suzhou(populations=[("10500000", when, precision)])])))
    assert of(parsed, "P1082").select("period_kind", "period").rows() == [(kind, period)]


def test_a_month_stands_for_its_last_day_and_says_so():
    month = pl.DataFrame({"period_kind": ["date"], "period": ["2010-02/2010-02"], "observed_over": ["point_in_time"]})
    row = with_periods(month).row(0, named=True)
    assert (row["period_end"], row["month_only"]) == (dt.date(2010, 2, 28), True)


def test_an_answer_of_the_older_query_is_read_with_a_remark_on_its_dates():
    def older(document: Any) -> None:
        document["head"]["vars"].remove("precision")
        for row in document["results"]["bindings"]:
            row.pop("precision", None)

    parsed = read(desk(Wikidata([suzhou()]), edit_body(older)))
    assert of(parsed, "P1082")["period"].to_list() == ["2010-11-01"]
    assert [w for w in parsed.warnings if "precision" in w] == [
        "the answer gives no precision of dates: 1 January may stand for a decade, other days are read",
        "a population of 320500 (Q901) is dated '2020-01-01T00:00:00Z', which is not precise to a year "
        "(precision unknown), and is left out: 12700000",
    ]


def test_full_width_signs_mean_what_ascii_ones_do():
    wide = suzhou(
        populations=[("１０５０００００", "2010-11-01T00:00:00Z")],
        areas=[("８６５１．５", "Q712226")],
        points=["Point（120.61　31.3）"],
    )
    parsed = read(desk(Wikidata([wide])))
    assert of(parsed, "P1082")["value"].to_list() == ["10500000"]
    assert of(parsed, "P2046")["value"].to_list() == ["8651.5"]
    assert parsed.places.select("longitude", "latitude").rows() == [("120.61", "31.3")]


def test_further_fields_are_let_be():
    spoil = edit_body(lambda d: (d["head"]["vars"].append("x"), first(d).update(x={"type": "literal", "value": "1"})))
    assert read(desk(Wikidata(), spoil)).figures.equals(read(desk(Wikidata())).figures)


def test_a_byte_order_mark_and_a_wrong_header_are_warned_of_and_the_rows_stand():
    direct = desk(
        Wikidata(), lambda body: b"\xef\xbb\xbf" + body, content_type="application/sparql-results+json;charset=gbk"
    )
    parsed = read(direct)
    assert parsed.figures.height == 30
    assert parsed.warnings == (
        "places: the answer begins with a byte order mark",
        "places: the header says gbk, the bytes are UTF-8",
    )


def test_a_snapshot_without_the_answer_is_refused():
    with pytest.raises(SourceError, match="holds no answer 'places'"):
        CONNECTOR.parse("", {}, plan=PLAN)


def test_the_source_is_undivided():
    assert CONNECTOR.parts(PLAN, today=TODAY) == ("",)
    assert CONNECTOR.source_id == PLAN.source_id


def test_the_stand_in_refuses_a_reader_without_a_contact():
    assert Wikidata().reply(IncomingRequest("GET", "sparql", {"query": "x"}, {"User-Agent": "python"})).status == 403
