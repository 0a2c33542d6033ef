"""What to look up next: missing figures by what they would narrow, with the lines for the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from g60_pipeline.normalize.printed import percent
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import interval
from g60_pipeline.report.site.page import Page, Site
from g60_pipeline.report.wanted import appeared, like, wanted_rows, wide


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    rows = wanted_rows(site.data.warehouse)
    content = {
        "rows": [_line(site, row) for row in rows],
        "tier": site.words.label("wanted_tier", tier=site.word(rows[0]["tier"], "tier")) if rows else "",
        "lines": "\n".join(row["inbox_line"] for row in rows),
    }
    yield Page("wanted.html", "wanted.html.jinja", site.t("wanted"), content, section="wanted")


def _line(site: Site, row: Row) -> dict[str, Any]:
    words = site.words
    inside = words.amount(interval(None, row["low"], row["high"]), row["symbol_en"], row["symbol_zh"])
    claim = f"{row['claim_id']} {words.first(row['statement_en'], row['statement_zh'])}" if row["claim_id"] else ""
    share = site.of(site.t("share_of_china"), site.indicator(row["number_indicator_id"]))
    return {
        "figure": site.joined(site.place(row["geo_code"]), site.indicator(row["indicator_id"]), site.period(row)),
        "page": f"indicators/{row['indicator_id']}.html",
        "inside": inside,
        "number": claim or share,
        "scope": site.scope(row["corridor"])
        + (words.label("wanted_also", n=row["narrows_more"]) if row["narrows_more"] else ""),
        "today": wide(row["width"], row, words),
        "left": wide(row["width_left"], row, words),
        "part": percent(row["part_removed"]),
        "publisher": row["publisher_zh"] or "",
        "kind": site.word(row["printed_kind"], "printed_kind"),
        "out": appeared(row, words),
        "url": row["list_url"] or "",
        "like": like(row, words),
    }
