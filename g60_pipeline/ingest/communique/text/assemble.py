"""Lines and tables in reading order to the parts of a document, numbered as a reader would count them."""

from __future__ import annotations

from collections.abc import Iterable

from g60_pipeline.ingest.communique.text.clean import broken_prose, cell, prose
from g60_pipeline.ingest.communique.text.lines import joined, mended, stacked
from g60_pipeline.ingest.communique.text.parts import Paragraph, Rows, Table

CAPTION_LINES = 3
"""Lines above a table that may name it, its columns or its unit."""


def assembled(items: Iterable[str | Rows]) -> tuple[Paragraph | Table, ...]:
    """Return the parts that lines (text) and tables (rows of cells) make up."""
    parts: list[Paragraph | Table] = []
    lines: list[str] = []
    counts = {"paragraph": 0, "table": 0}

    def place(what: str) -> str:
        counts[what] += 1
        return f"{what} {counts[what]}"

    def flush() -> None:
        above: list[str] = []
        for piece in stacked(mended(lines)):
            if piece and isinstance(piece[0], list):
                rows = tuple(tuple(cell(c) for c in row) for row in piece)
                parts.append(Table(rows, place("table"), prose(" ".join(above[-CAPTION_LINES:])), aligned=False))
                continue
            above = [line for line in piece if isinstance(line, str)]
            for line in joined(above):
                text, breaks = broken_prose(line)
                if text:
                    parts.append(Paragraph(text, place("paragraph"), breaks))
        lines.clear()

    for item in items:
        if isinstance(item, str):
            lines.append(item)
            continue
        caption = prose(" ".join(lines[-CAPTION_LINES:]))
        flush()
        parts.append(Table(item, place("table"), caption))
    flush()
    return tuple(parts)
