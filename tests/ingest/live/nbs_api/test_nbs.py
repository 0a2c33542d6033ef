"""The NBS connector on its stand-in: pinned requests, exact rows, and answers that must not be believed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from ingest.live.nbs_api.stand_in import CITY_GDP, NATION_GDP, REGISTERED, RESIDENTS, Nbs
from simulator.direct import Direct, edit
from simulator.wire import Reply

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.nbs_api.connector import CONNECTOR

PLAN = load_catalog().live_source("nbs_api")
KEYS = {name: f"esData/{name}" for name in (NATION_GDP, CITY_GDP, RESIDENTS, REGISTERED)}


def desk() -> Direct:
    return Direct(CONNECTOR, PLAN, Nbs())


def first_value(document: Any) -> dict[str, Any]:
    value: dict[str, Any] = document["data"][0]["values"][0]
    return value


def fault(series: str, spoil: Callable[[Reply], Reply]) -> str:
    """Return what is said of a refresh in which the answer of one series is spoiled."""
    direct = desk()
    direct.spoil[KEYS[series]] = spoil
    error = direct.fault()
    assert error.subject == f"nbs_api, {KEYS[series]}"
    return error.rule


def test_a_refresh_opens_the_page_and_posts_one_request_a_series():
    direct = desk()
    snapshot = direct.refresh()
    assert direct.asked_keys() == ["session", *(f"esData/{series.series}" for series in PLAN.series)]
    assert list(snapshot[""]) == direct.asked_keys()[1:]
    assert all(request.any_content_type for request in direct.asked)


def test_the_request_of_provinces_names_them_and_both_ends_of_the_years():
    direct = desk()
    direct.refresh()
    body = next(request.body for request in direct.asked if request.key == KEYS[RESIDENTS])
    assert body == {
        "cid": "1b8b3021a931466d99b65cac34d89ee3",
        "indicatorIds": [RESIDENTS],
        "daCatalogId": "",
        "das": [
            {"text": "上海市", "value": "310000000000"},
            {"text": "江苏省", "value": "320000000000"},
            {"text": "浙江省", "value": "330000000000"},
            {"text": "安徽省", "value": "340000000000"},
        ],
        "showType": "1",
        "dts": ["2015YY-2025YY"],
        "rootId": "c4d82af16c3d4f0cb4f09d4af7d5888e",
    }


def test_the_request_of_cities_names_their_catalogue_and_no_areas():
    direct = desk()
    direct.refresh()
    body = next(request.body for request in direct.asked if request.key == KEYS[CITY_GDP])
    assert body is not None
    assert (body["daCatalogId"], body["das"], body["showType"]) == ("5772e42228f948149cf5d6a11d07bce1", [], 2)


def test_every_figure_is_read_with_place_year_and_declared_unit():
    direct = desk()
    direct.refresh()
    parsed = direct.read()
    rows = {row["record_key"]: row for row in parsed.figures.to_dicts()}
    assert len(rows) == parsed.figures.height == 11 * (1 + 3 + 4 + 3)
    assert rows[f"{CITY_GDP}|330100000000|2015"] == {
        "record_key": f"{CITY_GDP}|330100000000|2015",
        "locator": f"esData/{CITY_GDP}, 330100000000 2015",
        "series": CITY_GDP,
        "place": "330100000000",
        "period_kind": "year",
        "period": "2015",
        "value": "9000.00",
        "unit": "亿元",
        "status": None,
        "flags": None,
        "note": None,
    }
    assert rows[f"{NATION_GDP}|000000000000|2015"]["value"] == "650000.00"
    assert (rows[f"{RESIDENTS}|340000000000|2025"]["value"], rows[f"{RESIDENTS}|340000000000|2025"]["unit"]) == (
        "6010",
        "万人",
    )
    assert rows[f"{REGISTERED}|310000000000|2016"]["value"] == "1440.5"
    assert parsed.warnings == ()


def test_cities_of_the_catalogue_that_are_not_ours_are_left_out():
    direct = desk()
    direct.refresh()
    assert "320100000000" not in set(direct.read().figures["place"])


def test_an_empty_value_is_no_row():
    direct = desk()
    direct.service.indicators[NATION_GDP].values["000000000000"][2025] = ""
    direct.refresh()
    rows = direct.read().figures.filter(series=NATION_GDP)
    assert sorted(rows["period"]) == [str(year) for year in range(2015, 2025)]


def test_an_area_asked_for_that_does_not_come_is_warned_of():
    direct = desk()
    del direct.service.indicators[RESIDENTS].values["340000000000"]
    direct.refresh()
    assert direct.read().warnings == (f"esData/{RESIDENTS}: no figure came for 340000000000",)


OF_ONE_SERIES: dict[str, tuple[str, Callable[[Reply], Reply], str]] = {
    "empty": (NATION_GDP, edit(lambda d: d.update(data=[])), "it holds no figure"),
    "unit": (
        RESIDENTS,
        edit(lambda d: first_value(d).update(du_name="人")),
        "the unit of 310000000000 2025 is '人', not 万人",
    ),
    "unit by area": (
        CITY_GDP,
        edit(lambda d: first_value(d).update(du_name="万元")),
        "the unit of 310000000000 2025 is '万元', not 亿元",
    ),
    "name": (RESIDENTS, edit(lambda d: first_value(d).update(i_showname="年末户籍人口 (万人)")), "not 常住人口"),
}
"""Series -> how the service gives it no longer as it did."""


@pytest.mark.parametrize("how", OF_ONE_SERIES)
def test_one_withdrawn_series_keeps_its_last_answer_and_the_others_are_refreshed(how: str):
    series, spoil, rule = OF_ONE_SERIES[how]
    direct = desk()
    direct.refresh()
    old, before = direct.held[""][KEYS[series]], direct.read().figures
    direct.today += dt.timedelta(days=1)
    direct.spoil[KEYS[series]] = spoil
    direct.refresh()
    assert direct.held[""][KEYS[series]] == old
    assert all(a.fetched_at > old.fetched_at for key, a in direct.held[""].items() if key != KEYS[series])
    assert direct.read().figures.sort("record_key").equals(before.sort("record_key"))
    (told,) = direct.remarks
    assert told.startswith(f"nbs_api, {KEYS[series]}: ")
    assert rule in told


@pytest.mark.parametrize(
    ("series", "name"),
    [
        (RESIDENTS, "城镇常住人口 (万人)"),
        (RESIDENTS, "年平均常住人口 (万人)"),
        (RESIDENTS, "常住人口增加数 (万人)"),
        (RESIDENTS, "年末常住人口 (人)"),
        (CITY_GDP, "地区生产总值 (可比价格) (亿元) "),
        (CITY_GDP, "地区生产总值 (2020年不变价) (亿元)"),
        (CITY_GDP, "人均地区生产总值 (亿元)"),
        (NATION_GDP, "国内生产总值指数 (上年=100)"),
        (NATION_GDP, "国内生产总值 (万元)"),
    ],
)
def test_series_whose_name_holds_the_title_among_other_words_is_not_that_series(series, name):
    spoil = edit(lambda d: [v.update(i_showname=name) for item in d["data"] for v in item["values"]])
    direct = desk()
    direct.refresh()
    old = direct.held[""][KEYS[series]]
    direct.today += dt.timedelta(days=1)
    direct.spoil[KEYS[series]] = spoil
    direct.refresh()
    assert direct.held[""][KEYS[series]] == old
    (told,) = direct.remarks
    assert "is called" in told


@pytest.mark.parametrize(
    "name", ["地区生产总值", "地区生产总值(亿元)", "地区生产总值（当年价）（亿元）", " 地区生产总值 (现价) "]
)
def test_series_is_known_by_its_title_with_or_without_unit_and_current_prices(name):
    direct = desk()
    direct.spoil[KEYS[CITY_GDP]] = edit(
        lambda d: [v.update(i_showname=name) for item in d["data"] for v in item["values"]]
    )
    direct.refresh()
    assert CITY_GDP in set(direct.read().figures["series"])


def test_a_series_that_was_never_held_is_left_out_with_a_remark():
    direct = desk()
    direct.spoil[KEYS[NATION_GDP]] = OF_ONE_SERIES["empty"][1]
    direct.refresh()
    assert NATION_GDP not in set(direct.read().figures["series"])
    assert "nothing of it is held" in direct.remarks[0]


def test_a_source_without_any_series_is_refused():
    direct = desk()
    direct.spoil |= dict.fromkeys(KEYS.values(), OF_ONE_SERIES["empty"][1])
    assert "it holds no figure" in direct.fault().rule


@pytest.mark.parametrize(
    "sign", ["…", "……", "...", "..", "-", "--", "－", "—", "——", "–", "―", "\u3000", "/", "⋯", None]
)
def test_a_sign_of_print_for_no_figure_is_no_row_and_no_zero(sign: str | None):
    direct = desk()
    direct.spoil[KEYS[RESIDENTS]] = edit(lambda d: first_value(d).update(value=sign))
    direct.refresh()
    rows = direct.read().figures.filter(series=RESIDENTS, place="310000000000")
    assert sorted(rows["period"]) == [str(year) for year in range(2015, 2025)]
    assert direct.remarks == []


ODD_VALUES = ("abc", "2,487", "1,234,567.8", "1，234，567.8", "1.2.3", True, [1], {"a": 1}, "1" * 50)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_one_odd_cell_is_left_out_with_a_remark_and_the_others_enter(value: Any):
    direct = desk()
    direct.refresh()
    sound = direct.read().figures
    direct.spoil[KEYS[RESIDENTS]] = edit(lambda d: first_value(d).update(value=value))
    direct.refresh()
    parsed = direct.read()
    odd = f"{RESIDENTS}|310000000000|2025"
    assert parsed.figures.sort("record_key").equals(sound.filter(pl.col("record_key") != odd).sort("record_key"))
    (told,) = parsed.warnings
    assert told.startswith(f"{KEYS[RESIDENTS]}: the value of 310000000000 2025 is ")
    assert told.endswith("not a number, and is left out")


def all_odd(document: Any) -> None:
    for group in document["data"]:
        for value in group["values"]:
            value["value"] = "abc"


def test_an_answer_of_odd_cells_only_is_refused():
    direct = desk()
    direct.spoil[KEYS[RESIDENTS]] = edit(all_odd)
    assert "no value is a number" in direct.fault().rule


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_series_the_service_refuses_keeps_its_last_answer(status: int):
    direct = desk()
    direct.refresh()
    old = direct.held[""][KEYS[RESIDENTS]]
    direct.today += dt.timedelta(days=1)
    direct.spoil[KEYS[RESIDENTS]] = lambda _: Reply(status, b"gone", "text/plain")
    direct.refresh()
    assert direct.held[""][KEYS[RESIDENTS]] == old
    (told,) = direct.remarks
    assert f"status {status}" in told


def test_full_width_signs_mean_what_ascii_ones_do():
    def widen(document: Any) -> None:
        document["data"][0].update(code="２０２５ＹＹ")
        first_value(document).update(
            value="－２４８７．５", da="３１００００００００００", du_name=" 万人　", i_showname="年末常住人口（万人）"
        )

    direct = desk()
    direct.spoil[KEYS[RESIDENTS]] = edit(widen)
    direct.refresh()
    rows = direct.read().figures.filter(record_key=f"{RESIDENTS}|310000000000|2025")
    assert rows["value"].to_list() == ["-2487.5"]


def test_a_group_of_an_odd_code_is_left_out_with_a_remark_and_the_others_stand():
    direct = desk()
    direct.spoil[KEYS[RESIDENTS]] = edit(lambda d: d["data"][0].update(code="202401MM"))
    direct.refresh()
    parsed = direct.read()
    assert "2025" not in set(parsed.figures.filter(series=RESIDENTS)["period"])
    assert parsed.warnings == (f"{KEYS[RESIDENTS]}: '202401MM' is neither a year nor an area, and is left out",)


def test_a_failure_envelope_is_told_with_state_and_message():
    direct = desk()
    direct.service.failure = "系统繁忙"
    with pytest.raises(SourceError, match="state 50000, 系统繁忙"):
        direct.refresh()


def test_success_with_another_state_is_a_failure():
    assert "state 50001" in fault(NATION_GDP, edit(lambda d: d.update(state=50001)))


def test_a_challenge_page_is_not_taken_for_data():
    direct = desk()
    direct.refresh()
    held = dict(direct.held[""])
    held[KEYS[NATION_GDP]] = replace(held[KEYS[NATION_GDP]], content=b"<html>Please enable JavaScript</html>")
    with pytest.raises(SourceError, match="HTML page"):
        direct.read(answers=held)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda reply: replace(reply, content=reply.content[:-30]), "not whole JSON"),
        (edit(lambda d: d.pop("data")), "the answer lacks data"),
        (edit(lambda d: d.update(data={})), "data is not a list"),
        (edit(lambda d: d["data"][0].pop("values")), "an item of data lacks values"),
        (edit(lambda d: first_value(d).pop("du_name")), "lacks du_name"),
        (edit(lambda d: first_value(d).update(val=first_value(d).pop("value"))), "lacks value (it has"),
        (edit(lambda d: first_value(d).pop("da")), "names no area"),
        (edit(lambda d: first_value(d).update(_id="0" * 32)), "was not asked for"),
        (edit(lambda d: d["data"][1].update(code="2025YY")), "310000000000 2025 comes twice"),
        (edit(lambda d: d["data"][0].update(code="2031YY")), "not of the years asked for, 2015 to 2025"),
    ],
)
def test_an_answer_by_year_without_its_form_stops_the_refresh(spoil: Callable[[Reply], Reply], rule: str):
    assert rule in fault(RESIDENTS, spoil)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (edit(lambda d: first_value(d).pop("dt")), "names no year (dt)"),
        (edit(lambda d: d["data"].append(d["data"][0])), "310000000000 2025 comes twice"),
    ],
)
def test_an_answer_by_area_without_its_form_stops_the_refresh(spoil: Callable[[Reply], Reply], rule: str):
    assert rule in fault(CITY_GDP, spoil)


def test_further_fields_are_let_be():
    direct = desk()
    direct.spoil[KEYS[RESIDENTS]] = edit(lambda d: (d.update(traceId="x"), first_value(d).update(memo="x")))
    direct.refresh()
    assert direct.read().figures.height == 11 * 11


def test_an_older_snapshot_without_a_series_of_today_is_still_read():
    direct = desk()
    direct.refresh()
    older = {key: answer for key, answer in direct.held[""].items() if key != KEYS[REGISTERED]}
    parsed = direct.read(answers=older)
    assert parsed.figures.height == 11 * 8
    assert parsed.warnings == (f"{KEYS[REGISTERED]}: no answer is held, so the series is left out",)


def test_the_schedule_waits_for_an_operators_consent():
    assert not PLAN.schedule.running
    assert "consent" in PLAN.schedule.why
