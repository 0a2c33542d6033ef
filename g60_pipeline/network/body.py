"""An answer's body: read within a limit, its compression undone, its kind checked. What it says is not looked at."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import requests

from g60_pipeline.network.messages import Form

ENCODINGS: Final = "gzip, deflate"
"""Compressions we can undo within a limit, as asked for."""

_PIECE: Final = 64 * 1024
_NAMES: Final[dict[Form, str]] = {"json": "JSON", "csv": "CSV", "html": "HTML"}
_TYPES: Final[dict[Form, re.Pattern[str]]] = {
    "json": re.compile(r"(application|text)/json|[\w.-]+/[\w.+-]+\+json"),
    "csv": re.compile(r"(text|application)/csv|text/plain|application/vnd\.sdmx\.data\+csv.*"),
    "html": re.compile(r"text/html|application/xhtml\+xml"),
}
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
"""Bytes of a byte order mark and of blanks."""


class BodyTooLargeError(Exception):
    """The body is larger than the limit; no more of it was read."""


class BrokenBodyError(Exception):
    """The body is not whole, or its compression is broken."""


class UnknownEncodingError(Exception):
    """The body is compressed in a way that was not asked for."""


def read_body(response: requests.Response, *, limit: int, count: Callable[[int], None]) -> bytes:
    """Return the body with the compression undone.

    Args:
        response: Response whose body has not been read.
        limit: Most bytes the body may have after the compression is undone.
        count: Told the number of bytes as they arrive.

    Raises:
        BodyTooLargeError: The body is, or announces itself, larger than the limit.
        BrokenBodyError: The compressed body is cut short or damaged.
        UnknownEncodingError: The compression is none of `ENCODINGS`.
    """
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:18]) > limit:
        raise BodyTooLargeError
    undone = _undoing(response.headers.get("Content-Encoding", "").strip().lower())
    content = bytearray()
    for piece in response.raw.stream(_PIECE, decode_content=False):
        count(len(piece))
        for part in undone.feed(piece):
            content += part
            if len(content) > limit:
                raise BodyTooLargeError
    content += undone.finish()
    return bytes(content)


def is_blank(content: bytes) -> bool:
    """Say whether a body holds nothing but blanks."""
    return not content.strip(_BLANK)


def is_page(form: Form, content: bytes) -> bool:
    """Say whether an HTML (or XML) page came where something else was asked for."""
    return form != "html" and content.lstrip(_BLANK).startswith(b"<")


def type_fault(form: Form, content_type: str) -> str | None:
    """Return what is wrong with a content type, as a rule; None where it is one of the form's."""
    name = content_type.partition(";")[0].strip().lower()
    if _TYPES[form].fullmatch(name):
        return None
    return f"the content type is {name or 'not given'}, {_NAMES[form]} was asked for"


class _Plain:
    """No compression."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def finish(self) -> bytes:
        return b""


class _Inflated:
    """Gzip or zlib, undone in small parts so that a bomb is noticed before it unfolds, and checked for its end."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self._stream.eof:  # a further gzip member
                self._stream = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
            try:
                yield self._stream.decompress(piece, _PIECE)
            except zlib.error as error:
                raise BrokenBodyError from error
            piece = self._stream.unconsumed_tail or self._stream.unused_data

    def finish(self) -> bytes:
        rest = self._stream.flush()
        if not self._stream.eof:
            raise BrokenBodyError
        return rest


def _undoing(encoding: str) -> _Plain | _Inflated:
    if encoding in {"", "identity"}:
        return _Plain()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Inflated()
    raise UnknownEncodingError(encoding)
