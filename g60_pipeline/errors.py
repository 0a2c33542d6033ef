"""The one exception users meet, and how an error of the operating system becomes one.

It lives here so that every layer can raise it and only the edges print it.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Final


class G60Error(Exception):
    """A mistake a user can mend: it names the input, the rule it breaks and the remedy.

    Args:
        subject: What was read or asked for (a file and line, a code, an option).
        rule: The rule it breaks, as a statement.
        remedy: What to do about it.
    """

    def __init__(self, subject: str, rule: str, remedy: str) -> None:
        """Keep the three parts apart so that each screen can lay them out its own way."""
        super().__init__(f"{subject}: {rule}. {remedy}")
        self.subject = subject
        self.rule = rule
        self.remedy = remedy


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


def of_system(error: OSError) -> G60Error:
    """Return the error to show for what the operating system refused."""
    full = no_room(error)
    if full is not None:
        return full
    name = str(error.filename) if error.filename else "the data folder"
    rule = f"it can not be read or written ({error.strerror or error})"
    return G60Error(name, rule, "Mend its rights, or name another folder in G60_HOME")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
