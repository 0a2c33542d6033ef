"""A half and a quarter of a year that end on one day stay two figures wherever figures are set side by side."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from click.testing import Result

from g60_pipeline.publish.warehouse import publish, published_tables
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.report.since import changes_since
from g60_pipeline.report.site.data import Data
from g60_pipeline.settings import Settings

INBOX = """row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,publisher,document_title,published,url,grade
H,苏州,gdp,current_prices,part_year,2025-01/2025-06,12000,亿元,苏州市统计局,半年,2025-07-20,,A
Q,苏州,gdp,current_prices,part_year,2025-04/2025-06,6200,亿元,苏州市统计局,二季度,2025-07-20,,A
"""
PERIODS = {"inbox/own.csv#H": "2025-01/2025-06", "inbox/own.csv#Q": "2025-04/2025-06"}


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, sparse: dict[str, pl.DataFrame], run_home: Callable[..., Any]
) -> Settings:
    tables = run_home({"inbox/own.csv": INBOX})
    core = {t.full_name: tables[t.full_name] for t in published_tables() if t.layer == "core"}
    settings = Settings(tmp_path_factory.mktemp("parts"))
    publish(settings, sparse | core, built_at=datetime.now(UTC))
    return settings


def test_what_changed_sets_neither_against_the_other(home: Settings, tmp_path: Path) -> None:
    again = tmp_path / "again.duckdb"
    again.write_bytes(home.database.read_bytes())

    found = changes_since(home.database, again)

    assert found is not None
    assert found.figures == []


def test_neither_lost_against_the_other_on_the_site(home: Settings) -> None:
    with open_warehouse(home) as warehouse:
        rows = warehouse.rows("FROM core.observation WHERE observation_id LIKE 'inbox/%'")

    assert len({Data.slot(row) for row in rows}) == len(rows) == 2


def test_each_has_a_key_of_its_own_in_sdmx(g60: Callable[..., Result], home: Settings, tmp_path: Path) -> None:
    done = g60("export", "sdmx", "--terms", "ask", "--to", str(tmp_path / "sdmx"), home=home)

    assert done.exit_code == 0, done.stderr
    with (tmp_path / "sdmx" / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [tuple(row[c] for c in ("INDICATOR", "BASIS", "AREA", "PERIOD_KIND", "TIME_PERIOD")) for row in rows]
    assert len(set(keys)) == len(keys)
    own = {row["ROW_ID"]: (row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows if row["ROW_ID"] in PERIODS}
    assert own == {
        "inbox/own.csv#H": ("2025-01-01/P6M", "12000.0"),
        "inbox/own.csv#Q": ("2025-04-01/P3M", "6200.0"),
    }


def test_the_workbook_names_the_months(g60: Callable[..., Result], home: Settings, tmp_path: Path) -> None:
    done = g60("export", "xlsx", "--terms", "ask", "--to", str(tmp_path / "g60.xlsx"), home=home)

    assert done.exit_code == 0, done.stderr
    rows = openpyxl.load_workbook(tmp_path / "g60.xlsx")["Economy"].iter_rows(values_only=True)
    assert {row[-1]: row[4] for row in rows if row[-1] in PERIODS} == PERIODS


def test_a_dry_run_names_the_months(g60: Callable[..., Result], home: Settings, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(INBOX, encoding="utf-8")

    done = g60("inbox", "check", str(tmp_path / "own.csv"), home=home)

    assert all(f"gdp, current_prices, {months}" in done.stdout for months in PERIODS.values()), done.stdout
