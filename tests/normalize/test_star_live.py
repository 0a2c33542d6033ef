"""STAR firms by the exchange's list: who is listed, where, and how exact that makes both readings of the corridor."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from ingest.live.sse_star.stand_in import Firm, Sse
from metric_tables import made_of
from simulator.direct import Direct

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.addresses import load_address_rules
from g60_pipeline.contracts.issues import Issue, issues_frame
from g60_pipeline.contracts.source_rows import ListingVintage
from g60_pipeline.ingest.live.registry import connector
from g60_pipeline.normalize.catalog_tables import geography
from g60_pipeline.normalize.choose import choose
from g60_pipeline.normalize.live_rows import with_vintage
from g60_pipeline.normalize.star import tally
from g60_pipeline.normalize.star_live import complete_until, days_seen, unplaced, with_live

CATALOG = load_catalog()
PLACES = geography(CATALOG)
RULES = load_address_rules()
WHEN = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
PROVINCES = {"310000": "上海市", "320000": "江苏省", "330000": "浙江省", "340000": "安徽省"}


def live(*rows: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "locator": "list/listed/1",
        "short_name_zh": "试",
        "list_date": "2020-01-02",
        "province_zh": "上海市",
        "source_id": "sse_star",
        "part": "",
        "snapshot_id": "s1",
        "retrieved_at": WHEN,
        "current": True,
    }
    dtypes = {name: column.dtype for name, column in ListingVintage.columns().items()}
    filled = [plain | row | {"record_key": row["stock_code"]} for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in filled], schema=dtypes)


def listed(graph: dict[str, pl.DataFrame], *rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    firms, issues = with_live(graph["core.star_listing"], live(*rows), rules=RULES, geography=PLACES)
    assert told_of(issues) == []
    return {row["stock_code"]: row for row in firms.iter_rows(named=True)}


def told_of(issues: list[Issue]) -> list[tuple[str, str | None]]:
    """Return rule and value of the issues, without those of the facts' firms a short list leaves out."""
    return [(i.rule, i.value) for i in issues if i.rule != "never_on_the_list"]


def test_without_a_list_the_facts_stand_as_they_are(graph: dict[str, pl.DataFrame]) -> None:
    facts = graph["core.star_listing"]
    assert with_live(facts, live(), rules=RULES, geography=PLACES)[0].equals(facts)
    assert facts["district_zh"].drop_nulls().sort().to_list() == [
        "奉贤区",
        "徐汇区",
        *["松江区"] * 5,
        *["浦东新区"] * 2,
    ]
    assert facts["district_code"].drop_nulls().unique().to_list() == ["310117"]


def test_the_list_is_laid_over_the_facts_and_takes_no_firm_away(graph: dict[str, pl.DataFrame]) -> None:
    facts = {row["stock_code"]: row for row in graph["core.star_listing"].iter_rows(named=True)}
    firms = listed(
        graph,
        {"stock_code": "688981", "full_name_zh": "中芯国际", "list_date": "2020-07-16"},
        {"stock_code": "688999", "registered_address": "上海市松江区一路1号", "list_date": "2026-11-02"},
    )
    assert firms.keys() - facts.keys() == {"688999"}
    assert facts.keys() <= firms.keys()
    assert (firms["688999"]["geo_code"], firms["688999"]["district_code"]) == ("310000", "310117")
    assert firms["688999"]["snapshot_id"] == "s1"
    assert firms["688999"]["document_id"] == "LIVE-sse_star-s1"
    smic = firms["688981"]
    assert (smic["city_zh"], smic["city_basis"], smic["district_zh"]) == ("上海市", "company_profile", None)
    assert (smic["geo_code"], smic["snapshot_id"]) == ("310000", "s1")


def test_a_firm_that_left_is_counted_until_the_day_it_left(graph: dict[str, pl.DataFrame]) -> None:
    firms = listed(graph, {"stock_code": "688999", "province_zh": "江苏省", "delist_date": "2026-03-15"})
    assert firms["688999"]["delist_date"] == dt.date(2026, 3, 15)
    assert firms["688999"]["city_basis"] == "unknown"


def test_a_short_name_not_given_yet_is_taken_from_elsewhere(graph: dict[str, pl.DataFrame]) -> None:
    firms = listed(graph, {"stock_code": "688999", "short_name_zh": None, "full_name_zh": "苏州甲股份有限公司"})
    assert firms["688999"]["short_name_zh"] == "苏州甲股份有限公司"


def test_a_province_nobody_knows_is_refused_and_told(graph: dict[str, pl.DataFrame]) -> None:
    rows = live({"stock_code": "688999", "province_zh": "火星省"})
    firms, issues = with_live(graph["core.star_listing"], rows, rules=RULES, geography=PLACES)
    assert "688999" not in firms["stock_code"].to_list()
    assert told_of(issues) == [("unknown_province", "火星省")]


def test_a_firm_gone_from_every_list_does_not_stand_up_again_from_the_facts(graph: dict[str, pl.DataFrame]) -> None:
    held = {row["stock_code"] for row in listed(graph, {"stock_code": "688001"}).values()}
    assert "688002" in held, "a firm the exchange never listed to us keeps its record of the facts"
    rows = live({"stock_code": "688001"}, {"stock_code": "688002", "current": False, "withdrawn": WHEN.date()})
    firms, issues = with_live(graph["core.star_listing"], rows, rules=RULES, geography=PLACES)
    assert "688002" not in firms["stock_code"].to_list()
    assert told_of(issues) == [("gone_from_the_list", "688002")]
    assert "not counted" in issues[0].remedy


def test_firms_of_the_facts_that_no_list_holds_are_counted_and_each_is_named(graph: dict[str, pl.DataFrame]) -> None:
    facts = graph["core.star_listing"].head(4)
    rows = live(*({"stock_code": code} for code in facts["stock_code"].head(2)))
    firms, issues = with_live(facts, rows, rules=RULES, geography=PLACES)
    assert firms.height == 4
    missing = facts["stock_code"].tail(2).to_list()
    assert [(i.rule, i.value) for i in issues] == [("never_on_the_list", code) for code in missing]
    assert facts["short_name_zh"][3] in issues[1].message
    assert issues_frame(issues)["value"].to_list() == missing, "none takes another's place in the quarantine"


def test_only_firms_nothing_places_are_left_to_a_person(graph: dict[str, pl.DataFrame]) -> None:
    rows = live(
        {"stock_code": "688991", "registered_address": "上海市某园区1号", "full_name_zh": "甲"},
        {"stock_code": "688001", "province_zh": "江苏省", "full_name_zh": "华兴源创"},
        {"stock_code": "688993", "province_zh": "江苏省", "full_name_zh": "乙"},
        {"stock_code": "688994", "province_zh": "广东省", "full_name_zh": "丙"},
        {"stock_code": "688995", "registered_address": "上海市松江区2号", "full_name_zh": "丁"},
        {"stock_code": "688981", "full_name_zh": "中芯国际"},
    )
    firms, _ = with_live(graph["core.star_listing"], rows, rules=RULES, geography=PLACES)
    told = unplaced(firms, rows, rules=RULES)
    assert told["stock_code"].to_list() == ["688981", "688991", "688993"], "one of them has a city but no district"
    assert set(told["remedy_code"]) <= {"add_address_rule", "add_district_rule"}


def test_the_days_a_list_was_seen_are_those_of_its_snapshots() -> None:
    at = dt.datetime(2026, 11, 15, 20, tzinfo=dt.UTC)
    rows = [
        ("sse_star", "s1", "superseded", at, [dt.date(2026, 11, 16), dt.date(2026, 12, 1)]),
        ("sse_star", "s2", "in force", at + dt.timedelta(days=29), [dt.date(2026, 12, 15)]),
        ("sse_star", "s3", "damaged", None, []),
        ("worldbank", "s4", "in force", at, [dt.date(2026, 11, 16)]),
    ]
    held = pl.DataFrame(
        rows,
        schema=["source_id", "snapshot_id", "state", "fetched_at", "seen_on"],
        schema_overrides={"seen_on": pl.List(pl.Date)},
        orient="row",
    ).with_columns(document_id="snapshot_id")
    november, december = dt.date(2026, 11, 16), dt.date(2026, 12, 15)
    assert days_seen(held).select("seen", "document_id", "fetched").rows() == [
        (november, "s1", november),
        (dt.date(2026, 12, 1), "s1", november),
        (december, "s2", december),
    ]


def test_the_list_is_complete_until_the_snapshot_in_force_says_so() -> None:
    rows = [
        ("sse_star", "superseded", dt.date(2026, 12, 31)),
        ("sse_star", "in force", dt.date(2026, 10, 31)),
        ("worldbank", "in force", dt.date(2026, 11, 30)),
    ]
    held = pl.DataFrame(rows, schema=["source_id", "state", "holds_until"], orient="row")
    assert complete_until(held) == dt.date(2026, 10, 31)
    assert complete_until(held.filter(pl.col("state") == "superseded")) is None


def counted(graph: dict[str, pl.DataFrame], rows: pl.DataFrame, until: dt.date | None) -> pl.DataFrame:
    """Return the tally of the facts with a live list laid over them."""
    firms, _ = with_live(graph["core.star_listing"], rows, rules=RULES, geography=PLACES)
    paper = pl.DataFrame(
        [{"document_id": "LIVE-sse_star-s1", "grade": "A", "published": WHEN.date()}],
        schema={"document_id": pl.String, "grade": pl.String, "published": pl.Date},
    )
    papers = pl.concat([graph["core.document"].select(paper.columns), paper])
    return tally(
        firms,
        geography=PLACES,
        corridor_member=graph["core.corridor_member"],
        document=papers,
        indicator_basis=graph["core.indicator_basis"],
        complete_until=until,
    )


def shares(graph: dict[str, pl.DataFrame], rows: pl.DataFrame, until: dt.date | None) -> dict[str, dict[str, Any]]:
    """Return the STAR share of both corridors at the end of 2022, their total, and the newest month end, by corridor."""
    chosen = choose(with_vintage(counted(graph, rows, until), graph["raw.live_figure"]))
    tables = {**graph, "core.observation_candidate": chosen}
    made = made_of(tables, "figure", "total", "corridor_total", "national_share")
    total = made["metrics.corridor_total"].filter(basis="tally", period_end=dt.date(2022, 12, 31))
    totals = dict(total.select("corridor_id", "value").iter_rows())
    share = made["metrics.national_share"].filter(pl.col("corridor_id").is_not_null() & (pl.col("basis") == "tally"))
    of_2022 = share.filter(pl.col("period_end") == dt.date(2022, 12, 31))
    newest = share["period_end"].max()
    return {
        r["corridor_id"]: r | {"newest": newest, "total": totals[r["corridor_id"]]}
        for r in of_2022.iter_rows(named=True)
    }


@pytest.fixture(scope="module")
def everything(graph: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the exchange's list of all firms of the facts, every third of Shanghai registered in Songjiang."""
    firms, number = [], 0
    for firm in graph["core.star_listing"].iter_rows(named=True):
        area, address = firm["province_code"], None
        if area == "310000":
            number += 1
            address = f"上海市{'松江区' if number % 3 == 0 else '浦东新区'}试验路{number}号"
        elif area in PROVINCES:
            address = f"{PROVINCES[area]}{firm['city_zh'] or '南京市'}试验路{number}号"
        left = firm["delist_date"]
        firms.append(
            Firm(
                firm["stock_code"],
                f"试验{firm['stock_code']}股份有限公司",
                area if address else "440000",
                address,
                listed=f"{firm['list_date']:%Y%m%d}",
                delisted=f"{left:%Y%m%d}" if left else "-",
            )
        )
    exchange = Direct(connector("sse_star"), CATALOG.live_source("sse_star"), Sse(firms))
    exchange.refresh()
    return live(*exchange.read().listings.to_dicts())


def test_a_whole_list_makes_the_share_a_number_in_both_readings(
    graph: dict[str, pl.DataFrame], everything: pl.DataFrame
) -> None:
    before = shares(graph, everything.head(0), None)
    assert before["g60_songjiang"]["share"] is None
    found = shares(graph, everything, dt.date(2026, 10, 31))
    firms = graph["core.star_listing"].filter(
        (pl.col("list_date") <= dt.date(2022, 12, 31))
        & (pl.col("delist_date").is_null() | (pl.col("delist_date") > dt.date(2022, 12, 31)))
    )
    listed_codes = set(firms["stock_code"])
    now = everything.filter(pl.col("stock_code").is_in(listed_codes))
    songjiang = now.filter(pl.col("registered_address").str.contains("松江区")).height
    shanghai = now.filter(pl.col("registered_address").str.starts_with("上海市")).height
    eight = found["g60_shanghai"]["numerator"] - shanghai
    assert 0 < songjiang < shanghai
    assert found["g60_songjiang"]["total"] == eight + songjiang
    assert found["g60_shanghai"]["total"] == eight + shanghai
    assert found["g60_songjiang"]["share"] == (eight + songjiang) / len(listed_codes)
    assert found["g60_shanghai"]["share"] == (eight + shanghai) / len(listed_codes)
    assert found["g60_songjiang"]["members_reporting"] == found["g60_songjiang"]["members_expected"] == 9
    assert found["g60_songjiang"]["newest"] == dt.date(2026, 10, 31)


def test_every_count_is_cited_from_the_list_once_one_is_in_force(graph: dict[str, pl.DataFrame]) -> None:
    rows = live({"stock_code": "688001", "province_zh": "江苏省"})
    assert "LIVE-sse_star-s1" not in set(counted(graph, rows.head(0), None)["document_id"])
    found = counted(graph, rows, dt.date(2026, 10, 31))
    assert set(found["document_id"]) == {"LIVE-sse_star-s1"}
    assert set(found["published"]) == {WHEN.date()}


def test_songjiang_is_counted_in_full_only_where_a_live_list_tells_districts(
    graph: dict[str, pl.DataFrame], everything: pl.DataFrame
) -> None:
    without = counted(graph, everything.head(0), None).filter(geo_code="310117")
    assert set(without["flags"].list.join(",")) == {"lower_bound"}, "five firms by the addresses documents print"
    rows = counted(graph, everything, None).filter(geo_code="310117")
    assert rows.height > 0
    assert set(rows["flags"].list.len()) == {0}


def test_one_firm_of_shanghai_without_a_district_makes_songjiang_a_lower_bound(
    graph: dict[str, pl.DataFrame], everything: pl.DataFrame
) -> None:
    code = everything.filter(
        pl.col("registered_address").str.contains("浦东新区") & (pl.col("list_date") < "2022-01-01")
    )["stock_code"][0]
    at_hand = pl.col("stock_code") == code
    vague = everything.with_columns(
        registered_address=pl.when(at_hand).then(pl.lit("上海市试验园区1号")).otherwise("registered_address")
    )
    whole, found = shares(graph, everything, None), shares(graph, vague, None)
    assert found["g60_songjiang"]["share"] is None
    assert found["g60_songjiang"]["numerator_low"] == whole["g60_songjiang"]["numerator"]
    assert found["g60_shanghai"]["share"] == whole["g60_shanghai"]["share"]
