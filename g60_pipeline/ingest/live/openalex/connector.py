"""OpenAlex: works by city and by pair of cities, year by year. Which institutions a city has: `institutions`.

Parts are `institutions` and one per year. One request covers a range of years, so its answer belongs to every year of
the range; it is sent twice, because a search that runs long answers with less than there is, and the larger counts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import Job, SourceRows, yearly_figure
from g60_pipeline.ingest.live.decode import CHANGED, expect, record, signs
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.openalex.answers import (
    CHINA,
    SOURCE_ID,
    check_budget,
    document_of,
    expect_whole,
    whole_number,
)
from g60_pipeline.ingest.live.openalex.cities import openalex_options
from g60_pipeline.ingest.live.openalex.institutions import (
    MOST_IDS,
    ask_institutions,
    by_city,
    placed,
    remarks,
)
from g60_pipeline.wording import told

INSTITUTIONS: Final = "institutions"
COPIES: Final = ("a", "b")
"""Marks of the two askings."""

LINEAGE: Final = "authorships.institutions.lineage"
KEY: Final = re.compile(r"(?:city/(\d{6})|pair/(\d{6})-(\d{6}))/(\d{4}(?:-\d{4})?)/([ab])")
FILTER: Final = re.compile(rf"((?:{re.escape(LINEAGE)}:I\d+(?:\|I\d+)*,)+)publication_year:(\d{{4}}(?:-\d{{4}})?)")
AGAIN: Final = told("live.remedy.together")


@dataclass(frozen=True)
class Counts:
    """What one answer says: works by year, and the institutions it was asked for, by place."""

    key: str
    years: range
    institutions: Mapping[str, tuple[str, ...]]
    works: Mapping[int, int]


@dataclass(frozen=True)
class Count:
    """Works of one year in one place or pair of places: the larger of two answers."""

    works: int
    institutions: tuple[int, ...]
    locator: str
    differed: bool
    truncated: bool
    note: str | None


class OpenAlex:
    """The connector of OpenAlex."""

    source_id: Final = SOURCE_ID

    def parts(self, plan: LiveSource, *, today: dt.date) -> tuple[str, ...]:
        """Return the institutions and the newest complete years."""
        newest = today.year - 1
        years = range(newest - openalex_options(plan).newest_years + 1, newest + 1)
        return (INSTITUTIONS, *map(str, years))

    def refused(self, part: str, plan: LiveSource, *, today: dt.date) -> str | None:
        """Return why a part is neither the institutions nor a complete year."""
        first, last = openalex_options(plan).first_year, today.year - 1
        if part == INSTITUTIONS or (re.fullmatch(r"\d{4}", part) and first <= int(part) <= last):
            return None
        return told("live.openalex.no_part", part=INSTITUTIONS, first=first, last=last)

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return the institutions, where they were asked or are a part, and for each year the answers it shares.

        The stored list serves for a year; asked for alone, it is always asked anew.

        Raises:
            SourceError: An answer has not its form, or the budget of the day does not suffice.
        """
        years = sorted(int(part) for part in set(job.parts) - {INSTITUTIONS})
        listed = job.archived(INSTITUTIONS)
        found: dict[str, Sequence[Answer]] = {}
        if not years or not listed or _too_old(listed, job):
            places = len(_places(job.plan).places)
            pages = ask_institutions(job, then=2 * (places + places * (places - 1) // 2) if years else 0)
            listed = {page.key: page for page in pages}
            found[INSTITUTIONS] = pages
        elif INSTITUTIONS in job.parts:
            found[INSTITUTIONS] = list(listed.values())
        if not years:
            return found
        requests = _requests(by_city(listed, job.plan), _places(job.plan), years=range(min(years), max(years) + 1))
        answers: list[Answer] = []
        for request in requests:
            answers.append(job.ask(request))
            counts_of(answers[-1])
            check_budget(answers[-1], still_to_send=len(requests) - len(answers), today=job.today)
        return found | {str(year): tuple(answers) for year in years}

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:
        """Return works and joint works of a year, or the institutions of our cities.

        Raises:
            SourceError: An answer has not its form, or the answers of a year do not belong together.
        """
        if part == INSTITUTIONS:
            return SourceRows(
                title="OpenAlex institutions of China",
                institutions=live_frame("institutions", placed(answers, plan)),
                warnings=remarks(answers, plan),
            )
        return _year(int(part), [counts_of(answer) for answer in answers.values()], _places(plan))


def counts_of(answer: Answer) -> Counts:
    """Return what one answer says; a year of its range that is not listed has no works.

    Raises:
        SourceError: It has not the form of counts by year, or is not what its key says.
    """
    key = KEY.fullmatch(answer.key)
    asked = FILTER.fullmatch("".join(parse_qs(urlsplit(answer.url).query).get("filter", [])))
    if key is None or asked is None:
        raise SourceError(answer.subject, told("live.openalex.key", url=answer.url[:120]), AGAIN)
    places = [place for place in key.groups()[:3] if place]
    lists = [clause.partition(":")[2].split("|") for clause in asked.group(1).rstrip(",").split(",")]
    same = len(lists) == len(places) and asked.group(2) == key.group(4)
    expect(same, answer, "openalex.filter", remedy=AGAIN)
    first, _, last = asked.group(2).partition("-")
    years = range(int(first), int(last or first) + 1)
    body = document_of(answer, keys=("meta", "results", "group_by"))
    meta = record(body["meta"], answer, what="meta", keys=("count",))
    expect(body["results"] == [], answer, "openalex.results")
    works = _groups(body["group_by"], answer, years=years)
    total = whole_number(meta["count"], answer, what="meta.count")
    together = sum(works.values())
    expect_whole(together == total, answer, "openalex.sum", total=total, together=together)
    return Counts(
        key=answer.key,
        years=years,
        institutions={place: tuple(ids) for place, ids in zip(places, lists, strict=True)},
        works=works,
    )


def _groups(groups: Any, answer: Answer, *, years: range) -> dict[int, int]:
    expect(isinstance(groups, list), answer, "openalex.group_by")
    works: dict[int, int] = {}
    for group in groups:
        fields = record(group, answer, what=told("live.part.group"), keys=("key", "count"))
        year = signs(fields["key"])
        known = isinstance(year, str) and re.fullmatch(r"[0-9]{4}", year) and int(year) in years
        expect(known, answer, "openalex.group", year=year, first=years.start, last=years.stop - 1)
        expect(int(year) not in works, answer, "openalex.year_twice", year=year)
        works[int(year)] = whole_number(fields["count"], answer, what=told("live.part.count", year=year))
    return works


def _year(year: int, counts: Sequence[Counts], series: LiveSeries) -> SourceRows:
    subject = f"{SOURCE_ID}, {year}"
    lists: dict[str, tuple[str, ...]] = {}
    for answer in counts:
        for place, ids in answer.institutions.items():
            if lists.setdefault(place, ids) != ids or year not in answer.years:
                raise SourceError(subject, told("live.openalex.others", name=answer.key), AGAIN)
    asked = {(tuple(answer.institutions), answer.key[-1]): answer for answer in counts}
    cities = sorted(place for place in lists if place in series.places)
    figures: list[dict[str, str | None]] = []
    pairs: list[dict[str, str | None]] = []
    differed = 0
    for places in [*((city,) for city in cities), *combinations(cities, 2)]:
        name = "-".join(places)
        copies = [asked.get((places, copy)) for copy in COPIES]
        twice = [copy for copy in copies if copy is not None]
        if len(twice) != len(COPIES):
            raise SourceError(subject, told("live.openalex.missing", name=name), AGAIN)
        count = _larger(year, twice)
        differed += count.differed
        remarks = {"note": count.note, "flags": "lower_bound" if count.truncated else None}
        if len(places) == 1:
            works = str(count.works)
            figures.append(yearly_figure(series.series, name, str(year), value=works, locator=count.locator, **remarks))
        else:
            row = {"record_key": f"{series.series}|{name}|{year}", "locator": count.locator} | remarks
            numbers = dict(zip(("institutions_1", "institutions_2"), map(str, count.institutions), strict=True))
            codes = dict(zip(("place_1", "place_2"), places, strict=True))
            pairs.append(row | codes | numbers | {"year": str(year), "works": str(count.works)})
    if not figures:
        raise SourceError(subject, told("live.openalex.none"), AGAIN)
    absent = [place for place in series.places if place not in lists]
    warnings = [f"{place}: no institution is known; its works are not counted" for place in absent]
    if differed:
        warnings.append(f"{differed} counts of {year} differed between two askings; the larger are kept")
    return SourceRows(
        title=f"OpenAlex works of {year} by city of the authors' institutions",
        figures=live_frame("figures", figures),
        pairs=live_frame("pairs", pairs),
        warnings=tuple(warnings),
    )


def _larger(year: int, copies: Sequence[Counts]) -> Count:
    works = [copy.works.get(year, 0) for copy in copies]
    kept = copies[works.index(max(works))]
    full = [place for place, ids in kept.institutions.items() if len(ids) == MOST_IDS]
    notes = [f"{MOST_IDS} institutions of {p} are asked for, the most a request takes: more may exist" for p in full]
    if min(works) != max(works):
        notes.append(f"two askings gave {min(works)} and {max(works)}; the larger is kept")
    return Count(
        works=max(works),
        institutions=tuple(len(ids) for ids in kept.institutions.values()),
        locator=f"{kept.key}, group_by {year}",
        differed=min(works) != max(works),
        truncated=bool(full),
        note="; ".join(notes) or None,
    )


def _requests(listed: Mapping[str, list[str]], series: LiveSeries, *, years: range) -> list[Request]:
    cities = [place for place in sorted(series.places) if place in listed]
    if not cities:
        raise SourceError(f"{SOURCE_ID}, {INSTITUTIONS}", told("live.openalex.no_institution"), CHANGED)
    span = str(years.start) if len(years) == 1 else f"{years.start}-{years.stop - 1}"
    requests: list[Request] = []
    for places in [*((city,) for city in cities), *combinations(cities, 2)]:
        clauses = [f"{LINEAGE}:{'|'.join(listed[place][:MOST_IDS])}" for place in places]
        params = (("filter", ",".join([*clauses, f"publication_year:{span}"])), ("group_by", "publication_year"))
        name = f"{'city' if len(places) == 1 else 'pair'}/{'-'.join(places)}/{span}"
        requests += [Request(key=f"{name}/{copy}", path="works", params=params) for copy in COPIES]
    return requests


def _places(plan: LiveSource) -> LiveSeries:
    return plan.series[0]


def _too_old(listed: Mapping[str, Answer], job: Job) -> bool:
    oldest = min(answer.fetched_at for answer in listed.values()).astimezone(CHINA).date()
    return (job.today - oldest).days >= openalex_options(job.plan).institutions_days


CONNECTOR: Final = OpenAlex()
"""What the registry lists."""
