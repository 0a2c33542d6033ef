"""Sums of totals, shares, growth and ratios: from the figures of places to a value, or to the ends of its interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.terms import Term, most, n, plus
from g60_pipeline.report.story.working import BOUNDS, Both, Case, Series, Working, half_digit

NATION: Final = "100000"
CAGR: Final = "cagr_since_2018"


@dataclass(frozen=True)
class Ends:
    """A value or the ends it lies between, each written as it is formed; None where there is none."""

    value: Term | None = None
    low: Term | None = None
    high: Term | None = None


@dataclass(frozen=True)
class _Place:
    value: float | None
    low: float | None
    high: float | None
    slack: float | None

    @property
    def top(self) -> Term | None:
        if self.high is not None:
            return n(self.high)
        return n(self.low) + n(self.slack) if self.low is not None and self.slack is not None else None


def ends_of(case: Case, codes: list[str], series: Series, **when: Any) -> Ends:
    """Return how the figures of places make a total, and its ends where a figure is missing.

    Args:
        case: The row with its figures.
        codes: The places.
        series: Indicator and basis.
        when: `day` or `year` of the figures.
    """
    slack_basis = case.basis(*series)["slack_basis"]
    held = {code: _place(case, code, series, slack_basis=slack_basis, **when) for code in codes}
    if all(p.value is not None for p in held.values()):
        every = held.values()
        return Ends(*(_sum_of(getattr(p, end) for p in every) for end in ("value", "low", "high")))
    known = [n(p.low) for p in held.values() if p.low is not None]
    groups: dict[str, list[str]] = {}
    for code in codes:
        place = case.places[code]
        groups.setdefault(code if place["level"] == "province" else place["parent_code"], []).append(code)
    tops = []
    for province, inside in groups.items():
        cap = None if inside == [province] else _place(case, province, series, **when).top
        tops.append(_top([held[code] for code in inside], cap))
    whole = [top for top in tops if top is not None]
    return Ends(low=plus(known) if known else None, high=plus(whole) if len(whole) == len(tops) else None)


def _place(case: Case, code: str, series: Series, *, slack_basis: str | None = None, **when: Any) -> _Place:
    found = {
        flag: next((float(f["value"]) for f in case.held(code, series, **when) if flag in f["flags"]), None)
        for flag in BOUNDS
    }
    exact = case.exact_row(code, series, **when)
    if exact is not None:
        value, half = float(exact["value"]), half_digit(exact)
        return _Place(value, value - half, value + half, None)
    parent = case.places[code]["parent_code"]
    slack = case.exact(parent, (series[0], slack_basis), **when) if slack_basis and parent else None
    return _Place(None, found["lower_bound"], found["upper_bound"], slack)


def _top(places: list[_Place], cap: Term | None) -> Term | None:
    """Return the most the places of one province can have: what they are known to, or what the province has."""
    if all(p.value is not None for p in places):
        return _sum_of(p.high for p in places)
    open_above = [p for p in places if p.high is None]
    own = None
    if all(p.top is not None for p in places):
        parts = [n(p.low if p.high is None else p.high) for p in places if (p.low, p.high) != (None, None)]  # type: ignore[arg-type]  # one of the two is held
        slacks = [p.slack for p in open_above if p.slack is not None]
        own = plus([*parts, n(max(slacks))]) if slacks else plus(parts)
    least_sum = plus([n(p.low) for p in places if p.low is not None])
    capped = None if cap is None else cap if cap.value >= least_sum.value else most([cap, least_sum])
    if capped is not None and (own is None or capped.value < own.value):
        return capped
    return own


def _sum_of(numbers: Iterable[float | None]) -> Term:
    return plus([n(x) for x in numbers if x is not None])


def _open(row: Row, name: str, end: str) -> bool:
    """Return whether an end of a number differs from it: there is no number, or it is made of rounded ones."""
    return bool(row[name] is None or row[f"{name}_{end}"] != row[name])


def growth(case: Case) -> Working:
    """Write `growth`."""
    row, done = case.row, Working()
    years = n(row["year"] - row["base_year"])

    def rate(end: Term, base: Term) -> Term:
        ratio = end / base
        return (ratio ** (n(1) / years) if row["measure"] == CAGR else ratio) - n(1)

    if row["value"] is not None:
        done.add("value", rate(n(row["end_value"]), n(row["base_value"])), row["value"])
        if not (_open(row, "value", "low") or _open(row, "value", "high")):
            return done
    if row["value_low"] is None and row["value_high"] is None:
        return done
    series = (row["indicator_id"], row["basis"])
    last = ends_of(case, case.entity, series, day=row["period_end"])
    first = ends_of(case, case.entity, series, day=_years_before(row["period_end"], row["base_year"]))
    _apart(done, "end_value", last)
    _apart(done, "base_value", first)
    for end, above, below in (("low", last.low, first.high), ("high", last.high, first.low)):
        if above is not None and below is not None and below.value > 0:
            done.add(f"value_{end}", rate(n(above.value), n(below.value)), row[f"value_{end}"])
    return done


def _years_before(day: dt.date, year: int) -> dt.date:
    ends_month = (day + dt.timedelta(days=1)).month != day.month
    if not ends_month:
        return day.replace(year=year)
    following = dt.date(year + day.month // 12, day.month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _apart(done: Working, name: str, ends: Ends, *, of: Both = ("", "")) -> None:
    """Add what the ends of a figure are made of, where they are made of several."""
    if ends.value is not None and ends.value.operation:
        done.step(name, ends.value, of=of)
    if _exact(ends):
        return
    for end, term in (("low", ends.low), ("high", ends.high)):
        if term is not None and term.operation:
            done.step(f"{name}_{end}", term, of=of)


def _exact(ends: Ends) -> bool:
    return ends.value is not None and {ends.value.value} == {t.value for t in (ends.low, ends.high) if t is not None}


def intensity(case: Case) -> Working:
    """Write `intensity`."""
    row, done = case.row, Working()
    sql = "SELECT scale FROM core.ratio WHERE ratio_id = $id LIMIT 1"
    scale = n(case.warehouse.one(sql, {"id": row["ratio_id"]})["scale"])
    above = ends_of(case, case.entity, (row["indicator_id"], row["basis"]), day=row["period_end"])
    below_series = (row["denominator_indicator_id"], row["denominator_basis"])
    below = ends_of(case, case.entity, below_series, year=row["year"])

    def ratio(one: Term, other: Term) -> Term:
        return one / other if scale.value == 1 else one / other * scale

    if row["value"] is not None:
        if len(case.entity) > 1:
            done.add("numerator", above.value, row["numerator"])
            done.add("denominator", below.value, row["denominator"])
        done.add("value", ratio(n(row["numerator"]), n(row["denominator"])), row["value"])
        if not (_open(row, "value", "low") or _open(row, "value", "high")):
            return done
    _apart(done, "numerator", above)
    _apart(done, "denominator", below)
    for end, top, under in (("low", above.low, below.high), ("high", above.high, below.low)):
        if top is not None and under is not None and under.value > 0:
            done.add(f"value_{end}", ratio(n(top.value), n(under.value)), row[f"value_{end}"])
    return done
