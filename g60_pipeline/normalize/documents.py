"""Documents: those of the facts, and those an inbox row describes. What has no document does not enter."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Final

import polars as pl

from g60_pipeline.contracts.core.figures import Document
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.contracts.vocabulary import GRADES
from g60_pipeline.ingest.facts import INLINE_DOCUMENT
from g60_pipeline.normalize.expressions import first_day, last_day
from g60_pipeline.normalize.rules import Rule, apply_rules, known, required, unique, unreadable
from g60_pipeline.signs import WEB_ADDRESS

COLUMNS: Final = ("document_id", "source_id", "publisher", "title", "published", "url", "grade", "note")
"""Columns of a document as it is entered."""

INBOX_SOURCE: Final = "inbox"
"""Source of documents an analyst entered, unless the catalog knows the publisher."""


def documents(
    raw_document: pl.DataFrame, entered: Mapping[str, pl.DataFrame], *, source: pl.DataFrame, today: dt.date
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame], list[Issue]]:
    """Return `core.document`, the entered rows with every `document_id` filled, and the issues.

    Args:
        raw_document: `raw.document`.
        entered: Raw rows by the column that identifies them, such as `row_id`; those without a `document_id` describe
            their document in line.
        source: `core.source`, with the names of its publishers.
        today: Last day a document may have been published on.
    """
    rules = [*required(["document_id", "source_id", "publisher", "title", "grade"]), unique("document_id")]
    rules += [known("source_id", source["source_id"].to_list(), "source"), *_common_rules(today)]
    embedded, issues = apply_rules(raw_document, rules)
    cited: dict[str, pl.DataFrame] = {}
    described = [embedded.select(COLUMNS)]
    for key, rows in entered.items():
        pointing, inline, found = _cited(rows, key=key, today=today, embedded=embedded)
        cited[key] = pl.concat([pointing, inline])
        issues += found
        own = inline.select("document_id", *INLINE_DOCUMENT).rename({"document_title": "title"})
        described.append(
            own.with_columns(source_id=_source_of("publisher", source), note=pl.lit(None, dtype=pl.String)).select(
                COLUMNS
            )
        )
    together = pl.concat(described).unique("document_id", keep="first", maintain_order=True)
    core = together.rename({"published": "published_as_printed"}).with_columns(
        published=last_day("published_as_printed")
    )
    return core.select(Document.column_names()).sort("document_id"), cited, issues


def _cited(
    rows: pl.DataFrame, *, key: str, today: dt.date, embedded: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, list[Issue]]:
    """Return the rows that name their document, those that describe it with its identifier filled, and the issues."""
    names_one = pl.col("document_id").is_not_null()
    describes_one = pl.any_horizontal(pl.col(c).is_not_null() for c in INLINE_DOCUMENT)
    _, issues = apply_rules(rows.filter(~names_one & ~describes_one), [_no_document(key)])
    rules = [*required(["publisher", "document_title", "grade"]), *_common_rules(today)]
    inline, more = apply_rules(rows.filter(~names_one & describes_one), rules)
    pointing, other = apply_rules(_beside(rows.filter(names_one), embedded), [_two_documents()])
    return (
        pointing.select(rows.columns),
        inline.with_columns(document_id=_inline_ids(inline)),
        issues + more + other,
    )


def _beside(rows: pl.DataFrame, embedded: pl.DataFrame) -> pl.DataFrame:
    """Add to rows that name a document what that says of itself, as `of_…`."""
    renamed = {c: f"of_{c}" for c in INLINE_DOCUMENT}
    described = embedded.rename({"title": "document_title"}).select("document_id", *INLINE_DOCUMENT).rename(renamed)
    return rows.join(described, on="document_id", how="left", maintain_order="left")


def _two_documents() -> Rule:
    """Return the rule that a row does not describe another document than the one it names; a date may be shorter."""
    own, of = pl.col("published"), pl.col("of_published")
    other_date = ~(own.str.starts_with(of) | of.str.starts_with(own))
    others = (pl.col(c) != pl.col(f"of_{c}") for c in INLINE_DOCUMENT if c != "published")
    return Rule(
        "two_documents",
        "document_id",
        pl.any_horizontal(other_date, *others),
    )


def _common_rules(today: dt.date) -> list[Rule]:
    day = last_day("published")
    return [
        known("grade", GRADES, "grade"),
        unreadable("published", day, what="date", remedy="remedy.date"),
        Rule(
            "published_in_future",
            "published",
            first_day("published") > today,
            values={"today": today.isoformat()},
        ),
        Rule("not_a_web_address", "url", ~pl.col("url").str.contains(WEB_ADDRESS)),
    ]


def _no_document(key: str) -> Rule:
    return Rule("no_document", key, pl.lit(value=True))


def _inline_ids(rows: pl.DataFrame) -> pl.Series:
    def identify(values: tuple[str | None, ...]) -> str:
        return "IN-" + hashlib.sha256("\x1f".join(v or "" for v in values).encode()).hexdigest()[:10]

    return pl.Series(
        "document_id", [identify(row) for row in rows.select(INLINE_DOCUMENT).iter_rows()], dtype=pl.String
    )


def _source_of(column: str, source: pl.DataFrame) -> pl.Expr:
    names = {
        name: source_id
        for source_id, en, zh, known_as in source.select(
            "source_id", "publisher_en", "publisher_zh", "publishers"
        ).iter_rows()
        for name in (en, zh, *known_as)
    }
    return pl.col(column).replace_strict(names, default=INBOX_SOURCE, return_dtype=pl.String)
