"""What `g60 explain` calls a number: every column that tells it from others, in both languages; corrections; Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from g60_pipeline.explain.explanation import explain, labels_zh
from g60_pipeline.explain.query import MetricQuery
from g60_pipeline.explain.screen import screen
from g60_pipeline.reader.columns import read_columns
from g60_pipeline.reader.database import Warehouse, open_warehouse
from g60_pipeline.reader.reasons import reason
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES
from g60_pipeline.tables.described import columns_of
from g60_pipeline.wording import entries

Run = Callable[..., Any]
METRICS = [name for name, t in TABLES.items() if t.layer == "metrics"]

TITLES = {
    "metrics.collaboration_link WHERE from_geo = '310000' AND to_geo = '320500' AND span = 'all' AND path = 'all' AND direction = 'undirected' AND corridor_id = 'g60_shanghai'": (
        ("Shanghai 上海", "and Suzhou 苏州", "all paths", "undirected", "within the corridor", "all years"),
        ("上海 Shanghai", "与苏州 Suzhou", "全部路径", "无向", "走廊内", "全部年份"),
    ),
    "metrics.collaboration_link WHERE direction = 'directed' AND from_geo = '340100' AND to_geo = '310000' AND span = 'all'": (
        ("from Hefei 合肥", "to Shanghai 上海", "directed"),
        ("自合肥 Hefei", "至上海 Shanghai", "有向"),
    ),
    "metrics.index_component WHERE component_id = 'exports_to_gdp'": (
        ("Innovation index", "Exports of goods over GDP"),
        ("创新指数", "货物出口额占生产总值比重"),
    ),
    "metrics.innovation_index WHERE weighting = 'entropy'": (
        ("Composite index, Innovation index", "entropy weights"),
        ("创新指数", "熵权"),
    ),
    "metrics.collaboration_network WHERE measure = 'in_strength' AND weight = 'full' AND path = 'shared_platform'": (
        ("in-strength", "shared platforms", "directed", "full weight"),
        ("入强度", "平台共享", "有向", "完整权重"),
    ),
    "metrics.policy_timeline WHERE policy_id = 'P002'": (
        (
            "“Shanghai-Jiaxing-Hangzhou G60 corridor strategic agreement (2.0)”",
            "issued by 松江区、嘉兴市、杭州市",
            "2017",
        ),
        ("《沪嘉杭G60科创走廊战略合作协议》", "松江区、嘉兴市、杭州市发布", "走廊"),
    ),
    "metrics.location_quotient WHERE reference_id = 'g60_shanghai' AND weight_indicator_id = 'gdp'": (
        ("in relation to G60 corridor with all of Shanghai", "weighted by Gross domestic product"),
        ("参照长三角G60科创走廊", "为权重"),
    ),
    "metrics.convergence WHERE measure = 'sigma_change' AND ratio_id = 'gdp_per_10k'": (
        ("GDP per 10,000 residents", "change of sigma", "from 20"),
        ("每万常住人口生产总值", "σ的变化", "年为基期"),
    ),
    "metrics.index_bound WHERE treatment = 'none'": (("values not treated",), ("未作离群值处理",)),
    "metrics.index_robustness WHERE source = 'leave_one_out'": (("one component left out",), ("剔除一项",)),
    "metrics.gradient_stability WHERE left_out = 'year'": (("each year left out in turn",), ("逐一剔除年份",)),
    "metrics.claim_audit WHERE claim_id = 'C003'": (("C003 “Gross domestic product",), ("C003“地区（国内）生产总值",)),
}


@pytest.fixture(scope="module")
def warehouse(published: Settings) -> Iterator[Warehouse]:
    with open_warehouse(published) as opened:
        yield opened


def head(warehouse: Warehouse, where: str, language: Any) -> list[str]:
    (row,) = warehouse.rows(f"SELECT metric_id FROM {where} ORDER BY metric_id LIMIT 1")
    return lines(warehouse, row["metric_id"], language)


def lines(warehouse: Warehouse, name: str, language: Any) -> list[str]:
    parts = screen(explain(warehouse, MetricQuery(name)), Words(language))
    return [str(line) for part in parts for line in getattr(part, "renderables", [part])]


@pytest.mark.parametrize("where", TITLES)
def test_a_title_names_what_tells_the_number_from_others(warehouse: Warehouse, where: str) -> None:
    for language, expected in zip(("en", "zh"), TITLES[where], strict=True):
        title = head(warehouse, where, language)[0]
        for words in expected:
            assert words in title, title
        assert re.search(r"\b[12],\d{3}\b", title) is None, title


def test_rows_of_a_table_are_called_differently(warehouse: Warehouse) -> None:
    for metric in ("collaboration_network", "location_quotient", "index_component"):
        rows = warehouse.rows(f"SELECT metric_id FROM metrics.{metric} ORDER BY hash(metric_id) LIMIT 8")
        titles = [lines(warehouse, row["metric_id"], "en")[0] for row in rows]
        assert len(set(titles)) == len(titles)


def test_years_bear_no_separator_and_a_position_is_told_once(g60: Run) -> None:
    growth = "growth:yoy:g60_shanghai:gdp:current_prices:2022-12-31"
    shown = g60("explain", growth, columns=250).stdout
    assert "from 2021, 2022-12-31" in shown
    assert "2,02" not in shown.split("Figures behind")[0]
    policy = g60("explain", "policy_timeline:g60_shanghai:P002", columns=250).stdout
    assert policy.count("position: 4") == 1
    assert "version 1.0: from 2016-01-01 to 2017-06-30" in policy


def test_a_story_in_chinese_is_in_chinese(warehouse: Warehouse) -> None:
    """Whatever stands before the figures bears Chinese labels and full-width marks."""
    latin = re.compile(r"[a-z]{3,}(?= = |：)|[\u4e00-\u9fff][,:;(]")
    for metric in (t.name for t in TABLES.values() if t.layer == "metrics"):
        for row in warehouse.rows(f"SELECT metric_id FROM metrics.{metric} ORDER BY hash(metric_id) LIMIT 1"):
            told = lines(warehouse, row["metric_id"], "zh")
            answer = [told[1], *(line for line in told if " = " in line)]
            assert not any(latin.search(line) for line in answer), answer


def test_tiers_are_called_alike_in_chinese(warehouse: Warehouse) -> None:
    told = head(warehouse, "metrics.gradient WHERE tier = 'second'", "zh")
    assert "层级：第二层" in told[1]
    assert "第二层票数：" in told[1]
    assert any(line.endswith("]") and "：第二层 [gradient_evidence:" in line for line in told)


def test_reasons_of_losing_are_told_in_chinese(g60: Run) -> None:
    shown = g60(
        "explain", "national_share", "gdp", "--corridor", "g60_shanghai", "--date", "2022", "--lang", "zh", columns=300
    )
    assert "逊于" in shown.stdout
    assert "lost to" not in shown.stdout
    assert reason({"reason_code": "age", "reason_args": ["a:b"]}) == (
        "lost to a:b: an older revision round",
        "逊于a:b：修订轮次较旧",
    )
    places = {"reason_code": "no_exact_figure", "reason_args": ["310000 340100"]}
    names = {"310000": "上海", "340100": "合肥"}
    told = reason(places, lambda _, code, __: names[code])
    assert told == ("no exact figure of 上海, 合肥", "上海、合肥没有确切数据")


def test_every_word_and_every_column_has_its_chinese(warehouse: Warehouse) -> None:
    assert all(entry.zh for entry in entries("explanation").values())
    with_chinese = {name for name, label in labels_zh(read_columns(warehouse, "metrics")).items() if label != name}
    assert {c.column_name for t in METRICS for c in columns_of(t)} <= with_chinese


def test_a_corrected_figure_is_told_with_its_correction(own_home: Settings, g60: Run, g60_json: Run) -> None:
    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        connection.execute(
            """INSERT INTO core.correction BY NAME
               SELECT 'K1' AS correction_id, 'E0406' AS row_id, ['E0406'] AS row_ids, 'value' AS column_name,
                      '12013.1' AS printed, '12013.7' AS corrected, 'misprint' AS reason_en, '误印' AS reason_zh,
                      'D0001' AS document_id, 'a reviewer' AS author, DATE '2026-11-20' AS reviewed, 'own.csv' AS file"""
        )
    name = "national_share:g60_shanghai:gdp:current_prices:2022-12-31"
    shown = " ".join(g60("explain", name, home=own_home, columns=250).stdout.split())
    assert "printed 12,013.1, corrected to 12,013.7 by K1 (misprint; " in shown
    assert "; a reviewer, 2026-11-20)" in shown
    chinese = " ".join(g60("explain", name, "--lang", "zh", home=own_home, columns=250).stdout.split())
    assert "原文为12,013.1，由K1更正为12,013.7（误印；" in chinese
    told = g60_json("explain", name, home=own_home)
    (correction,) = next(f for f in told["figures"] if f["observation_id"] == "E0406")["corrections"]
    assert (correction["printed"], correction["corrected"], correction["author"]) == (
        "12013.1",
        "12013.7",
        "a reviewer",
    )
    with duckdb.connect(str(own_home.database), read_only=True) as connection:
        rows = connection.sql(
            f"SELECT told, document FROM analysis.explain('{name}') WHERE kind = 'correction'"
        ).fetchall()
    assert [told for told, _ in rows] == ["printed 12013.1, corrected to 12013.7: misprint (a reviewer, 2026-11-20)"]
    assert rows[0][1]
