"""A page for each indicator with figures, and the list of all indicators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from g60_pipeline.explain.evidence import half_digit
from g60_pipeline.reader.database import Row
from g60_pipeline.reader.reasons import reason
from g60_pipeline.reader.words import measured, number
from g60_pipeline.report.site.data import SCOPES
from g60_pipeline.report.site.drawn import corridor_bands, place_lines
from g60_pipeline.report.site.page import Page, Site, anchor

CHINA: Final = "100000"

NOTHING: Final[dict[str, Any]] = {"total": None, "share": None, "assumed": "", "members": ""}
"""Cells of a reading of the corridor that has no row of a period."""


def pages(site: Site) -> Iterator[Page]:
    """Yield the list of indicators, and the page of every indicator with figures."""
    data = site.data
    themes: dict[str, list[dict[str, Any]]] = {}
    for indicator_id, indicator in data.indicators.items():
        figures = data.figures.get(indicator_id, [])
        years = sorted({row["year"] for row in figures})
        themes.setdefault(indicator["theme"], []).append(
            {
                "name": site.first(indicator),
                "definition": site.first(indicator, "definition"),
                "page": f"indicators/{indicator_id}.html" if figures else "",
                "figures": len(figures),
                "span": f"{years[0]}–{years[-1]}" if years else "",
                "unit": site.unit(data.bases[indicator_id, data.default_basis(indicator_id)]["unit"]),
            }
        )
    named = [(site.t(f"theme.{theme}"), rows) for theme, rows in themes.items()]
    yield Page(
        "indicators.html", "indicators.html.jinja", site.t("indicators"), {"themes": named}, section="indicators"
    )
    for indicator_id in data.indicators:
        if data.figures.get(indicator_id):
            yield _page(site, indicator_id)


def _page(site: Site, indicator_id: str) -> Page:
    data, indicator = site.data, site.data.indicators[indicator_id]
    path = f"indicators/{indicator_id}.html"
    default = data.default_basis(indicator_id)
    bases = [b for name, b in data.annual if name == indicator_id]
    ordered = sorted(bases, key=lambda b: (b != default, -len(data.annual[indicator_id, b]), b))
    blocks = [_block(site, (indicator_id, basis), path, first=basis == default) for basis in ordered]
    several = len({row["basis"] for row in data.figures[indicator_id]}) > 1
    content = {
        "definition": site.first(indicator, "definition"),
        "blocks": blocks,
        "figures": [_figure(site, row, several=several) for row in data.figures[indicator_id]],
        "whys": [why for block in blocks for why in block["whys"]],
        "csv": f"{indicator_id}.csv",
    }
    return Page(
        path,
        "indicator.html.jinja",
        site.first(indicator),
        content,
        other=site.other(indicator),
        section="indicators",
        words=" ".join(
            (indicator_id, site.other(indicator), site.first(indicator, "definition"), *indicator["aliases"])
        ),
    )


def _block(site: Site, series: tuple[str, str], path: str, *, first: bool) -> dict[str, Any]:
    """Return one basis of an indicator: charts for the one shown first, tables for all."""
    data = site.data
    basis, held = data.bases[series], data.annual[series]
    codes = [m["geo_code"] for m in data.members]
    columns = [code for code in [*codes, CHINA] if any(geo == code for geo, _ in held)]
    years = sorted({year for geo, year in held if geo in columns}, reverse=True)
    totals, shares = data.totals.get(series, []), data.shares.get(series, [])
    name = site.indicator(series[0])
    charts = []
    if first:
        charts = [
            place_lines(site, series, codes),
            corridor_bands(site, totals, site.of(name, site.t("corridor_total"))),
            corridor_bands(site, shares, site.of(name, site.t("share_of_china")), name="share"),
        ]
    return {
        "basis": series[1],
        "name": site.first(basis),
        "unit": site.unit(basis["unit"]),
        "first": first,
        "columns": [site.place(code) for code in columns],
        "rows": [
            (year, [site.figure(held[c, year]) if (c, year) in held else None for c in columns]) for year in years
        ],
        "lines": charts[0] if charts else None,
        "bands": [chart for chart in charts[1:] if chart],
        "corridor": _corridor(site, totals, shares, path=path),
        "whys": [_why(site, row, name) for row in totals]
        + [_why_share(site, row, name, totals=totals) for row in shares],
    }


def _corridor(site: Site, totals: list[Row], shares: list[Row], *, path: str) -> list[dict[str, Any]]:
    """Return the rows of the table of totals and shares: a year, then both for each reading of the corridor."""
    found: dict[tuple[Any, str], dict[str, Any]] = {}
    data = site.data
    for key, rows in (("total", totals), ("share", shares)):
        for row in rows:
            cell = found.setdefault((row["period_end"], row["corridor_id"]), dict(NOTHING))
            text = site.share_text(row) if key == "share" else _amount(row)
            cell[key] = site.explained(text, row, path)
            if assumed := data.assumed_shares.get(row["metric_id"]):
                between = site.words.share(None, assumed["low"], assumed["high"])
                cell["assumed"] = f"{between} {site.word(assumed['tier'], 'short_tier')}"
            cell["members"] = f"{row['members_reporting']}/{row['members_expected']}"
            cell["period"] = site.period(row)
    ends = sorted({end for end, _ in found}, reverse=True)
    return [
        {
            "period": next(found[end, s]["period"] for s in SCOPES if (end, s) in found),
            "cells": [found.get((end, scope), NOTHING) for scope in SCOPES],
        }
        for end in ends
        if any((end, s) in found for s in SCOPES)
    ]


def _amount(row: Row) -> str:
    return measured(row["unit"], row["value"], low=row["value_low"], high=row["value_high"])


def _why(site: Site, row: Row, name: str) -> dict[str, Any]:
    amount = _amount(row)
    unit = site.data.units[row["unit"]]
    answer = amount if row["unit"] == "ratio" else site.words.amount(amount, unit["symbol_en"], unit["symbol_zh"])
    title = (site.of(name, site.t("corridor_total")), site.scope(row["corridor_id"]), site.period(row))
    return site.why(row, title, answer)


def _why_share(site: Site, row: Row, name: str, *, totals: list[Row]) -> dict[str, Any]:
    """Return the explanation of a share; where it is of the total on the page, it names that instead of its figures."""
    title = (site.of(name, site.t("share_of_china")), site.scope(row["corridor_id"]), site.period(row))
    made = site.why(row, title, site.share_text(row))
    total = next(
        (t for t in totals if (t["corridor_id"], t["period_end"]) == (row["corridor_id"], row["period_end"])), None
    )
    if total is None or not set(total["input_ids"]) <= set(row["input_ids"]):
        return made
    own = [i for i in made["inputs"] if i["id"] not in total["input_ids"]]
    number = site.explained(_amount(total), total, f"indicators/{row['indicator_id']}.html")
    return made | {"inputs": [{"id": "", "what": site.t("corridor_total"), "number": number}, *own]}


def _figure(site: Site, row: Row, *, several: bool) -> dict[str, Any]:
    """Return a published figure as a row of the table of figures: it is its own explanation."""
    unit, printed = site.data.units[row["unit"]], site.data.units.get(row["unit_as_published"])
    half = half_digit(row)
    return {
        "id": anchor(row["observation_id"]),
        "place": site.place(row["geo_code"]),
        "period": site.period(row),
        "basis": site.first(site.data.bases[row["indicator_id"], row["basis"]]) if several else "",
        "number": site.figure(row).text,
        "unit": site.first(unit, "symbol"),
        "printed": _printed(site, row, printed) if row["unit_as_published"] != row["unit"] else "",
        "ends": f"{number(row['value'] - half)}–{number(row['value'] + half)}" if half else "",
        "document": site.document(row["document_id"]),
        "locator": row["locator"] or "",
        "status": site.word(row["status"]),
        "round": site.word(row["round"]),
        "flags": site.flags(row["flags"]),
        "grade": row["grade"],
        "lost": [_loser(site, loser) for loser in row["lost"]],
    }


def _loser(site: Site, row: Row) -> dict[str, Any]:
    why = reason(row, site.data.named)
    return {
        "printed": _printed(site, row, site.data.units.get(row["unit_as_published"])),
        "why": why[site.language == "zh"]
        if why and not row["chosen"]
        else site.t("other_round", round=site.word(row["round"])),
        "document": site.document(row["document_id"]),
    }


def _printed(site: Site, row: Row, unit: Row | None) -> str:
    symbols = (unit["symbol_en"], unit["symbol_zh"]) if unit else (row["unit_as_published"], "")
    return site.words.amount(row["value_as_published"], *symbols)
