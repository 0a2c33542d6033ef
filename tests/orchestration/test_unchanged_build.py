"""A build that has nothing to do says so before Dagster is loaded; what could change its result makes it a real one."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from g60_pipeline import fingerprint
from g60_pipeline.builds import clock, unchanged
from g60_pipeline.builds.result import BuildResult, CheckWarning
from g60_pipeline.cli import app, operate
from g60_pipeline.ingest.live.archive.incidents import changing_incidents
from g60_pipeline.orchestration.instance import open_instance
from g60_pipeline.orchestration.resources import build_lock
from g60_pipeline.publish.storage import read_table, record, store
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table

DONE = BuildResult(
    success=True,
    run_id="r-1",
    failures=(),
    warnings=(CheckWarning("yearly_jump", "metrics.growth", 6),),
    published=True,
    seconds=4.25,
)

WITHOUT_DAGSTER = """
import sys
from g60_pipeline.cli import app
code = 0
try:
    app(prog_name="g60")
except SystemExit as ended:
    code = ended.code
loaded = {"dagster", "polars", "dataframely", "g60_pipeline.contracts"} & set(sys.modules)
sys.exit(f"loaded {loaded}" if loaded else code)
"""


def says_unchanged(settings: Settings) -> bool:
    return unchanged.last_build(settings, unchanged.inputs_hash(settings)) is not None


@pytest.fixture(scope="module")
def recorded(built_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with inputs of every kind, recorded as built."""
    settings = Settings(tmp_path_factory.mktemp("recorded") / "home")
    shutil.copytree(built_home.home, settings.home)
    for name in ("inbox/mine.csv", "corrections/own.csv", "corridors/mine.yaml", "archive/attempts/worldbank/1.json"):
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    unchanged.remember(settings, unchanged.inputs_hash(settings), DONE)
    return settings.home


@pytest.fixture
def home(recorded: Path, tmp_path: Path) -> Settings:
    """Return a copy of it to change."""
    settings = Settings(tmp_path / "copy")
    shutil.copytree(recorded, settings.home)
    return settings


def test_copy_of_a_recorded_home_is_unchanged_too(home: Settings) -> None:
    assert says_unchanged(home)


def write(settings: Settings, name: str) -> None:
    path = settings.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("more", encoding="utf-8")


def touch(settings: Settings, name: str) -> None:
    status = (settings.home / name).stat()
    os.utime(settings.home / name, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


def flip(path: Path) -> None:
    """Change a byte in the middle of a file, and neither its times nor its rights."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(status.st_mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def write_again(settings: Settings) -> None:
    """Write a table as another run would: the same rows, told to be of that run."""
    claim = table("core.claim")
    made = {k: v for k, v in record(settings, claim).items() if k.startswith("g60.")}
    frame = read_table(settings, claim)
    store(settings, claim, frame, provenance={k: v for k, v in made.items() if "run" not in k and "seal" not in k})


def open_incident(settings: Settings, name: str, *, told: bool) -> None:
    with changing_incidents(settings.archive_dir) as incidents:
        incidents[name] = {"told": told}


INPUTS: dict[str, Callable[[Settings], object]] = {
    "a new file of the inbox": lambda s: write(s, "inbox/more.csv"),
    "a changed file of the inbox": lambda s: write(s, "inbox/mine.csv"),
    "a touched file of the inbox": lambda s: touch(s, "inbox/mine.csv"),
    "a lost file of the inbox": lambda s: (s.inbox / "mine.csv").unlink(),
    "a lost inbox": lambda s: shutil.rmtree(s.inbox),
    "a linked folder in the inbox": lambda s: (s.inbox / "linked").symlink_to(s.archive_dir),
    "a pipe in the inbox": lambda s: os.mkfifo(s.inbox / "pipe.csv"),
    "a changed register of corrections": lambda s: write(s, "corrections/own.csv"),
    "a changed corridor": lambda s: write(s, "corridors/mine.yaml"),
    "a new corridor": lambda s: write(s, "corridors/other.yaml"),
    "a new snapshot": lambda s: write(s, "archive/snapshots/worldbank/20261101T000000Z-00000000.json"),
    "a lost refresh": lambda s: (s.archive_dir / "attempts/worldbank/1.json").unlink(),
    "another refresh": lambda s: write(s, "archive/attempts/worldbank/1.json"),
}

LEFT: dict[str, Callable[[Settings], object]] = {
    "a damaged table": lambda s: flip(s.tables_dir / "metrics/growth.parquet"),
    "a damaged table that only passes on": lambda s: flip(s.tables_dir / "issue/claim.parquet"),
    "a lost table": lambda s: (s.tables_dir / "metrics/growth.parquet").unlink(),
    "a table another run wrote": write_again,
    "a damaged database": lambda s: flip(s.database),
    "a database written to": lambda s: os.utime(s.database),
    "a database open to writing": lambda s: s.database.chmod(0o644),
    "a lost database": lambda s: s.database.unlink(),
    "a WAL beside the database": lambda s: write(s, "warehouse/g60.duckdb.wal"),
    "a lost history": lambda s: shutil.rmtree(s.dagster_home),
    "a damaged history": lambda s: (s.dagster_home / "history/runs.db").write_bytes(b"no database" * 100),
    "a failed build nobody has closed": lambda s: open_incident(s, "job:build_all", told=True),
    "a due figure nobody was told of": lambda s: open_incident(s, "due:gdp:2024", told=False),
    "a lost record": lambda s: (s.warehouse_dir / unchanged.RECORD).unlink(),
    "a torn record": lambda s: (s.warehouse_dir / unchanged.RECORD).write_text('{"inputs": "', encoding="utf-8"),
    "a record of another form": lambda s: (s.warehouse_dir / unchanged.RECORD).write_text("[]", encoding="utf-8"),
}


@pytest.mark.parametrize("change", [*INPUTS, *LEFT])
def test_change_makes_the_next_build_a_real_one(home: Settings, change: str) -> None:
    (INPUTS | LEFT)[change](home)
    assert not says_unchanged(home)


@pytest.mark.parametrize(
    "name",
    [
        "facts/observations.csv",
        "catalog/formulas.yaml",
        "catalog/words/word.yaml",
        "metrics/growth.py",
        "publish/sql/claims.sql",
        "new.py",
    ],
)
def test_changed_package_makes_the_next_build_a_real_one(
    own_home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    package = tmp_path / "package"
    shutil.copytree(fingerprint.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "PACKAGE", package)
    unchanged.remember(own_home, unchanged.inputs_hash(own_home), DONE)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "compiled.pyc").write_bytes(b"x")
    assert says_unchanged(own_home)
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert not says_unchanged(own_home)


def test_upgraded_library_makes_the_next_build_a_real_one(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "polars-99.0.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    assert not says_unchanged(home)


def test_other_python_makes_the_next_build_a_real_one(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99")
    assert not says_unchanged(home)


def test_new_day_makes_the_next_build_a_real_one(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.present() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "present", lambda: later)
    assert not says_unchanged(home)


def test_address_to_alert_makes_the_next_build_a_real_one(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G60_ALERT_URLS", "json://127.0.0.1:9")
    assert not says_unchanged(home)


def test_build_under_way_makes_the_next_one_wait_for_it(home: Settings) -> None:
    with build_lock(home, timeout=1):
        assert not says_unchanged(home)
    assert says_unchanged(home)


def test_files_a_build_does_not_read_change_nothing(home: Settings) -> None:
    write(home, "archive/worldbank.lock")
    write(home, "documents/scan.pdf")
    open_incident(home, "source:worldbank", told=True)
    assert says_unchanged(home)


def test_input_that_changed_during_a_build_is_not_recorded_with_it(home: Settings) -> None:
    inputs = unchanged.inputs_hash(home)
    write(home, "inbox/mine.csv")
    unchanged.remember(home, inputs, DONE)
    assert not says_unchanged(home)


def test_failed_build_is_not_recorded(own_home: Settings) -> None:
    (own_home.warehouse_dir / unchanged.RECORD).unlink()
    unchanged.remember(own_home, unchanged.inputs_hash(own_home), replace(DONE, success=False))
    assert not says_unchanged(own_home)


@pytest.mark.parametrize(
    "options",
    [["--select", "core.claim"], ["--without", "openalex"], ["--clock-is-right"]],
    ids=["select", "without", "clock is right"],
)
def test_build_with_options_is_a_real_one_and_not_recorded(
    home: Settings, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.setenv("G60_HOME", str(home.home))
    before = (home.warehouse_dir / unchanged.RECORD).read_bytes()
    asked: list[object] = []
    monkeypatch.setattr(operate, "run_build", lambda *given, **_: asked.append(given) or replace(DONE, run_id="r-2"))
    result = CliRunner().invoke(app, ["build", *options], prog_name="g60")
    assert (result.exit_code, len(asked)) == (0, 1), result.stderr
    assert (home.warehouse_dir / unchanged.RECORD).read_bytes() == before


def test_second_build_says_unchanged_without_loading_dagster(own_home: Settings, built_result: BuildResult) -> None:
    unchanged.remember(own_home, unchanged.inputs_hash(own_home), built_result)
    with open_instance(own_home) as instance:
        runs = instance.get_runs_count()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DAGSTER, "build", "--json"],
        env=os.environ | {"G60_HOME": str(own_home.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["success"], told["published"], told["run_id"]) == (True, False, built_result.run_id)
    assert [CheckWarning(**w) for w in told["warnings"]] == list(built_result.warnings)
    with open_instance(own_home) as instance:
        assert instance.get_runs_count() == runs
        assert instance.get_run_by_id(told["run_id"]).status is dg.DagsterRunStatus.SUCCESS


def test_build_of_the_command_line_records_itself(own_home: Settings, built_result: BuildResult) -> None:
    recorded = json.loads((own_home.warehouse_dir / unchanged.RECORD).read_text(encoding="utf-8"))
    assert recorded["run_id"] == built_result.run_id
