"""Opens the warehouse in force, or the one of a day gone by. Building the latter is `g60_pipeline.publish.as_of`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from g60_pipeline.cli.common import settings
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import UsageError, Warehouse, open_warehouse
from g60_pipeline.reader.words import Words, number

if TYPE_CHECKING:
    from rich.text import Text

    from g60_pipeline.publish.as_of import AsOf


@contextmanager
def open_as_of(day: str | None) -> Iterator[tuple[Warehouse, AsOf | None]]:
    """Open the warehouse in force, or with a day the one of all that was published by then, and say what stays out.

    Raises:
        UsageError: The day is no date, lies ahead, or nothing was published by then.
        G60Error: Nothing is built yet.
    """
    if day is None:
        with open_warehouse(settings()) as warehouse:
            yield warehouse, None
        return
    date = _day(day)
    from g60_pipeline.publish.as_of import warehouse_as_of  # noqa: PLC0415  - the contracts take a second to load

    with open_warehouse(settings()) as now:
        name = f"{now.build_id()}, as known on {date.isoformat()}"
    with warehouse_as_of(settings(), date) as (past, known), open_warehouse(past, name=name) as warehouse:
        yield warehouse, known


def known_by(known: AsOf, words: Words) -> Text:
    """Return the line with the day of the warehouse, and how many figures are left out."""
    text = words.label("as_of").format(day=known.day.isoformat())
    undated = words.label("as_of_undated").format(n=number(known.undated))
    return screens.text(f"{text}{words.stop}{undated if known.undated else ''}".rstrip(), "bold")


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError("--as-of", f"{text!r} is not a date", "Write YYYY-MM-DD, such as 2024-06-30")
    if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        raise UsageError("--as-of", f"{text} lies ahead", "Nobody knows yet what will be known then")
    return day
