"""An answer's body: read and unpacked within a limit, its kind checked; what it means is not looked at."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import requests

from g60_pipeline.ingest.live.http.messages import Form
from g60_pipeline.wording import BilingualText, told

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


class UnknownEncodingError(Exception):
    """The body is compressed in a way that was not asked for."""


ENCODINGS: Final = ("gzip", "deflate")
"""Compressions that are asked for."""

BROKEN: Final = (EOFError, zlib.error)
"""What a compressed body raises that is cut short or damaged."""


def read_body(response: requests.Response, *, limit: int, count: Callable[[int], None]) -> bytes:
    """Return the body with the compression undone.

    Args:
        response: Response whose body has not been read.
        limit: Most bytes the body may have after the compression is undone.
        count: Takes the number of bytes as they arrive.

    Raises:
        BodyTooLargeError: The body is, or announces itself, larger than the limit.
        UnknownEncodingError: The compression is none of `ENCODINGS`.
        EOFError, zlib.error: The compressed body is cut short or damaged.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower().removeprefix("x-")
    if encoding not in {"", "identity", *ENCODINGS}:
        raise UnknownEncodingError(encoding)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:18]) > limit:
        raise BodyTooLargeError
    pieces = _counted(response.raw.stream(_PIECE, decode_content=False), count)
    content = bytearray()
    for part in _inflated(pieces) if encoding in ENCODINGS else pieces:
        content += part
        if len(content) > limit:
            raise BodyTooLargeError
    return bytes(content)


def _counted(pieces: Iterable[bytes], count: Callable[[int], None]) -> Iterator[bytes]:
    for piece in pieces:
        count(len(piece))
        yield piece


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Undo gzip or zlib in small parts, so that a bomb is noticed before it unfolds.

    urllib3 does so too, but takes a body that is cut short for whole.
    """
    stream = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
    for piece in pieces:
        rest = piece
        while rest:
            if stream.eof:  # a further gzip member
                stream = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)
            yield stream.decompress(rest, _PIECE)
            rest = stream.unconsumed_tail or stream.unused_data
    yield stream.flush()
    if not stream.eof:
        raise EOFError


def is_blank(content: bytes) -> bool:
    """Say whether a body holds nothing but blanks."""
    return not content.strip(_BLANK)


def is_page(form: Form, content: bytes) -> bool:
    """Say whether an HTML (or XML) page came where something else was asked for."""
    return form != "html" and content.lstrip(_BLANK).startswith(b"<")


def type_fault(form: Form, content_type: str) -> BilingualText | None:
    """Return what is wrong with a content type, as a rule; None where it is one of the form's."""
    name = content_type.partition(";")[0].strip().lower()
    if _TYPES[form].fullmatch(name):
        return None
    found = name or told("live.http.not_given")
    return told("live.http.content_type", found=found, asked=_NAMES[form])
