"""The rules from an address to a city and a district: what decides, what must not fool them, what is left to a person."""

from __future__ import annotations

from importlib.resources import files
from itertools import product
from typing import Any, Final

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.catalog.addresses import AddressRules, load_address_rules
from g60_pipeline.normalize.addresses import PLACED, place, place_beginnings, resolve, unresolved
from g60_pipeline.normalize.reasons import in_words

RULES: Final = load_address_rules()
COLUMNS: Final = ("stock_code", "full_name_zh", "registered_address", "office_address", "province_zh")
BY_CODE: Final = {"31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省"}


def firms(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def placed(
    address: str | None, province: str = "江苏省", *, name: str | None = "某某股份有限公司", office: str | None = None
) -> dict[str, Any]:
    found = resolve(firms(("688901", name, address, office, province)), RULES)
    return in_words(found, "reason", "remedy").row(0, named=True)


CITIES: Final = [
    ("江苏省苏州市工业园区甲路1号", "320500", "city"),
    ("苏州市吴中区甲路1号", "320500", "city"),
    ("江苏苏州市甲路1号", "320500", "city"),
    ("中国江苏省苏州市甲路1号", "320500", "city"),
    ("中华人民共和国江苏省苏州市甲路1号", "320500", "city"),
    ("上海市北京东路1号", "310000", "city"),
    ("浙江省杭州市上海路1号", "330100", "city"),
    ("中国(浙江)自由贸易试验区杭州市滨江区甲路1号", "330100", "city"),
    ("浙江省嘉兴市海宁市甲路1号", "330400", "city"),
    ("安徽省合肥市高新区甲路1号", "340100", "city"),
    ("昆山市玉山镇甲路1号", "320500", "county"),
    ("江苏省张家港市甲路1号", "320500", "county"),
    ("浙江省桐乡市甲路1号", "330400", "county"),
    ("浙江省德清县甲路1号", "330500", "county"),
    ("浙江省浦江县甲路1号", "330700", "county"),
    ("浙江省建德市甲路1号", "330100", "county"),
    ("安徽省肥西县甲路1号", "340100", "county"),
    ("安徽省无为市甲路1号", "340200", "county"),
    ("安徽省广德市甲路1号", "341800", "county"),
    ("浦东新区甲路1号", "310000", "district"),
    ("杭州余杭区甲路1号", "330100", "district"),
    ("苏州工业园区甲路1号", "320500", "zone"),
    ("江苏苏州工业园区甲路1号", "320500", "zone"),
    ("中国(江苏)自由贸易试验区苏州片区甲路1号", "320500", "zone"),
    ("中国(上海)自由贸易试验区甲路1号", "310000", "zone"),
    ("中国（上海）自由贸易试验区临港新片区甲路1号", "310000", "zone"),
    ("上海松江甲路1号", "310000", "zone"),
    ("合肥经济技术开发区甲路1号", "340100", "zone"),
]


@pytest.mark.parametrize(("address", "code", "rule"), CITIES)
def test_head_of_the_address_gives_the_city(address: str, code: str, rule: str) -> None:
    found = placed(address, BY_CODE[code[:2]])
    assert (found["geo_code"], found["city_rule"]) == (code, rule)
    assert found["city_zh"] == RULES.cities[code]


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u00a0", "\u3000", "\u200e", "\u2060", "\u00ad"])
def test_unseen_signs_in_an_address_change_nothing(sign: str) -> None:
    spread = sign.join("江苏省苏州市工业园区甲路1号")
    found = placed(f"{sign}{spread}", f"{sign}江{sign}苏省")
    assert (found["geo_code"], found["city_rule"]) == ("320500", "city")


@pytest.mark.parametrize(
    "address", ["中国（江苏）自由贸易试验区苏州片区甲路１号", "中国﹙江苏﹚自由贸易试验区苏州片区甲路1号"]
)
def test_full_width_signs_in_an_address_mean_what_ascii_ones_do(address: str) -> None:
    assert placed(address) == placed("中国(江苏)自由贸易试验区苏州片区甲路1号") | {"registered_address": address}


ELSEWHERE: Final = [
    ("安徽省", "安徽省宿州市苏州路1号", "宿州市"),
    ("安徽省", "宿州市甲路1号", "宿州市"),
    ("江苏省", "无锡市苏州路1号", "无锡市"),
    ("江苏省", "江苏省江阴市昆山路1号", "无锡市"),
    ("江苏省", "江苏省南京市江宁区苏州街1号", "南京市"),
    ("江苏省", "江苏省宿迁市苏州宿迁工业园区", "宿迁市"),
    ("江苏省", "中国(江苏)自由贸易试验区南京市甲路1号", "南京市"),
    ("江苏省", "北京市海淀区苏州街1号", "北京市"),
    ("浙江省", "广东省佛山市苏州路1号", "佛山市"),
    ("浙江省", "浙江省宁波市杭州湾新区甲路1号", "宁波市"),
    ("安徽省", "安徽省滁州市苏滁产业园", "滁州市"),
]


@pytest.mark.parametrize(("province", "address", "city"), ELSEWHERE)
def test_city_not_among_the_nine_is_settled_and_elsewhere(province: str, address: str, city: str) -> None:
    found = placed(address, province, name="苏州某某股份有限公司")
    assert (found["city_zh"], found["geo_code"], found["city_rule"]) == (city, None, "other_city")
    assert found["reason_en"] is None


@pytest.mark.parametrize(
    "address",
    [
        "北京东路1号",
        "苏州路1号",
        "江苏路1号",
        "上海路1号",
        "苏州宿迁工业园区甲路1号",
        "漕河泾新兴技术开发区海宁分区",
        "阜阳合肥现代产业园区",
        "高新区甲路1号苏州市",
        "张江都市园1号",
        "宝山区甲路1号",
        "4th Floor, Harbour Place, Grand Cayman",
    ],
)
def test_address_no_rule_reads_is_left_to_a_person(address: str) -> None:
    found = placed(address)
    assert (found["city_zh"], found["geo_code"], found["city_rule"]) == (None, None, None)
    assert found["reason_en"] == "no rule reads the registered address"
    assert "address_rules.yaml" in found["remedy_en"]


@pytest.mark.parametrize(
    ("name", "province", "code"),
    [
        ("苏州某某股份有限公司", "江苏省", "320500"),
        ("江苏常熟某某股份有限公司", "江苏省", "320500"),
        ("浙江杭州某某股份有限公司", "浙江省", "330100"),
    ],
)
def test_registered_name_decides_only_where_no_address_does(name: str, province: str, code: str) -> None:
    for address in (None, "", "甲路1号"):
        found = placed(address, province, name=name)
        assert (found["geo_code"], found["city_rule"]) == (code, "full_name")
    assert placed("江苏省无锡市甲路1号", name=name)["geo_code"] is None
    assert placed("江苏省昆山市甲路1号", name="上海某某股份有限公司")["city_rule"] == "county"


def test_name_that_holds_a_city_further_on_decides_nothing() -> None:
    assert placed(None, name="某某(苏州)股份有限公司")["reason_en"] == "no registered address is held"
    assert placed(None, name="中国苏某股份有限公司")["geo_code"] is None


@pytest.mark.parametrize(
    ("address", "province", "name", "doubt"),
    [
        ("上海市松江区甲路1号", "江苏省", "某某", "the list has 江苏省, rule city has 上海市"),
        ("宿州市甲路1号", "江苏省", "某某", "the list has 江苏省, rule other_city has 宿州市"),
        ("安徽省苏州市甲路1号", "安徽省", "某某", "the address names 安徽省, but 苏州市 does not lie there"),
        ("江苏省宿州市甲路1号", "江苏省", "某某", "the address names 江苏省, but 宿州市 does not lie there"),
        (None, "浙江省", "上海某某", "the list has 浙江省, rule full_name has 上海市"),
    ],
)
def test_contradiction_leaves_the_firm_to_a_person(address: str | None, province: str, name: str, doubt: str) -> None:
    found = placed(address, province, name=name, office="浙江省杭州市甲路1号")
    assert (found["city_zh"], found["geo_code"], found["city_rule"]) == (None, None, None)
    assert (found["district_zh"], found["office_elsewhere"]) == (None, False)
    assert (found["reason_en"], found["office_zh"]) == (doubt, "杭州市")
    assert "until they agree" in found["remedy_en"]


DISTRICTS: Final = [
    ("上海市松江区甲路1号", "松江区", "310117", "shanghai_district"),
    ("上海松江区甲路1号", "松江区", "310117", "shanghai_district"),
    ("上海市松江工业区甲路1号", "松江区", "310117", "songjiang_zone"),
    ("上海市漕河泾开发区松江高科技园", "松江区", "310117", "songjiang_zone"),
    ("漕河泾新兴技术开发区松江园", "松江区", "310117", "songjiang_zone"),
    ("上海市临港松江科技城甲路1号", "松江区", "310117", "songjiang_zone"),
    ("上海市浦东新区松江路1号", "浦东新区", None, "shanghai_district"),
    ("上海市松江区青浦园路1号", "松江区", "310117", "shanghai_district"),
    ("上海市闵行区临港浦江甲路1号", "闵行区", None, "shanghai_district"),
    ("上海市奉贤区临港甲路1号", "奉贤区", None, "shanghai_district"),
    ("中国(上海)自由贸易试验区甲路1号", "浦东新区", None, "free_trade_zone"),
    ("上海市中国（上海）自由贸易试验区甲路1号", "浦东新区", None, "free_trade_zone"),
    ("上海市自由贸易试验区甲路1号", "浦东新区", None, "free_trade_zone"),
    ("中国(上海)自由贸易试验区临港新片区甲路1号", "临港新片区", None, "lingang"),
    ("中国（上海）自由贸易试验区（临港新片区）甲路1号", "临港新片区", None, "lingang"),
    ("上海市临港甲路1号", "临港新片区", None, "lingang"),
    ("上海市张江高科技园区甲路1号", "浦东新区", None, "pudong_zone"),
]


@pytest.mark.parametrize(("address", "district", "code", "rule"), DISTRICTS)
def test_district_of_shanghai_is_read_by_rule(address: str, district: str, code: str | None, rule: str) -> None:
    found = placed(address, "上海市")
    assert (found["geo_code"], found["reason_en"]) == ("310000", None)
    assert (found["district_zh"], found["district_code"], found["district_rule"]) == (district, code, rule)


@pytest.mark.parametrize(
    ("address", "doubt"),
    [
        ("上海市北京东路1号", "no rule leads from the address to a district of Shanghai"),
        ("上海市松江路1号", "no rule leads from the address to a district of Shanghai"),
        ("上海市漕河泾开发区甲路1号", "no rule leads from the address to a district of Shanghai"),
        ("上海市张江路1号", "no rule leads from the address to a district of Shanghai"),
        ("中国(上海)自由贸易试验区甲路1号松江", "no rule leads from the address to a district of Shanghai"),
        ("上海市临港甲路1号松江", "no rule leads from the address to a district of Shanghai"),
        ("上海市张江高科技园区青浦园", "by rule pudong_zone the address lies in 浦东新区, but it names 青浦区"),
        ("上海市张江高科技园区嘉定区甲路", "by rule pudong_zone the address lies in 浦东新区, but it names 嘉定区"),
        (None, "no registered address is held"),
    ],
)
def test_firm_of_shanghai_without_a_sure_district_is_left_to_a_person(address: str | None, doubt: str) -> None:
    found = placed(address, "上海市", name="上海某某股份有限公司")
    assert (found["geo_code"], found["district_zh"], found["district_rule"]) == ("310000", None, None)
    assert found["reason_en"] == doubt
    assert "district_rules" in found["remedy_en"]


def test_person_may_settle_a_firm_by_its_whole_registered_name() -> None:
    text = RULES.model_dump()
    name = {"rule_id": "by_hand", "kind": "full_name", "about": "Read by a person."}
    text["rules"] = [*text["rules"], {**name, "places": {"310000": ["甲乙丙有限公司"]}}]
    text["district_rules"] = [
        *text["district_rules"],
        {**name, "rule_id": "district_by_hand", "places": {"浦东新区": ["甲乙丙有限公司"]}},
    ]
    rules = AddressRules.model_validate(text)
    rows = firms(*(("688901", name, "Grand Cayman", None, "上海市") for name in ("甲乙丙有限公司", "丁有限公司")))
    found = resolve(rows, rules)
    assert found["city_rule"].to_list() == ["by_hand", None]
    assert found["district_rule"].to_list() == ["district_by_hand", None]


def test_office_in_another_city_is_flagged_only_when_both_are_known() -> None:
    home = "江苏省苏州市甲路1号"
    assert placed(home, office="上海市甲路1号")["office_geo_code"] == "310000"
    offices = ["上海市甲路1号", "北京市甲路1号", "昆山市甲路1号", "甲路1号", None]
    assert [placed(home, office=o)["office_elsewhere"] for o in offices] == [True, True, False, False, False]
    assert [placed("江苏省无锡市甲路1号", office=o)["office_elsewhere"] for o in ("江阴市甲路1号", home)] == [
        False,
        True,
    ]


def test_firms_of_other_provinces_are_neither_placed_nor_unresolved() -> None:
    found = placed(None, "广东省", name="上海某某股份有限公司")
    added = {k: v for k, v in found.items() if k not in COLUMNS}
    assert added.pop("office_elsewhere") is False
    assert set(added.values()) == {None}
    assert placed(None, "-")["reason_en"] is None


def test_unresolved_firms_are_listed_for_a_person_with_reason_and_remedy() -> None:
    listings = firms(
        ("688903", "某某", "上海市甲路1号", None, "上海市"),
        ("688901", "某某", None, "江苏省苏州市甲路1号", "江苏省"),
        ("688902", "某某", "江苏省苏州市甲路1号", None, "江苏省"),
        ("688904", "某某", "江苏省无锡市甲路1号", None, "江苏省"),
        ("688905", "某某", None, None, "北京市"),
    )
    found = in_words(unresolved(resolve(listings, RULES)), "reason", "remedy")
    assert found.select("stock_code", "office_zh", "reason_en").rows() == [
        ("688901", "苏州市", "no registered address is held"),
        ("688903", None, "no rule leads from the address to a district of Shanghai"),
    ]
    assert found["remedy_zh"].str.contains("address_rules").all()


def test_no_firms_give_typed_empty_columns() -> None:
    found = resolve(firms(), RULES)
    assert found.schema["geo_code"] == pl.String
    assert found.schema["office_elsewhere"] == pl.Boolean
    assert unresolved(found).is_empty()


PIECES: Final = [
    "中国",
    "江苏省",
    "安徽",
    "广东省",
    "苏州市",
    "宿州市",
    "上海市",
    "深圳市",
    "昆山市",
    "上海",
    "苏州",
    "松江区",
    "青浦园",
    "临港",
    "工业园区",
    "甲路",
    "市",
    "区",
    "(",
    ")",
    "中国(上海)自由贸易试验区",
    "张江高科技园区",
]
TEXTS: Final = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join), st.text("上海苏州江省市区中国(（ A1", max_size=12)
)
PROVINCES: Final = st.sampled_from(["上海市", "江苏省", "浙江省", "安徽省", "广东省", ""])


@given(TEXTS, TEXTS, PROVINCES)
def test_no_text_ever_leads_outside_the_nine(address: str, name: str, province: str) -> None:
    found = placed(address, province, name=name, office=address)
    assert {found["geo_code"], found["office_geo_code"]} <= {None, *RULES.cities}
    assert found["district_code"] in {None, "310117"}
    if found["geo_code"]:
        assert province == BY_CODE[found["geo_code"][:2]]
    if province in BY_CODE.values():
        assert (found["reason_en"] is None) == (
            found["city_rule"] is not None and (found["geo_code"] != "310000" or found["district_zh"] is not None)
        )


@given(TEXTS, PROVINCES, st.sampled_from(["", " ", "　", "\n"]))
def test_blanks_and_full_width_brackets_change_nothing(address: str, province: str, blank: str) -> None:
    wide = address.replace("(", "（").replace(")", "）")
    assert _added(f"{blank}{wide}{blank}", province) == _added(address, province)


def _added(address: str, province: str) -> dict[str, Any]:
    return {k: v for k, v in placed(address, province).items() if k not in COLUMNS}


@pytest.mark.parametrize(("address", "code", "rule"), CITIES)
def test_an_address_alone_leads_where_a_firm_with_it_lies(address: str, code: str, rule: str) -> None:
    firm = placed(address, BY_CODE[code[:2]])

    alone = place(pl.Series("address", [address]), RULES).row(0, named=True)

    assert (alone["geo_code"], alone["district_code"]) == (code, firm["district_code"])
    assert alone["is_open"] == (code == "310000" and firm["district_zh"] is None)


OPEN: Final = [
    (None, True, None),
    ("", True, None),
    ("甲路1号", True, None),
    ("安徽省某县1号", True, "340000"),
    ("江苏省浙江省某县", True, None),
    ("江苏省杭州市甲路1号", True, None),
    ("江苏省南京市甲路1号", False, None),
    ("广东省深圳市甲路1号", False, None),
    ("云南省大理白族自治州甲路1号", False, None),
    ("北京市海淀区甲路1号", False, None),
    ("香港九龙甲路1号", False, None),
    ("北京海淀甲路1号", False, None),
    *(
        (f"{road}1号", True, None)
        for road in ("北京西路", "重庆南路", "天津路", "香港路", "澳门路", "台湾路", "北京街")
    ),
]


@pytest.mark.parametrize(("address", "is_open", "province"), OPEN)
def test_an_address_without_a_city_of_the_nine_is_open_only_where_it_may_lie_in_one(
    address: str | None, is_open: bool, province: str | None
) -> None:
    alone = place(pl.Series("address", [address]), RULES).row(0, named=True)

    assert (alone["geo_code"], alone["is_open"], alone["province"]) == (None, is_open, province)


SETTLED: Final = [
    ("江苏省苏州市", "320500", None),
    ("上海市松江区", "310000", "310117"),
    ("上海松江区九", "310000", "310117"),
    ("上海市徐汇区", "310000", None),
    ("广东省深圳", None, None),
    ("内蒙古自治区", None, None),
    ("北京市海淀区", None, None),
    ("江苏省南京市", None, None),
]


@pytest.mark.parametrize(("beginning", "code", "district"), SETTLED)
def test_beginning_that_names_its_place_says_where_every_address_behind_it_lies(
    beginning: str, code: str | None, district: str | None
) -> None:
    said = place_beginnings(pl.Series("beginning", [beginning]), RULES).row(0, named=True)

    assert said == {
        "beginning": beginning,
        "geo_code": code,
        "district_code": district,
        "is_open": False,
        "province": None,
    }


@pytest.mark.parametrize(
    "beginning",
    [
        *(None, "", "1号", "a", "江苏", "江苏省", "江苏省张家港", "安徽省某县城关", "江苏省杭州市", "江苏省浙江省"),
        *("上海市", "上海市某路某", "上海市上海", "上海市松江", "上海松江新城", "苏州", "苏州宿迁工业"),
        *("中国江苏省苏", "江苏省苏州中", "江苏省苏州 ", "江苏省（苏州", "广东", "某某省某某市中"),
        *("北京", "北京西", "北京西路", "重庆南路", "澳门路"),
    ],
)
def test_beginning_that_leaves_something_open_says_nothing(beginning: str | None) -> None:
    assert place_beginnings(pl.Series("beginning", [beginning]), RULES).row(0) == (beginning, None, None, None, None)


def _differing(beginnings: list[str], addresses: list[str]) -> list[tuple[object, ...]]:
    """Return the addresses that lie elsewhere than their beginning says."""
    said = place_beginnings(pl.Series("beginning", beginnings), RULES).select("beginning", *PLACED)
    whole = place(pl.Series("address", addresses), RULES).select(pl.all().name.suffix("_whole"))
    both = pl.concat([said, whole], how="horizontal").filter(pl.col("is_open").is_not_null())
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_whole")) for name in PLACED)
    return both.filter(~same).rows()


def test_beginning_says_nothing_while_a_longer_pattern_may_follow() -> None:
    city, *others = RULES.rules
    exclave = city.model_copy(update={"places": city.places | {"330100": [*city.places["330100"], "苏州市飞地"]}})
    shanghai, jiangsu, *provinces = RULES.provinces
    named = jiangsu.model_copy(update={"heads": [*jiangsu.heads, "安徽省合肥市某地"]})
    rules = RULES.model_copy(update={"rules": [exclave, *others], "provinces": [shanghai, named, *provinces]})
    beginnings = ["苏州市", "苏州市飞", "苏州市飞地", "苏州市吴", "安徽省合肥市", "安徽省合肥市某", "安徽省合肥市区"]

    said = place_beginnings(pl.Series("beginning", beginnings), rules)

    assert said["geo_code"].to_list() == [None, None, "330100", "320500", None, None, "340100"]


WORDS: Final = [
    *{p for rule in RULES.rules for patterns in rule.places.values() for p in patterns},
    *{city for rule in RULES.rules for cities in rule.elsewhere.values() for city in cities},
    *{p for rule in RULES.district_rules for patterns in rule.places.values() for p in patterns},
]
BEHIND: Final = [
    *(
        "",
        "路",
        "市",
        "区",
        "县",
        "省",
        "自治区",
        "自治区某某市",
        "省某某市",
        "(",
        "（江苏）自由贸易试验区",
        "国",
        "华人民共和国",
    ),
    *(
        "松江",
        "松江路",
        "临港",
        "市松江区",
        "浦东新区",
        "松江区",
        "苏州市",
        "中国江苏省苏州市",
        "中国(",
        "海宁分区",
        "片区",
    ),
    *("上海", "上海市", "江苏", "1", " ", "\u3000", "\u0301", "\u3099", "\u200b"),
]


def test_no_beginning_of_a_pattern_says_what_an_address_behind_it_does_not() -> None:
    words = sorted({f"{before}{word}" for before in ("", "上海", "江苏省", "浙江") for word in WORDS})
    beginnings = sorted({word[:length] for word in words for length in range(1, len(word) + 1)})
    ends = sorted({word[length:] for word in WORDS for length in (1, 2, 3)} | set(BEHIND))
    said = place_beginnings(pl.Series("beginning", beginnings), RULES).filter(pl.col("is_open").is_not_null())
    pairs = [(b, b + end) for b, end in product(said["beginning"], BEHIND)]
    pairs += [(b, b + end) for n, b in enumerate(said["beginning"]) for end in ends[n % 7 :: 7]]

    assert len(said) > len(WORDS), "most patterns say where an address lies"
    assert _differing([b for b, _ in pairs], [whole for _, whole in pairs]) == []


@given(TEXTS, TEXTS)
def test_no_beginning_says_what_an_address_behind_it_does_not(address: str, behind: str) -> None:
    whole = address + behind
    beginnings = [whole[:length] for length in range(len(whole) + 1)]

    assert _differing(beginnings, [whole] * len(beginnings)) == []


def test_the_beginnings_of_every_listed_address_agree_with_it() -> None:
    listings = pl.read_csv(files("g60_pipeline") / "facts/star_listings.csv", infer_schema=False)  # type: ignore[arg-type]
    addresses = listings["registered_address"].drop_nulls().to_list()
    pairs = [(address[:length], address) for address in addresses for length in range(1, 13)]

    assert _differing([b for b, _ in pairs], [address for _, address in pairs]) == []
