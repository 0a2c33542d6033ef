"""Figures and events behind a number: conversion, document, snapshot, corrections, firms, and what lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from g60_pipeline.normalize.printed import rounded_to
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.words import BOUNDS

SERVED: Final = (
    ("indicator_id", "basis"),
    ("indicator_id", "national_basis"),
    ("denominator_indicator_id", "denominator_basis"),
    ("weight_indicator_id", "weight_basis"),
)
"""Columns of a metric row that name the series its figures serve."""

TALLY: Final = "TALLY:"
"""What the identifier of a counted figure begins with."""


def half_digit(figure: Row) -> float:
    """Return how far a figure flagged as rounded may be from what is printed: half of the digit it is rounded to."""
    if "rounded" not in figure["flags"] or BOUNDS & set(figure["flags"]):
        return 0.0
    printed = abs(float(figure["value_as_published"]))
    unit = rounded_to(figure["value_as_published"])
    return unit / 2 * abs(float(figure["value"])) / printed if printed else 0.0


def figures(warehouse: Warehouse, row: Row) -> list[Row]:
    """Return the figures behind a row: what each was made from, stands in for and is confirmed by, and what lost."""
    ids: list[str] = row.get("input_ids") or []
    if not ids:
        return []
    found = warehouse.rows(
        """SELECT c.*, g.name_en AS place_en, g.short_zh AS place_zh, i.name_en AS indicator_en,
                  i.name_zh AS indicator_zh, b.name_en AS basis_en, b.name_zh AS basis_zh, u.symbol_en, u.symbol_zh,
                  p.symbol_en AS printed_symbol_en, p.symbol_zh AS printed_symbol_zh,
                  power(10::DOUBLE, p.power_of_ten - u.power_of_ten) AS conversion_factor,
                  d.publisher, d.title, d.published_as_printed, d.url, s.name_en AS source_en, s.name_zh AS source_zh,
                  s.url AS source_url, k.publisher AS confirmed_publisher, k.title AS confirmed_title
           FROM core.observation_candidate AS c
           JOIN core.geography AS g USING (geo_code)
           JOIN core.indicator AS i USING (indicator_id)
           JOIN core.unit AS u ON u.unit = c.unit
           LEFT JOIN core.indicator_basis AS b ON b.indicator_id = c.indicator_id AND b.basis = c.basis
           LEFT JOIN core.unit AS p ON p.unit = c.unit_as_published
           JOIN core.document AS d ON d.document_id = c.document_id
           JOIN core.source AS s ON s.source_id = d.source_id
           LEFT JOIN core.document AS k ON k.document_id = c.confirmed_by
           WHERE list_contains($ids, c.observation_id)
           ORDER BY c.indicator_id, c.period_end, c.geo_code, c.observation_id""",
        {"ids": list(ids)},
    )
    lost = _lost(warehouse, ids)
    hashes = warehouse.rows(
        """SELECT snapshot_id, list(sha256 ORDER BY answer_key) AS sha256 FROM core.answer
           WHERE list_contains($ids, snapshot_id) GROUP BY snapshot_id""",
        {"ids": sorted({f["snapshot_id"] for f in found if f["snapshot_id"]})},
    )
    by_snapshot = {row["snapshot_id"]: row["sha256"] for row in hashes}
    firms = _firms(warehouse, ids)
    corrected = _corrections(warehouse, [*ids, *(loser["observation_id"] for loser in lost)])
    stand_ins = _stand_ins(warehouse, row)
    for figure in found:
        name = figure["observation_id"]
        figure["lost"] = [loser for loser in lost if loser["winner"] == name]
        figure["stands_in_for"] = stand_ins.get((figure["indicator_id"], figure["basis"]))
        figure["snapshot_sha256"] = by_snapshot.get(figure["snapshot_id"], [])
        figure["firms"] = firms.get(name, [])
        figure["corrections"] = _of(name, corrected)
        for loser in figure["lost"]:
            loser["corrections"] = _of(loser["observation_id"], corrected)
    return found


def _stand_ins(warehouse: Warehouse, row: Row) -> dict[tuple[str, str], Row]:
    """Return, by the series of a figure, the basis it serves in place of one that has none, and why it may."""
    served = {(row.get(i), row.get(b)) for i, b in SERVED}
    joins = warehouse.rows(
        """SELECT indicator_id, stand_in_basis, basis, name_en, name_zh, stand_in_reason_en AS reason_en,
                  stand_in_reason_zh AS reason_zh
           FROM core.indicator_basis WHERE stand_in_basis IS NOT NULL"""
    )
    return {
        series: join
        for join in joins
        if (join["indicator_id"], join["basis"]) in served
        and (series := (join.pop("indicator_id"), join.pop("stand_in_basis"))) not in served
    }


def _lost(warehouse: Warehouse, ids: Sequence[str]) -> list[Row]:
    return warehouse.rows(
        """SELECT w.observation_id AS winner, o.observation_id, o.value, o.unit, o.value_as_published,
                  o.unit_as_published, p.symbol_en AS printed_symbol_en, p.symbol_zh AS printed_symbol_zh,
                  o.status, o.round, o.grade, o.flags, analysis.reason(o.reason_code, o.reason_args) AS reason,
                  o.reason_code, o.reason_args, o.chosen, d.publisher, d.title,
                  d.published_as_printed, d.url, s.url AS source_url
           FROM core.observation_candidate AS w
           JOIN core.observation_candidate AS o
             ON o.geo_code = w.geo_code AND o.indicator_id = w.indicator_id AND o.basis = w.basis
             AND o.period_kind = w.period_kind AND o.period_start = w.period_start AND o.period_end = w.period_end
             AND o.observation_id <> w.observation_id
           LEFT JOIN core.unit AS p ON p.unit = o.unit_as_published
           JOIN core.document AS d ON d.document_id = o.document_id
           JOIN core.source AS s USING (source_id)
           WHERE list_contains($ids, w.observation_id) AND NOT list_contains($ids, o.observation_id)
           ORDER BY o.observation_id""",
        {"ids": list(ids)},
    )


def _corrections(warehouse: Warehouse, ids: Iterable[str]) -> list[Row]:
    """Return the corrections that touch one of the figures, each with the document that supports it."""
    return warehouse.rows(
        """SELECT k.correction_id, k.row_ids, k.column_name, k.printed, k.corrected, k.reason_en, k.reason_zh,
                  k.document_id, d.publisher, d.title, d.published_as_printed, d.url,
                  s.url AS source_url, k.author, k.reviewed
           FROM core.correction AS k LEFT JOIN core.document AS d USING (document_id)
           LEFT JOIN core.source AS s USING (source_id)
           WHERE list_has_any(k.row_ids, $ids) ORDER BY k.correction_id""",
        {"ids": sorted(set(ids))},
    )


def _of(name: str, corrected: Sequence[Row]) -> list[Row]:
    return [{k: v for k, v in row.items() if k != "row_ids"} for row in corrected if name in row["row_ids"]]


def _firms(warehouse: Warehouse, ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return the firms of every counted figure: listed by the day, not delisted, of the place."""
    tallies = [name for name in ids if name.startswith(TALLY)]
    if not tallies:
        return {}
    found = warehouse.rows(
        """SELECT c.observation_id, s.stock_code, s.short_name_zh, s.list_date, s.document_id
           FROM core.observation_candidate AS c
           JOIN core.star_listing AS s
             ON s.list_date <= c.period_end AND (s.delist_date IS NULL OR s.delist_date > c.period_end)
             AND c.geo_code IN ('100000', s.geo_code, s.district_code, s.province_code)
           WHERE list_contains($ids, c.observation_id)
           ORDER BY c.observation_id, s.stock_code""",
        {"ids": tallies},
    )
    firms: dict[str, list[Row]] = {name: [] for name in tallies}
    for row in found:
        firms[row.pop("observation_id")].append(row)
    return firms


def events(warehouse: Warehouse, certain: Sequence[str], undecided: Sequence[str]) -> list[Row]:
    """Return the events behind a row; `undecided` says which of them only may be of its place."""
    found = warehouse.rows(
        """SELECT e.event_id, e.name_en, e.name_zh, e.path, e.year, e.amount, e.amount_unit, e.amount_form,
                  u.symbol_en, u.symbol_zh, e.document_id
           FROM core.collaboration AS e LEFT JOIN core.unit AS u ON u.unit = e.amount_unit
           WHERE list_contains($ids, e.event_id) ORDER BY e.year NULLS LAST, e.event_id""",
        {"ids": [*certain, *undecided]},
    )
    for event in found:
        event["undecided"] = event["event_id"] in undecided
    return found


def documents(warehouse: Warehouse, ids: Sequence[str]) -> list[Row]:
    """Return documents with the names of their sources."""
    return warehouse.rows(
        """SELECT d.document_id, d.publisher, d.title, d.published_as_printed, d.url, d.grade, s.name_en AS source_en,
                  s.name_zh AS source_zh, s.url AS source_url
           FROM core.document AS d JOIN core.source AS s USING (source_id)
           WHERE list_contains($ids, document_id) ORDER BY document_id""",
        {"ids": list(ids)},
    )
