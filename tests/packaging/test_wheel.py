"""The wheel carries everything the package needs: catalog, facts and SQL, and builds a warehouse away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "g60_pipeline"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_wheel_holds_every_data_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    data = {
        str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*") if path.suffix in {".csv", ".yaml", ".sql", ".py"}
    }
    assert {p for p in data if p.endswith(".csv")} != set()
    assert data - packed == set()


def test_installed_package_builds_a_warehouse_in_the_current_folder(wheel: Path, tmp_path: Path) -> None:
    installed, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    environment = {k: v for k, v in os.environ.items() if k not in {"G60_HOME", "DAGSTER_HOME"}}
    run = subprocess.run(
        [sys.executable, "-P", "-c", "from g60_pipeline.cli import main; main()", "build"],
        cwd=work,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert (work / "warehouse" / "g60.duckdb").exists()
