"""Names as people write them, and what bears one.

>>> index_of({"320500": ("Suzhou", "苏州市"), "341300": ("Suzhou (Anhui)",)})[folded("ＳＵＺＨＯＵ")]
('320500',)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

Names = Mapping[str, tuple[str, ...]]
"""Folded name -> identifiers of the entries that bear it."""

_SIGNS: Final = re.compile(r"[\s\-_'\"’“”,·]+")


def folded(text: str) -> str:
    """Return a name without case, blanks, commas, hyphens and quotes, full-width signs as plain: R & D is r&d."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold()) or text.strip()


def index_of(names: Mapping[str, Iterable[str]]) -> Names:
    """Return the entries by folded name, from the names of each entry; an identifier is a name of its own entry."""
    found: dict[str, list[str]] = {}
    for identifier, others in names.items():
        for name in dict.fromkeys(map(folded, (identifier, *others))):
            found.setdefault(name, []).append(identifier)
    return {name: tuple(ids) for name, ids in found.items()}
