"""Which of our cities an institution of OpenAlex lies in, by what its `geo` says. The list of them: `institutions`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import Field

from g60_pipeline.catalog.live_models import LiveSource, file_of
from g60_pipeline.catalog.models import Entry, GeoCode, Text
from g60_pipeline.ingest.live.decode import signs
from g60_pipeline.ingest.live.openalex.answers import SOURCE_ID
from g60_pipeline.ingest.live.options import options_of

EARTH_KM: Final = 6371.0


class City(Entry):
    """How a city of ours is known in `geo`: its names there, province, GeoNames number and centre."""

    names: tuple[Text, ...]
    region: Text
    geonames_city_id: Text
    latitude: float
    longitude: float


class OpenAlexOptions(Entry):
    """Options of the source: years that may be asked for, and the cities."""

    first_year: int
    newest_years: int = Field(ge=1)
    institutions_days: int = Field(ge=1)
    within_km: float = Field(gt=0)
    cities: dict[GeoCode, City]
    elsewhere: dict[str, Text]


class Match(NamedTuple):
    """The city an institution is in, or null; not `sure` where its name alone says so."""

    city: str | None
    sure: bool


def openalex_options(plan: LiveSource) -> OpenAlexOptions:
    """Return the options of the source."""
    return options_of(OpenAlexOptions, plan.options, where=f"{file_of(SOURCE_ID)}, options")


def city_of(geo: Mapping[str, Any] | None, options: OpenAlexOptions) -> Match:
    """Return which of our cities a `geo` lies in.

    The GeoNames number decides; else a name of ours must agree with the region, or where none is stated by
    coordinates near the city. A region that denies what coordinates say, or neither, leaves it open.
    """
    if geo is None or signs(geo["country_code"]) not in {None, "CN"}:
        return Match(None, sure=True)
    number = signs(geo["geonames_city_id"])
    if number in options.elsewhere:
        return Match(None, sure=True)
    by_number = next((code for code, city in options.cities.items() if city.geonames_city_id == number), None)
    if by_number:
        return Match(by_number, sure=True)
    name = str(signs(geo["city"]) or "").casefold()
    named = {code: city for code, city in options.cities.items() if name in {n.casefold() for n in city.names}}
    for code, city in named.items():
        region = str(signs(geo["region"]) or "").casefold()
        distance = _distance(geo, city)
        near = distance is not None and distance <= options.within_km
        if region:
            right = region.startswith(city.region.casefold())
            if right or near:
                return Match(code, sure=right)
        elif near or distance is None:
            return Match(code, sure=near)
    return Match(None, sure=True)


def _distance(geo: Mapping[str, Any], city: City) -> float | None:
    if geo["latitude"] is None or geo["longitude"] is None:
        return None
    north, east = math.radians(float(geo["latitude"])), math.radians(float(geo["longitude"]))
    city_north, city_east = math.radians(city.latitude), math.radians(city.longitude)
    half = math.sin((north - city_north) / 2) ** 2
    half += math.cos(north) * math.cos(city_north) * math.sin((east - city_east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
