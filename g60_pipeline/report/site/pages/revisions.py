"""What publishers and live sources changed afterwards, what was corrected, and where sources disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from g60_pipeline.normalize.printed import percent
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import bounded
from g60_pipeline.report.site.data import grouped
from g60_pipeline.report.site.page import Number, Page, Site

ROUNDS: Final = ("unknown", "first", "revised", "annual_final", "census4", "census5")
"""Rounds from the first publication to the last."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    live = site.data.warehouse.rows("FROM core.revision LIMIT 500")
    content = {
        "live": [{key: str(value) for key, value in row.items() if value is not None} for row in live],
        "rounds": _rounds(site),
        "corrections": site.data.warehouse.rows("FROM core.correction ORDER BY reviewed DESC"),
        "disagreements": _disagreements(site),
    }
    yield Page("revisions.html", "revisions.html.jinja", site.t("revisions"), content, section="revisions")


def _rounds(site: Site) -> list[dict[str, Any]]:
    """Return the figures of which more than one round is stored, first and last."""
    rows = site.data.warehouse.rows(
        """FROM core.observation_candidate
           WHERE round <> 'unknown' AND NOT list_has_any(flags, ['lower_bound', 'upper_bound'])
           QUALIFY count(DISTINCT round)
               OVER (PARTITION BY geo_code, indicator_id, basis, period_kind, period_start, period_end) > 1
           ORDER BY period_end DESC, indicator_id, geo_code, observation_id"""
    )
    slots = grouped(rows, site.data.slot)
    found = []
    for held in slots.values():
        ordered = sorted(held, key=lambda row: ROUNDS.index(row["round"]) if row["round"] in ROUNDS else 0)
        first, last = ordered[0], ordered[-1]
        found.append(
            {
                **_subject(site, last),
                "first": _shown(site, first),
                "last": _shown(site, last),
                "change": percent(last["value"] / first["value"] - 1, signed=True) if first["value"] else "–",
            }
        )
    return found


def _subject(site: Site, row: Row) -> dict[str, Any]:
    return {
        "place": site.place(row["geo_code"]),
        "indicator": site.indicator(row["indicator_id"]),
        "page": f"indicators/{row['indicator_id']}.html",
        "period": site.period(row),
        "unit": site.unit(row["unit"]),
    }


def _shown(site: Site, row: Row) -> dict[str, Any]:
    number = site.figure(row)
    shown = number if row["observation_id"] in site.data.figure_of else Number(number.text)
    return {"number": shown, "round": site.word(row["round"])}


def _disagreements(site: Site) -> list[dict[str, Any]]:
    """Return the figures of a year that other documents print otherwise: the one chosen, and what lost."""
    found = []
    for rows in site.data.figures.values():
        for row in rows:
            shown = bounded(row["value"], row["flags"])
            others = [o for o in row["lost"] if bounded(o["value"], o["flags"]) != shown and o["round"] == row["round"]]
            if others and row["chosen"] and row["stands_for_year"]:
                found.append(
                    {
                        **_subject(site, row),
                        "number": site.figure(row),
                        "others": site.words.listed(bounded(o["value"], o["flags"]) for o in others),
                    }
                )
    return found
