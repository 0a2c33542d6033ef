"""The Chinese README is as whole as the English one: the same sections, commands, tables, names and numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")

CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[`(])((?:g60|make|docker|pip|marimo|\.venv/bin/g60) [^`#\n]*)", re.MULTILINE)


def commands(text: str) -> set[str]:
    """Return the commands of the indented blocks and of the text, without what says in words what they do."""
    blocks = re.findall(r"^    ((?:g60|make|docker) .*)$", text, flags=re.MULTILINE)
    shown = {re.split(r"  +|  #", line)[0].strip() for line in blocks}
    named = {c for c in CODE.findall(text) if re.match(r"(g60|make|docker|pip|marimo|\.venv/bin/g60)\b", c)}
    return {re.sub(r" --lang zh$", "", command) for command in shown | named}


def sections(text: str) -> list[str]:
    return text.split("\n## ")[1:]


def test_both_name_the_same_commands() -> None:
    english, chinese = commands(ENGLISH), commands(CHINESE)
    replaced = {"g60 export FORM --to PLACE": "g60 export 形式 --to 位置"}
    assert {replaced.get(command, command) for command in english} == chinese
    assert len(english) > 45


def test_both_have_the_same_sections_with_the_same_tables_lists_and_blocks() -> None:
    assert len(sections(ENGLISH)) == len(sections(CHINESE)) > 12
    for english, chinese in zip(sections(ENGLISH), sections(CHINESE), strict=True):
        title = english.partition("\n")[0]
        for mark in (r"^\| ", r"^- ", r"^\d\. ", r"^```", r"^    (?:g60|make|docker|G60_|SELECT)"):
            counts = [len(re.findall(mark, text, flags=re.MULTILINE)) for text in (english, chinese)]
            assert counts[0] == counts[1], (title, mark)


@pytest.mark.parametrize("index", range(len(sections(ENGLISH))))
def test_a_section_names_the_same_things_in_both(index: int) -> None:
    """Files, tables, columns, settings and options are code; what only one of them names would be missed."""
    english, chinese = (
        {
            c
            for c in CODE.findall(sections(text)[index])
            if not re.match(r"(\.venv/bin/g60|g60|make|docker) ", c) and c.isascii()
        }
        for text in (ENGLISH, CHINESE)
    )
    assert english == chinese


@pytest.mark.parametrize("index", range(len(sections(ENGLISH))))
def test_a_section_has_the_same_numbers_in_both(index: int) -> None:
    """Numbers of two and more digits, however they are grouped: a figure that was mended in one only would differ."""
    english, chinese = (
        {n.replace(",", "") for n in re.findall(r"\d[\d,]*(?:\.\d+)?", CODE.sub("", sections(text)[index]))}
        for text in (ENGLISH, CHINESE)
    )
    large = {n for n in english if len(n) > 3 and n not in {"10000", "50000"}}
    assert large <= chinese
    assert {n for n in chinese if len(n) > 3} <= english


def test_the_code_that_is_run_is_the_same_but_for_its_comments() -> None:
    blocks = [
        [
            re.sub(r"(--|#) .*", "", line).rstrip()
            for line in "\n".join(re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)).splitlines()
        ]
        for text in (ENGLISH, CHINESE)
    ]
    assert blocks[0] == blocks[1]


def test_each_leads_to_the_other() -> None:
    assert "(README.zh.md)" in ENGLISH.splitlines()[2]
    assert "(README.md)" in CHINESE.splitlines()[2]


def test_shares_and_verdicts_quoted_in_chinese_are_those_of_the_english_tables() -> None:
    def figures(text: str) -> list[str]:
        rows = [
            line.split("|", 2)[2] for line in sections(text)[0].splitlines() if line.startswith("| ") and "%" in line
        ]
        return re.findall(r"[\d,.–-]+ (?:– [\d,.]+ )?%|1/\d+\.\d|\d{4}-\d\d-\d\d", "\n".join(rows))

    assert figures(ENGLISH) == figures(CHINESE)
    assert len(figures(ENGLISH)) > 40
