"""`--lang zh` and `G60_LANG=zh`: screens and messages of every command are in Chinese."""

from __future__ import annotations

import datetime as dt
import re

import duckdb
import pytest
from few_facts import using
from stored import write_table
from worded import ENGLISH, QUOTED, left_in_english

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.archive import Archive, Attempt, Trouble
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.orchestration.incidents import report_settings
from g60_pipeline.publish.reason_words import reason_words
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Warehouse, open_warehouse
from g60_pipeline.reader.reasons import names
from g60_pipeline.reader.words import Words
from g60_pipeline.report import outcome, refreshed
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table
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
def test_what_is_wrong_with_a_file_of_the_inbox_is_told_in_chinese(g60, own_home, few_facts, tmp_path, name):
    header = g60("inbox", "template", home=own_home).stdout.strip().encode()
    path = tmp_path / "mine.csv"
    path.write_bytes(FILES[name].replace(b"HEADER", header))
    with using(few_facts):
        told = g60("inbox", "check", str(path), "--lang", "zh", home=own_home, columns=400)
    assert told.exit_code == 1, told.stdout
    assert left_in_english(told.stdout) is None


def test_why_a_refresh_failed_is_kept_in_both_languages(g60, own_home):
    error = SourceError("worldbank, page 1", told("live.fault.connection"), told("live.remedy.network"))
    at = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    trouble = Trouble(subject=error.subject, rule=error.rule, remedy=error.remedy, zh=error.parts("zh"))
    ended = {"source_id": "worldbank", "parts": (), "started_at": at, "ended_at": at, "ending": "failed"}
    Archive(own_home.archive_dir).note(Attempt(**ended, requests=1, received_bytes=0, trouble=trouble))
    screens_of = {
        lang: g60("archive", "log", "--lang", lang, home=own_home, columns=200).stdout for lang in ("en", "zh")
    }
    assert "worldbank, page 1: no connection can be made" in screens_of["en"]
    assert "worldbank, page 1：无法建立连接" in screens_of["zh"]


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


SCREENS = [
    ("show",),
    ("show", "gdp"),
    ("show", "gdp", "--geo", "苏州"),
    ("show", "--geo", "苏州"),
    ("show", "gdp", "--year", "2022"),
    ("claims",),
    ("claims", "--claim", "C107"),
    ("wanted",),
    ("landscape",),
    ("compare", "苏州", "杭州"),
    ("coverage",),
    ("indicators",),
    ("places",),
    ("explain", "national_share", "gdp", "--corridor", "g60_shanghai"),
    ("doctor",),
    ("inbox", "list"),
    ("archive", "list"),
    ("archive", "log"),
    ("archive", "verify"),
    ("communique", "list"),
    ("communique", "review"),
    *(pytest.param((*command, "--help"), id=f"{' '.join(command)} --help") for command in [
        (), ("build",), ("doctor",), ("refresh",), ("show",), ("claims",), ("wanted",), ("compare",), ("explain",),
        ("diff",), ("warnings",), ("report",), ("chart",), ("export",), ("sql",), ("archive",), ("inbox",),
        ("communique",), ("tally",), ("completion",),
    ]),
]  # fmt: skip
"""Commands whose screens have nothing of English but names, which are in both languages, and titles of documents."""


@pytest.fixture(scope="module")
def named(published):
    """Return what has a name in English, and the titles of documents, the longest first."""
    with duckdb.connect(str(published.database), read_only=True) as connection:
        columns = connection.execute(
            """SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()
               WHERE schema_name IN ('core', 'metrics') AND (column_name LIKE '%name_en' OR column_name IN (
                   'title', 'title_en', 'publisher', 'publisher_en', 'document_title', 'indicator_en', 'printed'))"""
        ).fetchall()
        names = {
            str(name)
            for table, column in columns
            for (name,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()
        }
    return sorted(names, key=len, reverse=True)


@pytest.mark.parametrize("command", SCREENS, ids=" ".join)
def test_nothing_but_names_and_titles_is_in_english_on_a_chinese_screen(g60, monkeypatch, named, command):
    monkeypatch.setenv("G60_LANG", "zh")
    done = g60(*command, columns=2_000)
    assert done.exit_code == 0, done.stderr
    text = re.sub(r"/\S+|https?://\S+", "", done.stdout)
    for name in named if ENGLISH.search(text) else ():
        text = text.replace(name, "")
    left = {found[0] for line in text.splitlines() if (found := ENGLISH.search(QUOTED.sub("", line)))}
    assert left == set()


REFUSED_ROWS = [
    {"row_id": "good", "value": "24000"},
    {"geo_code": "苏洲"},
    {"unit": "furlong"},
    {"value": "24,7"},
    {"period": "2022-06"},
    {"period": "2035"},
    {"flags": "rounded;odd"},
    {"publisher": "", "document_title": "", "published": "", "url": "", "grade": ""},
    {"unit": "cny_10k"},
    {"row_id": "good"},
]


def test_refused_rows_are_told_in_chinese_by_check_warnings_and_build(
    g60, own_home, make, run_home, monkeypatch, capsys
):
    monkeypatch.setenv("G60_LANG", "zh")
    own_home.inbox.mkdir(exist_ok=True)
    path = own_home.inbox / "own.csv"
    path.write_text(make.inbox_csv(*REFUSED_ROWS), encoding="utf-8")
    check = g60("inbox", "check", str(path), home=own_home, columns=500).stdout
    assert left_in_english(check) is None
    quarantine = run_home({"inbox/own.csv": path.read_text(encoding="utf-8")})["core.quarantine"]
    assert quarantine.height == len(REFUSED_ROWS) - 1
    write_table(own_home, table("core.quarantine"), quarantine)
    warned = g60("warnings", "quarantine_is_empty", home=own_home, columns=1_000).stdout
    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        connection.register("refused", quarantine.to_arrow())
        connection.execute("INSERT INTO core.quarantine SELECT * FROM refused")
        words = reason_words({"core.quarantine": quarantine}, names(Warehouse(connection)))
        connection.register("words", words.to_arrow())
        connection.execute("INSERT INTO analysis.reason_words BY NAME FROM words")
    with open_warehouse(own_home) as warehouse:
        capsys.readouterr()
        screens.show(*outcome.screen(warehouse, Words("zh"), published=True, seconds=1, warnings=[], command="g60"))
        shown = capsys.readouterr().out
    for words in ("“24,7”不是普通数字", "没有单位“furlong”", "row_id “good”与前面某行的编号相同", "请写数字"):
        for screen in (check, warned, shown):
            assert words in screen, words
    assert [left_in_english(screen) for screen in (warned, shown)] == [None, None]


def test_remarks_of_a_refresh_are_kept_and_shown_in_both_languages(own_home, capsys):
    at = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    remark = told("live.remark.no_item", codes="340100")
    ended = {"source_id": "wikidata", "parts": (), "started_at": at, "ended_at": at, "ending": "new"}
    archive = Archive(own_home.archive_dir)
    archive.note(Attempt(**ended, requests=1, received_bytes=0, warnings=(remark, "of an earlier version")))
    (kept,) = archive.attempts("wikidata")
    assert [(str(w), w.zh) for w in kept.warnings] == [
        ("no item carries the code 340100", "没有条目带有代码 340100"),
        ("of an earlier version", "of an earlier version"),
    ]
    screens.show(*refreshed.changes_screen([kept], [], names={}, words=Words("zh")))
    assert "wikidata：没有条目带有代码 340100" in capsys.readouterr().out


def test_an_open_incident_is_told_by_doctor_in_the_language_of_the_reader(g60, own_home):
    report_settings(own_home, G60Error.of("source.no_alert", variable="G60_ALERT_URLS", n=1))
    told_in = {lang: g60("doctor", "--lang", lang, home=own_home, columns=500).stdout for lang in ("en", "zh")}
    assert "What is archived stays in force" in told_in["en"]
    assert "已存档的内容继续有效" in told_in["zh"]
    assert not ENGLISH.search(re.sub(r"`[^`]*`|/\S+", "", told_in["zh"]))


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
