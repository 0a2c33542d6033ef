"""Fixtures of the Dagster tests: a home built once of few facts, copies to spoil, and a quiet way to materialize."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from few_facts import g60

from g60_pipeline.orchestration.build_run import BuildResult, CheckWarning, StepFailure
from g60_pipeline.orchestration.checks import asset_key
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.settings import Settings


@pytest.fixture(scope="module", autouse=True)
def as_the_home(of_few_facts: None) -> None:
    """Let builds in this process read the facts the home was built of."""


@pytest.fixture(scope="session")
def first_build(once: Any, wheel: Path, few_facts: Path) -> tuple[Settings, BuildResult]:
    """Return a home built once by the package as installed from its wheel, away from the checkout, and its result."""
    return once("first_build", partial(_first_build, wheel, few_facts))


def _first_build(wheel: Path, facts: Path, folder: Path) -> tuple[Settings, BuildResult]:
    installed, home = folder / "site", folder / "数据 home"
    home.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    own = {k: v for k, v in os.environ.items() if k not in {"G60_HOME", "DAGSTER_HOME"}}
    run = subprocess.run(
        g60(facts, "build", "--json"),
        cwd=home,
        env=own | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    result = BuildResult(
        success=told["success"],
        run_id=told["run_id"],
        failures=tuple(StepFailure(**failure) for failure in told["failures"]),
        warnings=tuple(CheckWarning(**warning) for warning in told["warnings"]),
        published=told["published"],
        seconds=told["seconds"],
    )
    return Settings(home), result


@pytest.fixture(scope="session")
def built_home(first_build: tuple[Settings, BuildResult]) -> Settings:
    """Return a home built once. Its tables are not to be changed; take `spoilable` for that."""
    return first_build[0]


@pytest.fixture(scope="session")
def built_result(first_build: tuple[Settings, BuildResult]) -> BuildResult:
    """Return what the first build returned."""
    return first_build[1]


@pytest.fixture
def own_home(built_home: Settings, tmp_path: Path) -> Settings:
    """Return a copy of the built home with its run history."""
    settings = Settings(tmp_path / "copy")
    shutil.copytree(built_home.home, settings.home)
    return settings


@pytest.fixture
def spoilable(built_home: Settings, tmp_path: Path) -> Settings:
    """Return a copy of the built home, without run history."""
    settings = Settings(tmp_path / "copy")
    shutil.copytree(built_home.warehouse_dir, settings.warehouse_dir)
    return settings


@pytest.fixture(scope="session")
def materialize() -> Callable[..., dg.ExecuteInProcessResult]:
    """Return a function that materializes tables by name, or everything, and gives Dagster's result."""

    def run(settings: Settings, *names: str) -> dg.ExecuteInProcessResult:
        job = code_location(Home(path=str(settings.home), lock_timeout=1)).resolve_job_def("build_all")
        return job.execute_in_process(
            asset_selection=[asset_key(name) for name in names],
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )

    return run
