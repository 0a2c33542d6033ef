"""From registered addresses to cities, and within Shanghai to districts, by the written rules of the catalog.

The administrative head of an address decides: what comes first once the province is removed. The patterns are in
`catalog/address_rules.yaml`; firms are not counted here.

    上海市松江区九路9号             310000 by the rule `city`; district 310117 by the rule `shanghai_district`
    江苏省苏州工业园区星湖街1号     320500 by the rule `zone`; with an office in Shanghai, `office_elsewhere` is true
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import polars as pl

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.signs import plain_signs

T = TypeVar("T")
SHANGHAI: Final = "310000"
SHANGHAI_NAMES: Final = ("上海市", "上海")
NATION: Final = re.compile(r"(?:中华人民共和国|中国)(?!\()")
OTHER_PROVINCE: Final = re.compile(r"(?:[^省市区县]{2,3}省|[^省市区县]{2,5}自治区)([^省市区县]{2,6}市)")
ANOTHER_PROVINCE: Final = re.compile(r"[^省市区县]{2,3}省|[^省市区县]{2,5}自治区|(?:北京|天津|重庆)市?|香港|澳门|台湾")
ADDED: Final[dict[str, type[pl.DataType]]] = {
    "city_zh": pl.String,
    "geo_code": pl.String,
    "city_rule": pl.String,
    "district_zh": pl.String,
    "district_code": pl.String,
    "district_rule": pl.String,
    "office_geo_code": pl.String,
    "office_elsewhere": pl.Boolean,
    "doubt": pl.String,
    "remedy": pl.String,
}
"""Columns `resolve` adds."""

NO_ADDRESS: Final = "no registered address is held"
NO_RULE: Final = (
    "Look the firm up at the exchange; add what its address begins with, or its registered name under full_name, "
    "to catalog/address_rules.yaml"
)
NO_DISTRICT: Final = (
    "Look the address up; add what it begins with, or the firm's registered name in a rule of kind full_name, to "
    "district_rules in catalog/address_rules.yaml"
)
CONTRADICTION: Final = (
    "Look the firm up at the exchange: list or profile is out of date or mistyped; its address places it nowhere "
    "until they agree"
)


def resolve(listings: pl.DataFrame, rules: AddressRules) -> pl.DataFrame:
    """Return the firms with the city and district their registered address lies in, and the rule that says so.

    Args:
        listings: Firms with `stock_code`, `full_name_zh`, `registered_address`, `office_address` and `province_zh`.
        rules: The rules, in the order they are tried.

    Returns:
        The firms with these columns added. `city_zh` and `city_rule`: the city, among the nine or elsewhere;
        `geo_code`: its code where it is one of the nine; `district_zh`, `district_rule`, `district_code`: the district
        of Shanghai, with a code for Songjiang only; `office_geo_code`: the office's city where it is one of the nine;
        `office_elsewhere`: both cities are known and differ; `doubt` and `remedy`: why a person must look, and what to
        do. Firms of other provinces have none of these.
    """
    finder = _Finder(rules)
    names = ["full_name_zh", "registered_address", "office_address", "province_zh"]
    rows = [_added(texts, finder) for texts in listings.select(names).iter_rows()]
    return listings.with_columns(pl.DataFrame(rows, schema=ADDED, orient="row"))


def unresolved(resolved: pl.DataFrame) -> pl.DataFrame:
    """Return the firms a person must look at, each with `what` and `remedy`.

    Args:
        resolved: Firms as `resolve` returns them.

    Returns:
        Firms of the four provinces without a city and firms of Shanghai without a district, by stock code.
    """
    return (
        resolved.filter(pl.col("doubt").is_not_null())
        .select("stock_code", "full_name_zh", "province_zh", "registered_address", what="doubt", remedy="remedy")
        .sort("stock_code")
    )


PLACED: Final[dict[str, type[pl.DataType]]] = {
    "geo_code": pl.String,
    "district_code": pl.String,
    "is_open": pl.Boolean,
    "province": pl.String,
}
"""Columns `place` returns beside the address."""


def place(addresses: pl.Series, rules: AddressRules) -> pl.DataFrame:
    """Return where each address lies, by the address alone.

    Args:
        addresses: Addresses as they are written; null and empty ones are open.
        rules: The rules, in the order they are tried; those that read a firm's name are not.

    Returns:
        One row an address, in their order, with its name as given and:
        `geo_code`: city, where it is one of the nine; `district_code`: of Songjiang, where the address lies in it;
        `is_open`: it may lie in one of the nine, or, in Shanghai, in Songjiang; `province`: code of the province an
        open address lies in, where it names one. An address elsewhere has no code and is not open.
    """
    finder = _Finder(rules)
    rows = [(address, *_placed(_plain(address or ""), finder)) for address in addresses]
    return pl.DataFrame(rows, schema={addresses.name: pl.String, **PLACED}, orient="row")


@dataclass(frozen=True)
class _Place:
    """A city; `geo_code` is null elsewhere than in the nine, `province` where the address leaves it open."""

    name_zh: str
    geo_code: str | None
    province: str | None


@dataclass(frozen=True)
class _Placement:
    """A hit: the place, the rule, and the provinces the text itself named before it."""

    place: _Place
    rule_id: str
    named: frozenset[str]


class _Beginnings(Generic[T]):
    """Texts by what they begin with; the longest pattern wins."""

    def __init__(self, patterns: Mapping[str, T]) -> None:
        self._patterns = {_plain(pattern): value for pattern, value in patterns.items()}
        self._lengths = sorted({len(pattern) for pattern in self._patterns}, reverse=True)

    def of(self, text: str) -> tuple[str, T] | None:
        """Return the longest pattern the text begins with, and its value."""
        for length in self._lengths:
            if (head := text[:length]) in self._patterns:
                return head, self._patterns[head]
        return None


class _Finder:
    """The rules, made ready to be asked often."""

    def __init__(self, rules: AddressRules) -> None:
        self._provinces = {p.name_zh[:2]: p.geo_code for p in rules.provinces}
        self.names = {p.geo_code: p.name_zh for p in rules.provinces}
        self._heads = _Beginnings({head: p.geo_code for p in rules.provinces for head in p.heads})
        self._by_address: list[tuple[str, _Beginnings[_Place]]] = []
        self._by_name: list[tuple[str, _Beginnings[_Place]]] = []
        for rule in rules.rules:
            patterns: dict[str, _Place] = {}
            for code, beginnings in rule.places.items():
                place = _Place(rules.cities[code], code, f"{code[:2]}0000")
                before = ("", place.name_zh.removesuffix("市")) if rule.kind == "district" else ("",)
                patterns |= {start + beginning: place for start in before for beginning in beginnings}
            for province, cities in rule.elsewhere.items():
                for city, inside in cities.items():
                    patterns |= dict.fromkeys((city, *inside), _Place(city, None, province))
            kind = self._by_name if rule.kind == "full_name" else self._by_address
            kind.append((rule.rule_id, _Beginnings(patterns)))
        self._other_city = next((r.rule_id for r in rules.rules if r.kind == "other_city"), None)
        self._districts = [
            (rule, _Beginnings({p: name for name, patterns in rule.places.items() for p in patterns}))
            for rule in rules.district_rules
        ]
        self.district_codes = rules.district_codes
        self._named_districts = {
            name for rule in rules.district_rules if rule.kind == "district" for name in rule.places
        }

    def province(self, name_zh: str | None) -> str | None:
        """Return the code of a province firms are placed in, by its name as published."""
        return self._provinces.get(_plain(name_zh or "")[:2])

    def address(self, text: str) -> _Placement | None:
        """Return the city an address lies in."""
        found = self._first(self._by_address, text)
        other = OTHER_PROVINCE.match(NATION.sub("", text, count=1))
        if found is None and other and self._other_city:
            return _Placement(_Place(other.group(1), None, None), self._other_city, frozenset())
        return found

    def provinces_of(self, text: str) -> frozenset[str]:
        """Return the codes of the provinces an address names first."""
        return self._head(text)[0]

    def name(self, text: str) -> _Placement | None:
        """Return the city a registered name begins with."""
        return self._first(self._by_name, text)

    def district(self, text: str, full_name: str) -> tuple[str, str] | str:
        """Return district and rule of an address in Shanghai, or in words why there is none."""
        tail = self._head(text)[1]
        for name in SHANGHAI_NAMES:
            tail = tail.removeprefix(name)
        for rule, beginnings in self._districts:
            hit = beginnings.of(full_name if rule.kind == "full_name" else tail)
            if hit is None or any(word in tail for word in rule.unless):
                continue
            if rule.kind == "zone" and (others := self._others(tail, hit[1])):
                return f"by rule {rule.rule_id} the address lies in {hit[1]}, but it names {', '.join(others)}"
            return hit[1], rule.rule_id
        return "no rule leads from the address to a district of Shanghai" if text else NO_ADDRESS

    def _others(self, tail: str, district: str) -> list[str]:
        named = (n for n in self._named_districts if n in tail or f"{n.removesuffix('区')}园" in tail)
        return sorted(name for name in named if name != district)

    def _first(self, rules: list[tuple[str, _Beginnings[_Place]]], text: str) -> _Placement | None:
        named, rest = self._head(text)
        for rule_id, beginnings in rules:
            if hit := beginnings.of(rest):
                return _Placement(hit[1], rule_id, named)
        return None

    def _head(self, text: str) -> tuple[frozenset[str], str]:
        """Return the provinces an address names first, and the rest of it."""
        nation = NATION.match(text)
        rest, named = text[nation.end() :] if nation else text, set()
        while hit := self._heads.of(rest):
            named.add(hit[1])
            rest = rest[len(hit[0]) :]
        return frozenset(named), rest


def _placed(text: str, finder: _Finder) -> tuple[str | None, str | None, bool, str | None]:
    found = finder.address(text)
    if found is None or _sound(found, finder) is None:
        named = finder.provinces_of(text)
        is_open = bool(named) or found is not None or not ANOTHER_PROVINCE.match(NATION.sub("", text, count=1))
        return None, None, is_open, next(iter(named)) if len(named) == 1 and found is None else None
    if found.place.geo_code != SHANGHAI:
        return found.place.geo_code, None, False, None
    district = finder.district(text, "")
    if isinstance(district, str):
        return SHANGHAI, None, True, SHANGHAI
    return SHANGHAI, finder.district_codes.get(district[0]), False, None


def _added(texts: tuple[str | None, ...], finder: _Finder) -> tuple[str | bool | None, ...]:
    full_name, registered, office, province_zh = texts
    province = finder.province(province_zh)
    if province is None:
        return (None, None, None, None, None, None, None, False, None, None)
    address, name = _plain(registered or ""), _plain(full_name or "")
    at_office = _sound(finder.address(_plain(office or "")), finder)
    found = finder.address(address) or finder.name(name)
    office_code = at_office.geo_code if at_office else None
    doubt = _city_doubt(found, province, finder=finder, address=address)
    if found is None or doubt:
        where = f"; the office lies in {at_office.name_zh}" if at_office else ""
        remedy = NO_RULE if found is None else CONTRADICTION
        return (None, None, None, None, None, None, office_code, False, f"{doubt}{where}", remedy)
    place = found.place
    district = rule_id = no_district = None
    if place.geo_code == SHANGHAI:
        answer = finder.district(address, name)
        if isinstance(answer, str):
            no_district = answer
        else:
            district, rule_id = answer
    return (
        place.name_zh,
        place.geo_code,
        found.rule_id,
        district,
        finder.district_codes.get(district or ""),
        rule_id,
        office_code,
        at_office is not None and at_office.name_zh != place.name_zh,
        no_district,
        NO_DISTRICT if no_district else None,
    )


def _city_doubt(found: _Placement | None, province: str, *, finder: _Finder, address: str) -> str | None:
    if found is None:
        return "no rule reads the registered address" if address else NO_ADDRESS
    if _sound(found, finder) is None:
        before = ", ".join(sorted(finder.names[code] for code in found.named))
        return f"the address names {before}, but {found.place.name_zh} does not lie there"
    inside = found.place.province
    if inside in finder.names and inside != province:
        return f"the list says {finder.names[province]}, rule {found.rule_id} says {found.place.name_zh}"
    return None


def _sound(found: _Placement | None, finder: _Finder) -> _Place | None:
    """Return the place unless the text names a province before it that it does not lie in."""
    if found is None or any(code != found.place.province for code in found.named if code in finder.names):
        return None
    return found.place


def _plain(text: str) -> str:
    """Return the text without blanks and unseen signs, full-width signs and forms kept for old encodings made plain."""
    return re.sub(r"\s+", "", plain_signs(unicodedata.normalize("NFKC", text)))
