"""The text of Word and Excel files, opened only where they are what they say and do not swell when unpacked."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

import docx
import openpyxl

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.assemble import assembled
from g60_pipeline.ingest.communique.text.clean import cell, prose
from g60_pipeline.ingest.communique.text.parts import Paragraph, Rows, Table, Text

UNPACKED: Final = 300_000_000
"""Bytes all members of a file may have together when unpacked."""

SWELLING: Final = 200
"""How many times its packed size a member of more than a megabyte may have."""

PROLOGUE: Final = 100_000
"""Bytes of a part in which a declaration of entities would be: it has to come before the first element."""

MOST_CELLS: Final = 2_000_000
"""Cells of a workbook that are read."""

WIDEST: Final = 50
"""Columns a cell may span."""

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""Second form of a text box, for programmes that do not know the first."""


def unpacks(content: bytes, *, name: str) -> zipfile.ZipFile:
    """Return the archive an Office file is, once it is known that it does not swell.

    Raises:
        G60Error: It is damaged, or a zip bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise G60Error(name, f"it is damaged ({error})", "Download it again") from error
    whole = sum(member.file_size for member in members)
    for member in members:
        if member.file_size > 1_000_000 and member.file_size > SWELLING * max(member.compress_size, 1):
            rule = f"its part {member.filename} swells to {member.file_size:,} bytes (a zip bomb)"
            raise G60Error(name, rule, "Do not open it; download it again from the bureau")
        if member.flag_bits & 0x1:
            raise G60Error(name, "it is encrypted and needs a password", "Save a copy without a password")
    if whole > UNPACKED:
        rule = f"it unpacks to {whole // 1_000_000:,} MB; at most {UNPACKED // 1_000_000} MB are read"
        raise G60Error(name, rule, "Save the sheets or chapters you need as a file of their own")
    for member in members:
        if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _beginning(archive, member, name=name):
            rule = (
                f"its part {member.filename} declares entities, which no Office file does (they swell, or read files)"
            )
            raise G60Error(name, rule, "Do not open it; download it again from the bureau")
    return archive


def _beginning(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, name: str) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(PROLOGUE).replace(b"\0", b"")  # also of UTF-16
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise G60Error(name, f"it is damaged ({error})", "Download it again") from error


def read_docx(content: bytes, *, name: str) -> Text:
    """Return the text of a Word file; what is marked as deleted is not in it."""
    unpacks(content, name=name)
    try:
        body = docx.Document(io.BytesIO(content)).element.body
    except (G60Error, MemoryError):
        raise
    except Exception as error:  # the library alone is at work: it fails in many ways on parts that do not fit
        raise G60Error(name, f"it is no Word file that can be read ({error})", "Save it anew as .docx") from error
    parts = assembled(_items(body))
    title = "".join(p.text for p in parts[:4] if isinstance(p, Paragraph))[:120]
    return Text("docx", title, parts)


def _items(body: Any) -> Iterator[str | Rows]:
    for element in _blocks(body):
        if element.tag == _W + "p":
            yield from _paragraph(element).split("\n")
            for inner in element.iter(_W + "p"):
                if inner is not element and next(inner.iterancestors(_FALLBACK), None) is None:
                    yield from _paragraph(inner).split("\n")
        else:
            yield _rows(element)


def _blocks(body: Any) -> list[Any]:
    """Return the paragraphs and outermost tables in order, also those inside content controls and text boxes."""
    found: list[Any] = []
    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        if element.tag in {_W + "p", _W + "tbl"}:
            found.append(element)
        else:
            stack += reversed(element)
    return found


def _paragraph(element: Any) -> str:
    written: list[str] = []
    for node in element.iter(_W + "t", _W + "tab", _W + "br", _W + "noBreakHyphen"):
        if next(node.iterancestors(_W + "p")) is not element:  # in a text box: no part of the sentence around it
            continue
        if next(node.iterancestors(_W + "del", _W + "moveFrom"), None) is not None:
            continue
        if node.tag != _W + "t":
            written.append({_W + "br": "\n", _W + "noBreakHyphen": "-"}.get(node.tag, " "))
        elif not (_is_raised(node) and re.fullmatch(r"\W*注?\d{0,2}\W*", node.text or "")):
            written.append(node.text or "")
    return "".join(written)


def _is_raised(node: Any) -> bool:
    aligned = node.getparent().find(f"{_W}rPr/{_W}vertAlign")
    return aligned is not None and aligned.get(_W + "val") == "superscript"


def _rows(table: Any) -> Rows:
    rows: list[tuple[str, ...]] = []
    for tr in table.iter(_W + "tr"):
        row: list[str] = []
        for tc in tr.iter(_W + "tc"):
            properties = tc.find(_W + "tcPr")
            span, merge = None, None
            if properties is not None:
                span, merge = properties.find(_W + "gridSpan"), properties.find(_W + "vMerge")
            text = cell("".join(_paragraph(p) for p in tc.iter(_W + "p")))
            if merge is not None and merge.get(_W + "val") != "restart" and rows and len(row) < len(rows[-1]):
                text = rows[-1][len(row)]
            row += [text] * (_span(span.get(_W + "val", "1")) if span is not None else 1)
        rows.append(tuple(row))
    return tuple(row for row in rows if any(row))


def _span(value: str) -> int:
    """Return how many columns a cell spans; an odd number is one."""
    return min(int(value), WIDEST) if re.fullmatch("[1-9][0-9]{0,3}", value) else 1


def read_xlsx(content: bytes, *, name: str) -> Text:
    """Return the sheets of a workbook as tables; formulas by the values that were stored with them."""
    unpacks(content, name=name)
    try:
        with warnings.catch_warnings(action="ignore"):  # the library remarks on styles, which nobody reads here
            return _sheets(content, name=name)
    except (G60Error, MemoryError):
        raise
    except Exception as error:  # as above; a sheet is read as it goes along, so that its faults show only there
        raise G60Error(name, f"it is no workbook that can be read ({error})", "Save it anew as .xlsx") from error


def _sheets(content: bytes, *, name: str) -> Text:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    parts: list[Paragraph | Table] = []
    cells = 0
    for sheet in book.worksheets:
        rows: list[tuple[str, ...]] = []
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
            if cells > MOST_CELLS:
                rule = f"it has more than {MOST_CELLS:,} cells"
                raise G60Error(name, rule, "Save the sheets you need as a file of their own")
            texts = tuple(cell(_printed(value)) for value in row)
            if any(texts):
                rows.append(texts)
        if rows:
            parts.append(Table(tuple(rows), f"sheet {sheet.title}", prose(sheet.title)))
    book.close()
    title = next((c for part in parts if isinstance(part, Table) for row in part.rows[:3] for c in row if c), "")
    return Text("xlsx", title[:120], tuple(parts))


def _printed(value: object) -> str:
    """Return a stored value as a sheet shows it: 12.50 is stored as 12.5, and 0.1 + 0.2 as 0.30000000000000004."""
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else str(value)
