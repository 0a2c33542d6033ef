"""A finding of `g60 doctor`. What is checked: `home` and the modules beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "note", "wrong"]


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
