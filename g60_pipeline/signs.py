"""Signs of print that mean the same: full-width and ASCII, seen and unseen. Every parser reads through here.

Only signs are changed: digits, letters and punctuation of the full-width block, blanks, dashes of a minus, and what has
no width at all. Chinese text, circled numbers and raised footnote marks are not.
"""

from __future__ import annotations

import re
from typing import Final

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS: Final = dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_UNSEEN: Final = dict.fromkeys(
    (0x00AD, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
)
_MINUS: Final = {0x2212: "-"}
_TABLE: Final = {**_WIDE, **_BLANKS, **_UNSEEN, **_MINUS}

MISSING: Final = re.compile(r"-*|[\u2010-\u2015\u2500]*|\.{2,}|[\u2026\u22ef]+|/")
"""What official tables print where no figure is: nothing, dashes, dots. None of it is a zero."""


_OF_ADDRESS: Final = r"[^\s\x00-\x20\x7f\"<>\\^`{|}]"

WEB_ADDRESS: Final = rf"^https?://{_OF_ADDRESS}+\.{_OF_ADDRESS}+$"
"""Form of an address that may be linked: of the web, and with no sign that an address has to spell out."""


def is_web_address(text: str | None) -> bool:
    """Return whether a text may be linked; pages link nothing else, whatever data say.

    >>> is_web_address("https://example.org/a?b=1"), is_web_address("javascript:alert(1)"), is_web_address(None)
    (True, False, False)
    """
    return re.fullmatch(WEB_ADDRESS, text or "") is not None


def plain_signs(text: str) -> str:
    """Return a text with full-width signs as ASCII, every blank as a space, and without signs that have no width.

    >>> plain_signs("\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15\uff08\u4e07\u4eba\uff09")
    '1,234.5(\u4e07\u4eba)'
    """
    return text.translate(_TABLE)


def plain_cell(text: str) -> str:
    """Return a cell of a file: the plain form where that is ASCII alone, so that text in Chinese is as printed.

    >>> plain_cell("\uff13\uff12\uff10\uff15\uff10\uff10"), plain_cell("\u7b2c\u4e00\u7248\uff08\u8bd5\u884c\uff09")
    ('320500', '\u7b2c\u4e00\u7248\uff08\u8bd5\u884c\uff09')
    """
    plain = plain_signs(text).strip()
    return plain if plain.isascii() else text.translate(_UNSEEN).strip()


def is_missing(text: str) -> bool:
    """Return whether a cell of an official table says that there is no figure.

    >>> [is_missing(t) for t in ("", "\u2026", "--", "..", "\uff0d", "0", "-0", "-1", ".")]
    [True, True, True, True, True, False, False, False, False]
    """
    return MISSING.fullmatch(plain_signs(text).strip()) is not None


def has_stray_bytes(text: str) -> bool:
    """Return whether a text holds bytes that are no text, as arguments in another encoding do."""
    return any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)
