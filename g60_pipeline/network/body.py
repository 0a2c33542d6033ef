"""An answer's body: read and unpacked within a limit, its kind checked; what it means is not looked at."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable
from typing import Final

import requests

from g60_pipeline.network.messages import Form

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


def _gunzip(packed: bytes, most: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        return file.read(most)


def _inflate(packed: bytes, most: int) -> bytes:
    stream = zlib.decompressobj()
    content = stream.decompress(packed, most)
    if not stream.eof and len(content) < most:
        raise EOFError
    return content


ENCODINGS: Final = {"gzip": _gunzip, "deflate": _inflate}
"""Compressions that are asked for, and how each is undone up to a number of bytes.

urllib3 unpacks within a limit too, but takes a gzip that is cut short for whole.
"""

BROKEN: Final = (EOFError, gzip.BadGzipFile, zlib.error)
"""What a compressed body raises that is cut short or damaged."""


def read_body(response: requests.Response, *, limit: int, count: Callable[[int], None]) -> bytes:
    """Return the body with the compression undone.

    Args:
        response: Response whose body has not been read.
        limit: Most bytes the body may have, as it comes and after the compression is undone.
        count: Told the number of bytes as they arrive.

    Raises:
        BodyTooLargeError: The body is, or announces itself, larger than the limit.
        UnknownEncodingError: The compression is none of `ENCODINGS`.
        EOFError, gzip.BadGzipFile, zlib.error: The compressed body is cut short or damaged.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower().removeprefix("x-")
    if encoding not in {"", "identity", *ENCODINGS}:
        raise UnknownEncodingError(encoding)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:18]) > limit:
        raise BodyTooLargeError
    content = bytearray()
    for piece in response.raw.stream(_PIECE, decode_content=False):
        count(len(piece))
        content += piece
        if len(content) > limit:
            raise BodyTooLargeError
    unpacked = ENCODINGS[encoding](bytes(content), limit + 1) if encoding in ENCODINGS else bytes(content)
    if len(unpacked) > limit:
        raise BodyTooLargeError
    return unpacked


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
