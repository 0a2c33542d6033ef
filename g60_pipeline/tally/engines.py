"""The engines that read records: how each opens files, and what it needs to know. What is counted is in `count`.

Everything between these functions and the result is Narwhals, so that it is written once.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, cast

import narwhals as nw

from g60_pipeline.errors import G60Error, no_room, short_of_memory
from g60_pipeline.tally.files import Format, other_header

Name = Literal["polars", "duckdb", "spark"]

LIBRARIES: Final = frozenset({"polars", "duckdb", "_duckdb", "pyspark", "py4j", "narwhals", "pyo3_runtime"})
"""Libraries whose errors say that a file can not be read."""

LONGEST: Final = 300
"""Signs of what a library says that are shown."""


PARTS: Final = 64
"""Parts of rows for Polars, which groups in memory."""

ROW_GROUP: Final = 65_536
"""Rows of a part that are kept in memory until they are written."""

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Engine:
    """An engine, ready to read.

    `scan`: files and their form -> their rows, not yet read; every column of a CSV file is text.
    `split`: rows, a column and a folder to work in -> the rows in parts that can be grouped in memory, all rows of one
    value in one part, those without one in any. An engine that goes on from disk where groups do not fit into memory
    has none: all is a part.
    """

    name: Name
    scan: Callable[[Sequence[str], Format], Any]
    split: Callable[[Any, str, str], Iterator[Any]] | None = None

    def open(self, paths: Sequence[str], form: Format) -> Frame:
        """Return the rows of files, not yet read."""
        return _frame(self.scan(paths, form))

    def parts(self, frame: Frame, *, by: str, work: str) -> Iterator[Frame]:
        """Write rows to a folder, so that what leads to them is done once, and yield them in parts: see `split`."""
        if self.split is None:
            path = f"{work}/rows.parquet"
            frame.sink_parquet(path)
            yield self.open([path], "parquet")
        else:
            yield from map(_frame, self.split(frame.to_native(), by, work))


def _frame(native: Any) -> Frame:
    return cast("Frame", nw.from_native(native))


@contextmanager
def engine(name: Name, *, spark_master: str | None = None) -> Iterator[Engine]:
    """Yield an engine by its name, and end what it started.

    Args:
        name: Its name.
        spark_master: Address of a Spark master; the session that runs already, or this machine, without it.

    Raises:
        G60Error: It is not installed, or can not read what it was given.
    """
    try:
        if name == "polars":
            yield Engine("polars", _polars, _polars_parts)
        elif name == "duckdb":
            yield Engine("duckdb", _duckdb)
        else:
            yield from _spark(spark_master)
    except BaseException as error:  # a damaged Parquet file makes Polars panic, which is no Exception
        if type(error).__module__.partition(".")[0] not in LIBRARIES or no_room(error) or short_of_memory(error):
            raise
        said = " ".join(str(error).split())[:LONGEST]
        raise G60Error.of("tally.not_read", engine=name, reason=said) from error


def _polars(paths: Sequence[str], form: Format) -> Any:
    import polars as pl  # noqa: PLC0415

    literal = [_literal(path) for path in paths]
    return pl.scan_parquet(literal) if form == "parquet" else pl.scan_csv(literal, infer_schema=False)


def _literal(path: str) -> str:
    """Return what an engine takes for the name of one file: a local one may have the signs of a pattern in it."""
    return path if "://" in path else glob.escape(path)


def _polars_parts(frame: Any, by: str, work: str) -> Iterator[Any]:
    import polars as pl  # noqa: PLC0415

    value, row = pl.col(by), pl.col("part")
    part = pl.when(value.is_null()).then(row.hash()).otherwise(value.hash()) % PARTS
    numbered = frame.with_row_index("part").with_columns(part=part)
    with TemporaryDirectory(prefix="parts_", dir=None if "://" in work else work) as folder:
        parts = pl.PartitionBy(folder, key="part", include_key=False)
        numbered.sink_parquet(parts, compression="lz4", row_group_size=ROW_GROUP)
        for file in sorted(Path(folder).iterdir()):
            yield pl.read_parquet(file, glob=False).lazy()


def _duckdb(paths: Sequence[str], form: Format) -> Any:
    import duckdb  # noqa: PLC0415  - its default connection, which is the one Narwhals asks

    literal = [_literal(path) for path in paths]
    if form == "parquet":
        return duckdb.read_parquet(literal)
    options = {"header": True, "all_varchar": True, "delimiter": ",", "quotechar": '"', "escapechar": '"'}
    remote = [path for path in paths if "://" in path]
    found = [file for path in remote for (file,) in duckdb.execute("SELECT file FROM glob($1)", [path]).fetchall()]
    compared = [path for path in paths if path not in remote][:1] + found if remote else []
    headers = {file: duckdb.read_csv(_literal(file), **options).columns for file in compared}
    for file, columns in headers.items():  # it takes the columns of all in the order of the first, whatever they are
        if columns != headers[compared[0]]:
            raise other_header(file, columns, first=compared[0], others=headers[compared[0]])
    return duckdb.read_csv(literal, **options)


def spark_names(paths: Sequence[str]) -> list[str]:
    """Return what Spark takes for the names of these files.

    Raises:
        G60Error: Spark would leave one out without a word.
    """
    if hidden := [path for path in paths if path.rpartition("/")[2].startswith(("_", "."))]:
        raise G60Error.of("tally.hidden_from_spark", hidden[0])
    return [path if "://" in path else re.sub(r"([\\{}\[\]*?])", r"\\\1", path) for path in paths]


def _spark(master: str | None) -> Iterator[Engine]:
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise G60Error.of("tally.no_spark") from error
    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("g60 tally")
    session = running or (builder.master(master) if master else builder).getOrCreate()

    def scan(paths: Sequence[str], form: Format) -> Any:
        literal = spark_names(paths)
        if form == "parquet":
            return session.read.parquet(*literal)
        files = session.read.option("enforceSchema", value=False)  # else columns are read by their place
        return files.csv(literal, header=True, escape='"', multiLine=True, mode="FAILFAST")

    try:
        yield Engine("spark", scan)
    finally:
        if running is None:
            session.stop()
