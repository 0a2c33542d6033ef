"""Rules on sentences and tables: what is a figure of the whole place, and what only looks like one."""

from __future__ import annotations

import papers as writers
import pytest

from g60_pipeline.ingest.communique.proposals import proposals
from g60_pipeline.ingest.communique.rules.read import indicator_rules
from g60_pipeline.ingest.communique.text.read import read_document


def figures(*items, title="临川市2024年国民经济和社会发展统计公报", **options):
    text = read_document(writers.page(*items, title=title), name="document.html")
    return {p.indicator: f"{p.year} {p.value}{p.unit}" for p in proposals(text, name="document.html", **options)}


READ = [
    (
        "初步核算，全年全市实现地区生产总值（GDP）[1]1,234.5亿元，按不变价格计算，比上年增长5.6%。",
        "gdp=1234.5亿元 gdp_growth_real=5.6%",
    ),
    ("2024年，临川市地区生产总值突破1200亿元大关，同比增长6.0%。", "gdp=1200亿元 gdp_growth_real=6.0%"),
    ("全年地区生产总值930.1亿元，按可比价计算，比上年下降0.4%。", "gdp=930.1亿元 gdp_growth_real=-0.4%"),
    ("按常住人口计算，人均地区生产总值98765元（按年平均汇率折算为13867美元），增长4.1%。", "gdp_per_capita=98765元"),
    (
        "年末全市常住人口301.2万人，比上年末增加1.3万人，其中城镇常住人口210.0万人；常住人口城镇化率69.7%，提高0.6个百分点。",
        "population_resident=301.2万人 population_urban_share=69.7%",
    ),
    (
        "全年货物进出口总额512.3亿元，增长2.0%。其中，出口400.1亿元，增长3.0%；进口112.2亿元，下降1.2%。",
        "trade_total=512.3亿元 exports=400.1亿元 imports=112.2亿元",
    ),
    ("全年进出口总值、出口总值分别为512.3亿元、400.1亿元。", "trade_total=512.3亿元 exports=400.1亿元"),
    (
        "全年全市一般公共预算收入88.8亿元，增长1.1%，其中税收收入60.2亿元。一般公共预算支出151.7亿元。",
        "fiscal_revenue=88.8亿元 fiscal_expenditure=151.7亿元",
    ),
    ("实际使用外资3.2亿美元，新批外商投资项目25个，合同外资5.1亿美元。", "fdi_actual=3.2亿美元"),
    ("新认定国家高新技术企业108家，总数达到865家。", "hightech_enterprises_new=108家 hightech_enterprises=865家"),
    ("年末有效期内高新技术企业1,865家，比上年增加120家。", "hightech_enterprises=1865家"),
    (
        "全年专利授权9876件，其中发明专利授权1234件；年末有效发明专利5678件，每万人口发明专利拥有量18.9件。",
        "patents_granted=9876件 invention_patents_granted=1234件 invention_patents_valid=5678件 inventions_per_10k=18.9件",
    ),
    ("全年PCT国际专利申请321件。", "pct_applications=321件"),
    (
        "签订输出技术合同731项，成交金额51.97亿元；签订吸纳技术合同308项，成交金额26.84亿元。",
        "tech_contract_count=731项 tech_contract_value=51.97亿元",
    ),
    (
        "全社会研究与试验发展（R&D）经费支出45.6亿元，相当于地区生产总值的比例为3.7%。",
        "rd_expenditure=45.6亿元 rd_intensity=3.7%",
    ),
    ("年末全市共有普通高等学校9所，在校学生12.3万人，毕业生3.0万人。", "universities=9所 students_higher=12.3万人"),
    ("拥有国家重点实验室3个，省级重点实验室25个。", "national_key_labs=3个"),
    ("年末境内外上市公司22家，其中境内上市公司18家。", "listed_companies=22家"),
]


@pytest.mark.parametrize(("sentence", "expected"), READ)
def test_figure_of_the_whole_place_is_read(sentence, expected):
    assert figures(f"{sentence}") == {k: f"2024 {v}" for k, v in (pair.split("=") for pair in expected.split())}


TRAPS = [
    "分区县看，东乡区实现地区生产总值320.0亿元，西湖区实现地区生产总值210.0亿元。",
    "全国R&D经费投入36130亿元，投入强度2.68%。",
    "“十四五”期间，全市累计实现地区生产总值5200亿元。",
    "到2030年，全市高新技术企业力争达到3000家。",
    "民营企业进出口320.5亿元，增长6.0%；一般贸易出口210.3亿元。",
    "服务进出口总额96.2亿元，其中服务出口50.1亿元，服务进口46.1亿元。",
    "全年净增高新技术企业120家。",
    "新获评独角兽企业2家、专精特新“小巨人”企业35家、科技型中小企业200家。",
    "制造业实际利用外资1.2亿美元，合同利用外资2.2亿美元。",
    "全口径一般公共预算收入190.2亿元，税收收入60.2亿元，市本级一般公共预算收入20.1亿元。",
    "城镇常住人口210.0万人，户籍人口290.3万人，常住人口增加1.2万人。",
    "户籍人口城镇化率55.2%，城镇化率提高0.6个百分点。",
    "省级重点实验室25个，各类重点实验室40个。",
    "在校研究生2.1万人，成人高等教育在校生3.3万人，中等职业教育在校生4.0万人。",
    "发明专利申请2310件，专利申请9120件，高价值发明专利1200件。",
    "实验室实施项目61个，研发经费投入超4亿元。",
    "规模以上工业企业研发费用30.2亿元，占营业收入比重3.1%。",
    "亏损企业52户，年营业收入超亿元工业企业344户。",
    "第一产业增加值占地区生产总值的比重为5.1%。",
]


@pytest.mark.parametrize("sentence", TRAPS)
def test_figure_of_something_else_is_let_be(sentence):
    assert figures(sentence) == {}


def test_earlier_year_is_the_year_of_research_and_of_nothing_else():
    lagging = "2023年全社会R&D经费投入45.6亿元，R&D经费投入强度3.70%。2023年全市地区生产总值最终核实数为1180亿元。"
    assert figures(lagging) == {"rd_expenditure": "2023 45.6亿元", "rd_intensity": "2023 3.70%"}


def test_heading_glued_to_its_sentence_by_a_blank_is_parted():
    glued = (
        "综合略。七、对外经济 全年货物进出口总额28.02亿美元，其中，出口27.54亿美元。速度 — 10 — 全年专利授权1199件。"
    )
    assert figures(glued) == {
        "trade_total": "2024 28.02亿美元",
        "exports": "2024 27.54亿美元",
        "patents_granted": "2024 1199件",
    }


def test_row_of_a_table_is_read_where_the_text_has_no_figure():
    table = writers.table(
        ("指标", "绝对数（亿元）", "比上年增长（%）"),
        ("一般公共预算支出", "295.5", "0.9"),
        ("#教育", "44.1", "2.1"),
        ("科学技术", "18.37", "7.3"),
    )
    prose = "全年一般公共预算支出295.50亿元，其中民生支出占八成以上，比上年提高。"
    assert figures(prose, table) == {"fiscal_expenditure": "2024 295.50亿元", "fiscal_st_expenditure": "2024 18.37亿元"}


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
