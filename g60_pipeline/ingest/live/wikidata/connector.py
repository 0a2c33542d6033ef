"""Wikidata query service: one SPARQL query for populations, areas and coordinates by administrative code (P442).

The statements of a place come multiplied with each other; they are taken apart again here. A cross-check, no series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from g60_pipeline.catalog.live_models import LiveSeries, LiveSource, file_of
from g60_pipeline.contracts.source_rows import live_frame
from g60_pipeline.ingest.live.connector import Job, SinglePart, SourceRows
from g60_pipeline.ingest.live.decode import expect, json_of, record, signs
from g60_pipeline.ingest.live.http.messages import Answer, Request, SourceError
from g60_pipeline.ingest.live.options import options_of
from g60_pipeline.ingest.live.wikidata.statements import DAY, Bounds, number_of, period_of, point_of
from g60_pipeline.wording import told

SOURCE: Final = "wikidata"
CATALOG: Final = file_of(SOURCE)
KEY: Final = "places"
POPULATION: Final = "P1082"
AREA: Final = "P2046"
COORDINATES: Final = "P625"
VARIABLES: Final = ("item", "code", "itemLabel", "zhLabel", "pop", "when", "area", "areaUnit", "coord")
"""Variables every answer must have; `precision`, of `when`, came later."""

PRECISION: Final = "precision"
QUERY: Final = """SELECT ?item ?code ?itemLabel ?zhLabel ?pop ?when ?precision ?area ?areaUnit ?coord WHERE {{
  VALUES ?code {{ {codes} }}
  ?item wdt:P442 ?code .
  OPTIONAL {{ ?item p:P1082 ?p . ?p ps:P1082 ?pop ; wikibase:rank ?rank .
    FILTER(?rank != wikibase:DeprecatedRank) OPTIONAL {{ ?p pqv:P585 ?t .
      ?t wikibase:timeValue ?when ; wikibase:timePrecision ?precision }} }}
  OPTIONAL {{ ?item p:P2046 ?a . ?a a wikibase:BestRank ; psv:P2046 ?v .
    ?v wikibase:quantityAmount ?area ; wikibase:quantityUnit ?areaUnit }}
  OPTIONAL {{ ?item wdt:P625 ?coord }}
  OPTIONAL {{ ?item rdfs:label ?itemLabel . FILTER(LANG(?itemLabel) = "en") }}
  OPTIONAL {{ ?item rdfs:label ?zhLabel . FILTER(LANG(?zhLabel) = "zh") }}
}} ORDER BY ?item ?code ?when ?pop ?area ?coord"""
"""Areas are taken of the best rank only, as they carry no date to tell them apart. No label service: it times out."""


class AreaUnit(Bounds):
    """Options of the series of areas: the one unit that is taken, as an item, and the bounds."""

    unit_item: str


@dataclass
class Item:
    """What the answer says of one place: values by what they are of, each under the number it is."""

    qid: str
    label: str | None
    populations: dict[tuple[str, str], dict[Decimal, str]] = field(default_factory=dict)
    areas: dict[Decimal, str] = field(default_factory=dict)
    points: dict[tuple[Decimal, Decimal], tuple[str, str]] = field(default_factory=dict)


class Wikidata(SinglePart):
    """Populations, areas and coordinates as Wikidata quotes them."""

    source_id: Final = SOURCE

    def collect(self, job: Job) -> Mapping[str, Sequence[Answer]]:
        """Return the one answer.

        Raises:
            SourceError: The source did not answer as it must.
        """
        codes = " ".join(f'"{form}"' for form in _forms(job.plan))
        request = Request(
            key=KEY,
            path="sparql",
            params=(("format", "json"), ("query", QUERY.format(codes=codes))),
            headers={"Accept": "application/sparql-results+json"},
        )
        answer = job.ask(request)
        self.parse("", {KEY: answer}, plan=job.plan)
        return {"": [answer]}

    def parse(self, part: str, answers: Mapping[str, Answer], *, plan: LiveSource) -> SourceRows:  # noqa: ARG002 - undivided
        """Return the figures and coordinates of the places the answer holds.

        Raises:
            SourceError: The answer has not the form it must have, or two items claim one place.
        """
        if KEY not in answers:
            raise SourceError(SOURCE, told("live.wikidata.none", name=KEY), told("live.remedy.refresh"))
        answer = answers[KEY]
        warnings: list[str] = []
        items = _items(answer, plan, warnings=warnings)
        wanted = dict.fromkeys(_forms(plan).values())
        if missing := [place for place in wanted if place not in items]:
            warnings.append(told("live.remark.no_item", codes=", ".join(missing)))
        there = {place: items[place] for place in wanted if place in items}
        figures = [row for series in plan.series for row in _figures(series, there, warnings=warnings)]
        places = [row for place, item in there.items() for row in _place(place, item, warnings=warnings)]
        return SourceRows(
            title="Wikidata: populations, areas and coordinates by administrative code",
            figures=live_frame("figures", figures),
            places=live_frame("places", places),
            warnings=tuple(dict.fromkeys(warnings)),
        )


CONNECTOR: Final = Wikidata()


def _forms(plan: LiveSource) -> dict[str, str]:
    """Return the ways a code may be written -> the code: 320500 and 32 05 00; of a whole province also 31."""
    found: dict[str, str] = {}
    for code in dict.fromkeys(code for series in plan.series for code in series.places):
        found |= {code: code, f"{code[:2]} {code[2:4]} {code[4:]}": code}
        if code.endswith("0000"):
            found[code[:2]] = code
    return found


def _items(answer: Answer, plan: LiveSource, *, warnings: list[str]) -> dict[str, Item]:
    """Return what the answer says by place."""
    forms, bounds = _forms(plan), _bounds(plan)
    items: dict[str, Item] = {}
    places: dict[str, str] = {}
    for row in _bindings(answer, warnings=warnings):
        code, qid = signs(row.get("code")), _entity(row.get("item"))
        expect(code in forms, answer, "wikidata.code", code=code)
        if qid is None:
            warnings.append(told("live.remark.not_item", code=code, value=row.get("item")))
            continue
        place = forms[str(code)]
        label = " / ".join(row[name] for name in ("itemLabel", "zhLabel") if name in row) or None
        item = items.setdefault(place, Item(str(qid), label))
        _one_to_one(answer, place, item=item, qid=str(qid), other=places.setdefault(str(qid), place))
        name = f"{place} ({qid})"
        if POPULATION in bounds:
            _add_population(answer, row, item=item, name=name, warnings=warnings, bounds=bounds[POPULATION])
        if AREA in bounds:
            _add_area(row, item=item, name=name, warnings=warnings, bounds=bounds[AREA], units=_area_units(plan))
        point = point_of(row.get("coord"), name=name, warnings=warnings)
        if point is not None:
            lon, lat = point
            item.points.setdefault((Decimal(lon), Decimal(lat)), point)
    return items


def _bindings(answer: Answer, *, warnings: list[str]) -> Iterator[dict[str, str]]:
    """Return the rows as variable -> text. A value Wikidata marks as unknown is left out with a warning."""
    body = json_of(answer, warnings=warnings)
    document = record(body, answer, what=told("live.part.answer"), keys=("head", "results"))
    names = record(document["head"], answer, what="head", keys=("vars",))["vars"]
    expect(isinstance(names, list), answer, "wikidata.vars")
    missing = [name for name in VARIABLES if name not in names]
    expect(not missing, answer, "wikidata.variables", missing=", ".join(missing), names=names)
    rows = record(document["results"], answer, what="results", keys=("bindings",))["bindings"]
    expect(isinstance(rows, list), answer, "wikidata.bindings")
    expect(
        rows,
        answer,
        "wikidata.empty",
        remedy=told("live.remedy.p442"),
    )
    for position, row in enumerate(rows, start=1):
        found: dict[str, str] = {}
        cells = record(row, answer, what=told("live.part.row", n=position), keys=())
        for name in (*VARIABLES, PRECISION):
            if name not in cells:
                continue
            what = told("live.part.of_row", name=name, n=position)
            cell = record(cells[name], answer, what=what, keys=("type", "value"))
            expect(isinstance(cell["value"], str), answer, "wikidata.no_text", what=what)
            if cell["type"] == "bnode" or "/.well-known/genid/" in cell["value"]:
                warnings.append(told("live.remark.unknown_value", name=name, code=found.get("code", "?")))
                continue
            found[name] = cell["value"]
        if PRECISION not in names and "when" in found:
            warnings.append(told("live.remark.no_precision"))
            if "-01-01T" not in found["when"]:
                found[PRECISION] = DAY
        yield found


def _one_to_one(answer: Answer, place: str, *, item: Item, qid: str, other: str) -> None:
    """Refuse a second item for a place and a second place for an item."""
    name, remedy = answer.subject, told("live.remedy.mend_p442")
    if item.qid != qid:
        raise SourceError(name, told("live.wikidata.two_items", place=place, first=item.qid, second=qid), remedy)
    if other != place:
        raise SourceError(name, told("live.wikidata.two_codes", item=qid, other=other, place=place), remedy)


def _bounds(plan: LiveSource) -> dict[str, Bounds]:
    forms: Mapping[str, type[Bounds]] = {POPULATION: Bounds, AREA: AreaUnit}
    where = f"{CATALOG}, "
    return {s.series: options_of(forms[s.series], s.options, where=where + s.series) for s in plan.series}


def _add_population(
    answer: Answer, row: Mapping[str, str], *, item: Item, name: str, warnings: list[str], bounds: Bounds
) -> None:
    if "pop" not in row:
        return
    what = told("live.remark.population", name=name)
    value = number_of(row["pop"], what, bounds=bounds, warnings=warnings)
    if value is None:
        return
    if "when" not in row:
        warnings.append(told("live.remark.no_date", what=what, value=value))
        return
    try:
        period = period_of(row["when"], row.get(PRECISION), seen=answer.fetched_at.date())
    except ValueError as error:
        dated = {"when": row["when"], "error": error.args[0]}
        warnings.append(told("live.remark.bad_date", what=what, value=value, **dated))
        return
    item.populations.setdefault(period, {}).setdefault(Decimal(value), value)


def _area_units(plan: LiveSource) -> frozenset[str]:
    return frozenset(
        options_of(AreaUnit, s.options, where=f"{CATALOG}, {s.series}").unit_item
        for s in plan.series
        if s.series == AREA
    )


def _add_area(
    row: Mapping[str, str], *, item: Item, name: str, warnings: list[str], bounds: Bounds, units: frozenset[str]
) -> None:
    if "area" not in row:
        return
    unit, printed = _entity(row.get("areaUnit")), row["area"]
    what = told("live.remark.area", name=name)
    if unit not in units:
        wrong = {"unit": unit or told("live.remark.no_unit"), "units": "/".join(units)}
        warnings.append(told("live.remark.other_unit", what=what, value=printed, **wrong))
        return
    value = number_of(printed, what, bounds=bounds, warnings=warnings)
    if value is None:
        return
    item.areas.setdefault(Decimal(value), value)


def _entity(address: str | None) -> str | None:
    match = re.fullmatch(r"https?://www\.wikidata\.org/entity/(Q[0-9]+)", address or "")
    return match.group(1) if match else None


def _figures(series: LiveSeries, items: Mapping[str, Item], *, warnings: list[str]) -> Iterator[dict[str, str | None]]:
    """Return the rows of one series. Values that contradict each other are left out, all of them, with a warning."""
    for place, item in items.items():
        if place not in series.places:
            continue
        row: dict[str, str | None] = {"series": series.series, "place": place, "locator": f"{KEY}, {item.qid}"}
        if series.series == POPULATION:
            for (kind, period), values in sorted(item.populations.items()):
                what = told("live.remark.populations", place=place, item=item.qid, period=period)
                if value := _agreed(values, what, warnings=warnings):
                    key = f"{POPULATION}|{place}|{period}"
                    yield row | {"record_key": key, "period_kind": kind, "period": period, "value": value}
        if (
            series.series == AREA
            and item.areas
            and (value := _agreed(item.areas, told("live.remark.areas", place=place, item=item.qid), warnings=warnings))
        ):
            unit = options_of(AreaUnit, series.options, where=f"{CATALOG}, {series.series}").unit_item
            yield row | {"record_key": f"{AREA}|{place}", "period_kind": "date", "value": value, "unit": unit}


def _agreed(values: Mapping[Decimal, str], what: str, *, warnings: list[str]) -> str | None:
    if len(values) == 1:
        return next(iter(values.values()))
    listed = ", ".join(values[v] for v in sorted(values))
    warnings.append(told("live.remark.contradict", what=what, values=listed))
    return None


def _place(place: str, item: Item, *, warnings: list[str]) -> Iterator[dict[str, str | None]]:
    if len(item.points) > 1:
        points = ", ".join(f"{lon} {lat}" for lon, lat in sorted(item.points.values()))
        what = told("live.remark.coordinates", place=place, item=item.qid)
        warnings.append(told("live.remark.contradict", what=what, values=points))
    elif item.points:
        lon, lat = next(iter(item.points.values()))
        yield {
            "record_key": f"{COORDINATES}|{place}",
            "locator": f"{KEY}, {item.qid}",
            "place": place,
            "item": item.qid,
            "label": item.label,
            "longitude": lon,
            "latitude": lat,
        }
