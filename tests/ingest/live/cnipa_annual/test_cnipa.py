"""The CNIPA connector on its stand-in: finding the table by its title, its rows, and pages that must not be believed."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

import pytest
from ingest.live.cnipa_annual.stand_in import TITLE, Cnipa, figures, table_page
from simulator.direct import Direct

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.cnipa_annual.connector import CONNECTOR
from g60_pipeline.ingest.live.http.messages import SourceError

PLAN = load_catalog().live_source("cnipa_annual")
KNOWN = "tjxx/jianbao/year2025/f/f4.html"


def newest(snapshots):
    """Return the answers of the newest report."""
    return snapshots[max(snapshots)]


def desk(**site: Any) -> Direct:
    return Direct(CONNECTOR, PLAN, Cnipa(**site))


def with_page(page: str, *, encoding: str = "utf-8", **site: Any) -> Direct:
    """Return a site that has this page where last year's table is looked for first."""
    direct = desk(**site)
    direct.service.publish(2025, page=page, encoding=encoding)
    return direct


def changed(name: str, year: int, value: str) -> str:
    rows = figures(2024, 2025)
    rows[name][year] = value
    return table_page(rows)


def test_every_row_asked_for_is_read_with_its_declared_unit():
    direct = desk()
    direct.service.publish(2025)
    direct.refresh()
    assert [request.path for request in direct.asked] == [KNOWN]
    parsed = direct.read(max(direct.held))
    rows = {row["record_key"]: row for row in parsed.figures.to_dicts()}
    assert rows["received_domestic|上海|2024"] == {
        "record_key": "received_domestic|上海|2024",
        "locator": "pct/2025, row 上海, column 2024年",
        "series": "received_domestic",
        "place": "上海",
        "period_kind": "year",
        "period": "2024",
        "value": "924",
        "unit": "件",
        "status": None,
        "flags": None,
        "note": None,
    }
    assert rows["received_all|合计|2018"]["value"] == "9018"
    assert {key.split("|")[1] for key in rows} == {"合计", "国内小计", "上海", "江苏", "浙江", "安徽"}
    assert len(rows) == 6 * 3
    assert parsed.title == f"2025知识产权统计年报 {TITLE}"
    assert parsed.warnings == ()


@pytest.mark.parametrize("part", ["1950", "2006", "2026", "2027", "", "f4", "20250", "２０２５"])
def test_a_year_no_report_can_be_out_for_is_refused_before_anything_is_asked(part: str):
    told = CONNECTOR.refused(part, PLAN, today=dt.date(2026, 11, 16))
    assert told == "it is not the year of a report that can be out, from 2007 to 2025"


@pytest.mark.parametrize("part", ["2007", "2025"])
def test_the_first_and_the_last_year_may_be_asked_for(part: str):
    assert CONNECTOR.refused(part, PLAN, today=dt.date(2026, 11, 16)) is None


def test_places_lead_to_ours():
    places = {series.series: series.places for series in PLAN.series}
    assert places["received_all"] == {"合计": "100000"}
    assert places["received_domestic"]["上海"] == "310000"


def test_the_address_held_is_asked_first_with_its_year_replaced():
    direct = desk()
    direct.today = dt.date(2025, 11, 22)
    direct.service.publish(2024, "d/d2")
    direct.refresh()
    direct.today = dt.date(2026, 11, 22)
    direct.service.publish(2025, "d/d2")
    direct.asked.clear()
    assert list(newest(direct.refresh())) == ["pct/2025"]
    assert [request.path for request in direct.asked] == ["tjxx/jianbao/year2025/d/d2.html"]


def test_a_moved_table_is_found_by_its_title_on_the_index():
    direct = desk()
    direct.service.publish(2025, "c/c8")
    direct.service.index(2025, "https://elsewhere.example/c8.html", "//elsewhere.example/c8.html", "./c/c8.html")
    assert list(newest(direct.refresh())) == ["pct/2025", "index/2025"]
    assert [request.path for request in direct.asked][-1] == "tjxx/jianbao/year2025/c/c8.html"
    assert direct.read(max(direct.held)).figures.height == 18


def test_a_moved_table_is_found_by_its_title_among_neighbouring_pages():
    direct = desk()
    direct.service.publish(
        2025, "f/f1", page="<html><head><meta charset='utf-8'></head><p>6-1 国内专利申请受理量</p></html>"
    )
    direct.service.publish(2025, "b/b2")
    snapshot = direct.refresh()
    assert newest(snapshot)["pct/2025"].url.endswith("/year2025/b/b2.html")
    assert direct.read(max(direct.held)).figures.height == 18


def test_a_page_tried_is_never_asked_under_the_key_of_the_one_held():
    direct = desk()
    direct.service.publish(2025)
    direct.refresh()
    direct.asked.clear()
    direct.service.pages = {}
    direct.service.publish(2025, "f/f6")
    direct.refresh()
    assert [request.key for request in direct.asked].count("pct/2025") == 1
    assert newest(direct.held)["pct/2025"].url.endswith("/f/f6.html")


def test_the_year_before_serves_until_last_years_table_is_out():
    direct = desk()
    direct.service.publish(2024)
    assert list(newest(direct.refresh())) == ["pct/2024"]
    assert max(direct.read(max(direct.held)).figures["period"]) == "2024"


def test_a_page_that_still_shows_an_older_table_is_not_last_years():
    direct = desk()
    direct.service.publish(2024)
    direct.service.publish(2025, page=table_page(figures(2023, 2024)))
    assert list(newest(direct.refresh())) == ["pct/2024"]


def test_a_table_found_nowhere_is_told_after_a_bounded_search():
    direct = desk()
    rule = direct.fault().rule
    assert f"the table {TITLE} was not found by its title for 2025 nor for 2024" in rule
    assert sum(key.startswith("try/") for key in direct.asked_keys()) == 40
    assert len(direct.asked) == 40 + 2 + 2
    with pytest.raises(SourceError, match=r"options\.address"):
        direct.refresh()


def test_no_page_is_asked_twice_in_one_search():
    direct = desk()
    direct.service.index(2025, "f/f4.html", "f/f4.html", "b/b1.html")
    direct.fault()
    paths = [request.path for request in direct.asked]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(
    "title",
    [f"6-5 各国{TITLE}", f"{TITLE}前十位企业", f"<a href='f9.html'>6-4 {TITLE}</a>"],
)
def test_a_longer_title_or_a_mere_link_is_not_the_title(title: str):
    assert "for 2025 nor for 2024" in with_page(table_page(figures(2024, 2025), title=title)).fault().rule


@pytest.mark.parametrize(
    "behind",
    [
        "（1-6月）",
        "(2025年1—6月)",
        "（2025年上半年）",
        " 前三季度",
        "（累计）",
        "（比上年增长）",
        "：比重",
        "<b>（累计）</b>",
    ],
)
def test_a_title_of_part_of_a_year_a_sum_over_years_or_no_counts_is_not_the_title(behind: str):
    page = table_page(figures(2024, 2025), title=f"6-4 {TITLE}{behind}")
    assert "for 2025 nor for 2024" in with_page(page).fault().rule


@pytest.mark.parametrize("behind", ["（2018年—2025年）", "（件）", " 2025年3月12日", " Received PCT"])
def test_years_unit_and_day_behind_a_title_leave_it_the_title(behind: str):
    direct = with_page(table_page(figures(2024, 2025), title=f"6-4 {TITLE}{behind}"))
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 12


@pytest.mark.parametrize("printed", ["9,2", "1,2345", "9,,240", ",924", "92,4"])
def test_a_comma_that_groups_no_thousands_makes_no_figure(printed: str):
    rows = figures(2024, 2025)
    rows["上海"][2025] = printed
    direct = with_page(table_page(rows))
    direct.refresh()
    parsed = direct.read(max(direct.held))
    assert parsed.figures.height == 11
    assert any(repr(printed) in told for told in parsed.warnings)


@pytest.mark.parametrize("title", [TITLE, f"表6-4 {TITLE}", "<b>6-4</b> <span>PCT国际</span>专利申请受理量 单位:件"])
def test_a_title_may_bear_a_number_and_be_set_in_pieces(title: str):
    direct = with_page(table_page(figures(2024, 2025), title=title, unit=None))
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 12


def test_a_page_in_gbk_is_read_by_its_declaration():
    direct = with_page(table_page(figures(2024, 2025), charset="gb2312"), encoding="gb18030", content_type="text/html")
    direct.refresh()
    parsed = direct.read(max(direct.held))
    assert parsed.figures.height == 12
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("header", "meta", "encoding", "right"),
    [
        ("gbk", "utf-8", "utf-8", "utf-8"),
        ("utf-8", "gbk", "utf-8", "utf-8"),
        ("utf-8", "gb2312", "gb18030", "gb2312"),
        ("gb18030", "utf-8", "gb18030", "gb18030"),
    ],
)
def test_where_header_and_page_disagree_the_encoding_that_shows_the_title_wins(
    header: str, meta: str, encoding: str, right: str
):
    page = table_page(figures(2024, 2025), charset=meta)
    direct = with_page(page, encoding=encoding, content_type=f"text/html; charset={header}")
    direct.refresh()
    parsed = direct.read(max(direct.held))
    assert parsed.figures.height == 12
    assert parsed.warnings == (f"pct/2025: {header} / {meta} are declared, the page is read as {right}",)


@pytest.mark.parametrize(
    ("charset", "encoding", "content_type"),
    [
        (None, "gb18030", "text/html; charset=utf-8"),
        ("utf-8", "gb18030", "text/html"),
        ("big5", "utf-8", "text/html"),
        (None, "utf-8", "text/html"),
    ],
)
def test_bytes_of_no_declared_encoding_are_refused(charset: str | None, encoding: str, content_type: str):
    page = table_page(figures(2024, 2025), charset=charset)
    assert (
        "not of the encoding it declares" in with_page(page, encoding=encoding, content_type=content_type).fault().rule
    )


def test_separators_and_blanks_in_numbers_are_cleaned():
    direct = with_page(changed("合计", 2025, "19, 025"))
    direct.refresh()
    values = {row["record_key"]: row["value"] for row in direct.read(max(direct.held)).figures.to_dicts()}
    assert values["received_all|合计|2025"] == "19025"


@pytest.mark.parametrize("mark", ["-", "", "—", "…", "……", "...", "..", "--", "－", "——", "–", "―", "−", "/", "&nbsp;"])
def test_a_figure_not_printed_is_no_row(mark: str):
    direct = with_page(changed("安徽", 2024, mark))
    direct.refresh()
    keys = set(direct.read(max(direct.held)).figures["record_key"])
    assert "received_domestic|安徽|2024" not in keys
    assert "received_domestic|安徽|2025" in keys


@pytest.mark.parametrize(
    "value", ["１９０２５", "19，025", "１９，０２５", "1\u200b9025", "19\u00a0025", "\ufeff19025"]
)
def test_full_width_and_unseen_signs_in_numbers_mean_what_ascii_ones_do(value: str):
    direct = with_page(changed("合计", 2025, value))
    direct.refresh()
    values = {row["record_key"]: row["value"] for row in direct.read(max(direct.held)).figures.to_dicts()}
    assert values["received_all|合计|2025"] == "19025"


@pytest.mark.parametrize("mark", [":", "：", " : ", "：　"])
@pytest.mark.parametrize(("unit", "told"), [("百件", "百件"), ("１００件", "100件"), ("万件", "万件")])
def test_the_unit_is_read_after_either_colon(mark: str, unit: str, told: str):
    page = table_page(figures(2024, 2025), unit="件")
    assert "单位：件" in page or "单位:件" in page
    spoiled = re.sub("单位[:：]件", f"单位{mark}{unit}", page)
    assert f"the unit is {told}, not 件" in with_page(spoiled).fault().rule
    sound = with_page(re.sub("单位[:：]件", f"（单位{mark}件）", page))
    sound.refresh()
    assert set(sound.read(max(sound.held)).figures["unit"]) == {"件"}


OTHER_UNITS = (
    "单位∶百件",
    "单位﹕百件",
    "单位︰百件",
    "单位 百件",
    "单位百件",
    "计量单位 百件",
    "单位：100件",
    "单位：<b>百</b>件",
    "单位：</p><p>百件",
    "单位为百件",
    "单位：件/百万人",
    "单位：件<sub>/百万人</sub>",
    "单位：件，每百万人",
    "单位：百件 (hundred pieces)",
    "单位：%",
    "（百件）",
    "（单位百件）",
    "[万件]",
    "【百件】",
    "百件",
    "（万）",
    "（%）",
    "Unit: 100 pieces",
    "(in hundreds)",
    "单位",
)


@pytest.mark.parametrize("written", OTHER_UNITS)
def test_a_unit_that_is_written_and_not_understood_refuses_the_table(written: str):
    page = table_page(figures(2024, 2025))
    alone = page.replace("单位:件 (piece)", written)
    beside = page.replace("<table>", f"<table><caption>{written}</caption>")
    for spoiled in (alone, beside):
        assert written in spoiled
        assert ", not 件" in with_page(spoiled).fault().rule


@pytest.mark.parametrize(
    "cell", ["地区（百件）Regions", "地区Regions<br>（百件）", "地区<br>单位 百件", "地区（件/百万人）"]
)
def test_a_unit_in_the_header_of_the_table_is_read(cell: str):
    page = table_page(figures(2024, 2025), unit=None).replace("地区Regions", cell)
    assert ", not 件" in with_page(page).fault().rule


@pytest.mark.parametrize(
    "written",
    [
        "单位∶件",
        "单位 件",
        "单位件",
        "（件）",
        "单位：件（piece）",
        "计量单位：件",
        "单位：<b>件</b>",
        "Unit: piece",
        "单位：件。",
    ],
)
def test_single_applications_are_understood_however_they_are_written(written: str):
    page = table_page(figures(2024, 2025)).replace("单位:件 (piece)", written)
    direct = with_page(page.replace("<th>2025年</th>", "<th>2025年</th><th>增长率(%)</th>"))
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 12


@pytest.mark.parametrize("word", ["主办单位：国家知识产权局", "事业单位 Institutions", "科研单位"])
def test_an_organisation_is_no_unit(word: str):
    page = table_page(figures(2024, 2025)).replace("</table>", f"</table><p>{word}</p>")
    direct = with_page(page)
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 12


def test_years_and_title_in_full_width_are_read_as_ascii():
    page = table_page(figures(2024, 2025)).replace("2025年", "２０２５年").replace("PCT", "ＰＣＴ")
    direct = with_page(page)
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 12


def test_without_a_unit_on_the_page_none_is_claimed():
    direct = with_page(table_page(figures(2024, 2025), unit=None))
    direct.refresh()
    assert set(direct.read(max(direct.held)).figures["unit"]) == {None}


def test_cells_without_spans_are_read_as_well():
    rows = "".join(
        f"<tr><td>{a}</td><td>{b}</td><td></td><td>{value}</td></tr>"
        for a, b, value in [
            ("合计Total", "", 900),
            ("国内Domestic", "国内小计Sub-total", 800),
            ("上海", "Shanghai", 90),
            ("江苏", "Jiangsu", 80),
            ("浙江", "Zhejiang", 70),
            ("安徽", "Anhui", 60),
        ]
    )
    table = f"<table><tr><td>地区Regions</td><td></td><td></td><td>2025年</td></tr>{rows}</table>"
    direct = with_page(f"<meta charset=utf-8><p>6-4 {TITLE}</p><table><tr><td>{table}</td></tr></table>")
    direct.refresh()
    assert direct.read(max(direct.held)).figures["value"].to_list() == ["900", "800", "90", "80", "70", "60"]


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        (changed("上海", 2025, "8000"), "the provinces of 2025 add up to 11300, more than 国内小计 8025"),
        (changed("国内小计", 2024, "9999"), "国内小计 of 2024 is 9999, more than 合计 9024"),
        (table_page(figures(2024, 2025), unit="万件"), "the unit is 万件, not 件"),
        (table_page({k: v for k, v in figures(2024, 2025).items() if k != "安徽"}), "the row 安徽 is missing"),
        (table_page(figures(2024, 2025)).replace("浙 江", "上 海"), "the row 上海 stands 2 times"),
        (table_page(figures(2024, 2025)).replace("2024年", "2025年"), "the header names a year twice"),
        (table_page(figures(2024, 2025)).replace("年</th>", "</th>"), "0 tables have a header with years"),
        (
            table_page(figures(2024, 2025)).replace("</body>", "<table><tr><td>2025年</td></tr></table></body>"),
            "2 tables",
        ),
        (table_page(figures(2024, 2025)).partition("安 徽")[0], "cut short"),
        (
            table_page(figures(2024, 2025)).replace("<td> 924\n</td><td> 925\n</td>", "<td> 924\n</td>"),
            "the row 上海 ends before 2025",
        ),
        (table_page(figures(2024, 2025)).replace('rowspan="6"', 'rowspan="many"'), "rowspan 'many'"),
    ],
)
def test_a_table_without_its_form_stops_the_refresh(page: str, rule: str):
    assert rule in with_page(page).fault().rule


@pytest.mark.parametrize("cell", ["abc", "约900", "9.25", "-3", "1" * 40, "1e3", "９００件"])
@pytest.mark.parametrize("name", ["上海", "国内小计", "北京"])
def test_one_odd_cell_is_left_out_with_a_remark_and_the_others_enter(cell: str, name: str):
    direct = with_page(changed(name, 2025, cell))
    direct.refresh()
    parsed = direct.read(max(direct.held))
    assert parsed.figures.height == 12 - (name != "北京")
    assert f"received_domestic|{name}|2025" not in set(parsed.figures["record_key"])
    (told,) = parsed.warnings
    assert told.startswith(f"pct/2025: {name} 2025 is '")
    assert told.endswith("not a number, and is left out")


def test_a_table_of_odd_cells_only_is_refused():
    rows = {name: dict.fromkeys((2024, 2025), "abc") for name in figures(2024, 2025)}
    assert "no row holds a figure" in with_page(table_page(rows)).fault().rule


def test_further_rows_and_columns_are_let_be():
    page = table_page(figures(2024, 2025)).replace("<th>2025年</th>", "<th>2025年</th><th>增长率</th>")
    direct = with_page(page)
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 12


def test_a_page_without_the_title_is_not_parsed():
    direct = desk()
    direct.service.publish(2025)
    direct.refresh()
    answers = newest(direct.held)
    plan = PLAN.model_copy(
        update={"series": tuple(s.model_copy(update={"title": "发明专利授权量"}) for s in PLAN.series)}
    )
    with pytest.raises(SourceError, match="does not stand on the page"):
        CONNECTOR.parse("2025", answers, plan=plan)


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000 + TITLE + "</div>" * 20_000,
        "<p>" * 20_000 + TITLE,
        f"<table>{'<tr><td>' * 10_000}{TITLE}{'</td></tr>' * 10_000}</table>",
        "<b></i>" * 20_000 + TITLE,
    ],
    ids=["divisions", "unclosed paragraphs", "cells", "ends of what never began"],
)
def test_a_page_nested_too_deeply_is_refused_before_it_is_parsed(page: str):
    started = time.monotonic()
    with pytest.raises(SourceError, match="more than 500 deep"):
        with_page(page).refresh()
    assert time.monotonic() - started < 5


def test_a_long_flat_page_is_not_deep():
    page = table_page(figures(2024, 2025))
    long = page.replace("<table", "<p>a<br><img src=x>b</p><hr>" * 1_000 + "<table", 1)
    direct = with_page(long)
    direct.refresh()
    assert direct.read(max(direct.held)).figures.height == 6 * 2
