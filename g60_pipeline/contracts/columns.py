"""Column builders shared by all contracts, so that a geography code or a flag set means the same everywhere.

Each gives its column a role (`roles`); a contract names another one only where that is wrong for its column.
`answer=True` marks the column that answers what a row of a metric is asked for. Labels: `roles`, and `called`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import dataframely as dy
import polars as pl

from g60_pipeline.column import RANK
from g60_pipeline.contracts.roles import COUNT, ROLE_OF_TARGET
from g60_pipeline.contracts.vocabulary import FLAGS, GRADES, PERIOD_KINDS, ROUNDS, Role

Column = TypeVar("Column", bound=dy.Column)

FIRST_YEAR: Final = 1949
"""Year before which no figure is stored."""


def text(
    description: str,
    *,
    nullable: bool = False,
    key: bool = False,
    references: str | None = None,
    role: Role | None = None,
) -> dy.String:
    """Return a text column; `references` names the `schema.table.column` it points at, which decides its role."""
    return dy.String(
        nullable=nullable,
        primary_key=key,
        description=description,
        metadata=_metadata(role=role or _by_target(references, "subject"), references=references),
    )


def note(description: str, *, nullable: bool = False) -> dy.String:
    """Return a text column that is for people and audits only."""
    return text(description, nullable=nullable, role="note")


def reason(description: str, *, nullable: bool = False) -> dy.String:
    """Return a text column that says why."""
    return text(description, nullable=nullable, role="reason")


def one_of(
    words: Sequence[str],
    description: str,
    *,
    nullable: bool = False,
    key: bool = False,
    role: Role | None = None,
    answer: bool = False,
) -> dy.String:
    """Return a text column that holds one of a closed list of words."""
    allowed = list(words)
    return dy.String(
        nullable=nullable,
        primary_key=key,
        description=description,
        check={"known_word": lambda column: column.is_in(allowed)},
        metadata=_metadata(role=role, answer=answer or None, words=allowed),
    )


def code(description: str, *, nullable: bool = False, key: bool = False, role: Role = "subject") -> dy.String:
    """Return a geography code column: six digits, or WLD, YRD, G60."""
    return dy.String(
        nullable=nullable,
        primary_key=key,
        regex=r"^(\d{6}|[A-Z0-9]{3})$",
        description=description,
        metadata=_metadata(role=role, references="core.geography.geo_code"),
    )


def number(
    description: str,
    unit: str,
    *,
    nullable: bool = True,
    minimum: float | None = None,
    role: Role = "value",
    answer: bool = False,
) -> dy.Float64:
    """Return a number column; `unit` says what one is one of."""
    return dy.Float64(
        nullable=nullable,
        min=minimum,
        description=description,
        metadata=_metadata(role=role, answer=answer or None, unit=unit),
    )


def count(
    description: str, *, nullable: bool = False, minimum: int = 0, role: Role = "value", answer: bool = False
) -> dy.Int32:
    """Return a column that counts things."""
    return dy.Int32(
        nullable=nullable,
        min=minimum,
        description=description,
        metadata=_metadata(role=role, answer=answer or None, unit=COUNT),
    )


def rank(description: str, *, nullable: bool = False, answer: bool = False) -> dy.Int32:
    """Return a place in an order, from 1: a number that does not grow by a percentage."""
    return dy.Int32(
        nullable=nullable,
        min=1,
        description=description,
        metadata=_metadata(role="value", answer=answer or None, unit=RANK),
    )


def whole(
    description: str,
    *,
    nullable: bool = False,
    minimum: int | None = None,
    maximum: int | None = None,
    role: Role | None = None,
    answer: bool = False,
) -> dy.Int32:
    """Return a whole number that measures nothing: a version, a month, a power of ten."""
    return dy.Int32(
        nullable=nullable,
        min=minimum,
        max=maximum,
        description=description,
        metadata=_metadata(role=role, answer=answer or None),
    )


def year(description: str = "Year of period_end.", *, nullable: bool = False, role: Role = "subject") -> dy.Int32:
    """Return a year column."""
    return dy.Int32(nullable=nullable, min=FIRST_YEAR, max=2100, description=description, metadata=_metadata(role=role))


def day(description: str, *, nullable: bool = False, role: Role | None = None) -> dy.Date:
    """Return a date column."""
    return dy.Date(nullable=nullable, description=description, metadata=_metadata(role=role))


def moment(description: str, *, nullable: bool = False) -> dy.Datetime:
    """Return a column of points in time, in UTC."""
    return dy.Datetime(time_zone="UTC", nullable=nullable, description=description, metadata=_metadata(role="note"))


def yes_no(description: str, *, nullable: bool = False, role: Role | None = None) -> dy.Bool:
    """Return a column that says yes or no."""
    return dy.Bool(nullable=nullable, description=description, metadata=_metadata(role=role))


def words(
    description: str,
    *,
    allowed: Sequence[str] | None = None,
    references: str | None = None,
    nullable: bool = False,
    role: Role | None = None,
) -> dy.List:
    """Return a column that holds a list of words, each of a closed list where `allowed` is given."""
    return dy.List(
        dy.String(nullable=False),
        nullable=nullable,
        description=description,
        check={"known_words": _all_in(list(allowed))} if allowed else None,
        metadata=_metadata(
            role=role or _by_target(references, "context"),
            references=references,
            words=list(allowed) if allowed else None,
        ),
    )


def counts(description: str) -> dy.List:
    """Return a column that holds a list of counts a number was made of."""
    return dy.List(
        dy.Int32(nullable=False, min=0), description=description, metadata=_metadata(role="evidence", unit=COUNT)
    )


def numbers(description: str, unit: str) -> dy.List:
    """Return a column that holds a list of numbers a number was made of."""
    return dy.List(dy.Float64(nullable=False), description=description, metadata=_metadata(role="evidence", unit=unit))


def reasons(
    codes: Sequence[str],
    description: str,
    *,
    nullable: bool = True,
    arguments: str = "Arguments of the reason, in the order of its placeholders.",
) -> tuple[dy.String, dy.List]:
    """Return the columns of a reason: one of a closed list of codes, whose words `core.reason` has, and its arguments.

    `reason_code, reason_args = c.reasons(("no_link",), "Why there is no value.")`
    """
    allowed = list(codes)
    code = dy.String(
        nullable=nullable,
        description=description,
        check={"known_word": lambda column: column.is_in(allowed)},
        metadata=_metadata(role="reason", words=allowed, references="core.reason.reason_code"),
    )
    return code, words(arguments, role="reason")


def reason_codes(codes: Sequence[str], description: str) -> dy.List:
    """Return a column of several reasons."""
    return words(description, allowed=codes, references="core.reason.reason_code", role="reason")


def flags() -> dy.List:
    """Return the flags column of a figure."""
    return words("Set of flags a reader must know before using the figure.", allowed=FLAGS, role="evidence")


def parent_ids() -> dy.List:
    """Return the column of the metric rows a row was made of."""
    return words(
        "Rows of metrics the number was made of, in the order in which its formula takes them.", role="evidence"
    )


def period_kind(*, key: bool = False) -> dy.String:
    """Return the period kind column."""
    description = "calendar_year (flows), point_in_time (stocks, censuses) or part_year."
    return one_of(PERIOD_KINDS, description, key=key, role="subject")


def annual() -> dy.Bool:
    """Return the column that says whether a row may serve as the row of its year."""
    return yes_no(
        "Whether its period is a calendar year or the last day of one: the row may serve for its year.", role="note"
    )


def revision_round(description: str = "Revision round of the figure.", *, nullable: bool = False) -> dy.String:
    """Return the revision round column."""
    return one_of(ROUNDS, description, nullable=nullable)


def grade(*, nullable: bool = False) -> dy.String:
    """Return the grade column of a document or source."""
    return one_of(
        GRADES, "A official, B established press, C re-post, D copy naming its document, U none.", nullable=nullable
    )


def called(label_zh: str, column: Column) -> Column:
    """Return a column with the Chinese label it has in its table alone; labels of shared names: `labels.csv`."""
    column.metadata = _metadata(**(column.metadata or {}), label_zh=label_zh)
    return column


def _by_target(references: str | None, default: Role) -> Role | None:
    return ROLE_OF_TARGET.get(references.rpartition(".")[0], default) if references else None


def _all_in(allowed: list[str]) -> Any:
    return lambda column: column.list.eval(pl.element().is_in(allowed)).list.all()


def _metadata(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
