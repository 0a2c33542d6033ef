"""What is filled and by what grade, and what is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from g60_pipeline.report.site.data import SCOPES
from g60_pipeline.report.site.page import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    rows = site.data.warehouse.rows(
        """SELECT indicator_id, geo_code, count(DISTINCT year) AS years, min(grade) AS best, min(year) AS first,
                  max(year) AS last
           FROM analysis.coverage WHERE filled GROUP BY ALL"""
    )
    held = {(row["indicator_id"], row["geo_code"]): row for row in rows}
    most = max((row["years"] for row in rows), default=1)
    codes = [m["geo_code"] for m in site.data.members]
    names = [i for i in site.data.indicators if any((i, code) in held for code in codes)]
    lines = [
        {
            "name": site.indicator(i),
            "page": f"indicators/{i}.html",
            "cells": [_cell(site, held.get((i, code)), most) for code in codes],
        }
        for i in names
    ]
    content = {
        "columns": [site.place(code) for code in codes],
        "rows": lines,
        "wanted": _wanted(site),
        "claims": _claims(site),
    }
    yield Page("coverage.html", "coverage.html.jinja", site.t("coverage"), content, section="coverage")


def _cell(site: Site, row: dict[str, Any] | None, most: int) -> dict[str, Any] | None:
    if row is None:
        return None
    tip = site.t("coverage_cell", years=row["years"], first=row["first"], last=row["last"], grade=row["best"])
    return {"years": row["years"], "best": row["best"], "shade": round(5 * row["years"] / most), "tip": tip}


def _wanted(site: Site) -> list[dict[str, Any]]:
    """Return the newest yearly total of every series that lacks members, and who lacks."""
    found = []
    for key, rows in site.data.totals.items():
        if key[1] != site.data.default_basis(key[0]):
            continue
        newest = {row["corridor_id"]: row for row in rows}
        for scope in SCOPES:
            row = newest.get(scope)
            if row and row["members_missing"] and row["members_reporting"] >= 5:
                found.append(
                    {
                        "name": site.indicator(key[0]),
                        "page": f"indicators/{key[0]}.html",
                        "period": site.period(row),
                        "scope": site.scope(scope),
                        "members": f"{row['members_reporting']}/{row['members_expected']}",
                        "missing": site.words.listed(site.place(code) for code in row["members_missing"]),
                    }
                )
    return sorted(found, key=lambda item: (item["members"], item["name"]), reverse=True)


def _claims(site: Site) -> list[dict[str, Any]]:
    """Return the lead claims no verdict can be given on, with the members whose figures are missing."""
    return [
        {
            "statement": site.first(row, "statement"),
            "page": f"claims.html#{row['metric_id']}",
            "scope": site.place(row["scope"]),
            "verdict": site.word(row["verdict"]),
            "missing": site.words.listed(site.place(code) for code in row["missing"]),
        }
        for row in site.data.claims
        if row["lead"] is not None and row["position"] == 1 and row["missing"]
    ]
