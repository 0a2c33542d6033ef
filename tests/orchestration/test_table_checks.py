"""Warnings carry the rows, their number and the remedy, and stop nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl
import pytest

from g60_pipeline.orchestration.asset_metadata import preview, rows_value
from g60_pipeline.orchestration.build_run import BuildResult
from g60_pipeline.orchestration.checks import CHECKS, SOUND, TableCheck, checks_of
from g60_pipeline.orchestration.sound import unsound
from g60_pipeline.publish.storage import read_table
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES, table

BY_NAME = {check.name: check for check in CHECKS}

TODAY = dt.date(2026, 11, 22)

Frames = Mapping[str, pl.DataFrame]


def spoiled(graph: Frames, check: TableCheck, name: str, *changes: pl.Expr) -> dg.AssetCheckResult:
    tables = {n: graph[n] for n in check.reads}
    tables[name] = tables[name].with_columns(*changes)
    return check.evaluate(check.find(tables, TODAY))


def of_rows(name: str, rows: pl.DataFrame) -> dg.AssetCheckResult:
    check = BY_NAME[name]
    return check.evaluate(check.find(dict.fromkeys(check.reads, rows), TODAY))


def row_of(full_name: str, **values: Any) -> pl.DataFrame:
    dtypes = {n: c.dtype for n, c in table(full_name).schema.columns().items()}
    return pl.DataFrame([{n: values.get(n) for n in dtypes}], schema=dtypes)


SPOILERS = {
    "like_its_neighbours": (
        "core.observation_candidate",
        pl.when(pl.col("year") == 2022).then(pl.col("value") * 10).otherwise("value").alias("value"),
    ),
    "plausible_range": ("core.indicator", pl.lit(-1.0).alias("plausible_max")),
    "unresolved_disagreement": (
        "core.observation_candidate",
        pl.when("chosen").then("value").otherwise(pl.col("value") * 1.1).alias("value"),
    ),
    "star_tally_agrees_with_press": (
        "core.observation_candidate",
        pl.when(pl.col("basis") == "listed").then(pl.col("value") * 2).otherwise("value").alias("value"),
    ),
    "yearly_jump": ("core.indicator", pl.lit(0.001).alias("max_yearly_change")),
    "members_within_province": (
        "core.observation_candidate",
        pl.when(pl.col("geo_code") == "310117").then(pl.lit(1e9)).otherwise("value").alias("value"),
    ),
    "figures_can_hold_together": ("metrics.bound", pl.lit("figures_contradict").alias("reason_code")),
    "figures_are_held_when_due": ("core.indicator", pl.lit(-5, dtype=pl.Int32).alias("release_lag_years")),
    "coverage": ("metrics.corridor_total", pl.lit(8, dtype=pl.Int32).alias("members_reporting")),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_a_check_warns_with_rows_count_and_remedy(graph: Frames, name: str) -> None:
    result = spoiled(graph, BY_NAME[name], *SPOILERS[name])
    count = int(str(result.metadata["count"].value))
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.WARN
    assert count > 0
    assert len(result.metadata["rows"].records) == min(count, 10)
    assert result.metadata["remedy"].value == BY_NAME[name].remedy()


def test_a_refused_row_is_shown_with_its_remedy() -> None:
    row = {
        "quarantine_id": "a:2:value:number",
        "file": "inbox/a.csv",
        "line": 2,
        "column_name": "value",
        "value": "12%",
    }
    row |= {"rule": "not_a_number", "rule_args": ["12%"], "remedy_code": "remedy.digits", "remedy_args": []}
    refused = pl.DataFrame([row])
    result = of_rows("quarantine_is_empty", refused)
    assert not result.passed
    (row,) = result.metadata["rows"].records
    told = row.data
    assert [told[name] for name in ("file", "line", "rule")] == ["inbox/a.csv", 2, "not_a_number"]
    assert (told["message_en"], told["message_zh"]) == ("'12%' is not a plain number", "“12%”不是普通数字")
    assert told["remedy_en"].startswith("Write digits")
    assert told["remedy_zh"].startswith("请写数字")


ODD = {
    "firms_are_placed": (
        "core.star_unplaced",
        {
            "stock_code": "688001",
            "reason_code": "no_address",
            "reason_args": [],
            "remedy_code": "add_address_rule",
            "remedy_args": [],
        },
        {},
    ),
    "coordinates_agree": (
        "core.coordinate",
        {"geo_code": "330100", "kilometres_apart": 30.1},
        {"kilometres_apart": 30.0},
    ),
    "answers_without_remarks": (
        "core.snapshot",
        {"source_id": "worldbank", "state": "in force", "note_en": "a byte order mark"},
        {"state": "superseded"},
    ),
    "archive_is_whole": (
        "core.snapshot",
        {"source_id": "worldbank", "state": "damaged", "note_en": "its content is not what its name says"},
        {"state": "superseded"},
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_a_check_of_live_tables_warns_of_the_odd_row_and_of_no_other(name: str) -> None:
    full_name, odd, sound = ODD[name]
    told = of_rows(name, row_of(full_name, **odd))
    assert not told.passed
    assert told.severity is dg.AssetCheckSeverity.WARN
    assert str(odd[next(iter(odd))]) in str(told.metadata["rows"].value)
    rows = row_of(full_name, **(odd | sound)) if sound else table(full_name).schema.create_empty()
    assert of_rows(name, rows).passed


def test_a_check_without_rows_passes() -> None:
    empty = table("core.quarantine").schema.create_empty()
    result = of_rows("quarantine_is_empty", empty)
    assert result.passed
    assert set(result.metadata) == {"count"}


def test_warnings_do_not_stop_a_build(built_home: Settings, built_result: BuildResult) -> None:
    assert built_result.success
    assert {w.check for w in built_result.warnings} <= {*BY_NAME, "rows_are_sound"}
    unsound_tables = [table(w.asset) for w in built_result.warnings if w.check == "rows_are_sound"]
    assert all(read_table(built_home, of_few_facts).is_empty() for of_few_facts in unsound_tables)
    found = {(w.check, w.asset): w.count for w in built_result.warnings}
    assert found["coverage", "metrics.corridor_total"] > 0


def test_every_check_is_spoiled_by_a_test() -> None:
    assert {*SPOILERS, *ODD, "quarantine_is_empty"} == set(BY_NAME)
    assert len(BY_NAME) == len(CHECKS)


def test_rows_of_a_shown_table_are_rounded_joined_and_cut() -> None:
    frame = pl.DataFrame(
        {"a": ["x" * 99, None], "b": [["p", "q"], []], "c": [0.123456789, 1234567.5], "d": [True, None]}
    )
    shown = rows_value(frame)
    assert [column.name for column in shown.schema.columns] == ["a", "b", "c", "d"]
    assert [dict(record.data) for record in shown.records] == [
        {"a": "x" * 59 + "…", "b": "p, q", "c": 0.123457, "d": True},
        {"a": None, "b": "", "c": 1234570.0, "d": None},
    ]


def test_preview_of_no_rows_names_the_columns() -> None:
    claim = table("raw.claim")
    shown = preview(claim, claim.schema.create_empty())
    assert shown.records == []
    assert [column.name for column in shown.schema.columns][:3] == claim.schema.column_names()[:3]


def test_preview_shows_the_newest_rows_with_a_value_first() -> None:
    growth = table("metrics.growth")
    rows = pl.concat(
        row_of("metrics.growth", metric_id=name, geo_code=name, value=value, year=day.year, period_end=day)
        for name, value, day in (
            ("old", 0.1, dt.date(2019, 12, 31)),
            ("none", None, dt.date(2025, 12, 31)),
            ("new", 0.2, dt.date(2024, 12, 31)),
        )
    )
    shown = preview(growth, rows)
    assert [record.data["geo_code"] for record in shown.records] == ["new", "old", "none"]


SHARE = table("metrics.national_share")
SOUND_ROW: dict[str, Any] = {"metric_id": "s", "share": 0.2, "share_low": 0.2, "share_high": 0.2, "numerator": 5.0}


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([SOUND_ROW], []),
        ([SOUND_ROW | {"share_low": 0.2 + 1e-12}], []),
        ([SOUND_ROW | {"share": None, "share_low": 0.1, "share_high": None}], []),
        ([], ["there are no rows"]),
        ([SOUND_ROW, SOUND_ROW], ["the key stands twice", "the key stands twice"]),
        ([SOUND_ROW | {"share_low": 0.3}], ["share_low is above share", "share_low is above share_high"]),
        ([SOUND_ROW | {"share_high": 0.1}], ["share_low is above share_high", "share is above share_high"]),
        ([SOUND_ROW | {"share_high": 1.1}], ["share_high is not within 0 and 1"]),
        ([SOUND_ROW | {"share_low": -0.1}], ["share_low is not within 0 and 1"]),
        ([SOUND_ROW | {"numerator_high": 4.0}], ["numerator is above numerator_high"]),
    ],
)
def test_rows_that_can_not_be_right_are_found(rows: list[dict[str, Any]], rules: list[str]) -> None:
    empty = SHARE.schema.create_empty()
    frame = pl.concat([empty, *(row_of(SHARE.full_name, **row) for row in rows)])
    found = unsound(SHARE, frame)
    assert found["rule"].to_list() == rules
    assert set(found["row"]) <= {"s", ""}


def test_table_of_live_sources_alone_may_be_empty() -> None:
    similarity = table("metrics.copublication_similarity")
    assert unsound(similarity, similarity.schema.create_empty()).is_empty()


def test_every_metric_table_is_looked_at_and_sound(graph: Frames) -> None:
    metrics = [t for t in TABLES.values() if t.layer == "metrics"]
    assert [check.table for check in SOUND] == [t.full_name for t in metrics]
    assert [check.spec.name for t in metrics for check in checks_of(t.full_name)].count("rows_are_sound") == len(
        metrics
    )
    for check, t in zip(SOUND, metrics, strict=True):
        result = check.evaluate(check.find({t.full_name: graph[t.full_name]}, TODAY))
        assert result.passed, (t.full_name, result.metadata)
