"""Sums of the tiers: the median, the votes of every indicator and year, and how often a tier stays."""

from __future__ import annotations

import math
from typing import Any, Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.terms import Term, median, n, plus, times
from g60_pipeline.report.story.working import Both, Case, Working
from g60_pipeline.report.words import interval, number

LEAST_INDICATORS: Final = 2
"""Indicators that have to say a tier in a year for the year to count among all years."""

TIERS: Final[dict[str, Both]] = {"core": ("core", "核心"), "second": ("second", "第二层"), "third": ("third", "第三层")}
"""Tiers in English and Chinese."""


def evidence(case: Case) -> Working:
    """Write `gradient_evidence`: the middle figure of the members and the ratio to it."""
    row, done = case.row, Working()
    beside = case.rows(
        """SELECT geo_code, value_low, value_high FROM metrics.gradient_evidence
           WHERE corridor_id = $corridor AND indicator_id = $indicator AND basis = $basis AND period_end = $day
             AND ratio_id IS NOT DISTINCT FROM CAST($ratio AS VARCHAR)
             AND denominator_basis IS NOT DISTINCT FROM CAST($below AS VARCHAR)
           ORDER BY geo_code""",
        corridor=row["corridor_id"],
        indicator=row["indicator_id"],
        basis=row["basis"],
        day=row["period_end"],
        ratio=row["ratio_id"],
        below=row["denominator_basis"],
    )
    if row["ratio_id"] is not None:
        done.rest_on(_ratio(case))
    low, high = ([r[f"value_{end}"] for r in beside] for end in ("low", "high"))
    done.add("median_low", median([n(v) for v in low]), row["median_low"])
    if low != high and all(v is not None for v in high):
        done.add("median_high", median([n(v) for v in high]), row["median_high"])
    if row["ratio"] is not None:
        done.add("ratio", n(row["value"]) / n(row["median_low"]), row["ratio"])
        return done
    for end, above, below in (
        ("low", row["value_low"], row["median_high"]),
        ("high", row["value_high"], row["median_low"]),
    ):
        if above is not None and below:
            done.add(f"ratio_{end}", n(above) / n(below), row[f"ratio_{end}"])
    return done


def _ratio(case: Case) -> list[tuple[Both, str]]:
    """Return the ratio of the member in `metrics.intensity`, which the row sets against the others."""
    row = case.row
    found = case.rows(
        """SELECT metric_id, name_en, name_zh, value, value_low, value_high FROM metrics.intensity
           WHERE ratio_id = $ratio AND geo_code = $place AND basis = $basis AND denominator_basis = $below
             AND period_end = $day""",
        ratio=row["ratio_id"],
        place=row["geo_code"],
        basis=row["basis"],
        below=row["denominator_basis"],
        day=row["period_end"],
    )
    told = [(r, interval(r["value"], r["value_low"], r["value_high"])) for r in found]
    return [((f"{r['name_en']}: {value}", f"{r['name_zh']}：{value}"), r["metric_id"]) for r, value in told]


def tier(case: Case) -> Working:
    """Write `gradient`: the votes, their count, and the mean ratio."""
    row, done = case.row, Working()
    judged = _votes(case)
    done.rest_on((_vote(r), r["metric_id"]) for r in judged)
    voting = [r for r in judged if r["tier"]]
    for name in TIERS:
        said = [n(1) for r in voting if r["tier"] == name]
        if said:
            done.add(f"says_{name}", plus(said), row[f"says_{name}"])
    if row["tier"] is None:
        return done
    ratios = [n(r["ratio"]) for r in voting if r["ratio"] is not None and r["ratio"] > 0]
    if row["score"] is not None and len(ratios) == len(voting):
        done.add("score", times(ratios) ** (n(1) / n(len(ratios))), row["score"])
    for name in TIERS:
        if row[f"says_{name}"] * 2 > len(voting):
            done.step("share_of_votes", n(row[f"says_{name}"]) / n(len(voting)), of=TIERS[name])
    return done


def stability(case: Case) -> Working:
    """Write `gradient_stability`: the trials in which the tier stays, and the votes they leave out."""
    row, done = case.row, Working()
    judged = [r for r in _votes(case) if r["tier"]]
    done.rest_on((_vote(r), r["metric_id"]) for r in judged)
    column = "measured" if row["left_out"] == "indicator" else "year"
    outcomes: dict[str, str] = {}
    for left in sorted({str(r[column]) for r in judged}):
        rest = [r["tier"] for r in judged if str(r[column]) != left]
        if rest:
            outcomes[left] = _tier_of(rest)
    kept: list[Term] = [n(found == row["tier"]) for found in outcomes.values()]
    done.add("kept", plus(kept), row["kept"])
    done.add("share_kept", n(row["kept"]) / n(row["trials"]), row["share_kept"])
    return done


def _tier_of(votes: list[str]) -> str:
    return next((name for name in TIERS if votes.count(name) * 2 > len(votes)), "mixed")


def _votes(case: Case) -> list[Row]:
    """Return what the indicators say of a member: of one year, or of the years in which enough of them say a tier."""
    row = case.row
    found = case.rows(
        """SELECT e.metric_id, coalesce(e.ratio_id, e.indicator_id) AS measured, e.year, e.value, e.value_low,
                  e.value_high, e.median_low, e.median_high, e.ratio, e.ratio_low, e.ratio_high, e.tier,
                  e.possible_tiers, coalesce(r.name_en, i.name_en) AS name_en,
                  coalesce(r.name_zh, i.name_zh) AS name_zh
           FROM metrics.gradient_evidence AS e JOIN core.indicator AS i USING (indicator_id)
           LEFT JOIN core.ratio AS r USING (ratio_id, denominator_basis)
           WHERE e.yardstick = $yardstick AND e.corridor_id = $corridor AND e.geo_code = $place
             AND (CAST($year AS INTEGER) IS NULL OR e.year = $year)
           ORDER BY e.year, measured""",
        yardstick=row["yardstick"],
        corridor=row["corridor_id"],
        place=row["geo_code"],
        year=row["year"],
    )
    if row["year"] is not None:
        return found
    saying: dict[int, set[str]] = {}
    for said in found:
        if said["tier"]:
            saying.setdefault(said["year"], set()).add(said["measured"])
    pooled = [r for r in found if len(saying.get(r["year"], ())) >= LEAST_INDICATORS]
    return pooled or found


def _vote(said: Row) -> Both:
    ratio = interval(said["ratio"], said["ratio_low"], said["ratio_high"])
    value = interval(said["value"], said["value_low"], said["value_high"])
    middle = _middle(said)
    may = said["possible_tiers"]
    tiers = [TIERS[name] for name in ([said["tier"]] if said["tier"] else may)]
    open_en, open_zh = ("", "") if said["tier"] else ("left open: ", "未定：")
    return (
        f"{said['year']}, {said['name_en']}: {value} against a median of {middle}, ratio {ratio}: "
        f"{open_en}{' or '.join(t[0] for t in tiers)}",
        f"{said['year']}年，{said['name_zh']}：{value}，中位数{middle}，比值{ratio}："
        f"{open_zh}{'或'.join(t[1] for t in tiers)}",
    )


def _middle(said: dict[str, Any]) -> str:
    low, high = said["median_low"], said["median_high"]
    if low is not None and high is not None and math.isclose(low, high):
        return number(low)
    return interval(None, low, high)
