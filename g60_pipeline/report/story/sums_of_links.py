"""Sums of collaboration: events and amounts by path, weights of links, measures of the network, joint publications."""

from __future__ import annotations

from collections import Counter
from typing import Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.story.terms import Term, most, n, plus
from g60_pipeline.report.story.working import Both, Case, Working

NO_AMOUNT: Final[Both] = (
    "No amount of a certain event enters: those printed are targets, or of events that only may be of the place.",
    "没有可计入的金额：所印金额为目标值，或属于仅可能与该地有关的事件。",
)

EXACT: Final = ("point", "about")
CAPPED: Final = ("nearly", "at_most")
"""Wordings of amounts: exact ones, and those that give an upper end only."""


def by_path(case: Case) -> Working:
    """Write `collaboration_by_path`: events by year, or what the amounts come to."""
    row, done = case.row, Working()
    events = case.rows(
        """SELECT e.event_id, e.year, e.amount, e.amount_form,
                  power(10::DOUBLE, p.power_of_ten - u.power_of_ten) AS factor
           FROM core.collaboration AS e LEFT JOIN core.unit AS p ON p.unit = e.amount_unit
           LEFT JOIN core.unit AS u ON u.unit = CAST($unit AS VARCHAR)
           WHERE list_contains($ids, e.event_id) ORDER BY e.event_id""",
        ids=[*row["event_ids"], *row["undecided_ids"]],
        unit=row["unit"],
    )
    certain = [e for e in events if e["event_id"] in row["event_ids"]]
    if row["kind"] is not None:
        _amounts(done, row, events=events, certain=certain)
        if not done.sums:
            done.unwritten = NO_AMOUNT
        return done
    counts = Counter(e["year"] or 0 for e in certain)
    by_year = plus([n(counts[year]) for year in sorted(counts, key=lambda year: year or 9999)])
    done.add("events_low", by_year, row["events_low"])
    if row["events_high"] != row["events_low"]:
        done.add("events_high", n(row["events_low"]) + n(len(row["undecided_ids"])), row["events_high"])
    else:
        done.add("events", n(len(certain)), row["events"])
    return done


def _amounts(done: Working, row: Row, *, events: list[Row], certain: list[Row]) -> None:
    exact = [_amount(e) for e in certain if e["amount_form"] in EXACT]
    lows = [n(0) if e["amount_form"] in CAPPED else _amount(e) for e in certain if e["amount_form"] != "target"]
    highs = [_amount(e) for e in events if e["amount_form"] in (*EXACT, *CAPPED)]
    if row["value"] is not None and exact:
        done.add("value", exact[0], row["value"])
    if lows and row["value"] is None:
        done.add("value_low", most(lows) if len(lows) > 1 else lows[0], row["value_low"])
    if exact and row["value"] is None:
        done.add("amount_sum", plus(exact), row["amount_sum"])
    if highs and row["value"] is None:
        done.add("value_high", plus(highs), row["value_high"])


def _amount(event: Row) -> Term:
    """Return the amount of an event in the unit of the row."""
    amount, factor = n(event["amount"]), event["factor"]
    if factor is None or factor == 1:
        return amount
    return amount * n(factor) if factor > 1 else amount / n(round(1 / factor))
