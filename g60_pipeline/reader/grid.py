"""A table that fits any screen: columns side by side where they fit, else one record below the other.

A column needs room for its longest word or number, so that none is ever cut; where the columns together need more than
there is, every row becomes a record of lines `heading: cell`, or of short marks that flow like words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP: Final = 2
"""Cells between two columns."""

WORD: Final = 24
"""Cells a word needs at most: what is longer, such as a path, may be broken."""

IDEOGRAMS: Final = 8
"""The same for Chinese, which may be broken after any character."""

LEAST: Final = 10
"""Cells a column of sentences needs at least, so that it does not become a tower of single words."""

BETWEEN: Final = 3
"""Cells between two pieces of a record that share a line."""

MARK: Final = 10
"""Up to this width headings and cells are marks: those of one record flow side by side."""


@dataclass(frozen=True)
class Over:
    """A cell of two parts, the second indented below the first."""

    line: str
    below: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the two parts out."""
        yield Text(self.line, overflow="fold")
        yield Padding(Text(self.below, style="dim", overflow="fold"), (0, 0, 0, GAP))


Cell = str | Text | Over
"""What a cell may be."""


@dataclass
class Column:
    """One column: its heading, and how much room it needs."""

    heading: str
    right: bool = False
    keep: bool = False
    min_width: int = 0
    cells: list[Cell] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Return every line of heading and cells before wrapping."""
        return [line for cell in (self.heading, *self.cells) for line in _lines(cell)]

    @property
    def natural(self) -> int:
        """Return the width at which nothing wraps."""
        return max((cell_len(line) for line in self.lines), default=0)

    @property
    def marks(self) -> int:
        """Return the width of its cells without the heading, each on one line."""
        return max((cell_len(_plain(cell)) for cell in self.cells), default=0)

    @property
    def required(self) -> int:
        """Return the least width at which no word and no number is cut."""
        if self.keep or self.right:
            return self.natural
        words = max((_word_width(word) for line in self.lines for word in line.split()), default=0)
        return max(words, min(self.natural, max(LEAST, self.min_width)))


class Grid:
    """Headings and rows, laid out in the width there is."""

    def __init__(self, headings: Sequence[str], *, right: Sequence[str] = (), keep: Sequence[str] = ()) -> None:
        """Begin an empty table.

        Args:
            headings: Headings of the columns.
            right: Headings of columns that are aligned to the right.
            keep: Headings of columns that do not wrap.
        """
        self.columns = [Column(name, right=name in right, keep=name in keep) for name in headings]
        self._sections: set[int] = set()

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return len(self.columns[0].cells) if self.columns else 0

    @staticmethod
    def text_of(column: Column, row: int) -> str:
        """Return a cell as plain text, its lines joined by commas."""
        return _plain(column.cells[row])

    def add_row(self, *cells: Cell) -> None:
        """Add a row: one cell for every column."""
        for column, cell in zip(self.columns, cells, strict=True):
            column.cells.append(cell)

    def add_section(self) -> None:
        """Draw a line between the rows so far and those that follow."""
        self._sections.add(self.rows - 1)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out: side by side where that fits, as records where it does not."""
        widths = self._widths(options.max_width)
        if widths is not None:
            yield self._side_by_side(widths)
        elif all(c.natural <= MARK for c in self.columns[1:]):
            yield from self._marks(options.max_width)
        else:
            yield from self._records(console, options.max_width)

    def _widths(self, room: int) -> list[int] | None:
        """Return the width of every column, or None where they do not fit."""
        room -= GAP * (len(self.columns) - 1)
        required, natural = [c.required for c in self.columns], [c.natural for c in self.columns]
        if sum(required) > room:
            return None
        # All columns may grow up to one common width, the largest for which there is room.
        common = max(natural, default=0)
        while sum(widths := _grown(required, natural, common)) > room:
            common -= 1
        left = room - sum(widths)
        for index, width in enumerate(widths):
            more = min(left, natural[index] - width)
            widths[index] += more
            left -= more
        return widths

    def _side_by_side(self, widths: Sequence[int]) -> Table:
        made = Table(header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for column, width in zip(self.columns, widths, strict=True):
            made.add_column(
                Text(column.heading),
                justify="right" if column.right else "left",
                no_wrap=column.keep,
                overflow="fold",
                width=width,
            )
        for index in range(self.rows):
            made.add_row(*(_shown(c.cells[index]) for c in self.columns), end_section=index in self._sections)
        return made

    def _records(self, console: Console, room: int) -> Iterator[RenderableType]:
        for index in range(self.rows):
            first, *others = ((c.heading, c.cells[index]) for c in self.columns)
            begins = bool(_plain(first[1]))
            if begins and index:
                yield Text("")
            if begins:
                yield Text(_named(*first), style="bold", overflow="fold")
            pieces = [_named(heading, cell) for heading, cell in others if _plain(cell)]
            yield from (Text(" " * GAP + line) for line in _packed(pieces, console, room - GAP))

    def _marks(self, room: int) -> Iterator[RenderableType]:
        headings = [" ".join(c.heading.split()) for c in self.columns[1:]]
        wide = GAP + 1 + max(map(cell_len, headings)) + max(c.marks for c in self.columns[1:])
        a_line = max((room - GAP) // wide, 1)
        for index in range(self.rows):
            yield Text(_named(self.columns[0].heading, self.columns[0].cells[index]), style="bold", overflow="fold")
            marks = [f"{h} {_plain(c.cells[index])}" for h, c in zip(headings, self.columns[1:], strict=True)]
            for start in range(0, len(marks), a_line):
                line = "".join(mark + " " * (wide - cell_len(mark)) for mark in marks[start : start + a_line])
                yield Text(" " * GAP + line.rstrip())


def _packed(pieces: Sequence[str], console: Console, room: int) -> Iterator[str]:
    """Yield lines with as many pieces as fit; a piece is broken over two lines only where it is wider than one."""
    line = ""
    for piece in pieces:
        longer = f"{line}{' ' * BETWEEN}{piece}" if line else piece
        if cell_len(longer) <= room:
            line = longer
            continue
        if line:
            yield line
        *full, line = (part.plain.rstrip() for part in Text(piece, overflow="fold").wrap(console, room))
        yield from full
    if line:
        yield line


def _grown(required: Sequence[int], natural: Sequence[int], common: int) -> list[int]:
    return [max(least, min(most, common)) for least, most in zip(required, natural, strict=True)]


def _lines(cell: Cell) -> list[str]:
    if isinstance(cell, Over):
        return [*cell.line.split("\n"), *(" " * GAP + line for line in cell.below.split("\n"))]
    return str(cell).split("\n")


def _plain(cell: Cell) -> str:
    """Return a cell on one line."""
    return ", ".join(filter(None, (line.strip() for line in _lines(cell))))


def _named(heading: str, cell: Cell) -> str:
    return f"{' '.join(heading.split())}: {_plain(cell)}" if heading else _plain(cell)


def _shown(cell: Cell) -> RenderableType:
    return Text(cell, overflow="fold") if isinstance(cell, str) else cell


def _word_width(word: str) -> int:
    width = cell_len(word)
    return min(width, WORD if width == len(word) else IDEOGRAMS)
