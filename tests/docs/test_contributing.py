"""The examples in CONTRIBUTING.md: entries the catalog takes, and a metric that is put in place and built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

import g60_pipeline
from g60_pipeline.catalog import Indicator, load_catalog
from g60_pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
PACKAGE = Path(g60_pipeline.__path__[0])
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
METRIC, TEST_OF_METRIC = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
FORMULA = next(example for example in EXAMPLES if "formula_id" in example)


def test_the_example_of_an_indicator_is_an_indicator() -> None:
    (entry,) = yaml.safe_load(EXAMPLES[0])
    assert Indicator.model_validate(entry).bases[0].additive


def test_the_example_of_a_corridor_gives_totals(run_home: Callable[..., dict[str, Any]]) -> None:
    corridor_id = yaml.safe_load(EXAMPLES[1])["corridor_id"]
    total = run_home({"corridors/mine.yaml": EXAMPLES[1]})["metrics.corridor_total"]
    own = total.filter(pl.col("corridor_id") == corridor_id)
    assert own.filter(pl.col("value").is_not_null()).height > 50


def test_the_example_of_a_live_series_stands_in_the_catalog() -> None:
    (entry,) = yaml.safe_load(EXAMPLES[2])
    held = {s.series: s for s in load_catalog().live_source("worldbank").series}[entry["series"]]
    assert entry == held.model_dump(include=set(entry))


BUILD = """
import datetime as dt, sys
from pathlib import Path
from small_frames import TODAY
from g60_pipeline.publish.dictionary import dictionary
from g60_pipeline.publish.storage import validated
from g60_pipeline.publish.warehouse import publish, published_tables
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps

settings = Settings(home=Path(sys.argv[1]))
tables = {t.full_name: t for t in published_tables()}
wanted = [name for name, t in tables.items() if t.layer == "core"] + ["metrics.provincial_share"]
made = run_steps(Context(settings=settings, today=TODAY), wanted=wanted)
frames = {name: validated(t, made.get(name, t.schema.create_empty())) for name, t in tables.items()}
publish(settings, frames, built_at=dt.datetime.now(dt.UTC))
Path(sys.argv[2]).write_text(dictionary(), encoding="utf-8")
"""
"""Builds a home, publishes it, and writes the dictionary."""

COMMAND = "from g60_pipeline.cli import main; main()"

FIXTURE = "import pytest, small_frames\n\n@pytest.fixture\ndef make():\n    return small_frames.Make\n"
"""The fixture that the example's test asks for, as `tests/conftest.py` gives it."""


@dataclass(frozen=True)
class Copy:
    """A copy of the package with the metric of the document in it, and a home built with it."""

    folder: Path
    home: Path

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(self.folder), str(ROOT / "tests")])
        environment = os.environ | {"PYTHONPATH": path, "G60_HOME": str(self.home), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", env=environment, cwd=self.folder, check=False
        )


@pytest.fixture(scope="module")
def with_metric(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Return a copy of the package to which the metric is added as the document says, and nothing else, built."""
    copy = Copy(tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("home"))
    package = shutil.copytree(PACKAGE, copy.folder / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "metrics" / "ratios" / "provincial_share.py").write_text(METRIC, encoding="utf-8")
    with (package / "catalog" / "formulas.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{FORMULA}")
    asked = copy.python("-c", "from g60_pipeline.catalog import load_catalog; load_catalog()").stderr
    line, *_ = re.findall(r"add (provincial_share,1,DATE,[0-9a-f]{16},WHAT CHANGED)", asked)
    with (package / "catalog" / "formula_versions.csv").open("a", encoding="utf-8") as file:
        file.write(line.replace("DATE", "2026-12-01").replace("WHAT CHANGED", "First version") + "\n")
    built = copy.python("-c", BUILD, str(copy.home), str(copy.home / "README.md"))
    assert built.returncode == 0, built.stderr
    return copy


def test_the_test_of_the_example_of_a_metric_passes(with_metric: Copy, tmp_path: Path) -> None:
    (tmp_path / "test_provincial_share.py").write_text(TEST_OF_METRIC, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(FIXTURE, encoding="utf-8")
    run = with_metric.python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path), "--rootdir", str(tmp_path))
    assert "1 passed" in run.stdout, run.stdout + run.stderr


def test_the_example_of_a_metric_is_a_table_of_the_warehouse_and_of_its_dictionary(with_metric: Copy) -> None:
    with duckdb.connect(str(Settings(with_metric.home).database), read_only=True) as connection:
        share = connection.sql("FROM metrics.provincial_share WHERE share IS NOT NULL").pl()
        label = "SELECT label_zh FROM core.column WHERE table_name = 'provincial_share' AND column_name = 'cities'"
        assert connection.sql(label).fetchall() == [("有数据的城市数",)]
    assert share.height > 100
    assert share["share"].is_between(0, 1.01).all()
    assert set(share["province_code"]) >= {"310000", "320000", "330000", "340000"}
    told = (with_metric.home / "README.md").read_text(encoding="utf-8")
    assert "### `metrics.provincial_share`" in told
    assert "**`provincial_share`** (version 1, since 2026-12-01): Share of the province 占全省比重" in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Share of the province", "Figure of the city over the figure of its province"]),
        ("zh", ["占全省比重", "同期全市数与全省数之比"]),
    ],
)
def test_the_example_of_a_metric_is_explained_in_both_languages(
    with_metric: Copy, language: str, words: list[str]
) -> None:
    name = "provincial_share:330100:gdp:current_prices:2022-12-31"
    told = with_metric.python("-c", COMMAND, "explain", name, "--lang", language)
    assert told.returncode == 0, told.stderr
    for word in words:
        assert word in told.stdout, told.stdout
    written = re.search(r" = [\d,.]+ [÷/] [\d,.]+ = ([\d.]+)", told.stdout)
    assert written, told.stdout
    with duckdb.connect(str(Settings(with_metric.home).database), read_only=True) as connection:
        share = connection.execute("SELECT share FROM metrics.provincial_share WHERE metric_id = ?", [name]).fetchone()
    assert share == (pytest.approx(float(written[1]), rel=1e-3),)
