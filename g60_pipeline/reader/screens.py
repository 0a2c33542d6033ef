"""How screens look: one console, one form of table, JSON. Plain text when the output is not a terminal."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TextIO

from g60_pipeline.reader.words import plain

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.text import Text

    from g60_pipeline.reader.grid import Grid, Over

PIPED_WIDTH: Final = 200
"""Width of what is not shown in a terminal, unless COLUMNS says otherwise: wide enough that nothing is cut."""


COMMANDS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters a terminal obeys instead of showing them, as those that turn its direction; no line ends and tabs."""


def harmless(words: str) -> str:
    """Return a text without what a terminal would obey: data may neither move its cursor nor set its title."""
    return COMMANDS.sub("\ufffd", words)


def in_markdown(words: str) -> str:
    """Return a text that Markdown shows as it is, in a terminal, too."""
    words = harmless(words)
    for sign in "\\|*_`[]<>#":
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\n", "<br>")


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console for standard output or error.

    Args:
        stderr: Whether to write to standard error.
        width: Width to use where the output is not a terminal and COLUMNS is not set.
    """
    from rich.console import Console  # noqa: PLC0415  - Rich is loaded where something is laid out
    from rich.segment import Segment  # noqa: PLC0415

    class Harmless(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for part in super().render(renderable, options):
                safe = part.control or not COMMANDS.search(part.text)
                yield part if safe else Segment(harmless(part.text), part.style)

    stream = sys.stderr if stderr else sys.stdout
    fixed = None if stream.isatty() or os.environ.get("COLUMNS") else (width or PIPED_WIDTH)
    return Harmless(stderr=stderr, width=fixed, highlight=False, markup=False, emoji=False, soft_wrap=False)


def table(*columns: str, right: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> Grid:
    """Return an empty table; where its columns do not fit the screen its rows become records, one below the other.

    Args:
        columns: Headings.
        right: Headings of columns that are aligned to the right.
        keep: Headings of columns that do not wrap.
    """
    from g60_pipeline.reader.grid import Grid  # noqa: PLC0415  - Rich is loaded where something is laid out

    return Grid(columns, right=right, keep=keep)


def titled(title: str, *parts: RenderableType) -> RenderableType:
    """Return parts under a title of their own; a string is words without markup."""
    from rich.console import Group  # noqa: PLC0415

    return Group(text(title, "bold"), *(text(part) if isinstance(part, str) else part for part in parts))


def text(words: str, style: str = "") -> Text:
    """Return words without markup."""
    from rich.text import Text  # noqa: PLC0415

    return Text(words, style=style, overflow="fold")


def over(line: str, below: str) -> Over:
    """Return a cell of two parts, the second indented below the first."""
    from g60_pipeline.reader.grid import Over  # noqa: PLC0415

    return Over(line, below)


def show(*parts: RenderableType, stderr: bool = False) -> None:
    """Print parts one after the other, a blank line between two. What is piped keeps its paragraphs on one line."""
    from rich.text import Text  # noqa: PLC0415

    out = console(stderr=stderr)
    for index, part in enumerate(parts):
        if index:
            out.print()
        out.print(part, soft_wrap=isinstance(part, Text) and not out.is_terminal)


def data_out() -> TextIO:
    """Return standard output for data: always UTF-8, whatever a terminal or a redirected console is set to.

    A screen may lose a character that the terminal cannot show; data may not.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    return sys.stdout


def print_json(value: Any) -> None:
    """Print a value as JSON: ISO dates, UTF-8, one object."""
    # The json module escapes the other control characters.
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    data_out().write(
        re.sub(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069]", lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"
    )
