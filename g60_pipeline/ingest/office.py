"""Office files, opened only where they are what they say and do not swell when unpacked: bureaus and people send them.

What their text or their rows mean is with those who read them.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

import openpyxl

from g60_pipeline.errors import G60Error

UNPACKED: Final = 300_000_000
"""Bytes all members of a file may have together when unpacked."""

SWELLING: Final = 200
"""How many times its packed size a member of more than a megabyte may have."""

PROLOGUE: Final = 100_000
"""Bytes of a part in which a declaration of entities would be: it has to come before the first element."""

MOST_CELLS: Final = 2_000_000
"""Cells of a workbook that are read, empty ones between them included."""

MACROS: Final = "xl/vbaProject.bin"
"""Part of a workbook with its programme."""

DAMAGED: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)
"""What is raised by an archive that is damaged, or of a kind no Office file is."""


def unpacks(content: bytes, *, name: str) -> zipfile.ZipFile:
    """Return the archive an Office file is, once it is known that it does not swell.

    Raises:
        G60Error: It is damaged, or a zip bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except DAMAGED as error:
        raise G60Error.of("office.damaged", name, reason=error) from error
    whole = sum(member.file_size for member in members)
    for member in members:
        if member.file_size > 1_000_000 and member.file_size > SWELLING * max(member.compress_size, 1):
            raise G60Error.of("office.bomb", name, part=member.filename, size=f"{member.file_size:,}")
        if member.flag_bits & 0x1:
            raise G60Error.of("office.encrypted", name)
    if whole > UNPACKED:
        sizes = {"size": f"{whole // 1_000_000:,}", "most": UNPACKED // 1_000_000}
        raise G60Error.of("office.too_large", name, **sizes)
    for member in members:
        if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _beginning(archive, member, name=name):
            raise G60Error.of("office.entities", name, part=member.filename)
    return archive


def _beginning(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, name: str) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(PROLOGUE).replace(b"\0", b"")  # also of UTF-16
    except DAMAGED as error:
        raise G60Error.of("office.damaged", name, reason=error) from error


@contextmanager
def workbook(content: bytes, *, name: str, **options: bool) -> Iterator[Any]:
    """Open a workbook with openpyxl once it is known that it does not swell.

    Args:
        content: The file.
        name: Name to report.
        options: Options of `openpyxl.load_workbook`.

    Raises:
        G60Error: It is damaged, encrypted, a zip bomb, or declares entities; also where that shows as it is read.
    """
    unpacks(content, name=name)
    try:
        with warnings.catch_warnings(action="ignore"):  # remarks on styles, which nobody reads here
            book = openpyxl.load_workbook(io.BytesIO(content), **options)
        yield book
        book.close()
    except (G60Error, MemoryError):
        raise
    except Exception as error:  # a sheet is read as it goes along, and the library fails in many ways on odd parts
        if not _is_of_openpyxl(error):
            raise  # a fault of who reads the rows is none of the file
        raise G60Error.of("office.no_workbook", name, reason=error) from error


def _is_of_openpyxl(error: Exception) -> bool:
    """Return whether the library, or what it called, raised an error."""
    trace = error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0] == openpyxl.__name__:
            return True
        trace = trace.tb_next
    return False


def sheets(content: bytes, *, name: str) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Yield the sheets of a workbook with their rows; formulas by the values that were stored with them.

    Raises:
        G60Error: It can not be read, or has more cells than are read.
    """
    with workbook(content, name=name, read_only=True, data_only=True) as book:
        cells = 0
        for sheet in book.worksheets:
            rows: list[tuple[object, ...]] = []
            for row in sheet.iter_rows(values_only=True):
                cells += len(row)
                if cells > MOST_CELLS:
                    raise G60Error.of("office.too_many_cells", name, most=f"{MOST_CELLS:,}")
                rows.append(row)
            yield sheet.title, rows


def printed_cell(value: object) -> str:
    """Return a stored value as a sheet shows it: 12.50 is stored as 12.5, and 0.1 + 0.2 as 0.30000000000000004.

    >>> printed_cell(0.1 + 0.2), printed_cell(12700.0), printed_cell(1234567890123.5), printed_cell(None)
    ('0.3', '12700', '1234567890123.5', '')
    """
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    return "" if value is None else str(value)
