"""Places side by side: for each indicator figures of one year, per head, rank among the members, part of the corridor.

Figures, figures per head and parts are rows of metrics, named by `metric_id`, `per_10k_id` and `part_id`, which `g60
explain` leads back; a rank is only the order of the figures of the members, and no number of the warehouse. A figure
is an interval here as everywhere: what is only bounded, estimated, on another basis or of another year is named as
that, and a rank that the figures leave open is a range. Nothing is filled in. Per head and part take all their figures
from one revision round: where that is not the one of the value beside them, the figure they are of is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from g60_pipeline.errors import UsageError
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.reader.names import OFFICIAL, find_corridor, find_indicator, find_place, members
from g60_pipeline.report import indicator_rows

Availability = Literal["value", "bound_only", "estimate", "other_basis", "implied", "other_year", "nothing"]
"""What there is of a place: a value, a bound, an estimate of the source, a figure on another basis, an interval that
follows from what else is printed, a figure of another year, nothing."""

SHANGHAI: Final = "g60_shanghai"
SONGJIANG: Final = "310117"
"""District whose presence makes the official list the corridor that ranks and parts are of."""

_FIGURES: Final = """
SELECT geo_code, indicator_id, basis, period_kind, period_end, year, value, low, high, flags, input_ids, metric_id
FROM metrics.figure
WHERE indicator_id = $indicator AND basis = $basis AND round_group = 'any' AND annual
  AND list_contains($geos, geo_code)"""

_PER_HEAD: Final = """
SELECT i.geo_code, i.value, i.value_low, i.value_high, i.numerator, i.metric_id
FROM metrics.intensity AS i
WHERE i.indicator_id = $indicator AND i.basis = $basis AND i.year = $year AND list_contains($geos, i.geo_code)
  AND i.denominator_indicator_id = 'population_resident'
QUALIFY row_number() OVER (PARTITION BY i.geo_code ORDER BY i.period_end DESC) = 1"""

_PARTS: Final = """
SELECT geo_code, share, share_low, share_high, numerator, metric_id FROM metrics.member_share
WHERE reference_id = $corridor AND indicator_id = $indicator AND basis = $basis AND year = $year AND annual
QUALIFY row_number() OVER (PARTITION BY geo_code ORDER BY period_end DESC) = 1"""


@dataclass(frozen=True)
class Comparison:
    """What was found: the corridor that ranks and parts are of, and one row an indicator and place."""

    corridor: Row
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """Return it as one object."""
        return {"corridor": self.corridor["corridor_id"], "comparison": self.rows}


def compare(
    warehouse: Warehouse, places: Sequence[str], *, indicators: Sequence[str], corridor: str | None, year: int | None
) -> Comparison:
    """Return places side by side, all by any names; without places all members of the corridor.

    Without indicators it is those the gradient counts, and the residents. Without a year each indicator has the one in
    which most of the places have a value, of several the newest.

    Raises:
        UsageError: A place, indicator or corridor is not known, or only one place is named.
    """
    named = list({p["geo_code"]: p for p in (find_place(warehouse, name) for name in places)}.values())
    if len(named) == 1:
        raise UsageError.of("compare.one_place", named[0]["name_en"])
    official = SONGJIANG in {p["geo_code"] for p in named} or not named
    scope = find_corridor(warehouse, corridor or (OFFICIAL if official else SHANGHAI))
    inside = members(warehouse, [scope["corridor_id"]])
    found = [find_indicator(warehouse, name) for name in indicators or _counted(warehouse)]
    unique = {i["indicator_id"]: i for i in found}.values()
    rows = [
        row
        for indicator in unique
        for row in _rows(warehouse, indicator, named or inside, inside=inside, corridor=scope, year=year)
    ]
    held = {r["indicator_id"] for r in rows if r["held"] != "nothing"}
    return Comparison(scope, rows if indicators else [r for r in rows if r["indicator_id"] in held])


def _rows(
    warehouse: Warehouse, indicator: Row, places: list[Row], *, inside: list[Row], corridor: Row, year: int | None
) -> list[Row]:
    """Return the rows of one indicator: all places in one year."""
    codes, member_codes = [p["geo_code"] for p in places], [m["geo_code"] for m in inside]
    known = indicator_rows.bases(warehouse, indicator["indicator_id"], geo_codes=codes)
    basis = known[0]
    series = {"indicator": indicator["indicator_id"], "basis": basis["basis"]}
    figures = warehouse.rows(_FIGURES, series | {"geos": [*{*codes, *member_codes}]})
    others = indicator_rows.place_rows(warehouse, indicator, geo_codes=codes)
    of_year = year or _common_year(codes, figures, others)
    at = series | {"geos": [*{*codes, *member_codes}], "year": of_year}
    implied = indicator_rows.implied(warehouse, indicator, basis, geo_codes=at["geos"], year=of_year)
    per_head = {row["geo_code"]: row for row in warehouse.rows(_PER_HEAD, at)}
    of_corridor = series | {"corridor": corridor["corridor_id"], "year": of_year}
    parts = {row["geo_code"]: row for row in warehouse.rows(_PARTS, of_corridor)}
    own = {row["geo_code"]: row for row in figures if row["year"] == of_year}
    ends = {code: _ends(own.get(code) or implied.get(code)) for code in member_codes}
    rows = []
    for place in places:
        code = place["geo_code"]
        what = _held(code, own.get(code), others, implied=implied.get(code), basis=basis, year=of_year)
        head = per_head.get(code)
        is_own = what["held"] in {"value", "bound_only"} and code in ends
        rank = _ranks(code, ends) if is_own else (None, None)
        part = parts.get(code, {})
        rows.append(
            {
                **{name: indicator[name] for name in ("indicator_id", "name_en", "name_zh")},
                "basis": basis["basis"],
                "basis_en": basis["name_en"],
                "basis_zh": basis["name_zh"],
                **{name: basis[name] for name in ("unit", "symbol_en", "symbol_zh")},
                "year": of_year,
                "geo_code": code,
                "place_en": place["name_en"],
                "place_zh": place["short_zh"],
                **what,
                **{f"per_10k{end}": head and head[f"value{end}"] for end in ("", "_low", "_high")},
                "per_10k_of": head and head["numerator"],
                "per_10k_id": head and head["metric_id"],
                "rank_best": rank[0],
                "rank_worst": rank[1],
                "ranked": len(member_codes),
                "corridor_id": corridor["corridor_id"],
                "part": part.get("share"),
                "part_low": part.get("share_low"),
                "part_high": part.get("share_high"),
                "part_of": part.get("numerator"),
                "part_id": part.get("metric_id"),
            }
        )
    return rows


def _held(code: str, own: Row | None, others: list[Row], *, implied: Row | None, basis: Row, year: int | None) -> Row:
    """Return what there is of a place, the best first: see `Availability`."""
    of_place = [r for r in others if r["geo_code"] == code and r["period_kind"] != "part_year"]
    of_year = [r for r in of_place if r["year"] == year]
    estimates = [r for r in of_year if r["basis"] == basis["basis"]]
    other_bases = sorted(
        (r for r in of_year if r["basis"] != basis["basis"]), key=lambda r: (r["kind"] != basis["kind"], r["bound"])
    )
    other_years = [r for r in of_place if r["basis"] == basis["basis"]]
    held: Availability = "nothing"
    found: Row = {}
    if own is not None:
        held, found = ("value" if own["value"] is not None else "bound_only"), own
    elif estimates:
        held, found = "estimate", estimates[-1]
    elif other_bases and (implied is None or other_bases[0]["kind"] == basis["kind"]):
        held, found = "other_basis", other_bases[0]
    elif implied is not None:
        held, found = "implied", implied
    elif other_years:
        held, found = "other_year", max(other_years, key=lambda r: r["period_end"])
    named = held == "other_basis"
    return {
        "held": held,
        **{name: found.get(name) for name in ("period_end", "value", "low", "high")},
        "flags": found.get("flags") or [],
        "held_basis_en": found["basis_en"] if named else None,
        "held_basis_zh": found["basis_zh"] if named else None,
        "input_ids": found.get("input_ids") or ([found["observation_id"]] if "observation_id" in found else []),
        "metric_id": found.get("metric_id"),
    }


def _common_year(codes: Sequence[str], figures: list[Row], others: list[Row]) -> int | None:
    """Return the year in which most places have a value, else any figure; of several the newest."""
    valued: dict[int, set[str]] = {}
    for row in figures:
        if row["value"] is not None and row["geo_code"] in codes:
            valued.setdefault(row["year"], set()).add(row["geo_code"])
    for row in others if not valued else ():
        valued.setdefault(row["year"], set()).add(row["geo_code"])
    return max(valued, key=lambda year: (len(valued[year]), year), default=None)


def _ends(row: Row | None) -> tuple[float, float]:
    """Return between what the figure of a member lies."""
    if row is None:
        return (float("-inf"), float("inf"))
    low, high = row["low"], row["high"]
    return (float("-inf") if low is None else low, float("inf") if high is None else high)


def _ranks(code: str, ends: dict[str, tuple[float, float]]) -> tuple[int, int]:
    """Return the best and the worst rank a member may have, 1 for the largest."""
    low, high = ends[code]
    others = [interval for other, interval in ends.items() if other != code]
    return 1 + sum(o[0] > high for o in others), 1 + sum(o[1] > low for o in others)


def _counted(warehouse: Warehouse) -> list[str]:
    """Return the indicators that are compared where none is named."""
    names = warehouse.rows(
        """SELECT indicator_id FROM core.indicator WHERE counts_for_gradient OR indicator_id = 'population_resident'
           ORDER BY theme, indicator_id"""
    )
    return [row["indicator_id"] for row in names]
