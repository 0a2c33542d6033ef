"""Warnings carry the rows, their number and the remedy, and stop nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dagster as dg
import polars as pl
import pytest

from g60_pipeline.orchestration.checks import CHECKS, TableCheck
from g60_pipeline.orchestration.columns import markdown, preview
from g60_pipeline.orchestration.run import BuildResult
from g60_pipeline.settings import Settings
from g60_pipeline.storage import read_table
from g60_pipeline.tables import table

BY_NAME = {check.name: check for check in CHECKS}


TODAY = dt.date(2026, 11, 22)


def spoiled(built_home: Settings, check: TableCheck, name: str, *changes: pl.Expr) -> dg.AssetCheckResult:
    tables = {n: read_table(built_home, table(n)) for n in check.reads}
    tables[name] = tables[name].with_columns(*changes)
    return check.evaluate(check.find(tables, TODAY))


def of_rows(name: str, rows: pl.DataFrame) -> dg.AssetCheckResult:
    check = BY_NAME[name]
    return check.evaluate(check.find(dict.fromkeys(check.reads, rows), TODAY))


def row_of(full_name: str, **values: Any) -> pl.DataFrame:
    dtypes = {n: c.dtype for n, c in table(full_name).schema.columns().items()}
    return pl.DataFrame([{n: values.get(n) for n in dtypes}], schema=dtypes)


SPOILERS = {
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
    "figures_are_held_when_due": ("core.indicator", pl.lit(-5, dtype=pl.Int32).alias("release_lag_years")),
    "coverage": ("metrics.corridor_total", pl.lit(8, dtype=pl.Int32).alias("members_reporting")),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_a_check_warns_with_rows_count_and_remedy(built_home: Settings, name: str) -> None:
    result = spoiled(built_home, BY_NAME[name], *SPOILERS[name])
    count = int(str(result.metadata["count"].value))
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.WARN
    assert count > 0
    assert len(str(result.metadata["rows"].value).splitlines()) == 2 + min(count, 10)
    assert result.metadata["remedy"].value == BY_NAME[name].remedy


def test_a_refused_row_is_shown_with_its_remedy() -> None:
    row = {
        "quarantine_id": "a:2:value:number",
        "file": "inbox/a.csv",
        "line": 2,
        "column_name": "value",
        "value": "12%",
    }
    row |= {"rule": "number", "message": "12% is not a number", "remedy": "Write digits only"}
    refused = pl.DataFrame([row])
    result = of_rows("quarantine_is_empty", refused)
    assert not result.passed
    assert "| inbox/a.csv | 2 | value | 12% | number | 12% is not a number | Write digits only |" in str(
        result.metadata["rows"].value
    )


ODD = {
    "firms_are_placed": ("core.star_unplaced", {"stock_code": "688001", "what": "no city"}, {}),
    "coordinates_agree": (
        "core.coordinate",
        {"geo_code": "330100", "kilometres_apart": 30.1},
        {"kilometres_apart": 30.0},
    ),
    "answers_without_remarks": (
        "core.snapshot",
        {"source_id": "worldbank", "state": "in force", "note": "a byte order mark"},
        {"state": "superseded"},
    ),
    "archive_is_whole": (
        "core.snapshot",
        {"source_id": "worldbank", "state": "damaged", "note": "its content is not what its name says"},
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


def test_warnings_do_not_stop_a_build(built_result: BuildResult) -> None:
    assert built_result.success
    assert {w.check for w in built_result.warnings} <= set(BY_NAME)
    found = {(w.check, w.asset): w.count for w in built_result.warnings}
    assert found["coverage", "metrics.corridor_total"] > 0


def test_every_check_is_spoiled_by_a_test() -> None:
    assert {*SPOILERS, *ODD, "quarantine_is_empty"} == set(BY_NAME)
    assert len(BY_NAME) == len(CHECKS)


def test_markdown_cells_keep_to_one_line_and_escape_the_bar() -> None:
    frame = pl.DataFrame({"a": ["x | y\nz", None], "b": [["p", "q"], []], "c": [0.123456789, 1234567.5]})
    assert markdown(frame).splitlines() == [
        "| a | b | c |",
        "| --- | --- | --- |",
        "| x \\| y z | p, q | 0.123457 |",
        "|  |  | 1,234,567.5 |",
    ]


def test_a_preview_of_no_rows_names_the_columns() -> None:
    assert preview(pl.DataFrame(schema={"file": pl.String, "line": pl.Int32})) == "no rows (file, line)"
