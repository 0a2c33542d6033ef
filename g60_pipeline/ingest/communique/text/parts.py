"""What a document is made of once it is read: paragraphs of prose and tables, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

Rows = tuple[tuple[str, ...], ...]
"""Cells of a table, row by row; a cell that spans others is repeated in each."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose in plain signs, without blanks and footnote marks."""

    text: str
    where: str
    """Place for a person to look it up, such as `page 3, paragraph 2`."""
    breaks: tuple[int, ...] = ()
    """Offsets at which a blank or a page number parted it: a new sentence may begin there."""


@dataclass(frozen=True)
class Table:
    """A table, or lines that look like one."""

    rows: Rows
    where: str
    caption: str = ""
    """What is printed right above it: often the unit of all its figures."""
    aligned: bool = True
    """Whether cells are known by the file; false where a line was split at its blanks."""


@dataclass(frozen=True)
class Text:
    """A document as text."""

    form: str
    """Form of the file: html, pdf, docx, xlsx, txt."""
    title: str
    parts: tuple[Paragraph | Table, ...]
    published: str | None = None
    """Day of publication, where the file says it: 2025-03-28."""

    @property
    def paragraphs(self) -> list[Paragraph]:
        """Return the prose alone, in order."""
        return [part for part in self.parts if isinstance(part, Paragraph)]

    @property
    def tables(self) -> list[Table]:
        """Return the tables alone, in order."""
        return [part for part in self.parts if isinstance(part, Table)]
