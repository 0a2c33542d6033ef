"""Why a build may not run, in the three parts of every message. Who refuses: `clock`, `inputs`."""

from __future__ import annotations

from dataclasses import dataclass

from g60_pipeline.wording import told


@dataclass(frozen=True)
class Refusal:
    """Why a build may not run, in the three parts of every message."""

    subject: str
    rule: str
    way_out: str
    name: str = ""
    """How its user says that it is gone: `archive`, `corrections`, `inbox`, a file or a live source; not the clock."""

    @property
    def remedy(self) -> str:
        """Return what to do about it."""
        return told("build.if_gone", way_out=self.way_out, name=self.name) if self.name else self.way_out


def some(names: list[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    first = ", ".join(names[:3])
    return told("build.and_more", names=first, n=len(names) - 3) if len(names) > 3 else first
