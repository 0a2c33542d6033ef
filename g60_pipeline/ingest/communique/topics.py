"""Of whom a sentence without a subject is: the headings above it, the short sentence before it, its own first clause.

>>> from g60_pipeline.ingest.communique.text.parts import Paragraph
>>> headings = Headings()
>>> for line in ("八、区域发展", "(一)昆山市", "1.工业", "全年工业增加值增长。", "(二)开放平台"):
...     headings.read(Paragraph(line, ""))
...     print(headings.texts)
('区域发展',)
('区域发展', '昆山市')
('区域发展', '昆山市', '工业')
('区域发展', '昆山市', '工业')
('区域发展', '开放平台')
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import Final, Literal

from g60_pipeline.ingest.communique.mentions import Mention, Sentence
from g60_pipeline.ingest.communique.rules.read import scope
from g60_pipeline.ingest.communique.text.parts import Paragraph, Table

LONGEST: Final = 24
"""Signs of a sentence or heading that only says of whom the next ones are."""

_LEVELS: Final = (
    re.compile(r"[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章节部分编篇]*"),
    re.compile(r"[(（][一二三四五六七八九十]+[)）]"),
    re.compile(r"\d{1,2}[.、](?!\d)"),
    re.compile(r"[(（]\d{1,2}[)）]"),
)
_ASIDE: Final = re.compile(r"(?:专栏|附件?|附录|(?:知识)?链接)\d*[：:]?|(?:19|20)\d\d年(?:度|末)?")
_PLACE: Final = r"(?![全各我本分])[\u4e00-\u9fff]{2,8}(?:[省县旗州盟]|(?<!城)市|(?<![地社景山灾城校小库街])区)"
_OF_PLACE: Final = r"(?:主要|国民|经济|社会|发展|基本|情况|概况|指标|$)"


_JOINED: Final = re.compile("[、和与及]")
_AIM: Final = re.compile(
    r"[强大富活都][省市县区州]|(?:科教|科技|人才|产业|工业|农业|文化|文旅|旅游|教育|质量|商贸|开放|生态|创新|制造|品牌)[兴名立][省市县区州]"
    r"|(?:生态|健康|平安|幸福|法治|依法治|诚信|智慧|数字|宜居|示范|模范)[省市县州]|城乡区"
)
"""A heading that says what a place is to become, as 工业强市 and 科教兴市 do, names no place."""


class Headings:
    """The headings above a paragraph, the widest first."""

    def __init__(self) -> None:
        """Begin at the head of a document."""
        self._above: list[tuple[int, str]] = []

    def read(self, part: Paragraph | Table) -> None:
        """Take a part of a document in: a heading ends those of its level and below.

        Where the file does not know its tables, a numbered line of one cell is a heading; other such lines are labels
        of charts and titles of tables.
        """
        lines = (part.text,) if isinstance(part, Paragraph) else _lines(part)
        for line in lines:
            level, text = _heading(line)
            if text and (isinstance(part, Paragraph) or level < len(_LEVELS)):
                self._above = [*(one for one in self._above if one[0] < level), (level, text)]

    def above(self, table: Table) -> tuple[str, ...]:
        """Return the headings above a table, with the lines that the file does not know apart from it."""
        first = takewhile(lambda row: len(row) == 1, () if table.aligned else table.rows)
        return (*self.texts, *(text for (line,) in first if (text := _heading(line)[1])))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return them without their numbers."""
        return tuple(text for _, text in self._above)


def _lines(table: Table) -> Iterator[str]:
    return (row[0] for row in (() if table.aligned else table.rows) if len(row) == 1)


def _heading(line: str) -> tuple[int, str]:
    """Return the level of a heading and its text without number; no text where the line is none."""
    level = next((n for n, pattern in enumerate(_LEVELS) if pattern.match(line)), len(_LEVELS))
    plain = _LEVELS[level].sub("", line, count=1) if level < len(_LEVELS) else line
    plain = _ASIDE.sub("", plain)
    return level, "" if len(line) > LONGEST or re.search(r"[，。；：\d]", plain) else plain


def other_topic(sentence: Sentence, mention: Mention, *, places: tuple[str, ...]) -> Literal["all", "flows"] | None:
    """Return of what a figure is none of the place: all figures of another place or an area, the flows of some actors.

    A sentence that speaks of the whole place before the figure is of the whole place.
    """
    earlier = sentence.text[: mention.start]
    if _own().search(earlier) or any(name in earlier for name in places):
        return None
    before = sentence.before.rstrip("。！？")
    short = before if len(before) <= LONGEST and re.search(r"[，；\d]", before) is None else ""
    topics = (*sentence.headings, short)
    if is_below_other(topics, places=places):
        return "all"
    is_of_actors = any(_actor().match(text) and _JOINED.search(text) is None for text in topics)
    return "flows" if is_of_actors or _trader().match(earlier) else None


def is_below_other(headings: Sequence[str], *, places: tuple[str, ...]) -> bool:
    """Return whether the nearest heading that says of whom it is, is another place or an area and nothing besides.

    >>> [is_below_other(("昆山市", below), places=()) for below in ("工业", "全市财政")]
    [True, False]
    """
    for text in reversed([text for text in headings if _JOINED.search(text) is None]):
        if _area().match(text) or _is_other_place(text, places=places):
            return True
        if _own().search(text) or text.startswith(places):
            return False
    return False


def _is_other_place(text: str, *, places: tuple[str, ...]) -> bool:
    match = _other_place().match(text)
    if match is None or _AIM.search(match.group("name")):
        return False
    return not match.group("name").endswith(places)


@cache
def _own() -> re.Pattern[str]:
    return re.compile(r"全[市州县区盟](?!域)|我[市州县区]|全地区")


@cache
def _other_place() -> re.Pattern[str]:
    return re.compile(rf"(?P<name>{_PLACE}|{scope().others}){_OF_PLACE}")


@cache
def _area() -> re.Pattern[str]:
    return re.compile(rf"(?:全市|全省|我市)?(?:{scope().areas})")


@cache
def _actor() -> re.Pattern[str]:
    return re.compile(rf"(?:全市|全省|我市)?(?:{scope().actors})")


@cache
def _trader() -> re.Pattern[str]:
    return re.compile(
        rf"(?:其中，)?(?:{scope().areas}|{scope().actors})(?:货物|外贸)?(?:进出口|出口|进口)[^，；]*[，；]"
    )
