"""Characters a console cannot show: those of our own screens are replaced, the others are counted and reported.

Data (`--json`, `--format csv`) does not pass here: it is UTF-8 on every console.
"""

from __future__ import annotations

import codecs
from typing import Any, Final

from g60_pipeline.language import language
from g60_pipeline.wording import say

HANDLER: Final = "g60_spelled"
"""Name under which the handler of encoding errors is registered."""

SPELLED: Final = {
    "–": "-",
    "—": "-",
    "−": "-",
    "‐": "-",
    "×": "x",
    "÷": "/",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "≠": "!=",
    "→": "->",
    "←": "<-",
    "²": "^2",
    "³": "^3",
    "…": "...",
    "·": "-",
    "•": "-",
    "‰": "per mille",
    "─": "-",
    "━": "-",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "\u00a0": " ",
    "（": "(",
    "）": ")",
    "：": ":",
    "，": ",",
    "；": ";",
    "。": ".",
    "％": "%",
    **{step: str(height) for height, step in enumerate("▁▂▃▄▅▆▇█", start=1)},
}
"""Sign -> how it is written where a console lacks it."""


class LostCharacters:
    """Counts the characters that became question marks on a console."""

    def __init__(self, encoding: str) -> None:
        """Begin at nothing, on a console of this encoding."""
        self.encoding = encoding
        self.count = 0

    def handle(self, error: UnicodeError) -> tuple[str | bytes, int]:
        """Return the replacement of characters the encoding lacks, and where to go on.

        Raises:
            UnicodeError: It is no error of encoding.
        """
        if not isinstance(error, UnicodeEncodeError):
            raise error
        lacking = error.object[error.start : error.end]
        self.count += sum(sign not in SPELLED for sign in lacking)
        return "".join(SPELLED.get(sign, "?") for sign in lacking), error.end

    def message(self) -> str | None:
        """Return one line on what could not be shown; None where all was."""
        if not self.count:
            return None
        key = "label.lost_character" if self.count == 1 else "label.lost_characters"
        return say(key, language(), n=f"{self.count:,}", encoding=self.encoding)


def watch(*streams: Any) -> LostCharacters:
    """Let streams, the console's own first, replace or count what their encoding lacks, and return the counter."""
    lost = LostCharacters(getattr(streams[0], "encoding", None) or "its encoding")
    codecs.register_error(HANDLER, lost.handle)
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)
    return lost
