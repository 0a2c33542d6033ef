"""Rules on sentences: every figure that a rule knows becomes a candidate, with the rule and how sure it is.

A rule accepts a figure where its label is right before it and nothing but words of scope (the year, the whole city)
before that. Whatever else is there makes it a figure of something smaller, and it is let be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from g60_pipeline.ingest.communique.mentions import PARENTHESIS, Mention, Sentence, sentences, stripped
from g60_pipeline.ingest.communique.narrower import has_narrower_bracket
from g60_pipeline.ingest.communique.rules.read import IndicatorRules, Rule, indicator_rules, scope
from g60_pipeline.ingest.communique.scenes import (
    counts_a_noun,
    is_at_other_prices,
    is_elsewhere,
    is_of_other_time,
    speaks_of_years,
)
from g60_pipeline.ingest.communique.subject import Subject
from g60_pipeline.ingest.communique.text.parts import Paragraph, Table
from g60_pipeline.ingest.communique.topics import Headings, other_topic

_CHANGE: Final = re.compile(
    r"(?:增加|减少|增长|下降|提高|回落|扩大|收窄|缩小|上升|上涨|下跌|增|减|多|少|高于|低于|快于|慢于|净增|高|低|快)$"
)
_SHARES: Final = frozenset({"percent", "points", "permille"})
_YEAR: Final = re.compile(r"(?<![比较与到至从由—\-～~])((?:19|20)\d\d)年(?!度?[—\-～~至到])")
_YEAR_OF: Final = re.compile(r"((?:19|20)\d\d)年的?$")
_YEAR_BEHIND: Final = re.compile(r"^\((?:为|系|按)?((?:19|20)\d\d)年(?!价|不变|可比)[^()，]{0,6}\)")
_FALL: Final = re.compile(r"(?:下降|减少|回落|下跌|负增长)")
_POWERS: Final = {"万亿": 12, "千亿": 11, "百亿": 10, "十亿": 9, "亿": 8, "千万": 7, "百万": 6, "万": 4, "千": 3}


@dataclass(frozen=True)
class Candidate:
    """A figure that a rule takes for one of an indicator."""

    indicator: str
    year: int
    value: str
    unit: str
    sentence: Sentence
    mention: Mention
    rule: str
    confidence: float
    qualifiers: frozenset[str]


def base_value(number: str, unit: str) -> float:
    """Return a figure in its base unit: yuan, persons, pieces.

    >>> base_value("7.25", "万件"), base_value("71.4", "%")
    (72500.0, 71.4)
    """
    power = next((p for prefix, p in _POWERS.items() if unit.startswith(prefix)), 0)
    return float(f"{number}e{power}")


@cache
def _residue(places: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of words that do not change what a figure is of."""
    levels = scope().levels
    own = [words for ending, words in levels.items() if any(place.endswith(ending) for place in places)]
    names = [re.escape(name) for name in sorted(places, key=len, reverse=True)]
    return re.compile(rf"(?:{'|'.join((*scope().words, *(own or levels.values()), *names))})*")


@cache
def _label(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<prefix>.*?)(?:{pattern})(?:{scope().endings})*")


@dataclass(frozen=True)
class _Figure:
    """A figure that was read before, and what it was taken for."""

    mention: Mention
    indicator: str | None
    sentence: int


def candidates(parts: Iterable[Paragraph | Table], subject: Subject) -> Iterator[Candidate]:
    """Yield the figures of a document that rules know, in the order of the text.

    Args:
        parts: Its prose, and its tables for the headings among them.
        subject: Its place and year; without a year no figure has a period, and nothing is yielded.
    """
    if subject.year is None:
        return
    spans_years, headings = False, Headings()
    for paragraph in parts:
        headings.read(paragraph)
        if not isinstance(paragraph, Paragraph):
            continue
        read: list[_Figure] = []
        if subject.kind == "work_report":  # its review of five years goes on over paragraphs
            spans_years = speaks_of_years(paragraph.text, before=spans_years)
        for number, sentence in enumerate(sentences(paragraph, spans_years=spans_years, headings=headings.texts)):
            for mention in (m for m in sentence.mentions if not m.is_threshold):
                near = _near(read, number)
                best = _best(sentence, mention, near, subject=subject)
                for other in () if best else mention.also:
                    best = best or _best(sentence, replace(mention, lead=other), near, subject=subject)
                read.append(_Figure(mention, best.indicator if best else None, number))
                if best is not None:
                    yield best


def _near(read: list[_Figure], number: int) -> list[_Figure]:
    """Return the figures a sentence may lean on: its own, or while it has none those of the sentence before."""
    own = [figure for figure in read if figure.sentence == number]
    return own if any(not _is_minor(f) for f in own) else [f for f in read if f.sentence >= number - 1]


def _is_minor(figure: _Figure) -> bool:
    mention = figure.mention
    return mention.kind in _SHARES or mention.is_aside or _CHANGE.search(mention.lead) is not None


def _best(sentence: Sentence, mention: Mention, near: list[_Figure], *, subject: Subject) -> Candidate | None:
    """Return the surest candidate a figure makes."""
    best: Candidate | None = None
    if not mention.kind or counts_a_noun(mention):
        return None
    if is_elsewhere(sentence, mention, places=subject.places, year=subject.year or 0):
        return None
    label = re.split(r"[，；：]", sentence.text[mention.lead_start : mention.start])[-1]
    is_money = mention.kind in {"money", "dollars"}
    if has_narrower_bracket(label, is_money=is_money) or (is_money and is_at_other_prices(sentence, mention)):
        return None
    topic = other_topic(sentence, mention, places=subject.places)
    if topic == "all":
        return None
    is_of_other = topic == "flows" or is_of_other_time(sentence, mention)
    is_new = _is_new(sentence, mention)
    for entry in _entries(mention.kind):
        if entry.flow and is_of_other:
            continue
        for rule in entry.rules:
            if (rule.new or entry.stock) and is_new != rule.new:
                continue
            if best is not None and rule.confidence <= best.confidence:
                continue
            if _follows(rule, near) and _accepts(rule, sentence, mention, places=subject.places):
                best = _candidate((entry, rule), sentence, mention, year=subject.year or 0) or best
    return best


@cache
def _entries(kind: str) -> tuple[IndicatorRules, ...]:
    """Return the rules of the indicators that are counted in a kind of unit."""
    return tuple(entry for entry in indicator_rules() if kind in entry.units)


def _is_new(sentence: Sentence, mention: Mention) -> bool:
    """Return whether the last verb before a figure says that it was added this year; a list has it only once."""
    text = sentence.text[: mention.lead_start] + mention.lead
    found = [*_adding().finditer(text)]
    if not found or found[-1].group("new") is None:
        return False
    own = len(text) - len(re.split(r"[，；：、]", mention.lead)[-1])
    is_reached = re.search(scope().reached, sentence.text[mention.lead_start : mention.start]) is not None
    return found[-1].start() >= own or not is_reached


@cache
def _adding() -> re.Pattern[str]:
    return re.compile(rf"(?P<new>{scope().new})|(?:{scope().held})")


def _follows(rule: Rule, near: list[_Figure]) -> bool:
    """Return whether a figure follows what its rule wants; changes and shares between them do not count."""
    if not rule.after and not rule.after_lead:
        return True
    for before in reversed(near):
        if rule.after_lead and re.search(rule.after_lead, before.mention.lead):
            return True
        if not (before.mention.is_aside if rule.lead else _is_minor(before)):
            return before.indicator in rule.after
    return False


def _accepts(rule: Rule, sentence: Sentence, mention: Mention, *, places: tuple[str, ...]) -> bool:
    earlier = sentence.text[: mention.start]
    if rule.unless_tail and re.match(rule.unless_tail, mention.tail):
        return False
    if rule.unless and re.search(rule.unless, earlier):
        return False
    if rule.context and not _in_context(rule, sentence, mention):
        return False
    if rule.side == "after":
        return _is_numbered(rule, sentence, mention, places=places)
    if rule.lead is not None:
        return re.fullmatch(rule.lead, mention.lead) is not None
    return any(_labelled(rule, lead, at_start=start, places=places) for lead, start in _leads(sentence, mention))


def _is_numbered(rule: Rule, sentence: Sentence, mention: Mention, *, places: tuple[str, ...]) -> bool:
    """Return whether a label follows its figure: the city has 12 universities."""
    raw = sentence.text[mention.lead_start : mention.start]
    if not re.search(scope().having, raw) or not re.match(rf"的?(?:{rule.label})(?=[，。；、(]|$)", mention.tail):
        return False
    return _residue(places).fullmatch(re.split(r"[，；：]", mention.lead)[-1]) is not None


def _in_context(rule: Rule, sentence: Sentence, mention: Mention) -> bool:
    text = PARENTHESIS.sub("", sentence.text[: mention.start])
    if rule.reach == "previous":
        text = PARENTHESIS.sub("", sentence.before) + text
    found = [*re.finditer(rule.context or "", text)]
    return bool(found) and not (rule.not_since and re.search(rule.not_since, text[found[-1].end() :]))


def _leads(sentence: Sentence, mention: Mention) -> Iterator[tuple[str, bool]]:
    """Yield what leads to a figure, first whole, then from each place where a new sentence may begin."""
    yield mention.lead, mention.lead_start == 0
    for offset in sentence.breaks:
        if mention.lead_start < offset < mention.start and _starters().match(sentence.text, offset):
            yield stripped(sentence.text[offset : mention.start])[0], True


def is_label_of(rule: Rule, label: str, *, places: tuple[str, ...]) -> bool:
    """Return whether a label of a table is one of a rule, words of scope left aside."""
    return _labelled(rule, label, at_start=True, places=places)


@cache
def _starters() -> re.Pattern[str]:
    return re.compile(scope().starters)


def _labelled(rule: Rule, lead: str, *, at_start: bool, places: tuple[str, ...]) -> bool:
    clauses = re.split(r"[，；：]", lead)
    match = _label(rule.label or "").fullmatch(clauses[-1])
    if match is None:
        return False
    prefix = match.group("prefix")
    if rule.unless_prefix and re.search(rule.unless_prefix, prefix):
        return False
    if (
        rule.at_start
        and not (prefix and at_start)
        and not _starters().match(prefix)
        and not (at_start and len(clauses) == 1)
    ):
        return False
    if rule.prefix:
        prefix = re.sub(rf"(?:{rule.prefix})$", "", prefix)
    return _residue(places).fullmatch(prefix) is not None


def _candidate(
    found: tuple[IndicatorRules, Rule], sentence: Sentence, mention: Mention, *, year: int
) -> Candidate | None:
    entry, rule = found
    at = _year_of(rule, sentence, mention, year=year)
    if at is None:
        return None
    value = mention.number
    if entry.signed and _FALL.search(re.split(r"[，；：]", mention.lead)[-1]):
        value = f"-{value}"
    size = abs(base_value(mention.number, mention.unit))
    if (entry.smallest is not None and size < entry.smallest) or (entry.largest is not None and size > entry.largest):
        return None
    return Candidate(
        entry.indicator, at, value, mention.unit, sentence, mention, rule.id, rule.confidence, mention.qualifiers
    )


def _year_of(rule: Rule, sentence: Sentence, mention: Mention, *, year: int) -> int | None:
    """Return the year of a figure: that of the document, or an earlier one that is named where the rule allows it."""
    text = sentence.text[: mention.start]
    named = [int(y) for y in (*_YEAR.findall(text), *_YEAR_OF.findall(text), *_YEAR_BEHIND.findall(mention.tail))]
    if not named or named[-1] == year:
        return year
    return named[-1] if rule.lag and year - 3 < named[-1] < year else None
