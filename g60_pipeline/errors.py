"""The one exception users meet, and how an error of the operating system becomes one.

It lives here so that every layer can raise it and only the edges print it. Its words are in `catalog/words/error.yaml`.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Any, Final, Self

from g60_pipeline.wording import BilingualText, Language, in_language, told

LONGEST: Final = 1_000
"""Signs of each part of an error: what it quotes may be of any length."""

_LINE_ENDS: Final = re.compile(r"\s*[\r\n]\s*")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that a screen or a log obeys, and halves of characters, which neither can write."""


class G60Error(Exception):
    """A mistake a user can mend: it names the input, the rule it breaks and the remedy.

    The three parts are in English, as logs have them; `parts` gives them in the language of a reader.
    """

    def __init__(self, subject: str, rule: str, remedy: str) -> None:
        """Keep the three parts apart so that each screen can lay them out its own way.

        Args:
            subject: What was read or asked for (a file and line, a code, an option).
            rule: The rule it breaks, as a statement.
            remedy: What to do about it.
        """
        self.subject, self.rule, self.remedy = map(_shown, (subject, rule, remedy))
        super().__init__(f"{self.subject}: {self.rule}. {self.remedy}")

    @classmethod
    def of(cls, key: str, subject: str | None = None, **values: Any) -> Self:
        """Return the error of an entry of `catalog/words/error.yaml`, with values put in.

        Args:
            key: Group and name of the entry, which has `rule` and `remedy`.
            subject: What was read or asked for; the entry's own `subject` without one.
            values: What stands for the placeholders, by name.
        """
        named = told(f"error.{key}.subject", **values) if subject is None else subject
        return cls(named, told(f"error.{key}.rule", **values), told(f"error.{key}.remedy", **values))

    def parts(self, language: Language) -> tuple[str, str, str]:
        """Return subject, rule and remedy in a language."""
        subject, rule, remedy = (in_language(part, language) for part in (self.subject, self.rule, self.remedy))
        return subject, rule, remedy

    def on_one_line(self) -> BilingualText:
        """Return the message on one line, in both languages."""
        return BilingualText(str(self), self.message("zh").replace("\n", ""))

    def message(self, language: Language) -> str:
        """Return the message as a screen shows it: what is wrong, and on a second line what to do."""
        subject, rule, remedy = self.parts(language)
        asks = remedy.endswith(("?", "？"))
        colon, stop = ("：", "？" if asks else "。") if language == "zh" else (": ", "?" if asks else ".")
        return f"{subject}{colon}{rule}{'。' if language == 'zh' else '.'}\n{remedy.rstrip('.?。？')}{stop}"


class UsageError(G60Error):
    """Something was asked for that does not exist or is not allowed; nothing went wrong with the warehouse."""


def _shown(part: str) -> str:
    """Return a part of an error as it can be shown and logged: one line, no longer than `LONGEST`, nothing unseen."""
    return BilingualText(_line(part), _line(part.zh)) if isinstance(part, BilingualText) else _line(part)


def _line(text: str) -> str:
    text = _LINE_ENDS.sub(" ", text)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    return _UNSEEN.sub(lambda sign: sign.group().encode("unicode_escape").decode(), text)


FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Error numbers of a disk, or of a share of it, that has no room left."""

FULL_WORDS: Final = ("no space left", "disk is full", "disk full", "disk quota exceeded")
"""How libraries say the same."""


def no_room(error: BaseException) -> G60Error | None:
    """Return the error to show where the disk is full, whatever library met it; None where it is something else."""
    for cause in _causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        if number in FULL or any(words in str(cause).lower() for words in FULL_WORDS):
            return G60Error.of("system.disk_full")
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


QUERY_BROKEN_OFF: Final = "Query interrupted"
"""What DuckDB says of a query that a signal met."""


def short_of_memory(error: BaseException) -> G60Error | None:
    """Return the error to show where memory is short, whatever library met it; None where it is something else."""
    for cause in _causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        short = isinstance(cause, MemoryError) or number == errno.ENOMEM
        if short or any(words in str(cause).lower() for words in MEMORY_WORDS):
            return G60Error.of("system.memory_short")
    return None


def is_broken_off(error: BaseException) -> bool:
    """Return whether a signal ended what was under way: DuckDB gives another error for one that meets a query."""
    return isinstance(error, KeyboardInterrupt) or (isinstance(error, RuntimeError) and str(error) == QUERY_BROKEN_OFF)


def of_system(error: OSError | MemoryError) -> G60Error:
    """Return the error to show for what the operating system refused."""
    short = no_room(error) or short_of_memory(error)
    if short is not None:
        return short
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None) or error
    return G60Error.of("system.refused", None if name is None else str(name), reason=reason)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
