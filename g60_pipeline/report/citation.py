"""Citations ready to copy: a published figure with its document, a corridor figure with formula and documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from g60_pipeline.report.database import Row, Warehouse
from g60_pipeline.report.words import Words, bounded, interval

SHORT_LIST: Final = 3
"""How many documents the citation of a corridor figure names; the others are counted."""


class Citations:
    """Writes citations for the rows of one screen."""

    def __init__(self, warehouse: Warehouse, words: Words, observation_ids: Iterable[str]) -> None:
        """Fetch the documents of all figures the screen rests on."""
        self._words = words
        self._build_id = warehouse.build_id()
        self._formulas = {f["formula_id"]: f for f in warehouse.rows("FROM core.formula")}
        self._units = {u["unit"]: u for u in warehouse.rows("FROM core.unit")}
        self._documents = {
            row["observation_id"]: row
            for row in warehouse.rows(
                """SELECT c.observation_id, d.document_id, d.publisher, d.title, d.published_as_printed, d.url, d.grade,
                          s.name_en AS source_en, s.name_zh AS source_zh, s.terms, c.locator,
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
        w = self._words
        document = self._documents[row["observation_id"]]
        what = self._what(
            row, self._amount(row, bounded(row["value"], row["flags"])), place=place, indicator=indicator, basis=basis
        )
        printed = self._as_published(row)
        paper, confirmed = self._document(document), self._confirmed(document)
        if w.language == "zh":
            text = (
                f"{what}{printed}。{paper}。{confirmed}等级{row['grade']}；标记：{w.words(row['flags'])}。"
                f"取自 g60_pipeline {self._build_id}。"
            )
        else:
            text = (
                f"{what}{printed}. {paper}. {confirmed}Grade {row['grade']}; flags {_none(w, row)}. "
                f"Retrieved from g60_pipeline {self._build_id}."
            )
        return {"text": text, "documents": [_public(document)]}

    def of_corridor(self, row: Row, *, corridor: Row, indicator: Row, basis: Row) -> Row:
        """Return the citation of a corridor figure: `text` with a short list of documents, and all of them."""
        w = self._words
        documents = self._unique(row["input_ids"])
        amount = self._amount(row, interval(row["value"], row["value_low"], row["value_high"]))
        what = self._what(row, amount, place=corridor, indicator=indicator, basis=basis)
        zh = w.language == "zh"
        if row["share"] or row["share_low"] or row["share_high"]:
            share = w.share(row["share"], row["share_low"], row["share_high"])
            what += f"，占全国{share}" if zh else f"; share of China {share}"
        formulas = [row["formula_id"], row["share_formula_id"]]
        names = [
            f"{f} ({w.first(self._formulas[f]['name_en'], self._formulas[f]['name_zh'])})"
            for f in formulas
            if f is not None
        ]
        members = ""
        if row["members_expected"] is not None:
            n, m = row["members_reporting"], row["members_expected"]
            members = f"，{m}个成员中{n}个有数据" if zh else f", {n} of {m} members reporting"
        cited = [self._document(d) + f" [{d['grade']}]" for d in documents[:SHORT_LIST]]
        more = len(documents) - len(cited)
        scope = f"{corridor['corridor_id']}"
        if zh:
            sources = "；".join(cited) + (f"；另有{more}份" if more > 0 else "")
            text = (
                f"{what}。公式：{'、'.join(names)}；范围：{scope}{members}。文献：{sources}。最低等级{row['grade']}；"
                f"标记：{w.words(row['flags'])}。取自 g60_pipeline {self._build_id}。"
            )
        else:
            sources = "; ".join(cited) + (f"; and {more} more" if more > 0 else "")
            text = (
                f"{what}. Formula {', '.join(names)}; scope {scope}{members}. Documents: {sources}. "
                f"Lowest grade {row['grade']}; flags {_none(w, row)}. Retrieved from g60_pipeline {self._build_id}."
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
        return ("，".join(parts) if w.language == "zh" else ", ".join(parts)).replace("  ", " ")

    def _amount(self, row: Row, text: str) -> str:
        unit = self._units[row["unit"]]
        return self._words.amount(text, unit["symbol_en"], unit["symbol_zh"])

    def _as_published(self, row: Row) -> str:
        if row["unit_as_published"] == row["unit"]:
            return ""
        unit = self._units[row["unit_as_published"]]
        text = self._words.amount(row["value_as_published"], unit["symbol_en"], unit["symbol_zh"])
        return f"（原文：{text}）" if self._words.language == "zh" else f" (as published: {text})"

    def _unique(self, ids: Iterable[str]) -> list[Row]:
        found = {(d := self._documents[i])["document_id"]: d for i in sorted(ids)}
        return list(found.values())

    def _confirmed(self, document: Row) -> str:
        publisher, title = document["confirmed_publisher"], document["confirmed_title"]
        if not publisher:
            return ""
        return (
            f"另有佐证：{publisher}，{title}。"
            if self._words.language == "zh"
            else f"Confirmed by: {publisher}, {title}. "
        )

    def _document(self, document: Row) -> str:
        source = self._words.both(document["source_en"], document["source_zh"])
        publisher, title = document["publisher"], document["title"]
        if self._words.language == "zh":
            when = document["published_as_printed"] or "日期不详"
            where = document["url"] or "无网址"
            return f"{publisher}（{source}）：《{title.strip('《》')}》，{when}，{where}"
        when = document["published_as_printed"] or "undated"
        where = document["url"] or "no address held"
        return f"{publisher} ({source}), '{title}', {when}, {where}"


def _none(words: Words, row: Row) -> str:
    return words.words(row["flags"]) if row["flags"] else "none"


def _public(document: Row) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "observation_id"}
