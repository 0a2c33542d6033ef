"""Reading single statements of Wikidata: a number, a date as precise as it says, a point. Which are asked: `connector`.

Anybody can edit them, so an odd one is left out, with words for a remark, and spoils no other.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final

from g60_pipeline.catalog.dates import last_day
from g60_pipeline.catalog.models import CHINA, Entry
from g60_pipeline.contracts.columns import FIRST_YEAR
from g60_pipeline.ingest.live.decode import NUMBER, plain, signs
from g60_pipeline.wording import told

YEAR, MONTH, DAY = "9", "10", "11"
"""How precise a date is, in Wikidata's own numbers: 8 is a decade, 7 a century."""

DIGITS_OF_DATE: Final = {YEAR: 4, MONTH: 7, DAY: 10, "12": 10, "13": 10, "14": 10}
"""How much of a date counts, by its precision; those of hours, minutes and seconds are of their day."""

WHEN: Final = re.compile(r"([+-]?[0-9]{4,})-([0-9]{2})-([0-9]{2})T[0-9:]{8}Z")


def period_of(when: str, precision: str | None, *, seen: dt.date) -> tuple[str, str]:
    """Return kind and period of a statement, as precise as its date is.

    A month means its last day, as everywhere; what is more precise than a day means the day.

    Args:
        when: The date.
        precision: How precise it is, in Wikidata's own numbers.
        seen: Day of the answer: what was not over by then is no figure.

    Raises:
        ValueError: The date is none of ours; in words.
    """
    match = WHEN.fullmatch(signs(when))
    if match is None:
        raise ValueError(told("live.remark.no_time"))
    year, month, day = map(int, match.groups())
    stated = signs(precision)
    if stated not in DIGITS_OF_DATE:
        raise ValueError(told("live.remark.imprecise", stated=stated or told("live.remark.unknown")))
    if not FIRST_YEAR <= year <= seen.year:
        raise ValueError(told("live.remark.other_years", first=FIRST_YEAR, last=seen.year))
    text = f"{year}-{month:02}-{day:02}"[: DIGITS_OF_DATE[stated]]
    if last_day(text) > seen:
        raise ValueError(told("live.remark.not_over", day=seen))
    if stated == YEAR:
        return "year", text
    return "date", f"{text}/{text}" if stated == MONTH else text


class Bounds(Entry):
    """Options of a series: between what a statement lies, in its unit, and whether it is a whole number."""

    least: float
    most: float
    whole: bool = False


def number_of(text: str, what: str, *, bounds: Bounds, warnings: list[str]) -> str | None:
    """Return a number a statement gives; an odd one, or one no place can have, is left out with a warning."""
    value = signs(text)
    if not NUMBER.fullmatch(value):
        warnings.append(told("live.remark.odd_number", what=what, value=text))
        return None
    number = Decimal(value)
    if bounds.whole and number != number.to_integral_value():
        warnings.append(told("live.remark.odd_whole", what=what, value=text))
        return None
    if not bounds.least <= number <= bounds.most:
        limits = {"least": bounds.least, "most": bounds.most}
        warnings.append(told("live.remark.beyond", what=what, value=text, **limits))
        return None
    return plain(value)


def point_of(text: str | None, *, name: str, warnings: list[str]) -> tuple[str, str] | None:
    """Return longitude and latitude of `Point(120.6 31.3)`; an odd one is left out with a warning."""
    if text is None:
        return None
    match = re.fullmatch(r"Point\(([^ ()]+) ([^ ()]+)\)", signs(text))
    if match and all(NUMBER.fullmatch(part) for part in match.groups()):
        lon, lat = map(plain, match.groups())
        if all(low <= Decimal(degrees) <= high for degrees, (low, high) in zip((lon, lat), CHINA, strict=True)):
            return lon, lat
        if abs(Decimal(lon)) <= 180 and abs(Decimal(lat)) <= 90:
            warnings.append(told("live.remark.not_in_china", name=name, value=text))
            return None
    warnings.append(told("live.remark.no_point", name=name, value=text))
    return None
