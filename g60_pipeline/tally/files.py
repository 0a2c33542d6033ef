"""The files of records that a command names: which they are, their form, and what in a folder is not among them."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from g60_pipeline.errors import G60Error

Format = Literal["csv", "parquet"]

FORMATS: Final[dict[str, Format]] = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}
LOCAL: Final = "file://"

MARKS: Final = frozenset({"_SUCCESS", "_metadata", "_common_metadata"})
"""Files that programmes leave beside records; so are files and folders whose name begins with a point."""


def files_and_form(given: Sequence[str]) -> tuple[list[str], Format, list[str]]:
    """Return the files to read, whether they are CSV or Parquet, and what is in the folders and is not read.

    Not read are files of other forms, and links to folders.

    Args:
        given: Files, folders of CSV or Parquet files, patterns with `*`, or addresses of object storage (`s3://…`).
            What is there under a name is meant by it, even where it could be a pattern.

    Raises:
        G60Error: There is none of a name, an ending is unknown, both forms are among them, a folder can not be read, or
            a local CSV file may be cut or has not the header of the others.
    """
    paths, left_out = (list(dict.fromkeys(chain(*part))) for part in zip(*map(_files, given), strict=True))
    forms = {path: FORMATS.get(Path(path).suffix.lower()) for path in paths}
    unknown = [path for path, form in forms.items() if form is None]
    if unknown:
        raise G60Error.of("tally.other_form", unknown[0])
    there = {form for form in forms.values() if form}
    if len(there) > 1:
        raise G60Error.of("tally.two_forms", ", ".join(given))
    texts = [path for path, form in forms.items() if form == "csv" and "://" not in path]
    first: list[str] = []
    for path in texts:
        if _may_be_cut(Path(path)):
            raise G60Error.of("tally.cut_off", path)
        columns = _header(path)
        first = columns if path == texts[0] else first
        if columns != first:
            raise other_header(path, columns, first=texts[0], others=first)
    return paths, there.pop(), sorted(left_out)


def ends_unseen(paths: Sequence[str]) -> list[str]:
    """Return the CSV files that were not looked at for a last line that is cut: those at addresses."""
    return [path for path in paths if "://" in path and FORMATS.get(Path(path).suffix.lower()) == "csv"]


def other_header(path: str, columns: list[str], *, first: str, others: list[str]) -> G60Error:
    """Return the error of a file whose columns are not those of the first."""
    listed = {"columns": ", ".join(columns), "others": ", ".join(others)}
    return G60Error.of("tally.other_header", path, first=first, **listed)


def _files(name: str) -> tuple[list[str], list[str]]:
    """Return the files a name means, and what is left out of a folder."""
    plain = url2pathname(urlsplit(name).path) if name.startswith(LOCAL) else name
    if "://" in plain:
        return [plain], []
    path = Path(plain)
    one = [plain] if path.exists() else sorted(glob.glob(plain))  # noqa: PTH207 - patterns are absolute, too
    inside, left_out = _within(path) if path.is_dir() else (one, [])
    if not inside:
        raise G60Error.of("tally.no_file", name)
    return [str(Path(p).resolve()) for p in inside], left_out


def _within(folder: Path) -> tuple[list[str], list[str]]:
    """Return the files of records in a folder and below it, by name, and what else is there."""
    read: list[str] = []
    other: list[str] = []
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        there = [Path(place, name) for name in names if not name.startswith(".") and name not in MARKS]
        read += [str(path) for path in there if FORMATS.get(path.suffix.lower())]
        other += [str(path) for path in there if not FORMATS.get(path.suffix.lower())]
        other += [str(path) for name in folders if (path := Path(place, name)).is_symlink()]
    return sorted(read), other


def _refuse(error: OSError) -> None:
    raise G60Error.of("tally.not_opened", str(error.filename), reason=error.strerror) from error


def _header(path: str) -> list[str]:
    """Return the names in the first line of a CSV file: an engine may take all files for columns in one order."""
    with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            return next(csv.reader(file), [])
        except csv.Error as error:
            raise G60Error.of("tally.not_read", path, engine="g60", reason=str(error)) from error


def _may_be_cut(path: Path) -> bool:
    """Return whether the last line of a file has no end: what is behind it may have been lost on the way."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            return file.read(1) not in {b"", b"\n", b"\r"}
    except OSError as error:
        raise G60Error.of("tally.not_opened", str(path), reason=error.strerror) from error
