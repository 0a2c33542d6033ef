"""How different the profiles of the members of a corridor are: the Krugman index over the indicators all report."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.common import frame_of
from g60_pipeline.metrics.gradient_evidence import compared
from g60_pipeline.tables.gradient import Differentiation

FORMULA: Final = "krugman_index"
LEAST_INDICATORS: Final = 3
"""Indicators below which a profile says nothing."""

FEWEST: Final = 2
"""Indicators all members report below which the members are not set beside each other at all."""

Row = dict[str, Any]


def krugman(one: dict[str, float], other: dict[str, float]) -> float | None:
    """Return the sum of the distances between two profiles, 0 to 2; None where one of them is all zero.

    Args:
        one: Weight of each part; they need not sum to one.
        other: Likewise, of the same parts.
    """
    sums = math.fsum(one.values()), math.fsum(other.values())
    if min(sums) <= 0:
        return None
    return math.fsum(abs(one[part] / sums[0] - other[part] / sums[1]) for part in one)


def differentiation(member_figure: pl.DataFrame, *, indicator: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.differentiation`, for every year in which two indicators are reported by every member.

    A year in which more than half of the members report something, but no two indicators are whole, has one row that
    says so.

    Args:
        member_figure: Figures of `member_figures`.
        indicator: `core.indicator`, for the default bases.
    """
    seen = compared(member_figure, indicator=indicator.filter(pl.col("kind") != "constant"))
    whole = pl.col("value").sum().over("corridor_id", "indicator_id", "year")
    shares = (
        seen.filter(pl.col("reporting") == pl.col("expected"))
        .with_columns(share=pl.when(whole > 0).then(pl.col("value") / whole))
        .filter(pl.col("share").is_not_null())
        .sort("corridor_id", "year", "geo_code", "indicator_id")
    )
    complete = shares.partition_by("corridor_id", "year", as_dict=True)
    rows: list[Row] = []
    for corridor_id, year in seen.select("corridor_id", "year").unique().sort("corridor_id", "year").iter_rows():
        group = complete.get((corridor_id, year))
        indicators = [] if group is None else sorted(group["indicator_id"].unique())
        if group is not None and len(indicators) >= FEWEST:
            rows += _rows(corridor_id, year, group)
        else:
            rows.append(_none(corridor_id, year, indicators))
    return frame_of(rows, Differentiation)


def _none(corridor_id: str, year: int, indicators: list[str]) -> Row:
    return {
        "metric_id": f"differentiation:{corridor_id}:none:none:{year}",
        "corridor_id": corridor_id,
        "year": year,
        "indicators": indicators,
        "flags": [],
        "formula_id": FORMULA,
        "input_ids": [],
        "reason": f"every member reports {', '.join(indicators) or 'none'}, {LEAST_INDICATORS} indicators are needed",
    }


def _rows(corridor_id: str, year: int, group: pl.DataFrame) -> list[Row]:
    profiles: dict[str, dict[str, float]] = {}
    for code, indicator_id, share in group.select("geo_code", "indicator_id", "share").iter_rows():
        profiles.setdefault(code, {})[indicator_id] = share
    indicators = sorted(group["indicator_id"].unique())
    mixed = {"mixed_vintage"} if group["mixed"].any() else set[str]()
    plain = {
        "corridor_id": corridor_id,
        "year": year,
        "indicators": indicators,
        "flags": sorted(mixed | {flag for flags in group["flags"] for flag in flags}),
        "formula_id": FORMULA,
        "input_ids": sorted({i for ids in group["input_ids"] for i in ids}),
    }
    rest = {
        code: {i: math.fsum(p[i] for other, p in profiles.items() if other != code) for i in indicators}
        for code in profiles
    }
    pairs: list[tuple[str, str | None, dict[str, float]]] = [
        *((one, other, profiles[other]) for one, other in combinations(sorted(profiles), 2)),
        *((code, None, rest[code]) for code in sorted(profiles)),
    ]
    return [
        plain
        | {"metric_id": f"differentiation:{corridor_id}:{one}:{other or 'rest'}:{year}", "geo_code": one}
        | {"other_code": other}
        | _compared(profiles[one], beside)
        for one, other, beside in pairs
    ]


def _compared(own: dict[str, float], beside: dict[str, float]) -> Row:
    few = len(own) < LEAST_INDICATORS
    value = None if few else krugman(own, beside)
    why = f"all members report {len(own)} indicators, {LEAST_INDICATORS} are needed" if few else "a profile is all zero"
    return {
        "value": value,
        "hoover": None if value is None else value / 2,
        "reason": why if value is None else None,
    }
