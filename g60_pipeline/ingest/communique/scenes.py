"""What in the text around a figure makes it one of something else: a part of the place, other years, a plan, a noun.

>>> from g60_pipeline.ingest.communique.text.parts import Paragraph
>>> from g60_pipeline.ingest.communique.mentions import sentences
>>> (one,) = sentences(Paragraph("高新区实现进出口总额5亿元；全市实现进出口总额9亿元。", ""))
>>> [is_elsewhere(one, mention, places=("临川市",), year=2024) for mention in one.mentions]
[True, False]
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from g60_pipeline.ingest.communique.mentions import PERIODS, Mention, Sentence
from g60_pipeline.ingest.communique.rules.read import scope

_PARTS: Final = re.compile(r"(?:分|各)(?:县|区|市|地区|县市|区县|市县|县区|县\(市\)|板块)(?:\(.*?\))?[看来]")
_TIMES: Final = re.compile(
    rf"{PERIODS}|(?:预期|主要|发展|工作)?目标(?:是|为|：)|预期目标|力争|(?:前|上|一|二|三|四)季度|(?:上|下)半年|\d+月(?:当月|份，)"
    r"|(?<!\d)1[—–~至\-](?:[2-9]|1[01])月|截[至止](?:\d{4}年)?(?:[1-9]|1[01])月(?:底|末)"
)
_WHOLE_YEAR: Final = re.compile(r"[；，](?=全年|年末)")
_SERIES: Final = re.compile(r"(?:19|20)\d\d年?[—–―~～至、和\-]+(?:19|20)\d\d年[^；。]*分别")
_AMONG: Final = re.compile(r"(?:企业|专利|公司|单位|高校|学校)中，[^；。]*$")
_COMPARED: Final = re.compile(r"[与比较]((?:19|20)\d\d)年末?(?:相比|增长|提高|上升|，)[^；。]*$")
_RUNNING: Final = re.compile(r"累计")
_MANY_YEARS: Final = re.compile(
    r"近年来|近几年|多年来|历年|(?:建[市州区县盟]|改革开放|设立|成立)以来|(?:前|近)[两三四五]年|[两三四五六七八九十]年[来间]"
    r"|(?:19|20)\d\d年?[—–―~～至\-]+(?:19|20)?\d\d年(?![末底度初])"
)
_UP_TO: Final = re.compile(r"截[至止]到?[^，。；]{0,12}[末底日止](?!期)")
_DAILY: Final = re.compile(r"(?:日|月)均|平均每[天日月]|每[天日]")
_ONE_MONTH: Final = re.compile(r"(?:^|[，；。：])(?:(?:19|20)\d\d年)?\d{1,2}月(?:份|当月)?(?![末底\d\-—–~～至到])")
_OTHER_PRICES: Final = re.compile(r"按[^，。；]{0,8}(?:不变|可比)价格?(?:计算|核算)?(?:的|，)[^，；。]*$")
_GROWS: Final = re.compile(r"[，(]?[^，。；]{0,14}(?:增长|下降|提高|增速)")
_THIS_YEAR: Final = re.compile(r"全年|本年|当年|年内|年初|1[—–~至\-]12月|(?:19|20)\d\d年|去年|今年")


def is_elsewhere(sentence: Sentence, mention: Mention, *, places: tuple[str, ...], year: int) -> bool:
    """Return whether a figure is one of a part of the place, of part of the year, of several years, or of a plan."""
    earlier = sentence.text[: mention.start]
    if any(pattern.search(earlier) for pattern in (_PARTS, _SERIES, _AMONG)):
        return True
    if mention.kind == "percent" and any(int(y) < year - 1 for y in _COMPARED.findall(earlier)):
        return True
    since = [*_WHOLE_YEAR.finditer(earlier)]
    if _TIMES.search(earlier[since[-1].end() :] if since else earlier):
        return True
    return _is_of_part(earlier, places=places)


def is_of_other_time(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a figure may be a sum over several years, or of a month or day; what counts by year has none."""
    earlier = sentence.text[: mention.start]
    raw = earlier[mention.lead_start :]
    for pattern in (_MANY_YEARS, _UP_TO, _DAILY, _ONE_MONTH):
        found = [*pattern.finditer(earlier)]
        if found and not _THIS_YEAR.search(earlier[found[-1].end() :]):
            return True
    if _THIS_YEAR.search(earlier):
        return False
    if _RUNNING.search(raw):
        return True
    return sentence.spans_years and re.search(scope().reached, raw) is None  # what was reached, the last year has


def is_at_other_prices(sentence: Sentence, mention: Mention) -> bool:
    """Return whether an amount is one at prices of another year: the words are there for it and not for a growth."""
    return _OTHER_PRICES.search(sentence.text[: mention.start]) is not None and not _GROWS.match(mention.tail)


def speaks_of_years(text: str, *, before: bool) -> bool:
    """Return whether a paragraph of a report speaks of several years: it begins so, or goes on where one did before.

    >>> speaks_of_years("过去五年，全市地区生产总值跨过千亿元。", before=False)
    True
    >>> speaks_of_years("2024年，全市地区生产总值1200亿元。", before=True)
    False
    """
    opening = re.split(r"[。；]", text)[0]
    if re.search(PERIODS, opening):
        return True
    return before and _THIS_YEAR.search(opening) is None and "一年" not in opening


def counts_a_noun(mention: Mention) -> bool:
    """Return whether a figure is of the noun behind it: in "29 laboratories, 62 institutes" 62 is of institutes."""
    clause = re.split(r"[，。；、：()]", mention.tail)[0]
    if not clause or clause == mention.tail:  # the next figure, or nothing, follows at once
        return False
    return _followed().match(mention.tail) is None


def _is_of_part(earlier: str, *, places: tuple[str, ...]) -> bool:
    """Return whether the last subject of a sentence is a park or a district, and not the whole place."""
    own = places if not any(name.endswith(("省", "自治区")) for name in places) else (*places, "全省", "全自治区")
    parts = [m for m in _part().finditer(earlier) if not m.group("name").endswith(own)]
    wholes = [m for m in _whole().finditer(earlier) if own != places or not m.group().endswith("全省")]
    return bool(parts) and not (wholes and wholes[-1].start() > parts[-1].start())


@cache
def _part() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[，；：、。])(?P<name>{scope().parts}|{scope().others})(?=：?(?:{scope().doing}))")


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[，；：。])(?:{scope().wholes})")


@cache
def _followed() -> re.Pattern[str]:
    return re.compile(scope().followed)
