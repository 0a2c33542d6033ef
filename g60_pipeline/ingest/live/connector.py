"""What a connector is: it knows which requests a source needs and how its answers read. It neither connects nor judges.

A connector collects answers through `Job.ask` and later reads rows out of the archived ones; so any day can be
replayed. What its series mean in our catalog is in `source.yaml`; whether rows are accepted is decided in `refresh`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import polars as pl

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.wording import told

REFUSED_ALONE: Final = (400, 404, 410)
"""Statuses that say something of one request alone: not understood, not there, there no more."""

UNDIVIDED: Final = ("",)
"""Parts of a source that has none."""


class SeriesError(SourceError):
    """What is wrong with one series alone: withdrawn, renamed, in another unit. Its siblings are no worse for it."""


@dataclass(frozen=True)
class Job:
    """One refresh of a source, as its connector sees it.

    Args:
        plan: The source's entry of the catalog.
        parts: Parts to refresh; `("",)` for a source that is not divided.
        today: Day of the refresh in China.
        ask: Sends a request and returns the answer; raises SourceError. An answer the service calls unchanged (304)
            comes back as it is archived.
        archived: Answers by key of the snapshot in force of a part; empty where there is none.
        remark: Takes what a person should know of the refresh, though its rows are used.
    """

    plan: LiveSource
    parts: tuple[str, ...]
    today: dt.date
    ask: Callable[[Request], Answer]
    archived: Callable[[str], Mapping[str, Answer]]
    remark: Callable[[str], None] = lambda _: None

    def ask_series(self, request: Request) -> Answer:
        """Return the answer to the request of one series, also where the service refuses this request alone.

        Raises:
            SourceError: The service fails otherwise.
        """
        try:
            return self.ask(request)
        except SourceError as error:
            if error.answer is not None and error.answer.status in REFUSED_ALONE:
                return error.answer
            raise

    def last_answers(self, part: str, gone: Mapping[str, SeriesError]) -> list[Answer]:
        """Return the last answers of series the source no longer gives as it must, each with a remark.

        Args:
            part: The part they belong to.
            gone: What is wrong, by key of the answer.
        """
        archived = self.archived(part)
        for key, error in gone.items():
            known = "kept" if key in archived else "never_held"
            parts = {"subject": error.subject, "rule": error.rule, "remedy": error.remedy}
            self.remark(told(f"live.remark.{known}", **parts))
        return [archived[key] for key in gone if key in archived]


@dataclass(frozen=True)
class SourceRows:
    """What one part of a source says, as published.

    Args:
        title: Title of the document the rows are cited from.
        published: Day the publisher gives for it; the day of fetching serves where there is none.
        figures: Rows of `LiveFigure`; `listings`, `pairs`, `places` and `institutions` likewise.
        warnings: What a person should look at though nothing is wrong with the rows.
        edition: Year of the report, where the parts of the source are editions that print the same rows.
    """

    title: str
    published: dt.date | None = None
    figures: pl.DataFrame = field(default_factory=lambda: live_frame("figures", []))
    listings: pl.DataFrame = field(default_factory=lambda: live_frame("listings", []))
    pairs: pl.DataFrame = field(default_factory=lambda: live_frame("pairs", []))
    places: pl.DataFrame = field(default_factory=lambda: live_frame("places", []))
    institutions: pl.DataFrame = field(default_factory=lambda: live_frame("institutions", []))
    warnings: tuple[str, ...] = ()
    edition: int | None = None

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the rows by kind."""
        return {
            "figures": self.figures,
            "listings": self.listings,
            "pairs": self.pairs,
            "places": self.places,
            "institutions": self.institutions,
        }


def yearly_figure(
    series: str, place: str, year: str, *, value: str, locator: str, **more: str | None
) -> dict[str, str | None]:
    """Return a row of `LiveFigure`: the figure of a series for a place and year.

    Args:
        series: The publisher's code of the series.
        place: The publisher's code of the place.
        year: The year.
        value: Digits as printed.
        locator: Where in the answers it is printed.
        more: Further columns; `period_kind` and `period` where the figure is of a day.
    """
    about = {"series": series, "place": place, "period_kind": "year", "period": year, "value": value}
    return {"record_key": f"{series}|{place}|{year}", "locator": locator} | about | more


class SinglePart:
    """What the connectors of sources that are not divided into parts have in common."""

    def parts(self, plan: LiveSource, *, today: dt.date) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's form
        """Return the one part there is."""
        return UNDIVIDED

    def refused(self, part: str, plan: LiveSource, *, today: dt.date) -> str | None:  # noqa: ARG002 - likewise
        """Return why a part can not be refreshed; None for the one there is."""
        return None if (part,) == UNDIVIDED else told("live.answer.undivided")


class Connector(Protocol):
    """One live source."""

    @property
    def source_id(self) -> str:
        """Return the source's identifier in the catalog."""

    def parts(self, plan: LiveSource, *, today: dt.date) -> tuple[str, ...]:
        """Return the parts a refresh takes when nobody names any; `("",)` for a source that is not divided."""

    def refused(self, part: str, plan: LiveSource, *, today: dt.date) -> str | None:
        """Return why there is no such part to refresh; None where there may be one."""

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return, by part, every answer its rows are read from; those not asked again come from `job.archived`.

        Raises:
            SourceError: The source did not answer as it must.
        """

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:
        """Return what the answers of one part say.

        Args:
            part: The part.
            answers: Archived answers by key.
            plan: The source's entry of the catalog.

        Raises:
            SourceError: An answer has not the form it must have; nothing of it may be used.
        """
