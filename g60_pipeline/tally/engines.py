"""The engines that read records: how each opens files, and what it needs to know. What is counted is in `count`.

Everything between these functions and the result is Narwhals, so that it is written once.
"""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, cast

import narwhals as nw

from g60_pipeline.errors import G60Error, no_room, short_of_memory

Name = Literal["polars", "duckdb", "spark"]
Format = Literal["csv", "parquet"]

FORMATS: Final[dict[str, Format]] = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}

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

    if form == "parquet":
        return pl.scan_parquet(list(paths))
    return pl.scan_csv(list(paths), infer_schema=False)


def _polars_parts(frame: Any, by: str, work: str) -> Iterator[Any]:
    import polars as pl  # noqa: PLC0415

    value, row = pl.col(by), pl.col("part")
    part = pl.when(value.is_null()).then(row.hash()).otherwise(value.hash()) % PARTS
    numbered = frame.with_row_index("part").with_columns(part=part)
    with TemporaryDirectory(prefix="parts_", dir=None if "://" in work else work) as folder:
        parts = pl.PartitionBy(folder, key="part", include_key=False)
        numbered.sink_parquet(parts, compression="lz4", row_group_size=ROW_GROUP)
        for file in sorted(Path(folder).iterdir()):
            yield pl.read_parquet(file).lazy()


def _duckdb(paths: Sequence[str], form: Format) -> Any:
    import duckdb  # noqa: PLC0415  - its default connection, which is the one Narwhals asks

    if form == "parquet":
        return duckdb.read_parquet(list(paths))
    options = {"header": True, "all_varchar": True, "delimiter": ",", "quotechar": '"', "escapechar": '"'}
    remote = [path for path in paths[1:] if "://" in path]
    first = duckdb.read_csv(paths[0], **options).columns if remote else []
    for path in remote:  # it takes the columns of all files in the order of the first, whatever their headers say
        if (columns := duckdb.read_csv(path, **options).columns) != first:
            raise _other_header(path, columns, first=paths[0], others=first)
    return duckdb.read_csv(list(paths), **options)


def _spark(master: str | None) -> Iterator[Engine]:
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise G60Error.of("tally.no_spark") from error
    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("g60 tally")
    session = running or (builder.master(master) if master else builder).getOrCreate()

    def scan(paths: Sequence[str], form: Format) -> Any:
        if form == "parquet":
            return session.read.parquet(*paths)
        files = session.read.option("enforceSchema", value=False)  # else columns are read by their place
        return files.csv(list(paths), header=True, escape='"', multiLine=True, mode="FAILFAST")

    try:
        yield Engine("spark", scan)
    finally:
        if running is None:
            session.stop()


def files_and_form(given: Sequence[str]) -> tuple[list[str], Format]:
    """Return the files to read, and whether they are CSV or Parquet.

    Args:
        given: Files, folders of Parquet files, patterns with `*`, or addresses of object storage (`s3://…`).

    Raises:
        G60Error: There is none of a name, an ending is unknown, both forms are among them, or a local CSV file may be
            cut or has not the header of the others.
    """
    paths = list(dict.fromkeys(path for name in given for path in ([name] if "://" in name else _local(name))))
    forms = {path: FORMATS.get(Path(path).suffix.lower()) for path in paths}
    unknown = [path for path, form in forms.items() if form is None]
    if unknown:
        raise G60Error.of("tally.other_form", unknown[0])
    found = {form for form in forms.values() if form}
    if len(found) > 1:
        raise G60Error.of("tally.two_forms", ", ".join(given))
    texts = [path for path, form in forms.items() if form == "csv" and "://" not in path]
    first: list[str] = []
    for path in texts:
        if _may_be_cut(Path(path)):
            raise G60Error.of("tally.cut_off", path)
        columns = _header(path)
        first = columns if path == texts[0] else first
        if columns != first:
            raise _other_header(path, columns, first=texts[0], others=first)
    return paths, found.pop()


def _other_header(path: str, columns: list[str], *, first: str, others: list[str]) -> G60Error:
    listed = {"columns": ", ".join(columns), "others": ", ".join(others)}
    return G60Error.of("tally.other_header", path, first=first, **listed)


def _header(path: str) -> list[str]:
    """Return the names in the first line of a CSV file: an engine may take all files for columns in one order."""
    with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])


def _may_be_cut(path: Path) -> bool:
    """Return whether the last line of a file has no end: what is behind it may have been lost on the way."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            return file.read(1) not in {b"", b"\n", b"\r"}
    except OSError as error:
        raise G60Error.of("tally.not_opened", str(path), reason=error.strerror) from error


def _local(name: str) -> list[str]:
    path = Path(name)
    if path.is_dir():
        inside = sorted(str(p) for p in path.rglob("*") if FORMATS.get(p.suffix.lower()) and not p.name.startswith("."))
    else:
        inside = sorted(glob.glob(name)) or ([name] if path.exists() else [])  # noqa: PTH207 - patterns are absolute, too
    if not inside:
        raise G60Error.of("tally.no_file", name)
    return [str(Path(p).resolve()) for p in inside]
