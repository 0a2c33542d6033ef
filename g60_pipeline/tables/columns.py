"""Column builders shared by all contracts, so that a geography code or a flag set means the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import dataframely as dy
import polars as pl

from g60_pipeline.tables.vocabulary import FLAGS, GRADES, PERIOD_KINDS, ROUNDS

FIRST_YEAR: Final = 1949
"""Year before which no figure is held."""


def text(description: str, *, nullable: bool = False, key: bool = False, references: str | None = None) -> dy.String:
    """Return a text column; `references` names the `schema.table.column` it points at."""
    return dy.String(
        nullable=nullable, primary_key=key, description=description, metadata=_metadata(references=references)
    )


def one_of(words: Sequence[str], description: str, *, nullable: bool = False, key: bool = False) -> dy.String:
    """Return a text column that holds one of a closed list of words."""
    allowed = list(words)
    return dy.String(
        nullable=nullable,
        primary_key=key,
        description=description,
        check={"known_word": lambda column: column.is_in(allowed)},
        metadata={"words": allowed},
    )


def code(description: str, *, nullable: bool = False, key: bool = False) -> dy.String:
    """Return a geography code column: six digits, or WLD, YRD, G60."""
    return dy.String(
        nullable=nullable,
        primary_key=key,
        regex=r"^(\d{6}|[A-Z0-9]{3})$",
        description=description,
        metadata=_metadata(references="core.geography.geo_code"),
    )


def number(description: str, unit: str, *, nullable: bool = True, minimum: float | None = None) -> dy.Float64:
    """Return a number column; `unit` says what one is one of."""
    return dy.Float64(nullable=nullable, min=minimum, description=description, metadata={"unit": unit})


def count(description: str, *, nullable: bool = False, minimum: int = 0) -> dy.Int32:
    """Return a column that counts things."""
    return dy.Int32(nullable=nullable, min=minimum, description=description, metadata={"unit": "count"})


def year(description: str = "Year of period_end.", *, nullable: bool = False) -> dy.Int32:
    """Return a year column."""
    return dy.Int32(nullable=nullable, min=FIRST_YEAR, max=2100, description=description)


def words(
    description: str, *, allowed: Sequence[str] | None = None, references: str | None = None, nullable: bool = False
) -> dy.List:
    """Return a column that holds a list of words, each of a closed list where `allowed` is given."""
    return dy.List(
        dy.String(nullable=False),
        nullable=nullable,
        description=description,
        check={"known_words": _all_in(list(allowed))} if allowed else None,
        metadata=_metadata(references=references, words=list(allowed) if allowed else None),
    )


def counts(description: str) -> dy.List:
    """Return a column that holds a list of counts."""
    return dy.List(dy.Int32(nullable=False, min=0), description=description, metadata={"unit": "count"})


def numbers(description: str, unit: str) -> dy.List:
    """Return a column that holds a list of numbers."""
    return dy.List(dy.Float64(nullable=False), description=description, metadata={"unit": unit})


def flags() -> dy.List:
    """Return the flags column of a figure."""
    return words("Set of flags a reader must know before using the figure.", allowed=FLAGS)


def parent_ids() -> dy.List:
    """Return the column of the metric rows a row was made of."""
    return words("Rows of metrics the number was made of, in the order in which its formula takes them.")


def period_kind(*, key: bool = False) -> dy.String:
    """Return the period kind column."""
    return one_of(PERIOD_KINDS, "calendar_year (flows), point_in_time (stocks, censuses) or part_year.", key=key)


def revision_round(description: str = "Revision round of the figure.", *, nullable: bool = False) -> dy.String:
    """Return the revision round column."""
    return one_of(ROUNDS, description, nullable=nullable)


def grade(*, nullable: bool = False) -> dy.String:
    """Return the grade column of a document or source."""
    return one_of(
        GRADES, "A official, B established press, C re-post, D copy naming its document, U none.", nullable=nullable
    )


def _all_in(allowed: list[str]) -> Any:
    return lambda column: column.list.eval(pl.element().is_in(allowed)).list.all()


def _metadata(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
