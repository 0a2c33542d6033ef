"""The one exception users meet. It lives here so that every layer can raise it and only the edges print it."""

from __future__ import annotations


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
