"""NBS's data service: pinned indicators of the nation, provinces and large cities, a request each. No tree is walked.

The identifiers of a series are in `source.yaml`. The challenge page is noticed by the client, and never got round.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource, file_of
from g60_pipeline.catalog.models import Entry, Text
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import REFUSED_ALONE, Job, SeriesError, SinglePart, SourceRows, yearly_figure
from g60_pipeline.ingest.live.decode import CHANGED, WAIT, digits_or_none, expect, json_of, record, signs
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.options import options_of
from g60_pipeline.signs import is_missing, plain_signs
from g60_pipeline.wording import told

SOURCE_ID: Final = "nbs_api"
DATA: Final = "publicrelease/web/external/stream/esData"
GOOD: Final = "20000"
"""State of an answer without fault."""

CATALOG: Final = file_of(SOURCE_ID)
YEAR: Final = re.compile(r"(\d{4})YY")
AREA: Final = re.compile(r"\d{12}")


class NbsOptions(Entry):
    """Options of the source."""

    title: Text
    first_year: int


class Query(Entry):
    """Options of a series: its place in the service's tree, the areas asked for by code, and its unit.

    With an area catalogue all areas of it come, by area; without one the areas named come, by year.
    """

    cid: Text
    root_id: Text
    area_catalogue: str = ""
    areas: dict[str, Text]
    unit_zh: Text


class Nbs(SinglePart):
    """The connector of the NBS data service."""

    source_id: Final = SOURCE_ID

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return one answer a series. A page is opened first, for the session's cookie; it is not kept.

        A series the service no longer gives keeps its last answer and keeps no other one out.

        Raises:
            SourceError: The service asks to stop, or an answer is not what it must be.
        """
        job.ask(Request(key="session", path="page.html", form="html", any_content_type=True))
        answers: list[Answer] = []
        gone: dict[str, SeriesError] = {}
        for series in job.plan.series:
            answer = job.ask_series(_request(series, plan=job.plan, last=job.today.year - 1))
            try:
                _figures(answer, series, warnings=[])
            except SeriesError as error:
                gone[_key(series)] = error
            else:
                answers.append(answer)
        if not answers:
            raise next(iter(gone.values()))
        return {"": answers + job.last_answers("", gone)}

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:  # noqa: ARG002
        """Return the figures of every series an answer is stored for.

        Raises:
            SourceError: An answer is a failure, or not what was asked for.
        """
        rows: list[dict[str, str | None]] = []
        warnings: list[str] = []
        for series in plan.series:
            answer = answers.get(_key(series))
            if answer is None:
                warnings.append(told("live.remark.no_answer", answer=_key(series)))
                continue
            found = _figures(answer, series, warnings=warnings)
            come = {row["place"] for row in found}
            absent = [place for place in series.places if place not in come]
            warnings += [told("live.remark.no_figure_for", answer=_key(series), place=place) for place in absent]
            rows += found
        if not rows:
            raise SourceError(SOURCE_ID, told("live.nbs.none"), told("live.remedy.refresh"))
        title = _options(plan).title
        return SourceRows(title=title, figures=live_frame("figures", rows), warnings=tuple(warnings))


def _request(series: LiveSeries, *, plan: LiveSource, last: int) -> Request:
    """Return the request of a series; the service fails unless every key is there."""
    query = _query(series)
    by_area = bool(query.area_catalogue)
    body: dict[str, object] = {
        "cid": query.cid,
        "indicatorIds": [series.series],
        "daCatalogId": query.area_catalogue,
        "das": [] if by_area else [{"text": name, "value": code} for code, name in query.areas.items()],
        "showType": 2 if by_area else "1",
        "dts": [f"{_options(plan).first_year}YY-{last}YY"],
        "rootId": query.root_id,
    }
    return Request(key=_key(series), path=DATA, body=body, any_content_type=True)


def _figures(answer: Answer, series: LiveSeries, *, warnings: list[str]) -> list[dict[str, str | None]]:
    """Return the figures of one answer in the places of the catalog."""
    query = _query(series)
    if answer.status in REFUSED_ALONE:
        rule = told("live.nbs.not_given", status=answer.status)
        raise SeriesError(answer.subject, rule, told("live.remedy.pinned", file=CATALOG))
    years = _years_asked(answer, series)
    rows: list[dict[str, str | None]] = []
    odd: list[str] = []
    seen: set[tuple[str, int]] = set()
    for place, year, fields in _values(answer, query, warnings=warnings):
        if place not in series.places:
            continue
        what = f"{place} {year}"
        expect(year in years, answer, "nbs.years", what=what, first=years.start, last=years.stop - 1)
        expect((place, year) not in seen, answer, "nbs.twice", what=what)
        seen.add((place, year))
        _check_meaning(fields, answer, series=series, what=what)
        value = fields["value"]
        if value is None or (isinstance(value, str) and is_missing(signs(value))):
            continue
        number = digits_or_none(value, what=told("live.part.value_of", of=what), warnings=odd, answer=answer)
        if number is None:
            continue
        locator = f"{answer.key}, {what}"
        rows.append(yearly_figure(series.series, place, str(year), value=number, locator=locator, unit=query.unit_zh))
    expect(rows or not odd, answer, "nbs.no_number", odd=odd[0] if odd else "")
    if not rows:
        remedy = told("live.remedy.identifiers", file=CATALOG)
        raise SeriesError(answer.subject, told("live.nbs.no_figure"), remedy)
    warnings += odd
    return rows


def _values(answer: Answer, query: Query, *, warnings: list[str]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield area, year and fields of every value, whether the answer goes by year or by area."""
    for item in _data(answer):
        group = record(item, answer, what=told("live.part.item"), keys=("code", "values"))
        code, values = str(signs(group["code"])), group["values"]
        by_year, by_area = YEAR.fullmatch(code), AREA.fullmatch(code)
        if by_year is None and by_area is None:
            warnings.append(told("live.remark.neither", answer=answer.key, code=code))
            continue
        expect(isinstance(values, list), answer, "nbs.no_list", code=code)
        for value in values:
            keys = ("_id", "i_showname", "du_name", "value")
            fields = record(value, answer, what=told("live.part.value", code=code), keys=keys)
            area = code if by_area else signs(fields.get("da"))
            if area is None and len(query.areas) == 1:
                area = next(iter(query.areas))
            stamp = YEAR.fullmatch(str(signs(fields.get("dt")) if by_area else code))
            if not isinstance(area, str) or stamp is None:
                raise SourceError(
                    answer.subject,
                    told("live.nbs.no_stamp", code=code, lacks=told("live.nbs.year" if by_area else "live.nbs.area")),
                    CHANGED,
                )
            yield area, int(stamp.group(1)), fields


def _data(answer: Answer) -> Sequence[Any]:
    body = record(json_of(answer), answer, what=told("live.part.answer"), keys=("data", "success"))
    state = body.get("state", GOOD)
    expect(
        body["success"] is True and state == GOOD,
        answer,
        "nbs.failure",
        remedy=WAIT,
        state=state,
        message=body.get("message") or told("live.answer.no_message"),
    )
    data = body["data"]
    expect(isinstance(data, list), answer, "nbs.data")
    return list(data)


def _check_meaning(fields: Mapping[str, Any], answer: Answer, *, series: LiveSeries, what: str) -> None:
    expect(fields["_id"] == series.series, answer, "nbs.indicator", what=what, indicator=fields["_id"])
    name, unit, expected = str(fields["i_showname"]).strip(), _joined(str(fields["du_name"])), _query(series).unit_zh
    other: str | None = None
    if series.title is None or not _is_called(_joined(name), _joined(series.title), unit=_joined(expected)):
        other = told("live.nbs.title", what=what, name=name, title=series.title)
    elif unit != _joined(expected):
        other = told("live.nbs.unit", what=what, unit=unit, expected=expected)
    if other is not None:
        raise SeriesError(answer.subject, other, told("live.remedy.same_entry", file=CATALOG))


def _is_called(name: str, title: str, *, unit: str) -> bool:
    """Return whether a name is the title, with nothing beside it but the end of the year, the unit and current prices.

    >>> _is_called("年末常住人口(万人)", "常住人口", unit="万人"), _is_called("城镇常住人口", "常住人口", unit="万人")
    (True, False)
    """
    beside = rf"\((?:{re.escape(unit)}|当年价格?|现价)\)"
    return re.fullmatch(rf"(?:年末)?{re.escape(title)}(?:{beside})*", name) is not None


def _years_asked(answer: Answer, series: LiveSeries) -> range:
    """Return the years the posted document asked for, which must be one of this series."""
    sent = json.loads(answer.body_sent or "{}")
    span = re.fullmatch(r"(\d{4})YY-(\d{4})YY", "".join(sent.get("dts", [])))
    if span is None or sent.get("indicatorIds") != [series.series]:
        raise SourceError(answer.subject, told("live.nbs.posted"), CHANGED)
    return range(int(span.group(1)), int(span.group(2)) + 1)


def _joined(text: str) -> str:
    return "".join(plain_signs(text).split())


def _key(series: LiveSeries) -> str:
    return f"esData/{series.series}"


def _query(series: LiveSeries) -> Query:
    return options_of(Query, series.options, where=f"{CATALOG}, series {series.series}")


def _options(plan: LiveSource) -> NbsOptions:
    return options_of(NbsOptions, plan.options, where=f"{CATALOG}, options")


CONNECTOR: Final = Nbs()
"""What the registry lists."""
