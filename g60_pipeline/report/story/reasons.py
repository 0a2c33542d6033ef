"""Stored reasons in Chinese: why a row has no value, why a figure lost. An unknown one stays English, marked."""

from __future__ import annotations

import re
from typing import Final

from g60_pipeline.report.story.words import TEXTS
from g60_pipeline.report.story.working import Both

_WHY_LOST: Final[dict[str, str]] = {
    "its source has withdrawn it": "来源已撤回",
    "its source has replaced it by a newer answer": "来源已用新的应答取代",
    "it is an estimate of the source": "为来源的估计",
    "its copy names no document (grade U)": "抄录未注明文献（U级）",
    "it contradicts a document of better grade": "与等级更高的文献矛盾",
    "it is a bound, and a figure that enters arithmetic is held": "仅为上下限，另有可参与计算的数值",
    "an older revision round": "修订轮次较旧",
    "an unrounded figure is held": "另有未取约数的数值",
    "a status that ranks lower": "状态次序较低",
    "a document of lower grade": "文献等级较低",
    "an older document, or one without a date": "文献较早或无日期",
    "a newer answer of the source is held": "来源另有较新的应答",
}
"""Why a figure lost, as stored -> Chinese."""

_REASONS: Final[dict[str, str]] = {
    "an end is an interval: not every member reports, or only a bound is published": "一端只知区间",
    "no exact figure of it is held": "没有确切数据",
    "no exact figure of it is held for the year": "当年没有确切数据",
    "known as an interval that spans more than one tier": "仅知区间，且跨越不止一个层级",
    "the middle member may have none: nothing to compare with": "中位成员可能为零，无从比较",
    "no link to measure": "没有可度量的联系",
    "fewer than three members": "成员不足三个",
    "no growth of China over the same time is held": "没有全国同期增长数据",
    "the sum of the members is zero": "各成员之和为零",
    "the members lie in one province": "各成员同在一省",
    "no population of every member": "缺少部分成员的人口",
    "the date of issue is not known": "发布日期不详",
    "no version was in force": "当时没有有效版本",
    "the corridor has no dated versions": "走廊没有标注日期的版本",
    "the figures of the two ends stand in no common revision round": "两端数值不属于同一修订轮次",
}
"""Reasons of metric rows, as stored -> Chinese."""

_FORMS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (r"no exact figure of (.+)", "{0}没有确切数据"),
        (r"no exact count of works of (.+)", "{0}没有确切的论文数"),
        (r"fewer than (\d+) indicators say a tier \((.+)\)", "可定层级的指标不足{0}项（{1}）"),
        (r"in no year do (\d+) indicators say a tier", "没有一年有{0}项指标可定层级"),
        (r"(\d+) cities over (\d+) years; (\d+) cities and (\d+) years are needed", "{0}城{1}年，至少需{2}城{3}年"),
        (
            r"no year has a figure above zero of every member; (\d+) has (\d+) of (\d+)",
            "没有一年全体成员均有大于零的数据；{0}年{2}个成员中有{1}个",
        ),
        (r"not held, or without any range: (.+)", "没有数据或没有差异的分项：{0}"),
        (r"(\d+) cities have every component of the year, (\d+) are needed", "当年分项齐备的城市{0}个，至少需{1}个"),
        (
            r"(\d+) events name only a larger place; most that may be those of (.+) do",
            "{0}个事件只提到上级地区，可能属于{1}的事件多为此类",
        ),
        (
            r"most events that may be those of (.+) name only a larger place, as (\d+) links of this network do",
            "可能属于{0}的事件多只提到上级地区，本网络中有{1}条此类联系",
        ),
        (r"events that join two members: (\d+); (\d+) are needed", "连接成员的事件{0}项，至少需{1}项"),
        (r"the date may fall into version (.+)", "日期可能属于版本{0}"),
    )
)
"""Reasons with names or numbers in them, as stored -> Chinese."""

_LOST: Final = re.compile(r"lost to (?P<name>.+): (?P<why>[^:]+)")


def reason_zh(english: str) -> str:
    """Return a stored reason in Chinese, or as it is with a mark where there is no Chinese of it."""
    for form, chinese in _FORMS:
        found = form.fullmatch(english)
        if found:
            return chinese.format(*(g.replace(", ", "、").replace(" or ", "或") for g in found.groups()))
    return _REASONS.get(english) or TEXTS["only_english"][1].format(text=english)


def why_lost(stored: str) -> Both:
    """Return why a figure lost, from the sentence that is stored."""
    found = _LOST.fullmatch(stored)
    if found is None:
        return stored, TEXTS["only_english"][1].format(text=stored)
    name, why = found["name"], found["why"]
    chinese = _WHY_LOST.get(why) or TEXTS["only_english"][1].format(text=why)
    return stored, TEXTS["lost_to"][1].format(name=name, why=chinese)
