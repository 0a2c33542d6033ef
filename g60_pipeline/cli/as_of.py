"""Opens the warehouse in force, or the one of a day gone by. Building the latter is `g60_pipeline.publish.as_of`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from g60_pipeline.builds.clock import CHINA, present
from g60_pipeline.cli.common import option, settings
from g60_pipeline.errors import UsageError
from g60_pipeline.reader import screens
from g60_pipeline.reader.database import Warehouse, open_warehouse
from g60_pipeline.reader.words import Words, number
from g60_pipeline.wording import say

if TYPE_CHECKING:
    from rich.text import Text

    from g60_pipeline.publish.as_of import AsOf
    from g60_pipeline.settings import Settings


as_of_option: Final = option("--as-of", metavar="DAY")


@contextmanager
def home_as_of(day: str | None) -> Iterator[tuple[Settings, AsOf | None]]:
    """Return the home of the warehouse in force, or with a day that of all that was published by then.

    Raises:
        UsageError: The day is no date, lies ahead, or nothing was published by then.
        G60Error: Nothing is built yet.
    """
    if day is None:
        yield settings(), None
        return
    date = day_of(day, name="--as-of")
    from g60_pipeline.publish.as_of import warehouse_as_of  # noqa: PLC0415  - the contracts take a second to load

    with warehouse_as_of(settings(), date) as (past, known):
        yield past, known


@contextmanager
def open_as_of(day: str | None) -> Iterator[tuple[Warehouse, AsOf | None]]:
    """Open the warehouse in force, or with a day the one of all that was published by then; errors as `home_as_of`."""
    with home_as_of(day) as (home, known):
        if known is None:
            with open_warehouse(home) as warehouse:
                yield warehouse, None
            return
        with open_warehouse(settings()) as now:
            name = say("label.build_as_of", "en", build=now.build_id(), day=known.day.isoformat())
        with open_warehouse(home, name=name) as warehouse:
            yield warehouse, known


def known_by(known: AsOf | None, words: Words) -> list[Text]:
    """Return the line with the day of the warehouse, and how many figures are left out; none for that in force."""
    if known is None:
        return []
    text = words.label("as_of").format(day=known.day.isoformat())
    undated = words.label("as_of_undated").format(n=number(known.undated))
    return [screens.text(f"{text}{words.stop}{undated if known.undated else ''}".rstrip(), "bold")]


def about(known: AsOf | None) -> dict[str, Any]:
    """Return the same for JSON."""
    return known.as_json() if known else {}


def day_of(text: str, *, name: str) -> dt.date:
    """Return the day an option names.

    Raises:
        UsageError: It is no date, or lies ahead.
    """
    try:
        day = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError.of("as_of.no_date", name, text=repr(text))
    if day > present().astimezone(CHINA).date():
        raise UsageError.of("as_of.ahead", name, text=text)
    return day
