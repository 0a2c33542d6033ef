"""Lines to paragraphs: a text wrapped at a width is put together, one that is not stays as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

WRAPPED: Final = 130
"""Widest column, in half-width signs, at which a text was wrapped; longer lines are paragraphs."""

SLACK: Final = 8
"""Half-width signs by which a wrapped line may be shorter: a number or a word does not part."""

_OPEN: Final = re.compile(r"(?:[，、,(（：]|\d\.?|[^。！？；;.!?”\"）)]和)\s*$")
_NUMBERED: Final = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|第[一二三四五六七八九十]+)"
)
_CONTINUES: Final = re.compile(r"\s*[\d.，、；。%％亿万元家户件个项所人]")


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield paragraphs of lines that a page prints apart: a line that ends open is continued by the next.

    >>> list(joined(["全年专利授权", "一、综合", "出口12.", "5亿元，", "进口3亿元。"]))
    ['全年专利授权', '一、综合', '出口12.5亿元，进口3亿元。']
    """
    open_line = ""
    for line in lines:
        whole = line
        if open_line and _is_continued(open_line, line):
            whole = open_line + line.strip()
        elif open_line:
            yield open_line
        open_line = whole.rstrip() if _OPEN.search(whole) else ""
        if not open_line:
            yield whole
    if open_line:
        yield open_line


def _is_continued(open_line: str, line: str) -> bool:
    ends_in_number = re.search(r"\d\.?\s*$", open_line) is not None
    return not _NUMBERED.match(line) and (not ends_in_number or _CONTINUES.match(line) is not None)


_NUMBER: Final = re.compile(r"\s*[-+−▲]?\d[\d,，]*(?:[.．]\d+)?\s*[%％]?\s*|\s*[-—–…/]+\s*")
_LONGEST_LABEL: Final = 26
_LEAST_ROWS: Final = 3


def stacked(lines: list[str]) -> Iterator[list[str] | list[list[str]]]:
    """Yield lines as they are, and tables whose cells were printed one below the other as rows.

    >>> list(stacked(["教育", "84.58", "7.0", "科技", "10.64", "19.3", "卫生", "44.50", "16.8", "年末存款增长。"]))
    [[['教育', '84.58', '7.0'], ['科技', '10.64', '19.3'], ['卫生', '44.50', '16.8']], ['年末存款增长。']]
    """
    plain: list[str] = []
    rows: list[list[str]] = []
    position = 0
    while position <= len(lines):
        row = _stacked_row(lines, position)
        if row:
            rows.append(row)
            position += len(row)
            continue
        if len(rows) >= _LEAST_ROWS:
            if plain:
                yield plain
            yield rows
            plain = []
        else:
            plain += [cell for row in rows for cell in row]
        rows = []
        if position < len(lines):
            plain.append(lines[position])
        position += 1
    if plain:
        yield plain


def _stacked_row(lines: list[str], position: int) -> list[str]:
    """Return a label and the numbers on the lines below it; nothing where there is no such row."""
    if position >= len(lines) or not _is_label(lines[position]):
        return []
    end = position + 1
    while end < len(lines) and end - position < 8 and _NUMBER.fullmatch(lines[end]):
        end += 1
    return lines[position:end] if end - position > 1 else []


def _is_label(line: str) -> bool:
    return 1 < len(line.strip()) <= _LONGEST_LABEL and not re.search(r"[，。；]", line) and not _NUMBER.fullmatch(line)


def width(line: str) -> int:
    """Return how wide a line is, in half-width signs."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def unwrapped(lines: list[str]) -> Iterator[str]:
    """Yield the paragraphs of a text file, whether or not its lines were wrapped at a width."""
    full = [line.rstrip() for line in lines]
    widths = sorted(width(line.strip()) for line in full if line.strip())
    column = widths[int(len(widths) * 0.9)] if widths else 0
    if not 20 <= column <= WRAPPED:
        yield from joined(full)
        return
    paragraph = ""
    for line in full:
        indented = line[:2] in {"  ", "\u3000\u3000", "\t"} or line.startswith("\u3000")
        if paragraph and (indented or not line.strip() or _NUMBERED.match(line)):
            yield paragraph
            paragraph = ""
        paragraph += line.strip()
        is_full = width(line.strip()) + 4 * indented >= column - SLACK
        if paragraph and (not is_full or paragraph.endswith("。")) and not _OPEN.search(line):
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph
