"""Words that make a figure one of something smaller, in brackets, captions, headings, titles and topics.

>>> is_narrower("规模以上工业企业科技活动情况"), is_narrower("规模以上工业企业", label="规模以上工业企业单位数")
(True, False)
>>> has_narrower_bracket("一般公共预算收入(市本级)"), has_narrower_bracket("普通高等学校(含独立学院)")
(True, False)
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from g60_pipeline.ingest.communique.rules.read import scope

_BRACKETS: Final = re.compile(r"[(（]([^()（）]*)[)）]")
_BESIDES: Final = re.compile(r"[\s#＃*：:、]|其中|(?:19|20)\d\d年?|[(（][^()（）]*[)）]")


def is_narrower(text: str, *, label: str = "") -> bool:
    """Return whether a text names something smaller than the place, and the label of the figure does not.

    Args:
        text: A caption, a heading, a title of a column.
        label: What the figure is of: of firms above a size, a table of such firms has the number.
    """
    if any(match.group() not in label for match in _anywhere().finditer(text)):
        return True
    return any(_alone().fullmatch(_BESIDES.sub("", part)) is not None for part in text.split())


def has_narrower_bracket(label: str, *, is_money: bool = False) -> bool:
    """Return whether a bracket behind a label makes its figure one of something smaller, or of other prices."""
    for inside in _BRACKETS.findall(label):
        if is_money and re.search(scope().other_prices, inside):
            return True
        if re.match(scope().not_narrower, inside) is None and (
            _anywhere().search(inside) or _alone().fullmatch(inside)
        ):
            return True
    return False


def is_total(cell: str) -> bool:
    """Return whether a cell between a label and its figure says that it is of the whole."""
    return re.fullmatch(rf"(?:{scope().totals})+", _BESIDES.sub("", cell)) is not None


@cache
def _anywhere() -> re.Pattern[str]:
    return re.compile(scope().narrower)


@cache
def _alone() -> re.Pattern[str]:
    return re.compile(scope().narrower_alone)
