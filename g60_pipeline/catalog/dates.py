"""Dates that are known only to the month or the year. What such a date means is decided here and nowhere else."""

from __future__ import annotations

import calendar
import datetime as dt


def first_day(partial: str) -> dt.date:
    """Return the first day that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` may mean; raises ValueError for anything else."""
    return _day(partial, last=False)


def last_day(partial: str) -> dt.date:
    """Return the last day that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` may mean; raises ValueError for anything else."""
    return _day(partial, last=True)


def _day(partial: str, *, last: bool) -> dt.date:
    parts = partial.split("-")
    lengths = [len(p) for p in parts]
    if lengths not in ([4], [4, 2], [4, 2, 2]) or not all(p.isascii() and p.isdigit() for p in parts):
        raise ValueError(f"{partial!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    numbers = [int(p) for p in parts]
    year = numbers[0]
    month = numbers[1] if len(numbers) > 1 else (12 if last else 1)
    if not 1 <= month <= 12:
        raise ValueError(f"{partial!r} has no month {month}")
    day = numbers[2] if len(numbers) > 2 else (calendar.monthrange(year, month)[1] if last else 1)
    return dt.date(year, month, day)
