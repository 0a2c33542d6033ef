"""Rules on sentences and tables: what is a figure of the whole place, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import papers as writers
import pytest

from g60_pipeline.ingest.communique.proposals import proposals
from g60_pipeline.ingest.communique.rules.read import indicator_rules
from g60_pipeline.ingest.communique.text.read import read_document


def figures(*items, title="临川市2024年国民经济和社会发展统计公报", **options):
    text = read_document(writers.page(*items, title=title), name="document.html")
    return {p.indicator: f"{p.year} {p.value}{p.unit}" for p in proposals(text, name="document.html", **options)}


def _sentences():
    lines = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(part.strip() for part in line.split(" |")) for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("sentence", "expected"), _sentences())
def test_figures_of_the_whole_place_are_read_and_no_others(sentence, expected):
    want = dict(pair.split("=") for pair in expected.split())
    assert figures(sentence) == {name: f"2024 {v}" if ":" not in v else v.replace(":", " ") for name, v in want.items()}


def test_earlier_year_is_the_year_of_research_and_of_nothing_else():
    lagging = "2023年全社会R&D经费投入45.6亿元，R&D经费投入强度3.70%。2023年全市地区生产总值最终核实数为1180亿元。"
    assert figures(lagging) == {"rd_expenditure": "2023 45.6亿元", "rd_intensity": "2023 3.70%"}


def test_heading_glued_to_its_sentence_by_a_blank_is_parted():
    glued = (
        "综合略。七、对外经济 全年货物进出口总额31.07亿美元，其中，出口29.46亿美元。速度 — 10 — 全年专利授权1307件。"
    )
    assert figures(glued) == {
        "trade_total": "2024 31.07亿美元",
        "exports": "2024 29.46亿美元",
        "patents_granted": "2024 1307件",
    }


def test_row_of_a_table_is_read_where_the_text_has_no_figure():
    table = writers.table(
        ("指标", "绝对数（亿元）", "比上年增长（%）"),
        ("一般公共预算支出", "310.6", "0.9"),
        ("#教育", "45.7", "2.3"),
        ("科学技术", "17.42", "8.1"),
    )
    prose = "全年一般公共预算支出310.60亿元，其中民生支出占八成以上，比上年提高。"
    assert figures(prose, table) == {"fiscal_expenditure": "2024 310.60亿元", "fiscal_st_expenditure": "2024 17.42亿元"}


def test_column_of_the_year_is_chosen_in_a_table():
    table = writers.table(
        ("指标", "单位", "2023年", "2024年"), ("专利授权量", "件", "810", "850"), ("常住人口", "万人", "300.1", "301.2")
    )
    assert figures(table) == {"patents_granted": "2024 850件", "population_resident": "2024 301.2万人"}


@pytest.mark.parametrize("order", ["last year first", "this year first"])
@pytest.mark.parametrize(
    ("last", "now"),
    [
        ("上年末", "本年末"),
        ("上年", "今年"),
        ("去年", "今年"),
        ("上年全年", "全年"),
        ("上年实绩", "实绩"),
        ("上年同期", "本年"),
        ("前一年", "本年"),
    ],
)
def test_column_of_the_year_before_in_words_is_never_that_of_the_year(last, now, order):
    def table(*rows):
        return writers.table(*(row if order == "last year first" else (*row[:-2], row[-1], row[-2]) for row in rows))

    rows = (("指标", "单位", last, now), ("专利授权量", "件", "810", "850"), ("常住人口", "万人", "300.1", "301.2"))
    assert figures(table(*rows)) == {"patents_granted": "2024 850件", "population_resident": "2024 301.2万人"}
    assert figures(table(("指标", last, now), ("专利授权量（件）", "810", "850"))) == {"patents_granted": "2024 850件"}


OTHER_COLUMNS = ["1-11月", "前三季度", "上半年", "三季度末", "浙江省", "市区", "安吉县", "杭州市"]


@pytest.mark.parametrize("title", OTHER_COLUMNS)
def test_column_of_a_part_of_the_year_or_of_another_place_is_let_be(title):
    table = writers.table(("指标", title, "增长（%）"), ("专利授权量（件）", "810", "3"))
    assert figures(table) == {}
    beside = writers.table(("指标", title, "全年"), ("专利授权量（件）", "810", "850"))
    assert figures(beside) == {"patents_granted": "2024 850件"}


@pytest.mark.parametrize(
    "caption", ["表1 上半年主要指标", "表1 安吉县主要指标", "2024年1-11月主要指标", "表2 浙江省主要指标"]
)
def test_table_whose_caption_is_of_a_part_of_the_year_or_of_another_place_is_let_be(caption):
    table = writers.table(("指标", "绝对数"), ("专利授权量（件）", "810"))
    assert figures(caption, table) == {}


@pytest.mark.parametrize(
    "caption", ["表1 全市主要指标", "表1 浙江省临川市主要指标", "表1 各县区主要指标", "2024年1-12月主要指标"]
)
def test_table_whose_caption_is_of_the_place_and_the_whole_year_is_read(caption):
    table = writers.table(("指标", "绝对数"), ("专利授权量（件）", "850"))
    assert figures(caption, table) == {"patents_granted": "2024 850件"}


SENTENCES = "临川市运行平稳，稳中有进，发展质量不断提高，人民生活持续改善，各项事业取得新进展。"
ROW = (("指标", "2024年", "增长（%）"), ("地区生产总值（亿元）", "320.1", "6"), ("进出口总额（亿元）", "52.1", "3"))

PARTS = [
    *(
        "开发区",
        "企业研发",
        "工业企业",
        "市辖区",
        "规模以上工业企业",
        "民营企业",
        "外商投资企业",
        "高等学校",
        "综合保税区",
        "市本级",
        "一般贸易",
    ),
    *("全省", "全国", "安吉县", "浙江省"),
]


@pytest.mark.parametrize("part", PARTS)
def test_table_of_a_part_or_of_a_larger_place_is_let_be_wherever_it_says_so(part):
    assert figures("临川市运行平稳，稳中有进。", f"表6 {part}主要指标", writers.table(*ROW)) == {}
    assert figures(writers.table((f"{part}主要指标",), *ROW)) == {}
    assert figures(writers.table(ROW[0], (part, "", ""), *ROW[1:])) == {}
    assert figures(writers.table(ROW[0], (part, part, part), *ROW[1:])) == {}
    assert figures(writers.table(("指标", part, "增长（%）"), *ROW[1:])) == {}
    beside = writers.table(("指标", "2024年", "2024年"), ("", part, "全市"), ("专利授权量（件）", "320", "850"))
    assert figures(beside) == {"patents_granted": "2024 850件"}


@pytest.mark.parametrize("town", ["昆山", "张家港", "园区甲", "甲银行"])
def test_column_whose_title_is_none_of_values_is_let_be(town):
    assert figures(writers.table(("指标", town, "太仓"), ("地区生产总值（亿元）", "538.0", "170.0"))) == {}
    two_lines = (("指标", "2024年", "2024年"), ("", town, "太仓"), ("地区生产总值（亿元）", "538.0", "170.0"))
    assert figures(writers.table(*two_lines)) == {}
    whole = (("指标", "2024年", "2024年"), ("", town, "全市"), ("地区生产总值（亿元）", "538.0", "1250.8"))
    assert figures(writers.table(*whole)) == {"gdp": "2024 1250.8亿元"}


def test_rows_of_a_table_go_on_behind_a_heading_of_the_whole_place():
    table = writers.table(ROW[0], ("市区", "", ""), ROW[1], ("全市", "", ""), ("地区生产总值（亿元）", "1250.8", "7"))
    assert figures(table) == {"gdp": "2024 1250.8亿元", "gdp_growth_real": "2024 7%"}


@pytest.mark.parametrize("title", ["规模以上工业企业", "市辖区", "民营企业", "高等学校", "企业", "部门", "城镇"])
def test_title_above_the_label_of_a_column_makes_its_figures_smaller(title):
    table = writers.table(("地区", title, title), ("", "R&D经费（亿元）", "投入强度（%）"), ("全市", "33.0", "2.9"))
    assert figures(table) == {}


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("一般公共预算收入（市本级）（亿元）", "35.2"),
        ("地区生产总值（2020年不变价）（亿元）", "1180.2"),
        ("地区生产总值（可比价，亿元）", "1180.2"),
        ("高新技术企业（新增）（家）", "120"),
        ("专利授权量（发明）（件）", "320"),
        ("有效发明专利（高价值）（件）", "620"),
        ("常住人口（市区）（万人）", "142.3"),
        ("进出口总额（一般贸易）（亿元）", "402.1"),
    ],
)
def test_bracket_behind_a_label_that_makes_it_smaller_is_not_passed_over(label, value):
    assert figures(writers.table(("指标", "2024年"), (label, value))) == {}
    unit = label.rsplit("（", maxsplit=1)[-1].rstrip("）").split("，")[-1]
    if label.count("（") > 1:
        beside = label.rsplit("（", maxsplit=1)[0]
        assert figures(writers.table(("指标", "单位", "2024年"), (beside, unit, value))) == {}


@pytest.mark.parametrize("words", ["GDP", "含独立学院", "不含上划中央部分", "海关口径", "扣除退税因素"])
def test_bracket_behind_a_label_that_makes_it_no_smaller_is_passed_over(words):
    table = writers.table(("指标", "2024年"), (f"一般公共预算收入（{words}）（亿元）", "120.5"))
    assert figures(table) == {"fiscal_revenue": "2024 120.5亿元"}


@pytest.mark.parametrize(("part", "expected"), [("城镇", None), ("外观设计", None), ("增值税", None), ("合计", "1205")])
def test_cell_between_label_and_figure_is_of_the_whole_or_the_row_is_let_be(part, expected):
    table = writers.table(("指标", "分组", "2024年"), ("专利授权量（件）", part, "1205"))
    assert figures(table) == ({"patents_granted": f"2024 {expected}件"} if expected else {})


def test_exports_below_a_form_of_trade_are_no_exports_of_the_place():
    table = writers.table(
        *(
            ("指标", "2024年"),
            ("进出口总额（亿元）", "512.3"),
            ("一般贸易", "402.1"),
            ("出口", "300.1"),
            ("进口", "102.0"),
        ),
    )
    assert figures(table) == {"trade_total": "2024 512.3亿元"}
    parts = writers.table(
        *(
            ("指标", "2024年"),
            ("进出口总额（亿元）", "512.3"),
            ("#出口", "400.1"),
            ("#民营企业", "9.0"),
            ("进口", "112.2"),
        ),
    )
    assert figures(parts) == {"trade_total": "2024 512.3亿元", "exports": "2024 400.1亿元", "imports": "2024 112.2亿元"}


@pytest.mark.parametrize(
    "caption",
    [
        *(
            "表3 2023年主要指标",
            "表12　2023年主要指标",
            "附表3-1 2023年主要指标",
            "图1 2023年主要指标",
            "表2 1-9月主要指标",
        ),
        *("表2-1 1—9月主要指标", "2023年主要指标（续表）", "2021—2023年主要指标", "2022—2024年主要指标"),
    ],
)
def test_number_of_a_table_does_not_hide_the_year_or_months_behind_it(caption):
    for title in ("绝对数", "总量", "实绩"):
        assert figures("全年稳中有进。", caption, writers.table(("指标", title), ("专利授权量（件）", "810"))) == {}


def test_title_of_several_years_inside_a_table_says_nothing_of_a_column():
    rows = (("临川市2022—2024年主要指标",), ("指标", "2022", "2023", "2024"), ("专利授权量（件）", "790", "810", "850"))
    assert figures(writers.table(*rows)) == {"patents_granted": "2024 850件"}
    spanned = (("临川市2022—2024年主要指标",) * 4, *rows[1:])
    assert figures(writers.table(*spanned)) == {"patents_granted": "2024 850件"}
    assert (
        figures("全年稳中有进。", "2022—2024年主要指标", writers.table(("指标", "总量"), ("专利授权量（件）", "850")))
        == {}
    )


@pytest.mark.parametrize("first", ["上年", "去年", "增长（%）", "比上年增减", "预算数"])
def test_first_column_of_a_header_that_does_not_fit_its_rows_is_looked_at(first):
    table = writers.table(("指标", first, "绝对数"), ("专利授权量（件）", "810", "850", ""))
    assert figures(table) == {}
    right = writers.table(("指标", "绝对数", first), ("专利授权量（件）", "850", "810", ""))
    assert figures(right) == {"patents_granted": "2024 850件"}


@pytest.mark.parametrize("label", ["指标", "指 标", "项 目"])
@pytest.mark.parametrize("first", ["上年", "去年", "增长（%）", "预算数"])
def test_first_column_of_a_table_in_a_pdf_is_looked_at_though_its_label_is_parted(label, first):
    lines = [f"{label} {first} 本年", "专利授权量（件） 810 850", "高新技术企业（家） 780 865"]
    found = proposals(read_document(writers.pdf([SENTENCES, *lines]), name="x.pdf"), name="x.pdf", year=2024)
    assert {p.value for p in found} <= {"850", "865"}


@pytest.mark.parametrize("header", ["指标 绝对数 增长（%）", "指标 绝对数 增长（%） 位次", ""])
def test_number_whose_thousands_a_blank_parts_is_not_cut(header):
    lines = [header, "进出口总额（亿元） 26 726.98 6.0", "规模以上工业企业（个） 13 120 2.1"]
    text = read_document(writers.pdf([SENTENCES, *filter(None, lines)]), name="x.pdf")
    assert proposals(text, name="x.pdf", year=2024) == []


@pytest.mark.parametrize(
    "caption", ["表2 2024年各市主要指标", "表5 2024年浙江省各市主要指标", "长三角部分城市主要指标"]
)
def test_row_of_the_place_is_read_in_a_table_of_cities(caption):
    table = writers.table(("城市", "地区生产总值（亿元）"), ("湖州市", "4015.1"), ("临川市", "1250.8"))
    assert figures("全年稳中有进。", caption, table) == {"gdp": "2024 1250.8亿元"}


@pytest.mark.parametrize(
    "title",
    ["2024年前三季度临川市主要经济指标", "2024年1-11月临川市主要经济指标", "临川市2024年上半年国民经济运行情况"],
)
def test_document_whose_title_is_of_a_part_of_the_year_gives_nothing(title):
    assert figures("全市专利授权量850件，比上年增长。", title=title) == {}


def test_document_of_the_last_quarter_and_the_whole_year_is_read():
    assert figures("全年专利授权量850件。", title="临川市2024年四季度及全年国民经济运行情况") == {
        "patents_granted": "2024 850件"
    }


def test_change_against_the_year_before_is_no_column_of_that_year():
    table = writers.table(("指标", "本年", "比上年增减"), ("专利授权量（件）", "850", "40"))
    assert figures(table) == {"patents_granted": "2024 850件"}


def test_unit_of_a_caption_holds_for_rows_below_one_with_another_or_they_are_left_out():
    table = writers.table(
        ("指标", "2024年"), ("地区生产总值（亿元）", "1250.8"), ("研究与试验发展（R&D）经费支出", "812345")
    )
    assert figures("表3 科技（单位：万元）", table) == {"gdp": "2024 1250.8亿元"}
    below = writers.table(("指标", "2024年"), ("对外经济（亿美元）", ""), ("进出口总额", "51.2"), ("#出口", "40.1"))
    assert figures("表1（单位：亿元）", below) == {"trade_total": "2024 51.2亿美元", "exports": "2024 40.1亿美元"}
    parts = writers.table(
        ("指标", "2024年"), ("进出口总额（亿美元）", "51.2"), ("#出口", "40.1"), ("专利授权量", "850")
    )
    assert figures("表1（单位：件）", parts) == {"trade_total": "2024 51.2亿美元", "exports": "2024 40.1亿美元"}


@pytest.mark.parametrize("caption", ["表1（单位：亿元）", "表1"])
def test_unit_of_a_section_holds_for_no_row_behind_a_heading_without_one(caption):
    section = (("指标", "2024年"), ("一、对外经济（亿美元）", ""), ("进口总额", "51.2"))
    behind = writers.table(*section, ("二、综合", ""), ("出口总额", "360.5"))
    assert figures(caption, behind) == {"imports": "2024 51.2亿美元"}
    next_one = writers.table(*section, ("二、综合（亿元）", ""), ("出口总额", "360.5"))
    assert figures(caption, next_one) == {"imports": "2024 51.2亿美元", "exports": "2024 360.5亿元"}


def test_unit_beside_the_years_is_that_of_the_table():
    table = writers.table(("指标（亿元）", "2024年"), ("进口总额（亿美元）", "51.2"), ("出口总额", "360.5"))
    assert figures(table) == {"imports": "2024 51.2亿美元"}
    assert figures(writers.table(("指标（亿元）", "2024年"), ("出口总额", "360.5"))) == {"exports": "2024 360.5亿元"}


@pytest.mark.parametrize("missing", ["…", "-", "—"])
def test_row_whose_figure_is_missing_is_no_heading(missing):
    table = writers.table(("指标", "2024年"), ("进出口总额（亿美元）", missing), ("出口总额", "360.5"))
    assert figures("表1（单位：亿元）", table) == {}


def test_row_of_the_year_is_chosen_in_a_table_of_years():
    table = writers.table(("年份", "专利授权量（件）", "增长（%）"), ("2023", "810", "1.0"), ("2024", "850", "4.9"))
    assert figures(table) == {"patents_granted": "2024 850件"}


def test_table_of_another_year_is_let_be():
    table = writers.table(("指标", "2022年", "2023年"), ("专利授权量（件）", "790", "810"))
    assert figures(table) == {}


def test_text_is_surer_than_a_table():
    table = writers.table(("指标", "绝对数"), ("专利授权量（件）", "9999"))
    assert figures("全年专利授权量850件，比上年增长，专利质量提高。", table) == {"patents_granted": "2024 850件"}


def test_file_of_two_communiques_is_read_by_the_year_of_its_name():
    first, second = (
        ("临川市2024年国民经济和社会发展统计公报", "全年地区生产总值1234.5亿元。"),
        ("临川市2023年国民经济和社会发展统计公报", "全年地区生产总值1180.2亿元。"),
    )
    text = read_document(writers.word(*first, *second), name="x.docx")
    assert [(p.year, p.value) for p in proposals(text, name="linchuan_2023.docx")] == [(2023, "1180.2")]
    assert [(p.year, p.value) for p in proposals(text, name="linchuan.docx")] == [(2024, "1234.5"), (2023, "1180.2")]


def test_work_report_speaks_of_the_year_before():
    title = "2025年临川市政府工作报告"
    assert figures("过去一年，全市地区生产总值1234.5亿元，增长5.6%。", title=title)["gdp"] == "2024 1234.5亿元"


def test_proposal_names_sentence_place_rule_and_figure():
    text = read_document(writers.page("一、综合", "初步核算，全年地区生产总值超过1234.5亿元。"), name="x.html")
    (proposal,) = proposals(text, name="x.html")
    assert proposal.marked == "初步核算，全年地区生产总值超过【1234.5亿元】。"
    where = "paragraph 2, under 综合"
    assert (proposal.where, proposal.rule, proposal.qualifiers) == (where, "gdp.total", ("over",))


def test_proposal_of_a_table_names_caption_heading_and_column():
    rows = (("指标", "2024年"), ("科技", ""), ("专利授权量（件）", "850"))
    text = read_document(writers.page("全年稳中有进。", "表3 主要指标", writers.table(*rows)), name="x.html")
    (proposal,) = proposals(text, name="x.html")
    assert proposal.where == "table 1 (表3主要指标), under 科技, column 2024年"


HEADINGS = ["（一）昆山市", "（二）吴江区", "九、开发区", "县域经济", "专栏：2024年全国主要指标", "上海市", "全省经济"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_what_is_below_the_heading_of_another_place_or_an_area_is_none_of_the_place(heading):
    below = "地区生产总值538.0亿元，高新技术企业300家，进出口总额30.1亿元，常住人口42.1万人。"
    assert figures("八、区域", heading, below) == {}
    assert figures("八、区域", heading, "1.工业" if heading.startswith("（") else below, below) == {}
    own = figures("八、区域", heading, "全市高新技术企业865家。", "九、财政", "一般公共预算收入120.5亿元。")
    assert own == {"hightech_enterprises": "2024 865家", "fiscal_revenue": "2024 120.5亿元"}
    place = heading.strip("（一）二九、").removeprefix("专栏：2024年")
    assert figures(f"{place}。{below}") == {}


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_table_below_the_heading_of_another_place_or_an_area_is_none_of_the_place(heading, form):
    rows = (("指标", "2024年"), ("地区生产总值（亿元）", "538.0"), ("高新技术企业（家）", "300"))
    lines = ("八、区域", heading, SENTENCES)
    content = {
        "html": lambda: writers.page(*lines, "表3 主要指标", writers.table(*rows)),
        "docx": lambda: writers.word(*lines, "表3 主要指标", list(rows)),
        "pdf": lambda: writers.pdf([lines[2], lines[0], heading, *(" ".join(row) for row in rows)]),
    }[form]()
    text = read_document(content, name="x")
    assert proposals(text, name="x", year=2024, places=("临川市", "临川")) == []


@pytest.mark.parametrize("heading", ["（一）昆山市", "九、开发区"])
def test_prose_of_a_pdf_below_the_heading_of_another_place_is_none_of_the_place(heading):
    below = "地区生产总值538.0亿元，高新技术企业300家，常住人口42.1万人。"
    text = read_document(writers.pdf([SENTENCES, heading, below]), name="x.pdf")
    assert proposals(text, name="x.pdf", year=2024, places=("临川市", "临川")) == []


@pytest.mark.parametrize("heading", ["综合", "（一）工业", "智慧城市", "对外经济和开发区", "农村地区", "临川市"])
def test_heading_of_a_subject_leaves_figures_of_the_place(heading):
    assert figures("八、其他", heading, "高新技术企业865家。") == {"hightech_enterprises": "2024 865家"}


AIMS = "（一）坚持工业强市|二、建设创新强市|科教兴市|质量强市|打造文化名市|交通强省|农业大县|现代化大都市|依法治市|生态市|幸福县|城乡区"


@pytest.mark.parametrize("heading", AIMS.split("|"))
def test_heading_of_an_aim_names_no_other_place(heading):
    assert figures("八、其他", heading, "高新技术企业865家。") == {"hightech_enterprises": "2024 865家"}


@pytest.mark.parametrize("place", ["1.嘉兴市", "1.大兴区", "（一）茂名市", "昆都仑区", "（一）长兴县"])
def test_name_of_a_place_that_sounds_like_an_aim_is_one(place):
    below = "地区生产总值538.0亿元。"
    assert figures("八、区域", place, below) == {}


@pytest.mark.parametrize("heading", ["全市情况", "全市财政", "临川市财政"])
def test_heading_of_the_whole_place_below_that_of_another_begins_anew(heading):
    assert figures("1.昆山市", heading, "高新技术企业865家。") == {"hightech_enterprises": "2024 865家"}
    assert figures("1.昆山市", "工业", "高新技术企业865家。") == {}


@pytest.mark.parametrize("name", ["昆山市", "张家港市", "上海市", "吴江区"])
def test_clause_of_another_place_goes_on_until_the_place_is_named(name):
    text = f"{name}：地区生产总值538.0亿元，常住人口42.1万人，一般公共预算收入43.1亿元。"
    assert figures(text) == {}
    text = f"{name}实现地区生产总值538.0亿元，进出口总额43.1亿元；全市进出口总额512.3亿元。"
    assert figures(text) == {"trade_total": "2024 512.3亿元"}


def test_document_of_another_place_within_the_file_is_another_document():
    other = ("湖州市2024年国民经济和社会发展统计公报", "全市高新技术企业5000家。全市一般公共预算收入410.1亿元。")
    items = ("临川市2024年国民经济和社会发展统计公报", "全市地区生产总值1250.8亿元。", *other)
    assert figures(*items, year=2024, places=("临川市", "临川")) == {"gdp": "2024 1250.8亿元"}


def test_document_of_another_year_within_the_file_never_takes_the_year_that_is_wanted():
    def titled(year):
        return f"临川市{year}年国民经济和社会发展统计公报"

    items = (titled(2024), titled(2023), "全市专利授权量810件。", titled(2024), "全市高新技术企业865家。")
    assert figures(*items, year=2024) == {"hightech_enterprises": "2024 865家"}


PLAN = "高新技术企业总数达到1800家，一般公共预算收入255.0亿元。年内新增高新技术企业200家。"


@pytest.mark.parametrize(
    "lines",
    [
        ("一、2024年工作回顾", "全市地区生产总值1250.8亿元。", "二、奋力谱写新篇章", PLAN),
        ("一、过去一年的成绩", "全市地区生产总值1250.8亿元。", "二、总体要求", PLAN),
        ("全市地区生产总值1250.8亿元。", f"2025年，重点做好以下工作。{PLAN}"),
        ("全市地区生产总值1250.8亿元。", "2025年全市发展的要求是稳中求进。", PLAN),
        ("全市地区生产总值1250.8亿元。", "今年是关键之年。", PLAN),
    ],
)
def test_plans_of_a_work_report_are_no_figures(lines):
    found = figures(*lines, title="2025年临川市政府工作报告", kind="work_report")
    assert found == {"gdp": "2024 1250.8亿元"}


def test_every_rule_has_a_name_of_its_own():
    names = [rule.id for entry in indicator_rules() for rule in entry.rules]
    assert len(names) == len(set(names))


def test_row_and_column_name_a_figure_together():
    table = writers.table(
        ("指标", "申请量（件）", "授权量（件）"), ("专利", "9850", "8850"), ("发明专利", "3210", "1234")
    )
    assert figures(table) == {"patents_granted": "2024 8850件", "invention_patents_granted": "2024 1234件"}


def test_tables_side_by_side_are_read_as_two():
    table = writers.table(
        ("指标", "绝对数", "增长（%）", "指标", "绝对数", "增长（%）"),
        ("一般公共预算收入（亿元）", "120.5", "3.2", "进出口总额（亿元）", "512.3", "8.1"),
    )
    assert figures(table) == {"fiscal_revenue": "2024 120.5亿元", "trade_total": "2024 512.3亿元"}


@pytest.mark.parametrize(
    ("titles", "value"),
    [
        (("12月", "1-12月", "同比增长（%）"), "120.5亿元"),
        (("2024年", "2023年", "增长（%）"), "10.5亿元"),
        (("2023年", "2024年目标", "增长（%）"), None),
        (("全国", "全省", "全市"), "3.2亿元"),
    ],
)
def test_column_of_a_month_a_plan_or_a_larger_place_is_left_out(titles, value):
    table = writers.table(("指标", *titles), ("一般公共预算收入（亿元）", "10.5", "120.5", "3.2"))
    assert figures(table) == ({"fiscal_revenue": f"2024 {value}"} if value else {})


def test_row_of_the_whole_place_is_read_among_districts():
    table = writers.table(
        ("地区", "地区生产总值（亿元）", "增长（%）"), ("全市", "1250.8", "6.1"), ("东乡区", "320.1", "6.5")
    )
    assert figures("2024年各县区主要指标", table) == {"gdp": "2024 1250.8亿元"}


def test_report_that_looks_back_and_ahead_is_read_where_it_looks_back():
    parts = (
        "各位代表：",
        "一、2025年工作回顾",
        "全市生产总值达到1250.8亿元、增长5.4%。高新技术企业增至920家。",
        "二、“十五五”时期主要目标任务",
        "全市生产总值迈上1800亿元台阶，常住人口城镇化率达到72%。",
    )
    assert figures(*parts, title="临川市2026年政府工作报告") == {
        "gdp": "2025 1250.8亿元",
        "gdp_growth_real": "2025 5.4%",
        "hightech_enterprises": "2025 920家",
    }


def test_sum_over_years_is_no_figure_of_a_year_in_the_sentences_that_follow():
    paragraph = "“十四五”时期，全市经济实力明显增强。累计实现一般公共预算收入520.3亿元。高新技术企业达到920家。"
    assert figures(paragraph) == {"hightech_enterprises": "2024 920家"}


@pytest.mark.parametrize(
    "sentence",
    [
        "全年全市實現地區生產總值1234.5億元，比上年增長5.6%，常住人口301.2萬人，專利授權9876件。",
        "全市高新技术企业达三千二百家、科技型中小企业一千二百家，地区生产总值一百二十亿元。",
        "常住人口近三成在城区，城镇化率超六成，一般公共预算收入突破百亿元。",
    ],
)
def test_traditional_signs_and_chinese_numerals_make_no_figures(sentence):
    assert figures(sentence) == {}


def test_full_width_digits_are_digits():
    assert figures("全年专利授权９，８７６件，城镇化率６９．７％。") == {
        "patents_granted": "2024 9876件",
        "population_urban_share": "2024 69.7%",
    }


def test_name_of_the_bureau_before_a_title_is_no_name_of_the_place():
    title = "临川市统计局临川市2024年国民经济和社会发展统计公报"
    assert figures("2024年，临川市实现生产总值2021.5亿元。", title=title) == {"gdp": "2024 2021.5亿元"}


def test_title_that_names_no_place_is_about_the_place_of_the_reader():
    title = "2024年全市国民经济和社会发展统计公报"
    assert figures("全市实现生产总值2021.5亿元。", title=title, places=("临川市", "临川")) == {"gdp": "2024 2021.5亿元"}


def test_exact_figure_is_taken_before_one_that_says_what_was_passed():
    parts = ("2024年全市地区生产总值突破3000亿元。", "一、综合", "全年地区生产总值3018.4亿元。")
    assert figures(*parts) == {"gdp": "2024 3018.4亿元"}


def test_figure_with_more_digits_is_taken_of_two_that_are_one():
    assert figures("全市生产总值1.25万亿元。", "全年全市生产总值12508.3亿元。") == {"gdp": "2024 12508.3亿元"}


def test_review_of_five_years_in_a_report_gives_what_was_reached_and_no_sums():
    parts = (
        "一、“十四五”时期和2025年工作回顾",
        "过去五年，全市经济跨越发展。",
        "地区生产总值达到1250.8亿元。实现进出口总额1802.5亿元，一般公共预算支出1420.6亿元。",
        "2025年，我们真抓实干。全市一般公共预算收入120.5亿元。",
    )
    assert figures(*parts, title="2026年临川市政府工作报告") == {
        "gdp": "2025 1250.8亿元",
        "fiscal_revenue": "2025 120.5亿元",
    }
