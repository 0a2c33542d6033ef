"""Which rows of the published file may be passed on, by the terms of the sources they come from.

A row comes from a source where it names a document, snapshot or source of it. A row of a metric does where it is about
one place, or made of one thing only, and rests on such rows: the figures of a source could be read off it. A row of a
metric about several places together is a result of this warehouse, and is passed on whatever it rests on, but for the
lists of single numbers it was made of, which are empty then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from g60_pipeline.column import Column
from g60_pipeline.reader.columns import Columns, read_columns
from g60_pipeline.reader.database import Warehouse, connect
from g60_pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Terms = Literal["open", "ask", "closed"]

TERMS: Final[tuple[Terms, ...]] = ("open", "ask", "closed")
"""How far the terms of a source may go for its rows to be passed on; each also lets through those before it."""

BIBLIOGRAPHY: Final = ("core.source", "core.document", "core.snapshot", "core.answer")
"""Tables that say where figures come from: they are passed on, so that every citation can be followed."""

WORKING: Final = ("core.quarantine", "core.rejected", "core.input_file", "core.star_unplaced")
"""Tables of what did not enter the warehouse: for those who run it. Passed on only with everything."""

ORIGINS: Final = {
    "core.document.document_id": "withheld_document",
    "core.snapshot.snapshot_id": "withheld_snapshot",
    "core.source.source_id": "withheld_source",
}
"""Column that a row of core names its source by -> table of those that are withheld."""

EVIDENCE: Final = {
    "core.observation_candidate.observation_id": "withheld_figure",
    "core.collaboration.event_id": "withheld_event",
    "core.document.document_id": "withheld_document",
    "core.snapshot.snapshot_id": "withheld_snapshot",
}
"""Column that a row of a metric names what it was made of by -> table of what is withheld of that."""

WITHHELD: Final = """
CREATE TEMP TABLE withheld_source AS SELECT source_id AS id FROM core.source WHERE NOT list_contains($allowed, terms);
CREATE TEMP TABLE withheld_document AS
    SELECT document_id AS id FROM core.document WHERE source_id IN (FROM withheld_source);
CREATE TEMP TABLE withheld_snapshot AS
    SELECT snapshot_id AS id FROM core.snapshot WHERE source_id IN (FROM withheld_source);
CREATE TEMP TABLE withheld_figure AS
    SELECT observation_id AS id FROM core.observation_candidate
    WHERE document_id IN (FROM withheld_document) OR coalesce(snapshot_id IN (FROM withheld_snapshot), false);
CREATE TEMP TABLE withheld_event AS
    SELECT event_id AS id FROM core.collaboration WHERE document_id IN (FROM withheld_document);
"""
"""What is withheld, by identifier. The tables are in memory: the published file is never written to."""


@dataclass
class Selection:
    """The tables of the published file, without the rows whose sources do not let them be passed on."""

    warehouse: Warehouse
    """The warehouse itself, every row of it."""
    terms: Terms
    columns: dict[str, Columns]
    """Columns of every table of core and metrics, by full name."""
    _connection: duckdb.DuckDBPyConnection
    left_out: Counter[str] = field(default_factory=Counter)
    """Rows left out by table, of the tables asked for so far."""
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def frame(self, table: str) -> pl.DataFrame:
        """Return the rows of a table that may be passed on, in the order of its keys, and count the others."""
        if table in self._frames:
            return self._frames[table]
        columns = self.columns[table]
        keys = [f'"{c.column_name}"' for c in columns.values() if c.role == "key"]
        order = f" ORDER BY {', '.join(keys)}" if keys else ""
        passes = f"NOT coalesce({self._withheld(table)}, false)"
        emptied = [
            f'CASE WHEN {self._rests_on_withheld(table)} THEN [] ELSE "{n}" END AS "{n}"' for n in _made_of(columns)
        ]
        replaced = f" REPLACE ({', '.join(emptied)})" if emptied and table.startswith("metrics.") else ""
        found = self._connection.sql(f"SELECT *{replaced} FROM {table} WHERE {passes}{order}").pl()  # noqa: S608
        (row,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
        self.left_out[table] = row[0] - found.height
        self._frames[table] = found.select(list(columns))
        return self._frames[table]

    def query(self, sql: str) -> pl.DataFrame:
        """Return the rows of a query; tables given to `share` are there by their bare names."""
        found: pl.DataFrame = self._connection.sql(sql).pl()
        return found

    def share(self, *tables: str) -> None:
        """Let `query` see the rows of tables that may be passed on, each by its name without the schema."""
        for table in tables:
            self._connection.register(table.partition(".")[2], self.frame(table))

    @property
    def total_left_out(self) -> int:
        """Return how many rows were left out so far."""
        return self.left_out.total()

    def _withheld(self, table: str) -> str:
        """Return the condition under which a row is withheld, in SQL."""
        if self.terms == TERMS[-1] or table in BIBLIOGRAPHY:
            return "false"
        if table in WORKING:
            return "true"
        columns = self.columns[table]
        if table.startswith("core."):
            origins = [(c, ORIGINS[c.refers_to]) for c in columns.values() if c.refers_to in ORIGINS]
            named = [_is_in(c, withheld) for c, withheld in origins if c.column_name != "confirmed_by"]
            return " OR ".join(named) or "false"
        return f"({self._rests_on_withheld(table)}) AND ({_about_one(columns)})"

    def _rests_on_withheld(self, table: str) -> str:
        """Return the condition under which anything a row of a metric was made of is withheld, in SQL."""
        columns = self.columns[table].values()
        evidence = [_is_in(c, EVIDENCE[c.refers_to]) for c in columns if c.refers_to in EVIDENCE]
        return " OR ".join(evidence) or "false"


@contextmanager
def open_selection(settings: Settings, terms: Terms) -> Iterator[Selection]:
    """Open the published file for passing on what its sources' terms allow.

    Args:
        settings: Where it is.
        terms: How far the terms of a source may go: `open` may be republished, `ask` wants to be asked first, `closed`
            stays inside.

    Raises:
        G60Error: There is no published file, or another version built it.
    """
    with connect(settings) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        warehouse = Warehouse(connection)
        columns = read_columns(warehouse, "core") | read_columns(warehouse, "metrics")
        allowed = list(TERMS[: TERMS.index(terms) + 1])
        first, _, others = WITHHELD.partition(";")
        connection.execute(first, {"allowed": allowed})
        connection.execute(others)
        yield Selection(warehouse, terms, columns, connection)


def _is_in(column: Column, withheld: str) -> str:
    """Return whether a cell names something withheld; a list does where any of it is."""
    name = f'"{column.column_name}"'
    if column.data_type.endswith("[]"):
        return f"list_has_any({name}, (SELECT coalesce(list(id), []) FROM {withheld}))"  # noqa: S608
    return f"coalesce({name} IN (SELECT id FROM {withheld}), false)"  # noqa: S608


def _about_one(columns: Columns) -> str:
    """Return whether a row of a metric is about one place, or made of one thing only."""
    places = [
        f'"{c.column_name}" IS NOT NULL'
        for c in columns.values()
        if c.role == "subject" and c.refers_to == "core.geography.geo_code"
    ]
    made_of = [
        f'len("{c.column_name}")' for c in columns.values() if c.refers_to in EVIDENCE and c.data_type.endswith("[]")
    ]
    alone = [f"greatest({', '.join(made_of)}) = 1"] if made_of else []
    alone += ['coalesce("members_reporting" = 1, false)'] if "members_reporting" in columns else []
    return " OR ".join([*places, *alone]) or "false"


def _made_of(columns: Columns) -> list[str]:
    """Return the columns that list single numbers a row was made of; a list of factors is none."""
    return [
        c.column_name
        for c in columns.values()
        if c.data_type == "DOUBLE[]" and c.role == "evidence" and c.unit != "factor"
    ]
