"""Policies and events in order of time, with the version of the corridor that was in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from g60_pipeline.report.site.page import Page, Site


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    policies = site.data.warehouse.rows(
        "FROM metrics.policy_timeline WHERE corridor_id = 'g60_songjiang' ORDER BY issued_from DESC, position DESC"
    )
    events = site.data.warehouse.rows("FROM core.collaboration ORDER BY start_date DESC NULLS LAST, event_id")
    issued = {row["policy_id"]: row for row in site.data.warehouse.rows("FROM core.policy")}
    rows: list[dict[str, Any]] = []
    for row in policies:
        source = issued[row["policy_id"]]
        rows.append(
            {
                "day": row["issued_from"],
                "id": row["policy_id"],
                "when": row["issued_as_printed"] or site.words.label("undated"),
                "kind": "policy",
                "kind_name": site.t("policy"),
                "theme": row["theme"],
                "theme_name": site.word(row["theme"], "theme"),
                "title": site.first(row, "title"),
                "note": source["summary_en"] if site.language == "en" else "",
                "who": site.joined(site.place(row["geo_code"]), row["issuer"] or ""),
                "version": " / ".join(row["versions"]),
                "document": site.document(source["document_id"]),
            }
        )
    for event in events:
        places = [event["from_geo"], event["to_geo"]] if event["from_geo"] else event["members"]
        rows.append(
            {
                "day": event["start_date"],
                "id": event["event_id"],
                "when": event["start_as_printed"] or site.words.label("undated"),
                "kind": event["nature"],
                "kind_name": site.t(f"nature.{event['nature']}"),
                "theme": event["path"],
                "theme_name": site.word(event["path"], "path"),
                "title": site.first(event),
                "note": event["description_en"] if site.language == "en" else "",
                "who": site.words.listed(site.place(code) for code in places if code),
                "version": "",
                "document": site.document(event["document_id"]),
            }
        )
    rows.sort(key=lambda row: row["day"] or dt.date.min, reverse=True)
    content = {
        "rows": rows,
        "kinds": list({row["kind"]: row["kind_name"] for row in rows}.items()),
        "themes": sorted({row["theme"]: row["theme_name"] for row in rows}.items(), key=lambda item: item[1]),
        "versions": _versions(site),
    }
    yield Page("timeline.html", "timeline.html.jinja", site.t("timeline"), content, section="timeline")


def _versions(site: Site) -> list[dict[str, Any]]:
    rows = site.data.warehouse.rows(
        """SELECT version, min(valid_from) AS valid_from, list(geo_code ORDER BY position) AS codes
           FROM core.corridor_member
           WHERE version <> 'metrics' AND corridor_id = 'g60_songjiang' GROUP BY version ORDER BY version"""
    )
    return [row | {"members": site.words.listed(site.place(code) for code in row["codes"])} for row in rows]
