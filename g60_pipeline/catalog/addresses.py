"""The form of `address_rules.yaml`: what an address or a name must begin with to lie in a city or a district.

How a rule is applied is in `normalize.addresses`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from typing import Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from g60_pipeline.catalog.load import read_yaml
from g60_pipeline.catalog.models import Entry, GeoCode, Identifier, Text
from g60_pipeline.errors import G60Error

FILE: Final = "address_rules.yaml"


class AddressProvince(Entry):
    """A province firms are placed in; `heads` are the words that may be before its cities."""

    geo_code: GeoCode
    name_zh: Text
    heads: tuple[Text, ...] = ()


class CityRule(Entry):
    """Patterns by city: `places` for the nine by code, `elsewhere` for others by province and name."""

    rule_id: Identifier
    kind: Literal["city", "county", "district", "zone", "other_city", "full_name"]
    about: Text
    places: dict[GeoCode, tuple[Text, ...]] = Field(default_factory=dict)
    elsewhere: dict[GeoCode, dict[Text, tuple[Text, ...]]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        wanted, other = ("elsewhere", "places") if self.kind == "other_city" else ("places", "elsewhere")
        if not getattr(self, wanted) or getattr(self, other):
            raise ValueError(f"a rule of kind {self.kind} has {wanted}, and no {other}")
        named = (c for cities in self.elsewhere.values() for city, inside in cities.items() for c in (city, *inside))
        _once(f"pattern of {self.rule_id}", (*(p for patterns in self.places.values() for p in patterns), *named))
        return self


class DistrictRule(Entry):
    """Patterns by district of Shanghai; none of the words of `unless` may be in the address."""

    rule_id: Identifier
    kind: Literal["district", "zone", "full_name"]
    about: Text
    places: dict[Text, tuple[Text, ...]] = Field(min_length=1)
    unless: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _patterns_lead_to_one_place(self) -> Self:
        _once(f"pattern of {self.rule_id}", (p for patterns in self.places.values() for p in patterns))
        return self


class AddressRules(Entry):
    """All rules, in the order they are tried."""

    provinces: tuple[AddressProvince, ...]
    cities: dict[GeoCode, Text]
    rules: tuple[CityRule, ...]
    district_codes: dict[Text, GeoCode]
    district_rules: tuple[DistrictRule, ...]

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        _once("rule_id", (*(r.rule_id for r in self.rules), *(r.rule_id for r in self.district_rules)))
        provinces = {province.geo_code for province in self.provinces}
        if lost := sorted(code for code in self.cities if f"{code[:2]}0000" not in provinces):
            raise ValueError(f"cities in none of the provinces: {', '.join(lost)}")
        if unknown := sorted({code for rule in self.rules for code in rule.places} - set(self.cities)):
            raise ValueError(f"places that are no city of this file: {', '.join(unknown)}")
        districts = {name for rule in self.district_rules for name in rule.places}
        if unknown := sorted(set(self.district_codes) - districts):
            raise ValueError(f"codes of districts that no rule leads to: {', '.join(unknown)}")
        return self


def load_address_rules() -> AddressRules:
    """Return the validated rules.

    Raises:
        G60Error: The file is not valid YAML, or an entry breaks its form.
    """
    content = read_yaml(files("g60_pipeline.catalog") / FILE)
    try:
        return AddressRules.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        rule = f"{where}: {first['msg']}" if where else first["msg"]
        raise G60Error.of("catalog.no_entry", FILE, reason=rule.replace("Value error, ", "")) from error


def _once(what: str, values: Iterable[str]) -> None:
    if twice := sorted(value for value, times in Counter(values).items() if times > 1):
        raise ValueError(f"{what} stands twice: {', '.join(twice)}")
