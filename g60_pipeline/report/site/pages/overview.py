"""The first page: what the lead claims are worth, and the shares of China side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.report.site.data import SCOPES, grouped
from g60_pipeline.report.site.drawn import corridor_bands
from g60_pipeline.report.site.page import Number, Page, Site
from g60_pipeline.report.site.pages.claims import best, card

LEADING: Final = ("star_listed", "gdp", "population_resident", "invention_patents_granted")
"""Indicators whose share of China is drawn over time, where they have one."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    lead = grouped((row for row in site.data.claims if row["lead"] is not None), lambda row: row["claim_id"])
    series = [(name, site.data.default_basis(name)) for name in LEADING if name in site.data.indicators]
    charts = [
        corridor_bands(
            site, site.data.shares[key], site.of(site.indicator(key[0]), site.t("share_of_china")), name="share"
        )
        for key in series
        if key in site.data.shares
    ]
    content = {
        "cards": [card(site, best(rows)) for rows in lead.values()],
        "shares": _shares(site),
        "scopes": [site.scope(scope) for scope in SCOPES],
        "charts": [chart for chart in charts if chart],
    }
    yield Page("index.html", "overview.html.jinja", site.t("title"), content, section="index")


def _shares(site: Site) -> list[dict[str, Any]]:
    """Return the newest share of every series in both readings: `analysis.headline`, newest view."""
    rows = site.data.warehouse.rows("FROM analysis.headline WHERE view = 'newest'")
    by_key = {
        (s["corridor_id"], s["indicator_id"], s["basis"], s["period_end"]): s
        for shares in site.data.shares.values()
        for s in shares
    }
    found = []
    for row in rows:
        cells = []
        for prefix, scope in (("songjiang", SCOPES[0]), ("shanghai", SCOPES[1])):
            share = by_key.get((scope, row["indicator_id"], row["basis"], row[f"{prefix}_period"]))
            cells.append(_cell(site, share, row, prefix=prefix))
        found.append(
            {
                "name": site.first(row),
                "basis": site.first(row, "basis"),
                "page": f"indicators/{row['indicator_id']}.html",
                "cells": cells,
                "flags": site.flags(row["flags"]),
                "complete": any(row[f"{p}_share"] is not None for p in ("songjiang", "shanghai")),
            }
        )
    return sorted(found, key=lambda r: not r["complete"])


def _cell(site: Site, share: Row | None, row: Row, *, prefix: str) -> dict[str, Any] | None:
    if share is not None:
        reporting, expected = share["members_reporting"], share["members_expected"]
        return {
            "number": site.explained(site.share_text(share), share, f"indicators/{row['indicator_id']}.html"),
            "when": site.period(share),
            "members": "" if reporting == expected else f"{reporting}/{expected}",
        }
    if row[f"{prefix}_period"] is None:
        return None
    text = site.words.share(row[f"{prefix}_share"], row[f"{prefix}_low"], row[f"{prefix}_high"])
    return {"number": Number(text), "when": row[f"{prefix}_period"].isoformat(), "members": ""}
