"""The formula of a metric row with the numbers put in, so that a reader can do the sum again. Rows come from `story`.

Where a formula is too long to write out, the row's inputs stand below it and the formula's words say what was done.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from g60_pipeline.report.database import Row
from g60_pipeline.report.words import number

SUM_SHOWN: Final = 40
"""Summands that are written out at most."""


@dataclass(frozen=True)
class Sum:
    """One step of arithmetic: a template such as `{0} / {1}`, its numbers, and what comes out."""

    name: str
    template: str
    numbers: tuple[float, ...]
    result: float

    @property
    def expression(self) -> str:
        """Return the arithmetic with all digits."""
        return self.template.format(*(repr(n) for n in self.numbers))

    @property
    def shown(self) -> str:
        """Return the arithmetic as a reader likes it."""
        text = self.template.format(*(number(n) for n in self.numbers))
        return re.sub(r" \*\* ", "^", text).replace(" * ", " × ").replace(" / ", " ÷ ")

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"name": self.name, "expression": self.expression, "result": self.result}


def sums(metric: str, row: Row, *, inputs: Sequence[Row], beside: Mapping[str, Any]) -> list[Sum]:
    """Return the arithmetic of a metric row.

    Args:
        metric: Name of its table.
        row: The row.
        inputs: Figures it was computed from.
        beside: What else its table needs: `members`, `scale`, `bound`, `components`.
    """
    writer = _WRITERS.get(metric)
    return [s for s in writer(row, inputs, beside) if s is not None] if writer else []


Beside = Mapping[str, Any]
Found = list[Sum | None]


def _total(row: Row, inputs: Sequence[Row], beside: Beside) -> Found:
    of_members = [i for i in inputs if i["geo_code"] in beside["members"]]
    if not of_members or len(of_members) > SUM_SHOWN:
        return []
    values = tuple(float(i["value"]) for i in of_members)
    template = " + ".join(f"{{{n}}}" for n in range(len(values)))
    if row["value"] is not None:
        return [Sum("value", template, values, row["value"])]
    exact = [i for i in of_members if not {"lower_bound", "upper_bound"} & set(i["flags"])]
    told = tuple(float(i["value"]) for i in exact)
    adds_up = row["value_low"] is not None and math.isclose(math.fsum(told), row["value_low"], rel_tol=1e-9)
    template = " + ".join(f"{{{n}}}" for n in range(len(told)))
    return [Sum("value_low", template, told, row["value_low"])] if told and adds_up else []


def _share(row: Row, inputs: Sequence[Row], beside: Beside) -> Found:
    summed: Found = []
    if row["corridor_id"]:
        whole = {"value": row["numerator"], "value_low": row["numerator_low"]}
        added = _total(whole, [i for i in inputs if i["basis"] == row["basis"]], beside)
        summed = [None if s is None else replace(s, name=s.name.replace("value", "numerator")) for s in added]
    return [
        *summed,
        _quotient("share", row["numerator"], row["denominator"], outcome=row["share"]),
        *(
            _quotient(f"share_{end}", row[f"numerator_{end}"], row["denominator"], outcome=row[f"share_{end}"])
            for end in ("low", "high")
            if row["share"] is None
        ),
        Sum("one_in_n", "1 / {0}", (row["share"],), row["one_in_n"]) if row["one_in_n"] else None,
    ]


def _growth(row: Row, _: Sequence[Row], __: Beside) -> Found:
    if row["value"] is None:
        return []
    ends = (row["end_value"], row["base_value"])
    if row["measure"] == "cagr_since_2018":
        years = float(row["year"] - row["base_year"])
        return [Sum("value", "({0} / {1}) ** (1 / {2}) - 1", (*ends, years), row["value"])]
    return [Sum("value", "{0} / {1} - 1", ends, row["value"])]


def _intensity(row: Row, _: Sequence[Row], beside: Beside) -> Found:
    if row["value"] is None:
        return []
    numbers = (row["numerator"], row["denominator"], float(beside["scale"]))
    return [Sum("value", "{0} / {1} * {2}", numbers, row["value"])]


def _representation(row: Row, _: Sequence[Row], __: Beside) -> Found:
    return [_quotient("value", row["share"], row["weight_share"], outcome=row["value"])]


def _location_quotient(row: Row, _: Sequence[Row], __: Beside) -> Found:
    value, symmetric = row["value"], row["symmetric"]
    return [
        _quotient("value", row["share"], row["weight_share"], outcome=value),
        None if value is None else Sum("symmetric", "({0} - 1) / ({0} + 1)", (value,), symmetric),
    ]


def _concentration(row: Row, inputs: Sequence[Row], beside: Beside) -> Found:
    own = [i for i in inputs if i["geo_code"] in beside["members"] and i["indicator_id"] == row["indicator_id"]]
    values = tuple(sorted((float(i["value"]) for i in own), reverse=True))
    if row["value"] is None or len(values) != row["members_expected"]:
        return []
    every = " + ".join(f"{{{n}}}" for n in range(len(values)))
    if row["measure"] == "hhi":
        squares = " + ".join(f"{{{n}}} ** 2" for n in range(len(values)))
        return [Sum("value", f"({squares}) / ({every}) ** 2", values, row["value"])]
    if row["measure"] in {"cr1", "cr4"}:
        top = " + ".join(f"{{{n}}}" for n in range(int(row["measure"][2:])))
        return [Sum("value", f"({top}) / ({every})", values, row["value"])]
    return []


def _evidence(row: Row, _: Sequence[Row], __: Beside) -> Found:
    return [_quotient("ratio", row["value"], row["median_low"], outcome=row["ratio"])]


def _stability(row: Row, _: Sequence[Row], __: Beside) -> Found:
    return [_quotient("share_kept", float(row["kept"]), float(row["trials"]), outcome=row["share_kept"])]


def _differentiation(row: Row, _: Sequence[Row], __: Beside) -> Found:
    return [] if row["value"] is None else [Sum("hoover", "{0} / 2", (row["value"],), row["hoover"])]


def _decomposition(row: Row, _: Sequence[Row], __: Beside) -> Found:
    if row["contribution"] is None:
        return []
    ends = (row["end_value"], row["base_value"])
    parts = (row["contribution"], row["national_part"])
    national = parts[1] is not None
    return [
        Sum("contribution", "{0} - {1}", ends, row["contribution"]),
        Sum("differential_part", "{0} - {1}", parts, row["differential_part"]) if national else None,
    ]


def _component(row: Row, _: Sequence[Row], beside: Beside) -> Found:
    bound = beside["bound"]
    if row["normalised"] is None:
        return []
    numbers = (row["treated"], bound["low"], bound["high"])
    weight = row["weight_equal"]
    return [
        Sum("normalised", "({0} - {1}) / ({2} - {1})", numbers, row["normalised"]),
        None
        if weight is None
        else Sum("contribution_equal", "{0} * {1}", (weight, row["normalised"]), row["contribution_equal"]),
    ]


def _index(row: Row, _: Sequence[Row], beside: Beside) -> Found:
    parts = [c for c in beside["components"] if c[f"weight_{row['weighting']}"] is not None]
    if row["value"] is None or len(parts) != row["components_expected"]:
        return []
    numbers = tuple(n for c in parts for n in (c[f"weight_{row['weighting']}"], c["normalised"]))
    pairs = range(0, len(numbers), 2)
    if row["aggregation"] == "arithmetic":
        return [Sum("value", " + ".join(f"{{{n}}} * {{{n + 1}}}" for n in pairs), numbers, row["value"])]
    template = " * ".join(f"(0.01 + 0.99 * {{{n + 1}}}) ** {{{n}}}" for n in pairs)
    return [Sum("value", template, numbers, row["value"])]


def _copublication(row: Row, _: Sequence[Row], __: Beside) -> Found:
    if row["salton"] is None:
        return []
    joint = (float(row["joint_works"]), row["works_1"], row["works_2"])
    return [
        Sum("salton", "{0} / ({1} * {2}) ** 0.5", joint, row["salton"]),
        Sum("jaccard", "{0} / ({1} + {2} - {0})", joint, row["jaccard"]),
    ]


def _quotient(name: str, above: float | None, below: float | None, *, outcome: float | None) -> Sum | None:
    if above is None or below is None or outcome is None:
        return None
    return Sum(name, "{0} / {1}", (above, below), outcome)


_WRITERS: Final[dict[str, Callable[[Row, Sequence[Row], Beside], Found]]] = {
    "corridor_total": _total,
    "national_share": _share,
    "growth": _growth,
    "intensity": _intensity,
    "representation": _representation,
    "location_quotient": _location_quotient,
    "concentration": _concentration,
    "gradient_evidence": _evidence,
    "gradient_stability": _stability,
    "differentiation": _differentiation,
    "growth_decomposition": _decomposition,
    "index_component": _component,
    "innovation_index": _index,
    "copublication_similarity": _copublication,
}
