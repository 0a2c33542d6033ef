"""Figures in a sentence: digits with a unit, what leads to each, and what is no figure (dates, ordinals, names)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Final

from g60_pipeline.ingest.communique.text.parts import Paragraph

UNITS: Final = {
    "money": r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|万|千)?元",
    "dollars": r"(?:亿|千万|百万|万|千)?美元",
    "persons": r"(?:亿|百万|万|千)?(?:人(?![次年均民])|名|位)",
    "percent": r"%",
    "points": r"个?百分点",
    "permille": r"‰|个?千分点",
    "area": r"(?:万|百万)?平方(?:公里|千米|米)",
    "count": r"(?:亿|百万|万|千)?(?:件|家|户|个(?![百千]分点|月|年)|所|项|份|宗|支|只|种|座|处|台|条|次|批)",
}
"""Kinds of units, each by how it is printed."""

_SIGNS: Final = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in UNITS.items())
_FIGURE: Final = re.compile(
    rf"(?P<number>(?:(?<![\d.A-Za-z])-?|(?<=GDP)|(?<=R&D))\d+(?:\.\d+)?(?!\.?\d))"
    rf"(?P<more>[余多])?(?P<scale>万|亿|万亿|百万|千)?(?P<more2>[余多])?(?:{_SIGNS})?"
)
_NO_FIGURE: Final = re.compile(
    r"(?:19|20)\d\d(?:[—–～~\-至]+(?:19|20)?\d\d)?(?:学年|年度|年)|\d{1,2}月份?|\d{1,2}日|第\d+|\d+届|\d+[-—~]\d+(?:月|年|日)|\d+时|\d+周年"
    r"|前\d+个月|\d+个月|\d+[:：]\d+(?:[:：]\d+)*"
)

QUALIFIERS: Final = {
    "over": r"(?:首次)?(?:超过|超出|超|突破|逾|多于|不少于|不低于|大于)",
    "nearly": r"接近|将近|近",
    "about": r"大约|约为|约合|约",
    "expected": r"(?:初步)?(?:预计|预期|有望)",
    "below": r"不到|不足|低于|少于",
}
"""Words before a figure that say how exact it is."""

_VERBS: Final = (
    r"(?:首次)?(?:分别)?(?:达到了?|达成|达|实现|完成|为|是|共计|共有|共|有|增至|增加到|增长到|"
    r"提高到|提高至|提升到|提升至|上升到|上升至|扩大到|发展到|增加至|增长至|降至|降为|下降到|稳定在|保持在|保持|已|约合|折合|登上|跃上|迈上|站上|：)"
)
_FILLER: Final = re.compile(rf"(?:(?P<q>{'|'.join(QUALIFIERS.values())})|{_VERBS})$")
_AFTER: Final = {
    "over": re.compile(r"^(?:以上|有余)"),
    "about": re.compile(r"^(?:左右|上下)"),
    "expected": re.compile(r"^\(预计"),
}
_MARK_PASSED: Final = re.compile(r"(?:的)?(?:大关|关口|台阶|门槛|新台阶)，?(?:达到?|实现|为)")
_PASSED: Final = re.compile(r"(?:的)?(?:大关|关口|台阶|门槛|新台阶)，?(?:达到?|实现|为)?")
_RISEN: Final = re.compile(r"(?:增加|增长|提高|提升|上升|发展|扩大|跃升|攀升|壮大|增|升)(?:到了?|至)$")
_REACHED: Final = re.compile(r"[，、](?:总量|总数|规模|总额)?(?:已)?(?:达到?|突破|超过|为|实现|升至|增至)[^，]{0,3}")
_GROWN: Final = re.compile(
    r"(?:按(?:可比|不变)价格?(?:计算)?，?)?(?:(?:比|较)(?:上年|去年)|同比)?(?:实际)?(?:增长|下降|提高)$"
)
_FROM: Final = re.compile(r"[从由][^，。；]*$")
_STEP: Final = re.compile(
    r"(?:成功|首次|历史性)?(?:突破|跨越|跨上|迈上|跃上|站上|迈过|再上|登上|跨过|越过|超过|超)"
    r"(?:[^，。；\d]{0,10}(?:台阶|大关|关口)|[一二两三四五六七八九十百千万亿]+(?:元|美元|家|户|个|件|人|项))$"
)
_PASSES: Final = re.compile(r"(?:突破|跨越|迈上|跃上|站上|迈过|跨过|越过|超过|超|跨)了?$")
_NOW: Final = re.compile(r"[，、]?(?:总量|总数|总规模|总额|规模)?(?:已)?(?:达到?了?|为|实现|升至|增至|至)")
_OF_YEAR: Final = re.compile(r"(?:19|20)\d\d年的?$")
_FLOURISH: Final = re.compile(
    r"(?:稳步|持续|不断|快速|大幅|再|逐步|明显|进一步|创|屡)"
    r"(?:提高|提升|增长|增加|攀升|上升|扩大|创新高|历史新高|新高|壮大)$"
)
_LISTED: Final = re.compile(r"[、，和与及]*")
_UNKNOWN: Final = "\x00"
"""Lead of a figure whose label is one of several: no rule has it."""

_COMMON_ENDING: Final = re.compile(r"(?:(?:专利)?(?:授权|申请|拥有)[量数]?|总额|金额|收入|支出|在校生[数]?)$")
PARENTHESIS: Final = re.compile(r"\([^()]*\)")
PERIODS: Final = (
    r"[两三四五]年(?:来|间|累计)|近[两三四五]年|5年(?:来|间)|过去五年|(?:十[一二三四五])五[”\"]?(?:时期|期间|以来)"
)
"""Words for several years."""
_PERIODS: Final = re.compile(PERIODS)
_GLUED_HEADING: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}、[^，。；：\d]{2,24}?(?=全年|全市|全省|全州|全区|年末|年底|初步核算|经|根据|据|州属|(?:19|20)\d\d年)"
)
_SENTENCE: Final = re.compile(r"[^。！？]*[。！？]?")


@dataclass(frozen=True)
class Sentence:
    """A sentence with its place in a paragraph and the offsets at which it may begin anew."""

    text: str
    start: int
    breaks: tuple[int, ...]
    paragraph: Paragraph
    before: str = ""
    """The sentence before it in the paragraph, for what it leaves out."""
    spans_years: bool = False
    """Whether the paragraph speaks of several years before it."""
    headings: tuple[str, ...] = ()
    """The headings above its paragraph."""

    @cached_property
    def mentions(self) -> list[Mention]:
        """Return the figures of the sentence, in order."""
        return list(_mentions(self))


@dataclass(frozen=True)
class Mention:
    """A figure of a sentence."""

    number: str
    """Digits as printed, without separators."""
    unit: str
    kind: str
    """Kind of the unit, or nothing where none is printed."""
    start: int
    end: int
    lead: str
    """Text between the figure before and this one, without fillers at its end and without parentheses."""
    lead_start: int
    qualifiers: frozenset[str]
    tail: str
    """What follows, up to the next figure."""
    is_aside: bool
    """Whether it is inside parentheses."""
    also: tuple[str, ...] = ()
    """What else may lead to it: of "patents applied for and granted" the second label is that of patents granted."""
    is_threshold: bool = False
    """Whether it is only a mark that the next figure passed."""


def sentences(paragraph: Paragraph, *, spans_years: bool = False, headings: tuple[str, ...] = ()) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph.

    Args:
        paragraph: The paragraph.
        spans_years: Whether what is before it speaks of several years.
        headings: The headings above it.
    """
    before = ""
    for match in _SENTENCE.finditer(paragraph.text):
        text = match.group()
        if not text:
            continue
        breaks = [b - match.start() for b in paragraph.breaks if match.start() < b < match.end()]
        breaks += [m.end() for m in _GLUED_HEADING.finditer(text)]
        yield Sentence(text, match.start(), tuple(breaks), paragraph, before, spans_years, headings)
        before, spans_years = text, spans_years or _PERIODS.search(text) is not None


def _mentions(sentence: Sentence) -> Iterator[Mention]:
    text = sentence.text
    masked = _NO_FIGURE.sub(lambda m: "\x00" * len(m.group()), text)
    found = [m for m in _FIGURE.finditer(masked) if _is_figure(m, masked)]
    ends = [0, *(m.end() for m in found)]
    starts = [*(m.start() for m in found), len(text)]
    labels: list[tuple[str, tuple[str, ...]]] = []
    before = ""
    for position, match in enumerate(found):
        raw = text[ends[position] : match.start()]
        tail = text[match.end() : starts[position + 1]]
        lead, qualifiers = stripped(raw)
        also: tuple[str, ...] = ()
        if labels and _LISTED.fullmatch(raw):
            lead, also = labels.pop(0)
        elif position and (_PASSED.fullmatch(raw) or (_RISEN.search(_OF_YEAR.sub("", raw)) and _FROM.search(before))):
            lead = _FROM.sub("", before)
        elif position and _passed(found[position - 1], match, text, raw=raw):
            lead = before
        elif position and _REACHED.fullmatch(raw) and _GROWN.search(before):
            lead = _GROWN.sub("", before)
        else:
            labels = _shared(lead, raw)
            if labels and len(labels) != _listed(text, starts[position:], ends[position + 1 :]):
                labels = [(_UNKNOWN, ())]  # which figure is of which label is not said
            lead, also = labels.pop(0) if labels else (lead, ())
        before = lead
        kind = next((k for k in UNITS if match.group(k)), "")
        if match.group("more") or match.group("more2"):
            qualifiers |= {"over"}
        yield Mention(
            number=match.group("number"),
            unit=(match.group("scale") or "") + (match.group(kind) if kind else ""),
            kind=kind,
            start=match.start(),
            end=match.end(),
            lead=lead,
            lead_start=ends[position],
            qualifiers=qualifiers | {name for name, pattern in _AFTER.items() if pattern.search(tail)},
            tail=tail,
            is_aside=text.count("(", 0, match.start()) > text.count(")", 0, match.start()),
            also=also,
            is_threshold=position + 1 < len(found)
            and (_MARK_PASSED.match(tail) is not None or _passed(match, found[position + 1], text, raw=tail)),
        )


def _passed(mark: re.Match[str], figure: re.Match[str], text: str, *, raw: str) -> bool:
    """Return whether a figure says how far a mark was passed: it exceeded 3000, reaching 3018."""
    kinds = [next((kind for kind in UNITS if match.group(kind)), "") for match in (mark, figure)]
    return bool(kinds[0] == kinds[1] and _PASSES.search(text[: mark.start()]) and _NOW.fullmatch(raw))


def _is_figure(match: re.Match[str], text: str) -> bool:
    return not re.match(r"[年月日号届时岁]", text[match.end() : match.end() + 1] or " ") and not (
        match.end() < len(text) and text[match.end()] in "+:"
    )


def stripped(raw: str) -> tuple[str, frozenset[str]]:
    """Return a lead without what is between label and figure, and the qualifiers among that."""
    qualifiers: set[str] = set()
    lead = raw
    while True:
        bare = lead.rstrip("：、" if lead is raw else "，：、")
        if bare.endswith("(") or bare.endswith(")"):
            bare = PARENTHESIS.sub("", bare + (")" if bare.endswith("(") else ""))
        bare = re.sub(r"\($", "", bare)
        bare = _STEP.sub("", bare)
        if bare != raw:
            bare = _FLOURISH.sub("", bare)
        match = _FILLER.search(bare)
        if match:
            qualifiers |= {
                name for name, pattern in QUALIFIERS.items() if re.fullmatch(pattern, match.group("q") or "")
            }
            bare = bare[: match.start()]
        if bare == lead:
            return PARENTHESIS.sub("", lead), frozenset(qualifiers)
        lead = bare


def _listed(text: str, starts: list[int], ends: list[int]) -> int:
    """Return how many figures follow each other with nothing but signs of a list between them."""
    gaps = (_LISTED.fullmatch(text, end, start) for end, start in zip(ends, starts[1:], strict=False))
    return 1 + sum(1 for _ in takewhile(bool, gaps))


def _shared(lead: str, raw: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the labels of figures that are given respectively: exports and imports were 3 and 2.

    Each comes with what it may be short for: of "patents applied for, granted" the second means patents granted.
    """
    if "分别" not in raw:
        return []
    clause = re.split(r"[，；：]", lead)
    labels = re.split(r"[、和与及]", clause[-1])
    head = lead[: len(lead) - len(clause[-1])]
    if len(labels) < 2:
        return []
    first, ending = labels[0], _COMMON_ENDING.search(labels[-1])
    shorts = [first[: max(len(first) - len(label), 0)] + label for label in labels]
    longs = [label + (ending.group() if ending else "") for label in labels]
    return [(head + label, (head + a, head + b)) for label, a, b in zip(labels, shorts, longs, strict=True)]
