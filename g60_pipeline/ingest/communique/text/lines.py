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

NARROWEST: Final = 20
"""Narrowest column, in half-width signs; below it there is no prose."""

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_PAGE_NUMBER: Final = re.compile(r"\s*[—–―-]+\s*\d{1,3}\s*[—–―-]+\s*")
_CLAUSES: Final = re.compile(r"[，；]")
_ENDED: Final = re.compile(r"[。！？：；]$")
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


_UNIT: Final = (
    r"(?:(?:万?亿|[百千]?万)?(?:元|美元|人|件|家|户|个|所|项|份|吨|亩|公里|平方|千瓦|公顷|立方|辆|张|台)"
    r"|[%％‰]|[万亿千百](?![\u4e00-\u9fff]))"
)
_BEGINS_WITH_UNIT: Final = re.compile(rf"\s*(?:[，。、；)）]|{_UNIT})")
_FIGURE_FIRST: Final = re.compile(rf"\s*\d[\d,，]*(?:[.．]\d+)?\s*{_UNIT}\s*[，。；、（(]")


def mended(lines: list[str]) -> list[str]:
    """Return lines with sentences whole that were parted around their figures.

    >>> mended(["年末常住人口", "203.4", "万人，其中城镇", "131.6", "万人。", "教育", "84.5", "7.0"])
    ['年末常住人口203.4万人，其中城镇131.6万人。', '教育', '84.5', '7.0']
    """
    whole: list[str] = []
    for line in lines:
        is_unit = _BEGINS_WITH_UNIT.match(line) is not None
        if is_unit and len(whole) > 1 and _NUMBER.fullmatch(whole[-1]) and _CHINESE.search(whole[-2][-1:]):
            number = whole.pop()
            whole[-1] += number.strip() + line.strip()
        elif whole and _is_parted(whole[-1], line, is_unit=is_unit):
            whole[-1] = whole[-1].rstrip() + line.strip()
        else:
            whole.append(line)
    return whole


def _is_parted(before: str, line: str, *, is_unit: bool) -> bool:
    if is_unit:
        return re.search(r"\d\s*$", before) is not None and not _NUMBER.fullmatch(before)
    is_label = _CHINESE.search(before[-1:]) is not None and not _NUMBERED.match(before)
    return is_label and _FIGURE_FIRST.match(line) is not None


_NUMBER: Final = re.compile(r"\s*[-+−▲]?\d[\d,，]*(?:[.．]\d+)?\s*[%％]?\s*|\s*[-—–…/]+\s*")
_LONGEST_LABEL: Final = 26
_LEAST_ROWS: Final = 3


def stacked(lines: list[str]) -> Iterator[list[str] | list[list[str]]]:
    """Yield lines as they are, and tables whose cells were printed one below the other as rows.

    >>> list(stacked(["教育", "79.3", "7.0", "科技", "11.9", "9.3", "卫生", "41.2", "6.8", "年末增长。"]))
    [[['教育', '79.3', '7.0'], ['科技', '11.9', '9.3'], ['卫生', '41.2', '6.8']], ['年末增长。']]
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
    """Yield the paragraphs of a text file, whether or not its lines were wrapped at a width.

    >>> lines = ["\u3000\u3000全年生产总值一百亿元，同比", "增长五成，人均三万元，其", "中城镇五万元。", "农业"]
    >>> list(unwrapped(lines))
    ['全年生产总值一百亿元，同比增长五成，人均三万元，其中城镇五万元。', '农业']
    """
    lines = [line for line in lines if not _PAGE_NUMBER.fullmatch(line)]
    filled = [line for line in lines if line.strip()]
    if len(filled) <= 0.6 * len(lines):  # every second line is empty: they say nothing about paragraphs
        lines = filled
    widths = sorted(width(line.strip()) for line in filled)
    column = widths[int(len(widths) * 0.9)] if widths else 0
    if not NARROWEST <= column <= WRAPPED:
        yield from lines
        return
    paragraph = ""
    for line in lines:
        text = line.strip()
        is_new = line.startswith(("  ", "\u3000", "\t")) or not text or _NUMBERED.match(line)
        if paragraph and (is_new or not _CHINESE.search(text)):
            yield paragraph
            paragraph = ""
        paragraph += text
        is_full = width(text) + 4 * line.startswith(("  ", "\u3000")) >= column - SLACK
        goes_on = (is_full or _CLAUSES.search(paragraph)) and not _ENDED.search(text)
        if paragraph and not goes_on and not _OPEN.search(line):
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph
