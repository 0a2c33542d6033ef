"""The lines of a CSV answer of the OECD: whole, of one width, with every column that is needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from g60_pipeline.ingest.live.decode import WAIT, expect, signs
from g60_pipeline.ingest.live.http.messages import Answer, SourceError
from g60_pipeline.signs import is_missing
from g60_pipeline.wording import told

SOURCE: Final = "oecd_sdmx"
NO_OBSERVATION: Final = "nan"
"""What SDMX writes where there is no observation, in small letters."""


@dataclass(frozen=True)
class Line:
    """One row of a CSV file with the line it ends on."""

    number: int
    cells: Mapping[str, str]


def lines_of(answer: Answer, text: str, *, columns: tuple[str, ...]) -> Iterator[Line]:
    """Yield the lines below the header.

    Raises:
        SourceError: The answer is no whole CSV file, or lacks a column.
    """
    name = answer.subject
    if not text.strip():
        raise SourceError(name, told("live.oecd.empty"), WAIT)
    if text.lstrip().startswith("<"):
        raise SourceError(name, told("live.oecd.page"), WAIT)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [signs(name) for name in next(reader)]
        missing = [c for c in columns if c not in header]
        expect(not missing, answer, "oecd.columns", missing=", ".join(missing), header=header)
        double = sorted({c for c in columns if header.count(c) > 1})
        expect(not double, answer, "oecd.double", double=", ".join(double))
        start = reader.line_num + 1
        for cells in reader:
            expect(reader.line_num == start, answer, "oecd.spans", start=start, end=reader.line_num)
            start = reader.line_num + 1
            expect(
                len(cells) == len(header),
                answer,
                "oecd.fields",
                remedy=WAIT,
                line=reader.line_num,
                n=len(cells),
                header=len(header),
            )
            yield Line(reader.line_num, dict(zip(header, map(signs, cells), strict=True)))
    except csv.Error as error:
        raise SourceError(name, told("live.oecd.no_csv", line=reader.line_num, error=error), WAIT) from error


def is_no_value(text: str) -> bool:
    """Return whether a cell holds no observation: nothing, SDMX's own NaN, or a sign of print for it."""
    return text.casefold() == NO_OBSERVATION or is_missing(text)


def codes_of(lines: Sequence[Line], column: str) -> str:
    """Return the codes a column has, for a message; the first twelve of many."""
    codes = sorted({line.cells[column] for line in lines})
    return "/".join(codes[:12] + ["…"] * (len(codes) > 12)) or "none"
