"""The form of `ingest/live/SOURCE/source.yaml`: how a live source is asked, how often, and what its series mean."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field

from g60_pipeline.catalog.models import Entry, GeoCode, Identifier, Text


def _origin(url: str) -> str:
    if not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*[^\s?#/])?", url):
        raise ValueError(f"{url!r} must be https://host or https://host/path, without a slash at the end")
    return url


def _cron(line: str) -> str:
    if len(line.split()) != 5:
        raise ValueError(f"{line!r} is not a cron line of five fields")
    try:
        CronSim(line, dt.datetime(2000, 1, 1))
    except CronSimError as error:
        raise ValueError(f"{line!r} is not a cron line: {error}") from error
    return line


def file_of(source_id: str) -> str:
    """Return the file of a live source, as messages name it."""
    return f"ingest/live/{source_id}/source.yaml"


class LiveSchedule(Entry):
    """When a source is asked, in China's time, and whether that happens without an operator's consent."""

    cron: Annotated[str, AfterValidator(_cron)]
    running: bool
    why: Text


class LiveLimits(Entry):
    """How gently and how long a source is asked."""

    interval_seconds: float = Field(default=1.0, ge=0)
    connect_seconds: float = Field(default=10.0, gt=0)
    read_seconds: float = Field(default=30.0, gt=0)
    total_seconds: float = Field(default=180.0, gt=0)
    attempts: int = Field(default=4, ge=1, le=10)
    max_megabytes: float = Field(default=10.0, gt=0, le=200)
    longest_wait_seconds: float = Field(default=120.0, ge=0)


class LiveSeries(Entry):
    """One series of the publisher: what it is in the catalog, in which unit, and which places it comes for.

    `title` is the publisher's own wording, checked against the answer where that carries one; `places` leads from the
    publisher's codes to ours.
    """

    series: Text
    title: str | None = None
    indicator_id: Identifier
    basis: Identifier
    unit: Identifier
    places: dict[str, GeoCode]
    options: dict[str, Any] = Field(default_factory=dict)


class LiveSource(Entry):
    """One live source. Its names, licence and terms are in `sources.yaml` under the same `source_id`.

    `page_url` is what a reader may open; `needs_contact` refuses to ask without a contact setting; `browser_like` words
    the User-Agent as crawlers do; `key_prefix` is what is before a key in the Authorization header, where the
    service takes one.
    """

    source_id: Identifier
    base_url: Annotated[str, AfterValidator(_origin)]
    page_url: Text
    needs_contact: bool = False
    browser_like: bool = False
    key_prefix: str | None = None
    schedule: LiveSchedule
    limits: LiveLimits = LiveLimits()
    series: tuple[LiveSeries, ...] = ()
    options: dict[str, Any] = Field(default_factory=dict)
