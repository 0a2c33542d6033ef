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
    assert (proposal.where, proposal.rule, proposal.qualifiers) == ("paragraph 2", "gdp.total", ("over",))


def test_every_rule_has_a_name_of_its_own():
    names = [rule.id for entry in indicator_rules() for rule in entry.rules]
    assert len(names) == len(set(names))
