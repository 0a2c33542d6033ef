"""Fixtures all tests share: the graph built and published once, that of a home of one's own, small frames, commands.

Also how tests are dealt out to the workers of `make test`. Expected values do not live here; each test carries its own.
The package is imported where it is used: the process that deals the tests out reads this file too, and waits for it.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    import polars as pl
    from click.testing import Result
    from small_frames import Make

    from g60_pipeline.publish.warehouse import Publication
    from g60_pipeline.settings import Settings

TOGETHER: Final = {
    f"tests/orchestration/{name}.py": "built_home"
    for name in ("test_build_run", "test_materialization", "test_table_checks")
}
"""Files that run on one worker, because they look at one build. Every other file is a group of its own."""

SLOWEST: Final = (
    "built_home",
    "tests/faults/test_builds.py",
    "tests/orchestration/test_refused_builds.py",
    "tests/faults/test_damaged_publication.py",
    "tests/refresh/test_simulated_week.py",
)
"""Groups that take longest, in the order in which they begin: a long one at the end would leave a worker idle."""

DEAREST: Final = ("bound", "wanted", "claim_audit")
"""Steps that take three quarters of the work of a build."""

hypothesis_settings.register_profile("tests", max_examples=25, deadline=None, database=None, derandomize=True)
hypothesis_settings.load_profile("tests")

Frames = dict[str, "pl.DataFrame"]
T = TypeVar("T")


class ByFile(LoadFileScheduling):
    """Deals tests out by file, and files that look at one build together. Marks of xdist_group do not reach pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Return the scheduler of `--dist loadfile`."""
    return ByFile(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest groups first; with `--no-loadscope-reorder` they begin in this order."""
    rank = {group: position for position, group in enumerate(SLOWEST)}
    items.sort(key=lambda item: rank.get(_group(item.nodeid.partition("::")[0]), len(rank)))


def pytest_configure() -> None:
    """Let no cycles be looked for while tests are collected: nothing of it is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for cycles in what the tests make only, not again and again in the modules and the thousands of tests."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let everything go in the end: what is not freed then, DuckDB calls leaked."""
    gc.unfreeze()


def _group(file: str) -> str:
    return TOGETHER.get(file, file)


def _run(home: Path, *, given: Frames | None = None, wanted: Collection[str] | None = None) -> Frames:
    from small_frames import TODAY

    from g60_pipeline.settings import Settings
    from g60_pipeline.steps import Context, run_steps

    return run_steps(Context(settings=Settings(home=home), today=TODAY), given=given, wanted=wanted)


class Once:
    """Makes what all workers share: the first that asks for it makes it in a folder, and leaves it for the others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str, make: Callable[[Path], T]) -> T:
        file = self._folder / f"{name}.pickle"
        with FileLock(self._folder / f"{name}.lock"):
            if not file.exists():
                file.write_bytes(pickle.dumps(make(self._folder / name)))
            return pickle.loads(file.read_bytes())  # noqa: S301  - of this very run


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """Return the builders of small frames."""
    from small_frames import Make

    return Make


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Return a function that makes a thing once for all workers: `once(name, make)`, where `make` is given a folder."""
    own = tmp_path_factory.getbasetemp()
    return Once(own if worker_id == "master" else own.parent)


@pytest.fixture(scope="session", autouse=True)
def dear_steps_once(once: Once) -> Iterator[None]:
    """Compute the dearest metrics once for all tests whose builds have the same tables: they follow from these alone.

    A test that replaces the function of a step gets its own. What a metric says is tested on the function itself.
    """
    from g60_pipeline.metrics.engine.registry import metric_functions
    from g60_pipeline.publish.storage import data_hash
    from g60_pipeline.steps import Step

    own, make = {made.function for made in metric_functions()}, Step.make

    def made_once(step: Step, context: Any, tables: Mapping[str, pl.DataFrame]) -> Frames:
        if step.name not in DEAREST or step.function not in own:
            return make(step, context, tables)
        inputs = "".join(data_hash(tables[name]) for name in step.inputs)
        name = f"{step.name}-{hashlib.sha256(inputs.encode()).hexdigest()}"
        return once(name, lambda _: make(step, context, tables))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Step, "make", made_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_history() -> Iterator[None]:
    """Let Dagster make the engines of its run histories once."""
    if "dagster" not in sys.modules:
        yield
        return
    from quick_history import make_quick

    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_queries() -> Iterator[None]:
    """Let the process of a query be forked off one that has loaded DuckDB."""
    from quick_queries import forked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("g60_pipeline.report.query.subprocess", forked())
        yield


@pytest.fixture
def queries_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a query start its process as it does for users."""
    monkeypatch.setattr("g60_pipeline.report.query.subprocess", subprocess)


@pytest.fixture(scope="session")
def graph(once: Once) -> Frames:
    """Return every table of the embedded facts, built once. Frames are immutable; take care not to add keys."""
    import few_facts

    with few_facts.using_all():
        return once("graph", _run)


@pytest.fixture(scope="session")
def sparse(graph: Frames) -> Frames:
    """Return the same tables without a metric: published and looked through in a tenth of the time."""
    return {name: frame.clear() if name.startswith("metrics.") else frame for name, frame in graph.items()}


@pytest.fixture(scope="session")
def few_facts(once: Once) -> Path:
    """Return a folder with the facts of three indicators, of which a build is soon made: `few_facts.using`."""
    import few_facts

    return once("few_facts", few_facts.write)


@pytest.fixture(scope="module")
def of_few_facts(few_facts: Path) -> Iterator[None]:
    """Let builds of a module of tests, in this process, read few facts; `graph` and `published` are of all."""
    from few_facts import using

    with using(few_facts):
        yield


@pytest.fixture(scope="session")
def publication(once: Once, graph: Frames) -> tuple[Settings, Publication]:
    """Return a home with the warehouse of the embedded facts, and what its publication returned. Read it only."""

    from g60_pipeline.publish.warehouse import publish
    from g60_pipeline.settings import Settings

    def made(home: Path) -> tuple[Settings, Publication]:
        return Settings(home), publish(Settings(home), graph, built_at=dt.datetime.now(dt.UTC))

    return once("published", made)


@pytest.fixture(scope="session")
def published(publication: tuple[Settings, Publication]) -> Settings:
    """Return that home."""
    return publication[0]


@pytest.fixture(scope="session")
def wheel(once: Once) -> Path:
    """Return the package as it is handed out."""

    def made(folder: Path) -> Path:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=Path(__file__).parents[1], check=True, capture_output=True)
        return next(folder.glob("*.whl"))

    return once("wheel", made)


class TablesOf(Mapping[str, "pl.DataFrame"]):
    """The tables of a home, each made when it is first asked for, with those behind it only."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._made: Frames = {}

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self._made:
            self._made |= _run(self._home, given=self._made, wanted=[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        from g60_pipeline.steps import STEPS

        return (name for step in STEPS for name in step.outputs)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@pytest.fixture(scope="session")
def run_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., TablesOf]:
    """Return a function that gives the tables of a home with own files: `run_home({"inbox/a.csv": "..."})`."""

    def run(files: dict[str, str | bytes]) -> TablesOf:
        home = tmp_path_factory.mktemp("home")
        for name, content in files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return TablesOf(home)

    return run


@pytest.fixture(scope="session")
def by_key() -> Callable[[pl.DataFrame, Iterable[str]], dict[Any, dict[str, Any]]]:
    """Return a function that gives the rows of a frame by the values of some columns, failing on double keys."""

    def rows_by_key(frame: pl.DataFrame, columns: Iterable[str]) -> dict[Any, dict[str, Any]]:
        names = list(columns)
        rows = {tuple(row[n] for n in names): row for row in frame.iter_rows(named=True)}
        assert len(rows) == frame.height, f"{names} is not a key"
        return rows

    return rows_by_key


@pytest.fixture(scope="module")
def kept_open(published: Settings) -> Iterator[None]:
    """Keep the published file open, so that DuckDB need not start again for every command: a fifth of their time.

    Not for commands that open it with settings of their own, which DuckDB refuses beside a connection without them.
    """
    import duckdb

    with duckdb.connect(str(published.database), read_only=True):
        yield


@pytest.fixture
def own_home(tmp_path: Path, published: Settings) -> Settings:
    """Return a copy of the published home to spoil."""
    from g60_pipeline.settings import Settings

    settings = Settings(tmp_path / "home")
    shutil.copytree(published.home, settings.home)
    return settings


@pytest.fixture
def g60(published: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs `g60` on the published home, or on another one, 120 columns wide."""

    from click.testing import CliRunner

    from g60_pipeline.cli import app

    def run(*args: str, home: Settings = published, columns: int = 120, stdin: str | bytes | None = None) -> Result:
        monkeypatch.setenv("G60_HOME", str(home.home))
        monkeypatch.setenv("COLUMNS", str(columns))
        result = CliRunner().invoke(app, list(args), input=stdin, prog_name="g60")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def g60_json(g60: Callable[..., Result]) -> Callable[..., Any]:
    """Return a function that runs `g60 … --json`, expects success and returns what was printed."""

    def run(*args: str, home: Settings | None = None) -> Any:
        result = g60(*args, "--json") if home is None else g60(*args, "--json", home=home)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def ask(published: Settings) -> Callable[[str], list[dict[str, Any]]]:
    """Return a function that asks the published warehouse directly; values as JSON would hold them."""

    import duckdb

    def rows(sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(published.database), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return json.loads(json.dumps(found, default=lambda value: value.isoformat()))

    return rows
