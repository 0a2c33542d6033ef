"""The address rules made ready to be asked often: the city an address lies in, and within Shanghai the district.

Frames of firms are in `addresses`; the patterns in `catalog/address_rules.yaml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from g60_pipeline.catalog.addresses import AddressRules
from g60_pipeline.normalize.reasons import Reason
from g60_pipeline.signs import plain_signs

T = TypeVar("T")
SHANGHAI: Final = "310000"
SHANGHAI_NAMES: Final = ("上海市", "上海")
NATION: Final = re.compile(r"(?:中华人民共和国|中国)(?!\()")
OTHER_PROVINCE: Final = re.compile(r"(?:[^省市区县]{2,3}省|[^省市区县]{2,5}自治区)([^省市区县]{2,6}市)")
ANOTHER_PROVINCE: Final = re.compile(
    r"[^省市区县]{2,3}省|[^省市区县]{2,5}自治区|(?:北京|天津|重庆)市"
    r"|(?:北京|天津|重庆|香港|澳门|台湾)(?![东西南北中]?[路街])"
)
"""What no place of the four provinces begins with. 北京西路 is a road of Shanghai, and of other cities."""

_BLANKS: Final = re.compile(r"\s+")
PLAIN_SIGNS: Final = re.compile("[\u4e00-\u4e2c\u4e2e-\u9fff]+")
"""Chinese signs, which no sign behind them changes; without the first of `NATION`, which is left out wherever it is."""

NO_ADDRESS: Final[Reason] = ("no_address",)


@dataclass(frozen=True)
class Place:
    """A city; `geo_code` is null elsewhere than in the nine, `province` where the address leaves it open."""

    name_zh: str
    geo_code: str | None
    province: str | None


@dataclass(frozen=True)
class Placement:
    """A hit: the place, the rule, and the provinces the text itself named before it."""

    place: Place
    rule_id: str
    named: frozenset[str]


@dataclass(frozen=True)
class NoDistrict:
    """Why an address leads to no district of Shanghai."""

    reason: Reason


class _Beginnings(Generic[T]):
    """Texts by what they begin with; the longest pattern wins."""

    def __init__(self, patterns: Mapping[str, T]) -> None:
        self._patterns = {plain_address(pattern): value for pattern, value in patterns.items()}
        self._lengths = sorted({len(pattern) for pattern in self._patterns}, reverse=True)
        self._unfinished = {pattern[:length] for pattern in self._patterns for length in range(len(pattern))}

    def settled(self, text: str) -> bool:
        """Return whether `of` says the same of every text that begins with this one: no pattern goes on beyond it."""
        return text not in self._unfinished

    def of(self, text: str) -> tuple[str, T] | None:
        """Return the longest pattern the text begins with, and its value."""
        for length in self._lengths:
            if (head := text[:length]) in self._patterns:
                return head, self._patterns[head]
        return None


class AddressFinder:
    """The rules, made ready to be asked often."""

    def __init__(self, rules: AddressRules) -> None:
        """Make the rules ready, in the order in which they are tried."""
        self._provinces = {p.name_zh[:2]: p.geo_code for p in rules.provinces}
        self.names = {p.geo_code: p.name_zh for p in rules.provinces}
        self._heads = _Beginnings({head: p.geo_code for p in rules.provinces for head in p.heads})
        self._by_address: list[tuple[str, _Beginnings[Place]]] = []
        self._by_name: list[tuple[str, _Beginnings[Place]]] = []
        for rule in rules.rules:
            patterns: dict[str, Place] = {}
            for code, beginnings in rule.places.items():
                place = Place(rules.cities[code], code, f"{code[:2]}0000")
                before = ("", place.name_zh.removesuffix("市")) if rule.kind == "district" else ("",)
                patterns |= {start + beginning: place for start in before for beginning in beginnings}
            for province, cities in rule.elsewhere.items():
                for city, inside in cities.items():
                    patterns |= dict.fromkeys((city, *inside), Place(city, None, province))
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
        return self._provinces.get(plain_address(name_zh or "")[:2])

    def address(self, text: str) -> Placement | None:
        """Return the city an address lies in."""
        found = self._first(self._by_address, text)
        if found or self._other_city is None:
            return found
        other = OTHER_PROVINCE.match(NATION.sub("", text, count=1))
        return other and Placement(Place(other.group(1), None, None), self._other_city, frozenset())

    def provinces_of(self, text: str) -> frozenset[str]:
        """Return the codes of the provinces an address names first."""
        return self._head(text)[0]

    def name(self, text: str) -> Placement | None:
        """Return the city a registered name begins with."""
        return self._first(self._by_name, text)

    def district(self, text: str, full_name: str) -> tuple[str, str] | NoDistrict:
        """Return district and rule of an address in Shanghai, or why there is none."""
        tail = _without_city(self._head(text)[1])
        for rule, beginnings in self._districts:
            hit = beginnings.of(full_name if rule.kind == "full_name" else tail)
            if hit is None or any(word in tail for word in rule.unless):
                continue
            if rule.kind == "zone" and (others := self._others(tail, hit[1])):
                return NoDistrict(("district_names_other", rule.rule_id, hit[1], "、".join(others)))
            return hit[1], rule.rule_id
        return NoDistrict(("no_district_rule",) if text else NO_ADDRESS)

    def settles(self, text: str) -> bool:
        """Return whether every address that begins with a text lies where this one lies, whatever comes behind it.

        Careful, not complete: it says no where it would have to look closer.
        """
        rest = text
        while self._heads.settled(rest) and (head := self._heads.of(rest)):
            rest = rest[len(head[0]) :]
        if not PLAIN_SIGNS.fullmatch(text) or not self._heads.settled(rest):
            return False
        for _, beginnings in self._by_address:
            if not beginnings.settled(rest):
                return False
            if hit := beginnings.of(rest):
                return hit[1].geo_code != SHANGHAI or self._settles_district(rest)
        another = ANOTHER_PROVINCE.match(text)
        return rest == text and another is not None and (another[0][-1] in "省区市" or len(text) > another.end() + 1)

    def _settles_district(self, rest: str) -> bool:
        tail = _without_city(rest)
        for rule, beginnings in self._districts:
            if rule.kind != "full_name" and (not beginnings.settled(tail) or beginnings.of(tail)):
                return beginnings.settled(tail) and not rule.unless and rule.kind != "zone"
        return False

    def _others(self, tail: str, district: str) -> list[str]:
        named = (n for n in self._named_districts if n in tail or f"{n.removesuffix('区')}园" in tail)
        return sorted(name for name in named if name != district)

    def _first(self, rules: list[tuple[str, _Beginnings[Place]]], text: str) -> Placement | None:
        named, rest = self._head(text)
        for rule_id, beginnings in rules:
            if hit := beginnings.of(rest):
                return Placement(hit[1], rule_id, named)
        return None

    def _head(self, text: str) -> tuple[frozenset[str], str]:
        """Return the provinces an address names first, and the rest of it."""
        nation = NATION.match(text)
        rest, named = text[nation.end() :] if nation else text, set()
        while hit := self._heads.of(rest):
            named.add(hit[1])
            rest = rest[len(hit[0]) :]
        return frozenset(named), rest


def _without_city(rest: str) -> str:
    for name in SHANGHAI_NAMES:
        rest = rest.removeprefix(name)
    return rest


def consistent_place(found: Placement | None, finder: AddressFinder) -> Place | None:
    """Return the place unless the text names a province before it that it does not lie in."""
    if found is None or any(code != found.place.province for code in found.named if code in finder.names):
        return None
    return found.place


def plain_address(text: str) -> str:
    """Return the text without blanks and unseen signs, full-width signs and forms kept for old encodings made plain."""
    return _BLANKS.sub("", plain_signs(unicodedata.normalize("NFKC", text)))
