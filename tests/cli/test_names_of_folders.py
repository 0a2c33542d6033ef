"""A data folder works under its own name, whatever that is, or one sentence refuses it before anything is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stored import write_table

from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.publish.storage import read_table
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table

ODD = "a#b [c] *{d} &=;'$x %2 数据（一）！"
"""A name of everything that is allowed."""

REFUSED = {
    "My%20Data": "a percent code",
    "100%aFew": "a percent code",
    "a?b": "a question mark",
    "a\\b": "a backslash",
    "a\nb": "a control character",
    "a\tb": "a control character",
    os.fsdecode(b"a\xcb\xd5"): "bytes that are no text",
}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="most of these names can not exist there")


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("command", [("build",), ("sql", "SELECT 1"), ("inbox", "list"), ("refresh", "worldbank")])
def test_a_name_the_databases_would_misread_is_refused_before_anything_is_written(
    g60: Any, tmp_path: Path, name: str, command: tuple[str, ...]
) -> None:
    home = tmp_path / name
    home.mkdir()
    result = g60(*command, home=Settings(home))
    assert result.exit_code == 1
    assert f"the name of the data folder holds {REFUSED[name]}, which the databases kept in it would misread" in (
        result.stderr
    )
    assert "Rename the folder" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 2
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert list(home.iterdir()) == []


def test_a_folder_below_such_a_name_is_refused_as_well(g60: Any, tmp_path: Path) -> None:
    assert "a percent code" in g60("build", home=Settings(tmp_path / "a%20b" / "home")).stderr


def test_tables_are_read_from_their_own_folder_though_its_name_is_a_pattern(tmp_path: Path) -> None:
    unit = table("core.unit")
    columns = {
        "unit": "m",
        "dimension": "length",
        "power_of_ten": 0,
        "symbol_en": "m",
        "symbol_zh": "米",
        "aliases": ["metre"],
    }
    mine = pl.DataFrame([columns], schema_overrides={"power_of_ten": unit.schema.columns()["power_of_ten"].dtype})
    for name, row in (("a*", "mine"), ("abc", "other"), ("a[b]c", "mine"), (ODD, "mine")):
        write_table(Settings(tmp_path / name), unit, mine.with_columns(unit=pl.lit(row)))
    for name, row in (("a*", "mine"), ("abc", "other"), ("a[b]c", "mine"), (ODD, "mine")):
        assert read_table(Settings(tmp_path / name), unit)["unit"].to_list() == [row]


def test_the_run_history_stands_in_its_own_folder(tmp_path: Path) -> None:
    home = tmp_path / ODD
    with open_instance(Settings(home)) as instance:
        assert instance.get_runs_count() == 0
        assert not instance.telemetry_enabled
        assert instance.get_settings("retention")
    assert [p.name for p in tmp_path.iterdir()] == [ODD]
    assert (home / ".dagster" / "history" / "runs.db").exists()


def test_the_warehouse_is_read_from_its_own_folder(
    g60_json: Callable[..., Any], published: Settings, tmp_path: Path
) -> None:
    home = Settings(tmp_path / ODD)
    home.warehouse_dir.mkdir(parents=True)
    shutil.copy(published.database, home.database)
    assert g60_json("sql", "SELECT count(*) AS n FROM core.unit", home=home)
