"""`--lang zh` and `G60_LANG=zh`: screens and messages of every command are in Chinese."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from worded import ENGLISH, left_in_english

from g60_pipeline.ingest.live.archive import Archive, Attempt, Trouble
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.settings import Settings
from g60_pipeline.wording import told

MESSAGES = [
    ("show", "qqqqqq"),
    ("show", "gpd"),
    ("show", "专利"),
    ("show", "苏州"),
    ("show", "--basis", "default"),
    ("show", "--geo", "Hefei", "--corridor", "g60_shanghai"),
    ("show", "gdp", "--date", "yesterday"),
    ("show", "gdp", "--as-of", "2999-01-01"),
    ("show", "gdp", "--format", "xlsx"),
    ("show", "gdp", "-o", "gdp.txt"),
    ("compare", "苏州"),
    ("coverage", "--geo", "北京"),
    ("claims", "--verdict", "perhaps"),
    ("explain", "national_share", "gdp", "--date", "1990"),
    ("explain", "national_share", "gdp", "--date", "2022-13-01"),
    ("explain", "nothing:nowhere"),
    ("explain", "growth", "gdp", "--by", "measure"),
    ("explain", "growth", "gdp", "--by", "nonsense=1"),
    ("chart", "gdp", "-o", "gdp.pdf"),
    ("sql", "DROP TABLE core.build"),
    ("sql", "SELECT 1; SELECT 2"),
    ("sql", "SELECT 1", "--memory", "lots"),
    ("diff", "nowhere.duckdb", "nowhere.duckdb"),
    ("export", "xlsx", "--excel"),
    ("refresh", "nobody"),
    ("refresh", "worldbank", "--part", "1999"),
    ("inbox", "template", "-o", __file__),
    ("inbox", "check", __file__, __file__),
    ("communique", "list", "--nothing"),
]


@pytest.mark.parametrize("arguments", MESSAGES, ids=" ".join)
def test_mistake_is_told_in_chinese_and_without_it_in_english(g60, monkeypatch, arguments):
    english = g60(*arguments)
    monkeypatch.setenv("G60_LANG", "zh")
    chinese = g60(*arguments)
    assert english.exit_code == chinese.exit_code == 2
    assert re.search("[\u4e00-\u9fff]{3}", chinese.stderr)
    quoted = re.sub(r"`[^`]*`|[（(][^）)]*[）)]", "", chinese.stderr)
    assert not ENGLISH.search(quoted), quoted
    assert "。" in chinese.stderr or "？" in chinese.stderr
    assert english.stderr != chinese.stderr


REFUSED = {
    "plain http": ("communique", "add", "http://tjj.example.org/a.html", "--geo", "苏州", "--year", "2024"),
    "place": ("communique", "collect", "--geo", "Atlantis"),
}


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_what_a_document_is_refused_for_is_told_in_chinese(g60, own_home, arguments):
    told = g60(*arguments, "--lang", "zh", home=own_home)
    assert told.exit_code in {1, 2}  # 2 where the command names a place there is not
    assert left_in_english(told.stderr) is None


DOCUMENTS = {
    "empty": b"",
    "picture": b"\x89PNG\r\n",
    "rtf": b"{\\rtf1}",
    "archive": b"Rar!\x1a\x07",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1",
    "damaged pdf": b"%PDF-1.7 and no more",
    "another encoding": b"\xff\xff\xff",
    "null bytes": b"a\x00b",
    "another place": "<html><body><h1>2023年杭州市国民经济和社会发展统计公报</h1></body></html>".encode(),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_wrong_with_a_document_is_told_in_chinese(g60, own_home, tmp_path, name):
    path = tmp_path / "document.html"
    path.write_bytes(DOCUMENTS[name])
    told = g60("communique", "add", str(path), "--geo", "苏州", "--year", "2024", "--lang", "zh", home=own_home)
    assert told.exit_code == 1, told.stdout
    assert left_in_english(told.stderr) is None


FILES = {
    "separator": b"a;b\n1;2\n",
    "utf-16": "row_id\n".encode("utf-16"),
    "gbk": "row_id,基\n".encode("gbk"),
    "empty": b"\n",
    "columns": b"row_id,nonsense,row_id\n",
    "cells": b"HEADER\na,b\n",
    "quotation": b'HEADER\n"a\nb"\n',
    "cut": b"HEADER\n" + b"a," * 12,
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_wrong_with_a_file_of_the_inbox_is_told_in_chinese(g60, own_home, tmp_path, name):
    header = g60("inbox", "template", home=own_home).stdout.strip().encode()
    path = tmp_path / "mine.csv"
    path.write_bytes(FILES[name].replace(b"HEADER", header))
    told = g60("inbox", "check", str(path), "--lang", "zh", home=own_home, columns=400)
    assert told.exit_code == 1, told.stdout
    assert left_in_english(told.stdout) is None


def test_why_a_refresh_failed_is_kept_in_both_languages(g60, own_home):
    error = SourceError("worldbank, page 1", told("live.fault.connection"), told("live.remedy.network"))
    at = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    trouble = Trouble(subject=error.subject, rule=error.rule, remedy=error.remedy, zh=error.parts("zh"))
    ended = {"source_id": "worldbank", "parts": (), "started_at": at, "ended_at": at, "ending": "failed"}
    Archive(own_home.archive_dir).note(Attempt(**ended, requests=1, received_bytes=0, trouble=trouble))
    screens = {lang: g60("archive", "log", "--lang", lang, home=own_home, columns=200).stdout for lang in ("en", "zh")}
    assert "worldbank, page 1: no connection can be made" in screens["en"]
    assert "worldbank, page 1：无法建立连接" in screens["zh"]


def test_a_failure_recorded_without_chinese_is_told_in_english():
    trouble = Trouble(subject="worldbank", rule="it failed", remedy="Wait")
    assert trouble.error().parts("zh") == ("worldbank", "it failed", "Wait")


def test_a_setting_that_does_not_exist_is_told_in_chinese(g60, own_home, monkeypatch):
    monkeypatch.setenv("G60_PACES", "1")
    told = g60("refresh", "worldbank", "--lang", "zh", home=own_home)
    assert told.exit_code == 2
    assert "是否指 G60_PACE？" in told.stderr
    assert left_in_english(told.stderr) is None


def test_without_a_warehouse_it_is_told_in_chinese(g60, tmp_path):
    told = g60("show", "--lang", "zh", home=Settings(tmp_path))
    assert told.exit_code == 1
    assert "还没有数据仓库。\n请运行 `g60 build`" in told.stderr


def test_doctor_finds_the_same_in_both_languages(g60, g60_json, published):
    english, chinese = g60_json("doctor"), g60_json("doctor", "--lang", "zh")
    assert [(f["check"], f["state"]) for f in english["findings"]] == [
        (f["check"], f["state"]) for f in chinese["findings"]
    ]
    for finding in chinese["findings"]:
        assert not ENGLISH.search(re.sub(r"`[^`]*`|/\S+", "", finding["detail"])), finding
    screen = g60("doctor", "--lang", "zh", columns=250).stdout
    assert "检查项" in screen
    assert "数据仓库" in screen


def test_doctor_tells_of_damage_in_chinese(g60, own_home):
    own_home.database.chmod(0o644)
    (own_home.home / "inbox").write_text("no folder", encoding="utf-8")
    (own_home.warehouse_dir / "g60.duckdb.wal").write_bytes(b"")
    told = g60("doctor", "--lang", "zh", home=own_home, columns=300)
    assert told.exit_code == 1
    for words in ("权限为0644", "此处应为文件夹，却是文件", "曾以写入方式打开", "有误"):
        assert words in told.stdout
    assert not ENGLISH.search(re.sub(r"`[^`]*`|/\S+|chmod.*", "", told.stdout))
