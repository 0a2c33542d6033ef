"""The World Bank connector on its stand-in: rows, the change test, and answers that must not be believed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from ingest.live.worldbank.stand_in import Series, WorldBank
from simulator.direct import Direct, edit_body
from simulator.wire import Reply

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.connector import SourceRows
from g60_pipeline.ingest.live.http.messages import Answer, SourceError
from g60_pipeline.ingest.live.worldbank.connector import CONNECTOR

PLAN = load_catalog().live_source("worldbank")
TODAY = dt.date(2026, 11, 22)
POPULATION = "series/SP.POP.TOTL"


def desk(
    service: WorldBank,
    spoil: Callable[[bytes], bytes] = bytes,
    *,
    only: str | None = None,
    content_type: str | None = None,
    held: Mapping[str, Answer] | None = None,
    today: dt.date = TODAY,
) -> Direct:
    """Return the connector on the stand-in; `spoil` damages the body of the answer `only` (all without it)."""

    def arrived(reply: Reply) -> Reply:
        return replace(reply, content=spoil(reply.content), content_type=content_type or reply.content_type)

    keys = [only] if only else [f"series/{series.series}" for series in PLAN.series]
    return Direct(CONNECTOR, PLAN, service, today, dict.fromkeys(keys, arrived), held={"": dict(held or {})})


def collect(direct: Direct) -> dict[str, Answer]:
    return direct.refresh()[""]


def read(direct: Direct) -> SourceRows:
    direct.refresh()
    return direct.read()


def small() -> WorldBank:
    """Return a service that knows two years of every series."""
    service = WorldBank()
    for code, series in service.series.items():
        series.values = {2020: 10, 2021: 11.5 if code.startswith("GB") else 11}
    return service


def test_every_series_is_read_with_its_own_period_and_the_day_of_the_update():
    service = small()
    service.series["SP.POP.TOTL"].values = {2021: 1_400_000_123}
    service.series["NY.GDP.MKTP.CN"].values = {2021: 98_700_000_000_000}
    parsed = read(desk(service))
    rows = {row["record_key"]: row for row in parsed.figures.to_dicts()}
    people = rows["SP.POP.TOTL|CHN|2021"]
    assert list(people.values())[1:4] == ["series/SP.POP.TOTL, date 2021", "SP.POP.TOTL", "CHN"]
    assert list(people.values())[4:] == ["date", "2021-06-30", "1400000123", None, None, None, None]
    assert list(rows["NY.GDP.MKTP.CN|CHN|2021"].values())[4:7] == ["year", "2021", "98700000000000"]
    assert rows["GB.XPD.RSDV.GD.ZS|CHN|2021"]["value"] == "11.5"
    assert parsed.published == dt.date(2026, 7, 1)
    assert parsed.warnings == ()
    assert len(rows) == 2 + 5 * 2


def test_gross_domestic_product_is_declared_in_yuan():
    units = {series.series: series.unit for series in PLAN.series}
    assert units["NY.GDP.MKTP.CN"] == "cny"


def test_each_series_is_one_request_for_all_years_up_to_this_one():
    direct = desk(WorldBank())
    collect(direct)
    assert [request.path for request in direct.asked] == [f"country/CHN/indicator/{s.series}" for s in PLAN.series]
    assert {request.params for request in direct.asked} == {
        (("format", "json"), ("per_page", "1000"), ("date", "2000:2026"))
    }


def test_a_year_without_a_value_is_no_row_and_no_zero():
    service = small()
    service.series["IP.PAT.RESD"].values = {2020: None, 2021: 0}
    rows = read(desk(service)).figures.filter(series="IP.PAT.RESD")
    assert rows.select("period", "value").rows() == [("2021", "0")]


@pytest.mark.parametrize("sign", ["..", "…", "-", "", "－", "—"])
def test_a_sign_of_print_for_no_figure_is_no_row_and_no_zero(sign: str):
    spoil = edit_body(lambda d: d[1][1].update(value=sign))
    rows = read(desk(WorldBank(), spoil, only=POPULATION)).figures.filter(series="SP.POP.TOTL")
    assert "2025-06-30" not in rows["period"].to_list()
    assert "2024-06-30" in rows["period"].to_list()


def test_full_width_signs_mean_what_ascii_ones_do():
    def widen(document: Any) -> None:
        row(document).update(date="２０２６", countryiso3code="ＣＨＮ", value="－１．５")
        row(document)["indicator"].update(id="ＳＰ．ＰＯＰ．ＴＯＴＬ", value="Population，　total".replace("　", " "))

    rows = read(desk(WorldBank(), edit_body(widen), only=POPULATION)).figures.filter(record_key="SP.POP.TOTL|CHN|2026")
    assert rows.select("period", "value").rows() == [("2026-06-30", "-1.5")]


@pytest.mark.parametrize(("value", "read_as"), [("-0", "0"), ("-0.00", "0.00"), ("-0e5", "0")])
def test_a_negative_zero_is_read_without_its_sign(value: str, read_as: str):
    spoil = edit_body(lambda d: row(d).update(value=value))
    rows = read(desk(WorldBank(), spoil, only=POPULATION)).figures.filter(record_key="SP.POP.TOTL|CHN|2026")
    assert rows["value"].str.replace(r"^0+$", "0").to_list() == [read_as]


@pytest.mark.parametrize("value", ["+", "−", "e5", "1e", "1e999"])
def test_a_lone_sign_or_an_endless_exponent_is_no_number(value: str):
    spoil = edit_body(lambda d: row(d).update(value=value))
    parsed = read(desk(WorldBank(), spoil, only=POPULATION))
    assert "SP.POP.TOTL|CHN|2026" not in set(parsed.figures["record_key"])
    told = [] if value == "−" else [f"{POPULATION}: the value of 2026 is {value!r}, not a number, and is left out"]
    assert [*parsed.warnings] == told


@pytest.mark.parametrize(("value", "read_as"), [(1.25e17, "125000000000000000"), (-5, "-5"), (10**15, f"{10**15}")])
def test_great_negative_and_absurd_values_are_handed_on_digit_for_digit(value: float, read_as: str):
    service = small()
    service.series["IP.PAT.RESD"].values = {2021: value}
    assert read(desk(service)).figures.filter(series="IP.PAT.RESD")["value"].to_list() == [read_as]


def test_an_unchanged_source_costs_one_request():
    held = collect(desk(WorldBank()))
    direct = desk(WorldBank(), held=held)
    again = collect(direct)
    assert [request.key for request in direct.asked] == [POPULATION]
    assert again == held


def test_a_new_year_on_the_calendar_alone_does_not_change_what_is_read():
    held = collect(desk(WorldBank()))
    again = collect(desk(WorldBank(), held=held, today=dt.date(2027, 1, 2)))
    before, after = (CONNECTOR.parse("", a, plan=PLAN).figures for a in (held, again))
    assert after.equals(before)


def test_a_new_day_of_update_asks_for_everything():
    held = collect(desk(WorldBank()))
    direct = desk(WorldBank(lastupdated="2026-10-07"), held=held)
    again = collect(direct)
    assert len(direct.asked) == 7
    assert CONNECTOR.parse("", again, plan=PLAN).published == dt.date(2026, 10, 7)


def test_a_revision_without_a_new_day_of_update_asks_for_everything():
    held = collect(desk(WorldBank()))
    service = WorldBank()
    service.series["SP.POP.TOTL"].values[2024] = 1_390_000_000
    direct = desk(service, held=held)
    collect(direct)
    assert len(direct.asked) == 7


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: held.pop("series/IP.PAT.RESD"),
        lambda held: held.update({"series/IP.PAT.RESD": replace(held["series/IP.PAT.RESD"], content=b"[")}),
        lambda held: held.update(collect(desk(WorldBank(lastupdated="2026-06-01")))),
    ],
    ids=["a series is missing", "a series does not read", "of another day"],
)
def test_everything_is_asked_when_what_is_held_does_not_serve(damage: Callable[[dict[str, Answer]], object]):
    held = collect(desk(WorldBank()))
    damage(held)
    direct = desk(WorldBank(), held=held)
    collect(direct)
    assert len(direct.asked) == 7


def row(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = document[1][0]
    return found


def all_odd(document: Any) -> None:
    for cells in document[1]:
        cells["value"] = "n/a"


FAULTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda body: body[:-40], "not whole JSON"),
    "JSONP": (lambda body: b"callback(" + body + b")", "JSONP"),
    "GBK": (lambda body: body.decode().replace("China", "中国").encode("gbk"), "not UTF-8"),
    "HTML": (lambda _: b"<!DOCTYPE html><title>Wait</title>", "HTML page"),
    "empty": (lambda _: b"", "the answer is empty"),
    "no list": (lambda _: b'{"rows": []}', "no list of header and rows"),
    "a third part": (edit_body(lambda d: d.append(None)), "3 parts"),
    "rows are no list": (edit_body(lambda d: d.__setitem__(1, {"a": 1})), "the rows are no list"),
    "header field renamed": (
        edit_body(lambda d: d[0].update({"last_updated": d[0].pop("lastupdated")})),
        "the header lacks lastupdated (it has last_updated,",
    ),
    "row field missing": (edit_body(lambda d: row(d).pop("value")), "row 1 lacks value"),
    "row field renamed": (
        edit_body(lambda d: row(d).update({"year": row(d).pop("date")})),
        "row 1 lacks date (it has country, countryiso3code, decimal",
    ),
    "a row twice": (edit_body(lambda d: (d[1].append(d[1][0]), d[0].update(total=28))), "CHN 2026 is there twice"),
    "total": (edit_body(lambda d: d[0].update(total=30)), "the header counts 30 rows, 27 came"),
    "a second page": (edit_body(lambda d: d[0].update(pages=2)), "page 1 of 2"),
    "another series": (edit_body(lambda d: row(d)["indicator"].update(id="SP.POP.1564.TO")), "'SP.POP.1564.TO'"),
    "another country": (edit_body(lambda d: row(d).update(countryiso3code="HKG")), "place 'HKG', CHN was asked for"),
    "title renamed": (
        edit_body(lambda d: row(d)["indicator"].update(value="Population, urban")),
        "called 'Population, urban', the catalog knows it as 'Population, total'",
    ),
    "unit declared": (edit_body(lambda d: row(d).update(unit="thousands")), "declares the unit 'thousands'"),
    "a quarter": (edit_body(lambda d: row(d).update(date="2026Q1")), "is '2026Q1', not a year"),
    "not a number": (lambda body: body.replace(b'"value": null', b'"value": NaN'), "NaN is no number"),
    "words for every value": (edit_body(all_odd), "no value is a number: series/"),
    "update on no day": (edit_body(lambda d: d[0].update(lastupdated="2026-02-30")), "'2026-02-30', not a day"),
    "update in words": (edit_body(lambda d: d[0].update(lastupdated="July 2026")), "'July 2026', not a day"),
}


OF_ONE_SERIES = {"title renamed", "unit declared"}
"""Faults that say something of one series alone, so that its siblings are asked nevertheless."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_answer_is_refused_at_once_and_names_series_and_rule(fault: str):
    spoil, rule = FAULTS[fault]
    direct = desk(WorldBank(), spoil)
    with pytest.raises(SourceError) as caught:
        collect(direct)
    assert caught.value.subject == "worldbank, series/SP.POP.TOTL"
    assert rule in caught.value.rule
    assert caught.value.remedy
    assert len(direct.asked) == (7 if fault in OF_ONE_SERIES else 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_archived_answer_gives_no_rows_at_all(fault: str):
    answers = collect(desk(WorldBank()))
    last = answers["series/IP.PAT.RESD"]
    answers["series/IP.PAT.RESD"] = replace(last, content=FAULTS[fault][0](last.content))
    with pytest.raises(SourceError, match=r"worldbank, series/IP\.PAT\.RESD"):
        CONNECTOR.parse("", answers, plan=PLAN)


def test_a_fault_in_a_later_series_stops_the_refresh_there():
    direct = desk(WorldBank(), lambda body: body[:-1], only="series/AG.SRF.TOTL.K2")
    with pytest.raises(SourceError, match=r"AG\.SRF\.TOTL\.K2"):
        collect(direct)
    assert len(direct.asked) == 3


@pytest.mark.parametrize("cell", ['"n/a"', '"abc"', "true", "1e999999999", '"1,234"', "[1]"])
@pytest.mark.parametrize("code", ["SP.POP.TOTL", "IP.PAT.RESD"])
def test_one_odd_cell_is_left_out_with_a_remark_and_the_others_enter(cell: str, code: str):
    sound = read(desk(WorldBank()))
    year = max(sound.figures.filter(series=code)["period"])[:4]

    def spoil(body: bytes) -> bytes:
        document = json.loads(body)
        place = next(position for position, cells in enumerate(document[1]) if cells["date"] == year)
        document[1][place]["value"] = "@"
        return json.dumps(document).replace('"@"', cell).encode()

    parsed = read(desk(WorldBank(), spoil, only=f"series/{code}"))
    odd = pl.col("record_key") == f"{code}|CHN|{year}"
    assert parsed.figures.sort("record_key").equals(sound.figures.filter(~odd).sort("record_key"))
    (told,) = parsed.warnings
    assert told.startswith(f"series/{code}: the value of {year} is ")
    assert told.endswith("not a number, and is left out")


GONE: dict[str, tuple[Callable[[Reply], Reply], str]] = {
    "an error envelope": (
        lambda reply: replace(
            reply, content=b'[{"message": [{"id": "175", "key": "Invalid format", "value": "gone"}]}]'
        ),
        "the service reports an error: 175 Invalid format: gone",
    ),
    "no page": (lambda _: Reply(404, b"<html>not found</html>", "text/html"), "the service has nothing under"),
    "a bad request": (lambda _: Reply(400, b"<html>bad request</html>", "text/html"), "(status 400)"),
    "no page any more": (lambda _: Reply(410, b"<html>gone</html>", "text/html"), "(status 410)"),
    "no data": (
        lambda reply: replace(reply, content=json.dumps([json.loads(reply.content)[0] | {"total": 0}, None]).encode()),
        "there are no data for",
    ),
    "another title": (
        lambda reply: replace(
            reply, content=edit_body(lambda d: row(d)["indicator"].update(value="Other"))(reply.content)
        ),
        "the series is called 'Other'",
    ),
    "a unit of its own": (
        lambda reply: replace(reply, content=edit_body(lambda d: row(d).update(unit="thousands"))(reply.content)),
        "declares the unit 'thousands'",
    ),
}
"""What a service answers for one series it no longer gives as it did."""


@pytest.mark.parametrize("how", GONE)
@pytest.mark.parametrize("code", ["SP.POP.TOTL", "GB.XPD.RSDV.GD.ZS", "IP.PAT.RESD"])
def test_one_withdrawn_series_keeps_its_last_answer_and_the_others_are_refreshed(how: str, code: str):
    before = desk(WorldBank())
    old = collect(before)
    direct = desk(WorldBank(lastupdated="2026-10-07"), held=old)
    direct.spoil = {f"series/{code}": GONE[how][0]}
    parsed = read(direct)
    assert direct.held[""][f"series/{code}"] == old[f"series/{code}"]
    newer = [s.series for s in PLAN.series if b"2026-10-07" in direct.held[""][f"series/{s.series}"].content]
    assert sorted([*newer, code]) == sorted(s.series for s in PLAN.series)
    assert parsed.figures.sort("record_key").equals(before.read().figures.sort("record_key"))
    (told,) = direct.remarks
    assert told.startswith(f"worldbank, series/{code}: ")
    assert GONE[how][1] in told
    assert "its last answer stays in force" in told


def test_a_series_withdrawn_before_it_was_ever_held_is_left_out_with_a_remark():
    service = WorldBank()
    del service.series["GB.XPD.RSDV.GD.ZS"]
    direct = desk(service)
    parsed = read(direct)
    assert parsed.figures["series"].n_unique() == 6
    (told,) = direct.remarks
    assert "120 Invalid value: The provided parameter value is not valid; nothing of it is held" in told
    assert "GB.XPD.RSDV.GD.ZS" in told


def test_a_source_that_gives_no_series_any_more_is_refused():
    with pytest.raises(SourceError, match=r"nothing under SP\.POP\.TOTL"):
        collect(
            Direct(CONNECTOR, PLAN, WorldBank(), TODAY, {f"series/{s.series}": GONE["no page"][0] for s in PLAN.series})
        )


def test_an_error_envelope_of_another_form_is_told_too():
    with pytest.raises(SourceError, match="reports an error: out of order"):
        collect(desk(WorldBank(), lambda _: b'[{"message": "out of order"}, null]'))


def test_a_series_without_data_is_an_error_and_not_an_empty_table():
    service = WorldBank()
    service.series["SP.POP.SCIE.RD.P6"] = Series("Researchers in R&D (per million people)", {1990: 1})
    direct = desk(service)
    assert "SP.POP.SCIE.RD.P6" not in set(read(direct).figures["series"])
    assert "there are no data for SP.POP.SCIE.RD.P6" in direct.remarks[0]


def test_a_byte_order_mark_and_a_wrong_header_are_warned_of_and_the_rows_stand():
    direct = desk(
        WorldBank(),
        lambda body: b"\xef\xbb\xbf" + body.decode().replace('"China"', '"中国"').encode(),
        only=POPULATION,
        content_type="application/json; charset=gb2312",
    )
    parsed = read(direct)
    assert parsed.figures.equals(read(desk(WorldBank())).figures)
    assert parsed.warnings == (
        "series/SP.POP.TOTL: the answer begins with a byte order mark",
        "series/SP.POP.TOTL: the header says gb2312, the bytes are UTF-8",
    )


def test_further_fields_are_let_be():
    spoil = edit_body(lambda d: (d[0].update(source="WDI"), row(d).update(footnote="x")))
    assert read(desk(WorldBank(), spoil)).figures.equals(read(desk(WorldBank())).figures)


def test_an_observation_status_is_kept_as_a_note():
    spoil = edit_body(lambda d: d[1][1].update(obs_status="E"))
    rows = read(desk(WorldBank(), spoil, only=POPULATION)).figures.drop_nulls("note")
    assert rows.select("record_key", "note").rows() == [("SP.POP.TOTL|CHN|2025", "observation status E / 观测状态 E")]


def test_series_updated_on_different_days_are_warned_of():
    spoil = edit_body(lambda d: d[0].update(lastupdated="2026-09-30"))
    parsed = read(desk(WorldBank(), spoil, only="series/IP.PAT.RESD"))
    assert parsed.published == dt.date(2026, 9, 30)
    assert len(parsed.warnings) == 1
    assert "IP.PAT.RESD 2026-09-30" in parsed.warnings[0]


def test_an_old_snapshot_without_a_series_of_today_still_reads():
    answers = collect(desk(WorldBank()))
    del answers["series/IP.PAT.RESD"]
    parsed = CONNECTOR.parse("", answers, plan=PLAN)
    assert parsed.warnings == ("IP.PAT.RESD is not in this snapshot",)
    assert parsed.figures["series"].n_unique() == 6


def test_a_snapshot_without_any_series_is_refused():
    with pytest.raises(SourceError, match="no series of the catalog"):
        CONNECTOR.parse("", {}, plan=PLAN)
