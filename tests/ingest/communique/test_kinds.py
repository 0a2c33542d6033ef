"""Work reports, bulletins of a province on its cities, yearbook tables: what of them is a figure of the place."""

from __future__ import annotations

import papers
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.places import names_above, names_in, place_named
from g60_pipeline.ingest.communique.proposals import proposals
from g60_pipeline.ingest.communique.review import publisher_of, readings
from g60_pipeline.ingest.communique.store import About, keep
from g60_pipeline.ingest.communique.text.read import read_document

PLACES = load_catalog(None).geographies
HUZHOU, HEFEI = place_named("湖州", PLACES), place_named("合肥", PLACES)
NOW = "2025-04-01T00:00:00+00:00"


def figures(content, **options):
    text = read_document(content, name="document")
    return {p.indicator: f"{p.year} {p.value}{p.unit}" for p in proposals(text, name="document", **options)}


def test_work_report_is_read_as_far_as_it_looks_back():
    report = papers.page(
        "一、2024年工作回顾",
        "过去一年，全市地区生产总值增长5.6%、达到4213.8亿元，研发投入强度达3.5%，高新技术企业总数突破2300家。",
        "二、2025年工作安排",
        "今年主要预期目标：地区生产总值增长6%左右，高新技术企业达到2600家，常住人口城镇化率达到70%。",
        title="2025年湖州市政府工作报告",
    )
    assert figures(report) == {
        "gdp_growth_real": "2024 5.6%",
        "gdp": "2024 4213.8亿元",
        "rd_intensity": "2024 3.5%",
        "hightech_enterprises": "2024 2300家",
    }


BULLETIN = papers.page(
    "2023年，全省投入研究与试验发展（R&D）经费1264.7亿元，R&D经费投入强度2.69%。",
    "附表 各市研究与试验发展（R&D）经费情况",
    papers.table(
        ("地区", "R&D经费（亿元）", "R&D经费投入强度（%）"),
        ("全省", "1264.7", "2.69"),
        ("合肥市", "520.1", "4.11"),
        ("芜湖市", "170.2", "3.45"),
    ),
    title="2023年安徽省科技经费投入统计公报",
)


def test_bulletin_of_a_province_gives_a_city_its_row_and_nothing_of_the_province(tmp_path):
    about = About(HEFEI, 2023, "rd_bulletin", None, names_above(HEFEI, PLACES))
    document, _ = keep(tmp_path, BULLETIN, name="page.html", about=about, now=NOW)
    read = [(p.indicator, p.value, p.where) for p, _ in readings(tmp_path, document, place=HEFEI, within=about.within)]
    assert read == [
        ("rd_expenditure", "520.1", "table 1 (附表各市研究与试验发展(R&D)经费情况), column R&D经费(亿元)"),
        ("rd_intensity", "4.11", "table 1 (附表各市研究与试验发展(R&D)经费情况), column R&D经费投入强度(%)"),
    ]
    assert publisher_of(HEFEI, document) == "安徽省统计局"


def test_bulletin_of_another_province_is_refused(tmp_path):
    about = About(HUZHOU, 2023, "rd_bulletin", None, names_above(HUZHOU, PLACES))
    with pytest.raises(G60Error, match="安徽省 2023"):
        keep(tmp_path, BULLETIN, name="page.html", about=about, now=NOW)


def test_communique_of_the_province_is_none_of_the_city(tmp_path):
    content = papers.page("全省地区生产总值50000.1亿元。", title="2023年安徽省国民经济和社会发展统计公报")
    with pytest.raises(G60Error, match="安徽省 2023"):
        keep(
            tmp_path,
            content,
            name="p",
            about=About(HEFEI, 2023, "communique", None, names_above(HEFEI, PLACES)),
            now=NOW,
        )


def test_bulletin_for_its_own_province_is_read_as_prose():
    assert figures(BULLETIN) == {"rd_expenditure": "2023 1264.7亿元", "rd_intensity": "2023 2.69%"}


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("指标", "单位", 2022, 2023, "比上年增长%"),
            ("年末常住人口", "万人", 341.2, 343.9, 0.8),
            ("专利授权量", "件", 15000, 16000, 6.7),
            ("#发明专利", "件", 2000, 2400, 20),
        ],
        [
            ("年份", "年末常住人口（万人）", "专利授权量（件）", "发明专利授权量（件）"),
            (2022, 341.2, 15000, 2000),
            (2023, 343.9, 16000, 2400),
        ],
        [
            ("地区", "年末常住人口（万人）", "专利授权量（件）", "发明专利授权量（件）"),
            ("嘉兴市", 558.4, 22000, 3100),
            ("湖州市", 343.9, 16000, 2400),
        ],
    ],
    ids=["years in columns", "years in rows", "places in rows"],
)
def test_yearbook_table_is_read_by_its_headers(rows):
    assert figures(papers.workbook(*rows), year=2023, places=names_in(HUZHOU)) == {
        "population_resident": "2023 343.9万人",
        "patents_granted": "2023 16000件",
        "invention_patents_granted": "2023 2400件",
    }
