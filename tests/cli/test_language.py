"""`--lang zh` and `G60_LANG=zh`: screens and messages of every command are in Chinese."""

from __future__ import annotations

import re

import pytest

from g60_pipeline.settings import Settings

ENGLISH = re.compile(r"(?:\b[a-z]{2,},? ){3,}[a-z]{2,}")
"""Four English words in a row."""

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
