"""What people write into a file of the inbox, read as a file of the facts has it: codes, units, numbers, days.

Only what has one meaning is read, and every reading is reported. Anything else is left as it is written, and the rules
of `normalize` refuse it: a name of two places, a decimal comma, a day within a year.

>>> read_number("12,700", unit="cny_100m"), read_number("1,2700", unit="cny_100m"), read_number("12.5%", unit="percent")
('12700', None, '12.5')
>>> read_period("2022/12/31", kind="year"), read_period("2022/6/30", kind="year")
('2022', None)
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import polars as pl

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.names import indicator_names, place_names, unit_names
from g60_pipeline.naming import Names, folded, index_of
from g60_pipeline.signs import plain_signs

_READ: Final = "__read"

NUMBERS: Final = ("value", "value_start", "precision")
"""Columns of numbers."""

_GROUPED: Final = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_PERCENT: Final = re.compile(r"(-?[\d.,]+) ?%")
_DAY: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})[日号]?")
_MONTH: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})|年(\d{1,2})月(?:份|末|底)?)")
_YEAR: Final = re.compile(r"(\d{4})(?:年度?)?")
_YEAR_END: Final = re.compile(r"(\d{4})年(?:末|底)")
_MONTHS: Final = re.compile(r"(\d{4})年(\d{1,2})月?[-—–~至](\d{1,2})月份?")


@dataclass(frozen=True)
class Reading:
    """What was written into a cell, and what it was read as."""

    file: str
    line: int
    column: str
    typed: str
    read: str
    others: tuple[str, ...] = ()
    """Entries that bear the name with an addition, and are not meant: Suzhou (Anhui)."""


OnReading = Callable[[Reading], None] | None
"""Is given every reading, where somebody listens."""


@dataclass(frozen=True)
class _Words:
    """Names of the catalog by what they name; those of bases by their indicator."""

    places: Names
    indicators: Names
    units: Names
    bases: dict[str, Names] = field(default_factory=dict)
    measures: dict[str, frozenset[str]] = field(default_factory=dict)
    """Units that measure an indicator."""
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All names of a unit, as they are written."""


@lru_cache
def _words() -> _Words:
    catalog = load_catalog()
    bases = {i.indicator_id: {b.basis: (b.name_en, b.name_zh) for b in i.bases} for i in catalog.indicators}
    dimensions = {u.unit: u.dimension for u in catalog.units}
    counted = {i.indicator_id: {dimensions[i.unit_of(b)] for b in i.bases} for i in catalog.indicators}
    return _Words(
        places=index_of(place_names(catalog.geographies)),
        indicators=index_of(indicator_names(catalog.indicators)),
        units=index_of(unit_names(catalog.units)),
        bases={indicator: index_of(names) for indicator, names in bases.items()},
        measures={i: frozenset(u for u, of in dimensions.items() if of in found) for i, found in counted.items()},
        written={u.unit: (u.unit, u.symbol_en, u.symbol_zh, *u.aliases) for u in catalog.units},
    )


def understood(rows: pl.DataFrame, *, on_reading: OnReading = None) -> pl.DataFrame:
    """Return rows of the inbox with every cell that has one meaning as a file of the facts has it.

    Args:
        rows: Figures or claims as text, with `file` and `line`.
        on_reading: Takes every cell that is written otherwise.
    """
    for columns, beside, read in _READERS:
        for column in (c for c in columns if c in rows.columns and rows[c].dtype == pl.String):
            keys = [column] if beside is None else [column, beside]
            found = {key: read(*key) for key in rows.select(keys).unique().iter_rows() if key[0] is not None}
            changed = {key: new for key, new in found.items() if new is not None and new != key[0]}
            if not changed:
                continue
            if on_reading is not None:
                others = {key: _longer_names(column, key[0]) for key in changed}
                for file, line, *key in rows.select("file", "line", *keys).iter_rows():
                    if (told := tuple(key)) in changed:
                        on_reading(Reading(file, line, column, told[0], changed[told], others[told]))
            meant = pl.DataFrame([(*key, new) for key, new in changed.items()], schema=[*keys, _READ], orient="row")
            joined = rows.join(
                meant.cast(pl.String), on=keys, how="left", nulls_equal=True, maintain_order="left", validate="m:1"
            )
            rows = joined.with_columns(pl.coalesce(_READ, column).alias(column)).drop(_READ)
    return rows


def read_number(text: str, *, unit: str | None) -> str | None:
    """Return a number without the commas that part its thousands, and of percentages without the sign."""
    share = _PERCENT.fullmatch(text)
    if share is not None:
        return (read_number(share[1], unit=unit) or share[1]) if unit == "percent" else None
    return text.replace(",", "") if _GROUPED.fullmatch(text) else None


def read_day(text: str) -> str | None:
    """Return a year, month or day as YYYY, YYYY-MM or YYYY-MM-DD; None where it is none, or there is no such day."""
    plain = _plain(text)
    for pattern in (_DAY, _MONTH, _YEAR):
        match = pattern.fullmatch(plain)
        if match is not None:
            return _day([int(part) for part in match.groups() if part is not None and part.isdecimal()])
    return None


def read_period(text: str, *, kind: str | None) -> str | None:
    """Return a period in the form of its kind; None where it has another form, or says something else.

    A day or month stands for a year only where it ends it.
    """
    plain = _plain(text)
    if kind == "part_year":
        match = _MONTHS.fullmatch(plain)
        ends = [_day([int(match[1]), int(month)]) for month in match.groups()[1:]] if match else [None]
        return None if None in ends else "/".join(map(str, ends))
    year_end = _YEAR_END.fullmatch(plain)
    day = f"{year_end[1]}-12-31" if year_end else read_day(text)
    if day is None:
        return None
    if kind == "year":
        return day[:4] if day[4:] in {"", "-12", "-12-31"} else None
    if kind in {"date", "census"} and len(day) == len("YYYY-MM-DD"):
        return day
    return f"{day}/{day}" if kind == "date" and len(day) == len("YYYY-MM") else None


def read_name(column: str, text: str, *, indicator: str | None = None) -> str | None:
    """Return the identifier that a name of the catalog stands for; None where none or several bear it.

    Args:
        column: Column it is written into: `geo_code`, `indicator_id`, `basis` or `unit`.
        text: The name.
        indicator: Indicator of a basis, or of a unit: of two units with one name it is the one that measures it.
    """
    found = _names(column, indicator).get(folded(text), ())
    if column == "unit" and len(found) > 1:
        found = tuple(unit for unit in found if unit in _words().measures.get(indicator or "", ()))
    return text if text in found else found[0] if len(found) == 1 else None


def unit_words(text: str) -> frozenset[str]:
    """Return all names of the units that a name may stand for, as they are written; only itself where it is none."""
    words = _words()
    return frozenset({text, *(name for unit in words.units.get(folded(text), ()) for name in words.written[unit])})


def names_all(cells: Iterable[str], columns: Iterable[str]) -> bool:
    """Return whether the cells of a row, whatever they are below, have a name of each of some columns."""
    texts = [text for text in cells if text]
    return all(any(read_name(column, text) for text in texts) for column in columns)


def read_cell(column: str, text: str) -> str:
    """Return a cell of a column that means the same whatever is beside it, as a file of the facts has it."""
    if column == "value":
        return read_number(text, unit=None) or text
    return (read_name(column, text) if column in {"geo_code", "indicator_id", "unit"} else None) or text


def _names(column: str, indicator: str | None = None) -> Names:
    words = _words()
    if column == "basis":
        return words.bases.get(indicator or "", {})
    return {"geo_code": words.places, "indicator_id": words.indicators, "unit": words.units}[column]


def _longer_names(column: str, text: str) -> tuple[str, ...]:
    """Return the places whose names are this one with an addition in parentheses."""
    if column != "geo_code":
        return ()
    start = f"{folded(text)}("
    own = _names(column).get(folded(text), ())
    found = [code for name, codes in _names(column).items() if name.startswith(start) for code in codes]
    return tuple(dict.fromkeys(code for code in found if code not in own))


def _plain(text: str) -> str:
    return re.sub(r"\s", "", plain_signs(text))


def _day(parts: Sequence[int]) -> str | None:
    """Return a year, with its month and day where they are given; None where there is none such."""
    try:
        whole = dt.date(*(*parts, 1, 1)[:3])
    except ValueError:
        return None
    return whole.isoformat()[: {1: 4, 2: 7, 3: 10}[len(parts)]]


_READERS: Final[Sequence[tuple[Sequence[str], str | None, Callable[..., str | None]]]] = (
    (("geo_code",), None, lambda text: read_name("geo_code", text)),
    (("indicator_id",), None, lambda text: read_name("indicator_id", text)),
    (("basis",), "indicator_id", lambda text, indicator: read_name("basis", text, indicator=indicator)),
    (("unit",), "indicator_id", lambda text, indicator: read_name("unit", text, indicator=indicator)),
    (NUMBERS, "unit", lambda text, unit: read_number(text, unit=unit)),
    (("period",), "period_kind", lambda text, kind: read_period(text, kind=kind)),
    (("period_start", "period_end", "as_of", "published"), None, read_day),
)
"""Columns, the column that says how they are meant, and how a cell is read; those above are read already."""
