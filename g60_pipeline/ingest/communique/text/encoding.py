"""Bytes of a text file or page to text: UTF-8, then what the page declares, then GB 18030. Nothing is guessed."""

from __future__ import annotations

import codecs
import re
from typing import Final

from g60_pipeline.errors import G60Error

_DECLARED: Final = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

SPOILED: Final = 0.001
"""Share of signs that may be unreadable: a page with one broken sign is read, one in another encoding is not."""


def decoded(content: bytes, *, name: str) -> str:
    """Return the text of a file.

    Raises:
        G60Error: It is in no encoding that Chinese documents come in.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    match = _DECLARED.search(content[:4096])
    declared = match.group(1).decode("ascii").lower() if match else ""
    candidates = ["utf-8", _known(declared), "gb18030"]
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    texts = [content.decode(encoding, errors="replace") for encoding in candidates]
    best = min(texts, key=lambda text: text.count("\ufffd"))
    if best.count("\ufffd") > SPOILED * len(best):
        raise G60Error.of("document.encoding", name)
    return best


def _known(encoding: str) -> str:
    """Return the name of an encoding Python knows; GBK and GB 2312 are read as GB 18030, which contains them."""
    if encoding.startswith("gb"):
        return "gb18030"
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "utf-8"
