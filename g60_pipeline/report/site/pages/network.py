"""The map: places by their coordinates, links by path, and the network over time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import interval, number
from g60_pipeline.report.charts.chart import Chart
from g60_pipeline.report.charts.theme import GREY, PATH_COLOURS
from g60_pipeline.report.site.data import SCOPES
from g60_pipeline.report.site.page import Page, Site

PATH: Final = "map.html"

KM_OF_DEGREE: Final = 111.32
"""Kilometres of a degree of latitude."""

LANE_KM: Final = 3.0
"""Kilometres between the lines of two paths."""

NAMED_LEFT: Final = frozenset({"310117", "330400", "320500", "340200"})
"""Places whose name is written on their left, where another one is near on the right."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    links = site.data.warehouse.rows(
        """FROM metrics.collaboration_link WHERE position = 'within' AND events > 0
           ORDER BY corridor_id, span, weight_fractional DESC, metric_id"""
    )
    events = {row["event_id"]: row for row in site.data.warehouse.rows("FROM core.collaboration")}
    shown = [row for row in links if row["span"] == "all" and row["path"] == "all"]
    blocks = [
        {
            "title": site.scope(scope),
            "chart": _map(site, [row for row in links if row["corridor_id"] == scope], scope),
            "rows": [_row(site, row) for row in shown if row["corridor_id"] == scope],
        }
        for scope in SCOPES
    ]
    years = [row["year"] for row in links if row["year"]]
    located = [m for m in site.data.members if m["longitude"] is not None]
    content = {
        "blocks": blocks,
        "paths": [
            ("all", site.word("all", "path"), GREY),
            *((p, site.word(p, "path"), c) for p, c in PATH_COLOURS.items()),
        ],
        "years": (min(years), max(years)) if years else (0, 0),
        "over_time": _over_time(site, events.values()),
        "density": _density(site),
        "unlocated": site.words.listed(site.place(m["geo_code"]) for m in site.data.members if m["longitude"] is None),
        "sources": sorted({m["coordinate_source"].split(",")[0] for m in located if m["coordinate_source"]}),
        "whys": [_why(site, row, events) for row in shown],
    }
    yield Page(PATH, "map.html.jinja", site.t("map"), content, section="map")


def _map(site: Site, links: Sequence[Row], scope: str) -> Chart | None:
    """Return places and links on a plain projection: degrees of longitude shortened by the latitude."""
    members = [
        site.data.places[code]
        for code in site.data.of_corridor[scope]
        if site.data.places[code]["longitude"] is not None
    ]
    if not members:
        return None
    middle = math.radians(sum(m["latitude"] for m in members) / len(members))
    points = {
        m["geo_code"]: (
            round(m["longitude"] * KM_OF_DEGREE * math.cos(middle), 2),
            round(m["latitude"] * KM_OF_DEGREE, 2),
        )
        for m in members
    }
    values: list[dict[str, Any]] = [
        {"place": site.place(code), "x": x, "y": y, "colour": GREY, "left": code in NAMED_LEFT}
        for code, (x, y) in points.items()
    ]
    for row in links:
        ends = (row["from_geo"], row["to_geo"])
        if row["span"] == "all" or row["path"] == "all" or not all(end in points for end in ends):
            continue
        (x, y), (x2, y2) = _beside(points[ends[0]], points[ends[1]], lane=list(PATH_COLOURS).index(row["path"]))
        values.append(
            {
                "x": x, "y": y, "x2": x2, "y2": y2,
                "weight": row["weight_fractional"], "path": row["path"], "year": row["year"] or 0,
                "colour": PATH_COLOURS.get(row["path"], GREY), "id": row["metric_id"],
                "tip": f"{_pair(site, row)}, {site.word(row['path'], 'path')}",
            }
        )  # fmt: skip
    return Chart(
        kind="network",
        title=site.of(site.t("links_title"), site.scope(scope)),
        notes=(site.t("links_note"), site.t("links_source")),
        values=values,
        columns={
            "tip": site.t("column.link"),
            "path": site.t("path"),
            "year": site.t("column.year"),
            "weight": site.t("weight"),
            "id": "id",
        },
        height=430,
    )


def _beside(
    start: tuple[float, float], end: tuple[float, float], *, lane: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends of a link moved sideways, so that links of several paths are drawn beside each other."""
    (x, y), (x2, y2) = sorted((start, end))
    length = math.hypot(x2 - x, y2 - y) or 1.0
    away = LANE_KM * (lane - 1.5)
    dx, dy = -away * (y2 - y) / length, away * (x2 - x) / length
    return (round(x + dx, 2), round(y + dy, 2)), (round(x2 + dx, 2), round(y2 + dy, 2))


def _pair(site: Site, row: Row) -> str:
    joint = "→" if row["direction"] == "directed" else "–"
    return f"{site.place(row['from_geo'])} {joint} {site.place(row['to_geo'])}"


def _row(site: Site, row: Row) -> dict[str, Any]:
    return {
        "from": site.place(row["from_geo"]),
        "to": site.place(row["to_geo"]),
        "direction": site.word(row["direction"], "direction"),
        "events": row["events"],
        "weight": site.explained(number(row["weight_fractional"]), row, PATH),
    }


def _over_time(site: Site, events: Any) -> Chart | None:
    counted = Counter((e["path"], e["year"]) for e in events if e["nature"] == "event" and e["year"])
    if not counted:
        return None
    span = range(min(y for _, y in counted), max(y for _, y in counted) + 1)
    values = []
    for order, path in enumerate(PATH_COLOURS):
        name = site.word(path, "path")
        for year in span:
            n = counted[path, year]
            tip = site.of(site.joined(name, str(year)), str(n))
            values.append({"series": name, "order": order, "year": year, "value": n, "tip": tip})
    return Chart(
        kind="bars",
        title=site.t("events_by_year"),
        notes=(
            site.joined(site.t("events_unit"), f"{span[0]}–{span[-1]}", site.t("undated_left_out")),
            site.t("links_source"),
        ),
        values=values,
        columns={"series": site.t("path"), "year": site.t("column.year"), "value": site.t("events")},
        height=240,
    )


def _density(site: Site) -> list[dict[str, Any]]:
    rows = site.data.warehouse.rows(
        """FROM metrics.collaboration_network
           WHERE measure = 'density' AND path = 'all' AND direction = 'undirected'
             AND (year IS NOT NULL OR span = 'all')
             AND coalesce(value, value_low, value_high) IS NOT NULL
           ORDER BY year DESC NULLS FIRST"""
    )
    spans = list(dict.fromkeys(row["year"] for row in rows))
    held = {(row["corridor_id"], row["year"]): row for row in rows}
    return [
        {
            "span": str(year) if year else site.t("all_years"),
            "cells": [
                interval(r["value"], r["value_low"], r["value_high"]) if (r := held.get((scope, year))) else "–"
                for scope in SCOPES
            ],
        }
        for year in spans
    ]


def _why(site: Site, row: Row, events: dict[str, Row]) -> dict[str, Any]:
    title = (_pair(site, row), site.scope(row["corridor_id"]))
    lines = []
    for name, pairs in zip(row["event_ids"], row["pair_counts"], strict=True):
        event = events[name]
        document = site.document(event["document_id"])
        when = event["start_as_printed"] or site.words.label("undated")
        text = site.of(f"{when} {site.first(event)}", site.t("shared_by", n=pairs))
        lines.append(f"{text} [{site.joined(document['publisher'], document['title'])}]")
    return site.why(
        row, title, site.t("weight_of", weight=number(row["weight_fractional"]), n=row["events"]), lines=lines
    )
