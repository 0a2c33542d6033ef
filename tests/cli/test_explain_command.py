"""`g60 explain`: the story of any number, its sum done again, and what it says where nothing or too much fits."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from g60_pipeline.report.database import open_warehouse
from g60_pipeline.report.metric_row import Asked
from g60_pipeline.report.story import tell
from g60_pipeline.report.story_screen import TEXTS, screen
from g60_pipeline.report.words import Words
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES

Run = Callable[..., Any]
METRICS = [t.name for t in TABLES.values() if t.layer == "metrics"]
SHARE = "national_share:g60_shanghai:star_listed:tally:2022-12-31"
OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def worked_out(expression: str) -> float:
    """Return what an arithmetic expression comes to; it may hold numbers and the five operations only."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        assert isinstance(node, ast.Constant)
        return float(node.value)

    return value(ast.parse(expression, mode="eval").body)


def test_the_share_of_the_issue_is_told_with_sum_documents_and_firms(g60: Run) -> None:
    told = g60(
        "explain", "national_share", "star_listed", "--corridor", "g60_shanghai", "--date", "2022-12-31", columns=250
    )
    assert told.exit_code == 0, told.stderr
    for words in (
        "numerator = 78 + 48 + 26 + 4 + 3 + 0 + 16 + 1 + 0 = 176",
        "share = 176 ÷ 501 = 0.3513",
        "one_in_n = 1 ÷ 0.3513 = 2.85",
        "counts 78 firms: 688008 澜起科技",
        "Shanghai 上海, Companies on the STAR Market 科创板上市公司数 (tally), 2022-12-31: 78",
        "grade D",
        "version 1, source: Standard share",
        SHARE,
    ):
        assert words in told.stdout, words


def test_it_is_told_in_chinese_too(g60: Run) -> None:
    told = g60("explain", SHARE, "--lang", "zh", columns=250).stdout
    for words in ("代入数值", "上海 Shanghai, 科创板上市公司数", "共78家公司", "第1版"):
        assert words in told
    assert all(zh for _, zh in TEXTS.values())


def test_conversion_losers_and_rounds_of_a_share_of_gdp(g60_json: Run) -> None:
    told = g60_json("explain", "national_share", "gdp", "--corridor", "g60_shanghai", "--date", "2022")
    china = next(f for f in told["figures"] if f["geo_code"] == "100000")
    assert (china["value_as_published"], china["unit_as_published"], china["unit"]) == (
        "121020.7",
        "cny_bn",
        "cny_100m",
    )
    assert float(china["value_as_published"]) * china["conversion_factor"] == pytest.approx(china["value"])
    assert all(row["observation_id"] != china["observation_id"] and row["reason"] for row in china["lost"])
    assert any(row["chosen"] for f in told["figures"] for row in f["lost"])
    assert all(f["title"] and f["grade"] and "url" in f for f in told["figures"])
    assert {f["round"] for f in told["figures"]} == {"first"}
    assert len(told["build"]["catalog_hash"]) == 64
    assert told["formula"]["formula_id"] == "national_share"


@pytest.mark.parametrize("metric", METRICS)
def test_a_row_of_every_formula_of_every_metric_is_told_and_its_sum_comes_out(published: Settings, metric: str) -> None:
    with open_warehouse(published) as warehouse:
        rows = warehouse.rows(
            f"""SELECT metric_id FROM analysis.metric WHERE metric = '{metric}'
                QUALIFY row_number() OVER (PARTITION BY formula_id, value IS NULL ORDER BY metric_id DESC) <= 3"""
        )
        for row in rows:
            story = tell(warehouse, Asked(row["metric_id"]))
            for done in story.arithmetic:
                assert worked_out(done.expression) == pytest.approx(done.result, rel=1e-9, abs=1e-12), row
            assert (
                story.figures
                or story.events
                or story.documents
                or story.row.get("reason")
                or story.row.get("reason_en")
            )
            assert len(screen(story, Words("en"))) >= 3
            assert len(screen(story, Words("zh"))) >= 3


def test_numbers_that_can_be_written_out_are(published: Settings) -> None:
    """Of these metrics every row with a value has its sum written out."""
    with open_warehouse(published) as warehouse:
        for metric in (
            "national_share",
            "growth",
            "intensity",
            "representation",
            "location_quotient",
            "innovation_index",
        ):
            rows = warehouse.rows(
                f"SELECT metric_id FROM analysis.metric WHERE metric = '{metric}' AND value IS NOT NULL ORDER BY hash(metric_id) LIMIT 5"
            )
            assert len(rows) == 5
            for row in rows:
                story = tell(warehouse, Asked(row["metric_id"]))
                value = story.row["share"] if metric == "national_share" else story.row["value"]
                assert any(math.isclose(s.result, value) for s in story.arithmetic), row


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["national_shares", "gdp"], "Did you mean national_share"),
        (["national_share", "gpd"], "Did you mean gdp"),
        (["national_share", "gdp", "--corridor", "g60"], "Did you mean g60_"),
        (["national_share", "gdp", "--place", "Atlantis"], "not a known place"),
        (["national_share", "gdp", "--corridor", "g60_shanghai", "--date", "1990"], "The newest held are 2025-12-31"),
        (["national_share", "gdp", "--date", "2022-13-01"], "neither a date nor a year"),
        (["national_share", "gdp", "--date", "2022"], "rows fit indicator_id gdp"),
        (["growth", "gdp", "--corridor", "g60_shanghai", "--date", "2021"], "--by measure=…"),
        (["growth", "gdp", "--by", "measure"], "it is not column=value"),
        (["gradient", "gdp"], "its rows have no indicator_id"),
        (["national_share:nowhere"], "Near it are national_share:"),
        (["nothing:nowhere"], "The tables are claim_audit"),
        ([SHARE, "--corridor", "g60_shanghai"], "an identifier stands alone"),
    ],
)
def test_what_fits_no_row_or_many_is_wrong_usage(g60: Run, arguments: list[str], words: str) -> None:
    told = g60("explain", *arguments)
    assert told.exit_code == 2
    assert words in " ".join(told.stderr.split())


def test_rows_are_told_apart_by_column(g60_json: Run) -> None:
    told = g60_json("explain", "growth", "gdp", "--corridor", "g60_shanghai", "--date", "2022", "--by", "measure=yoy")
    assert told["row"]["metric_id"] == "growth:yoy:g60_shanghai:gdp:current_prices:2022-12-31"
    (done,) = told["arithmetic"]
    assert worked_out(done["expression"]) == pytest.approx(told["row"]["value"])


def test_the_macro_tells_the_same_figures_documents_and_losers(published: Settings, g60_json: Run) -> None:
    name = "national_share:g60_shanghai:gdp:current_prices:2022-12-31"
    told = g60_json("explain", name)
    with duckdb.connect(str(published.database), read_only=True) as connection:
        rows = connection.sql(f"SELECT kind, told, url FROM analysis.explain('{name}')").fetchall()
    kinds = {kind: [r[1] for r in rows if r[0] == kind] for kind, *_ in rows}
    assert set(kinds["figure"]) == {f["observation_id"] for f in told["figures"]}
    assert len(kinds["lost"]) == sum(len(f["lost"]) for f in told["figures"])
    assert kinds["build"] == [f"catalog {told['build']['catalog_hash']}"]
    assert [len(kinds[k]) for k in ("number", "formula")] == [1, 1]


def test_events_behind_a_link_lead_to_their_documents(g60_json: Run, ask: Callable[[str], Any]) -> None:
    (row,) = ask(
        "SELECT metric_id, events FROM metrics.collaboration_link WHERE position = 'within' AND span = 'all' "
        "ORDER BY events DESC, metric_id LIMIT 1"
    )
    told = g60_json("explain", row["metric_id"])
    assert len(told["events"]) == row["events"] > 10
    assert {e["document_id"] for e in told["events"]} <= {d["document_id"] for d in told["documents"]}


def test_without_a_warehouse_it_says_to_build(tmp_path: Any, g60: Run) -> None:
    told = g60("explain", SHARE, home=Settings(tmp_path))
    assert told.exit_code == 1
    assert "g60 build" in told.stderr
