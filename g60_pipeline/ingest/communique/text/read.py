"""Bytes of a document to its text: what it is, is seen by its first bytes, not by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.communique.text.assemble import assembled, heading
from g60_pipeline.ingest.communique.text.encoding import decoded
from g60_pipeline.ingest.communique.text.lines import unwrapped
from g60_pipeline.ingest.communique.text.parts import Text

MAX_BYTES: Final = 50_000_000
"""Largest document that is read: far above a communique with its pictures, far below what fills the memory."""

FORMS: Final = ("html", "pdf", "docx", "xlsx", "txt")
"""Forms a document may have."""

_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_HTML: Final = re.compile(rb"<!doctype html|<html|<head|<body|<p[\s>]|<div[\s>]|<table[\s>]", re.IGNORECASE)


def check_size(size: int, *, name: str) -> None:
    """Refuse a document that is too large, before it is read.

    Raises:
        G60Error: It is.
    """
    if size > MAX_BYTES:
        raise G60Error.of("document.too_large", name, size=size // 1000000, most=MAX_BYTES // 1000000)
    if not size:
        raise G60Error.of("document.empty", name)


def content_of(path: Path) -> bytes:
    """Return the bytes of a document on disk; one that is too large is not read at all.

    Raises:
        G60Error: It is too large, empty, or can not be opened.
    """
    try:
        check_size(path.stat().st_size, name=path.name)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise G60Error.of("document.not_opened", path.name, reason=error.strerror) from error


def form_of(content: bytes, *, name: str) -> str:
    """Return the form of a document by its first bytes.

    Raises:
        G60Error: It is of a form that is not read.
    """
    head = content[:4096].lstrip()
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK"):
        return _zipped(content, name=name)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise G60Error.of("document.old_office", name)
    if content.startswith(_PICTURES):
        raise G60Error.of("document.picture", name)
    if head.startswith(b"{\\rtf"):
        raise G60Error.of("document.rtf", name)
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise G60Error.of("document.archive", name)
    return "html" if _HTML.search(head) or _HTML.search(content[:20_000]) else "txt"


def read_document(content: bytes, *, name: str) -> Text:
    """Return the text of a document.

    Args:
        content: Its bytes, as received.
        name: Name to report.

    Raises:
        G60Error: It is too large, empty, damaged, encrypted, a scan, or of a form that is not read.
    """
    check_size(len(content), name=name)
    form = form_of(content, name=name)
    text = _read(form, content, name=name)
    if not any(text.parts):
        raise G60Error.of("document.no_text", name)
    return text


def _read(form: str, content: bytes, *, name: str) -> Text:
    """Read by form. The libraries are loaded here: no other command needs them."""
    if form == "pdf":
        from g60_pipeline.ingest.communique.text.pdf import read_pdf  # noqa: PLC0415  - loaded when needed

        return read_pdf(content, name=name)
    if form in {"docx", "xlsx"}:
        from g60_pipeline.ingest.communique.text import office  # noqa: PLC0415  - loaded when needed

        return office.read_docx(content, name=name) if form == "docx" else office.read_xlsx(content, name=name)
    if form == "html":
        from g60_pipeline.ingest.communique.text.html import read_html  # noqa: PLC0415  - loaded when needed

        return read_html(content, name=name)
    return _read_plain(content, name=name)


def _read_plain(content: bytes, *, name: str) -> Text:
    text = decoded(content, name=name)
    if "\x00" in text:
        raise G60Error.of("document.no_signs", name)
    parts = assembled(unwrapped(text.splitlines()))
    return Text("txt", heading(parts), parts)


def _zipped(content: bytes, *, name: str) -> str:
    from g60_pipeline.ingest.office import unpacks  # noqa: PLC0415  - loaded when needed

    names = set(unpacks(content, name=name).namelist())
    if any(member.startswith("word/") for member in names):
        return "docx"
    if any(member.startswith("xl/") for member in names):
        return "xlsx"
    raise G60Error.of("document.archive", name)
