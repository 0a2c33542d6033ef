"""Stand-in for OpenAlex: cursor paging over institutions, works by year for lists of institutions, a daily budget."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simulator.wire import IncomingRequest, Reply


class Papers(NamedTuple):
    """So many works of one year whose authors sit at these institutions."""

    year: int
    institutions: frozenset[str]
    works: int


def institution(
    number: int,
    city: str | None,
    *,
    works: int = 10,
    above: int | None = None,
    geo: dict[str, Any] | None = None,
    **details: Any,
) -> dict[str, Any]:
    """Return a row of the list; `details` override single fields of its geo, `geo={}` makes it null."""
    known = {"city": city, "geonames_city_id": None, "region": None, "country_code": "CN", "country": "China"}
    place = known | {"latitude": None, "longitude": None} | details
    return {
        "id": url(number),
        "ror": None,
        "display_name": f"Made-up Institute {number}",
        "type": "education",
        "lineage": [url(number)] + ([url(above)] if above else []),
        "works_count": works,
        "geo": place if geo is None else None,
    }


def url(number: int) -> str:
    """Return the identifier of an institution."""
    return f"https://openalex.org/I{number}"


def papers(year: int, works: int, *numbers: int) -> Papers:
    """Return works of the institutions with these numbers."""
    return Papers(year, frozenset(f"I{number}" for number in numbers), works)


def _cities() -> list[dict[str, Any]]:
    places = (
        ("Shanghai", "Shanghai"),
        ("Suzhou", "Jiangsu"),
        ("Hangzhou", "Zhejiang"),
        ("Jiaxing", "Zhejiang"),
        ("Huzhou", "Zhejiang"),
        ("Jinhua", "Zhejiang"),
        ("Hefei", "Anhui"),
        ("Wuhu", "Anhui"),
        ("Xuancheng", "Anhui"),
    )
    rows = [
        institution(100 + n, city, works=900 - n, region=region) for n, (city, region) in enumerate(places, start=1)
    ]
    rows.append(institution(201, "Suzhou", works=70, region="Anhui"))
    rows.append(institution(202, None, works=5, geo={}))
    return rows


def _works() -> list[Papers]:
    alone = [papers(year, 40 * n + year - 2015, 100 + n) for year in range(2015, 2026) for n in range(1, 10)]
    return alone + [papers(year, 3, 101, 100 + n) for year in range(2015, 2026) for n in range(2, 10)]


@dataclass
class OpenAlex:
    """The service. Change institutions and papers from day to day.

    Args:
        institutions: Rows of the list.
        papers: Works.
        partial: Ordinal numbers (from 1) of the answers on works that hold only the older half of the years.
        remaining: Credits left today; each request costs `cost`. None: the headers are not sent.
        cost: Credits of one request.
        reset_seconds: Seconds until the budget is renewed.
    """

    institutions: list[dict[str, Any]] = field(default_factory=_cities)
    papers: list[Papers] = field(default_factory=_works)
    partial: set[int] = field(default_factory=set)
    remaining: int | None = 10_000
    cost: int = 1
    reset_seconds: int = 3_600
    works_asked: int = 0

    def reply(self, asked: IncomingRequest) -> Reply:
        """Return what the real service would reply."""
        if self.remaining is not None:
            if self.remaining < self.cost:
                return self._error(429, "Insufficient budget", "The daily budget is used up")
            self.remaining -= self.cost
        if asked.path == "institutions":
            return self._institutions(asked)
        if asked.path == "works":
            return self._works(asked)
        return self._error(404, "Not found", "There is no such endpoint")

    def _institutions(self, asked: IncomingRequest) -> Reply:
        size, cursor = int(asked.query.get("per_page", "25")), asked.query.get("cursor", "")
        if asked.query.get("filter") != "country_code:cn" or not (cursor == "*" or cursor.startswith("at-")):
            return self._error(400, "Invalid query parameters error.", "filter or cursor is not valid")
        start = 0 if cursor == "*" else int(cursor.removeprefix("at-"))
        rows = self.institutions[start : start + size]
        onward = f"at-{start + size}" if rows else None
        meta = {"count": len(self.institutions), "page": None, "per_page": size, "next_cursor": onward}
        return self._json({"meta": meta, "results": rows, "group_by": []})

    def _works(self, asked: IncomingRequest) -> Reply:
        clauses = [clause.split(":", 1) for clause in asked.query.get("filter", "").split(",")]
        lists = [set(ids.split("|")) for name, ids in clauses if name == "authorships.institutions.lineage"]
        spans = [span for name, span in clauses if name == "publication_year" and re.fullmatch(r"\d{4}(-\d{4})?", span)]
        if asked.query.get("group_by") != "publication_year" or not spans or len(lists) + 1 != len(clauses):
            return self._error(400, "Invalid query parameters error.", "the filter is not valid")
        if any(len(ids) > 100 for ids in lists):
            return self._error(
                400, "Invalid query parameters error.", "Maximum number of values exceeded for one filter"
            )
        self.works_asked += 1
        first, _, last = spans[0].partition("-")
        years = range(int(first), int(last or first) + 1)
        if self.works_asked in self.partial:
            years = years[: len(years) // 2]
        above = {_short(row["id"]): {_short(one) for one in row["lineage"]} for row in self.institutions}
        counts: dict[int, int] = {}
        for paper in self.papers:
            lineage = {one for name in paper.institutions for one in above.get(name, {name})}
            if paper.year in years and all(ids & lineage for ids in lists):
                counts[paper.year] = counts.get(paper.year, 0) + paper.works
        groups = [
            {"key": str(y), "key_display_name": str(y), "count": n} for y, n in sorted(counts.items(), reverse=True)
        ]
        meta = {"count": sum(counts.values()), "db_response_time_ms": 20, "page": 1, "per_page": 200}
        return self._json({"meta": meta | {"groups_count": len(groups)}, "results": [], "group_by": groups})

    def _json(self, document: object, status: int = 200) -> Reply:
        budget = {
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-credits-used": str(self.cost),
            "x-ratelimit-reset": str(self.reset_seconds),
        }
        headers = budget if self.remaining is not None else {}
        return Reply(status, json.dumps(document).encode(), headers=headers)

    def _error(self, status: int, error: str, message: str) -> Reply:
        return self._json({"error": error, "message": message}, status)


def _short(identifier: str) -> str:
    return identifier.rpartition("/")[2]


def two_cities() -> OpenAlex:
    """Return a small service: two institutions in Shanghai, one in Suzhou, a few works."""
    rows = [
        institution(1, "Shanghai", works=50, region="Shanghai"),
        institution(2, "Shanghai", works=80, region="Shanghai"),
        institution(3, "Suzhou", works=20, region="Jiangsu"),
    ]
    works = [papers(2024, 7, 1), papers(2024, 5, 1, 3), papers(2025, 2, 2, 3), papers(2025, 4, 3), papers(2023, 1, 2)]
    return OpenAlex(rows, works)
