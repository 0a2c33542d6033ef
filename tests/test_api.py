"""`import g60_pipeline as g60`: typed frames with intervals and flags, near misses, an import that costs nothing."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import g60_pipeline as g60
from g60_pipeline.errors import UsageError
from g60_pipeline.settings import Settings


@pytest.fixture(scope="module")
def warehouse(published: Settings) -> Iterator[g60.Connection]:
    with g60.connect(published.home) as opened:
        yield opened


def test_importing_the_package_loads_no_library_of_others() -> None:
    command = "import sys; before = set(sys.modules); import g60_pipeline; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert not {name.partition(".")[0] for name in loaded} & {"polars", "duckdb", "click", "yaml", "dagster", "rich"}
    assert set(g60.__all__) <= set(dir(g60))


def test_load_of_the_module_reads_the_home_of_the_environment(
    published: Settings, monkeypatch: pytest.MonkeyPatch, ask: Any
) -> None:
    monkeypatch.setenv("G60_HOME", str(published.home))
    frame = g60.load("national_share", year=2023)
    assert frame.height == ask("SELECT count(*) AS n FROM metrics.national_share WHERE year = 2023")[0]["n"]
    assert frame.schema["share_low"] == pl.Float64
    assert frame.schema["flags"] == pl.List(pl.String)
    assert frame.schema["period_end"] == pl.Date


def test_every_table_and_view_is_loaded_in_the_types_of_the_file(
    warehouse: g60.Connection, published: Settings
) -> None:
    names = warehouse.tables()["table"].to_list()
    with duckdb.connect(str(published.database), read_only=True) as connection:
        there = "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY 1"
        assert [(name,) for name in names] == connection.execute(there).fetchall()
    for name in names:
        with duckdb.connect(str(published.database), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            held = connection.sql(f"SELECT * FROM {name} LIMIT 0").pl()
        assert warehouse.load(name, columns=held.columns[:2]).schema == held.select(held.columns[:2]).schema


def test_rows_have_intervals_and_flags_and_come_in_the_order_of_the_key(warehouse: g60.Connection) -> None:
    frame = warehouse.load("national_share", indicator_id="star_listed", corridor_id="g60_songjiang")
    assert frame["share"].null_count() == frame.height > 50
    assert frame.select((pl.col("share_low") <= pl.col("share_high")).all()).item()
    assert "lower_bound" in set(frame["flags"].explode())
    assert frame["metric_id"].is_sorted()


@pytest.mark.parametrize(
    ("filters", "where"),
    [
        ({"year": 2020}, "year = 2020"),
        ({"year": [2019, 2020]}, "year IN (2019, 2020)"),
        ({"geo_code": "苏州"}, "geo_code = '320500'"),
        ({"geo_code": ["Suzhou", "330100"]}, "geo_code IN ('320500', '330100')"),
        ({"corridor_id": None}, "corridor_id IS NULL"),
        ({"flags": "rounded"}, "list_contains(flags, 'rounded')"),
        ({"flags": ["rounded", "census"]}, "list_has_any(flags, ['rounded', 'census'])"),
        ({"annual": True, "share": None}, "annual AND share IS NULL"),
        ({"period_end": dt.date(2020, 12, 31)}, "period_end = DATE '2020-12-31'"),
        ({"indicator_id": "地区（国内）生产总值"}, "indicator_id = 'gdp'"),
        ({"indicator_id": []}, "false"),
        ({"corridor_id": ["g60_shanghai", None]}, "corridor_id = 'g60_shanghai' OR corridor_id IS NULL"),
        ({"corridor_id": pl.Series(["g60_shanghai", None])}, "corridor_id = 'g60_shanghai' OR corridor_id IS NULL"),
        ({"share": [None], "year": 2020}, "share IS NULL AND year = 2020"),
        ({"share": [None, 0], "year": [None, 2020]}, "(share IS NULL OR share = 0) AND year = 2020"),
    ],
    ids=str,
)
def test_filters_mean_what_they_say(warehouse: g60.Connection, ask: Any, filters: dict[str, Any], where: str) -> None:
    found = set(warehouse.load("national_share", columns=["metric_id"], **filters)["metric_id"])
    assert found == {row["metric_id"] for row in ask(f"SELECT metric_id FROM metrics.national_share WHERE {where}")}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"table": "nationl_share"}, "Did you mean national_share?"),
        ({"table": "metrics.nationl_share"}, "Did you mean metrics.national_share"),
        ({"table": "zzz"}, "`connect().tables()` lists what there is"),
        ({"table": "core.build; DROP TABLE core.build"}, "it is not a known table"),
        ({"table": "national_share", "yeer": 2023}, "Did you mean year?"),
        ({"table": "national_share", "columns": ["shares"]}, "Did you mean share"),
        ({"table": "national_share", "year": "soon"}, "a value is of another type than its column"),
        ({"table": "national_share", "period_end": "soon"}, "a value is of another type than its column"),
        ({"table": "national_share", "geo_code": "Hangzou"}, "Hangzhou"),
        ({"table": "national_share", "indicator_id": "gpd"}, "gdp"),
        ({"table": "national_share", "corridor_id": "g60"}, "g60_songjiang"),
        ({"table": "claim_audit", "verdict": "contradict"}, "Did you mean contradicted"),
        ({"table": "national_share", "flags": "round"}, "rounded"),
    ],
    ids=str,
)
def test_what_is_not_known_is_named_with_what_comes_near(
    warehouse: g60.Connection, call: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=r".") as error:
        warehouse.load(**call)
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["苏州", "Suzhou", "320500"])
def test_places_of_a_view_are_found_by_any_name_too(warehouse: g60.Connection, ask: Any, name: str) -> None:
    held = ask("SELECT count(*) AS n FROM analysis.city_year WHERE geo_code = '320500'")[0]["n"]

    assert warehouse.load("analysis.city_year", geo_code=name).height == held > 0


def test_place_that_a_view_can_not_have_is_refused_as_in_a_table(warehouse: g60.Connection) -> None:
    with pytest.raises(UsageError):
        warehouse.load("analysis.city_year", geo_code="Atlantis")


def test_columns_are_described(warehouse: g60.Connection) -> None:
    described = {row["column_name"]: row for row in warehouse.columns("national_share").to_dicts()}
    assert described["share"]["unit"] == "ratio"
    assert described["share"]["description"].startswith("Numerator")
    assert warehouse.columns("headline").height > 5


def test_no_warehouse_and_a_file_that_is_none_say_so(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.duckdb"):
        with pytest.raises(g60.G60Error, match="there is no warehouse yet"):
            g60.connect(place)
    (tmp_path / "text.duckdb").write_text("no database", encoding="utf-8")
    with pytest.raises(g60.G60Error, match="it can not be opened"):
        g60.connect(tmp_path / "text.duckdb")


def test_a_file_alone_is_opened_too(published: Settings, warehouse: g60.Connection) -> None:
    with g60.connect(published.database) as opened:
        assert opened.build_id == warehouse.build_id


def test_unknown_attribute_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = g60.nothing  # type: ignore[attr-defined]
