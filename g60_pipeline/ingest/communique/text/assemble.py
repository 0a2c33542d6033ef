"""Lines and tables in reading order to the parts of a document, numbered as a reader would count them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from g60_pipeline.ingest.communique.text.clean import broken_prose, caption, cell
from g60_pipeline.ingest.communique.text.lines import joined, mended, stacked
from g60_pipeline.ingest.communique.text.parts import Paragraph, Rows, Table

CAPTION_LINES = 3
"""Lines above a table that may name it, its columns or its unit."""

TITLE_LINES: Final = 4
"""Lines at the head of a document among which its title is."""

_END_OF_TITLE: Final = re.compile(r"(?:公报|报告|年鉴)(?:\([^()]*\))?$")
_YEAR: Final = re.compile(r"(?:19|20)\d\d|二[〇零]")


def heading(parts: Sequence[Paragraph | Table]) -> str:
    """Return the title at the head of a file that marks none: the lines with the year up to the one that ends it.

    Nothing is a title where no such line is there: a text that begins with its first chapter has none.

    >>> lines = ("临川市统计局", "临川市2024年", "国民经济和社会发展统计公报", "一、综合")
    >>> heading([Paragraph(line, "") for line in lines]), heading([Paragraph("一、综合", "")])
    ('临川市2024年国民经济和社会发展统计公报', '')
    """
    lines = [part.text for part in parts[:TITLE_LINES] if isinstance(part, Paragraph) and "。" not in part.text]
    last = next((n for n, line in enumerate(lines) if _END_OF_TITLE.search(line)), None)
    if last is None:
        return ""
    first = next((n for n in range(last, -1, -1) if _YEAR.search(lines[n])), last)
    return "".join(lines[first : last + 1])


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
                parts.append(Table(rows, place("table"), caption(above[-CAPTION_LINES:]), aligned=False))
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
        title = caption(lines[-CAPTION_LINES:])
        flush()
        parts.append(Table(item, place("table"), title))
    flush()
    return tuple(parts)
