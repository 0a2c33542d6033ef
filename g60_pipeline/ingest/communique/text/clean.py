"""Printed prose to plain prose: one form of digits, no blanks, no footnote marks, no separators of thousands.

A blank inside a Chinese sentence means nothing, and a number broken by one is whole without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

KEPT: Final = "，；：！？"
"""Full-width punctuation that parts clauses: it stays apart from the comma inside a number."""

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in KEPT}
_UNSEEN: Final = dict.fromkeys((0x00AD, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)))
_ALIKE: Final = str.maketrans(
    {"﹪": "%", "∶": "：", "﹐": "，", "．": ".", "﹒": ".", "−": "-", "‐": "-", "‑": "-", "○": "〇"}
)
_RAISED: Final = dict.fromkeys((0x00B9, 0x2070, *range(0x2074, 0x207A), *range(0x2460, 0x2474)))
_TABLE: Final = {**_WIDE, **_UNSEEN, **_ALIKE, **_RAISED}

_PAGE_MARK: Final = re.compile(r"\s*(?<!\d)[—–―-]{1,2}\s?\d{1,3}\s?[—–―-]{1,2}(?!\d)\s*")
_PARTING: Final = re.compile(r"(?<=[^\s\d.,])\s+(?=[^\s\d.,%])|(?<=\d)\s+(?=[全年末初经])")
_BLANK: Final = re.compile(r"\s+")
_MARK: Final = re.compile(r"[\[〔【]注?\d{1,2}(?:[-,，、]\d{1,2})*[\]〕】]|\[[a-z]\]")
_NOTE: Final = re.compile(r"(?<=[\u4e00-\u9fff])\(注?\d\)(?=\d)|\(注\d?\)|(?<=[\u4e00-\u9fff])\*+")
_THOUSANDS: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[,，]\d{3})+(?![\d,])(?=\.?\d*[万亿元件家户个所项人份%美])")
_NUMBERED: Final = re.compile(r"([表图]\s*\d{1,3}(?:[-—–.]\d{1,3})*)\s+(?=\d)")
_GROUPED: Final = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")
_COLON: Final = re.compile(r"(?<!\d):|:(?!\d)")
_STRONG: Final = str.maketrans(";?!", "；？！")
_COMMA: Final = re.compile(r"(?<!\d),|,(?!\d)")
_SPLIT_POINT: Final = re.compile(r"(?<=\d)[。·](?=\d{1,2}(?:[万亿元件家户个所项人份%‰]|个百分点))")


def prose(text: str) -> str:
    """Return a paragraph in the form that rules read.

    >>> prose("全年生产总值（ＧＤＰ）[2] 12 345．67亿元，增长 6.1 ％")
    '全年生产总值(GDP)12345.67亿元，增长6.1%'
    >>> prose("专利授权①11,938件,增长3%")
    '专利授权11938件，增长3%'
    """
    plain = _BLANK.sub("", text.translate(_TABLE))
    plain = _NOTE.sub("", _MARK.sub("", plain))
    plain = _THOUSANDS.sub(lambda m: re.sub("[,，]", "", m.group()), plain)
    plain = _SPLIT_POINT.sub(".", plain)
    return _COLON.sub("：", _COMMA.sub("，", plain)).translate(_STRONG)


def caption(lines: Iterable[str]) -> str:
    """Return the lines above a table as prose; the number of the table stays apart from the year behind it.

    >>> caption(["表3 2023年主要指标", "单位：亿元"]), caption(["表2-1　1-11月"])
    ('表3：2023年主要指标单位：亿元', '表2-1：1-11月')
    """
    return prose(" ".join(_NUMBERED.sub(r"\1：", line) for line in lines))


def broken_prose(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a paragraph as `prose` does, and the offsets at which a blank or a page number parted it.

    Pages that lost their paragraphs keep a blank where one ended; what begins there may be a new sentence.

    >>> broken_prose("二、农业 全年产值 3.5 亿元。图 1 \u20141\u2014 年末")
    ('二、农业全年产值3.5亿元。图1年末', (4, 16))
    """
    marked = _PAGE_MARK.sub(" ", text.translate(_TABLE))
    pieces = [prose(piece) for piece in _PARTING.split(marked)]
    whole, offsets = "", []
    for piece in pieces:
        if whole and piece:
            offsets.append(len(whole))
        whole += piece
    final = prose(whole)
    return final, tuple(offsets) if final == whole else ()


def cell(text: str) -> str:
    """Return a cell of a table in plain signs, without blanks.

    >>> cell(" 1,234.5 "), cell("1,2345"), cell("高新技术企业 （家）")
    ('1234.5', '1,2345', '高新技术企业(家)')
    """
    plain = _BLANK.sub("", text.translate(_TABLE))
    plain = _NOTE.sub("", _MARK.sub("", plain))
    return _GROUPED.sub(lambda m: m.group().replace(",", ""), plain)
