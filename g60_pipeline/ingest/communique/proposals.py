"""From candidates to proposals: for each indicator and year the surest figure of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from g60_pipeline.ingest.communique.extract import Candidate, candidates
from g60_pipeline.ingest.communique.subject import Section, sections
from g60_pipeline.ingest.communique.tables import CellCandidate, cell_candidates
from g60_pipeline.ingest.communique.text.parts import Paragraph, Table, Text

COLUMNS: Final = ("doc", "indicator", "period_end", "value", "unit", "sentence", "rule", "confidence")
"""Columns of a list of proposals."""


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

    @property
    def marked(self) -> str:
        """Return the sentence with the figure in brackets."""
        return f"{self.sentence[: self.start]}【{self.sentence[self.start : self.end]}】{self.sentence[self.end :]}"

    def row(self, doc: str) -> tuple[str, ...]:
        """Return the cells of `COLUMNS`."""
        period = f"{self.year}-12-31"
        return (doc, self.indicator, period, self.value, self.unit, self.sentence, self.rule, f"{self.confidence:.2f}")


def proposals(text: Text, *, name: str, year: int | None = None, places: tuple[str, ...] = ()) -> list[Proposal]:
    """Return the figures of a document, at most one for each indicator and year.

    Args:
        text: The document.
        name: Name of its file.
        year: Its reference year where it is known; else as its title says.
        places: Further names of its place.
    """
    found: list[Proposal] = []
    for section in sections(text, name=name, year=year):
        found += _of_section(section, year=year, places=places)
    return found


def _of_section(section: Section, *, year: int | None, places: tuple[str, ...]) -> Iterator[Proposal]:
    subject = replace(section.subject, places=(*section.subject.places, *places), year=year or section.subject.year)
    prose = [part for part in section.parts if isinstance(part, Paragraph)]
    found = [_from_sentence(candidate) for candidate in candidates(prose, subject)]
    for part in section.parts:
        if isinstance(part, Table):
            found += [_from_cell(candidate) for candidate in cell_candidates(part, subject)]
    yield from surest(found)


def _from_sentence(found: Candidate) -> Proposal:
    return Proposal(
        indicator=found.indicator,
        year=found.year,
        value=found.value,
        unit=found.unit,
        sentence=found.sentence.text,
        where=found.sentence.paragraph.where,
        start=found.mention.start,
        end=found.mention.end,
        rule=found.rule,
        confidence=found.confidence,
        qualifiers=tuple(sorted(found.qualifiers)),
    )


def _from_cell(found: CellCandidate) -> Proposal:
    cells = [cell for cell in found.row if cell]
    start = sum(len(cell) + len(BAR) for cell in found.row[: found.column] if cell)
    return Proposal(
        indicator=found.indicator,
        year=found.year,
        value=found.value.rstrip("%"),
        unit=found.unit or "%" * found.value.endswith("%"),
        sentence=BAR.join(cells),
        where=found.table.where,
        start=start,
        end=start + len(found.value),
        rule=found.rule,
        confidence=found.confidence,
    )


def surest(found: Iterable[Proposal]) -> list[Proposal]:
    """Return the surest proposal of each indicator and year, the earliest of equals."""
    best: dict[tuple[str, int], Proposal] = {}
    for proposal in found:
        key = (proposal.indicator, proposal.year)
        if key not in best or proposal.confidence > best[key].confidence:
            best[key] = proposal
    return list(best.values())
