"""Finds the figure that tests a claim: same thing, same measure, newest complete period the claim can speak of.

Level claims with a period of their own are tested on that period only. Share claims, and claims that bear only a date,
are tested on the newest complete period that ends by it; where none is complete, on the newest interval. A year must
be over when the claim is made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

Row = dict[str, Any]

NO_TEST_EN: Final = {
    "no_basis": "the warehouse holds no figure of this indicator that may be added up or compared",
    "no_national_basis": "no basis of this indicator has a national figure it may be divided by",
    "no_world_basis": "no basis of this indicator has a world figure it may be divided by",
    "no_base_year": "the claim names no full base year and end year",
    "part_year": "the claim speaks of a part of a year; only full years and dates are totalled",
    "no_member": "no figure is held for the period, or none that can be compared",
    "ratio": "a ratio of the corridor needs numerator and denominator of every member",
    "other_basis": "the claim is about another basis, of which no figure is held",
    "no_reference": "the corridor's figures of the period have no figure of the reference area beside them",
}
NO_TEST_ZH: Final = {
    "no_basis": "库中没有该指标可加总或可比的数据",
    "no_national_basis": "该指标没有可配对的全国口径",
    "no_world_basis": "该指标没有可配对的全球口径",
    "no_base_year": "该说法未给出完整的起止年份",
    "part_year": "该说法只涉及一年中的一段时间，库中只对整年和时点加总",
    "no_member": "该时期没有数据，或没有可比数据",
    "ratio": "走廊比率需要每个成员的分子和分母",
    "other_basis": "该说法属另一口径，库中没有该口径的数据",
    "no_reference": "该时期缺少参照地区的数据",
}


@dataclass(frozen=True)
class Evidence:
    """The figure found for a claim on one basis, or the reason why there is none."""

    basis: str
    row: Row | None = None
    why_not: str | None = None
    missing: list[str] | None = None
    """Members without an exact figure; None when no member has any figure that can be compared."""
    constant: bool = False
    """Whether the figure serves every year."""


@dataclass(frozen=True)
class Held:
    """Figures of one scope by indicator and basis: rows with `value`, `low`, `high`, period, `input_ids`, `flags`."""

    levels: dict[tuple[str, str], list[Row]]
    nation: dict[tuple[str, str], list[Row]]
    delta: dict[tuple[str, str], list[Row]]
    world: dict[tuple[str, str], list[Row]]
    growth: dict[tuple[str, str, int], list[Row]]
    ratios: dict[str, list[Row]]


def grouped(frame: pl.DataFrame, *keys: str) -> dict[Any, list[Row]]:
    """Return the rows of a frame by key, oldest first."""
    groups: dict[Any, list[Row]] = {}
    for row in frame.sort("period_end").iter_rows(named=True):
        key = tuple(row[k] for k in keys) if len(keys) > 1 else row[keys[0]]
        groups.setdefault(key, []).append(row)
    return groups


def find(claim: Row, *, bases: list[Row], held: Held, computed_by: str | None) -> list[Evidence]:
    """Return the evidence for a claim in one scope, one entry per basis that can test it (at least one entry).

    Args:
        claim: Row of `core.claim`.
        bases: Rows of `core.indicator_basis` of the claim's indicator, the default basis first.
        held: Figures of the scope.
        computed_by: Ratio that computes the indicator for a corridor, if any.
    """
    measure = claim["measure"]
    if claim["basis"] is not None:
        bases = [b for b in bases if b["basis"] == claim["basis"]]
    default = bases[0]["basis"]
    if _is_part_year(claim, bases[0]):
        return [Evidence(default, why_not="part_year", missing=[])]
    if measure == "growth":
        return _growth(claim, bases=bases, held=held)
    if measure == "level" and computed_by and claim["basis"] is None:
        computed = _pick(claim, bases[0], held.ratios.get(computed_by, []))
        return [computed] if computed else _levels(claim, bases, held) or [Evidence(default, why_not="ratio")]
    possible = [b for b in bases if b["kind"] == bases[0]["kind"] and _usable(b, claim)]
    if not possible:
        return [Evidence(default, why_not=NO_BASIS[measure])]
    rows_of = {
        "level": held.levels,
        "share_of_nation": held.nation,
        "share_of_world": held.world,
        "share_of_yrd": held.delta,
    }[measure]
    picked = [_pick(claim, b, rows_of.get((b["indicator_id"], b["basis"]), [])) for b in possible]
    found = [evidence for evidence in picked if evidence is not None]
    return found or [_why_none(claim, possible, held)]


NO_BASIS: Final = {
    "level": "no_basis",
    "share_of_nation": "no_national_basis",
    "share_of_world": "no_world_basis",
    "share_of_yrd": "no_basis",
}
"""Why a claim cannot be tested when none of the indicator's bases is of use, by measure."""


def _levels(claim: Row, bases: list[Row], held: Held) -> list[Evidence]:
    picked = [_pick(claim, b, held.levels.get((b["indicator_id"], b["basis"]), [])) for b in bases]
    return [evidence for evidence in picked if evidence is not None]


def _why_none(claim: Row, possible: list[Row], held: Held) -> Evidence:
    """Return why no figure tests a claim, with the members that do lack one where others report."""
    if claim["basis"] is not None:
        return Evidence(claim["basis"], why_not="other_basis", missing=[])
    if claim["measure"] != "level":
        for level in _levels(claim, possible, held):
            return Evidence(level.basis, why_not="no_reference", missing=level.missing)
    return Evidence(possible[0]["basis"], why_not="no_member")


def _usable(basis: Row, claim: Row) -> bool:
    match claim["measure"]:
        case "level":
            return bool(basis["unit"] == claim["claimed_unit"])
        case "share_of_nation":
            return basis["national_basis"] is not None
        case "share_of_world":
            return basis["world_basis"] is not None
        case _:
            return bool(basis["additive"])


def _pick(claim: Row, basis: Row, rows: list[Row]) -> Evidence | None:
    """Return the newest complete row that may test the claim, else the newest with an interval, else None."""
    until: dt.date | None = claim["tested_until"]
    constant = basis["kind"] == "constant"
    in_time = [r for r in rows if constant or until is None or r["period_end"] <= until]
    if claim["period_end"] is None and claim["speaks_from"] is not None and basis["observed_over"] == "calendar_year":
        in_time = [r for r in in_time if r["period_end"] < claim["speaks_from"]]
    if claim["measure"] == "level" and claim["period_end"] is not None and not constant:
        in_time = [r for r in in_time if r["period_end"] == claim["period_end"]]
    complete = [r for r in in_time if r["value"] is not None]
    chosen = complete or [r for r in in_time if r["low"] is not None or r["high"] is not None]
    if not chosen:
        return None
    row = chosen[-1]
    return Evidence(basis["basis"], row=row, missing=row.get("members_missing") or [], constant=constant)


def _growth(claim: Row, *, bases: list[Row], held: Held) -> list[Evidence]:
    start, end = claim["period_start"], claim["period_end"]
    if start is None or end is None:
        return [Evidence(bases[0]["basis"], why_not="no_base_year", missing=[])]
    base_year = start.year if start.year < end.year else end.year - 1
    found = [
        Evidence(b["basis"], row=row, missing=row.get("members_missing") or [])
        for b in bases
        for row in held.growth.get((b["indicator_id"], b["basis"], base_year), [])
        if row["year"] == end.year
    ]
    return found or [Evidence(bases[0]["basis"], why_not="no_member")]


def _is_part_year(claim: Row, basis: Row) -> bool:
    start, end = claim["period_start"], claim["period_end"]
    if start is None or end is None or basis["observed_over"] != "calendar_year":
        return False
    whole = (start.month, start.day) == (1, 1) and (end.month, end.day) == (12, 31)
    return not whole
