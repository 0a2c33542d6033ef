"""What waits for a person: proposals of the documents in force that were neither accepted nor rejected.

Accepted figures are rows of `inbox/communiques.csv`, an inbox file like any other: a row taken out waits again.
Rejected ones are rows of `documents/rejected.csv`. Nothing enters by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from g60_pipeline.catalog.models import Geography, Indicator
from g60_pipeline.catalog.whole import Catalog
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.decision_files import (
    ACCEPTED,
    COLUMNS,
    REJECTED,
    REJECTED_COLUMNS,
    decisions,
    rows_of,
    write_rows,
)
from g60_pipeline.ingest.communique.filing import FilingTarget, filed
from g60_pipeline.ingest.communique.places import names_above, names_in
from g60_pipeline.ingest.communique.proposals import Proposal, proposals
from g60_pipeline.ingest.communique.ranges import Doubt, StoredFigure, doubts, neighbours
from g60_pipeline.ingest.communique.store import (
    OF_MEMBERS,
    PUT_BACK,
    About,
    StoredDocument,
    fitting,
    in_force,
    received,
    text_of,
)
from g60_pipeline.ingest.communique.subject import titled
from g60_pipeline.wording import told

LONGEST_NOTE: Final = 240
"""Signs of a sentence that are quoted: some bulletins are one sentence."""

_PRELIMINARY: Final = ("初步核算", "初步统计", "初步预计", "快报数")

StoredOf = Callable[[str, str], Sequence[StoredFigure]]
"""Indicator and basis -> what the warehouse has of them."""


@dataclass(frozen=True)
class PendingProposal:
    """A proposal that waits, with all a person needs to judge it."""

    document: StoredDocument
    place: Geography
    proposal: Proposal
    filed: FilingTarget
    indicator: Indicator
    stored: StoredFigure | None
    """What the warehouse has for the same place, indicator, basis and year."""
    doubts: tuple[Doubt, ...]
    neighbours: tuple[StoredFigure, ...] = ()
    """What the warehouse has around it: the place in other years, other places in its year."""

    @property
    def is_sure(self) -> bool:
        """Return whether nothing speaks against it; how sure its rule is, is `proposal.confidence`."""
        return not self.doubts

    @property
    def row_id(self) -> str:
        """Return the identifier of its row in the inbox."""
        parts = (self.place.geo_code, self.filed.indicator_id, self.filed.basis, str(self.proposal.year))
        return "-".join((*parts, self.document.sha256[:8]))

    @property
    def key(self) -> tuple[str, ...]:
        """Return what makes it the same proposal in another edition of its document."""
        target, proposal = self.filed, self.proposal
        return (
            *(self.place.geo_code, target.indicator_id, target.basis),
            *(str(proposal.year), proposal.value, target.unit),
        )


@dataclass(frozen=True)
class Review:
    """The review of one installation."""

    folder: Path
    """Folder of documents."""
    inbox: Path
    catalog: Catalog
    stored_of: StoredOf
    """What the published warehouse has."""

    def pending(self, *, geo_code: str | None = None) -> list[PendingProposal]:
        """Return what waits, in the order of documents and of their text.

        Args:
            geo_code: Only this place.

        Raises:
            G60Error: A document or a file of decisions can not be read.
        """
        accepted, rejected = decisions(self.folder, self.inbox)
        decided = {row["row_id"] for row in accepted}
        settled = {_row_key(row, period="period") for row in accepted}
        settled |= {_row_key(row, period="year") for row in rejected}
        places = {place.geo_code: place for place in self.catalog.geographies}
        found: list[PendingProposal] = []
        for document in in_force(received(self.folder)):
            if geo_code not in {None, document.geo_code}:
                continue
            if document.geo_code not in places:
                rule = told("error.document.no_place", code=document.geo_code)
                raise G60Error(document.record, rule, PUT_BACK)
            place = places[document.geo_code]
            within = names_above(place, self.catalog.geographies)
            for proposal, target in readings(self.folder, document, place=place, within=within):
                waiting = self._judged(document, proposal, target=target, place=place)
                if waiting.key not in settled and waiting.row_id not in decided:
                    found.append(waiting)
        return found

    def accept(self, waiting: PendingProposal, *, corrected: str | None = None) -> dict[str, str]:
        """Put a proposal into the inbox and return its row; the next build takes it in.

        Args:
            waiting: The proposal.
            corrected: Value a person read instead; the note then says what the rule read.
        """
        row = accepted_row(waiting, corrected=corrected)
        kept = [r for r in rows_of(self.inbox / ACCEPTED) if r["row_id"] != row["row_id"]]
        write_rows(self.inbox / ACCEPTED, COLUMNS, [*kept, row])
        return row

    def reject(self, waiting: PendingProposal, *, now: str) -> None:
        """Remember that a proposal is wrong: it is not shown again, nor in another edition."""
        row = {
            "geo_code": waiting.place.geo_code,
            "indicator_id": waiting.filed.indicator_id,
            "basis": waiting.filed.basis,
            "year": str(waiting.proposal.year),
            "value": waiting.proposal.value,
            "unit": waiting.filed.unit,
            "document": waiting.document.sha256,
            "where": waiting.proposal.where,
            "sentence": quoted(waiting.proposal),
            "decided": now,
        }
        write_rows(self.folder / REJECTED, REJECTED_COLUMNS, [*rows_of(self.folder / REJECTED), row])

    def _judged(
        self, document: StoredDocument, proposal: Proposal, *, target: FilingTarget, place: Geography
    ) -> PendingProposal:
        indicator = next(i for i in self.catalog.indicators if i.indicator_id == target.indicator_id)
        basis = next(b for b in indicator.bases if b.basis == target.basis)
        power = {unit.unit: unit.power_of_ten for unit in self.catalog.units}
        stored = self.stored_of(target.indicator_id, target.basis)
        value = float(f"{proposal.value}e{power[target.unit] - power[basis.unit or indicator.unit]}")
        found = doubts(value, indicator, geo_code=place.geo_code, year=proposal.year, stored=stored)
        if proposal.elsewhere:
            found.append(Doubt("communique.doubt.elsewhere", {"printed": "; ".join(proposal.elsewhere)}))
        same = next((s for s in stored if (s.geo_code, s.year) == (place.geo_code, proposal.year)), None)
        near = neighbours(stored, geo_code=place.geo_code, year=proposal.year)
        return PendingProposal(document, place, proposal, target, indicator, same, tuple(found), tuple(near))


def readings(
    folder: Path, document: StoredDocument, *, place: Geography, within: tuple[str, ...]
) -> Iterator[tuple[Proposal, FilingTarget]]:
    """Yield what a document of the folder says that has a place in the catalog.

    Args:
        folder: The folder of documents.
        document: One of them.
        place: The place its record names.
        within: Names of the places above it.

    Raises:
        G60Error: Its file is not what was received, or its text is not about what its record says.
    """
    text = text_of(folder, document)
    try:
        fitting(text, About(place, document.year, document.kind, within=within), name=document.record)
    except G60Error as error:
        raise G60Error(document.record, told("error.document.disagrees", rule=error.rule), PUT_BACK) from error
    for proposal in proposals(text, name=document.name, year=document.year, places=names_in(place), kind=document.kind):
        target = filed(proposal)
        if target is not None:
            yield proposal, target


def differences(older: Sequence[Proposal], newer: Sequence[Proposal]) -> list[tuple[str, str, str]]:
    """Return what a newer edition says otherwise: indicator and year, what the older said, what the newer says."""
    said = [{(p.indicator, p.year): p.value + p.unit for p in edition} for edition in (older, newer)]
    keys = sorted({*said[0], *said[1]})
    return [
        (f"{name} {year}", before, after)
        for name, year in keys
        if (before := said[0].get((name, year), "")) != (after := said[1].get((name, year), ""))
    ]


def accepted_row(waiting: PendingProposal, *, corrected: str | None) -> dict[str, str]:
    """Return the row of the inbox a proposal becomes."""
    proposal, document = waiting.proposal, waiting.document
    note = quoted(proposal)
    if corrected is not None:
        note = f"read by hand; the rule {proposal.rule} read {proposal.value}: {note}"
    return {
        "row_id": waiting.row_id,
        "geo_code": waiting.place.geo_code,
        "indicator_id": waiting.filed.indicator_id,
        "basis": waiting.filed.basis,
        "period_kind": "year",
        "period": str(proposal.year),
        "value": corrected or proposal.value,
        "unit": waiting.filed.unit,
        "status": "preliminary" if any(word in proposal.sentence for word in _PRELIMINARY) else "",
        "flags": ";".join(waiting.filed.flags),
        "locator": proposal.where,
        "note": note,
        "publisher": publisher_of(waiting.place, document),
        "document_title": document.title,
        "published": document.published or "",
        "url": document.url or "",
        "grade": grade_of(document),
    }


def quoted(proposal: Proposal) -> str:
    """Return the sentence of a figure, shortened around it where it is long."""
    if len(proposal.sentence) <= LONGEST_NOTE:
        return proposal.sentence
    start = max(0, proposal.start - LONGEST_NOTE // 2)
    end = min(len(proposal.sentence), proposal.end + LONGEST_NOTE // 2)
    return f"{'…' * (start > 0)}{proposal.sentence[start:end]}{'…' * (end < len(proposal.sentence))}"


def publisher_of(place: Geography, document: StoredDocument) -> str:
    """Return who publishes documents of a kind for a place; a province's bulletin names itself in its title."""
    subject = titled(document.title)
    name = subject.places[0] if subject and subject.places and document.kind in OF_MEMBERS else place.name_zh
    return f"{name}{'人民政府' if document.kind == 'work_report' else '统计局'}"


def grade_of(document: StoredDocument) -> str:
    """Return how far a document can be trusted: a site of the government, a re-post, or a copy without address."""
    if document.url is None:
        return "D"
    host = urlsplit(document.url).hostname or ""
    return "A" if host.endswith((".gov.cn", ".stats.gov.cn")) or host == "gov.cn" else "C"


def _row_key(row: dict[str, str], *, period: str) -> tuple[str, ...]:
    return tuple(row[name] for name in ("geo_code", "indicator_id", "basis", period, "value", "unit"))
