"""CSV files are read strictly: what can not be read becomes an issue with its line, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from g60_pipeline.contracts.issues import Issue
from g60_pipeline.ingest import csv_files
from g60_pipeline.ingest.csv_files import CsvForm, read_csv

FORM = CsvForm(columns=("id", "value", "note"), required=("id", "value"))


def read(content: bytes | str) -> tuple[list[dict[str, Any]], list[Issue]]:
    raw = content if isinstance(content, bytes) else content.encode("utf-8")
    frame, issues = read_csv(raw, file="inbox/f.csv", form=FORM)
    assert frame.columns == ["file", "line", "id", "value", "note"]
    assert all(issue.file == "inbox/f.csv" and issue.message and issue.remedy for issue in issues)
    return frame.to_dicts(), issues


def rules(issues: list[Issue]) -> list[tuple[str, int | None]]:
    return [(issue.rule, issue.line) for issue in issues]


def test_rows_carry_file_line_and_text_as_it_stands() -> None:
    rows, issues = read("id,value\na,007\nb, 1.50 \n")
    assert issues == []
    assert rows == [
        {"file": "inbox/f.csv", "line": 2, "id": "a", "value": "007", "note": None},
        {"file": "inbox/f.csv", "line": 3, "id": "b", "value": "1.50", "note": None},
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_line_ending_and_a_byte_order_mark_are_read(ending: str, mark: str) -> None:
    rows, issues = read(mark + ending.join(["id,value", "a,1", "b,2", ""]))
    assert issues == []
    assert [(r["id"], r["value"], r["line"]) for r in rows] == [("a", "1", 2), ("b", "2", 3)]


def test_columns_may_stand_in_any_order_and_optional_ones_may_be_missing() -> None:
    rows, _ = read("value,note,id\n1,x,a\n")
    assert (rows[0]["id"], rows[0]["value"], rows[0]["note"]) == ("a", "1", "x")


@pytest.mark.parametrize(
    ("text", "accepted", "refused"),
    [
        ('id,value,note\na,1,"two\nlines"\nb,2,x\nc,3,\n', ["b", "c"], [2, 3]),
        ('id,value,note\na,1,"open\nb,2,\nc,3,2 inch",\nd,4,\n', ["d"], [2, 3, 4]),
        ('id,value,note\na,1,\nb,"2\nc,3,\n\nd,4,\n', ["a"], [3, 4, 6]),
        ('id,value,note\r\na,1,"open\r\nb,2,x"y\r\nc,3,\r\n', ["c"], [2, 3]),
        ('id,value,note\ra,1,"open\rb,2,"\rc,3,\r', ["c"], [2, 3]),
    ],
    ids=["a remark of two lines", "two stray marks", "never closed", "spoiled later", "old line ends"],
)
def test_lines_a_quotation_mark_holds_together_are_all_refused_by_number(
    text: str, accepted: list[str], refused: list[int]
) -> None:
    rows, issues = read(text)
    assert [r["id"] for r in rows] == accepted
    assert [issue.line for issue in issues] == refused
    assert {issue.rule for issue in issues} <= {"csv_syntax", "cell_spans_lines"}
    filled = [line for line in text.splitlines()[1:] if line]
    assert len(rows) + len(issues) == len(filled)
    assert all(f"on line {refused[0]}–" in issue.message for issue in issues)


def test_a_row_keeps_its_own_line_number_after_lines_that_were_refused() -> None:
    rows, _ = read('id,value,note\na,1,"two\nlines"\nb,2,\n')
    assert [(r["id"], r["line"]) for r in rows] == [("b", 4)]


@pytest.mark.parametrize(
    "text", ["id,value,note,,,\na,1,x,,,\nb,2,,,\nc,3,\n", "id,,value,note\na,,1,x\nb,,2,\nc,,3,\n"]
)
def test_columns_without_name_and_content_are_let_be(text: str) -> None:
    rows, issues = read(text)
    assert issues == []
    assert [(r["id"], r["value"], r["note"]) for r in rows] == [("a", "1", "x"), ("b", "2", None), ("c", "3", None)]


@pytest.mark.parametrize(("row", "rule"), [("a,1,x,,7,", "nameless_column"), ("a,1,x,,,,,7", "cell_count")])
def test_a_filled_cell_outside_the_named_columns_spoils_its_own_row(row: str, rule: str) -> None:
    rows, issues = read(f"id,value,note,,,\n{row}\nb,2,,,,\n")
    assert [r["id"] for r in rows] == ["b"]
    assert rules(issues) == [(rule, 2)]


@pytest.mark.parametrize("sign", ["\ufeff", "\u200b", "\u00a0", "\u3000", "\u200e", "\u00ad", "\u2060"])
def test_signs_nobody_sees_are_stripped_from_header_and_cells(sign: str) -> None:
    rows, issues = read(f"{sign}id,{sign}value{sign},note{sign}\n{sign}a{sign},{sign}1,苏州{sign}\n")
    assert issues == []
    assert (rows[0]["id"], rows[0]["value"], rows[0]["note"]) == ("a", "1", "苏州")


def test_full_width_signs_are_read_as_ascii_and_words_in_chinese_stand_as_printed() -> None:
    rows, issues = read("ｉｄ,value,note\nａ－１,１２３．５,某年统计年鉴（第２版）：表１\n")
    assert issues == []
    assert (rows[0]["id"], rows[0]["value"], rows[0]["note"]) == ("a-1", "123.5", "某年统计年鉴（第２版）：表１")


def test_a_header_in_full_width_commas_is_named_as_such() -> None:
    assert "separated by ，" in read("id，value\na，1\n")[1][0].message


def test_blank_lines_are_passed_over_without_shifting_line_numbers() -> None:
    rows, issues = read("id,value\n\na,1\n , \nb,2\n\n")
    assert issues == []
    assert [(r["id"], r["line"]) for r in rows] == [("a", 3), ("b", 5)]


def test_a_gbk_file_is_refused_with_the_line_of_the_first_wrong_byte() -> None:
    rows, issues = read("id,value\na,1\n苏州,2\n".encode("gbk"))
    assert rows == []
    assert rules(issues) == [("utf8", 3)]
    assert "GBK" in issues[0].remedy


def test_a_utf16_file_is_refused() -> None:
    rows, issues = read("id,value\na,1\n".encode("utf-16"))
    assert (rows, rules(issues)) == ([], [("utf16", 1)])


def test_a_null_byte_is_refused_with_its_line() -> None:
    rows, issues = read(b"id,value\na,1\nb,\x002\n")
    assert (rows, rules(issues)) == ([], [("no_null_byte", 3)])


def test_an_unclosed_quotation_mark_is_reported_and_rows_before_it_load() -> None:
    rows, issues = read('id,value\na,1\nb,"2\nc,3\n')
    assert [r["id"] for r in rows] == ["a"]
    assert rules(issues) == [("csv_syntax", 3), ("csv_syntax", 4)]
    assert "quotation mark" in issues[0].remedy


def test_text_after_a_closing_quotation_mark_spoils_only_its_own_row() -> None:
    rows, issues = read('id,value\na,"1"2\nb,2\n')
    assert [r["id"] for r in rows] == ["b"]
    assert rules(issues) == [("csv_syntax", 2)]


@pytest.mark.parametrize(("row", "cells"), [("a,1,2", 3), ("a", 1)])
def test_a_wrong_number_of_cells_spoils_only_its_own_row(row: str, cells: int) -> None:
    rows, issues = read(f"id,value\n{row}\nb,2\n")
    assert [r["id"] for r in rows] == ["b"]
    assert rules(issues) == [("cell_count", 2)]
    assert f"{cells} cells where the header has 2" in issues[0].message


@pytest.mark.parametrize(
    ("header", "rule", "named"),
    [
        ("id", "missing_column", "value"),
        ("id,value,colour", "unknown_column", "colour"),
        ("id,value,value", "double_column", "value"),
        ("id,other", "missing_column", "value"),
    ],
)
def test_a_wrong_header_refuses_the_file_and_names_the_columns(header: str, rule: str, named: str) -> None:
    rows, issues = read(f"{header}\na,1\n")
    assert rows == []
    found = {issue.rule: issue for issue in issues}
    assert found[rule].value == named
    assert found[rule].line == 1


@pytest.mark.parametrize("content", ["", '"id,value\n'])
def test_a_file_without_a_header_is_refused(content: str) -> None:
    rows, issues = read(content)
    assert rows == []
    assert [issue.rule for issue in issues] == ["header"]
    assert "id,value" in issues[0].remedy


def test_a_file_with_only_a_header_holds_no_rows_and_no_issue() -> None:
    assert read("id,value\n") == ([], [])


def test_a_file_above_the_size_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MAX_BYTES", 1_000_000)
    rows, issues = read("id,value\n" + "a,1\n" * 500_000)
    assert (rows, [i.rule for i in issues]) == ([], ["file_size"])
    assert "at most 1 MB; this one has 2 MB" in issues[0].message


def test_a_cell_too_long_to_be_a_figure_spoils_only_its_own_row() -> None:
    rows, issues = read("id,value\na," + "x" * 200_000 + "\nb,2\n")
    assert [r["id"] for r in rows] == ["b"]
    assert [issue.rule for issue in issues] == ["csv_syntax"]
