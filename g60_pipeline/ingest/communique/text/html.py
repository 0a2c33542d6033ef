"""The main text of a page: the smallest element that holds nearly all of its sentences, without menus and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import html as lxml_html

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.assemble import assembled
from g60_pipeline.ingest.communique.text.clean import cell, prose
from g60_pipeline.ingest.communique.text.encoding import decoded
from g60_pipeline.ingest.communique.text.lines import unwrapped
from g60_pipeline.ingest.communique.text.parts import Rows, Text

DROPPED: Final = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "select",
    "button",
    "nav",
    "form",
    "del",
    "s",
    "strike",
)
BLOCKS: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset"),
        *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre"),
        *("section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
"""Elements that begin a new line."""

INLINE: Final = ("sup", "span", "font", "a", "b", "i", "em", "strong", "u")
"""Elements that may be a raised footnote mark: one that is raised by its style is one as `sup` is."""

BREAK: Final = "\x85"
"""Sign that stands for a line break of a page; line ends of its source are blanks."""

FEWEST_BREAKS: Final = 4
"""Breaks from which on a block may be a column that was wrapped at a width."""

MAIN: Final = 0.8
"""Share of the sentences of an element that one of its children must hold to be looked into."""

DEEPEST: Final = 400
"""How deep elements may be nested; real pages stay below a hundred."""

HIDDEN: Final = 0.5
"""Share of the sentences of a page from which on a hidden element is its text, shown by a script later."""

WIDEST_CELL: Final = 120
"""Signs of a cell of figures; a table with longer ones is there for the layout."""

_UNSEEN: Final = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[^;]*line-through)", re.IGNORECASE
)
_RAISED: Final = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_FOOTNOTE: Final = re.compile(r"[\[〔［【(（]?\s*注?\d{0,2}\s*[\]〕］】)）]?|[\u2460-\u2473]|\*+")
_DAY: Final = re.compile(r"(20\d\d)\D(\d{1,2})\D(\d{1,2})")
_DAY_NAMES: Final = ("pubdate", "publishdate", "publish-date", "pubtime", "article:published_time")


def read_html(content: bytes, *, name: str) -> Text:
    """Return the text of a page.

    Raises:
        G60Error: It has no text, or is nested beyond all pages.
    """
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = lxml_html.document_fromstring(decoded(content, name=name).encode("utf-8", "replace"), parser=parser)
    except (lxml_html.etree.ParserError, lxml_html.etree.XMLSyntaxError) as error:
        raise G60Error.of("document.no_page", name, reason=error) from error
    _check_depth(root, name=name)
    _blank_controls(root)
    _drop(root)
    title, published = _title(root), _published(root)
    body = root.find("body")
    main = _main(body if body is not None else root)
    return Text("html", title, assembled(_items(main)), published)


def _check_depth(root: Any, *, name: str) -> None:
    depth = 0
    for event, _ in lxml_html.etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise G60Error.of("document.deep", name, deepest=DEEPEST)


def _blank_controls(root: Any) -> None:
    """Put a blank for each sign no text has: lxml lets it in, but not where it joins what was around an element."""
    for element in root.iter():
        element.text, element.tail = (part and _CONTROL.sub(" ", part) for part in (element.text, element.tail))


def _drop(root: Any) -> None:
    for element in list(root.iter(*DROPPED)):
        element.drop_tree()
    whole = _weight(root)
    for element in list(root.iter()):
        if _is_hidden(element) and element.getparent() is not None and _weight(element) < HIDDEN * whole:
            element.drop_tree()
    for element in list(root.iter("a")):
        if _is_title_elsewhere(element):
            element.drop_tree()
    for element in [e for e in root.iter(*INLINE) if e.tag == "sup" or _RAISED.search(str(e.get("style", "")))]:
        if _FOOTNOTE.fullmatch(_text(element).strip()) and not re.search(r"[mM米]$", _before(element)):
            element.drop_tree()


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or _UNSEEN.search(str(element.get("style", ""))) is not None


def _is_title_elsewhere(link: Any) -> bool:
    """Return whether a link is all the text of its line: the title of another page, not a sentence of this one."""
    address, text = str(link.get("href", "#")), _text(link)
    if address.startswith("#") or text.count("。") > 1:
        return False
    block = next((e for e in link.iterancestors() if e.tag in BLOCKS), None)
    if block is None:
        return False
    rest = _text(block)
    for other in block.iter("a"):
        rest = rest.replace(_text(other), "", 1)
    return _CHINESE.search(rest) is None


def _before(element: Any) -> str:
    previous = element.getprevious()
    return str((previous.tail if previous is not None else element.getparent().text) or "").strip()


def _text(element: Any) -> str:
    return "".join(element.itertext())


def _title(root: Any) -> str:
    named = {str(m.get("name", "")).lower(): str(m.get("content", "")) for m in root.iter("meta")}
    found = [named.get("articletitle", ""), *(_text(h) for h in root.iter("h1", "title", "h2"))]
    titles = [prose(text) for text in found if text.strip()]
    return next((t for t in titles if re.search(r"公报|报告|年鉴", t)), titles[0] if titles else "")


def _published(root: Any) -> str | None:
    for meta in root.iter("meta"):
        names = {str(meta.get("name", "")).lower(), str(meta.get("property", "")).lower()}
        match = _DAY.search(str(meta.get("content", "")))
        if match and not names.isdisjoint(_DAY_NAMES):
            year, month, day = (int(part) for part in match.groups())
            return f"{year:04}-{month:02}-{day:02}"
    return None


def _weight(element: Any) -> int:
    """Return how many sentences an element holds; titles in a menu have none."""
    return len(re.findall(r"[。；，]", _text(element)))


def _main(element: Any) -> Any:
    whole = _weight(element)
    while whole:
        heaviest = max(element, key=_weight, default=None)
        if heaviest is None or heaviest.tag in {"p", "span"} or _weight(heaviest) < MAIN * whole:
            break
        element = heaviest
    return element


def _items(main: Any) -> Iterator[str | Rows]:
    """Yield the lines and tables of an element in reading order."""
    line: list[str] = []
    for piece in _pieces(main):
        if isinstance(piece, str):
            line.append(piece)
            continue
        yield from _lines("".join(line))
        line = []
        if piece:
            yield piece
    yield from _lines("".join(line))


def _lines(block: str) -> Iterator[str]:
    """Yield the lines of a block; where many breaks part it, they may be those of a narrow column."""
    lines = block.split(BREAK)
    yield from (line for line in (unwrapped(lines) if len(lines) >= FEWEST_BREAKS else lines) if line.strip())


def _pieces(main: Any) -> Iterator[str | Rows]:
    """Yield text, tables of figures, and nothing (an empty table) where a line ends. No recursion: pages nest deep."""
    stack: list[Any] = [main]
    while stack:
        item = stack.pop()
        if isinstance(item, (str, tuple)):
            yield item
            continue
        rows = _figures(item) if item.tag == "table" else None
        if rows:
            yield rows
        if rows or not isinstance(item.tag, str):
            continue
        if item.tag == "br":
            yield BREAK
        elif item.tag in BLOCKS:
            yield ()
            stack.append(())
        for child in reversed(item):
            stack += [child.tail or "", child]
        stack.append(item.text or "")


def _figures(table: Any) -> Rows | None:
    """Return the cells of a table of figures, or nothing where it lays out the page."""
    if table.find(".//table") is not None:
        return None
    rows: list[tuple[str, ...]] = []
    pending: dict[int, tuple[int, str]] = {}
    for tr in table.iter("tr"):
        row: list[str] = []
        for td in tr.iter("td", "th"):
            _fill(row, pending)
            text = cell(_text(td))
            if len(text) > WIDEST_CELL:
                return None
            across, down = _span(td, "colspan"), _span(td, "rowspan")
            for _ in range(across):
                if down > 1:
                    pending[len(row)] = (down - 1, text)
                row.append(text)
        _fill(row, pending)
        if any(row):
            rows.append(tuple(row))
    return tuple(rows) if len(rows) > 1 and max(map(len, rows)) > 1 else None


def _fill(row: list[str], pending: dict[int, tuple[int, str]]) -> None:
    """Put in the cells that reach down from the rows above."""
    while len(row) in pending:
        left, text = pending.pop(len(row))
        if left > 1:
            pending[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell_: Any, name: str) -> int:
    value = str(cell_.get(name, "1"))
    return min(int(value), 50) if value.isascii() and value.isdigit() and int(value) > 0 else 1
