"""Finds the figures that test a claim: same thing, same measure, both scopes on the same period.

The period is the claim's own where it has one and figures of it are stored, the only one for a level, else the newest
that says something and is not too old for the claim; where none says anything, the newest of
these. Only figures that are older still make the verdict `outdated`. A year must be over when the claim is made.
Growth has its own two ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.engine.formulas import parameters

Row = dict[str, Any]

FORMULA: Final = "claim_audit"
"""Formula of the test; its `oldest` is how many reference years a figure may be older than the claim."""


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
    age: int | None = None
    """Reference years between the figure and the claim; None for a claim without a date, or without a figure."""


@dataclass(frozen=True)
class Series:
    """The figures of one basis that may test a claim in one scope, oldest first, or the reason why there are none."""

    basis: str
    rows: tuple[Row, ...] = ()
    why_not: str | None = None
    missing: list[str] | None = None
    constant: bool = False


@dataclass(frozen=True)
class ScopeFigures:
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


def series(
    claim: Row, *, bases: list[Row], held: ScopeFigures, computed_by: str | None, copy: Callable[[str], str]
) -> list[Series]:
    """Return the figures that may test a claim in one scope, one entry per basis that has any (at least one entry).

    Args:
        claim: Row of `core.claim`.
        bases: Rows of `core.indicator_basis` of the claim's indicator, the default basis first.
        held: Figures of the scope.
        computed_by: Ratio that computes the indicator for a corridor, if any.
        copy: Returns the identifier of an indicator or ratio in the claim's own selection.
    """
    measure = claim["measure"]
    if claim["basis"] is not None:
        bases = [b for b in bases if b["basis"] == claim["basis"]]
    default = bases[0]["basis"]
    if _is_part_year(claim, bases[0]):
        return [Series(default, why_not="part_year", missing=[])]
    if measure == "growth":
        return _growth(claim, bases=bases, held=held, copy=copy)
    if measure == "level" and computed_by and claim["basis"] is None:
        computed = _in_time(claim, bases[0], held.ratios.get(copy(computed_by), []))
        return (
            [computed]
            if computed.rows
            else _levels(claim, bases, held=held, copy=copy) or [Series(default, why_not="no_ratio")]
        )
    possible = [b for b in bases if b["kind"] == bases[0]["kind"] and _usable(b, claim)]
    if not possible:
        return [Series(default, why_not=NO_BASIS[measure])]
    rows_of = {
        "level": held.levels,
        "share_of_nation": held.nation,
        "share_of_world": held.world,
        "share_of_yrd": held.delta,
    }[measure]
    found = [_in_time(claim, b, rows_of.get((copy(b["indicator_id"]), b["basis"]), [])) for b in possible]
    return [s for s in found if s.rows] or [_why_none(claim, possible, held=held, copy=copy)]


def pick(claim: Row, by_scope: dict[str, Series], says: Callable[[Row], bool]) -> dict[str, Evidence]:
    """Return the evidence of every scope on one basis, all of the same period.

    Args:
        claim: Row of `core.claim`.
        by_scope: Figures of the basis, by scope.
        says: Whether a figure says anything of the claim.
    """
    days = {row["period_end"] for found in by_scope.values() for row in found.rows}
    day = _period(claim, sorted(days, reverse=True), by_scope=by_scope, says=says) if days else None
    evidence = {}
    for scope, found in by_scope.items():
        row = next((r for r in found.rows if r["period_end"] == day), None)
        if row is None:
            why = found.why_not or ("other_period" if day and found.rows else "no_member")
            evidence[scope] = Evidence(found.basis, why_not=why, missing=found.missing)
            continue
        evidence[scope] = Evidence(
            found.basis,
            row=row,
            missing=row.get("members_missing") or [],
            constant=found.constant,
            age=_age(claim, row["period_end"]),
        )
    return evidence


def is_outdated(evidence: Evidence) -> bool:
    """Return whether a figure is too old for its claim; a constant serves every year."""
    return evidence.age is not None and evidence.age > parameters(FORMULA)["oldest"] and not evidence.constant


def _period(
    claim: Row, newest_first: list[dt.date], *, by_scope: dict[str, Series], says: Callable[[Row], bool]
) -> dt.date | None:
    """Return the period a claim is tested on. A level of one period says nothing of another that a claim names."""
    own: dt.date | None = claim["period_end"]
    if own is not None and own in newest_first:
        return own
    lasting = any(found.constant for found in by_scope.values())
    if claim["measure"] == "level" and own is not None and not lasting:
        return None
    oldest = parameters(FORMULA)["oldest"]
    recent = [day for day in newest_first if (_age(claim, day) or 0) <= oldest]
    for days in (recent, newest_first[len(recent) :]):
        for day in days:
            if any(row["period_end"] == day and says(row) for found in by_scope.values() for row in found.rows):
                return day
        if days:
            return days[0]
    return newest_first[0]


def _age(claim: Row, day: dt.date) -> int | None:
    until: dt.date | None = claim["tested_until"]
    return None if until is None else max(until.year - day.year, 0)


NO_BASIS: Final = {
    "level": "no_basis",
    "share_of_nation": "no_national_basis",
    "share_of_world": "no_world_basis",
    "share_of_yrd": "no_basis",
}
"""Why a claim cannot be tested when none of the indicator's bases is of use, by measure."""


def _levels(claim: Row, bases: list[Row], *, held: ScopeFigures, copy: Callable[[str], str]) -> list[Series]:
    found = [_in_time(claim, b, held.levels.get((copy(b["indicator_id"]), b["basis"]), [])) for b in bases]
    return [s for s in found if s.rows]


def _why_none(claim: Row, possible: list[Row], *, held: ScopeFigures, copy: Callable[[str], str]) -> Series:
    """Return why no figure tests a claim, with the members that do lack one where others report."""
    if claim["basis"] is not None:
        return Series(claim["basis"], why_not="other_basis", missing=[])
    if claim["measure"] != "level":
        for level in _levels(claim, possible, held=held, copy=copy):
            missing = level.rows[-1].get("members_missing") or []
            return Series(level.basis, why_not="no_reference", missing=missing)
    return Series(possible[0]["basis"], why_not="no_member")


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


def _in_time(claim: Row, basis: Row, rows: list[Row]) -> Series:
    """Return the figures of one basis that the claim can speak of; a year must be over when the claim is made."""
    if claim["period_end"] is None and claim["speaks_from"] is not None and basis["observed_over"] == "calendar_year":
        rows = [r for r in rows if r["period_end"] < claim["speaks_from"]]
    known = [r for r in rows if any(r[end] is not None for end in ("value", "low", "high"))]
    return Series(basis["basis"], rows=tuple(known), constant=basis["kind"] == "constant")


def _growth(claim: Row, *, bases: list[Row], held: ScopeFigures, copy: Callable[[str], str]) -> list[Series]:
    start, end = claim["period_start"], claim["period_end"]
    if start is None or end is None:
        return [Series(bases[0]["basis"], why_not="no_base_year", missing=[])]
    base_year = start.year if start.year < end.year else end.year - 1
    found = [
        Series(b["basis"], rows=rows)
        for b in bases
        if (
            rows := tuple(
                row
                for row in held.growth.get((copy(b["indicator_id"]), b["basis"], base_year), [])
                if row["year"] == end.year
            )
        )
    ]
    return found or [Series(bases[0]["basis"], why_not="no_member")]


def _is_part_year(claim: Row, basis: Row) -> bool:
    start, end = claim["period_start"], claim["period_end"]
    if start is None or end is None or basis["observed_over"] != "calendar_year":
        return False
    whole = (start.month, start.day) == (1, 1) and (end.month, end.day) == (12, 31)
    return not whole
