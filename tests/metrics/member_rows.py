"""Rows of figures of three members, as tests of comparisons take them."""

from __future__ import annotations

from typing import Any

from g60_pipeline.contracts.core.figures import SeriesBreak

Row = dict[str, Any]
PEOPLE = {"indicator_id": "population_resident", "basis": "resident_year_end", "kind": "stock", "unit": "persons_10k"}
FIRMS = {"indicator_id": "firms", "basis": "tally", "kind": "stock", "unit": "count"}
THREE = ("330100", "330400", "340100")
NO_BREAKS = SeriesBreak.create_empty()


def stock(indicator: Row, code: str, value: float, **more: Any) -> Row:
    named = {"indicator_id": indicator["indicator_id"], "basis": indicator["basis"], "unit": indicator["unit"]}
    return named | {"geo_code": code, "value": value, "period_kind": "point_in_time"} | more


def three(firms: tuple[float, float, float], people: tuple[float, float, float]) -> list[Row]:
    return [
        *(stock(FIRMS, code, value) for code, value in zip(THREE, firms, strict=True)),
        *(stock(PEOPLE, code, value) for code, value in zip(THREE, people, strict=True)),
    ]
