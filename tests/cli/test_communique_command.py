"""`g60 communique`: what is listed, what is written, what is refused."""

from __future__ import annotations

import csv
import json

import papers
import pytest

from g60_pipeline.settings import Settings

SENTENCE = "全年全市实现地区生产总值1234.5亿元，比上年增长5.6%。"


@pytest.fixture
def home(tmp_path):
    return Settings(tmp_path / "home")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "linchuan_2024.html"
    path.write_bytes(papers.page("一、综合", SENTENCE))
    return path


def test_extract_writes_all_proposals_as_csv(g60, home, document, tmp_path):
    out = tmp_path / "proposals.csv"
    result = g60("communique", "extract", str(document), "--csv", str(out), home=home)
    assert result.exit_code == 0
    assert "2 proposals from 1 of 1 files" in result.stderr
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["doc", "indicator", "period_end", "value", "unit", "sentence", "rule", "confidence"]
    assert [tuple(r.values())[:5] for r in rows] == [
        ("linchuan_2024", "gdp", "2024-12-31", "1234.5", "亿元"),
        ("linchuan_2024", "gdp_growth_real", "2024-12-31", "5.6", "%"),
    ]
    assert rows[0]["sentence"] == SENTENCE


def test_file_that_can_not_be_read_is_named_and_keeps_no_other_out(g60, home, document, tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(papers.pdf([]))
    result = g60("communique", "extract", str(scan), str(document), "--json", home=home)
    assert result.exit_code == 1
    assert [row["indicator"] for row in json.loads(result.stdout)] == ["gdp", "gdp_growth_real"]
    assert "scan.pdf" in result.stderr
    assert "OCR" in result.stderr


def test_year_and_place_may_be_given(g60, home, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("平江城实现地区生产总值1234.5亿元。", encoding="utf-8")
    assert json.loads(g60("communique", "extract", str(path), "--json", home=home).stdout) == []
    told = g60("communique", "extract", str(path), "--json", "--year", "2019", "--place", "平江城", home=home)
    assert [row["period_end"] for row in json.loads(told.stdout)] == ["2019-12-31"]


def test_screen_marks_the_figure_in_its_sentence(g60, home, document):
    result = g60("communique", "extract", str(document), home=home)
    assert "【1234.5亿元】" in result.stdout.replace("\n", "")
