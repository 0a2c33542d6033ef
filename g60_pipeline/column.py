"""A column of a published table as its contract declares it. Contracts fill it, screens read it from `core.column`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NUMBERS: Final = ("INTEGER", "BIGINT", "DOUBLE")
"""Types of numbers."""

ENDS: Final = ("low", "high")
"""Roles of the ends of an interval."""

RANK: Final = "rank"
"""Unit of a place in an order: no quantity that grows by a percentage."""


@dataclass(frozen=True)
class Column:
    """What a contract says of a column that screens need."""

    column_name: str
    role: str
    answer: bool
    leads: bool
    naming: int | None
    label_en: str
    label_zh: str
    data_type: str
    unit: str | None
    words: tuple[str, ...]
    refers_to: str | None
    description: str

    @property
    def refers_to_table(self) -> str | None:
        """Return the table it refers to."""
        return self.refers_to.rpartition(".")[0] if self.refers_to else None

    @property
    def is_number(self) -> bool:
        """Return whether it is a number."""
        return self.data_type in NUMBERS

    @property
    def is_time_of_fetching(self) -> bool:
        """Return whether it says when something was fetched or found, which every refresh changes."""
        return self.role == "note" and self.data_type.startswith("TIMESTAMP")

    @property
    def is_measured(self) -> bool:
        """Return whether it is a quantity: no date, identifier or operand."""
        return self.is_number and self.role in ("value", *ENDS, "context")

    @property
    def moves(self) -> bool:
        """Return whether a change of it is a change of the result."""
        return self.is_number and self.role in ("value", *ENDS) and self.unit != RANK
