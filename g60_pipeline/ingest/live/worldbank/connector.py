"""World Bank Indicators API v2: one request a series, and a single one while nothing has changed.

The header's `lastupdated` is the change test. What a series means and how it must be titled is in `source.yaml`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource, file_of
from g60_pipeline.catalog.models import Entry
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import REFUSED_ALONE, Job, SeriesError, SinglePart, SourceRows, yearly_figure
from g60_pipeline.ingest.live.decode import CHANGED, WAIT, digits_or_none, expect, json_of, record, signs
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.options import options_of
from g60_pipeline.signs import is_missing
from g60_pipeline.wording import told

SOURCE: Final = "worldbank"
CATALOG: Final = file_of(SOURCE)
HEADER: Final = ("page", "pages", "total", "lastupdated")
ROW: Final = ("indicator", "countryiso3code", "date", "value", "unit", "obs_status")


class Span(Entry):
    """Options of the source: the first year to ask for."""

    first_year: int


class Midyear(Entry):
    """Options of a series: the day of the year its figures are of (MM-DD), where they are not yearly."""

    as_of: str | None = None


@dataclass(frozen=True)
class Table:
    """One series as answered: day of the last update and rows of `LiveFigure`."""

    updated: dt.date
    figures: list[dict[str, str | None]]


class WorldBank(SinglePart):
    """China's totals as the World Bank keeps them."""

    source_id: Final = SOURCE

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return one answer a series; all but the first are taken from the archive while `lastupdated` does not move.

        A series the service no longer gives keeps its last answer and keeps no other one out.

        Raises:
            SourceError: The source did not answer as it must.
        """
        first, *others = job.plan.series
        held, answers = job.archived(""), []
        gone: dict[str, SeriesError] = {}
        for series in job.plan.series:
            answer = job.ask_series(_request(job, series))
            try:
                fresh = _table(series, answer, warnings=[])
            except SeriesError as error:
                gone[_key(series)] = error
                continue
            answers.append(answer)
            if series is first and _unchanged(job.plan, fresh, held=held):
                return {"": [answer, *(held[_key(series)] for series in others)]}
        if not answers:
            raise next(iter(gone.values()))
        return {"": answers + job.last_answers("", gone)}

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:  # noqa: ARG002 - undivided
        """Return the figures of every series the answers hold.

        Raises:
            SourceError: An answer has not the form it must have.
        """
        there = [series for series in plan.series if _key(series) in answers]
        if not there:
            raise SourceError(SOURCE, told("live.worldbank.none"), told("live.remedy.refresh"))
        warnings = [f"{s.series} is not in this snapshot" for s in plan.series if s not in there]
        tables = {s.series: _table(s, answers[_key(s)], warnings=warnings) for s in there}
        days = sorted({table.updated for table in tables.values()})
        if len(days) > 1:
            updates = ", ".join(f"{code} {table.updated}" for code, table in tables.items())
            warnings.append(f"the series were not updated on one day: {updates}")
        return SourceRows(
            title="World Bank indicators of China",
            published=days[-1],
            figures=live_frame("figures", [row for table in tables.values() for row in table.figures]),
            warnings=tuple(warnings),
        )


CONNECTOR: Final = WorldBank()


def _key(series: LiveSeries) -> str:
    return f"series/{series.series}"


def _request(job: Job, series: LiveSeries) -> Request:
    first_year = options_of(Span, job.plan.options, where=CATALOG).first_year
    return Request(
        key=_key(series),
        path=f"country/{';'.join(series.places)}/indicator/{series.series}",
        params=(("format", "json"), ("per_page", "1000"), ("date", f"{first_year}:{job.today.year}")),
        accept_missing=True,
    )


def _unchanged(plan: LiveSource, fresh: Table, *, held: Mapping[str, Answer]) -> bool:
    """Return whether everything stored is of the day of the fresh answer, and the fresh rows are the stored ones."""
    if any(_key(series) not in held for series in plan.series):
        return False
    try:
        before = [_table(series, held[_key(series)], warnings=[]) for series in plan.series]
    except SourceError:  # what was held does not read under today's plan: it is asked anew
        return False
    return {table.updated for table in before} == {fresh.updated} and before[0].figures == fresh.figures


def _table(series: LiveSeries, answer: Answer, *, warnings: list[str]) -> Table:
    """Return one answer as read.

    Raises:
        SourceError: It is an error envelope, has no data, or is not the series it must be.
    """
    if answer.status in REFUSED_ALONE:
        raise SeriesError(
            answer.subject,
            told("live.worldbank.nothing", series=series.series, status=answer.status),
            told("live.remedy.look_up", code=series.series),
        )
    header, rows = _envelope(series, answer, json_of(answer, warnings=warnings))
    updated = signs(header["lastupdated"])
    expect(_is_day(updated), answer, "worldbank.no_day", updated=updated)
    as_of = options_of(Midyear, series.options, where=f"{CATALOG}, {series.series}").as_of
    figures: list[dict[str, str | None]] = []
    seen: set[tuple[str, str]] = set()
    odd: list[str] = []
    for position, cells in enumerate(rows, start=1):
        row = record(cells, answer, what=told("live.part.row", n=position), keys=ROW)
        place, year = _subject_of(series, answer, row=row, position=position)
        expect((place, year) not in seen, answer, "worldbank.twice", place=place, year=year)
        seen.add((place, year))
        if row["value"] is None or (isinstance(row["value"], str) and is_missing(row["value"])):
            continue
        value = digits_or_none(row["value"], what=f"the value of {year}", warnings=odd, answer=answer)
        if value is None:
            continue
        note = f"observation status {row['obs_status']}" if row["obs_status"] else None
        of_a_day = {"period_kind": "date", "period": f"{year}-{as_of}"} if as_of else {}
        locator = f"{answer.key}, date {year}"
        figures.append(yearly_figure(series.series, place, year, value=value, locator=locator, note=note, **of_a_day))
    expect(figures or not odd, answer, "worldbank.no_number", odd="; ".join(odd[:1]))
    warnings += odd
    return Table(updated=dt.date.fromisoformat(updated), figures=figures)


def _envelope(series: LiveSeries, answer: Answer, document: Any) -> tuple[Mapping[str, Any], list[Any]]:
    expect(isinstance(document, list) and document, answer, "worldbank.no_list")
    if isinstance(document[0], dict) and "message" in document[0]:
        raise SeriesError(
            answer.subject,
            told("live.worldbank.error", message=_words(document[0]["message"])),
            told("live.remedy.look_up", code=series.series),
        )
    header = record(document[0], answer, what=told("live.part.header"), keys=HEADER)
    if header["total"] == "0":
        raise SeriesError(
            answer.subject, told("live.worldbank.no_data", series=series.series), told("live.remedy.places")
        )
    expect(len(document) == 2, answer, "worldbank.parts", n=len(document))
    rows = document[1]
    expect(isinstance(rows, list), answer, "worldbank.no_rows")
    page, pages = str(header["page"]), str(header["pages"])
    expect((page, pages) == ("1", "1"), answer, "worldbank.pages", page=page, pages=pages)
    expect(
        header["total"] == str(len(rows)), answer, "worldbank.counts", remedy=WAIT, total=header["total"], n=len(rows)
    )
    return header, rows


def _words(messages: Any) -> str:
    if not isinstance(messages, list):
        return str(messages)[:200]
    return "; ".join(
        f"{m.get('id')} {m.get('key')}: {m.get('value')}" if isinstance(m, dict) else str(m) for m in messages
    )[:300]


def _subject_of(series: LiveSeries, answer: Answer, *, row: Mapping[str, Any], position: int) -> tuple[str, str]:
    """Return place and year of a row that is of the series, its places and no unit of its own."""
    what = told("live.part.row", n=position)
    indicator = record(row["indicator"], answer, what=told("live.part.indicator", of=what), keys=("id", "value"))
    code, title, place, year = map(signs, (indicator["id"], indicator["value"], row["countryiso3code"], row["date"]))
    expect(code == series.series, answer, "worldbank.series", what=what, code=code, series=series.series)
    if title != signs(series.title):
        raise SeriesError(
            answer.subject,
            told("live.worldbank.title", title=title, known=series.title),
            told("live.remedy.title", file=CATALOG),
        )
    asked = ", ".join(series.places)
    expect(
        isinstance(place, str) and place in series.places,
        answer,
        "worldbank.place",
        what=what,
        place=place,
        asked=asked,
    )
    expect(
        isinstance(year, str) and re.fullmatch(r"[12][0-9]{3}", year), answer, "worldbank.date", what=what, year=year
    )
    if row["unit"]:
        raise SeriesError(answer.subject, told("live.worldbank.declares", what=what, unit=row["unit"]), CHANGED)
    return str(place), str(year)


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True
