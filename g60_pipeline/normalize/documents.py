"""Documents: those of the facts, and those an inbox row describes. A figure without a document does not enter."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

import polars as pl

from g60_pipeline.normalize.expressions import first_day, last_day
from g60_pipeline.normalize.rules import Rule, apply_rules, known, required, unique, unreadable
from g60_pipeline.sources.facts import INLINE_DOCUMENT
from g60_pipeline.tables.core import Document
from g60_pipeline.tables.issues import Issue
from g60_pipeline.tables.vocabulary import GRADES

INBOX_SOURCE: Final = "inbox"
"""Source of documents an analyst entered, unless the catalog knows the publisher."""


def documents(
    raw_document: pl.DataFrame, raw_observation: pl.DataFrame, *, source: pl.DataFrame, today: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame, list[Issue]]:
    """Return `core.document`, the raw observations with every `document_id` filled, and the issues.

    Args:
        raw_document: `raw.document`.
        raw_observation: `raw.observation`; rows without a `document_id` describe their document in line.
        source: `core.source`, with the publishers it stands for resolved by name.
        today: Last day a document may have been published on.
    """
    rules = [*required(["document_id", "source_id", "publisher", "title", "grade"]), unique("document_id")]
    rules += [known("source_id", source["source_id"].to_list(), "source"), *_common_rules(today)]
    embedded, issues = apply_rules(raw_document, rules)
    pointing = raw_observation.filter(pl.col("document_id").is_not_null())
    described = raw_observation.filter(
        pl.col("document_id").is_null() & pl.any_horizontal(pl.col(c).is_not_null() for c in INLINE_DOCUMENT)
    )
    nameless = raw_observation.filter(
        pl.col("document_id").is_null() & pl.all_horizontal(pl.col(c).is_null() for c in INLINE_DOCUMENT)
    )
    _, more = apply_rules(nameless, [_no_document()])
    inline, inline_issues = apply_rules(
        described, [*required(["publisher", "document_title", "grade"]), *_common_rules(today)]
    )
    named = inline.with_columns(document_id=_inline_ids(inline))
    own = (
        named.select("document_id", *INLINE_DOCUMENT)
        .rename({"document_title": "title"})
        .unique("document_id", keep="first", maintain_order=True)
        .with_columns(source_id=_source_of("publisher", source), note=pl.lit(None, dtype=pl.String))
    )
    columns = ["document_id", "source_id", "publisher", "title", "published", "url", "grade", "note"]
    together = pl.concat([embedded.select(columns), own.select(columns)]).rename({"published": "published_as_printed"})
    core = together.with_columns(published=last_day("published_as_printed")).select(Document.column_names())
    return core.sort("document_id"), pl.concat([pointing, named]), issues + more + inline_issues


def _common_rules(today: dt.date) -> list[Rule]:
    day = last_day("published")
    return [
        known("grade", GRADES, "grade"),
        unreadable("published", day, what="date", remedy="Write YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known"),
        Rule(
            "published_in_future",
            "published",
            first_day("published") > today,
            lambda value: f"{value!r} is after {today.isoformat()}",
            "Check the date",
        ),
        Rule(
            "not_a_web_address",
            "url",
            ~pl.col("url").str.contains(r"^https?://[^\s/]+\.[^\s]+$"),
            lambda value: f"{value!r} is not a web address",
            "Write the full address with http:// or https://, or leave it empty",
        ),
    ]


def _no_document() -> Rule:
    return Rule(
        "no_document",
        "row_id",
        pl.lit(value=True),
        "the row names no document: a figure without a document does not enter",
        "Fill document_id, or publisher, document_title and grade",
    )


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
