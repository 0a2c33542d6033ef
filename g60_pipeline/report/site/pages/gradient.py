"""Tiers of the gradient by year, for both yardsticks and readings of the corridor, and how far each can be moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from g60_pipeline.reader.database import Row
from g60_pipeline.reader.words import interval
from g60_pipeline.report.site.data import SCOPES
from g60_pipeline.report.site.drawn import source_line
from g60_pipeline.report.site.page import Page, Site, anchor
from g60_pipeline.report.site.pages.heat import TIER_FILLS, Cell, matrix

PATH: Final = "gradient.html"


def pages(site: Site) -> Iterator[Page]:
    """Yield the page."""
    rows = site.data.warehouse.rows(
        "FROM metrics.gradient ORDER BY yardstick DESC, corridor_id, geo_code, year NULLS LAST"
    )
    stability = site.data.warehouse.rows("FROM metrics.gradient_stability WHERE span = 'all'")
    blocks = []
    for yardstick in ("size", "intensity"):
        for scope in SCOPES:
            own = [row for row in rows if (row["yardstick"], row["corridor_id"]) == (yardstick, scope)]
            kept = [row for row in stability if (row["yardstick"], row["corridor_id"]) == (yardstick, scope)]
            if own:
                blocks.append(
                    _block(site, own, kept, title=site.joined(site.word(yardstick, "yardstick"), site.scope(scope)))
                )
    formula = site.data.formulas["gradient_tier"]
    content = {"blocks": blocks, "rule": site.first(formula, "words")}
    yield Page(PATH, "gradient.html.jinja", site.t("gradient"), content, section="gradient")


def _block(site: Site, rows: Sequence[Row], stability: Sequence[Row], *, title: str) -> dict[str, Any]:
    spans = [*sorted({row["year"] for row in rows if row["year"]}), None]
    order = [m["geo_code"] for m in site.data.members]
    codes = sorted({row["geo_code"] for row in rows}, key=order.index)
    held = {(row["geo_code"], row["year"]): row for row in rows}
    shown = [(code, [_cell(site, held.get((code, year)), code=code, year=year) for year in spans]) for code in codes]
    cells = [cell for _, line in shown for cell in line if cell]
    by_code = {(row["geo_code"], row["left_out"]): row for row in stability}
    years = [year for year in spans if year]
    chart = matrix(
        site,
        site.of(site.t("tiers"), title),
        cells,
        notes=(site.joined(f"{years[0]}–{years[-1]}", site.t("tiers_note")), source_line(site, rows)),
        rows=len(codes) + 2,
    )
    return {
        "title": title,
        "chart": chart,
        "evidence": [_evidence(site, row) for row in rows],
        "years": [_span(site, year) for year in spans],
        "rows": [
            {
                "place": site.place(code),
                "cells": line,
                "kept": [_kept(by_code.get((code, what))) for what in ("indicator", "year")],
            }
            for code, line in shown
        ],
    }


def _cell(site: Site, row: Row | None, *, code: str, year: int | None) -> Cell | None:
    if row is None:
        return None
    text = site.word(row["tier"], "tier") if row["tier"] else "–"
    fill, ink = TIER_FILLS[row["tier"]]
    tip = site.of(site.joined(site.place(code), _span(site, year)), _answer(site, row))
    number = site.explained(text, row, PATH)
    return Cell(site.place(code), _span(site, year), text, fill, ink, tip, number, row["metric_id"])


def _span(site: Site, year: int | None) -> str:
    return str(year) if year else site.t("all_years")


def _answer(site: Site, row: Row) -> str:
    """Return the tier, or those it may be."""
    if row["tier"]:
        return site.word(row["tier"], "tier")
    return site.of(site.t("may_be"), site.words.listed(site.word(tier, "tier") for tier in row["possible_tiers"]))


def _kept(row: Row | None) -> str:
    return f"{row['kept']}/{row['trials']}" if row and row["trials"] else "–"


def _evidence(site: Site, row: Row) -> dict[str, Any]:
    """Return what a tier rests on: what each indicator says, and why it is none."""
    votes = [_vote(site, parent) for parent in site.derivations.metrics(row["parent_ids"])] if row["year"] else []
    return {
        "id": anchor(row["metric_id"]),
        "place": site.place(row["geo_code"]),
        "span": _span(site, row["year"]),
        "tier": _answer(site, row),
        "votes": ("；" if site.language == "zh" else "; ").join(votes),
        "reason": site.reason(row) if row["reason_code"] else "",
    }


def _vote(site: Site, parent: Row) -> str:
    """Return what one indicator says: how many times the median, and the tier."""
    name = site.ratio(parent["ratio_id"]) if parent["ratio_id"] else site.indicator(parent["indicator_id"])
    text = interval(parent["ratio"], parent["ratio_low"], parent["ratio_high"])
    tiers = [parent["tier"]] if parent["tier"] else parent["possible_tiers"]
    return site.of(name, site.t("times_median", n=text, tier=site.words.listed(site.word(t, "tier") for t in tiers)))
