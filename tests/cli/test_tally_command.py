"""`g60 tally`: records become a file of the inbox, which the build takes in; mistakes are named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from g60_pipeline.settings import Settings

RECORDS = """证书编号,注册地址,发证日期
GR1,江苏省苏州市工业园区,2022-10-12
GR2,江苏省苏州市姑苏区,2023-11-06
GR3,浙江省杭州市,2023-11-06
GR4,,2023-11-06
"""
DOCUMENT = ("--publisher", "苏州市科技局", "--title", "证书名单", "--grade", "A")
WHOLE = ("--records", "firms", "--from", "2023", "--to", "2023", "--covers", "苏州", *DOCUMENT)

G60 = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    (tmp_path / "list.csv").write_text(RECORDS, encoding="utf-8")
    return Settings(tmp_path)


def test_records_become_an_inbox_file_and_the_screen_says_what_is_open(g60: G60, home: Settings) -> None:
    done = g60("tally", str(home.home / "list.csv"), *WHOLE, home=home)

    assert done.exit_code == 0, done.stderr
    assert "4 rows: 4 different records, 0 rows that say the same again" in done.stdout
    assert "1 records without a readable address" in done.stdout
    assert "2 rows are written to" in done.stdout
    text = (home.inbox / "tally_firms.csv").read_text(encoding="utf-8")
    assert "320500,hightech_enterprises,valid_year_end,date,2023-12-31,2,count,,,lower_bound" in text
    assert "320500,hightech_enterprises,valid_year_end,date,2023-12-31,3,count,,,upper_bound" in text
    assert "330100" not in text, "the list is of Suzhou: its firms of Hangzhou are not all of them"


def test_the_screen_is_in_chinese_where_it_is_asked_for(g60: G60, home: Settings) -> None:
    done = g60("tally", str(home.home / "list.csv"), *WHOLE, "--lang", "zh", home=home)

    assert "共4行：4条不同记录" in done.stdout


def test_what_a_folder_holds_beside_records_is_named(g60: G60, g60_json: Callable[..., Any], home: Settings) -> None:
    folder = home.home / "lists"
    folder.mkdir()
    (home.home / "list.csv").rename(folder / "list.csv")
    (folder / "more.csv.gz").touch()

    assert f"not read (neither .csv nor .parquet, or a link to a folder): {folder}/more.csv.gz." in " ".join(
        g60("tally", str(folder), *WHOLE, home=home).stdout.split()
    )
    said = g60_json("tally", str(folder), *WHOLE, "--replace", home=home)
    assert (said["left_out"], said["ends_unseen"]) == ([f"{folder}/more.csv.gz"], [])


def test_a_link_that_is_named_for_the_figures_stays_one(g60_json: Callable[..., Any], home: Settings) -> None:
    link = home.home / "figures.csv"
    link.symlink_to(home.home / "elsewhere.csv")
    g60_json("tally", str(home.home / "list.csv"), *WHOLE, "-o", str(link), home=home)
    assert link.is_symlink()
    assert (home.home / "elsewhere.csv").read_text(encoding="utf-8")


def test_the_file_is_read_by_the_inbox(g60_json: Callable[..., Any], home: Settings) -> None:
    written = g60_json("tally", str(home.home / "list.csv"), *WHOLE, home=home)
    from g60_pipeline.ingest.inbox import read_inbox_file

    frames, issues = read_inbox_file(Path(written["file"]))

    assert not issues
    assert frames["observation"].height == written["written"] == 2


def test_an_earlier_tally_is_replaced_only_on_demand(g60: G60, home: Settings) -> None:
    arguments = ("tally", str(home.home / "list.csv"), *WHOLE)
    assert g60(*arguments, home=home).exit_code == 0
    before = (home.inbox / "tally_firms.csv").read_bytes()
    (home.home / "list.csv").write_text(RECORDS + "GR5,苏州市,2023-01-01\n", encoding="utf-8")

    refused = g60(*arguments, home=home)

    assert refused.exit_code == 1
    assert "add --replace" in refused.stderr
    assert (home.inbox / "tally_firms.csv").read_bytes() == before
    assert g60(*arguments, "--replace", home=home).exit_code == 0
    assert (home.inbox / "tally_firms.csv").read_bytes() != before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"--covers": "巴黎"}, "it is not a known place"),
        ({"--covers": "江苏"}, "the address rules place no record in it"),
        ({"--from": "2024"}, "the first year is after the last"),
        ({"--to": "2100"}, "that year is not over"),
        ({"--records": "stars"}, "no file describes records of this name"),
        ({"--records": "patents"}, "none of its columns is the"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(
    g60: G60, home: Settings, changed: dict[str, str], message: str
) -> None:
    options = dict(zip(WHOLE[::2], WHOLE[1::2], strict=True)) | changed
    done = g60("tally", str(home.home / "list.csv"), *(part for pair in options.items() for part in pair), home=home)

    assert done.exit_code in {1, 2}
    assert message in done.stderr
    assert not home.inbox.exists()


def test_a_kind_of_ones_own_comes_first(g60: G60, home: Settings) -> None:
    (home.home / "records").mkdir()
    (home.home / "records" / "firms.yaml").write_text(
        "name_en: Firms\nname_zh: 企业\n"
        "columns: {address: [注册地址], date: [发证日期]}\n"
        "series: [{indicator_id: hightech_enterprises, basis: newly_recognised}]\n",
        encoding="utf-8",
    )
    assert g60("tally", str(home.home / "list.csv"), *WHOLE, home=home).exit_code == 0

    assert "newly_recognised,year,2023,1,count" in (home.inbox / "tally_firms.csv").read_text(encoding="utf-8")


CONTRACTS = '合同登记编号,卖方地址,登记日期,合同成交额\nC1,苏州市,2023-05-06,"12,345.60"\nC2,苏州市,2023-05-07,1000\n'
PATENTS = "申请号,地址,授权公告日,专利类型\nA1,苏州市,2023-05-06,发明专利\nA2,苏州市,2023-05-07,发明\n"


@pytest.mark.parametrize(
    ("records", "text", "said", "key", "value"),
    [
        ("contracts", CONTRACTS, "1 records have no amount that can be read", "without_amount", 1),
        (
            "patents",
            PATENTS,
            "no series of kinds counts: 发明 1.",
            "kinds_of_no_series",
            [{"kind": "发明", "records": 1}],
        ),
        ("firms", RECORDS, None, "without_amount", 0),
    ],
)
def test_records_that_no_sum_or_kind_takes_in_are_counted_on_the_screen(
    g60: G60,
    home: Settings,
    g60_json: Callable[..., Any],
    records: str,
    text: str,
    said: str | None,
    key: str,
    value: Any,
) -> None:
    (home.home / "given.csv").write_text(text, encoding="utf-8")
    arguments = ("tally", str(home.home / "given.csv"), "--records", records, *WHOLE[2:])

    shown, as_json = g60(*arguments, home=home), g60_json(*arguments, "--replace", home=home)

    assert as_json[key] == value
    assert (said or "2 rows are written") in shown.stdout
    assert ("can be read (digits" in shown.stdout) == (records == "contracts")
