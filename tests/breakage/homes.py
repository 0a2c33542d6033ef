"""Homes to break: as a build left them, with two states between which a figure moves, and what is right for each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import papers
from simulator.world import World as Services
from simulator.world import environment, serving

from breakage.documents import SENTENCE, TITLE
from breakage.workshop import Ended, Workshop, World
from g60_pipeline.publish.warehouse import published_build
from g60_pipeline.reader.published import damage
from g60_pipeline.refresh.alerts import report
from g60_pipeline.settings import Settings

HEADER: Final = (
    "row_id,geo_code,indicator_id,basis,period_kind,period,value,unit,publisher,document_title,published,grade"
)
FIGURE: Final = "x1,330400,rd_expenditure,gross_domestic,year,2023,{value},cny_100m,A test,A test page,2024-05-20,B"

STATES: Final = {"first": "251.5", "second": "252.5"}
"""Value of the figure in each state."""

Contents = Mapping[str, object]
"""Rows and hash of each table of a published file; that of the build, which differs every time, left out."""


def contents(database: Path) -> Contents:
    """Return what a published file holds."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.sql("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        names = [name for (name,) in found if name not in {"core.build", "core.formula_version"}]
        return {n: connection.sql(f"SELECT count(*), bit_xor(hash(t)) FROM {n} AS t").fetchall() for n in names}


def enter(home: Path, state: str) -> None:
    """Put a home into one of the states: a build then has something to do."""
    (home / "inbox").mkdir(exist_ok=True)
    text = f"{HEADER}\n{FIGURE.format(value=STATES[state])}\n"
    (home / "inbox" / "own.csv").write_text(text, encoding="utf-8")


def strays(home: Path) -> list[str]:
    """Return the temporary files that lie about in what was built."""
    return [p.name for p in (home / "warehouse").rglob("*") if ".tmp" in p.name and p.is_file()]


def _furnish(home: Path, folder: Path, workshop: Workshop) -> None:
    """Put an answer of a live source, an open incident and a document into a home."""
    services = Services()
    with serving(services) as server:
        named = environment(server, list(services.services()))
        refreshed = workshop.run(home, "refresh", "worldbank", world=World(environment=named))
        assert refreshed.code == 0, refreshed.text
    report(Settings(home), "source:wikidata", title="A test", body="no answer")
    page = folder / "page.html"
    page.write_bytes(papers.page(SENTENCE, title=TITLE))
    added = workshop.run(home, "communique", "add", str(page), "--geo", "苏州", "--year", "2024")
    assert added.code == 0, added.text


@dataclass
class Prepared:
    """A home that was built in both states, and what it holds in each."""

    home: Path
    workshop: Workshop
    right: dict[str, Contents] = field(default_factory=dict)
    seconds: float = 0.0
    """What the last build took."""

    @classmethod
    def make(cls, folder: Path, workshop: Workshop, *, states: tuple[str, ...] = tuple(STATES)) -> Prepared:
        """Return such a home; the metrics of both states are computed on the way.

        Raises:
            AssertionError: A build fails though nothing is broken.
        """
        made = cls(folder / "home", workshop)
        made.home.mkdir(parents=True)
        enter(made.home, states[0])
        _furnish(made.home, folder, workshop)
        for state in (*states, states[0]):
            enter(made.home, state)
            ended = workshop.build(made.home)
            assert ended.code == 0, ended.text
            made.seconds = ended.seconds
            found = contents(made.database)
            assert made.right.setdefault(state, found) == found, "a build of the same inputs differs"
        site = workshop.run(made.home, "report")
        assert site.code == 0, site.text
        assert workshop.wrong(made.home) == []
        return made

    @property
    def database(self) -> Path:
        """Return the published file."""
        return Settings(self.home).database

    def copy(self, folder: Path) -> Prepared:
        """Return a copy to break."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.home, folder, symlinks=True)
        return Prepared(folder, self.workshop, self.right, self.seconds)

    def held(self) -> str:
        """Return which state the published file holds: one of `STATES`, `damaged`, `mixed` or `gone`."""
        if not self.database.exists():
            return "gone"
        if damage(self.database) or published_build(self.database) is None:
            return "damaged"
        found = contents(self.database)
        return next((state for state, right in self.right.items() if right == found), "mixed")

    def heals(self, state: str, *, world: World | None = None) -> tuple[str | None, Ended]:
        """Return what is wrong after one more build, which must mend everything; nothing where it did."""
        ended = self.workshop.build(self.home) if world is None else self.workshop.build(self.home, world=world)
        if ended.code != 0:
            return f"the next build failed: {ended.last_line}", ended
        if self.held() != state:
            return f"the next build left {self.held()}", ended
        left = strays(self.home)
        return (f"the next build left {left}" if left else None), ended
