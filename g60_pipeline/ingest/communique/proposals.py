"""From candidates to proposals: for each indicator and year the surest figure of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from g60_pipeline.ingest.communique.extract import Candidate, base_value, candidates
from g60_pipeline.ingest.communique.subject import Kind, Section, part_of_year, sections
from g60_pipeline.ingest.communique.table_scope import own_caption
from g60_pipeline.ingest.communique.tables import CellCandidate, cell_candidates
from g60_pipeline.ingest.communique.text.parts import Paragraph, Table, Text
from g60_pipeline.ingest.communique.topics import Headings, is_below_other

COLUMNS: Final = (
    *("doc", "indicator", "period_end", "value", "unit", "sentence", "rule", "confidence"),
    *("qualifier", "where", "elsewhere"),
)
"""Columns of a list of proposals."""


_PLANS: Final = re.compile(
    r"(?!.*(?:回顾|总结|情况|报告))(?:[二三四]、|\([二三四]\)|第[二三四]部分)?[^，。]{0,12}"
    r"(?:(?:今年|20\d\d年|今后五年|未来五年|“?十[四五六]五”?时期)[^，。]{0,14}(?:工作|任务|目标|安排|要求|思路|打算|重点)|"
    r"(?:今后|未来|下一)[^，。]{0,10}(?:工作|任务|目标|安排))[^。]{0,30}$"
)

_REVIEW: Final = re.compile(r"(?:一、|\(一\)|第一部分)[^，。]{0,20}(?:回顾|总结|成绩|成就|成效)[^，。]{0,12}$")
_NEXT_CHAPTER: Final = re.compile(r"(?:二、|第二部分)(?!.*(?:回顾|总结|成绩|成就|成效|(?:工作|发展)情况))[^。]{0,40}$")

ROUNDED: Final = 0.01
"""Relative difference up to which one figure may be the other one rounded."""

ROUGH: Final = 0.1
"""Relative difference up to which a figure may be what is "over" or "nearly" another one."""

LONGEST_CAPTION: Final = 60
"""Signs of the caption of a table that a person is shown."""

BAR: Final = " | "
"""What parts the cells of a row where it is shown as a sentence."""


@dataclass(frozen=True)
class Proposal:
    """A figure read from a document, for a person to judge."""

    indicator: str
    year: int
    value: str
    unit: str
    sentence: str
    where: str
    """Place of the sentence in the document."""
    start: int
    """Offset of the figure in the sentence."""
    end: int
    rule: str
    confidence: float
    qualifiers: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Other figures of the same indicator and year in the document, each with its place: one of them may be meant."""

    @property
    def marked(self) -> str:
        """Return the sentence with the figure in brackets."""
        return f"{self.sentence[: self.start]}【{self.sentence[self.start : self.end]}】{self.sentence[self.end :]}"

    def row(self, doc: str) -> tuple[str, ...]:
        """Return the cells of `COLUMNS`."""
        period = f"{self.year}-12-31"
        read = (doc, self.indicator, period, self.value, self.unit, self.sentence, self.rule, f"{self.confidence:.2f}")
        return (*read, ";".join(self.qualifiers), self.where, ";".join(self.elsewhere))


def proposals(
    text: Text, *, name: str, year: int | None = None, places: tuple[str, ...] = (), kind: Kind | None = None
) -> list[Proposal]:
    """Return the figures of a document, at most one for each indicator and year.

    Args:
        text: The document.
        name: Name of its file.
        year: Its reference year where it is known; else as its title says.
        places: Names of the place wanted. Of a document about another place (a province's bulletin on its cities)
            only the rows of this one count.
        kind: What the document is, where that is known; else as its title says.
    """
    found: list[Proposal] = []
    if part_of_year(text) is not None:
        return found
    for section in sections(text, name=name, year=year):
        found += _of_section(section, year=year, places=places, kind=kind or section.subject.kind)
    return found


def _of_section(section: Section, *, year: int | None, places: tuple[str, ...], kind: Kind) -> Iterator[Proposal]:
    named = section.subject.places
    is_of_member = bool(places and named and section.subject.is_titled and set(places).isdisjoint(named))
    own = places if is_of_member else (*named, *places)
    subject = replace(section.subject, places=own, year=year or section.subject.year, kind=kind)
    parts = _looking_back(section.parts, year=subject.year) if kind == "work_report" else section.parts
    found: list[Proposal] = []
    if not is_of_member:
        found += [_from_sentence(candidate) for candidate in candidates(parts, subject)]
    headings = Headings()
    for part in parts:
        if isinstance(part, Table):
            is_below = is_below_other(headings.above(part), places=subject.places)
            cells = cell_candidates(part, subject, is_of_member=is_of_member or is_below)
            found += [_from_cell(candidate) for candidate in cells]
        headings.read(part)
    yield from surest(found)


def _looking_back(parts: Sequence[Paragraph | Table], *, year: int | None) -> Sequence[Paragraph | Table]:
    """Return the part of a work report that looks back: what follows are plans.

    They begin with a heading that says so, with the chapter behind a review, or with the next year.
    """
    is_review = False
    for position, part in enumerate(parts):
        text = part.text if isinstance(part, Paragraph) else ""
        is_next = year is not None and re.match(rf"(?:{year + 1}年|今年)(?!\d{{1,2}}月)[^《》]*。", text) is not None
        if is_next or _PLANS.match(text) or (is_review and _NEXT_CHAPTER.match(text)):
            return parts[:position]
        is_review = is_review or _REVIEW.match(text) is not None
    return parts


def _from_sentence(found: Candidate) -> Proposal:
    return Proposal(
        indicator=found.indicator,
        year=found.year,
        value=found.value,
        unit=found.unit,
        sentence=found.sentence.text,
        where=", under ".join((found.sentence.paragraph.where, *found.sentence.headings[-1:])),
        start=found.mention.start,
        end=found.mention.end,
        rule=found.rule,
        confidence=found.confidence,
        qualifiers=tuple(sorted(found.qualifiers)),
    )


def _from_cell(found: CellCandidate) -> Proposal:
    cells = [cell for cell in found.row if cell]
    caption = own_caption(found.table.caption)[-LONGEST_CAPTION:]
    start = sum(len(cell) + len(BAR) for cell in found.row[: found.column] if cell)
    return Proposal(
        indicator=found.indicator,
        year=found.year,
        value=found.value.rstrip("%"),
        unit=found.unit or "%" * found.value.endswith("%"),
        sentence=BAR.join(cells),
        where="".join(
            (
                f"{found.table.where} ({caption})" if caption else found.table.where,
                f", under {found.section}" if found.section else "",
                f", column {found.title}" if found.title else "",
            )
        ),
        start=start,
        end=start + len(found.value),
        rule=found.rule,
        confidence=found.confidence,
    )


def surest(found: Iterable[Proposal]) -> list[Proposal]:
    """Return the surest proposal of each indicator and year: of equals the exact one, the earliest of these.

    A first page says that output passed 3000, the page on output that it was 3018.4. A figure that says something else,
    such as a table with another value, is named beside the surest: of a kind only one is right.
    """
    said: dict[tuple[str, int], list[Proposal]] = {}
    for proposal in found:
        said.setdefault((proposal.indicator, proposal.year), []).append(proposal)
    return [_surest(same) for same in said.values()]


def _surest(same: Sequence[Proposal]) -> Proposal:
    best = same[0]
    for proposal in same[1:]:
        if _is_better(proposal, best):
            best = proposal
    others = {p.value + p.unit: f"{p.value}{p.unit} ({p.where})" for p in same if _says_otherwise(p, best)}
    return replace(best, elsewhere=tuple(others.values())) if others else best


def _says_otherwise(other: Proposal, best: Proposal) -> bool:
    """Return whether two figures can not be one: neither is the other rounded, nor is it only about as large.

    >>> one = Proposal("gdp", 2024, "3018.4", "亿元", "", "", 0, 0, "", 1.0)
    >>> others = [("3018", "亿元", ()), ("0.302", "万亿元", ()), ("3000", "亿元", ("over",)), ("3021.4", "亿元", ())]
    >>> [_says_otherwise(replace(one, value=v, unit=u, qualifiers=q), one) for v, u, q in others]
    [False, False, False, True]
    """
    values = [base_value(p.value, p.unit) for p in (other, best)]
    if other.qualifiers or best.qualifiers:
        return abs(values[0] - values[1]) > ROUGH * max(map(abs, values))
    steps = [base_value(_last_digit(p.value), p.unit) for p in (other, best)]
    return abs(values[0] - values[1]) > max(steps) / 2 * (1 + ROUNDED)


def _last_digit(number: str) -> str:
    """Return one unit of the last digit of a number: 0.01 of 7.25."""
    decimals = len(number.partition(".")[2])
    return f"0.{'1'.zfill(decimals)}" if decimals else "1"


def _is_better(other: Proposal, best: Proposal) -> bool:
    if other.confidence != best.confidence:
        return other.confidence > best.confidence
    if bool(other.qualifiers) != bool(best.qualifiers):
        return not other.qualifiers
    values = [base_value(p.value, p.unit) for p in (other, best)]
    is_same = abs(values[0] - values[1]) <= ROUNDED * abs(values[1])
    return is_same and _digits(other) > _digits(best)


def _digits(proposal: Proposal) -> int:
    return len(proposal.value.strip("-").replace(".", "").strip("0"))
