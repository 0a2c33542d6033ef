"""The units a page states, wherever it writes them: after 单位, in brackets, or alone. What they mean is left open.

Whoever reads such a page accepts the one unit it knows and refuses the table for every other statement: a unit that is
written and not understood makes figures a hundred or ten thousand times too small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bs4 import BeautifulSoup

from g60_pipeline.signs import plain_signs

CHINESE: Final = "\u4e00-\u9fff"
INLINE: Final = ("a", "abbr", "b", "big", "em", "font", "i", "label", "s", "small", "span", "strong", "sub", "sup", "u")
"""Tags that part no text: `<b>百</b>件` is one word."""

STATED: Final = re.compile(r"单位|\bunits?\b(?=\s*[:=])", re.IGNORECASE)
BETWEEN: Final = re.compile(r"[^\w%‰]*")
"""What comes between 单位 and the unit: a colon of any kind, another sign, blanks, or nothing."""

OF_A_MEASURE: Final = ("计量", "计数", "数量", "数据", "统计")
"""Words before 单位 that leave it a unit of measure; after others, as in 科研单位, it is an organisation."""

ORGANISATION: Final = ("主办", "承办", "协办", "主管", "制作", "维护", "支持")
"""Words before 单位 that make it an organisation even with a colon: 主办单位：国家知识产权局."""

MEASURE: Final = (
    r"(?:10[0,]*)?[十百千万亿]*(?:件次?|项|个|份|宗|人次?|家|户|篇|(?:美|欧|日)?元)(?:[/每].*)?"
    r"|[十百千万亿]*[百千万亿]|百分比|千分比|[%‰]"
    r"|(?:in)?(?:hundreds?|thousands?|millions?)(?:of)?(?:pieces?|items?|cases?|applications?)?"
    r"|(?:in)?10[0,]*(?:pieces?|items?|cases?|applications?)"
)
ALONE: Final = re.compile(MEASURE, re.IGNORECASE)
"""A word that is a unit and nothing else."""

BRACKETED: Final = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
SINGLE: Final = re.compile(r"(?:pct|pieces?|items?|cases?|applications?)", re.IGNORECASE)
"""English words that say no more than 件."""


def stated_units(soup: BeautifulSoup) -> list[str]:
    """Return the units a page states, each once, without blanks and brackets. The tree loses its inline tags."""
    for tag in soup.find_all(list(INLINE)):
        tag.unwrap()
    soup.smooth()
    texts = [text for string in soup.strings if (text := " ".join(plain_signs(string).split()))]
    return list(dict.fromkeys(unit for unit in map(_bare, _statements(texts)) if unit))


def _statements(texts: Sequence[str]) -> Iterator[str]:
    for position, text in enumerate(texts):
        for match in STATED.finditer(text):
            between = BETWEEN.match(text, match.end())
            sign = between.group() if between else ""
            if _is_organisation(text[: match.start()], sign):
                continue
            yield text[match.end() + len(sign) :] or next(iter(texts[position + 1 :]), "?")
        if ALONE.fullmatch(_closed(text)):
            yield text
        for match in BRACKETED.finditer(text):
            inside = _closed(match.group(1))
            of_its_own_column = inside in ("%", "‰") and match.start() > 0
            if ALONE.fullmatch(inside) and not of_its_own_column:
                yield inside


def _is_organisation(before: str, sign: str) -> bool:
    if before.endswith(OF_A_MEASURE):
        return False
    if before.endswith(ORGANISATION):
        return True
    return not sign.strip() and re.search(f"[{CHINESE}]$", before) is not None


def _bare(text: str) -> str:
    """Return a statement without blanks, brackets, full stops, and English words that say the same as 件."""
    return _closed(SINGLE.sub("", text))


def _closed(text: str) -> str:
    return re.sub(r"[\s()\[\]【】〔〕。;:]|(?<!\d)\.", "", text)
