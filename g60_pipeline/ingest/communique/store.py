"""The folder of documents: each as received, beside a record of what it is. No document in it is ever written over.

A document is known by its SHA-256. The record says place, year and kind, which the text has to agree with, and ends
with a hash over itself, so that a changed title, day or address is seen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError

from g60_pipeline.catalog.models import Geography
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.places import is_about
from g60_pipeline.ingest.communique.subject import Kind, Section, Subject, part_of_year, sections
from g60_pipeline.ingest.communique.text.parts import Paragraph, Text
from g60_pipeline.ingest.communique.text.read import content_of, form_of, read_document
from g60_pipeline.whole_files import write_whole
from g60_pipeline.wording import told

RECORD: Final = ".json"
"""Suffix of a record."""


PUT_BACK: Final = told("error.document.put_back")
"""What to do about a record that was changed."""

OF_MEMBERS: Final = frozenset({"rd_bulletin", "yearbook_table"})
"""Kinds of documents that a larger place publishes with a row for each of its own."""

HEAD: Final = 6
"""Paragraphs at the head of a document, among which are its title, publisher and day."""

LONGEST_HEAD: Final = 400


@dataclass(frozen=True)
class StoredDocument:
    """A document of the folder."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    sha256: str
    name: str
    """Name it came under, or the last part of its address."""
    form: Annotated[str, StringConstraints(pattern="^[a-z]{3,4}$")]
    size: int
    geo_code: str
    year: int
    """Year its figures are of."""
    kind: Kind
    title: str
    url: str | None
    published: str | None
    added: str
    """Time it was added, UTC."""
    seal: str | None = None
    """SHA-256 over all that is above. Records of earlier versions have none: a change of them is not seen."""

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return f"{self.sha256}.{self.form}"

    @property
    def record(self) -> str:
        """Return what its record is called in messages."""
        return f"documents/{self.sha256}{RECORD}"


_RECORD: Final = TypeAdapter(StoredDocument)


@dataclass(frozen=True)
class About:
    """What a document is said to be."""

    place: Geography
    year: int
    kind: Kind
    url: str | None = None
    within: tuple[str, ...] = ()
    """Names of the places above it, whose bulletins and yearbooks have rows of it."""


def received(folder: Path) -> list[StoredDocument]:
    """Return the documents of a folder, the oldest first; a missing folder has none.

    Raises:
        G60Error: A record can not be read.
    """
    found = []
    for path in folder.glob(f"*{RECORD}") if folder.is_dir() else ():
        try:
            one = _RECORD.validate_json(path.read_bytes())
            dt.datetime.fromisoformat(one.added)
        except ValueError as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise G60Error.of("document.no_record", f"documents/{path.name}", reason=said) from error
        if one.seal is not None and one != _sealed(one):
            raise G60Error(f"documents/{path.name}", told("error.document.broken_seal"), PUT_BACK)
        if one.sha256 != path.stem:
            raise G60Error(f"documents/{path.name}", told("error.document.other_record", sha256=one.sha256), PUT_BACK)
        found.append(one)
    return sorted(found, key=lambda document: (document.added, document.sha256))


def without_record(folder: Path) -> list[str]:
    """Return the names of the documents of a folder that have no record, and so are not looked at."""
    named = [p for p in folder.iterdir() if len(p.stem) == hashlib.sha256().digest_size * 2] if folder.is_dir() else []
    return sorted(p.name for p in named if p.suffix != RECORD and not p.with_suffix(RECORD).exists())


def in_force(documents: list[StoredDocument]) -> list[StoredDocument]:
    """Return the newest document of each place, year and kind."""
    newest = {(d.geo_code, d.year, d.kind): d for d in documents}
    return list(newest.values())


def replaced_by(document: StoredDocument, documents: list[StoredDocument]) -> StoredDocument | None:
    """Return the document that was in force for the same place, year and kind before this one was added."""
    same = [d for d in documents if (d.geo_code, d.year, d.kind) == (document.geo_code, document.year, document.kind)]
    earlier = [d for d in same if d.sha256 != document.sha256 and d.added <= document.added]
    return earlier[-1] if earlier else None


def keep(folder: Path, content: bytes, *, name: str, about: About, now: str) -> tuple[StoredDocument, bool]:
    """Put a document into the folder and return its record, and whether it is new there.

    Args:
        folder: The folder of documents; it is made where it is missing.
        content: The document as received.
        name: Name to report, and to find it by.
        about: What it is said to be.
        now: Time, UTC.

    A record of an earlier version, without a seal, is made again from the document, with the time and address it has.

    Raises:
        G60Error: It can not be read, is about another place or year, or is there already as something else.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    there = next((d for d in received(folder) if d.sha256 == sha256), None)
    if there is not None:
        if (there.geo_code, there.year, there.kind) != (about.place.geo_code, about.year, about.kind):
            raise G60Error.of("document.filed_before", name, kind=there.kind, place=there.geo_code, year=there.year)
        if there.seal is not None:
            return there, False
        now = there.added
    text = read_document(content, name=name)
    section = fitting(text, about, name=name)
    later = [d for d in received(folder) if d.added > now and there is None]
    if later:
        raise G60Error.of("document.clock", name, now=now, file=later[-1].file, added=later[-1].added)
    document = StoredDocument(
        sha256=sha256,
        name=there.name if there else name,
        form=form_of(content, name=name),
        size=len(content),
        geo_code=about.place.geo_code,
        year=about.year,
        kind=about.kind,
        title=title_of(text, section, about),
        url=about.url or (there.url if there else None),
        published=text.published or printed_day(section, year=about.year),
        added=now,
    )
    document = _sealed(document)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / document.file, content, durable=True)
    record = json.dumps(asdict(document), ensure_ascii=False, indent=1)
    write_whole(folder / f"{sha256}{RECORD}", record.encode(), durable=True)
    return document, there is None


def _sealed(document: StoredDocument) -> StoredDocument:
    said = json.dumps(asdict(replace(document, seal=None)), ensure_ascii=True, sort_keys=True)
    return replace(document, seal=hashlib.sha256(said.encode()).hexdigest())


def text_of(folder: Path, document: StoredDocument) -> Text:
    """Return the text of a document of the folder.

    Raises:
        G60Error: Its file is gone, or is not what was received.
    """
    content = content_of(folder / document.file)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise G60Error.of("document.bytes_changed", f"documents/{document.file}", name=document.name)
    return read_document(content, name=document.name)


def fitting(text: Text, about: About, *, name: str) -> Section:
    """Return the document within a file that is about the place and year.

    Raises:
        G60Error: None is, or it is about a part of the year; the message says what the title says.
    """
    if (title := part_of_year(text)) is not None:
        raise G60Error.of("document.part_of_year", name, title=title)
    found = sections(text, year=about.year)
    named = [s for s in found if not s.subject.is_titled or _fits(s.subject, about)]
    if named:
        return named[0]
    says = "; ".join(
        " ".join(str(part) for part in (*s.subject.places[:1], s.subject.year) if part is not None) for s in found
    )
    raise G60Error.of("document.about_other", name, says=says, place=about.place.name_zh, year=about.year)


def _fits(subject: Subject, about: About) -> bool:
    above = about.kind in OF_MEMBERS and not set(about.within).isdisjoint(subject.places)
    return (above or is_about(subject.places, about.place)) and subject.year in {None, about.year}


def title_of(text: Text, section: Section, about: About) -> str:
    """Return the title of a document, or one made of what it is, where it bears none."""
    words = {
        "communique": "国民经济和社会发展统计公报",
        "work_report": "政府工作报告",
        "rd_bulletin": "科技经费投入统计公报",
        "yearbook_table": "统计年鉴",
    }
    if section.subject.year is not None and text.title and len(text.title) < 60:
        return text.title
    return f"{about.place.name_zh}{about.year}年{words[about.kind]}"


def printed_day(section: Section, *, year: int) -> str | None:
    """Return the day a document bears at its head, if it is one on which figures of the year can be out."""
    head = "".join(part.text for part in section.parts[:HEAD] if isinstance(part, Paragraph))[:LONGEST_HEAD]
    for match in re.finditer(r"(20\d\d)(?:年|-|/)(\d{1,2})(?:月|-|/)(\d{1,2})日?", head):
        found, month, day = (int(part) for part in match.groups())
        if year < found <= year + 2 and 1 <= month <= 12 and 1 <= day <= 31:
            return f"{found:04}-{month:02}-{day:02}"
    return None
