"""The text of a PDF: lines with their places, prose apart from tables, chart labels and page numbers.

A sentence goes on over the end of a page and over a chart that is printed inside it; so prose is put together by what
is prose, not by what comes next.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.clean import broken_prose, caption, cell, prose
from g60_pipeline.ingest.communique.text.parts import Paragraph, Table, Text

MOST_PAGES: Final = 3000
"""Pages of a document; the thickest yearbooks have about a thousand."""

LEAST_SIGNS: Final = 20
"""Signs a page has on average where a document has text at all; a scan has none, or a stamp of the scanner."""

HEADER: Final = 2
"""Lines at the head and foot of a page that may be repeated on every page."""

_HYPHENS: Final = ("\ufffe", "\x02")
"""What PDFium returns for a hyphen at the end of a line."""

SMALL: Final = 0.8
"""Height of a raised digit over that of the number before it, at most."""

RAISED: Final = 0.2
"""How far above the foot of the number it begins, in heights of the number, at least."""

_Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a sign, in points."""

_NUMBER_OF_PAGE: Final = re.compile(r"[\s\-—–―_·第页/]*\d{1,4}[\s\-—–―_·页/共]*\d{0,4}[\s页]*")
_MARK: Final = re.compile(r"\s*(?:[\[〔［【]\s*注?\d{1,2}\s*[\]〕］】]\s*)+")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_FIGURE: Final = re.compile(r"-?\d+(?:\.\d+)?%?")
_CAPTION: Final = re.compile(r"\s*(?:续?表|附表)\s*[\d一二三四五六七八九十]")
_CLAUSES: Final = re.compile(r"[，。；]")
_HEADING: Final = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+[章节部])"
)
_ENDED: Final = re.compile(r"[。！？；]\s*$")


@dataclass(frozen=True)
class _Line:
    text: str
    page: int
    left: float
    right: float
    size: float
    """Height of its signs, in points."""
    middle: float
    """Height of its middle over the lower edge of the page."""


def read_pdf(content: bytes, *, name: str) -> Text:
    """Return the text of a PDF.

    Raises:
        G60Error: It needs a password, is damaged, or consists of pictures of pages.
    """
    document = _opened(content, name=name)
    try:
        pages = len(document)
        if pages > MOST_PAGES:
            raise G60Error.of("document.pages", name, pages=pages, most=MOST_PAGES)
        lines = [line for number in range(pages) for line in _lines(document, number)]
    except pypdfium2.PdfiumError as error:  # a page of it, or the signs of one
        raise G60Error(name, f"it is damaged ({error})", "Download it again") from error
    finally:
        document.close()
    if sum(len(line.text) for line in lines) < LEAST_SIGNS * pages:
        raise G60Error.of("document.scan", name, pages=pages)
    lines = _without_headers(lines, pages=pages)
    parts = _parts(lines)
    return Text("pdf", _title(lines), tuple(parts))


def _opened(content: bytes, *, name: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise G60Error.of("document.password", name) from error
        raise G60Error.of("document.no_pdf", name, reason=error) from error


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[_Line]:
    page = document[number]
    textpage = page.get_textpage()
    found: list[_Line] = []
    try:
        signs = [chr(pdfium.FPDFText_GetUnicode(textpage, i)) for i in range(textpage.count_chars())]
        start = 0
        for end in [*(i for i, sign in enumerate(signs) if sign in "\r\n"), len(signs)]:
            raised = _raised({i: _box(textpage, i) for i in range(start, end) if signs[i].isdigit()})
            kept = [i for i in range(start, end) if i not in raised]
            text = "".join("-" if signs[i] in _HYPHENS else signs[i] for i in kept if signs[i] != "\x00")
            if text.strip():
                boxes = [_box(textpage, i) for i in kept if not signs[i].isspace()]
                heights = sorted(top - bottom for _, bottom, _, top in boxes)
                left, right = min(b[0] for b in boxes), max(b[2] for b in boxes)
                size = heights[len(heights) // 2]
                middle = sorted((b[1] + b[3]) / 2 for b in boxes)[len(boxes) // 2]
                line = _Line(text.strip(), number + 1, left, right, size, middle)
                if found and _is_beside(line, found[-1]):
                    line = _Line(found[-1].text + line.text, number + 1, found[-1].left, right, found[-1].size, middle)
                    found.pop()
                found.append(line)
            start = end + 1
    finally:
        textpage.close()
        page.close()
    return found


def _is_beside(line: _Line, before: _Line) -> bool:
    """Return whether a line goes on from the one before: a raised footnote mark parts what is printed as one."""
    gap = line.left - before.right
    is_level = abs(line.middle - before.middle) < 0.5 * max(line.size, before.size)
    return is_level and -1 < gap < 1.5 * before.size and bool(_MARK.match(line.text) or _MARK.match(before.text[-4:]))


def _raised(digits: dict[int, _Box]) -> set[int]:
    """Return which digits are a footnote mark raised behind a number: smaller than it, and above its foot."""
    found: set[int] = set()
    base: _Box | None = None
    for index, box in digits.items():
        _, bottom, _, top = box
        if base is None or index - 1 not in digits:
            base = box
        elif top - bottom < SMALL * (base[3] - base[1]) and bottom > base[1] + RAISED * (base[3] - base[1]):
            found.add(index)
    return found


def _box(textpage: Any, index: int) -> _Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _without_headers(lines: list[_Line], *, pages: int) -> list[_Line]:
    """Leave out page numbers, footnote marks on lines of their own, and what most pages begin or end with."""
    by_page: dict[int, list[_Line]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    edges = [line for found in by_page.values() for line in (*found[:HEADER], *found[HEADER:][-HEADER:])]
    repeated = Counter(text for text, _ in {(_without_digits(line), line.page) for line in edges})
    often = max(3 if pages > 2 else 2, pages * 0.5)
    headers = {id(line) for line in edges if repeated[_without_digits(line)] >= often}
    return [
        line
        for line in lines
        if not _NUMBER_OF_PAGE.fullmatch(line.text) and not _MARK.fullmatch(line.text) and id(line) not in headers
    ]


def _without_digits(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _title(lines: list[_Line]) -> str:
    head = prose("".join(line.text for line in lines[:8]))
    return head[:120]


def _parts(lines: list[_Line]) -> list[Paragraph | Table]:
    left, right = _margins(lines)
    parts: list[Paragraph | Table] = []
    text, where, is_open = "", "", False
    rows: list[_Line] = []
    count: Counter[int] = Counter()

    def end_paragraph() -> None:
        nonlocal text, is_open
        if text:
            parts.append(Paragraph(broken_prose(text)[0], where, broken_prose(text)[1]))
        text, is_open = "", False

    def end_table() -> None:
        captions = [row.text for row in rows[:3] if _CAPTION.match(row.text)]
        body = [row for row in rows if row.text not in captions]
        if body:
            if not captions and len(body[0].text.split()) == 1:
                captions = [body[0].text]
            cells = [tuple(cell(c) for c in row.text.split()) for row in body]
            parts.append(
                Table(
                    tuple(part for row in cells for part in _rows(row)),
                    f"page {body[0].page}",
                    caption(captions),
                    aligned=False,
                )
            )
        rows.clear()

    for line in lines:
        size = max(line.size, 6.0)
        is_indented = line.left > left + 1.2 * size
        is_full = line.right > right - 2.2 * size
        is_prose = _is_prose(line, is_full=is_full) or (is_open and not is_indented and _goes_on(text, line))
        if not is_prose:
            if _ENDED.search(text) and _HEADING.match(line.text):
                end_paragraph()
            rows.append(line)
            continue
        if text and (is_indented or not is_open):
            end_paragraph()
        end_table_first = bool(rows) and not text
        if end_table_first:
            end_table()
        if not text:
            count[line.page] += 1
            where = f"page {line.page}, paragraph {count[line.page]}"
        text += line.text
        is_open = is_full or not _ENDED.search(line.text)
    end_paragraph()
    end_table()
    return parts


def _rows(cells: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a line: a label after figures begins another one, printed beside it."""
    start = 0
    for position in range(1, len(cells)):
        is_label = _CHINESE.match(cells[position]) is not None and not cells[position].startswith("年")
        if is_label and _FIGURE.fullmatch(cells[position - 1]) and position - start > 1:
            yield cells[start:position]
            start = position
    yield cells[start:]


def _margins(lines: list[_Line]) -> tuple[float, float]:
    """Return the left and right edge of the prose."""
    body = [line for line in lines if _CLAUSES.search(line.text) and len(line.text) > 12]
    if not body:
        return 0.0, 1e9
    rights = sorted(line.right for line in body)
    lefts = Counter(round(line.left / 4) for line in body)
    return lefts.most_common(1)[0][0] * 4.0, rights[int(len(rights) * 0.75)]


def _is_prose(line: _Line, *, is_full: bool) -> bool:
    chinese = len(_CHINESE.findall(line.text))
    if chinese < 3:
        return False
    if _CLAUSES.search(line.text):
        return True
    return is_full and chinese >= 10


def _goes_on(text: str, line: _Line) -> bool:
    """Return whether a short line is the end of an open sentence rather than a row of a table."""
    is_text = _CHINESE.search(line.text) or _CLAUSES.search(line.text)
    return not _ENDED.search(text) and len(line.text.split()) <= 2 and bool(is_text)
