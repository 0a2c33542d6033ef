"""What a claim means, and the figure that tests it, from the numbers the row of the audit names. No frames.

    printed 1/24                         ->   claimed_low 1 / 24.5, claimed_high 1 / 23.5
    values 4, 64 over 1,000 (share)      ->   numerator 4 + 64 = 68, value 68 / 1,000

The formula of the figure, a row of `core.formula` for a total, share, growth or ratio, is part of the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from g60_pipeline.metrics.engine.expression import Step, constants
from g60_pipeline.metrics.engine.interval import ROW, Interval
from g60_pipeline.metrics.engine.traced import Number, TracedNumber, total
from g60_pipeline.normalize.printed import stands_for

Row = Mapping[str, Any]

SIDES: Final = ("numerator", "denominator")
"""What the columns of the numbers above and below the line begin with."""

ENDS: Final = {"": "values", "_low": "lows", "_high": "highs"}
"""What an end is called, and what the column of the numbers it is the sum of ends in."""


def claim_audit(row: Row, _: Sequence[Row], step: Any) -> dict[str, Any]:
    """Return the figure that tests a claim with its ends, and the interval the claim means."""
    n = row["printed_n"]
    claimed = stands_for(
        row["printed_value"],
        n=None if n is None else TracedNumber(n),
        precision=row["printed_precision"],
        form=row["printed_form"],
        factor=float(row["printed_factor"]),
    )
    return {"value": _figure(row, step), "claimed_low": claimed.low, "claimed_high": claimed.high}


def _figure(row: Row, step: Any) -> Interval:
    formula = row.get("figure_formula")
    if not formula or not formula["operands"]:
        return Interval(*(_sum(row, SIDES[0], end) for end in ENDS))
    sides = zip(formula["operands"], SIDES, strict=True)
    known = {name: _side(row, side, name=name, step=step) for name, side in sides}
    quotient = Step.read(formula["steps"][0], constants(formula["parameters"]))
    return quotient.of(known | {"scale": Interval.exactly(row["scale"])}, ROW)


def _side(row: Row, side: str, *, name: str, step: Any) -> Interval:
    """Return one side of a quotient; a sum of several numbers is a result of its own."""
    value, low, high = (
        step(f"{name}{end}", _sum(row, side, end)) if len(row[f"{side}_{column}"]) > 1 else _sum(row, side, end)
        for end, column in ENDS.items()
    )
    own = {end: bool(row[f"{side}_{end}"]) or value is None for end in ("lows", "highs")}
    return Interval(value, low if own["lows"] else value, high if own["highs"] else value)


def _sum(row: Row, side: str, end: str) -> Number | None:
    """Return an end of a side; ends that are the value itself have no numbers of their own."""
    addends = row[f"{side}_{ENDS[end]}"] or row[f"{side}_values"]
    return total(addends) if addends else None
