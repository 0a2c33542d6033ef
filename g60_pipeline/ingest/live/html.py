"""HTML pages to trees, within bounds. What a page says is read by its connector."""

from __future__ import annotations

import contextlib
import warnings
from collections import Counter
from html.parser import HTMLParser
from typing import Final

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning

from g60_pipeline.ingest.live.decode import expect
from g60_pipeline.ingest.live.http.messages import Answer

DEEPEST: Final = 500
"""How deep tags may be nested. Real pages stay below fifty; the time a tree takes grows with the square."""

VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
"""Tags that hold nothing."""


def tree(text: str, answer: Answer) -> BeautifulSoup:
    """Return the tree of a page without its scripts and styles.

    Raises:
        SourceError: Its tags are nested too deep to be a page of figures.
    """
    expect(not _is_too_deep(text), answer, "answer.deep", deepest=DEEPEST)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(text, "html.parser")
    for tag in soup.find_all(["script", "style"]):
        tag.decompose()
    return soup


class _TooDeepError(Exception):
    """The limit is passed; nothing further is read."""


class _Depth(HTMLParser):
    """Follows the tags as the tree would be built, and builds none."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self._count: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  - the parser's form
        if tag in VOID:
            return
        self._open.append(tag)
        self._count[tag] += 1
        if len(self._open) > DEEPEST:
            raise _TooDeepError

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take no notice: it holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        while self._count[tag]:
            closed = self._open.pop()
            self._count[closed] -= 1
            if closed == tag:
                return


def _is_too_deep(text: str) -> bool:
    depth = _Depth()
    try:
        with contextlib.suppress(AssertionError):  # the parser's own on markup it does not know
            depth.feed(text)
            depth.close()
    except _TooDeepError:
        return True
    return False
