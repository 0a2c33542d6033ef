"""Fixtures all tests share: the whole graph built and published once, that of a home of one's own, and small frames.

Also how tests are dealt out to the workers of `make test`. Expected values do not live here; each test carries its own.
"""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import polars as pl
import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadFileScheduling

from g60_pipeline.metrics.figures import figures
from g60_pipeline.metrics.totals import best_totals, totals_by_round
from g60_pipeline.normalize.live import VINTAGE_COLUMNS
from g60_pipeline.normalize.observations import CANDIDATE_COLUMNS
from g60_pipeline.settings import Settings
from g60_pipeline.steps import Context, run_steps
from g60_pipeline.tables.core import IndicatorBasis, ObservationCandidate
from g60_pipeline.warehouse import Publication, publish

TODAY: Final = dt.date(2026, 11, 22)
"""The day on which every test takes place."""

TOGETHER: Final = {
    f"tests/orchestration/{name}.py": "built_home"
    for name in ("test_build_run", "test_materialization", "test_table_checks")
}
"""Files that run on one worker, because they look at one build. Every other file is a group of its own."""

SLOWEST: Final = (
    "tests/faults/test_builds.py",
    "built_home",
    "tests/cli/test_live_commands.py",
    "tests/refresh/test_simulated_week.py",
)
"""Groups that take longest, in the order in which they begin: a long one at the end would leave a worker idle."""

hypothesis_settings.register_profile("tests", max_examples=25, deadline=None, database=None, derandomize=True)
hypothesis_settings.load_profile("tests")

Frames = dict[str, pl.DataFrame]
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


def _group(file: str) -> str:
    return TOGETHER.get(file, file)


class Make:
    """Builders of small frames. Rows are given as differences from a plain default row."""

    today: Final = TODAY
    places: Final = pl.DataFrame(
        [
            ("WLD", "world", None),
            ("100000", "country", "WLD"),
            ("YRD", "delta", "100000"),
            ("310000", "province", "YRD"),
            ("310117", "district", "310000"),
            ("330000", "province", "YRD"),
            ("330100", "prefecture", "330000"),
            ("330400", "prefecture", "330000"),
            ("340000", "province", "YRD"),
            ("340100", "prefecture", "340000"),
        ],
        schema=["geo_code", "level", "parent_code"],
        orient="row",
    )
    """Three provinces with four members below them."""

    @staticmethod
    def candidates(*rows: dict[str, Any]) -> pl.DataFrame:
        """Return candidates before the choice; `year=2020` stands for the whole calendar year."""
        columns = ObservationCandidate.columns()
        dtypes = {name: columns[name].dtype for name in (*CANDIDATE_COLUMNS, *VINTAGE_COLUMNS, "known_from")}
        filled = [_candidate(f"o{position}", row) for position, row in enumerate(rows, start=1)]
        return pl.DataFrame(filled, schema=dtypes)

    @staticmethod
    def bases(*rows: dict[str, Any]) -> pl.DataFrame:
        """Return bases; without rows the one basis `thing` / `plain`, additive and paired with itself."""
        default = {
            "indicator_id": "thing",
            "basis": "plain",
            "name_en": "Thing",
            "name_zh": "物",
            "kind": "flow",
            "observed_over": "calendar_year",
            "unit": "count",
            "additive": True,
            "non_negative": True,
        }
        dtypes = {name: column.dtype for name, column in IndicatorBasis.columns().items()}
        filled = [default | {"national_basis": row.get("basis", "plain")} | row for row in rows or ({},)]
        return pl.DataFrame([{name: row.get(name) for name in dtypes} for row in filled], schema=dtypes)

    @staticmethod
    def members(*codes: str, corridor: str = "c") -> pl.DataFrame:
        """Return the member set of one corridor."""
        return pl.DataFrame({"corridor_id": [corridor] * len(codes), "geo_code": list(codes)})

    @classmethod
    def figures(cls, *rows: dict[str, Any], bases: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the figures of candidates."""
        wanted = cls.bases() if bases is None else bases
        return figures(cls.candidates(*rows), indicator_basis=wanted, geography=cls.places)

    @classmethod
    def totals(
        cls, *rows: dict[str, Any], members: Sequence[str], bases: pl.DataFrame | None = None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the figures of candidates and the totals of a corridor `c` in every round."""
        wanted = cls.bases() if bases is None else bases
        figure = cls.figures(*rows, bases=wanted)
        total = totals_by_round(figure, members=cls.members(*members), indicator_basis=wanted, geography=cls.places)
        return figure, total

    @classmethod
    def total(cls, *rows: dict[str, Any], members: Sequence[str], bases: pl.DataFrame | None = None) -> dict[str, Any]:
        """Return the one best total of a corridor."""
        best = best_totals(cls.totals(*rows, members=members, bases=bases)[1])
        return best.row(0, named=True) if best.height == 1 else pytest.fail(f"one total expected: {best}")

    @staticmethod
    def inbox_csv(*rows: dict[str, str]) -> str:
        """Return an inbox file; each row is a sound figure of Suzhou, but for what is given."""
        sound = {
            "row_id": "",
            "geo_code": "320500",
            "indicator_id": "gdp",
            "basis": "current_prices",
            "period_kind": "year",
            "period": "2023",
            "value": "24653.4",
            "unit": "cny_100m",
            "status": "",
            "round": "",
            "flags": "",
            "document_id": "",
            "publisher": "Test bureau",
            "document_title": "Test bulletin",
            "published": "2024-03-01",
            "url": "https://example.org/bulletin",
            "grade": "A",
        }
        filled = [sound | {"row_id": f"r{position}"} | row for position, row in enumerate(rows, start=1)]
        lines = [",".join(sound), *(",".join(_cell(v) for v in row.values()) for row in filled)]
        return "\n".join(lines) + "\n"


def _candidate(name: str, row: dict[str, Any]) -> dict[str, Any]:
    year = row.get("year", 2020)
    given = {key: value for key, value in row.items() if key != "year"}
    filled = {
        "observation_id": name,
        "geo_code": "330100",
        "indicator_id": "thing",
        "basis": "plain",
        "period_kind": "calendar_year",
        "period_start": dt.date(year, 1, 1),
        "period_end": dt.date(year, 12, 31),
        "value": 1.0,
        "unit": "count",
        "value_as_published": "1",
        "unit_as_published": "count",
        "status": "unstated",
        "round": "unknown",
        "flags": [],
        "grade": "B",
        "document_id": "D1",
        "published": dt.date(2021, 3, 1),
        "locator": None,
        "note": None,
        "origin": "made by a test",
        "snapshot_id": None,
        "retrieved_at": None,
        "withdrawn": None,
        "superseded": None,
        "known_from": given.get("published", dt.date(2021, 3, 1)),
    } | given
    return filled | {"year": filled["period_end"].year}


def _cell(value: str) -> str:
    return f'"{value}"' if "," in value else value


def _run(home: Path, last: str | None = None) -> Frames:
    return run_steps(Context(settings=Settings(home=home), today=TODAY), last=last)


def _once(folder: Path, name: str, make: Callable[[Path], T]) -> T:
    """Return what the first worker that asks for it made, and left for the others."""
    file = folder / f"{name}.pickle"
    with FileLock(folder / f"{name}.lock"):
        if not file.exists():
            file.write_bytes(pickle.dumps(make(folder / name)))
        return pickle.loads(file.read_bytes())  # noqa: S301  - of this very run


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """Return the builders of small frames."""
    return Make


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder all workers share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def graph(common: Path) -> Frames:
    """Return every table of the embedded facts, built once. Frames are immutable; take care not to add keys."""
    return _once(common, "graph", _run)


@pytest.fixture(scope="session")
def publication(common: Path, graph: Frames) -> tuple[Settings, Publication]:
    """Return a home with the warehouse of the embedded facts, and what was told of its publication. Read it only."""

    def made(home: Path) -> tuple[Settings, Publication]:
        return Settings(home), publish(Settings(home), graph, built_at=dt.datetime.now(dt.UTC))

    return _once(common, "published", made)


@pytest.fixture(scope="session")
def published(publication: tuple[Settings, Publication]) -> Settings:
    """Return that home."""
    return publication[0]


@pytest.fixture(scope="session")
def run_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Frames]:
    """Return a function that builds the graph of a home with own files: `run_home({"inbox/a.csv": "..."})`.

    With `last` it stops after that step: the graph up to the totals takes a sixth of the time of the whole.
    """

    def run(files: dict[str, str | bytes], *, last: str | None = None) -> Frames:
        home = tmp_path_factory.mktemp("home")
        for name, content in files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return _run(home, last)

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
