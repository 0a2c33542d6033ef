"""The text of Word and Excel files. Whether they are what they say and do not swell: `ingest.office`."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import docx

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.assemble import assembled, heading
from g60_pipeline.ingest.communique.text.clean import cell, prose
from g60_pipeline.ingest.communique.text.parts import Paragraph, Rows, Table, Text
from g60_pipeline.ingest.office import printed_cell, sheets, unpacks

WIDEST: Final = 50
"""Columns a cell may span."""

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""Second form of a text box, for programmes that do not know the first."""


def read_docx(content: bytes, *, name: str) -> Text:
    """Return the text of a Word file; what is deleted, hidden or crossed out is not in it."""
    unpacks(content, name=name)
    try:
        body = docx.Document(io.BytesIO(content)).element.body
    except (G60Error, MemoryError):
        raise
    except Exception as error:  # the library alone is at work: it fails in many ways on parts that do not fit
        raise G60Error.of("document.no_word", name, reason=error) from error
    parts = assembled(_items(body))
    return Text("docx", heading(parts), parts)


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
        if next(node.iterancestors(_W + "del", _W + "moveFrom"), None) is not None or _is_struck(node):
            continue
        if node.tag != _W + "t":
            written.append({_W + "br": "\n", _W + "noBreakHyphen": "-"}.get(node.tag, " "))
        elif not (_is_raised(node) and re.fullmatch(r"\W*注?\d{0,2}\W*", node.text or "")):
            written.append(node.text or "")
    return "".join(written)


def _is_struck(node: Any) -> bool:
    """Return whether a run is hidden or crossed out."""
    marks = (node.getparent().find(f"{_W}rPr/{_W}{name}") for name in ("vanish", "strike", "dstrike"))
    return any(mark is not None and mark.get(_W + "val") not in {"0", "false", "off"} for mark in marks)


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
    parts: list[Paragraph | Table] = []
    for sheet, values in sheets(content, name=name):
        rows = tuple(texts for row in values if any(texts := tuple(cell(printed_cell(value)) for value in row)))
        if rows:
            parts.append(Table(rows, f"sheet {sheet}", prose(sheet)))
    title = next((c for part in parts if isinstance(part, Table) for row in part.rows[:3] for c in row if c), "")
    return Text("xlsx", title[:120], tuple(parts))
