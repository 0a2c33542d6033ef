"""A finding of `g60 doctor`. What is checked: `home` and the modules beside it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from g60_pipeline.wording import Language, entries, in_language

State = Literal["ok", "note", "wrong"]
NO_NAME: Final = r"\W"
"""What a key of the catalogue of words has an underscore for."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: all right, worth knowing, or wrong with a remedy."""

    check: str
    state: State
    detail: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as an object."""
        return asdict(self)

    def in_language(self, language: Language) -> Finding:
        """Return the finding with what was found, and the remedy, in a language."""
        return Finding(self.check, self.state, in_language(self.detail, language), in_language(self.remedy, language))

    def title(self, language: Language) -> str:
        """Return the name of what was looked at; a file or source is called as it is."""
        entry = entries("doctor").get(f"check.{re.sub(NO_NAME, '_', self.check)}")
        return in_language(self.check, language) if entry is None else str(getattr(entry, language))
