"""`--format` and `-o`: what a command shows as CSV, XLSX and Markdown, with the numbers of the warehouse."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

COMMANDS = [
    ("show",),
    ("show", "gdp", "--year", "2022"),
    ("show", "--geo", "Suzhou", "--geo", "杭州"),
    ("show", "--year", "2020"),
    ("claims", "--lead"),
    ("claims", "--claim", "C107"),
    ("coverage", "--geo", "芜湖", "--year", "2020"),
    ("sql", "SELECT metric_id, share, flags, period_end FROM metrics.national_share ORDER BY ALL LIMIT 20"),
]
pytestmark = pytest.mark.usefixtures("kept_open")


def rows_of(told: Any) -> list[dict[str, Any]]:
    """Return the rows of what `--json` prints, in the order of the table."""
    if isinstance(told, list):
        return told
    lists = {name: rows for name, rows in told.items() if isinstance(rows, list)}
    if "corridors" in lists:
        members = [row for member in told["members"] for row in member["figures"]]
        return lists["corridors"] + members
    return next(rows for name, rows in lists.items() if name not in {"places"})


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_csv_and_xlsx_have_the_rows_of_json(
    g60: Any, g60_json: Any, tmp_path: Path, command: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    sql = command[0] == "sql"
    rows = rows_of(g60_json(*command))
    table = list(csv.DictReader(io.StringIO(g60(*command, "--format", "csv").stdout)))
    assert len(table) == len(rows) > 0
    done = g60(*command, "-o", str(tmp_path / "表.xlsx"))
    assert done.exit_code == 0, done.stderr
    head, *cells = openpyxl.load_workbook(tmp_path / "表.xlsx").active.iter_rows(values_only=True)
    assert list(table[0]) == list(head)
    assert len(cells) == len(rows)
    key = (
        "metric_id"
        if sql
        else next(n for n in ("observation_id", "metric_id", "claim_id", "indicator_id") if n in rows[-1])
    )
    expected = sorted((str(row.get(key)), number) for row in rows for number in floats(row))
    from_csv = sorted((row[key] or "None", float(v)) for row in table for n, v in row.items() if v and n in names(rows))
    assert from_csv == expected


def names(rows: list[dict[str, Any]]) -> set[str]:
    return {name for row in rows for name, value in row.items() if isinstance(value, float)}


def floats(row: dict[str, Any]) -> list[float]:
    return [value for value in row.values() if isinstance(value, float)]


def test_markdown_has_the_tables_of_the_screen(g60: Any) -> None:
    text = g60("show", "gdp", "--year", "2022", "--format", "md").stdout
    assert "| Place | Period | Value | Unit | Grade | Round | Flags | Document |" in text
    assert "| Shanghai 上海 | 2022 | 44,652.8 | 100 million yuan |" in text
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    for block in tables:
        lines = block.splitlines()
        assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    chinese = g60("claims", "--lead", "--lang", "zh", "--format", "md").stdout
    assert "| 说法 " in chinese or "说法" in chinese.splitlines()[0] + chinese.splitlines()[2]


def test_a_text_of_markdown_is_no_markup(g60: Any) -> None:
    text = g60("sql", "SELECT 'a|b' AS x, '<i>[_*`#' AS y", "--format", "md").stdout
    assert r"| a\|b | \<i\>\[\_\*\`\# |" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.pdf"), "a table is a CSV, XLSX or Markdown file"),
        (("-o", "a"), "a table is a CSV, XLSX or Markdown file"),
        (("--json", "-o", "a.csv"), "a table is a CSV, XLSX or Markdown file"),
        (("--format", "json", "-o", "a.json"), "a table is a CSV, XLSX or Markdown file"),
        (("--format", "table", "-o", "a.csv"), "a table is a CSV, XLSX or Markdown file"),
        (("--format", "xlsx"), "a workbook is a file"),
        (("--format", "csv", "--json"), "--format csv asks for another form"),
    ],
)
@pytest.mark.parametrize("command", [("show",), ("sql", "SELECT 1")], ids=["show", "sql"])
def test_options_that_contradict_each_other_are_refused(
    g60: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = g60(*command, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_form_named_wins_over_the_ending_of_the_file(g60: Any, tmp_path: Path) -> None:
    g60("show", "--format", "csv", "-o", str(tmp_path / "shares.txt"))
    assert (tmp_path / "shares.txt").read_text(encoding="utf-8").startswith("view,")
