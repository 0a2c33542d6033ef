"""`g60 show --as-of`: the warehouse as it would have been on a day."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from g60_pipeline.contracts.core.ledger import Correction
from g60_pipeline.contracts.core.snapshots import Copublication
from g60_pipeline.publish.as_of import RECORDS, AsOf, known_on, records_on, warehouse_as_of
from g60_pipeline.publish.sql.city_year import city_year_sql
from g60_pipeline.settings import Settings

DAY = dt.date(2024, 6, 30)
Past = tuple[Settings, AsOf]


@pytest.fixture(scope="module")
def past(published: Settings) -> Iterator[Past]:
    """Return the warehouse of the day, made once."""
    with warehouse_as_of(published, DAY) as made:
        yield made


@pytest.fixture
def then(past: Past, published: Settings, monkeypatch: pytest.MonkeyPatch, g60: Callable[..., Any]) -> Any:
    """Return a function that runs `g60 show … --as-of` on the day, with the warehouse made once."""

    @contextmanager
    def made(settings: Settings, day: dt.date) -> Iterator[Past]:
        assert (settings, day) == (published, DAY)
        yield past

    monkeypatch.setattr("g60_pipeline.publish.as_of.warehouse_as_of", made)
    return lambda *args: g60("show", *args, "--as-of", DAY.isoformat())


def test_only_what_was_published_by_then_is_shown(
    g60: Callable[..., Any], then: Callable[..., Any], ask: Callable[[str], list[dict[str, Any]]]
) -> None:
    now = json.loads(g60("show", "gdp", "--geo", "Hefei", "--json").stdout)
    past = json.loads(then("gdp", "--geo", "Hefei", "--json").stdout)
    (held,) = ask("""SELECT count(*) FILTER (published <= DATE '2024-06-30') AS known,
                            count(*) FILTER (published IS NULL) AS undated FROM core.observation_candidate""")
    assert past["as_of"] == "2024-06-30"
    assert (past["figures_known"], past["figures_undated"]) == (held["known"], held["undated"])
    assert min(held.values()) > 0
    years = [row["year"] for row in past["places"]]
    assert past["build_id"] == f"{now['build_id']}, as known on 2024-06-30"
    assert "as known on 2024-06-30" in past["places"][0]["citation"]["text"]
    assert max(years) == 2023 < max(row["year"] for row in now["places"])
    assert 0 < len(years) < len(now["places"])


def test_the_screen_says_of_which_day_it_is_and_what_stays_out(then: Callable[..., Any]) -> None:
    shown = then("gdp", "--geo", "Hefei").stdout
    assert shown.startswith("As known on 2024-06-30.")
    assert "documents without a date stay out" in shown
    assert "as known on 2024-06-30" in shown.splitlines()[-1]


def test_the_day_is_told_in_chinese_too(then: Callable[..., Any]) -> None:
    assert then("--lang", "zh").stdout.startswith("截至2024-06-30所知")


def test_the_headline_shows_no_table_without_rows(then: Callable[..., Any]) -> None:
    rows = json.loads(then("--json").stdout)["headline"]
    complete = {(r["view"], r["songjiang_share"] is not None or r["shanghai_share"] is not None) for r in rows}
    assert complete == {("common year", False), ("newest", False)}
    shown = then().stdout
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("Indicator")] == ["Indicator"]
    assert "--as-of 2024-06-30" in " ".join(shown.split())
    assert "Shares of China – Each one's newest. Some members without a figure" in shown
    assert "Shares of China – Each one's newest\n" not in shown
    assert "more of which some members lack a figure" in shown


def test_the_headline_of_today_shows_all_its_tables(g60: Callable[..., Any]) -> None:
    shown = g60("show").stdout
    assert len([line for line in shown.splitlines() if line.startswith("Indicator")]) == 3
    assert "Shares of China – Each one's newest\n" in shown


@pytest.mark.parametrize("day", ["yesterday", "2024-6-30", "20240630", "2024-02-30"])
def test_a_day_that_is_none_is_wrong_usage(g60: Callable[..., Any], day: str) -> None:
    result = g60("show", "gdp", "--as-of", day)
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.stderr


@pytest.mark.parametrize("option", ["--as-of", "--date"])
def test_the_day_after_today_in_china_lies_ahead(
    g60: Callable[..., Any], past: Past, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    asked_for: list[dt.date] = []

    @contextmanager
    def made(_: Settings, day: dt.date) -> Iterator[Past]:
        asked_for.append(day)
        yield past

    monkeypatch.setattr("g60_pipeline.publish.as_of.warehouse_as_of", made)
    now = dt.datetime(2026, 12, 31, 15, 59, tzinfo=dt.UTC)  # 23:59 in China
    monkeypatch.setattr("g60_pipeline.cli.as_of.present", lambda: now)
    asked = ("sql", "SELECT 1") if option == "--as-of" else ("show", "gdp")
    assert g60(*asked, option, "2027-01-01").exit_code == 2
    assert g60(*asked, option, "2026-12-31").exit_code == 0
    monkeypatch.setattr("g60_pipeline.cli.as_of.present", lambda: now + dt.timedelta(minutes=1))
    assert g60(*asked, option, "2027-01-01").exit_code == 0
    assert asked_for == ([dt.date(2026, 12, 31), dt.date(2027, 1, 1)] if option == "--as-of" else [])


def test_a_day_ahead_is_wrong_usage(g60: Callable[..., Any]) -> None:
    ahead = (dt.date.today() + dt.timedelta(days=30)).isoformat()
    result = g60("show", "gdp", "--as-of", ahead)
    assert (result.exit_code, "lies ahead" in result.stderr) == (2, True)


def test_a_day_before_everything_is_wrong_usage_and_the_earliest_is_named(
    g60: Callable[..., Any], ask: Callable[[str], list[dict[str, Any]]]
) -> None:
    (first,) = ask("SELECT min(published) AS day FROM core.observation_candidate")
    result = g60("show", "--as-of", "1949-10-01")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no figure held was published by 1949-10-01" in result.stderr
    assert first["day"] in result.stderr


def test_the_earliest_day_shows_no_figure_and_leaves_nothing_behind(
    g60: Callable[..., Any],
    ask: Callable[[str], list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (first,) = ask("SELECT min(known_from) AS day FROM core.observation_candidate")
    result = g60("show", "gdp", "--as-of", first["day"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"As known on {first['day']}.")
    assert "No figure is held" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_view_without_any_indicator_has_the_columns_of_no_indicator(graph: dict[str, pl.DataFrame]) -> None:
    tables = {name: graph[f"core.{name}"] for name in ("observation", "geography", "corridor_member")}
    nothing = tables["observation"].clear()
    sql = city_year_sql(graph["core.indicator"], graph["core.indicator_basis"], nothing)
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA core; CREATE SCHEMA analysis")
        for name, frame in tables.items():
            connection.register("incoming", frame)
            connection.execute(f"CREATE TABLE core.{name} AS FROM incoming")
        connection.execute(sql)
        names = [column[0] for column in connection.execute("FROM analysis.city_year LIMIT 0").description]
    assert names == ["geo_code", "name_en", "name_zh", "year", "flags", "grades", "rounds"]


# -- what else was known


def records(graph: dict[str, pl.DataFrame], day: dt.date, **changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
    frames = graph | {f"core.{name}": frame for name, frame in changed.items()}
    known = known_on(frames["core.observation_candidate"], day)
    return records_on(frames | {"core.observation_candidate": known}, day)


@pytest.mark.parametrize("name", [name.partition(".")[2] for name in RECORDS])
def test_records_of_later_and_of_undated_documents_stay_out(graph: dict[str, pl.DataFrame], name: str) -> None:
    papers = dict(graph["core.document"].select("document_id", "published").iter_rows())
    everything = graph[f"core.{name}"]
    found = records(graph, DAY)[f"core.{name}"]
    expected = [row for row in everything.rows(named=True) if (papers[row["document_id"]] or dt.date.max) <= DAY]
    assert found.rows(named=True) == expected
    assert found.height < everything.height


def joint(*rows: tuple[int, int, dt.date | None]) -> pl.DataFrame:
    """Return counts of one pair and year: works, day in November 2026 it was fetched, and when it was withdrawn."""
    dtypes = {name: column.dtype for name, column in Copublication.columns().items()}
    plain = {"geo_code_1": "310000", "geo_code_2": "320500", "year": 2024, "flags": [], "current": False}
    made = [
        plain
        | {"works": works, "snapshot_id": f"s{fetched}", "withdrawn": withdrawn}
        | {"retrieved_at": dt.datetime(2026, 11, fetched, 17, tzinfo=dt.UTC)}
        for works, fetched, withdrawn in rows
    ]
    return pl.DataFrame([dict.fromkeys(dtypes) | row for row in made], schema=dtypes)


def test_joint_papers_are_those_fetched_by_the_day_and_withdrawn_later_still_stand(
    graph: dict[str, pl.DataFrame],
) -> None:
    gone = dt.date(2026, 11, 25)
    counts = joint((10, 10, gone), (12, 15, gone), (13, 27, None))

    def known(day: int) -> list[tuple[int, bool, dt.date | None]]:
        found = records(graph, dt.date(2026, 11, day), copublication=counts)["core.copublication"]
        return found.select("works", "current", "withdrawn").rows()

    assert known(10) == [], "five in the afternoon is already the next day in China"
    assert known(11) == [(10, True, None)]
    assert known(24) == [(10, False, None), (12, True, None)]
    assert known(25) == [(10, False, gone), (12, False, gone)]
    assert known(28) == [(10, False, gone), (12, False, gone), (13, True, None)]


def test_corrections_name_only_the_figures_known_on_the_day(graph: dict[str, pl.DataFrame]) -> None:
    candidates = graph["core.observation_candidate"]
    then, later = (
        candidates.filter(condition)["observation_id"][0]
        for condition in (pl.col("known_from") <= DAY, pl.col("known_from") > DAY)
    )
    dtypes = {name: column.dtype for name, column in Correction.columns().items()}
    made = pl.DataFrame([dict.fromkeys(dtypes) | {"row_ids": [then, later]}], schema=dtypes)
    assert records(graph, DAY, correction=made)["core.correction"]["row_ids"].to_list() == [[then]]


def test_without_a_warehouse_there_is_no_day_gone_by(g60: Callable[..., Any], tmp_path: Path) -> None:
    result = g60("show", "--as-of", "2024-06-30", home=Settings(tmp_path))
    assert result.exit_code == 1
    assert "g60 build" in result.stderr
