"""What all pages share: where they are, how they are rendered, how numbers are written and where they are explained."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.reasons import reason
from g60_pipeline.reader.words import ESTIMATE, Words, bounded, plain
from g60_pipeline.report.site.data import Data
from g60_pipeline.report.site.derivations import Derivations
from g60_pipeline.report.site.environment import templates
from g60_pipeline.wording import Language, say

NO_ANCHOR: Final = re.compile(r"[^\w.:+-]")
"""What an anchor may not contain."""

MENU: Final = (
    ("index", "claims", "cities", "indicators", "map", "timeline"),
    ("gradient", "specialisation", "ranks"),
    ("coverage", "wanted", "revisions", "dictionary", "methods"),
)
"""Pages of the menu by group."""


@dataclass(frozen=True)
class Number:
    """A number as it is written, and where its explanation is: page and anchor."""

    text: str
    ref: str = ""
    note: str = ""
    """What a sign before it means."""


@dataclass(frozen=True)
class Page:
    """One page of one language: its file below the folder of the language, its template and what that shows."""

    path: str
    template: str
    title: str
    content: Mapping[str, Any] = field(default_factory=dict)
    other: str = ""
    """The title in the other language, where it is a name."""
    section: str = ""
    """Entry of the menu it belongs to."""
    words: str = ""
    """What else it is found by in the search."""


def anchor(identifier: str) -> str:
    """Return the anchor of a figure or metric row."""
    return NO_ANCHOR.sub("_", identifier)


class Site:
    """One language of the site: its words, and where things are explained."""

    def __init__(self, data: Data, derivations: Derivations, language: Language) -> None:
        """Write in this language."""
        self.data = data
        self.derivations = derivations
        self.language: Language = language
        self.words = Words(language)

    def t(self, key: str, **values: Any) -> str:
        """Return words of the site."""
        return say(f"site.{key}", self.language, **values)

    def first(self, row: Row, name: str = "name") -> str:
        """Return a text of a row in the language of the page."""
        return self.words.first(row[f"{name}_en"], row[f"{name}_zh"])

    def other(self, row: Row) -> str:
        """Return the name of a row in the other language."""
        return str(row["name_zh" if self.language == "en" else "name_en"])

    def word(self, value: str | None, column: str = "") -> str:
        """Return a closed word of the warehouse."""
        return self.words.word(value, column) if value else "–"

    def place(self, code: str) -> str:
        """Return the short name of a place or corridor."""
        if code in self.data.corridors:
            return self.scope(code)
        place = self.data.places.get(code)
        if place is None:
            return code
        return str(place["short_zh"] if self.language == "zh" else place["name_en"].removesuffix(" District"))

    def scope(self, corridor_id: str) -> str:
        """Return how a corridor is called on the site: the two readings by what sets them apart."""
        if corridor_id in ("g60_songjiang", "g60_shanghai"):
            return self.t(corridor_id)
        return self.first(self.data.corridors[corridor_id])

    def indicator(self, indicator_id: str) -> str:
        """Return the name of an indicator."""
        return self.first(self.data.indicators[indicator_id])

    def ratio(self, ratio_id: str) -> str:
        """Return the name of a ratio."""
        return self.first(self.data.ratios[ratio_id])

    def component(self, component_id: str) -> str:
        """Return the name of a component of the index: that of the ratio or indicator it prefers."""
        row = self.data.components[component_id]
        return self.ratio(row["ratio_id"]) if row["ratio_id"] else self.indicator(row["indicator_id"])

    def unit(self, unit: str) -> str:
        """Return the symbol of a unit; a plain count says that it is a number, a ratio is a percentage."""
        return "%" if unit == "ratio" else self.first(self.data.units[unit], "symbol")

    def flags(self, flags: Iterable[str]) -> str:
        """Return flags in words, or nothing."""
        return self.words.listed(self.word(flag) for flag in flags)

    def joined(self, *parts: str) -> str:
        """Return parts of a title as one."""
        return self.words.comma.join(part for part in parts if part)

    def of(self, whole: str, part: str) -> str:
        """Return a title of a thing and what is shown of it."""
        return f"{whole}{self.words.colon}{part}"

    def reason(self, row: Row) -> str:
        """Return why a row has no value, or this one; or nothing."""
        found = reason(row, self.data.named)
        return found[self.language == "zh"] if found else ""

    def period(self, row: Row) -> str:
        """Return the reference period of a row."""
        return self.words.period(row["period_kind"], row["period_end"], row.get("period_start"))

    def figure(self, row: Row) -> Number:
        """Return a published figure."""
        where = f"indicators/{row['indicator_id']}.html#{anchor(row['observation_id'])}"
        text = bounded(row["value"], row["flags"])
        if ESTIMATE in row["flags"]:
            return Number(f"~ {text}", where, self.word(ESTIMATE))
        return Number(text, where)

    def explained(self, text: str, row: Row, page: str, *, note: str = "") -> Number:
        """Return a number of a metric row that a page explains."""
        return Number(text, f"{page}#{anchor(row['metric_id'])}", note)

    def share_text(self, row: Row) -> str:
        """Return a share, or its interval, in words; nothing of China is no part of it in n."""
        none = row["share"] == 0
        return "0 %" if none else self.words.share(row["share"], row["share_low"], row["share_high"])

    def document(self, document_id: str) -> dict[str, Any]:
        """Return a document: publisher, title, date, address, grade."""
        row = self.data.documents[document_id]
        return {
            "id": document_id,
            "publisher": row["publisher"],
            "title": row["title"],
            "when": row["published_as_printed"] or self.words.label("undated"),
            "url": row["url"],
            "grade": row["grade"],
        }

    def why(
        self, row: Row, title: Iterable[str], answer: str, *, lines: Iterable[str] = (), in_full: bool = True
    ) -> dict[str, Any]:
        """Return the explanation of a metric row: what it is, its formula, its sum, and the figures behind it.

        Args:
            row: The row, or what names it and says what it was made of.
            title: What the number is of, part by part.
            answer: The number, or the word, in full.
            lines: What it rests on, in words.
            in_full: Whether its sum and the figures behind it are listed; else `lines` say what is behind it.
        """
        formula = self.data.formulas[row["formula_id"]]
        names = (row.get("input_ids") or []) if in_full else []
        inputs = [self.data.figure_of[name] for name in names if name in self.data.figure_of]
        return {
            "id": anchor(row["metric_id"]),
            "metric_id": row["metric_id"],
            "title": self.joined(*title),
            "answer": answer,
            "lines": list(lines),
            "document": None,
            "flags": self.flags(row.get("flags") or []),
            "formula_id": row["formula_id"],
            "formula": self.first(formula),
            "sums": self.derivations.sums(row["metric_id"], self.language) if in_full else [],
            "reason": self.reason(row) if row.get("reason_code") else "",
            "missing": ""
            if row.get("reason_code")
            else self.words.listed(self.place(code) for code in row.get("members_missing") or []),
            "inputs": [
                {
                    "id": figure["observation_id"],
                    "number": self.figure(figure),
                    "what": self.place(figure["geo_code"])
                    + ("" if figure["period_end"] == row.get("period_end") else f" {self.period(figure)}"),
                }
                for figure in inputs
            ],
        }

    @cached_property
    def environment(self) -> Environment:
        """Return the templates with what they may call."""
        made = templates()
        made.globals |= {
            "t": self.t,
            "lang": self.language,
            "menu": MENU,
            "word": self.word,
            "first": self.first,
            "label": self.words.label,
            "colon": self.words.colon,
            "dumps": dumps,
            "anchor": anchor,
        }
        return made

    def render(self, page: Page) -> str:
        """Return the HTML of a page."""
        up = "../" * page.path.count("/")

        def to(target: str) -> str:
            """Return the way from this page to another one of its language."""
            return target.removeprefix(page.path) if target.startswith(f"{page.path}#") else up + target

        other = "zh" if self.language == "en" else "en"
        text = self.environment.get_template(page.template).render(
            page=page,
            to=to,
            assets=f"{up}../assets/",
            data=f"{up}../data/",
            across=f"{up}../{other}/{page.path}",
            **page.content,
        )
        return re.sub(r"\n\s*\n+", "\n", text)


def dumps(value: Any) -> Markup:
    """Return JSON that may be in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_json)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704  - JSON, made harmless for HTML


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else plain(value)
