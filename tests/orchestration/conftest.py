"""Fixtures of the Dagster tests: a home built once, copies of its tables to spoil, and a quiet way to materialize."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from g60_pipeline.orchestration.checks import asset_key
from g60_pipeline.orchestration.location import code_location
from g60_pipeline.orchestration.resources import Home
from g60_pipeline.orchestration.run import BuildResult, build
from g60_pipeline.settings import Settings


@pytest.fixture(scope="session")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, BuildResult, list[str]]:
    """Return a home built once, what the build returned, and the steps it told of."""
    settings = Settings(tmp_path_factory.mktemp("数据 home"))
    steps: list[str] = []
    return settings, build(settings, on_step=steps.append), steps


@pytest.fixture(scope="session")
def built_home(first_build: tuple[Settings, BuildResult, list[str]]) -> Settings:
    """Return a home built once. Its tables are not to be changed; take `spoilable` for that."""
    return first_build[0]


@pytest.fixture(scope="session")
def built_result(first_build: tuple[Settings, BuildResult, list[str]]) -> BuildResult:
    """Return what the first build returned."""
    return first_build[1]


@pytest.fixture(scope="session")
def built_steps(first_build: tuple[Settings, BuildResult, list[str]]) -> list[str]:
    """Return the steps the first build told of."""
    return first_build[2]


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
