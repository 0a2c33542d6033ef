"""Finds what a person means by a name typed into a command: by any name or alias, where wanted by a part of one too.

A near miss is suggested, the likeliest first, and never taken; a name of several things is refused with all of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from g60_pipeline.errors import UsageError
from g60_pipeline.naming import Names, folded, index_of
from g60_pipeline.wording import BilingualText, told

FEW: Final = 12
"""How many names a remedy lists in full."""

SHORT: Final = 4
"""Characters up to which one wrong character makes a large part of a name."""

ALIKE: Final = 0.75
ALIKE_IF_SHORT: Final = 0.5
"""How alike a name must be to be suggested, from 0 to 1, and a short one: Nanjing is no way to write Tianjin."""
MUCH_LESS: Final = 0.25
"""How much less alike than the first suggestion another one may be."""

_WORD: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Lexicon:
    """Things of one kind and the names they go by."""

    what: str
    """What they are, an entry of `error.a`."""
    names: Mapping[str, Sequence[str]]
    """Names by identifier, which is one of them."""
    titles: Mapping[str, str]
    """How each is shown in a message, by identifier."""
    listed_by: str | None = None
    """Command that lists them; without one a message does."""
    of: str = ""
    """Of what they are, where the entry of `error.a` says `{of}`."""

    @cached_property
    def _index(self) -> Names:
        return index_of(self.names)

    def bearing(self, name: str) -> Sequence[str]:
        """Return the identifiers of what bears a name, whatever its case, width, blanks and signs."""
        return self._index.get(folded(name), ())

    def having(self, part: str) -> list[str]:
        """Return the identifiers of what has a text in its names: whole words of English, any characters of Chinese."""
        return [key for key, names in self.names.items() if any(_is_part(part, name) for name in names)]

    def find(self, name: str, *, parts: bool = False, subject: str | None = None) -> str:
        """Return the identifier a name means.

        Args:
            name: As typed.
            parts: Whether a part of a name will do where only one has it.
            subject: What the message is about; the name without it.

        Raises:
            UsageError: Nothing bears the name, or several do; they or the nearest ones are named.
        """
        exact, about, kind = self.bearing(name), subject or name, told(f"error.a.{self.what}", of=self.of)
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise UsageError.of("names.several_meanings", about, what=kind, n=len(exact), meanings=self.listed(exact))
        holding = self.having(name) if parts else []
        if len(holding) == 1:
            return holding[0]
        if holding:
            raise UsageError.of("names.in_several", about, what=kind, n=len(holding), meanings=self._some(holding))
        near = self._near(folded(name))
        if near:
            raise UsageError.of("names.near", about, what=kind, meant=self.listed(near))
        if self.listed_by:
            raise UsageError.of("names.unknown", about, what=kind, command=self.listed_by)
        raise UsageError.of("names.none_of", about, what=kind, known=self.listed(list(self.names)))

    def listed(self, keys: Sequence[str]) -> BilingualText:
        """Return the titles of some, as a sentence has them."""
        shown = [self.titles[key] for key in keys]
        joined = [", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown
        return BilingualText(" or ".join(joined), "、".join(shown))

    def _some(self, keys: Sequence[str]) -> str:
        more = len(keys) - FEW
        listed = self.listed(keys[:FEW])
        return told("error.names.and_more", names=listed, n=more) if more > 0 else listed

    def _near(self, text: str) -> list[str]:
        """Return what a text may have been meant to be, the likeliest first, by the name most like it.

        Likely are names written like it, and those it is a part of or, in Chinese, short for.
        """
        if not text:
            return []
        of_word = self._index
        chinese = not text.isascii()
        least = ALIKE if len(text) > SHORT else ALIKE_IF_SHORT
        close = difflib.get_close_matches(text, of_word, n=12, cutoff=least)
        if chinese and len(text) <= SHORT:  # half of two characters is the same in names that have nothing in common
            close = [word for word in close if len(word) > 1 and word[0] == text[0]]
        likely = {word: difflib.SequenceMatcher(None, text, word).ratio() for word in close}
        for word in of_word:
            if text in word or (chinese and _is_short_for(text, word)):
                likely[word] = max(likely.get(word, 0), ALIKE + (1 - ALIKE) * len(text) / len(word))
        least = max(likely.values(), default=0) - MUCH_LESS
        ranked = sorted((word for word in likely if likely[word] > least), key=lambda word: -likely[word])
        return list(dict.fromkeys(key for word in ranked for key in of_word[word]))[:5]


def _is_part(text: str, name: str) -> bool:
    """Return whether a name has the words of a text one after the other; Chinese has no spaces between words."""
    if not text.isascii():
        return folded(text) in folded(name)
    words, among = _WORD.findall(text.casefold()), _WORD.findall(name.casefold())
    return bool(words) and any(among[i : i + len(words)] == words for i in range(len(among)))


def _is_short_for(text: str, word: str) -> bool:
    """Return whether a Chinese text is characters of a name in their order, as 研发 is of 研究与试验发展."""
    rest = iter(word)
    return len(text) > 1 and all(character in rest for character in text)
