"""Citations ready to copy: a published figure with its document, a corridor figure with formula and documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import Words, bounded, interval
from g60_pipeline.wording import say

SHORT_LIST: Final = 3
"""How many documents the citation of a corridor figure names; the others are counted."""


class Citations:
    """Writes citations for the rows of one screen."""

    def __init__(self, warehouse: Warehouse, words: Words, observation_ids: Iterable[str]) -> None:
        """Fetch the documents of all figures of the screen."""
        self._words = words
        self._build_id = warehouse.build_id()
        self._formulas = {f["formula_id"]: f for f in warehouse.rows("FROM core.formula")}
        self._units = {u["unit"]: u for u in warehouse.rows("FROM core.unit")}
        self._documents = {
            row["observation_id"]: row
            for row in warehouse.rows(
                """SELECT c.observation_id, d.document_id, d.publisher, d.title, d.published_as_printed, d.url, d.grade,
                          s.name_en AS source_en, s.name_zh AS source_zh, s.terms, s.url AS source_url,
                          c.locator, c.retrieved_at,
                          k.publisher AS confirmed_publisher, k.title AS confirmed_title
                   FROM core.observation_candidate AS c
                   JOIN core.document AS d ON d.document_id = c.document_id
                   JOIN core.source AS s ON s.source_id = d.source_id
                   LEFT JOIN core.document AS k ON k.document_id = c.confirmed_by
                   WHERE list_contains($ids, c.observation_id)""",
                {"ids": sorted(set(observation_ids))},
            )
        }

    def of_figure(self, row: Row, *, place: Row, indicator: Row, basis: Row) -> Row:
        """Return the citation of a published figure: `text`, and its document."""
        document = self._documents[row["observation_id"]]
        amount = self._amount(row, bounded(row["value"], row["flags"]))
        publisher, title = document["confirmed_publisher"], document["confirmed_title"]
        text = self._say(
            "figure",
            what=self._what(row, amount, place=place, indicator=indicator, basis=basis),
            printed=self._as_published(row),
            paper=self._document(document),
            confirmed=self._say("confirmed", publisher=publisher, title=title) if publisher else "",
            grade=row["grade"],
            flags=self._flags(row),
            build=self._build_id,
        )
        return {"text": text, "documents": [_public(document)]}

    def of_corridor(self, row: Row, *, corridor: Row, indicator: Row, basis: Row) -> Row:
        """Return the citation of a corridor figure: `text` with a short list of documents, and all of them."""
        w = self._words
        cited = (self._documents[name] for name in sorted(row["input_ids"]))
        documents = list({document["document_id"]: document for document in cited}.values())
        amount = self._amount(row, interval(row["value"], row["value_low"], row["value_high"]))
        what = self._what(row, amount, place=corridor, indicator=indicator, basis=basis)
        share = ""
        if row["share"] or row["share_low"] or row["share_high"]:
            share = self._say("share", share=w.share(row["share"], row["share_low"], row["share_high"]))
        formulas = [self._formulas[f] for f in (row["formula_id"], row["share_formula_id"]) if f is not None]
        names = [f"{f['formula_id']} ({w.first(f['name_en'], f['name_zh'])})" for f in formulas]
        members = ""
        if row["members_expected"] is not None:
            members = self._say("members", reporting=row["members_reporting"], expected=row["members_expected"])
        papers = [self._document(d) + f" [{d['grade']}]" for d in documents[:SHORT_LIST]]
        more = len(documents) - len(papers)
        text = self._say(
            "corridor",
            what=what,
            share=share,
            formulas=w.listed(names),
            scope=corridor["corridor_id"],
            members=members,
            papers=self._say("between_papers").join(papers),
            more=self._say("more", n=more) if more > 0 else "",
            grade=row["grade"],
            flags=self._flags(row),
            build=self._build_id,
        )
        return {"text": text, "documents": [_public(d) for d in documents]}

    def _what(self, row: Row, amount: str, *, place: Row, indicator: Row, basis: Row) -> str:
        w = self._words
        parts = [
            amount,
            w.both(place["name_en"], place["name_zh"]),
            f"{w.both(indicator['name_en'], indicator['name_zh'])} ({w.first(basis['name_en'], basis['name_zh'])})",
            w.period(row["period_kind"], row["period_end"], row.get("period_start")),
        ]
        return self._say("between_parts").join(parts).replace("  ", " ")

    def _amount(self, row: Row, text: str) -> str:
        unit = self._units[row["unit"]]
        return self._words.amount(text, unit["symbol_en"], unit["symbol_zh"])

    def _as_published(self, row: Row) -> str:
        if row["unit_as_published"] == row["unit"]:
            return ""
        unit = self._units[row["unit_as_published"]]
        text = self._words.amount(row["value_as_published"], unit["symbol_en"], unit["symbol_zh"])
        return self._say("as_published", text=text)

    def _document(self, document: Row) -> str:
        title, fetched = document["title"], document["retrieved_at"]
        return self._say(
            "document",
            publisher=document["publisher"],
            source=self._words.both(document["source_en"], document["source_zh"]),
            title=title.strip("《》") if self._words.language == "zh" else title,
            when=document["published_as_printed"] or self._words.label("undated"),
            where=self._words.where(document),
            retrieved=self._say("retrieved", day=f"{fetched:%Y-%m-%d}") if fetched else "",
        )

    def _flags(self, row: Row) -> str:
        return self._words.words(row["flags"]) if row["flags"] else self._say("no_flags")

    def _say(self, key: str, **values: Any) -> str:
        return say(f"citation.{key}", self._words.language, **values)


def _public(document: Row) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "observation_id"}
