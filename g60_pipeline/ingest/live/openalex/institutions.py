"""OpenAlex's institutions: asking for the list, reading it, and placing them in our cities. Works are not counted here.

The service has no filter by city, so the whole list of the country is read and `geo` decides. Two cities are written
Suzhou: a name alone places nobody, it takes the GeoNames number, the region or the coordinates besides.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.ingest.live.connector import Job
from g60_pipeline.ingest.live.decode import expect, record, signs
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.openalex.answers import (
    COUNT,
    SOURCE_ID,
    check_budget,
    document_of,
    expect_whole,
    whole_number,
)
from g60_pipeline.ingest.live.openalex.cities import Match, city_of, openalex_options
from g60_pipeline.wording import told

PER_PAGE: Final = 100
MOST_IDS: Final = 100
"""Identifiers the service takes in one OR."""

SELECT: Final = "id,ror,display_name,type,lineage,works_count,geo"
IDENTIFIER: Final = re.compile(r"https://openalex\.org/(I[0-9]+)")

INSTITUTION: Final = told("live.part.institution")
"""What an entry of a page is called where it is not of the form."""


@dataclass(frozen=True)
class Institution:
    """One institution; `lineage` are itself and those above it."""

    identifier: str
    name: str
    lineage: frozenset[str]
    works: int
    geo: Mapping[str, Any] | None


@dataclass(frozen=True)
class Page:
    """One page of the list: `listed` rows, those among them that are institutions, and what is odd about the rest."""

    count: int
    next_cursor: str | None
    listed: int
    institutions: tuple[Institution, ...]
    odd: tuple[str, ...]


def ask_institutions(job: Job, *, then: int) -> list[Answer]:
    """Return all pages of the list, following the cursor to its end.

    Args:
        job: The refresh.
        then: Requests to be sent after these, which the budget must cover as well.

    Raises:
        SourceError: The list is not whole, the paging does not end, or the budget does not suffice.
    """
    answers: list[Answer] = []
    cursor: str | None = "*"
    seen: set[str] = set()
    received = 0
    while cursor is not None:
        seen.add(cursor)
        filters = (("filter", "country_code:cn"), ("select", SELECT), ("per_page", str(PER_PAGE)), ("cursor", cursor))
        answers.append(job.ask(Request(key=f"institutions/{len(answers) + 1}", path="institutions", params=filters)))
        page = read_page(answers[-1])
        received += page.listed
        cursor = page.next_cursor
        expect_whole(cursor not in seen, answers[-1], "openalex.cursor_twice")
        most = math.ceil(page.count / PER_PAGE) + 1
        expect_whole(
            cursor is None or len(answers) < most,
            answers[-1],
            "openalex.endless",
            pages=len(answers),
            institutions=page.count,
        )
        missing = 0 if cursor is None else max(math.ceil((page.count - received) / PER_PAGE), 1)
        check_budget(answers[-1], still_to_send=missing + then, today=job.today)
    institutions_of({answer.key: answer for answer in answers})
    return answers


def read_page(answer: Answer) -> Page:
    """Return what one page says.

    Raises:
        SourceError: It has not the form of a page.
    """
    body = document_of(answer, keys=("meta", "results"))
    meta = record(body["meta"], answer, what="meta", keys=("count", "next_cursor"))
    cursor = meta["next_cursor"]
    expect(cursor is None or isinstance(cursor, str), answer, "openalex.cursor")
    expect(isinstance(body["results"], list), answer, "openalex.no_results")
    odd: list[str] = []
    read = [_institution(row, answer, odd=odd) for row in body["results"]]
    expect(not read or any(read), answer, "openalex.no_entry", odd=odd[0] if odd else "")
    return Page(
        count=whole_number(meta["count"], answer, what="meta.count"),
        next_cursor=cursor,
        listed=len(read),
        institutions=tuple(institution for institution in read if institution is not None),
        odd=tuple(odd),
    )


def institutions_of(answers: Mapping[str, Answer]) -> list[Institution]:
    """Return the institutions of all pages.

    Raises:
        SourceError: A page is missing, an institution comes twice, or the count is not that of the rows.
    """
    keys = [f"institutions/{number}" for number in range(1, len(answers) + 1)]
    missing = next((key for key in keys or ["institutions/1"] if key not in answers), None)
    if missing is not None:
        raise SourceError(f"{SOURCE_ID}, {missing}", told("live.openalex.no_page"), told("live.remedy.institutions"))
    pages = [read_page(answers[key]) for key in keys]
    found: dict[str, Institution] = {}
    for key, page in zip(keys, pages, strict=True):
        for institution in page.institutions:
            twice = institution.identifier in found
            expect_whole(not twice, answers[key], "openalex.institution_twice", name=institution.identifier)
            found[institution.identifier] = institution
    last = answers[keys[-1]]
    expect_whole(pages[-1].next_cursor is None, last, "openalex.further")
    came = sum(page.listed for page in pages)
    for key, page in zip(keys, pages, strict=True):
        expect_whole(page.count == came, answers[key], "openalex.came", count=page.count, came=came)
    return list(found.values())


def by_city(answers: Mapping[str, Answer], plan: LiveSource) -> dict[str, list[str]]:
    """Return the institutions of each city, the largest first and ties by number; cities without any are left out.

    An institution below another of the same city is left out: the count of the one above covers it.
    """
    options = openalex_options(plan)
    return _parents([(i, city_of(i.geo, options)) for i in institutions_of(answers)])


def remarks(answers: Mapping[str, Answer], plan: LiveSource) -> tuple[str, ...]:
    """Return what a person should know of the list: cities without institutions, cut lists, doubtful names."""
    options = openalex_options(plan)
    matched = [(i, city_of(i.geo, options)) for i in institutions_of(answers)]
    listed = _parents(matched)
    empty = [code for code in options.cities if code not in listed]
    found = [told("live.remark.city_empty", code=code) for code in empty]
    found += [
        told("live.remark.city_cut", code=code, most=MOST_IDS, n=len(ids))
        for code, ids in listed.items()
        if len(ids) > MOST_IDS
    ]
    found += [
        told("live.remark.name_alone", city=match.city, identifier=i.identifier, name=i.name)
        for i, match in matched
        if not match.sure
    ]
    return (*found, *(remark for answer in answers.values() for remark in read_page(answer).odd))


def placed(answers: Mapping[str, Answer], plan: LiveSource) -> list[dict[str, str | None]]:
    """Return the institutions of our cities as rows of `LiveInstitution`, those that another covers among them."""
    options = openalex_options(plan)
    found = institutions_of(answers)
    cities = {i.identifier: m.city for i in found if (m := city_of(i.geo, options)).city is not None and m.sure}
    names = {i.identifier: key for key, answer in answers.items() for i in read_page(answer).institutions}
    return [
        {
            "record_key": i.identifier,
            "locator": names[i.identifier],
            "place": cities[i.identifier],
            "institution": i.identifier,
            "name": i.name,
            "works": str(i.works),
            "covered_by": min(
                (a for a in i.lineage - {i.identifier} if cities.get(a) == cities[i.identifier]), default=None
            ),
        }
        for i in found
        if i.identifier in cities
    ]


def _parents(matched: Sequence[tuple[Institution, Match]]) -> dict[str, list[str]]:
    placed = {i.identifier: match.city for i, match in matched if match.city is not None and match.sure}
    found: dict[str, list[str]] = {}
    for i, _ in sorted(matched, key=lambda pair: (-pair[0].works, int(pair[0].identifier[1:]))):
        city = placed.get(i.identifier)
        if city is not None and all(placed.get(above) != city for above in i.lineage - {i.identifier}):
            found.setdefault(city, []).append(i.identifier)
    return {code: found[code] for code in sorted(found)}


def _institution(row: Any, answer: Answer, *, odd: list[str]) -> Institution | None:
    """Return an institution; None for an entry that can not be counted or placed. What is odd is added to `odd`."""
    keys = ("id", "display_name", "lineage", "works_count", "geo")
    fields = record(row, answer, what=INSTITUTION, keys=keys)
    identifier = _identifier(fields["id"])
    if identifier is None:
        odd.append(told("live.remark.no_identifier", answer=answer.key, value=fields["id"]))
        return None
    what = f"the geo of {identifier}"
    geo = fields["geo"]
    if geo is not None:
        wanted = ("city", "geonames_city_id", "region", "country_code", "latitude", "longitude")
        geo = record(geo, answer, what=what, keys=wanted)
    words = {name: geo[name] for name in ("city", "geonames_city_id", "region", "country_code")} if geo else {}
    lineage, works = fields["lineage"], signs(fields["works_count"])
    faults = [
        told("live.remark.not_number", name=name, identifier=identifier, value=(geo or {})[name])
        for name in ("latitude", "longitude")
        if geo is not None and geo[name] is not None and not _is_number(geo[name])
    ]
    faults += [
        told("live.remark.not_text", name=name, identifier=identifier, value=value)
        for name, value in words.items()
        if not isinstance(value, str | None)
    ]
    if not isinstance(lineage, list):
        faults.append(told("live.remark.not_list", name="lineage", identifier=identifier, value=lineage))
    if not (isinstance(works, str) and COUNT.fullmatch(works)):
        count = {"name": "works_count", "value": fields["works_count"]}
        faults.append(told("live.remark.not_whole", identifier=identifier, **count))
    if faults:
        odd += [told("live.remark.passed_over", answer=answer.key, fault=fault) for fault in faults]
        return None
    odd += [
        told("live.remark.lineage", answer=answer.key, value=above, identifier=identifier)
        for above in lineage
        if _identifier(above) is None
    ]
    return Institution(
        identifier=identifier,
        name=str(fields["display_name"]),
        lineage=frozenset(name for name in map(_identifier, lineage) if name is not None),
        works=int(works),
        geo=geo,
    )


def _identifier(value: Any) -> str | None:
    match = IDENTIFIER.fullmatch(signs(value)) if isinstance(value, str) else None
    return match.group(1) if match else None


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value) is not None
