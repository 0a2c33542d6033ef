"""A bureau's list page to a new document: asked for by a person or a job, one page after the other, never guessed.

The list page is read for a link whose title is that of the communique of the year; the page behind it is kept. Where
that page only points to a file with the text, the file is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

from g60_pipeline.catalog.models import Geography
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.bureaus import Bureau
from g60_pipeline.ingest.communique.fetch import fetched
from g60_pipeline.ingest.communique.places import names_in
from g60_pipeline.ingest.communique.proposals import proposals
from g60_pipeline.ingest.communique.store import About, StoredDocument, keep, received
from g60_pipeline.ingest.communique.text.clean import prose
from g60_pipeline.ingest.communique.text.encoding import decoded
from g60_pipeline.ingest.communique.text.read import read_document

LEAST_FIGURES: Final = 3
"""Figures a communique has at least; a page with fewer only points to it."""

_FILES: Final = (".pdf", ".docx", ".xlsx")

Fetch = Callable[[str], bytes]
"""Address -> what is there."""


@dataclass(frozen=True)
class CollectResult:
    """What became of asking a bureau."""

    document: StoredDocument | None
    """The document of the year; nothing where the list page has none yet."""
    is_new: bool
    asked: tuple[str, ...]
    """Addresses that were asked, in order."""


def collect(bureau: Bureau, place: Geography, *, year: int, home: Path, folder: Path, now: str) -> CollectResult:
    """Ask a bureau for the communique of a year, and keep it where it is there.

    Args:
        bureau: The bureau.
        place: Its place.
        year: Year the figures are of.
        home: `G60_HOME`, whose settings of the network hold.
        folder: The folder of documents.
        now: Time, UTC.

    Raises:
        G60Error: Its list page is not known, a page did not come, or what came is not the communique of the year.
    """
    if bureau.list_url is None:
        raise G60Error.of("communique.no_list_page", bureau.publisher_zh)
    there = [d for d in received(folder) if (d.geo_code, d.year, d.kind) == (bureau.geo_code, year, "communique")]
    asked: list[str] = []

    def ask(url: str) -> bytes:
        asked.append(url)
        return fetched(url, home=home)

    listed = _links(ask(bureau.list_url), bureau.list_url)
    found = [url for url, title in listed if bureau.is_title(title, year=year)]
    if not found:
        return CollectResult(None, False, tuple(asked))
    known = next((d for d in there if d.url in found), None)
    if known is not None:
        return CollectResult(known, False, tuple(asked))
    url = found[0]
    content, url = _document(ask(url), url, ask=ask, year=year, place=place)
    about = About(place, year, "communique", url)
    document, is_new = keep(folder, content, name=url.rstrip("/").rpartition("/")[2] or "page", about=about, now=now)
    return CollectResult(document, is_new, tuple(asked))


def _document(content: bytes, url: str, *, ask: Fetch, year: int, place: Geography) -> tuple[bytes, str]:
    """Return the page, or the file it points to where it has no figures itself."""
    try:
        text = read_document(content, name=url)
        enough = len(proposals(text, name=url, year=year, places=names_in(place))) >= LEAST_FIGURES
    except G60Error:
        enough = False
    if enough:
        return content, url
    files = [link for link, _ in _links(content, url) if urlsplit(link).path.lower().endswith(_FILES)]
    return (ask(files[0]), files[0]) if len(files) == 1 else (content, url)


def _links(content: bytes, url: str) -> list[tuple[str, str]]:
    """Return the links of a page within its site, with their titles."""
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8")
        root = lxml_html.document_fromstring(decoded(content, name=url).encode("utf-8", "replace"), parser=parser)
    except (lxml_html.etree.ParserError, lxml_html.etree.XMLSyntaxError):
        return []
    found = []
    for link in root.iter("a"):
        target = urljoin(url, str(link.get("href", "")).strip())
        if urlsplit(target).netloc == urlsplit(url).netloc:
            found.append((target, prose(f"{link.get('title', '')}{''.join(link.itertext())}")))
    return found
