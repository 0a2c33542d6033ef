"""`g60 diff`: which numbers changed, through which inputs and formulas, and warehouses of other versions or none."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from metric_tables import made_of
from rich.console import Console

from g60_pipeline.errors import UsageError
from g60_pipeline.publish.warehouse import publish
from g60_pipeline.reader.columns import in_order_of_moving
from g60_pipeline.reader.words import Words, plain
from g60_pipeline.report import since
from g60_pipeline.report.diff import KINDS, Change, difference, kind_of
from g60_pipeline.report.diff_screen import SHOWN
from g60_pipeline.report.diff_sides import same, side_by_side
from g60_pipeline.settings import Settings
from g60_pipeline.wording import entries

Run = Callable[..., Any]
TEXTS = entries("diff")
Frames = dict[str, pl.DataFrame]
WHEN = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
SHARE = "national_share:320500:gdp:current_prices:2022-12-31"
SUZHOU = """SELECT value FROM core.observation WHERE geo_code = '320500' AND indicator_id = 'gdp'
            AND basis = 'current_prices' AND period_end = DATE '2022-12-31'"""
TOTAL = "corridor_total:g60_shanghai:gdp:current_prices:2022-12-31"
KEPT = ("corridor_total", "national_share", "growth", "intensity", "policy_timeline")
BOUNDS = ("bound", "bound_constraint")
"""Metrics the two warehouses hold, the same bounds in both; the others are empty, so that they are published sooner."""

FEW = ("gdp", "gdp_per_capita", "population_resident", "land_area", "rd_expenditure", "rd_intensity")
"""Indicators of the two warehouses: a tenth of all rows."""


def published(home: Path, tables: Frames) -> Path:
    publish(Settings(home), tables, built_at=WHEN)
    return Settings(home).database


def gdp_of_2022(candidates: pl.DataFrame) -> dict[str, str]:
    """Return the figures of Suzhou, Hangzhou and Hefei that are doubled, told from another document, called anew."""
    of_2022 = candidates.filter(
        pl.col("chosen")
        & (pl.col("indicator_id") == "gdp")
        & (pl.col("basis") == "current_prices")
        & (pl.col("period_end") == dt.date(2022, 12, 31))
    )
    return {code: of_2022.filter(geo_code=code)["observation_id"][0] for code in ("320500", "330100", "340100")}


def moved(frame: pl.DataFrame, names: dict[str, str], *, other: str) -> pl.DataFrame:
    """Return figures with these three changed."""
    here, there, anew = (pl.col("observation_id") == name for name in names.values())
    return frame.with_columns(
        value=pl.when(here).then(pl.col("value") * 2).otherwise("value"),
        document_id=pl.when(there).then(pl.lit(other)).otherwise("document_id"),
        observation_id=pl.when(anew).then(pl.lit("called anew")).otherwise("observation_id"),
    )


def said_otherwise(formula: pl.DataFrame) -> pl.DataFrame:
    """Return formulas of which two say something else, one has a new version, and one another punctuation."""
    name = pl.col("formula_id")
    return formula.with_columns(
        words_en=pl.when(name.is_in(["national_share", "growth_cagr"]))
        .then(pl.lit("Another sum"))
        .otherwise("words_en"),
        words_zh=pl.when(name == "growth_yoy")
        .then(pl.col("words_zh").str.replace_all("，", ",", literal=True))
        .otherwise("words_zh"),
        version=pl.when(name == "intensity_ratio").then(2).otherwise("version").cast(pl.Int32),
    )


def of_few(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a few indicators, where a table has rows of indicators."""
    return frame.filter(pl.col("indicator_id").is_in(FEW)) if "indicator_id" in frame.columns else frame


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, graph: Frames) -> dict[str, Any]:
    """Return two warehouses, old and new, that differ in three figures and in formulas; do not write to them."""
    kept = {f"metrics.{name}" for name in (*KEPT, *BOUNDS)}
    old = {
        name: (of_few(frame) if name in kept else frame.clear()) if name.startswith("metrics.") else frame
        for name, frame in graph.items()
    }
    names, other = gdp_of_2022(graph["core.observation_candidate"]), min(graph["core.document"]["document_id"])
    figures = ("core.observation_candidate", "core.observation")
    new = old | {name: moved(old[name], names, other=other) for name in figures}
    anew = pl.element().replace({names["340100"]: "called anew"})
    called = pl.col("input_ids").list.eval(anew)
    new |= {f"metrics.{name}": old[f"metrics.{name}"].with_columns(input_ids=called) for name in BOUNDS}
    made = made_of(new, "figure", "total", "corridor_total", "national_share", "growth", "intensity")
    new |= {name: of_few(frame) for name, frame in made.items() if name in kept}
    new["core.formula"] = said_otherwise(graph["core.formula"])
    assert (new["core.formula"]["words_zh"] != old["core.formula"]["words_zh"]).sum() == 1
    rewritten = pl.col("formula_id").is_in(["intensity_ratio", "national_share", "star_tally"])
    new["core.formula_version"] = graph["core.formula_version"].with_columns(
        meaning=pl.when(rewritten).then(pl.lit("0" * 16)).otherwise("meaning")
    )
    gone, *_ = graph["metrics.policy_timeline"]["metric_id"]
    new["metrics.policy_timeline"] = graph["metrics.policy_timeline"].filter(pl.col("metric_id") != gone)
    homes = {side: tmp_path_factory.mktemp(side) for side in ("old", "new")}
    return {"old": published(homes["old"], old), "new": published(homes["new"], new), "names": names, "gone": gone}


@pytest.fixture
def copy(two: dict[str, Any], tmp_path: Path) -> Callable[..., Path]:
    """Return a function that gives a copy of the old warehouse, made older by SQL."""

    def made(*statements: str) -> Path:
        path = tmp_path / "older.duckdb"
        shutil.copyfile(two["old"], path)
        with duckdb.connect(str(path)) as writer:
            for name in writer.sql(
                "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
            ).fetchall():
                writer.execute(f"DROP VIEW {name[0]}")
            for statement in statements:
                writer.execute(statement)
        return path

    return made


@pytest.fixture(scope="module")
def told(two: dict[str, Any]) -> dict[str, Any]:
    """Return what differs between them, as JSON holds it."""
    found: dict[str, Any] = json.loads(json.dumps(plain(difference(two["old"], two["new"]).as_json())))
    return found


def changed_row(told: dict[str, Any], name: str) -> dict[str, Any]:
    (row,) = [row for row in told["changed"] if row["metric_id"] == name]
    return row


def test_a_changed_number_is_led_to_the_figures_that_changed(two: dict[str, Any], told: dict[str, Any]) -> None:
    suzhou, hangzhou, hefei = two["names"].values()
    assert set(told["figures"]) == {suzhou, hangzhou, hefei, "called anew"}
    row = changed_row(told, TOTAL)
    assert row["inputs_changed"] == sorted([suzhou, hangzhou])
    assert (row["inputs_added"], row["inputs_removed"]) == (["called anew"], [hefei])
    assert set(row["columns"]) == {"value", "value_low", "value_high"}
    value = told["figures"][suzhou]["columns"]["value"]
    assert value["new"] == 2 * value["old"]
    assert row["columns"]["value"]["new"] - row["columns"]["value"]["old"] == pytest.approx(value["old"])
    assert len(told["figures"][suzhou]["document_ids"]) == 1
    assert set(told["figures"][hangzhou]["columns"]) == {"document_id"}
    assert len(told["figures"][hangzhou]["document_ids"]) == 2
    assert {name: told["figures"][name]["kind"] for name in (hefei, "called anew")} == {
        hefei: "removed",
        "called anew": "added",
    }
    assert told["figures"][hefei]["columns"]["value"]["new"] is None
    assert [told[kind] for kind in ("events", "flows", "documents", "claims", "policies")] == [{}] * 5


def test_scripts_are_told_the_same(two: dict[str, Any], told: dict[str, Any], g60_json: Run) -> None:
    assert g60_json("diff", str(two["old"]), str(two["new"])) == told


def test_a_number_is_not_changed_where_only_a_document_of_its_input_is(
    two: dict[str, Any], told: dict[str, Any]
) -> None:
    assert not [row for row in told["changed"] if ":330100:gdp:" in row["metric_id"] and row["metric"] == "growth"]


def test_seen_from_the_other_side_added_is_removed_and_old_is_new(two: dict[str, Any], told: dict[str, Any]) -> None:
    back = difference(two["new"], two["old"]).as_json()
    assert (back["added"], back["removed"]) == (told["removed"], told["added"])
    assert [row["metric_id"] for row in back["changed"]] == [row["metric_id"] for row in told["changed"]]
    assert back["figures"]["called anew"]["kind"] == "removed"
    assert changed_row(back, TOTAL)["inputs_added"] == changed_row(told, TOTAL)["inputs_removed"]
    for column, pair in changed_row(told, TOTAL)["columns"].items():
        assert changed_row(back, TOTAL)["columns"][column] == {"old": pair["new"], "new": pair["old"]}


def test_relative_changes_are_those_of_the_leading_number_whatever_its_column(told: dict[str, Any]) -> None:
    share = changed_row(told, SHARE)
    assert (share["moved_by"], share["relative_change"]) == ("share", pytest.approx(1))
    assert {row["metric"] for row in told["changed"] if row["relative_change"]} == set(KEPT) - {"policy_timeline"}
    for row in told["changed"]:
        pair = row["columns"].get(row["moved_by"], {"old": None, "new": None})
        if pair["old"] and pair["new"] is not None:
            assert row["relative_change"] == pytest.approx((pair["new"] - pair["old"]) / abs(pair["old"]))
        else:
            assert row["relative_change"] is None


@pytest.mark.parametrize(
    ("metric", "columns", "moved_by", "relative", "distance"),
    [
        ("growth_decomposition", {"contribution": (4.0, 5.0), "base_value": (1.0, 9.0)}, "contribution", 0.25, 0.25),
        ("growth_decomposition", {"base_value": (1.0, 9.0)}, None, None, 0.0),
        ("location_quotient", {"symmetric": (-0.5, 0.5)}, "symmetric", 2.0, 2.0),
        ("collaboration_link", {"events": (4, 2), "year": (1, 2)}, "events", -0.5, 0.5),
        ("location_quotient", {"below_minimum_count": (True, False)}, None, None, 0.0),
        ("gradient", {"rank": (4, 2)}, None, None, 0.0),
        ("gradient_stability", {"kept": (4, 2), "share_kept": (1.0, 0.5)}, "share_kept", -0.5, 0.5),
        ("corridor_total", {"value": (0.0, 2.0)}, "value", None, float("inf")),
        ("corridor_total", {"value_low": (1.0, 2.0), "value": (None, 2.0)}, "value", None, float("inf")),
        ("copublication_similarity", {"reason": ("a", "b"), "jaccard": (0.5, None)}, "jaccard", None, float("inf")),
        ("index_robustness", {"rank": (1, 2), "share_same": (0.5, 0.25)}, "share_same", -0.5, 0.5),
    ],
)
def test_a_row_moves_by_its_leading_number(
    two: dict[str, Any],
    metric: str,
    columns: dict[str, Any],
    moved_by: str | None,
    relative: float | None,
    distance: float,
) -> None:
    with side_by_side(two["old"], two["new"]) as sides:
        moving = in_order_of_moving(sides.columns[f"metrics.{metric}"])
    change = Change(metric, f"{metric}:1", columns, {}, None, moving)
    assert (change.moved_by, change.relative, change.distance) == (moved_by, relative, distance)


def test_rounding_of_the_machine_is_no_change() -> None:
    assert same(0.1 + 0.2, 0.3)
    assert same(float("nan"), float("nan"))
    assert not same(0.0, 1e-300)
    assert not same(None, 0.0)


def test_rows_of_one_side_are_named_and_counted(two: dict[str, Any], told: dict[str, Any]) -> None:
    assert (told["added"], told["removed"]) == ([], [two["gone"]])
    assert told["tables"]["policy_timeline"] == {"added": 0, "removed": 1, "changed": 0}
    assert len(told["changed"]) == sum(counts["changed"] for counts in told["tables"].values()) > SHOWN
    assert told["not_compared"] == []


def test_a_formula_of_the_same_version_with_another_meaning_is_found(told: dict[str, Any]) -> None:
    kinds = {name: (row["kind"], row["versions_rewritten"]) for name, row in told["formulas"].items()}
    assert kinds == {
        "national_share": ("other_meaning", [1]),
        "star_tally": ("other_meaning", [1]),
        "growth_cagr": ("other_words", []),
        "intensity_ratio": ("new_version", [1]),
    }
    assert told["formulas"]["national_share"]["columns"]["words_en"]["new"] == "Another sum"
    assert changed_row(told, SHARE)["formula"] == {"formula_id": "national_share", "kind": "other_meaning"}
    assert changed_row(told, TOTAL)["formula"] is None


def test_without_the_texts_the_hashes_of_the_history_tell(two: dict[str, Any], copy: Callable[..., Path]) -> None:
    told = difference(copy("DROP TABLE core.formula CASCADE"), two["new"])
    assert {name: row["versions_rewritten"] for name, row in told.formulas.items()} == {
        name: [1] for name in ("intensity_ratio", "national_share", "star_tally")
    }
    assert {"table": "core.formula", "columns": [], "only_in": "new"} in told.not_compared


def test_the_screen_names_inputs_documents_and_formulas(two: dict[str, Any], g60: Run) -> None:
    shown = g60("diff", str(two["old"]), str(two["new"]), columns=400)
    assert shown.exit_code == 0, shown.stderr
    suzhou = two["names"]["320500"]
    for words in (
        f"{SHARE} (+100.00 %)",
        f"input changed: {suzhou}: value 23,958.34 → 47,916.68, document ",
        "input added: called anew: value 12,013.1, unit cny_100m,",
        "its formula national_share: same version, other meaning: it changed without a new version",
        "growth_cagr: the same arithmetic in other words",
        "intensity_ratio: version 1 → 2; its history gives another meaning to version 1",
        "    → Another sum",
        "more (--all lists every one)",
        "Numbers only the old one has\n  " + two["gone"],
    ):
        assert words in shown.stdout, words
    whole = g60("diff", str(two["old"]), str(two["new"]), "--all", columns=400).stdout
    assert "--all" not in whole
    assert all(row.metric_id in whole for row in difference(two["old"], two["new"]).changes)


def test_the_screen_is_chinese_throughout(two: dict[str, Any], copy: Callable[..., Path], g60: Run) -> None:
    older = copy("ALTER TABLE core.observation_candidate DROP COLUMN round", "DROP TABLE metrics.intensity CASCADE")
    shown = g60("diff", str(older), str(two["new"]), "--all", "--lang", "zh", columns=400).stdout
    english = [entry.en for name, entry in TEXTS.items() if not name.startswith("mark.")]
    for line in shown.splitlines():
        assert not re.search(r"[\u4e00-\u9fff][,:;()]|[,:;()][\u4e00-\u9fff]", line), line
    for text in english:
        start = re.split(r"\{\w+\}", text)[0].strip()
        assert " " not in start or start not in shown, start
    for words in (
        "未比较（仅一方有）",
        "仅新库有：core.observation_candidate（round）",
        "仅新库有：metrics.intensity",
        "所用公式national_share：版本相同而含义不同：公式已改，版本未变",
        "新增输入：called anew：value 12,013.1，unit cny_100m，",
        "（+100.00 %）",
    ):
        assert words in shown, words
    assert {
        key for key, text in TEXTS.items() if re.findall(r"\{\w+\}", text.en) != re.findall(r"\{\w+\}", text.zh)
    } == set()


def test_two_builds_of_the_same_figures_do_not_differ(two: dict[str, Any], copy: Callable[..., Path], g60: Run) -> None:
    shown = g60("diff", str(two["old"]), str(copy()))
    assert "No published number differs." in shown.stdout
    assert g60("diff", str(two["old"]), str(copy()), "--lang", "zh").stdout.endswith("没有公布的数值发生变化。\n")


OLDER: dict[str, dict[tuple[str, ...], str]] = {
    "tables": {
        (name,): f"DROP TABLE {name} CASCADE"
        for name in ("core.formula", "core.formula_version", "core.observation_candidate", "metrics.growth")
    },
    "columns": {
        (table, column): f"ALTER TABLE {table} DROP COLUMN {column}"
        for table, column in (
            ("core.observation_candidate", "round"),
            ("core.formula", "version"),
            ("metrics.growth", "value"),
            ("metrics.intensity", "input_ids"),
            ("metrics.location_quotient", "formula_id"),
        )
    },
    "keys": {
        ("metrics.growth", "metric_id"): "ALTER TABLE metrics.growth RENAME COLUMN metric_id TO name",
        ("core.formula", "formula_id"): "ALTER TABLE core.formula RENAME COLUMN formula_id TO name",
    },
}
"""What an older version lacks, and how a copy comes to lack it."""


@pytest.mark.parametrize("lacking", OLDER)
def test_a_warehouse_of_an_older_version_is_compared_as_far_as_it_goes(
    two: dict[str, Any], copy: Callable[..., Path], g60: Run, lacking: str
) -> None:
    older = copy(*OLDER[lacking].values(), "ALTER TABLE core.build DROP COLUMN version")
    told = difference(older, two["new"])
    lost = {(row["table"], *row["columns"]) for row in told.not_compared if row["only_in"] == "new"}
    assert lost == set(OLDER[lacking])
    (share,) = [change for change in told.changes if change.metric_id == SHARE]
    assert share.relative == pytest.approx(1)
    shown = g60("diff", str(two["new"]), str(older), columns=400)
    assert shown.exit_code == 0, shown.stderr
    for table, *columns in OLDER[lacking]:
        assert f"only the old one has {table}{f' ({columns[0]})' if columns else ''}\n" in shown.stdout


def test_a_side_that_does_not_describe_its_columns_is_compared_by_the_other(
    two: dict[str, Any], told: dict[str, Any], copy: Callable[..., Path], tmp_path: Path
) -> None:
    older = copy("DROP TABLE core.column")
    assert difference(older, two["new"]).as_json()["tables"] == told["tables"]
    assert difference(two["new"], older).as_json()["tables"].keys() == told["tables"].keys()
    oldest = tmp_path / "oldest.duckdb"
    shutil.copyfile(older, oldest)
    with pytest.raises(UsageError, match="built by another version") as caught:
        difference(oldest, older)
    assert "g60 build" in caught.value.remedy


def test_a_table_whose_key_nobody_describes_is_not_compared(two: dict[str, Any], copy: Callable[..., Path]) -> None:
    first = copy("DELETE FROM core.column WHERE table_name = 'growth'")
    second = first.with_name("second.duckdb")
    shutil.copyfile(first, second)
    assert difference(first, second).not_compared == [{"table": "metrics.growth", "columns": [], "only_in": "neither"}]


def test_an_input_column_that_only_the_old_side_has_is_told(two: dict[str, Any], copy: Callable[..., Path]) -> None:
    older = copy(
        "ALTER TABLE core.flow ADD COLUMN season VARCHAR",
        """INSERT INTO core.column BY NAME SELECT * REPLACE ('season' AS column_name) FROM core.column
           WHERE table_name = 'flow' AND column_name = 'unit'""",
    )
    told = difference(older, two["new"])
    assert told.not_compared == [{"table": "core.flow", "columns": ["season"], "only_in": "old"}]


def test_a_column_of_another_type_is_not_compared(two: dict[str, Any], copy: Callable[..., Path]) -> None:
    older = copy(
        "CREATE TABLE t AS SELECT * REPLACE (value::VARCHAR AS value, year::BIGINT AS year) FROM metrics.corridor_total",
        "DROP TABLE metrics.corridor_total",
        "CREATE TABLE metrics.corridor_total AS FROM t",
    )
    told = difference(older, two["new"])
    assert told.not_compared == [{"table": "metrics.corridor_total", "columns": ["value"], "only_in": "both"}]
    assert {c.moved_by for c in told.changes if c.metric == "corridor_total"} == {"value_low"}


def test_what_is_no_warehouse_is_wrong_usage(
    two: dict[str, Any], copy: Callable[..., Path], tmp_path: Path, g60: Run
) -> None:
    text, empty, other = tmp_path / "a.txt", tmp_path / "empty.duckdb", tmp_path / "other.duckdb"
    text.write_text("not a database", encoding="utf-8")
    empty.touch()
    with duckdb.connect(str(other)) as writer:
        writer.execute("CREATE TABLE t AS SELECT 1 AS x")
    no_build = copy("DELETE FROM core.build")
    home = two["old"].parent.parent
    for path, words in (
        (tmp_path / "missing.duckdb", "there is no such file"),
        (tmp_path, "it is a folder, not a file. Name two files such as"),
        (home, f"Name the file in it: {two['old']}"),
        (two["old"].parent, f"Name the file in it: {two['old']}"),
        (text, "it can not be read as a published warehouse"),
        (empty, "it can not be read as a published warehouse"),
        (other, "it can not be read as a published warehouse"),
        (no_build, "it does not say which build it is of"),
        (two["new"], "one and the same file"),
    ):
        for pair in ((path, two["new"]), (two["new"], path)):
            told = g60("diff", *map(str, pair), columns=400)
            assert told.exit_code == 2, path
            assert words in " ".join(told.stderr.split()), (path, told.stderr)
            assert "Traceback" not in told.stderr


def test_a_damaged_warehouse_is_told_without_a_traceback(two: dict[str, Any], tmp_path: Path, g60: Run) -> None:
    content = bytearray(two["new"].read_bytes())
    middle = len(content) // 8
    content[middle : 7 * middle] = b"garbage!" * (6 * middle // 8)
    (tmp_path / "damaged.duckdb").write_bytes(content)
    told = g60("diff", str(two["old"]), str(tmp_path / "damaged.duckdb"), columns=400)
    assert told.exit_code == 2
    assert re.search("can not be (read|compared)", told.stderr)


def test_events_and_claims_that_changed_are_followed_too(
    two: dict[str, Any], copy: Callable[..., Path], graph: Frames
) -> None:
    policy = graph["metrics.policy_timeline"]["policy_id"][0]
    event = graph["core.collaboration"]["event_id"][0]
    other = copy(
        f"UPDATE core.policy SET theme = 'other' WHERE policy_id = '{policy}'",
        f"UPDATE metrics.policy_timeline SET theme = 'other' WHERE policy_id = '{policy}'",
        f"UPDATE core.collaboration SET year = 1999 WHERE event_id = '{event}'",
    )
    told = difference(two["old"], other)
    assert {name: sorted(rows) for name, rows in told.inputs.items() if rows} == {
        "events": [event],
        "policies": [policy],
    }
    assert {change.metric for change in told.changes} == {"policy_timeline"}
    assert {tuple(change.inputs["changed"]) for change in told.changes} == {(("policies", policy),)}


ANOTHER = {
    "VARCHAR": "coalesce({c}, '') || 'x'",
    "INTEGER": "coalesce({c}, 0) + 1",
    "BIGINT": "coalesce({c}, 0) + 1",
    "DOUBLE": "coalesce({c}, 0) + 1",
    "BOOLEAN": "NOT coalesce({c}, false)",
    "DATE": "coalesce({c}, DATE '2000-01-01') + 1",
    "TIMESTAMP WITH TIME ZONE": "coalesce({c}, TIMESTAMPTZ '2000-01-01') + INTERVAL 1 HOUR",
    "VARCHAR[]": "list_append(coalesce({c}, []), 'x')",
    "INTEGER[]": "list_append(coalesce({c}, []), 1)",
    "DATE[]": "list_append(coalesce({c}, []), DATE '2000-01-01')",
    "DOUBLE[]": "list_append(coalesce({c}, []), 1)",
}
"""Type of a column -> a value of it that another one becomes."""


def test_no_column_of_any_published_table_changes_unseen(two: dict[str, Any], copy: Callable[..., Path]) -> None:
    """Every column of every table is changed in a row of its own, as far as there are rows; a table without any gets one."""
    with side_by_side(two["old"], two["new"]) as sides:
        described, tables = sides.columns, [t for schema in ("core", "metrics") for t in sides.tables(schema)]
    tables.remove("core.build")
    changes, wanted = [], {}
    with duckdb.connect(str(two["old"]), read_only=True) as reader:
        filled = {t: int(reader.sql(f"SELECT count(*) FROM {t}").fetchall()[0][0]) for t in tables}
    for t in tables:
        names = [name for name, column in described[t].items() if column.role != "key"]
        types = {
            name: column.data_type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")
            for name, column in described[t].items()
        }
        if not filled[t]:
            values = ", ".join(f"{ANOTHER[kind].format(c=f'NULL::{kind}')}" for kind in types.values())
            changes.append(f"INSERT INTO {t} SELECT {values}")
            continue
        changes += [
            f'UPDATE {t} SET "{name}" = {ANOTHER[types[name]].format(c=f"{chr(34)}{name}{chr(34)}")} '
            f"WHERE rowid = (SELECT min(rowid) + {number % filled[t]} FROM {t})"
            for number, name in enumerate(names)
        ]
        wanted[t] = {name for name in names if not described[t][name].is_time_of_fetching}
    told = difference(copy(*changes), two["old"])
    seen: dict[str, set[str]] = {}
    for kind, rows in told.inputs.items():
        for row in rows.values():
            seen.setdefault(kind, set()).update(row["columns"])
    for change in told.changes:
        seen.setdefault(change.metric, set()).update(change.columns)
    gone = {kind for kind, rows in told.inputs.items() if any(row["kind"] == "removed" for row in rows.values())}
    gone |= {name for name, counts in told.tables.items() if counts["removed"]}
    for t in tables:
        kind = kind_of(t)
        if t in wanted:
            cited = {
                name for name in wanted[t] if t.startswith("metrics.") and described[t][name].refers_to_table in KINDS
            }
            assert wanted[t] - cited <= seen[kind], (t, wanted[t] - cited - seen[kind])
        else:
            assert kind in gone, t
    assert told.not_compared == []


@pytest.fixture
def home(two: dict[str, Any], tmp_path: Path) -> Settings:
    """Return a home whose two last publications are those two."""
    settings = Settings(tmp_path / "two")
    settings.warehouse_dir.mkdir(parents=True)
    settings.previous.hardlink_to(two["old"])
    settings.database.hardlink_to(two["new"])
    return settings


def test_diff_without_files_compares_the_last_publication_with_the_one_before(
    g60: Run, home: Settings, two: dict[str, Any], published: Settings
) -> None:
    assert g60("diff", home=home).stdout == g60("diff", str(two["old"]), str(two["new"])).stdout
    refused = g60("diff", home=published)
    assert (refused.exit_code, "no publication before" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("language", "counts"), [("en", "0 new, 1 changed, 0 gone"), ("zh", "新增0，变更1，消失0")])
def test_what_changed_is_told_in_a_few_lines(home: Settings, language: Any, counts: str) -> None:
    console = Console(width=300, file=io.StringIO())
    for part in since.screen(home.previous, home.database, Words(language), command="g60"):
        console.print(part)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # a text buffer
    assert len(lines) <= 3 + 2 * since.SHOWN + 1
    old = float(duckdb.connect(str(home.previous), read_only=True).sql(SUZHOU).fetchall()[0][0])
    suzhou = next(line for line in lines if "苏州" in line and f"{old:,.2f}".rstrip("0").rstrip(".") in line)
    assert f"{2 * old:,.2f}".rstrip("0").rstrip(".") in suzhou.partition("→")[2]
    assert counts in "\n".join(lines)
    assert any("1/" in line and "→" in line for line in lines)
    assert "g60 diff" in lines[-1]


def test_what_changed_names_a_publication_that_can_not_be_compared(tmp_path: Path, home: Settings) -> None:
    (tmp_path / "other").write_bytes(b"no database")
    (told,) = since.screen(tmp_path / "other", home.database, Words("en"), command="g60")
    assert "can not be compared" in str(told)
    assert since.screen(tmp_path / "none", home.database, Words("en"), command="g60") == []
