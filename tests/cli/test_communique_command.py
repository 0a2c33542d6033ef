"""`g60 communique`: what is listed, what is written, what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import json
import os

import papers
import pytest

from g60_pipeline.ingest.communique.store import received, without_record
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
    assert list(rows[0]) == [
        *("doc", "indicator", "period_end", "value", "unit", "sentence", "rule", "confidence"),
        *("qualifier", "where", "elsewhere"),
    ]
    assert [tuple(r.values())[:5] for r in rows] == [
        ("linchuan_2024", "gdp", "2024-12-31", "1234.5", "亿元"),
        ("linchuan_2024", "gdp_growth_real", "2024-12-31", "5.6", "%"),
    ]
    assert rows[0]["sentence"] == SENTENCE


@pytest.mark.parametrize(
    ("words", "qualifier"),
    [("超过865家", "over"), ("近865家", "nearly"), ("约865家", "about"), ("865余家", "over"), ("865家左右", "about")],
)
def test_list_of_proposals_says_how_exact_a_figure_is_and_where_it_is(g60, home, tmp_path, words, qualifier):
    path = tmp_path / "linchuan_2024.html"
    path.write_bytes(
        papers.page(
            "一、科技", f"全市高新技术企业{words}。", papers.table(("指标", "2024年"), ("高新技术企业（家）", "700"))
        )
    )
    (row,) = json.loads(g60("communique", "extract", str(path), "--json", home=home).stdout)
    assert (row["value"], row["qualifier"], row["where"]) == ("865", qualifier, "paragraph 2, under 科技")
    assert row["elsewhere"].startswith("700家 (table 1")


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
    told = g60("communique", "extract", str(path), "--json", "--year", "2019", "--geo", "平江城", home=home)
    assert [row["period_end"] for row in json.loads(told.stdout)] == ["2019-12-31"]


def test_screen_marks_the_figure_in_its_sentence(g60, home, document):
    result = g60("communique", "extract", str(document), home=home)
    assert "【1234.5亿元】" in result.stdout.replace("\n", "")


TITLE = "2024年苏州市国民经济和社会发展统计公报"
TEXT = "初步核算，全年实现地区生产总值26727.0亿元，比上年增长6.0%。全年专利授权量98000件。"


def saved(folder, text=TEXT):
    path = folder / "page.html"
    path.write_bytes(papers.page(text, title=TITLE))
    return str(path)


@pytest.fixture
def added(g60, home, tmp_path):
    result = g60("communique", "add", saved(tmp_path), "--geo", "苏州", "--year", "2024", home=home)
    assert result.exit_code == 0, result.stderr
    assert "3 proposals wait" in result.stdout.replace("\n", " ")
    return home


def accepted(home):
    with (home.inbox / "communiques.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_document_twice_says_that_it_is_there(g60, added, tmp_path):
    result = g60("communique", "add", saved(tmp_path), "--geo", "320500", "--year", "2024", home=added)
    assert result.exit_code == 0
    assert "it is there already" in result.stdout


def test_newer_edition_prints_what_it_says_otherwise(g60, added, tmp_path):
    newer = saved(tmp_path, TEXT.replace("6.0%", "6.1%"))
    result = g60("communique", "add", newer, "--geo", "苏州", "--year", "2024", "--json", home=added)
    assert json.loads(result.stdout)["differences"] == [["gdp_growth_real 2024", "6.0%", "6.1%"]]
    assert len(json.loads(g60("communique", "list", "--json", home=added).stdout)) == 2


def test_wrong_place_is_refused_with_what_the_title_says(g60, home, tmp_path):
    result = g60("communique", "add", saved(tmp_path), "--geo", "杭州", "--year", "2024", home=home)
    assert result.exit_code == 1
    assert "苏州市 2024, not about 杭州市 2024" in result.stderr
    assert not home.documents_dir.exists()


def test_review_takes_decisions_from_a_pipe(g60, added):
    result = g60("communique", "review", home=added, stdin="a\nc\n1,206.2\nr\n")
    assert result.exit_code == 0, result.stderr
    assert "【26727.0亿元】" in result.stdout
    assert "1 accepted, 1 corrected, 1 rejected, 0 left" in result.stdout
    assert [(row["indicator_id"], row["value"]) for row in accepted(added)] == [
        ("gdp", "26727.0"),
        ("gdp_growth_real", "1206.2"),
    ]
    assert "Nothing waits" in g60("communique", "review", home=added).stdout


def test_review_that_ends_early_decides_nothing_more(g60, added):
    result = g60("communique", "review", "--lang", "zh", home=added, stdin="s\nx\nq\n")
    assert "接受0项，更正0项，拒绝0项，剩余3项" in result.stdout
    assert not added.inbox.exists()


@pytest.mark.parametrize("typed", ["about six", "150,5", "1,2345", "12,34.5", "１５０", "1e3", ""])
def test_corrected_value_that_is_no_number_is_wrong_usage(g60, added, typed):
    result = g60("communique", "review", home=added, stdin=f"c\n{typed}\n")
    assert result.exit_code == 2
    assert "no number as printed" in result.stderr
    assert not added.inbox.exists()


def test_accept_sure_takes_only_what_is_above_the_precision(g60, added):
    told = g60("communique", "review", "--accept", "sure", "--precision", "1.0", "--json", home=added)
    assert json.loads(told.stdout) == {"accepted": 0, "corrected": 0, "rejected": 0, "left": 3}
    told = g60("communique", "review", "--accept", "sure", "--json", home=added)
    assert json.loads(told.stdout)["accepted"] == 3


def test_accept_sure_leaves_what_contradicts_the_warehouse(g60, own_home, tmp_path):
    odd = saved(tmp_path, TEXT.replace("26727.0亿元", "99999.0亿元"))
    g60("communique", "add", odd, "--geo", "苏州", "--year", "2024", home=own_home)
    waiting = json.loads(g60("communique", "review", "--json", home=own_home).stdout)
    assert waiting[0]["indicator_id"] == "gdp"
    assert waiting[0]["doubts"]
    g60("communique", "review", "--accept", "sure", home=own_home)
    assert "gdp" not in [row["indicator_id"] for row in accepted(own_home)]


def test_accepted_figures_pass_as_an_inbox_file(g60, added):
    g60("communique", "review", "--accept", "sure", home=added)
    result = g60("inbox", "check", str(added.inbox / "communiques.csv"), "--json", home=added)
    assert result.exit_code == 0, result.stdout
    told = json.loads(result.stdout)
    assert not told["refused"]
    assert len(told["accepted"]) == 3


def test_plain_http_is_not_asked(g60, home):
    result = g60("communique", "add", "http://tjj.example.org/a.html", "--geo", "苏州", "--year", "2024", home=home)
    assert result.exit_code == 1
    assert "--url" in result.stderr


def test_collect_names_bureaus_whose_list_page_is_not_known(g60, home):
    result = g60("communique", "collect", "--geo", "嘉兴", "--year", "2024", home=home)
    assert result.exit_code == 1
    assert "嘉兴市统计局: the address of its list page is not known" in result.stderr


def test_collect_asks_a_bureau_and_keeps_what_is_new(g60, home, monkeypatch):
    listed = '<a href="2024.html">2024年苏州市国民经济和社会发展统计公报</a>'.encode()
    pages = {True: papers.page(TEXT, title=TITLE), False: listed}
    monkeypatch.setattr(
        "g60_pipeline.ingest.communique.collect.fetched", lambda url, **_: pages[url.endswith("/2024.html")]
    )
    words = [g60("communique", "collect", "--geo", "苏州", "--year", "2024", home=home).stdout for _ in range(2)]
    assert ["is new" in words[0], "is there already" in words[1]] == [True, True]
    assert "no communique of 2023" in g60("communique", "collect", "--geo", "苏州", "--year", "2023", home=home).stdout


def test_page_of_nothing_is_not_written(g60, home, tmp_path):
    page = tmp_path / "review.html"
    result = g60("communique", "review", "--html", str(page), home=home)
    assert "Nothing waits" in result.stdout
    assert not page.exists()


def test_page_that_can_not_be_written_is_refused(g60, added, tmp_path):
    result = g60("communique", "review", "--html", str(tmp_path / "none" / "review.html"), home=added)
    assert result.exit_code == 2
    assert "can not be written" in result.stderr.replace("\n", " ")


def test_two_ways_of_review_at_a_time_are_refused(g60, added, tmp_path):
    result = g60("communique", "review", "--html", str(tmp_path / "x.html"), "--accept", "sure", home=added)
    assert result.exit_code == 2
    assert "only one of them" in result.stderr.replace("\n", " ")


def test_file_of_decisions_that_does_not_fit_enters_nothing(g60, added, tmp_path):
    file = tmp_path / "decisions.csv"
    file.write_text("proposal,digest,decision,value\n320500-gdp,0,accept,\n", encoding="utf-8")
    result = g60("communique", "review", "--decisions", str(file), home=added)
    assert result.exit_code == 1
    assert "does not wait" in result.stderr.replace("\n", " ")
    assert not (added.inbox / "communiques.csv").exists()


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (dt.datetime(2025, 12, 31, 15, 59, tzinfo=dt.UTC), 2024),
        (dt.datetime(2025, 12, 31, 16, 0, tzinfo=dt.UTC), 2025),
    ],
)
def test_collect_asks_for_last_year_by_the_clock_of_china(g60, home, monkeypatch, moment, year):
    monkeypatch.setattr("g60_pipeline.builds.clock.present", lambda: moment)
    monkeypatch.setattr("g60_pipeline.ingest.communique.collect.fetched", lambda *_, **__: b"<p>nothing</p>")
    result = g60("communique", "collect", "--geo", "苏州", "--json", home=home)
    assert [asked["year"] for asked in json.loads(result.stdout)] == [year]


def _full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_leaves_nothing_of_a_document(g60, home, tmp_path, monkeypatch):
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", _full)
        result = g60("communique", "add", saved(tmp_path), "--geo", "苏州", "--year", "2024", home=home)
    assert result.exit_code == 1
    assert "no room left" in result.stderr
    assert list(home.documents_dir.iterdir()) == []
    again = g60("communique", "add", saved(tmp_path), "--geo", "苏州", "--year", "2024", home=home)
    assert again.exit_code == 0


def test_disk_that_fills_up_before_the_record_leaves_a_document_that_is_added_again(g60, home, tmp_path, monkeypatch):
    written = []

    def fills_up(number):
        written.append(number)
        if len(written) > 1:
            _full()

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", fills_up)
        result = g60("communique", "add", saved(tmp_path), "--geo", "苏州", "--year", "2024", home=home)
    assert "no room left" in result.stderr
    (left,) = [p.name for p in home.documents_dir.iterdir()]
    assert without_record(home.documents_dir) == [left]
    g60("communique", "add", saved(tmp_path), "--geo", "苏州", "--year", "2024", home=home)
    assert without_record(home.documents_dir) == []
    assert len(received(home.documents_dir)) == 1


def test_full_disk_leaves_what_was_accepted_before_and_nothing_beside_it(g60, added, monkeypatch):
    g60("communique", "review", stdin="a\nq\n", home=added)
    before = (added.inbox / "communiques.csv").read_bytes()
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", _full)
        result = g60("communique", "review", "--accept", "sure", home=added)
    assert result.exit_code == 1
    assert "no room left" in result.stderr
    assert [(p.name, p.read_bytes()) for p in added.inbox.iterdir()] == [("communiques.csv", before)]


def test_what_a_killed_process_left_is_neither_read_nor_in_the_way(g60, added):
    added.inbox.mkdir()
    (added.inbox / ".communiques.csv.4711.tmp").write_bytes(b"row_id,half a li")
    (added.documents_dir / f".{'0' * 64}.html.4711.tmp").write_bytes(b"<p>half")
    assert g60("inbox", "list", "--json", home=added).exit_code == 0
    assert json.loads(g60("inbox", "list", "--json", home=added).stdout)["files"] == []
    assert len(received(added.documents_dir)) == 1
    assert without_record(added.documents_dir) == []
    assert g60("communique", "review", "--accept", "sure", home=added).exit_code == 0
    assert len(accepted(added)) == 3


RESTATED = (
    "<table><tr><td>指标</td><td>单位</td><td>全年</td></tr>"
    "<tr><td>地区生产总值</td><td>亿元</td><td>{}</td></tr></table>"
)


@pytest.mark.parametrize(("value", "is_other"), [("26730.2", True), ("26727", False), ("26727.0", False)])
def test_figure_that_the_document_states_otherwise_is_named_and_not_taken_unseen(g60, home, tmp_path, value, is_other):
    path = tmp_path / "page.html"
    path.write_bytes(papers.page(TEXT, RESTATED.format(value), title=TITLE))
    shown = g60("communique", "extract", str(path), home=home, columns=250).stdout
    assert (f"≠ {value}亿元 (table 1, column 全年)" in shown) == is_other
    g60("communique", "add", str(path), "--geo", "苏州", "--year", "2024", home=home)
    told = json.loads(g60("communique", "review", "--json", home=home).stdout)
    (gdp,) = [row for row in told if row["indicator_id"] == "gdp"]
    said = f"the document says otherwise elsewhere: {value}亿元 (table 1, column 全年)"
    assert [doubt == said for doubt in gdp["doubts"]] == [True] * is_other
    g60("communique", "review", "--accept", "sure", home=home)
    assert ("gdp" in [row["indicator_id"] for row in accepted(home)]) != is_other
    zh = g60("communique", "review", "--lang", "zh", stdin="q\n", home=home).stdout
    assert (f"文中另有不同数值：{value}亿元" in zh.replace("\n", "")) == is_other
