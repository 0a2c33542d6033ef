"""The one exception users meet, and how an error of the operating system becomes one.

It lives here so that every layer can raise it and only the edges print it.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 1_000
"""Signs of each part of an error: what it quotes may be of any length."""

_LINE_ENDS: Final = re.compile(r"\s*[\r\n]\s*")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that a screen or a log obeys, and halves of characters, which neither can write."""


class G60Error(Exception):
    """A mistake a user can mend: it names the input, the rule it breaks and the remedy.

    Args:
        subject: What was read or asked for (a file and line, a code, an option).
        rule: The rule it breaks, as a statement.
        remedy: What to do about it.
    """

    def __init__(self, subject: str, rule: str, remedy: str) -> None:
        """Keep the three parts apart so that each screen can lay them out its own way."""
        self.subject, self.rule, self.remedy = map(_told, (subject, rule, remedy))
        super().__init__(f"{self.subject}: {self.rule}. {self.remedy}")


def _told(part: str) -> str:
    """Return a part of an error as it can be shown and logged: one line, no longer than `LONGEST`, nothing unseen."""
    part = _LINE_ENDS.sub(" ", part)
    if len(part) > LONGEST:
        part = f"{part[: LONGEST // 2]} … {part[-LONGEST // 2 :]}"
    return _UNSEEN.sub(lambda sign: sign.group().encode("unicode_escape").decode(), part)


FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Error numbers of a disk, or of a share of it, that has no room left."""

FULL_WORDS: Final = ("no space left", "disk is full", "disk full", "disk quota exceeded")
"""How libraries say the same."""


def no_room(error: BaseException) -> G60Error | None:
    """Return the error to show where the disk is full, whatever library met it; None where it is something else."""
    for cause in _causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        if number in FULL or any(words in str(cause).lower() for words in FULL_WORDS):
            rule = "there is no room left on it"
            return G60Error("the disk", rule, "Free some space and run it again; what was published stays in force")
    return None


MEMORY_WORDS: Final = (
    "out of memory",
    "cannot allocate memory",
    "bad_alloc",
    "bad allocation",
    "failed to allocate",
    "failed to map segment",
    "failed to spawn",
)
"""How libraries say that there is no memory left."""


def short_of_memory(error: BaseException) -> G60Error | None:
    """Return the error to show where memory is short, whatever library met it; None where it is something else."""
    for cause in _causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        short = isinstance(cause, MemoryError) or number == errno.ENOMEM
        if short or any(words in str(cause).lower() for words in MEMORY_WORDS):
            rule = "there is too little of it free for this; no file is damaged by it"
            remedy = "Close other programs, or raise the limit this one runs under, and run it again"
            return G60Error("the memory", rule, remedy)
    return None


def of_system(error: OSError | MemoryError) -> G60Error:
    """Return the error to show for what the operating system refused."""
    short = no_room(error) or short_of_memory(error)
    if short is not None:
        return short
    name = str(getattr(error, "filename", None) or "the data folder")
    rule = f"it can not be read or written ({getattr(error, 'strerror', None) or error})"
    return G60Error(name, rule, "Mend its rights, or name another folder in G60_HOME")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
