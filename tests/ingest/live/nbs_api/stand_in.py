"""Stand-in for the NBS data service: indicators by year or by area, failure envelopes, the challenge page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from simulator.wire import IncomingRequest, Reply

NATION_GDP = "7dc6a2ee6c614960b7059991e0cc4d96"
CITY_GDP = "35613910b9ad47e19cf79ae041ccb7ed"
RESIDENTS = "4810ad6e9ddc41fc804a66134afe587f"
REGISTERED = "3825c2d7a32b4cf6b3d72fc5ed9e62c6"

BODY_KEYS = {"cid", "indicatorIds", "daCatalogId", "das", "showType", "dts", "rootId"}
CHALLENGE = b"<html><head><script>var _0x1a=1;</script></head><body>Please enable JavaScript</body></html>"


@dataclass
class Indicator:
    """One indicator: its name, its unit as printed, and its values by area and year; "" where there is none."""

    name: str
    unit: str
    values: dict[str, dict[int, str]]


def _indicators() -> dict[str, Indicator]:
    years = range(2015, 2026)

    def grown(start: float) -> dict[int, str]:
        return {year: f"{start * 1.05 ** (year - 2015):.2f}" for year in years}

    cities = {"310000000000": 20_000.0, "330100000000": 9_000.0, "340100000000": 5_000.0, "320100000000": 8_000.0}
    provinces = {"310000000000": 2_400.0, "320000000000": 8_300.0, "330000000000": 5_900.0, "340000000000": 6_000.0}
    people = {"310000000000": 1_440.0, "330100000000": 720.0, "340100000000": 710.0}
    steady = {area: {year: f"{value + year - 2015:.0f}" for year in years} for area, value in provinces.items()}
    registered = {area: {year: f"{value + (year - 2015) / 2:.1f}" for year in years} for area, value in people.items()}
    return {
        NATION_GDP: Indicator("国内生产总值 (亿元) ", "亿元", {"000000000000": grown(650_000.0)}),
        CITY_GDP: Indicator("地区生产总值 (当年价格) (亿元) ", "亿元", {a: grown(v) for a, v in cities.items()}),
        RESIDENTS: Indicator("年末常住人口 (万人) ", "万人", steady),
        REGISTERED: Indicator("年末户籍人口 (万人) ", "万人 ", registered),
    }


@dataclass
class Nbs:
    """The service. It answers data only once its page was opened, as a session begins there.

    Args:
        indicators: What it knows.
        challenged: It answers everything with the challenge page.
        failure: Message of a failure envelope it answers data with.
        opened: Whether the page was opened.
    """

    indicators: dict[str, Indicator] = field(default_factory=_indicators)
    challenged: bool = False
    failure: str | None = None
    opened: bool = False

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real service would reply."""
        if asked.path == "page.html" and not self.challenged:
            self.opened = True
            cookie = {"set-cookie": "wzws_sessionid=made-up; Path=/"}
            return Reply(
                content=b"<html><body><div id='app'></div></body></html>", content_type="text/html", headers=cookie
            )
        if self.challenged or not self.opened:
            return Reply(content=CHALLENGE, content_type="text/html")
        if asked.path != "publicrelease/web/external/stream/esData" or asked.method != "POST":
            return Reply(403, b"reason:UrlACL", "text/html")
        body = json.loads(asked.body)
        if not body.keys() >= BODY_KEYS:
            return Reply(500, b'{"success": false, "state": 500}')
        if self.failure is not None:
            return _json({"data": [], "success": False, "state": 50000, "message": self.failure})
        return _json({"data": self._data(body), "success": True, "state": 20000, "message": "成功"})

    def _data(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        span = re.fullmatch(r"(\d{4})YY-(\d{4})YY", body["dts"][0])
        code = body["indicatorIds"][0]
        indicator = self.indicators.get(code)
        if span is None or indicator is None:
            return []
        years = range(int(span[2]), int(span[1]) - 1, -1)
        about = {"_id": code, "i_showname": indicator.name, "du_name": indicator.unit}
        if body["daCatalogId"]:
            return [
                {
                    "code": area,
                    "name": area,
                    "values": [about | {"dt": f"{y}YY", "value": by_year[y]} for y in years if y in by_year],
                }
                for area, by_year in indicator.values.items()
            ]
        areas = [one["value"] for one in body["das"] if one["value"] in indicator.values]
        national = areas == ["000000000000"]
        return [
            {
                "code": f"{y}YY",
                "name": f"{y}年",
                "values": [
                    about
                    | {"value": indicator.values[area].get(y, "")}
                    | ({} if national else {"da": area, "da_name": area})
                    for area in areas
                ],
            }
            for y in years
        ]


def _json(document: object) -> Reply:
    # The service calls its JSON a page of HTML now and then.
    return Reply(content=json.dumps(document, ensure_ascii=False).encode(), content_type="text/html;charset=UTF-8")
