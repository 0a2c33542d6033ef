"""What may be passed on, and what the command says of the rest: terms, places that are taken, the release folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from g60_pipeline.export.release import write_warehouse
from g60_pipeline.export.selection import TERMS, open_selection
from g60_pipeline.settings import Settings


def change(home: Settings, *statements: str) -> None:
    home.database.chmod(0o644)
    with duckdb.connect(str(home.database)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def one_open(own_home: Settings) -> Settings:
    """Return a home where one source lets its rows be passed on, and one must stay inside."""
    change(
        own_home,
        "UPDATE core.source SET terms = 'open' WHERE source_id = 'city_statistical_yearbook'",
        "UPDATE core.source SET terms = 'closed' WHERE source_id = 'nbs'",
    )
    return own_home


@pytest.fixture(scope="module")
def observations(graph: Any) -> int:
    """Return how many figures there are."""
    return int(graph["core.observation"].height)


def test_figures_pass_by_the_terms_of_their_source(one_open: Settings, observations: int) -> None:
    seen = {}
    for terms in TERMS:
        with open_selection(one_open, terms) as selection:
            frame = selection.frame("core.observation")
            sources = selection.warehouse.rows("SELECT document_id, source_id FROM core.document")
            of = {row["document_id"]: row["source_id"] for row in sources}
            seen[terms] = {of[name] for name in frame["document_id"]}
            assert frame.height + selection.left_out["core.observation"] == observations
    assert seen["open"] == {"city_statistical_yearbook"}
    assert "nbs" not in seen["ask"]
    assert "nbs" in seen["closed"]


def test_no_row_that_passes_leads_to_a_figure_of_one_place_that_does_not(one_open: Settings) -> None:
    with open_selection(one_open, "open") as selection:
        passed = set(selection.frame("core.observation_candidate")["observation_id"])
        for table, columns in selection.columns.items():
            if "input_ids" in columns and "geo_code" in columns:
                frame = selection.frame(table)
                of_place = frame.filter(frame["geo_code"].is_not_null())
                assert set(of_place["input_ids"].explode().drop_nulls()) <= passed, table
                alone = frame.filter(frame["input_ids"].list.len() == 1)
                assert set(alone["input_ids"].explode()) <= passed, table
        audit = selection.frame("metrics.claim_audit")
        assert audit.height > 300
        withheld = audit.filter(~audit["input_ids"].list.eval(pl.element().is_in(sorted(passed))).list.all())
        assert withheld.height > 100
        for column in ("numerator_values", "numerator_lows", "denominator_values"):
            assert withheld[column].list.len().sum() == 0
        totals = selection.frame("metrics.corridor_total")
        assert totals.filter(totals["members_reporting"] == 1)["input_ids"].explode().is_in(sorted(passed)).all()
        shares = selection.frame("metrics.national_share")
        assert shares["corridor_id"].is_not_null().sum() > 300


def test_what_the_command_says_is_what_it_left_out(g60_json: Any, tmp_path: Path, observations: int) -> None:
    told = g60_json("export", "sdmx", "--to", str(tmp_path / "sdmx"))
    assert told["left_out"]["core.observation"] == observations
    assert g60_json("export", "sdmx", "--to", str(tmp_path / "all"), "--terms", "ask")["left_out"] == {}


def test_the_screen_counts_what_was_left_out_and_names_the_remedy(g60: Any, tmp_path: Path, observations: int) -> None:
    shown = g60("export", "xlsx", "--to", str(tmp_path / "g60.xlsx")).stdout
    assert "rows were left out" in shown
    assert "--terms ask" in shown
    assert f"core.observation {observations:,}" in shown
    chinese = g60("export", "xlsx", "--to", str(tmp_path / "g60.xlsx"), "--lang", "zh", "--terms", "ask").stdout
    assert "没有未列入的行" in chinese


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["xlsx", "--to", "a.csv"], "a workbook is an XLSX file"),
        (["csv", "--to", "full"], "something is there, and an export replaces nothing"),
        (["csv", "--to", "full/file"], "something is there, and an export replaces nothing"),
        (["xlsx", "--excel"], "it is for CSV"),
        (["csv", "--since", "full/file"], "only a release is compared"),
        (["release", "--since", "full/file", "--to", "new"], "it is not a published warehouse"),
        (["release", "--since", "full", "--to", "new"], "it is not a published warehouse"),
    ],
)
def test_a_place_or_option_that_does_not_serve_is_refused_and_nothing_is_left(
    g60: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine", encoding="utf-8")
    done = g60("export", *arguments)
    assert done.exit_code == 2, done.stdout
    assert said in done.stderr
    assert [f.name for f in tmp_path.rglob("*")] == ["full", "file"]


@pytest.fixture(scope="module")
def released(published: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the release folder made after a number has changed, and what the command said of it."""
    from click.testing import CliRunner

    from g60_pipeline.cli import app

    home = Settings(tmp_path_factory.mktemp("home"))
    home.warehouse_dir.mkdir()
    home.database.write_bytes(published.database.read_bytes())
    before = home.home / "releases" / "before"
    before.mkdir(parents=True)
    with open_selection(home, "open") as selection:
        for table in selection.columns:
            selection.frame(table)
        write_warehouse(selection, before, home)
        build = selection.warehouse.build_id()
    change(
        home,
        "UPDATE core.build SET build_id = '20270101T000000Z-0', built_at = TIMESTAMPTZ '2027-01-01 00:00:00+00'",
        "UPDATE metrics.national_share SET flags = ['unverified'] WHERE metric_id = 'national_share:g60_shanghai:gdp:current_prices:2021-12-31'",
        "UPDATE metrics.national_share SET share = share * 2 WHERE metric_id = 'national_share:g60_shanghai:gdp:current_prices:2020-12-31'",
    )
    done = CliRunner().invoke(app, ["export", "release", "--json"], env={"G60_HOME": str(home.home)})
    told = json.loads(done.stdout)
    return Path(told["path"]), told | {"before": build}


def test_release_says_which_numbers_changed_since_the_last(released: tuple[Path, dict[str, Any]]) -> None:
    folder, told = released
    assert folder.parent.name == "releases"
    assert (told["changes"]["changed"], told["changes"]["moved"]) == (2, 1)
    assert told["changes"]["since"] == told["before"]
    changes = json.loads((folder / "changes.json").read_text(encoding="utf-8"))
    (changed,) = (change for change in changes["changed"] if change["moved_by"])
    assert changed["relative_change"] == pytest.approx(1.0)
    assert "gdp" in (folder / "CHANGES.txt").read_text(encoding="utf-8")


def test_warehouse_of_a_release_has_only_what_passes_and_its_views_run(
    released: tuple[Path, dict[str, Any]], observations: int
) -> None:
    folder, told = released
    with duckdb.connect(str(folder / "g60.duckdb"), read_only=True) as connection:
        left_out = dict(connection.execute("FROM core.left_out").fetchall())
        assert left_out["core.observation"] == told["left_out"]["core.observation"] == observations
        assert connection.execute("SELECT count(*) FROM core.observation").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM analysis.headline").fetchone() > (10,)
        comment = "SELECT comment FROM duckdb_tables() WHERE table_name = 'observation'"
        assert connection.execute(comment).fetchone() != (None,)


def test_a_screen_of_a_release_with_rows_left_out_is_refused_and_sql_is_not(
    released: tuple[Path, dict[str, Any]], tmp_path: Path, g60: Any
) -> None:
    home = Settings(tmp_path)
    home.warehouse_dir.mkdir()
    home.database.write_bytes((released[0] / "g60.duckdb").read_bytes())
    refused = g60("landscape", home=home)
    assert refused.exit_code == 1
    assert "rows were left out" in refused.stderr
    assert "core.observation" in g60("sql", "FROM core.left_out", home=home).stdout
