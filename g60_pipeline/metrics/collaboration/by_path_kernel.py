"""How many events a path has, and what the amounts they print come to. Plain arithmetic, no frames.

Amounts of 5 and "more than 2", and of a larger place 4 that only may be of the place:

    value –, value_low max(5, 2), value_high –: "more than" is open above

One amount may contain another (a running total, an issue and its registration), which documents do not say. So there
is a value only where a single amount enters; several come to something between the largest of them and their sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from g60_pipeline.metrics.engine.interval import Interval
from g60_pipeline.metrics.engine.traced import Number, TracedNumber, largest, total

Row = Mapping[str, Any]

EXACT: Final = ("point", "about")
CAPPED: Final = ("nearly", "at_most")
OPEN: Final = ("more_than",)
"""Wordings of amounts: exact ones, those that give an upper end, and those that give a lower end only."""

LEFT_OUT: Final = "left_out"
"""Stands for the wording of an amount that does not enter: a target, one of a plan, one without a wording."""


def collaboration_by_path(row: Row, _: Sequence[Row] = (), __: Any = None) -> dict[str, Any]:
    """Return the number of events with its ends, or what the amounts of one kind and unit come to."""
    return counted(row) if row["kind"] is None else amounts(row)


def counted(row: Row) -> dict[str, Number | None]:
    """Return the events that name the place, and with those that only may be its own."""
    low = total(TracedNumber(count) for count in row["year_counts"])
    known, undecided = float(low), len(row["undecided_ids"])
    return {"events_low": low, "events": known, "events_high": TracedNumber(known) + undecided if undecided else None}


def amounts(row: Row) -> dict[str, Any]:
    """Return what the amounts of a row come to, and their plain sum."""
    printed = zip(row["printed_amounts"], row["amount_shifts"], row["amount_forms"], strict=True)
    every = [(_shifted(amount, shift), form) for amount, shift, form in printed]
    certain = [(amount, form) for amount, form in every[: len(row["event_ids"])] if form != LEFT_OUT]
    entering = [(amount, form) for amount, form in every if form != LEFT_OUT]
    exact = [amount for amount, form in certain if form in EXACT]
    lows = [low for amount, form in certain if (low := _low(amount, form)) is not None]
    highs = [amount for amount, form in entering if form not in OPEN]
    complete = bool(certain) and len(exact) == len(certain)
    value = exact[0] if complete and len(certain) == 1 else None
    high = total(highs) if highs and len(highs) == len(entering) else None
    return {
        "value": Interval(value, largest(lows) if lows else None, high),
        "amount_sum": total(exact) if complete else None,
    }


def _low(amount: Number, form: str) -> Number | None:
    if form in CAPPED:
        return 0.0 if amount >= 0 else None
    return amount


def _shifted(amount: Number, shift: int) -> Number:
    """Return an amount in the unit of its row: divided by ten to the power of the shift."""
    if shift == 0:
        return amount
    return amount / 10.0**shift if shift > 0 else amount * 10.0**-shift
