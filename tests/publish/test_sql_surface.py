"""What SQL users meet: keys, comments, views, the as-of macro, the cookbook, and the way back to every document."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import polars as pl
import pytest

from g60_pipeline.normalize.choose import CHOICE, SERIES, choose
from g60_pipeline.publish.as_of import known_on
from g60_pipeline.publish.sql.as_of import as_of_sql
from g60_pipeline.settings import Settings
from g60_pipeline.tables import TABLES

ROOT = Path(__file__).parents[2]
QUERIES = sorted((ROOT / "warehouse" / "queries").glob("*.sql"))
METRICS = [t.full_name for t in TABLES.values() if t.layer == "metrics"]


@pytest.fixture(scope="module")
def sql(published: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        yield connection


def test_there_are_at_least_ten_cookbook_queries() -> None:
    assert len(QUERIES) >= 10


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_cookbook_query_answers(sql: duckdb.DuckDBPyConnection, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    assert sql.sql(text).fetchall()


@pytest.mark.parametrize("metric", [m for m in METRICS if "input_ids" in TABLES[m].schema.column_names()])
def test_every_metric_row_leads_back_to_documents(sql: duckdb.DuckDBPyConnection, metric: str) -> None:
    lost = sql.sql(f"""
        SELECT m.metric_id
        FROM {metric} AS m
        LEFT JOIN (
            SELECT u.metric_id, count(d.document_id) AS documents, count(*) AS inputs
            FROM (SELECT metric_id, unnest(input_ids) AS observation_id FROM {metric}) AS u
            LEFT JOIN core.observation_candidate AS c USING (observation_id)
            LEFT JOIN core.document AS d USING (document_id)
            GROUP BY u.metric_id
        ) AS found USING (metric_id)
        WHERE found.documents IS DISTINCT FROM len(m.input_ids) AND len(m.input_ids) > 0
    """).fetchall()
    assert lost == []


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_row_has_a_document(sql: duckdb.DuckDBPyConnection, metric: str) -> None:
    name = metric.partition(".")[2]
    silent = "reason_code IS NULL" if "reason_code" in TABLES[metric].schema.column_names() else "true"
    cites = "len(input_ids) > 0" if name == "bound_constraint" else "true"  # a sum of places rests on no figure
    lost = sql.sql(f"""
        SELECT metric_id FROM {metric}
        WHERE metric_id NOT IN (SELECT metric_id FROM analysis.metric_document WHERE metric = '{name}')
          AND metric_id NOT IN (SELECT metric_id FROM metrics.claim_audit WHERE verdict = 'not_computable')
          AND {silent} AND {cites}
    """).fetchall()
    assert lost == []


def test_claims_without_a_figure_still_lead_to_their_own_document(sql: duckdb.DuckDBPyConnection) -> None:
    lost = sql.sql("""
        SELECT claim_id FROM metrics.claim_audit
        WHERE claim_id NOT IN (SELECT claim_id FROM core.claim JOIN core.document USING (document_id))
    """).fetchall()
    assert lost == []


def test_inputs_view_covers_every_input(sql: duckdb.DuckDBPyConnection) -> None:
    with_figures = [m for m in METRICS if "input_ids" in TABLES[m].schema.column_names()]
    expected = sum(sql.sql(f"SELECT coalesce(sum(len(input_ids)), 0) FROM {m}").fetchall()[0][0] for m in with_figures)
    assert sql.sql("SELECT count(*) FROM analysis.metric_input").fetchall()[0][0] == expected


def test_every_identifier_of_a_metric_row_begins_with_its_table(sql: duckdb.DuckDBPyConnection) -> None:
    """`analysis.explain` looks only there."""
    for view in ("metric", "metric_input", "metric_event", "metric_named_document"):
        strays = f"SELECT DISTINCT metric FROM analysis.{view} WHERE metric <> split_part(metric_id, ':', 1)"
        assert sql.sql(strays).fetchall() == [], view


def test_every_table_view_column_and_macro_carries_a_comment(sql: duckdb.DuckDBPyConnection) -> None:
    bare = sql.sql("""
        SELECT schema_name, table_name, column_name FROM duckdb_columns()
        WHERE schema_name IN ('core', 'metrics', 'analysis') AND comment IS NULL
        UNION ALL SELECT schema_name, function_name, NULL FROM duckdb_functions()
        WHERE schema_name = 'analysis' AND comment IS NULL
        UNION ALL SELECT schema_name, table_name, NULL FROM duckdb_tables() WHERE comment IS NULL
        UNION ALL SELECT schema_name, view_name, NULL FROM duckdb_views()
        WHERE schema_name = 'analysis' AND comment IS NULL
    """).fetchall()
    assert bare == []


def test_about_lists_every_schema_table_view_and_macro_with_what_it_is(sql: duckdb.DuckDBPyConnection) -> None:
    rows = sql.sql("SELECT kind, count(*), count(description) FROM analysis.about GROUP BY kind").fetchall()
    counts = {kind: number for kind, number, described in rows if number == described}
    tables = sum(t.layer in {"core", "metrics"} for t in TABLES.values())
    assert counts["table"] == tables + 1
    assert sql.sql("SELECT schema FROM analysis.about WHERE name = 'reason_words'").fetchall() == [("analysis",)]
    assert counts["schema"] == 3
    assert sql.sql("SELECT description FROM analysis.about WHERE name = 'explain(id)'").fetchall()[0][0]
    assert set(counts) == {"schema", "table", "view", "macro"}


def test_every_key_of_a_contract_is_a_primary_key(sql: duckdb.DuckDBPyConnection) -> None:
    declared = {
        f"{schema}.{table}": sorted(columns)
        for schema, table, columns in sql.sql("""
            SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints()
            WHERE constraint_type = 'PRIMARY KEY'
        """).fetchall()
    }
    expected = {t.full_name: sorted(t.schema.primary_key()) for t in TABLES.values() if t.layer in {"core", "metrics"}}
    assert declared == {name: keys for name, keys in expected.items() if keys}


def test_headline_shows_both_scopes_side_by_side(sql: duckdb.DuckDBPyConnection) -> None:
    rows = {
        (view, indicator, basis): (songjiang, shanghai)
        for view, indicator, basis, songjiang, shanghai in sql.sql(
            "SELECT view, indicator_id, basis, songjiang, shanghai FROM analysis.headline"
        ).fetchall()
    }
    assert rows["newest", "population_resident", "resident_census"] == ("1/24.4", "1/17.5")
    assert rows["common year", "gdp", "current_prices"] == ("1/15.2", "1/9.8")


def test_city_year_has_one_row_per_city_and_year(sql: duckdb.DuckDBPyConnection) -> None:
    counts = sql.sql("SELECT count(*), count(DISTINCT (geo_code, year)) FROM analysis.city_year").fetchall()[0]
    assert counts[0] == counts[1] > 100
    shanghai = sql.sql("SELECT gdp, star_listed FROM analysis.city_year WHERE geo_code = '310000' AND year = 2023")
    gdp = sql.sql("""SELECT value FROM core.observation WHERE geo_code = '310000' AND indicator_id = 'gdp'
                     AND basis = 'current_prices' AND year = 2023 AND period_kind = 'calendar_year'""")
    assert shanghai.fetchall()[0][0] == gdp.fetchall()[0][0]


@pytest.mark.parametrize(
    ("annual", "flags", "stands"),
    [("true", "[]", True), ("false", "['census']", True), ("false", "['lower_bound']", False), ("false", "[]", False)],
)
def test_a_year_is_stood_for_by_its_annual_figures_and_its_census(
    sql: duckdb.DuckDBPyConnection, annual: str, flags: str, stands: bool
) -> None:
    assert sql.sql(f"SELECT analysis.stands_for_year({annual}, {flags})").fetchall() == [(stands,)]


def test_coverage_counts_what_is_filled(sql: duckdb.DuckDBPyConnection) -> None:
    filled, cells = sql.sql("SELECT count(*) FILTER (filled), count(*) FROM analysis.coverage").fetchall()[0]
    assert 0 < filled < cells
    wrong = sql.sql("SELECT count(*) FROM analysis.coverage WHERE filled != (observation_id IS NOT NULL)")
    assert wrong.fetchall()[0][0] == 0


@pytest.mark.parametrize("day", ["2019-06-30", "2022-06-30", "2026-11-22"])
def test_as_of_macro_applies_the_rule_of_choice(
    sql: duckdb.DuckDBPyConnection, graph: Mapping[str, pl.DataFrame], day: str
) -> None:
    known = graph["core.observation_candidate"].filter(pl.col("published") <= dt.date.fromisoformat(day))
    expected = choose(known.drop(CHOICE)).filter("chosen")["observation_id"].sort().to_list()
    found = sql.sql(f"SELECT observation_id FROM analysis.observation_as_of(DATE '{day}') ORDER BY 1").fetchall()
    assert [row[0] for row in found] == expected
    assert len(expected) == known.select(SERIES).unique().height > 0


def test_as_of_macro_lets_stand_what_was_withdrawn_only_later(
    published: Settings, tmp_path: Path, graph: Mapping[str, pl.DataFrame]
) -> None:
    everything = graph["core.observation_candidate"]
    taken = everything.filter(pl.col("chosen") & (pl.col("published") < dt.date(2020, 1, 1)))["observation_id"][0]
    gone = pl.col("observation_id") == taken
    marked = everything.with_columns(
        withdrawn=pl.when(gone).then(pl.lit(dt.date(2024, 1, 1))),
        flags=pl.when(gone).then(pl.concat_list("flags", pl.lit(["withdrawn"]))).otherwise("flags"),
    )
    path = tmp_path / "withdrawn.duckdb"
    shutil.copyfile(published.database, path)
    with duckdb.connect(str(path)) as connection:
        connection.register("marked", marked)
        connection.execute("DELETE FROM core.observation_candidate")
        connection.execute("INSERT INTO core.observation_candidate BY NAME FROM marked")
        for day, flagged in (("2023-12-31", False), ("2024-01-01", True)):
            found = connection.sql(
                f"SELECT flags, withdrawn FROM analysis.observation_as_of(DATE '{day}') WHERE observation_id = '{taken}'"
            ).fetchall()
            assert all(("withdrawn" in flags) == flagged == (since is not None) for flags, since in found)
            assert found or flagged
            expected = known_on(marked, dt.date.fromisoformat(day)).filter("chosen")["observation_id"].to_list()
            chosen = connection.sql(f"SELECT observation_id FROM analysis.observation_as_of(DATE '{day}')").fetchall()
            assert sorted(row[0] for row in chosen) == sorted(expected)


def test_as_of_macro_says_the_same_as_the_screens_whatever_was_withdrawn_replaced_or_contradicted(
    graph: Mapping[str, pl.DataFrame],
) -> None:
    """All figures of a place, indicator and basis become rivals, each with days and flags drawn for it."""
    drawn = random.Random(7)  # noqa: S311  - no secret
    days = [dt.date(2015, 1, 1) + dt.timedelta(days=n) for n in range(4000)]
    given = graph["core.observation_candidate"].filter(pl.col("indicator_id").is_in(["gdp", "hightech_enterprises"]))
    rows = given.height
    withdrawn = [drawn.choice(days) if drawn.random() < 0.2 else None for _ in range(rows)]
    said = ["lower_bound", "upper_bound", "estimated_by_source", "rounded", "unverified"]
    flags = [sorted({drawn.choice(said), *(["withdrawn"] if day else [])}) for day in withdrawn]
    changed = given.with_columns(
        known_from=pl.Series(drawn.choices(days, k=rows)),
        withdrawn=pl.Series(withdrawn, dtype=pl.Date),
        superseded=pl.Series([drawn.choice([*days[::40], *[None] * 200]) for _ in range(rows)], dtype=pl.Date),
        flags=pl.Series(flags),
        period_kind=pl.lit("calendar_year"),
        period_start=pl.lit(dt.date(2020, 1, 1)),
        period_end=pl.lit(dt.date(2020, 12, 31)),
    )
    candidates = choose(changed.drop(CHOICE)).select(given.columns)
    told = ("observation_id", "flags", "withdrawn", "superseded")
    contested = 0
    with duckdb.connect() as connection:
        connection.register("candidates", candidates)
        connection.execute("CREATE SCHEMA core; CREATE SCHEMA analysis; SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE core.observation_candidate AS FROM candidates; {as_of_sql()}")
        for day in days[::250]:
            expected = known_on(candidates, day).filter("chosen").select(told).sort("observation_id").rows()
            columns = ", ".join(told)
            found = connection.sql(f"SELECT {columns} FROM analysis.observation_as_of(DATE '{day}') ORDER BY 1")
            assert found.fetchall() == expected
            contested += sum("disagreement" in row[1] for row in expected)
    assert contested > 10
