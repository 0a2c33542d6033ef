"""Stand-in for the Wikidata query service: the rows a query by code gives, statements multiplied out; own figures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import product

from simulator.wire import IncomingRequest, Reply

ENTITY = "http://www.wikidata.org/entity/"
XSD = "http://www.w3.org/2001/XMLSchema#"
VARIABLES = ("item", "code", "itemLabel", "zhLabel", "pop", "when", "precision", "area", "areaUnit", "coord")

Binding = dict[str, dict[str, str]]


@dataclass
class Item:
    """One item: QID, codes as its editors wrote them, labels, and statements."""

    qid: str
    codes: list[str]
    en: str | None
    zh: str | None
    populations: list[tuple[str, str | None] | tuple[str, str | None, str]] = field(default_factory=list)
    areas: list[tuple[str, str]] = field(default_factory=list)
    points: list[str] = field(default_factory=list)


def _city(number: int, code: str, *, names: tuple[str, str], people: int, km2: int, point: str) -> Item:
    populations: list[tuple[str, str | None] | tuple[str, str | None, str]] = [
        (str(people * 10_000), "2010-11-01T00:00:00Z"),
        (str(people * 11_000), "2020-11-01T00:00:00Z"),
    ]
    return Item(f"Q9{number:05d}", [code], *names, populations, [(str(km2), "Q712226")], [f"Point({point})"])


def _default() -> list[Item]:
    return [
        _city(1, "31", names=("Shanghai", "上海市"), people=2300, km2=6340, point="121.47 31.23"),
        _city(2, "310117", names=("Songjiang", "松江区"), people=160, km2=605, point="121.22 31.03"),
        _city(3, "32 05 00", names=("Suzhou", "苏州市"), people=1050, km2=8650, point="120.6 31.3"),
        _city(4, "330100", names=("Hangzhou", "杭州市"), people=870, km2=16850, point="120.16 30.25"),
        _city(5, "330400", names=("Jiaxing", "嘉兴市"), people=450, km2=4220, point="120.75 30.75"),
        _city(6, "330500", names=("Huzhou", "湖州市"), people=290, km2=5820, point="120.09 30.87"),
        _city(7, "330700", names=("Jinhua", "金华市"), people=540, km2=10940, point="119.64 29.11"),
        _city(8, "340100", names=("Hefei", "合肥市"), people=750, km2=11440, point="117.28 31.86"),
        _city(9, "340200", names=("Wuhu", "芜湖市"), people=350, km2=6030, point="118.43 31.35"),
        _city(10, "341800", names=("Xuancheng", "宣城市"), people=250, km2=12340, point="118.76 30.95"),
    ]


@dataclass
class Wikidata:
    """The service. Change `items` as editors do."""

    items: list[Item] = field(default_factory=_default)

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real service would reply; a reader who names no contact is refused."""
        agent = next((value for name, value in asked.headers.items() if name.lower() == "user-agent"), "")
        if not re.search(r"@|https?://", agent):
            words = b"Please set a user-agent and respect our robot policy https://w.wiki/4wJS."
            return Reply(403, words, "text/plain")
        codes = re.search(r"VALUES \?code \{([^}]*)\}", asked.query.get("query", ""))
        if asked.path != "sparql" or codes is None:
            return Reply(400, b"SPARQL-QUERY: malformed", "text/plain")
        wanted = re.findall(r'"([^"]*)"', codes[1])
        rows = [row for item in self.items for code in item.codes if code in wanted for row in _rows(item, code)]
        document = {"head": {"vars": list(VARIABLES)}, "results": {"bindings": rows}}
        content = json.dumps(document, ensure_ascii=False).encode()
        return Reply(content=content, content_type="application/sparql-results+json;charset=utf-8")


def _rows(item: Item, code: str) -> list[Binding]:
    fixed: Binding = {"item": {"type": "uri", "value": ENTITY + item.qid}, "code": {"type": "literal", "value": code}}
    for name, language, label in (("itemLabel", "en", item.en), ("zhLabel", "zh", item.zh)):
        if label is not None:
            fixed[name] = {"xml:lang": language, "type": "literal", "value": label}
    statements = (
        [_population(*p) for p in item.populations] or [{}],
        [_area(*a) for a in item.areas] or [{}],
        [{"coord": _literal(p, "http://www.opengis.net/ont/geosparql#wktLiteral")} for p in item.points] or [{}],
    )
    return [fixed | people | area | point for people, area, point in product(*statements)]


def _population(value: str, when: str | None, precision: str | None = None) -> Binding:
    row = {"pop": _literal(value, f"{XSD}decimal")}
    if when is None:
        return row
    stated = precision or ("9" if "-01-01T" in when else "11")
    return row | {"when": _literal(when, f"{XSD}dateTime"), "precision": _literal(stated, f"{XSD}integer")}


def _area(value: str, unit: str) -> Binding:
    return {"area": _literal(value, f"{XSD}decimal"), "areaUnit": {"type": "uri", "value": ENTITY + unit}}


def _literal(value: str, datatype: str) -> dict[str, str]:
    return {"type": "literal", "datatype": datatype, "value": value}
