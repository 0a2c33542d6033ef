"""`g60 inbox`: the template, the dry run, the list."""

from __future__ import annotations

import csv
import hashlib
import json
import os

import duckdb
import openpyxl
import polars as pl
import pytest

from g60_pipeline.settings import Settings

HEADER = (
    "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,status,round,flags,locator,note,"
    "publisher,document_title,published,url,grade"
)
TEMPLATE = HEADER.replace("note,", "note,confirmed_by,")
pytestmark = pytest.mark.usefixtures("of_few_facts")

GOOD = "m1,330100,gdp,current_prices,year,2023,20059.1,cny_100m,final,,,,,杭州市统计局,公报,2025-03-30,,A"
LOSER = "m2,330100,gdp,current_prices,year,2022,18753.3,cny_100m,,,rounded,,,somebody,a copy,2025-03-30,,U"
ODD = "m3,330100,gdp,current_prices,year,2021,90000,cny_100m,preliminary,,,,,杭州市统计局,公报,2025-03-30,,A"
BAD = 'm4,苏洲,gpd,current_prices,year,2020,"1,2345",cny_100m,,,,,,x,y,,,A'


@pytest.fixture
def home(tmp_path):
    settings = Settings(tmp_path / "home")
    settings.inbox.mkdir(parents=True)
    return settings


@pytest.fixture
def check(g60, home, tmp_path):
    """Return a function that runs `g60 inbox check` and sees to it that nothing is written."""

    def run(path, *options):
        before = written(tmp_path)
        result = g60("inbox", "check", str(path), *options, home=home)
        assert written(tmp_path) == before
        return result

    return run


def written(folder):
    return sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*"))


def write(path, *rows):
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_template_is_the_header_and_nothing_else_on_standard_output(g60):
    result = g60("inbox", "template")
    assert result.stdout == TEMPLATE + "\n"
    for column in TEMPLATE.split(","):
        assert column in result.stderr


def test_template_tells_the_same_as_json(g60_json):
    found = g60_json("inbox", "template")
    assert found["header"] == TEMPLATE
    assert [c["column"] for c in found["columns"]] == TEMPLATE.split(",")
    assert all(c["description"] for c in found["columns"])
    assert [c["column"] for c in found["columns"] if c["required"]] == HEADER.split(",")[:8]


CLAIM_COLUMNS = (
    "claim_id,indicator_id,basis,measure,form,end_form,geo_code,value,value_start,unit,ratio_n,precision,period_start,"
    "period_end,as_of,scope_as_printed,printed,note,publisher,document_title,published,url,grade"
)


def test_template_of_claims_is_their_header(g60, g60_json):
    result = g60("inbox", "template", "claims")
    assert result.stdout == CLAIM_COLUMNS + "\n"
    for word in ("share_of_nation", "from_to", "last printed digit"):
        assert word in result.stderr
    found = g60_json("inbox", "template", "claims")
    assert found["header"] == CLAIM_COLUMNS
    assert all(c["description"] for c in found["columns"])


@pytest.mark.parametrize(("kind", "header"), [("figures", TEMPLATE), ("claims", CLAIM_COLUMNS)])
def test_template_writes_a_new_file_and_makes_its_folder(g60, tmp_path, monkeypatch, kind, header):
    monkeypatch.chdir(tmp_path)
    result = g60("inbox", "template", kind, "-o", "inbox/mine.csv", home=Settings(tmp_path))
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "inbox" / "mine.csv").read_text(encoding="utf-8") == header + "\n"
    assert result.stdout == ""
    assert "Written: inbox/mine.csv. Fill it, then `g60 inbox check inbox/mine.csv`" in result.stderr


def test_template_outside_the_inbox_says_where_the_inbox_is(g60, home, tmp_path):
    result = g60("inbox", "template", "-o", str(tmp_path / "mine.csv"), home=home, columns=500)
    assert f"The inbox is {home.inbox}" in result.stderr


def test_template_overwrites_nothing(g60, tmp_path):
    path = write(tmp_path / "mine.csv", GOOD)
    before = path.read_bytes()
    result = g60("inbox", "template", "-o", str(path))
    assert result.exit_code == 2
    assert "nothing is written over" in result.stderr
    assert path.read_bytes() == before


def test_template_that_can_not_be_written_says_so(g60, tmp_path):
    write(tmp_path / "file", GOOD)
    result = g60("inbox", "template", "-o", str(tmp_path / "file" / "mine.csv"))
    assert result.exit_code == 2
    assert "can not be written" in result.stderr


def test_claims_are_accepted_with_what_the_audit_says_and_refused_like_figures(check, make, tmp_path):
    path = tmp_path / "claims.csv"
    rows = [{"claim_id": "good"}, {"claim_id": "bad", "ratio_n": "1"}, {"claim_id": "good"}]
    path.write_text(make.claims_csv(*rows), encoding="utf-8")
    result = check(path, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["accepted"] == []
    [claim] = found["claims"]
    assert (claim["file"], claim["line"], claim["claim_id"]) == ("inbox/claims.csv", 2, "good")
    assert claim["claimed_low"] == pytest.approx(1 / 5.5)
    assert claim["verdicts"] == {"g60_songjiang": "consistent", "g60_shanghai": "contradicted"}
    assert [(row["line"], row["rule"]) for row in found["refused"]] == [(3, "one_in_n"), (4, "duplicate")]
    screen = check(path).stdout
    assert "0 rows accepted (0 would be chosen), 1 claims accepted, 2 refused" in " ".join(screen.split())
    assert "g60_shanghai: contradicted" in screen


def test_figures_and_claims_are_checked_together(g60, make, home, tmp_path):
    claims = tmp_path / "claims.csv"
    claims.write_text(make.claims_csv({}), encoding="utf-8")
    result = g60("inbox", "check", str(write(tmp_path / "mine.csv", GOOD)), str(claims), "--json", home=home)
    found = json.loads(result.stdout)
    assert (len(found["accepted"]), len(found["claims"]), found["refused"]) == (1, 1, [])


def test_good_row_is_accepted_and_told_to_be_chosen_before_another(check, tmp_path):
    result = check(write(tmp_path / "mine.csv", GOOD), "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["refused"] == []
    [row] = found["accepted"]
    assert (row["file"], row["line"], row["row_id"], row["place_zh"]) == ("inbox/mine.csv", 2, "m1", "杭州市")
    assert (row["value"], row["unit"], row["chosen"]) == (20059.1, "cny_100m", True)
    assert row["rival"]


def test_row_that_loses_is_told_to_whom_and_by_which_rule(check, tmp_path):
    found = json.loads(check(write(tmp_path / "mine.csv", LOSER), "--json").stdout)
    [row] = found["accepted"]
    assert row["chosen"] is False
    assert row["reason"].startswith(f"lost to {row['rival']}: its copy names no document")


def test_refused_row_is_told_with_file_line_column_rule_and_remedy(check, tmp_path):
    path = write(tmp_path / "mine.csv", GOOD, BAD)
    result = check(path, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [row["row_id"] for row in found["accepted"]] == ["m1"]
    refused = {row["column_name"]: row for row in found["refused"]}
    assert set(refused) == {"geo_code", "indicator_id", "value"}
    assert {(row["file"], row["line"]) for row in refused.values()} == {("inbox/mine.csv", 3)}
    assert "320500" in refused["geo_code"]["remedy_en"]
    assert "gdp" in refused["indicator_id"]["remedy_en"]
    screen = check(path).stdout
    assert "1 rows accepted (1 would be chosen), 1 refused" in screen
    assert "Did you mean 320500 (Suzhou 苏州市)" in screen


def test_implausible_row_is_accepted_with_warnings(check, tmp_path):
    result = check(write(tmp_path / "mine.csv", ODD), "--json")
    assert result.exit_code == 0
    warnings = " / ".join(w["warning"] for w in json.loads(result.stdout)["warnings"])
    assert "over the year before" in warnings


def test_file_level_fault_is_refused(check, tmp_path):
    path = tmp_path / "gbk.csv"
    path.write_bytes((HEADER + "\n" + GOOD).encode("gbk"))
    result = check(path)
    assert result.exit_code == 1
    assert "not UTF-8" in result.stdout


def test_file_of_the_same_name_in_the_inbox_is_replaced_in_the_check(check, home, tmp_path):
    write(home.inbox / "mine.csv", GOOD.replace("20059.1", "1"))
    found = json.loads(check(write(tmp_path / "mine.csv", GOOD), "--json").stdout)
    assert [row["value"] for row in found["accepted"]] == [20059.1]


def test_rest_of_the_inbox_takes_part_in_the_choice(check, home, tmp_path):
    write(home.inbox / "other.csv", GOOD.replace("m1,", "o1,"))
    found = json.loads(check(write(tmp_path / "zz.csv", GOOD), "--json").stdout)
    [row] = found["accepted"]
    assert "inbox/other.csv#o1" in row["rival"]


def test_two_files_of_one_name_are_refused(g60, home, tmp_path):
    (tmp_path / "a").mkdir()
    paths = [str(write(folder / "mine.csv", GOOD)) for folder in (tmp_path, tmp_path / "a")]
    result = g60("inbox", "check", *paths, home=home)
    assert result.exit_code == 2
    assert "one name" in result.stderr


def test_file_that_is_not_there_is_wrong_usage(g60, home, tmp_path):
    result = g60("inbox", "check", str(tmp_path / "none.csv"), home=home)
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_list_of_an_empty_inbox_says_how_to_begin(g60, g60_json, home):
    assert "g60 inbox template" in g60("inbox", "list", home=home).stdout
    assert g60_json("inbox", "list", home=home) == {"inbox": str(home.inbox), "files": [], "not_read": []}


def test_list_tells_a_file_that_is_not_built_yet(g60_json, own_home):
    own_home.inbox.mkdir()
    write(own_home.inbox / "mine.csv", GOOD)
    [file] = g60_json("inbox", "list", home=own_home)["files"]
    assert (file["file"], file["current"], file["figures"]) == ("mine.csv", False, 0)


def test_list_calls_a_file_current_only_if_it_is_what_the_build_read(g60_json, own_home):
    own_home.inbox.mkdir()
    path = own_home.inbox / "mine.csv"
    write(path, GOOD)
    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        size = path.stat().st_size
        connection.execute("INSERT INTO core.input_file VALUES ('inbox/mine.csv', ?, ?, [])", [size, digest])

    def current():
        return g60_json("inbox", "list", home=own_home)["files"][0]["current"]

    assert current()
    told = path.stat()
    path.write_bytes(path.read_bytes().replace(b"20059.1", b"20059.2"))
    os.utime(path, (told.st_atime, told.st_mtime))
    assert not current(), "though it bears a time before the publication, as after an edit during the build"
    with duckdb.connect(str(own_home.database)) as connection:
        connection.execute("DROP TABLE core.input_file")
    assert not current()


def test_list_counts_the_claims_of_a_file(g60_json, own_home):
    own_home.inbox.mkdir()
    write(own_home.inbox / "c.CSV", GOOD)
    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        connection.execute("UPDATE core.claim SET claim_id = 'inbox/c.CSV#a.csv#1' WHERE claim_id IN ('C107')")
    [file] = g60_json("inbox", "list", home=own_home)["files"]
    assert (file["file"], file["claims"], file["figures"], file["refused"]) == ("c.CSV", 1, 0, 0)


@pytest.mark.parametrize("value", ["0", "2005.91"])
def test_figure_far_off_its_neighbours_is_warned_of(check, tmp_path, value):
    result = check(write(tmp_path / "mine.csv", GOOD.replace("20059.1", value)), "--json")
    warnings = " / ".join(w["warning"] for w in json.loads(result.stdout)["warnings"])
    assert "several times off its neighbours" in warnings


def test_list_names_what_lies_in_the_inbox_and_is_not_read(g60, home):
    home.inbox.mkdir(exist_ok=True)
    (home.inbox / "mine.xls").touch()
    assert "inbox/mine.xls is not read" in g60("inbox", "list", home=home).stdout
    (told,) = json.loads(g60("inbox", "list", "--json", home=home).stdout)["not_read"]
    assert told.startswith("inbox/mine.xls is not read")


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        (
            "link.csv",
            lambda path: path.symlink_to("/nowhere/figures.csv"),
            "a link that leads nowhere, /nowhere/figures.csv is",
        ),
        ("link.xlsx", lambda path: path.symlink_to(path), "a link that leads nowhere"),
        ("folder.csv", lambda path: path.mkdir(), "it is not a file"),
        ("pipe.csv", os.mkfifo, "it is not a file"),
    ],
)
def test_list_names_what_has_the_name_of_a_file_and_is_none(g60, home, name, make, words):
    make(home.inbox / name)
    shown = " ".join(g60("inbox", "list", home=home, columns=300).stdout.split())
    assert f"inbox/{name} is not read: " in shown
    assert words in shown
    (told,) = json.loads(g60("inbox", "list", "--json", home=home).stdout)["not_read"]
    assert words in told


READINGS = (
    'w1,苏州,GDP,current_prices,year,2022/12/31,"23,958.3",亿元,,,,,,苏州市统计局,公报,2023年3月30日,,A',
    'w2,Suzhou,gdp,current_prices,year,2021年,"22,718.3",亿元,,,,,,苏州市统计局,公报,2023年3月30日,,A',
)


def test_every_reading_is_told_once_with_what_it_stands_for(check, tmp_path):
    result = check(write(tmp_path / "mine.csv", *READINGS), "--json")
    assert result.exit_code == 0, result.stdout
    told = {(r["column"], r["typed"]): r for r in json.loads(result.stdout)["readings"]}
    assert {key: (r["read"], r["rows"]) for key, r in told.items()} == {
        ("geo_code", "苏州"): ("320500", 1),
        ("geo_code", "Suzhou"): ("320500", 1),
        ("indicator_id", "GDP"): ("gdp", 1),
        ("unit", "亿元"): ("cny_100m", 2),
        ("value", "23,958.3"): ("23958.3", 2),
        ("period", "2022/12/31"): ("2022", 1),
        ("period", "2021年"): ("2021", 1),
        ("published", "2023年3月30日"): ("2023-03-30", 2),
    }
    assert told["geo_code", "Suzhou"]["not_meant"] == ["341300 Suzhou (Anhui) 宿州市"]
    assert (told["unit", "亿元"]["name_en"], told["unit", "亿元"]["name_zh"]) == ("100 million yuan", "亿元")
    screen = check(tmp_path / "mine.csv").stdout
    for words in ("Read as", "320500 (Suzhou 苏州市); not 341300", "cny_100m (100 million yuan 亿元)", "23,958.3 亿元"):
        assert words in screen
    assert "并非 341300" in check(tmp_path / "mine.csv", "--lang", "zh").stdout


def test_value_is_shown_as_written_and_in_the_unit_of_the_catalog(check, tmp_path):
    row = READINGS[0].replace('"23,958.3",亿元', '"239,583,000",万元').replace("A'", "A")
    (own,) = json.loads(
        check(write(tmp_path / "mine.csv", row.replace(",,,,,,苏", ",,,unit_confirmed,,,苏")), "--json").stdout
    )["accepted"]
    assert (own["typed"], own["value"], own["unit"]) == ("239,583,000 万元", 23958.3, "cny_100m")


def test_file_in_codes_has_no_readings(check, tmp_path):
    told = json.loads(check(write(tmp_path / "mine.csv", GOOD), "--json").stdout)
    assert told["readings"] == []
    assert [row["typed"] for row in told["accepted"]] == [None]


def test_workbook_is_checked_like_a_csv_file(check, tmp_path):
    book = openpyxl.Workbook()
    for row in (HEADER.split(","), GOOD.split(","), BAD.replace('"1,2345"', "x").split(",")):
        book.active.append([cell or None for cell in row])
    book.save(tmp_path / "mine.xlsx")
    result = check(tmp_path / "mine.xlsx", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(row["file"], row["line"], row["row_id"]) for row in told["accepted"]] == [("inbox/mine.xlsx", 2, "m1")]
    assert {(row["file"], row["line"]) for row in told["refused"]} == {("inbox/mine.xlsx", 3)}


def test_template_explains_its_columns_in_chinese(g60, tmp_path):
    result = g60("inbox", "template", "--lang", "zh", home=Settings(tmp_path))
    assert result.exit_code == 0
    assert result.stdout == TEMPLATE + "\n"
    for words in ("列", "必填", "320500、苏州", "标记。 可用：rounded", "每行以 publisher"):
        assert words in result.stderr


def test_check_shows_its_screen_in_chinese(check, tmp_path):
    screen = check(write(tmp_path / "mine.csv", GOOD, BAD), "--lang", "zh").stdout
    for words in ("拒绝", "处理办法", "接受", "数值项", "结果", "被选用", "未写入任何内容"):
        assert words in screen
    for words in ("Accepted", "What becomes of it", "Nothing was written"):
        assert words not in screen


def test_lines_of_wanted_are_accepted_once_a_value_and_a_document_are_filled_in(check, graph, tmp_path):
    """A value is that of another year or place: of the right size, and of the right unit by the catalog."""
    series = ["indicator_id", "basis"]
    figure = graph["metrics.figure"].filter(pl.col("value").is_not_null())
    held = {tuple(key): value for *key, value in figure.select(*series, "value").iter_rows()}
    held |= {tuple(key): value for *key, value in figure.select("geo_code", *series, "value").iter_rows()}
    names, rows = TEMPLATE.split(","), []
    wanted = graph["metrics.wanted"].unique(["geo_code", *series, "period_end"]).sort("metric_id")
    for row in wanted.iter_rows(named=True):
        (cells,) = csv.reader([row["inbox_line"]])
        of = tuple(row[name] for name in series)
        value = held.get((row["geo_code"], *of), held[of])
        document = {"value": f"{value:.15g}", "document_title": "公报", "url": "https://www.stats.gov.cn/a.html"}
        rows.append(dict(zip(names, cells, strict=True)) | document)
    with (tmp_path / "looked_up.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    result = check(tmp_path / "looked_up.csv")
    assert result.exit_code == 0, result.stdout
    assert f"{len(rows)} rows accepted" in result.stdout
