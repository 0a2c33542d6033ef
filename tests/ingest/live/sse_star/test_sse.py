"""The Shanghai Stock Exchange connector against its stand-in: exact rows, and what is asked again. Faults: `test_sse_faults`."""

from __future__ import annotations

import datetime as dt

import pytest
from ingest.live.sse_star.exchange import LISTS, NOW, PLAN, PROFILES, Exchange, listing
from ingest.live.sse_star.stand_in import Document, Firm, Sse

from g60_pipeline.catalog.addresses import load_address_rules
from g60_pipeline.ingest.live.sse_star.connector import CONNECTOR
from g60_pipeline.normalize.addresses import resolve


def test_each_firm_becomes_a_row_as_the_exchange_prints_it(exchange: Exchange) -> None:
    parsed = exchange.refresh()
    assert parsed.listings["record_key"].to_list() == ["688901", "688902", "688903", "688904", "688905", "688906"]
    assert listing(parsed, "688902") == {
        "record_key": "688902",
        "locator": "list/listed/1, A_STOCK_CODE 688902; profile/688902",
        "stock_code": "688902",
        "short_name_zh": "试验股份",
        "full_name_zh": "上海乙试股份有限公司",
        "list_date": "2020-01-02",
        "delist_date": None,
        "province_zh": "上海市",
        "registered_address": "上海市松江区乙路2号",
        "office_address": "上海市徐汇区乙路3号",
        "industry_zh": "制造业",
    }
    assert listing(parsed, "688906")["delist_date"] == "2024-03-15"
    assert parsed.warnings == ()


def test_full_width_codes_and_days_mean_what_ascii_ones_do_and_names_stand_as_printed(exchange: Exchange) -> None:
    sound = exchange.refresh()

    def widen(document: Document) -> None:
        document["pageHelp"]["data"] = document["result"]
        row = document["result"][0]
        row.update(
            A_STOCK_CODE="６８８９０１", LIST_BOARD="２", STOCK_TYPE="８", DELIST_DATE="－", AREA_NAME="３２００００"
        )
        row.update(LIST_DATE=row["LIST_DATE"].translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}))
        row.update(FULL_NAME="苏州（甲）试验股份有限公司")

    exchange.service.alter = {"listed": widen}
    parsed = exchange.refresh()
    assert listing(parsed, "688901")["full_name_zh"] == "苏州（甲）试验股份有限公司"
    assert parsed.listings.drop("full_name_zh").equals(sound.listings.drop("full_name_zh"))


@pytest.mark.parametrize("sign", ["-", "－", "—", "--", "…", "", "　", None])
def test_a_sign_of_print_for_nothing_is_nothing(exchange: Exchange, sign: str | None) -> None:
    def blank(document: Document) -> None:
        document["pageHelp"]["data"] = document["result"]
        document["result"][0].update(CSRC_CODE_DESC=sign, DELIST_DATE=sign)

    exchange.service.alter = {"listed": blank}
    assert listing(exchange.refresh(), "688901")["industry_zh"] is None


def test_its_rows_lead_to_city_and_district_by_the_address_rules(exchange: Exchange) -> None:
    placed = resolve(exchange.refresh().listings, load_address_rules())
    assert placed["geo_code"].to_list() == ["320500", "310000", "330700", "340100", None, None]
    assert placed["district_code"].to_list() == [None, "310117", None, None, None, None]
    assert placed["office_elsewhere"].to_list() == [False, False, True, False, False, False]


def test_only_firms_of_the_four_provinces_are_asked_for_their_address(exchange: Exchange) -> None:
    parsed = exchange.refresh()
    assert exchange.keys == LISTS + PROFILES
    assert listing(parsed, "688905")["registered_address"] is None


def test_requests_carry_referer_and_the_stated_parameters_and_no_callback(exchange: Exchange) -> None:
    exchange.refresh()
    listed, delisted, profile = (dict(exchange.asked[i].params) for i in (0, 1, 2))
    assert [r.path for r in exchange.asked[:3]] == ["sseQuery/commonQuery.do", "commonQuery.do", "commonQuery.do"]
    assert (listed["STOCK_TYPE"], listed["COMPANY_STATUS"], delisted["COMPANY_STATUS"]) == ("8", "2,4,5,7,8", "3")
    assert (listed["pageHelp.pageSize"], listed["pageHelp.pageNo"]) == ("2000", "1")
    assert profile["COMPANY_CODE"] == "688901"
    assert {r.headers["Referer"] for r in exchange.asked} == {"https://www.sse.com.cn/assortment/stock/list/share/"}
    assert not [r.key for r in exchange.asked if "jsonCallBack" in dict(r.params)]


def test_unchanged_list_costs_two_requests_and_gives_the_same_rows(exchange: Exchange) -> None:
    first = exchange.refresh()
    second = exchange.refresh()
    assert exchange.keys == LISTS
    assert second.listings.equals(first.listings)


def test_new_firm_costs_one_profile_more(exchange: Exchange) -> None:
    exchange.refresh()
    exchange.service.firms.append(Firm("688907", "杭州庚试股份有限公司", "330000", "浙江省杭州市庚路8号"))
    parsed = exchange.refresh()
    assert exchange.keys == [*LISTS, "profile/688907"]
    assert listing(parsed, "688907")["registered_address"] == "浙江省杭州市庚路8号"


def test_firm_that_is_delisted_keeps_its_profile(exchange: Exchange) -> None:
    exchange.refresh()
    exchange.service.firms[0].delisted = "20261120"
    parsed = exchange.refresh()
    assert exchange.keys == LISTS
    assert (listing(parsed, "688901")["delist_date"], listing(parsed, "688901")["registered_address"]) == (
        "2026-11-20",
        "江苏省苏州市工业园区甲路1号",
    )


@pytest.mark.parametrize(("field", "value"), [("full_name", "苏州新名股份有限公司"), ("area", "340000")])
def test_profile_of_a_firm_whose_name_or_province_changed_is_asked_anew(
    exchange: Exchange, field: str, value: str
) -> None:
    exchange.refresh()
    setattr(exchange.service.firms[0], field, value)
    exchange.service.firms[0].registered = "苏州市新路9号"
    parsed = exchange.refresh()
    assert exchange.keys == [*LISTS, "profile/688901"]
    assert listing(parsed, "688901")["registered_address"] == "苏州市新路9号"
    exchange.refresh()
    assert exchange.keys == LISTS


def test_unreadable_held_answers_are_asked_anew(exchange: Exchange) -> None:
    exchange.refresh()
    exchange.spoil_held()
    assert exchange.refresh().listings.height == 6
    assert exchange.keys == LISTS + PROFILES


def test_list_of_several_pages_is_read_whole(exchange: Exchange, small_pages: None) -> None:
    parsed = exchange.refresh()
    assert parsed.listings.height == 6
    assert exchange.keys == [*(f"list/listed/{number}" for number in (1, 2, 3)), LISTS[1], *PROFILES]
    assert [dict(r.params)["pageHelp.endPage"] for r in exchange.asked[:3]] == ["1", "2", "3"]
    assert listing(parsed, "688905")["locator"] == "list/listed/3, A_STOCK_CODE 688905"


def test_depositary_receipt_counts(exchange: Exchange) -> None:
    exchange.service.firms.append(Firm("689009", "某某有限公司", "110000"))
    assert listing(exchange.refresh(), "689009")["province_zh"] == "北京市"


def test_short_name_of_a_dash_is_null_and_warned_of(exchange: Exchange) -> None:
    exchange.service.firms[4].short_name = "-"
    parsed = exchange.refresh()
    assert listing(parsed, "688905")["short_name_zh"] is None
    assert parsed.warnings == ("688905: no short name is given (SEC_NAME_CN)",)


def test_firm_to_be_listed_is_left_out_until_its_day_in_china(exchange: Exchange) -> None:
    exchange.service.firms.append(Firm("688908", "上海辛试股份有限公司", "310000", "上海市金山区", listed="20261123"))
    exchange.now = dt.datetime(2026, 11, 22, 15, 59, tzinfo=dt.UTC)
    parsed = exchange.refresh()
    assert "688908" not in parsed.listings["stock_code"]
    assert "profile/688908" not in exchange.keys
    assert parsed.warnings == ("688908: not yet listed (from 2026-11-23), left out",)
    exchange.now = dt.datetime(2026, 11, 22, 16, 0, tzinfo=dt.UTC)
    assert listing(exchange.refresh(), "688908")["list_date"] == "2026-11-23"
    assert exchange.keys == [*LISTS, "profile/688908"]


def test_firm_without_profile_has_no_address_and_is_asked_again_next_time(exchange: Exchange) -> None:
    exchange.service.firms[3].registered = None
    parsed = exchange.refresh()
    assert listing(parsed, "688904")["registered_address"] is None
    assert parsed.warnings == ("688904: the exchange gives no profile, so no address",)
    exchange.service.firms[3].registered = "安徽省合肥市丁路6号"
    parsed = exchange.refresh()
    assert exchange.keys == [*LISTS, "profile/688904"]
    assert listing(parsed, "688904")["registered_address"] == "安徽省合肥市丁路6号"


def test_profile_may_name_the_province_beside_its_code(exchange: Exchange) -> None:
    def as_older_clients_read(document: Document) -> None:
        row = document["result"][0]
        row["AREA_NAME_DESC"], row["AREA_NAME"] = row["AREA_NAME"], "000"

    exchange.service.alter = {"profile": as_older_clients_read}
    assert exchange.refresh().warnings == ()


def test_profile_of_another_province_is_warned_of(exchange: Exchange) -> None:
    exchange.service.alter = {"profile": lambda d: d["result"][0].update(AREA_NAME="上海市")}
    assert "688904: the list says 安徽省, the profile 上海市" in exchange.refresh().warnings


def test_no_delisted_firm_is_fine(exchange: Exchange) -> None:
    del exchange.service.firms[5]
    assert exchange.refresh().listings.height == 5


def test_further_keys_and_another_order_of_keys_do_not_matter(exchange: Exchange) -> None:
    def alter(document: Document) -> None:
        rows = [{"NEW": "1", **dict(reversed(row.items()))} for row in document["result"]]
        document["result"] = rows
        document["pageHelp"]["data"] = [dict(reversed(row.items())) for row in rows]
        document["texts"] = None

    plain = exchange.refresh()
    altered = Exchange(Sse(alter={"listed": alter}))
    assert altered.refresh().listings.equals(plain.listings)


def test_byte_order_mark_is_warned_of(exchange: Exchange) -> None:
    exchange.mend = lambda key, content: b"\xef\xbb\xbf" + content if key == LISTS[0] else content
    assert exchange.refresh().warnings == ("list/listed/1: the answer begins with a byte order mark",)


def test_schedule_waits_for_the_operators_consent() -> None:
    assert not PLAN.schedule.running
    assert "operator" in PLAN.schedule.why
    assert PLAN.browser_like


def test_there_is_one_part() -> None:
    assert CONNECTOR.parts(PLAN, today=NOW.date()) == ("",)
