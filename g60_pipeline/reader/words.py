"""The words of one language, and how numbers, shares and periods are written. No query, no layout."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from g60_pipeline.normalize.printed import percent, percentage
from g60_pipeline.wording import Language, say, word

BOUNDS: Final = frozenset({"lower_bound", "upper_bound"})
"""Flags of figures that are printed as 'more than' or 'at most'."""

ESTIMATE: Final = "estimated_by_source"
"""Flag of a figure that enters no value."""


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        """Keep the language."""
        self.language = language

    def label(self, key: str, **values: Any) -> str:
        """Return a label, its placeholders filled."""
        return say(f"label.{key}", self.language, **values)

    def word(self, value: str, column: str = "") -> str:
        """Return a word of a closed list of the warehouse, by its column where it has a meaning of its own there."""
        return word(value, column)[self.language == "zh"]

    def words(self, words: Sequence[str]) -> str:
        """Return a set of such words, or a dash."""
        return self.listed(self.word(w) for w in words) or "–"

    @property
    def stop(self) -> str:
        """Return what ends a sentence, with the space to the next."""
        return "。" if self.language == "zh" else ". "

    @property
    def colon(self) -> str:
        """Return what separates a heading from what follows it."""
        return "：" if self.language == "zh" else ": "

    @property
    def comma(self) -> str:
        """Return what separates parts of a sentence."""
        return "，" if self.language == "zh" else ", "

    def bracketed(self, text: Any) -> str:
        """Return a remark in brackets, as it follows a word."""
        return f"（{text}）" if self.language == "zh" else f" ({text})"

    def listed(self, items: Iterable[str]) -> str:
        """Return items as a list in a sentence."""
        return ("、" if self.language == "zh" else ", ").join(items)

    def both(self, english: str | None, chinese: str | None) -> str:
        """Return a name in both languages, the reader's first."""
        names = [english, chinese] if self.language == "en" else [chinese, english]
        return " ".join(dict.fromkeys(name for name in names if name))

    def first(self, english: str | None, chinese: str | None) -> str:
        """Return a text in the reader's language, in the other where that one is missing."""
        return (english or chinese or "") if self.language == "en" else (chinese or english or "")

    def share(self, value: float | None, low: float | None, high: float | None) -> str:
        """Return a share as a percentage and as one in n: '4.10 % = 1/24.4', or its interval."""
        if value is not None:
            return f"{percent(value)} = 1/{one_in(value)}" if value else percent(value)
        if low and high:
            return f"{percentage(low)}–{percent(high)} = 1/{one_in(low)}–1/{one_in(high)}"
        if low:
            return f"≥ {percent(low)} = 1/{one_in(low)}"
        if high:
            return f"≤ {percent(high)} = 1/{one_in(high)}"
        return "–"

    def period(self, kind: str, end: dt.date, start: dt.date | None = None) -> str:
        """Return a reference period: a year, a day, or months."""
        if kind == "calendar_year":
            return str(end.year)
        if kind == "point_in_time":
            return end.isoformat()
        until = f"{end:%Y-%m}"
        return f"{start:%Y-%m}/{until}" if start else f"…/{until}"

    def where(self, document: Mapping[str, Any]) -> str:
        """Return the address of a document; where none is known, how to find it: by its title, at its source."""
        if document["url"]:
            return str(document["url"])
        home = document.get("source_url")
        return self.label("found_at", where=home) if home else self.label("found_by_title")

    def amount(self, text: str, symbol_en: str, symbol_zh: str) -> str:
        """Return a number with its unit; a plain count has none in English."""
        if self.language == "zh":
            return f"{text}{symbol_zh}"
        if symbol_en == "number":
            return text
        return f"{text} × {symbol_en}" if symbol_en[:1].isdigit() else f"{text} {symbol_en}"


def number(value: float | None) -> str:
    """Return a number with thousands separators and at most two decimals; small ones keep four digits."""
    if value is None:
        return "–"
    if value and abs(value) < 1:
        return f"{value:.4g}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def bounded(value: float | None, flags: Sequence[str]) -> str:
    """Return a published figure; what is printed as 'more than' or 'at most' says so."""
    sign = "≥ " if "lower_bound" in flags else "≤ " if "upper_bound" in flags else ""
    return f"{sign}{number(value)}"


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return a number, or the interval it lies in."""
    if value is not None:
        return number(value)
    if low is not None and high is not None:
        return f"{number(low)}–{number(high)}" if low >= 0 else f"{number(low)} – {number(high)}"
    if low is not None:
        return f"≥ {number(low)}"
    return f"≤ {number(high)}" if high is not None else "–"


def measured(unit: str, value: float | None, *, low: float | None, high: float | None) -> str:
    """Return a figure or its interval; a ratio is written as a percentage."""
    if unit != "ratio":
        return interval(value, low, high)
    scaled = [None if v is None else 100 * v for v in (value, low, high)]
    text = interval(*scaled)
    return text if text == "–" else f"{text} %"


def one_in(share: float) -> str:
    """Return n of 'one in n'."""
    return f"{1 / share:.1f}"


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it.

    Dates are ISO; types that JSON does not know, and decimals that no double holds, are text; NaN and infinity are
    null.
    """
    result = value
    if isinstance(value, dict):
        result = {str(key): plain(item) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        result = [plain(item) for item in value]
    elif isinstance(value, (dt.datetime, dt.date, dt.time)):
        result = value.isoformat()
    elif isinstance(value, Decimal):
        whole, number = value == value.to_integral_value(), float(value)
        result = int(value) if whole else number if Decimal(repr(number)) == value else f"{value:f}"
    elif isinstance(value, float) and not math.isfinite(value):
        result = None
    elif isinstance(value, (bytes, bytearray)):
        result = value.hex()
    elif value is not None and not isinstance(value, (bool, int, float, str)):
        result = str(value)
    return result
