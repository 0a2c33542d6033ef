"""What is printed around the figures of a table and makes them others: of another year or place, of a part, of a plan.

It stands in titles of columns, in the caption, in headings between the rows, and beside the label of a row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from g60_pipeline.ingest.communique.narrower import is_narrower, is_total
from g60_pipeline.ingest.communique.subject import ALL_YEAR, PART_OF_YEAR, Subject
from g60_pipeline.ingest.communique.table_units import IN_PARENTHESES, UNIT

YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)年?(?!.{0,3}[月=])")
NO_VALUES: Final = re.compile(
    r"增长|增速|增减|增幅|增量|增加[额数]|净增|±|同比|比上年|比重|占比|比例|构成|指数|[为比](?:上年|去年|(?:19|20)\d\d年)|=100|"
    r"排名|位次|计划|目标|年初预算|预算数|调整预算|(?<!实际)完成"
)
"""Titles of columns that hold no values."""

_MONTH: Final = re.compile(r"(?<![\d\-—–~至])\d{1,2}月(?!末)")
_LAST_YEAR: Final = re.compile(r"(?<![比为较])(?:上年|去年|上一年|前一年|上期)")
_ELSEWHERE: Final = re.compile(r"(?![全各我本分])[\u4e00-\u9fff]{1,8}(?:省|市|县|区|州|盟|旗)")
_OF_ELSEWHERE: Final = re.compile(
    r"(?:^|[表图]\s*[\d一二三四五六七八九十.—–-]+[：:、]?)\s*(?:(?:19|20)\d\d年)?\s*"
    r"(?![年全各我本分])[\u4e00-\u9fff]{2,5}?[省市县区](?![\u4e00-\u9fff]?[市县区])"
)
_OTHERS: Final = re.compile(r"全国|全省|全自治区")
_OWN: Final = re.compile(r"全[市省州县盟]")
_BEFORE_LABEL: Final = re.compile(
    r"^(?:[#＃*·•\-—\s]+|[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[.、](?!\d)|其中[：:]?|其[：:]|#)+"
)


def bare(label: str) -> str:
    """Return a label without its number, marks and brackets."""
    return IN_PARENTHESES.sub("", _BEFORE_LABEL.sub("", label)).strip("：:、")


def is_other(titles: Sequence[str], subject: Subject, *, year: int, label: str) -> bool:
    """Return whether a column is of another year, in digits or in words, a month, another place, a part, or of a plan.

    Args:
        titles: What is printed above it, beside the label itself.
        subject: Place and year of the figures wanted.
        year: The year.
        label: What its figures are of.
    """
    title = " ".join(titles)
    years = [int(y) for y in YEAR.findall(title)]
    is_larger = _OTHERS.search(title) is not None and not _is_province(subject)
    is_plan = re.search(r"计划|目标|预算数", title) is not None
    is_other_year = bool(years and year not in years) or _LAST_YEAR.search(title) is not None
    is_part = PART_OF_YEAR.search(title) is not None and not ALL_YEAR.search(title)
    elsewhere = (c for c in title.split() if _ELSEWHERE.fullmatch(bare(c)) and bare(c) not in subject.places)
    if is_other_year or is_part or any(elsewhere) or is_larger or is_plan or _MONTH.search(title) is not None:
        return True
    return is_narrower(" ".join(t for t in titles if bare(t) != label), label=label)


def own_caption(caption: str) -> str:
    """Return what of a caption is about its table: what follows the last sentence above it."""
    return caption.rsplit("。", maxsplit=1)[-1]


def caption_is_of_other_time(caption: str, subject: Subject) -> bool:
    """Return whether a caption names a part of a year, or another year."""
    own = own_caption(caption)
    years = [int(y) for y in YEAR.findall(own)]
    if years and not min(years) <= (subject.year or 0) <= max(years):
        return True
    return PART_OF_YEAR.search(own) is not None and not ALL_YEAR.search(own)


def names_several_years(caption: str) -> bool:
    """Return whether a caption names years of which a column without one may be any."""
    return len(set(YEAR.findall(own_caption(caption)))) > 1


def caption_is_elsewhere(caption: str, subject: Subject) -> bool:
    """Return whether a caption names another place and not this one: only a row of this one is of it."""
    own = own_caption(caption)
    if any(name in own for name in subject.places):
        return False
    is_larger = _OTHERS.search(own) is not None and _OWN.search(own.replace("全省", "")) is None
    return (is_larger and not _is_province(subject)) or _OF_ELSEWHERE.search(own) is not None


def heading_is_elsewhere(text: str, subject: Subject) -> bool:
    """Return whether a heading between rows is the name of another place: 安吉县, 全省."""
    name = bare(text)
    if _OTHERS.fullmatch(name):
        return not _is_province(subject)
    return _ELSEWHERE.fullmatch(name) is not None and name not in subject.places


def is_of_caption_part(caption: str, label: str) -> bool:
    """Return whether a caption makes a figure of a label one of something smaller."""
    return is_narrower(own_caption(caption), label=label)


def heading(row: Sequence[str]) -> str:
    """Return the heading that a row is, all its cells empty or alike; nothing where it is none.

    >>> heading(("市区", "市区", "市区")), heading(("", "市区", "")), heading(("市区", "15")), heading(("市区",))
    ('市区', '市区', '', '市区')
    """
    told = {cell for cell in row if cell}
    return next(iter(told)) if len(told) == 1 else ""


def is_beside_other(row: Sequence[str], at: int, column: int) -> bool:
    """Return whether a cell between a label and its figure makes it a figure of something smaller: of urban people."""
    between = [cell for cell in row[at + 1 : column] if re.search(r"[\u4e00-\u9fff]", cell) and cell != row[at]]
    return any(not UNIT.fullmatch(cell) and not is_total(cell) for cell in between)


def _is_province(subject: Subject) -> bool:
    return any(name.endswith(("省", "自治区")) for name in subject.places)
