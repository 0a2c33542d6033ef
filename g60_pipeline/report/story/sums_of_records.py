"""What stands behind a verdict on a claim and a place in the order of policies: the printed form, versions, dates."""

from __future__ import annotations

from typing import Any, Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.sums_of_shares import NATION, Ends, ends_of, growth, intensity
from g60_pipeline.report.story.terms import Term, n
from g60_pipeline.report.story.working import Case, Working, last_unit
from g60_pipeline.report.words import VOCABULARY, interval

ROUND_N: Final = 100
"""From here on an n that ends in 0 is taken as rounded to tens."""

_FIGURES: Final = {
    "level": ("corridor_total", "value"),
    "share_of_nation": ("national_share", "share"),
    "growth": ("growth", "value"),
}
"""Measure of a claim -> table its figure stands in, and its column there."""


_WRITERS: Final = {"growth": growth, "intensity": intensity}
"""Tables whose sums are those of the claim's figure."""


def claim(case: Case) -> Working:
    """Write `claim_audit`: our figure, what the printed form stands for, and the one held against the other."""
    row, done = case.row, Working()
    told = case.warehouse.one("FROM core.claim WHERE claim_id = $id", {"id": row["claim_id"]})
    _claimed(case, done, told)
    if row["value"] is None and row["value_low"] is None and row["value_high"] is None:
        return done
    _figure(case, done, told)
    figure = interval(row["value"], row["value_low"], row["value_high"])
    claimed = interval(None, row["claimed_low"], row["claimed_high"])
    word = row["verdict"]
    text = (
        f"{figure} against the claimed {claimed}: {word.replace('_', ' ')}",
        f"{figure}，所称区间{claimed}：{VOCABULARY.get(word, word)}",
    )
    done.rest_on([(text, None)])
    return done


def _claimed(case: Case, done: Working, told: Row) -> None:
    """Add the ends of the interval the printed form of a claim stands for."""
    row = case.row
    form = told["form"] if told["form"] in {"point", "more_than", "nearly"} else told["end_form"] or "point"
    low: Term
    high: Term
    if told["ratio_n"]:
        count = told["ratio_n"]
        half = n(5 if count >= ROUND_N and count % 10 == 0 else 0.5)
        whole = n(count)
        low = {"point": n(1) / (whole + half), "more_than": n(1) / whole, "nearly": n(1) / (whole + n(1))}[form]
        high = {"point": n(1) / (whole - half), "more_than": n(1) / (whole - n(1)), "nearly": n(1) / whole}[form]
    elif told["precision"] and form == "point":
        value, half = n(told["value"]), n(told["precision"]) / n(2)
        low, high = value - half, value + half
    else:
        value, step = n(told["value"]), n(last_unit(told["value"]))
        low, high = (value, value + step) if form == "more_than" else (value - step, value)
    factor = _factor(case, told)
    if factor.value != 1:
        low, high = low * factor, high * factor
    done.add("claimed_low", low, row["claimed_low"])
    done.add("claimed_high", high, row["claimed_high"])


def _factor(case: Case, told: Row) -> Term:
    sql = "SELECT unit, power_of_ten FROM core.unit WHERE unit = $one OR unit = $other"
    powers = {r["unit"]: r["power_of_ten"] for r in case.rows(sql, one=told["unit"], other=told["claimed_unit"])}
    return n(10.0 ** (powers[told["unit"]] - powers[told["claimed_unit"]]))


def _figure(case: Case, done: Working, told: Row) -> None:
    """Add how our figure is formed, with the metric row it stands in where there is one."""
    row, measure = case.row, told["measure"]
    table, column = _FIGURES.get(measure, ("", ""))
    for metric, name in ((table, column), ("intensity", "value")) if table else ():
        for found in _same(case, metric, name):
            text = (f"the figure is that of metrics.{metric}", f"所用数值见 metrics.{metric}")
            done.rest_on([(text, found["metric_id"])])
            writer = _WRITERS.get(metric)
            if writer is not None:
                done.sums += writer(Case(case.warehouse, metric, found, case.figures)).sums
                return
    if measure == "growth":
        return
    above = ends_of(case, case.entity, (row["indicator_id"], row["basis"]), day=row["period_end"])
    below = _whole(case, measure)
    for end, one, under in (
        ("value", above.value, below.value),
        ("value_low", above.low, below.high),
        ("value_high", above.high, below.low),
    ):
        if one is not None and (end == "value" or row["value"] is None) and (under is not None or measure == "level"):
            done.add(end, one if under is None else one / under, row[end])


def _whole(case: Case, measure: str) -> Ends:
    """Return what a share is taken of: China, the Delta or the world."""
    row = case.row
    basis = case.basis(row["indicator_id"], row["basis"])
    day: dict[str, Any] = {"day": row["period_end"]}
    if measure == "share_of_nation" and basis["national_basis"]:
        return ends_of(case, [NATION], (row["indicator_id"], basis["national_basis"]), **day)
    if measure == "share_of_world" and basis["world_basis"]:
        return ends_of(case, ["WLD"], (row["indicator_id"], basis["world_basis"]), **day)
    if measure == "share_of_yrd":
        delta = [code for code, place in case.places.items() if place["parent_code"] == "YRD"]
        return ends_of(case, delta, (row["indicator_id"], row["basis"]), **day)
    return Ends()


def _same(case: Case, metric: str, column: str) -> list[Row]:
    """Return the row of a metric whose figure is the one the claim is tested by."""
    row = case.row
    return case.rows(
        f"""FROM metrics.{metric}
            WHERE corridor_id IS NOT DISTINCT FROM $corridor AND geo_code IS NOT DISTINCT FROM $place
              AND period_end = $day AND list_sort(input_ids) = list_sort($ids)
              AND {column} IS NOT DISTINCT FROM CAST($value AS DOUBLE)
              AND {column}_low IS NOT DISTINCT FROM CAST($low AS DOUBLE) ORDER BY metric_id LIMIT 1""",
        corridor=row["corridor_id"],
        place=row["geo_code"],
        day=row["period_end"],
        ids=row["input_ids"],
        value=row["value"],
        low=row["value_low"],
    )
