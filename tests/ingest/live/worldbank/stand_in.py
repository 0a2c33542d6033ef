"""Stand-in for the World Bank Indicators API v2: envelopes, nulls and errors as the real one has them, own figures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from simulator.wire import IncomingRequest, Reply

Values = dict[int, int | float | None]

XML = b'<?xml version="1.0" encoding="utf-8"?><wb:data xmlns:wb="http://www.worldbank.org"/>'


@dataclass
class Series:
    """One indicator: its name and China's values by year; a year that is not listed is answered with null."""

    title: str
    values: Values


def _grown(start: float, rate: float, *, years: range, digits: int = 0) -> Values:
    grown = {year: round(start * (1 + rate) ** (year - years[0]), digits) for year in years}
    return {year: int(value) if digits == 0 else value for year, value in grown.items()}


def _default() -> dict[str, Series]:
    years = range(2000, 2026)
    lagging = range(2000, 2024)
    return {
        "SP.POP.TOTL": Series("Population, total", _grown(1_260_000_000, 0.005, years=years)),
        "AG.LND.TOTL.K2": Series("Land area (sq. km)", _grown(9_388_000, 0, years=lagging)),
        "AG.SRF.TOTL.K2": Series("Surface area (sq. km)", _grown(9_562_000, 0, years=lagging)),
        "NY.GDP.MKTP.CN": Series("GDP (current LCU)", _grown(10_100_000_000_000, 0.11, years=years)),
        "GB.XPD.RSDV.GD.ZS": Series(
            "Research and development expenditure (% of GDP)", _grown(0.9, 0.045, years=lagging, digits=5)
        ),
        "SP.POP.SCIE.RD.P6": Series(
            "Researchers in R&D (per million people)", _grown(540, 0.05, years=lagging, digits=4)
        ),
        "IP.PAT.RESD": Series("Patent applications, residents", _grown(26_000, 0.18, years=range(2000, 2023))),
    }


@dataclass
class WorldBank:
    """The service. Change `lastupdated` and `series` to let a new edition appear."""

    lastupdated: str = "2026-07-01"
    series: dict[str, Series] = field(default_factory=_default)

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real service would reply."""
        match = re.fullmatch(r"country/([A-Za-z;]+)/indicator/([^/]+)", asked.path)
        if asked.query.get("format") != "json":
            return Reply(content=XML, content_type="text/xml;charset=utf-8")
        if match is None or match[1] != "CHN" or match[2] not in self.series:
            message = {"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}
            return _json([{"message": [message]}])
        first, _, last = asked.query["date"].partition(":")
        rows = self._rows(match[2], years=range(int(last or first), int(first) - 1, -1))
        per_page = int(asked.query.get("per_page", "50"))
        if not rows:
            nothing = {"page": 0, "pages": 0, "per_page": per_page, "total": 0, "sourceid": None, "lastupdated": None}
            return _json([nothing, None])
        page = int(asked.query.get("page", "1"))
        header: dict[str, object] = {
            "page": page,
            "pages": -(-len(rows) // per_page),
            "per_page": per_page,
            "total": len(rows),
            "sourceid": "2",
            "lastupdated": self.lastupdated,
        }
        return _json([header, rows[(page - 1) * per_page : page * per_page]])

    def _rows(self, code: str, *, years: range) -> list[dict[str, object]]:
        series = self.series[code]
        if not any(year in series.values for year in years):
            return []
        return [
            {
                "indicator": {"id": code, "value": series.title},
                "country": {"id": "CN", "value": "China"},
                "countryiso3code": "CHN",
                "date": str(year),
                "value": series.values.get(year),
                "unit": "",
                "obs_status": "",
                "decimal": 0,
            }
            for year in years
        ]


def _json(document: object) -> Reply:
    return Reply(content=json.dumps(document).encode(), content_type="application/json;charset=utf-8")
