"""Concentration of indicators on the members of a corridor, by year. Which measures: `concentration_kernel`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.concentration import inequality_measures as measures
from g60_pipeline.metrics.concentration.concentration_kernel import PLAIN, SPLIT, WEIGHTED
from g60_pipeline.metrics.engine.contract import Metric, WithinEnds
from g60_pipeline.metrics.engine.frames import frame_of, province_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.figures.member_figures import member_figures
from g60_pipeline.normalize.reasons import Reason, reason_row

TABLE: Final = "concentration"
POPULATION: Final = ("population_resident", "resident_year_end")
"""Indicator and basis of the weights."""

FORMULAS: Final = {
    "hhi": "concentration_hhi",
    "hhi_normalised": "concentration_hhi",
    "cr1": "concentration_ratio",
    "cr4": "concentration_ratio",
    "gini": "concentration_gini",
    "gini_corrected": "concentration_gini",
    "cv": "concentration_cv",
    "theil": "concentration_theil",
    "hoover": "concentration_hoover",
    "theil_weighted": "concentration_theil_weighted",
    "theil_within": "concentration_theil_weighted",
    "theil_between": "concentration_theil_weighted",
    "williamson_cv": "concentration_williamson",
}
"""Formula of each measure."""

_SERIES: Final = ("corridor_id", "indicator_id", "basis", "period_kind", "period_end", "year")
Row = dict[str, Any]
Ends = tuple[float | None, float | None]


class Concentration(Metric, WithinEnds):
    """How an indicator is spread over the members of a corridor in one year, one row per measure.

    The first eight look at the members' shares of the corridor alone; the others set them against the shares of the
    population of the same year. Theil's T with these weights splits into a part between the provinces the members lie
    in and a part within them. A value needs the exact figure of every member. With fewer the ends say between
    what the measure must lie, from what a province has beyond its reporting members; they are safe, not narrow, and
    missing where over twelve members are open.
    """

    measure = c.one_of(tuple(FORMULAS), "What is measured.")
    value = c.number("The measure; shares count from 0 to 1.", "measure", answer=True)
    value_low = c.number("Smallest value the figures allow.", "measure")
    value_high = c.number("Largest value the figures allow.", "measure")
    provinces = c.words("Provinces the split is made by.", references="core.geography.geo_code")
    members_reporting = c.count("Members with an exact figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without an exact figure.", references="core.geography.geo_code")
    reason_code, reason_args = c.reasons(
        ("no_exact_figure", "zero_sum", "no_population", "one_province"), "Why there is no value."
    )


@dataclass(frozen=True)
class Weights:
    """Population of every member of a corridor in one year."""

    people: dict[str, float]
    flags: list[str]
    input_ids: list[str]
    parent_ids: list[str]


@metric(Concentration)
def concentration(
    total: pl.DataFrame, figure: pl.DataFrame, *, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.concentration`; Theil's T is split by the provinces the members lie in."""
    member_figure = member_figures(total, figure, indicator_basis=indicator_basis)
    weights = _weights(member_figure)
    province = dict(province_of(geography).select("geo_code", "group_code").iter_rows())
    rows: list[Row] = []
    for key, group in member_figure.sort(*_SERIES, "geo_code").partition_by(_SERIES, as_dict=True).items():
        label = dict(zip(_SERIES, key, strict=True))
        people = weights.get((label["corridor_id"], label["year"]))
        cities = group.to_dicts()
        rows += _rows(label, cities, people, province=province)
    return frame_of(rows, Concentration)


def _weights(member_figure: pl.DataFrame) -> dict[tuple[str, int], Weights]:
    """Return the population by corridor and year, where every member has an exact figure above zero."""
    held = member_figure.filter((pl.col("indicator_id") == POPULATION[0]) & (pl.col("basis") == POPULATION[1]))
    found = {}
    for (corridor_id, year), group in held.partition_by("corridor_id", "year", as_dict=True).items():
        people = dict(group.select("geo_code", "value").iter_rows())
        if all(value is not None and value > 0 for value in people.values()):
            parents = group.sort("geo_code")["parent_ids"].list.first().to_list()
            found[str(corridor_id), int(year)] = Weights(
                people, _all(group["flags"]), _all(group["input_ids"]), parents
            )
    return found


def _rows(label: Row, cities: list[Row], weights: Weights | None, *, province: dict[str, str]) -> Iterator[Row]:
    codes = [city["geo_code"] for city in cities]
    missing = [city["geo_code"] for city in cities if city["value"] is None]
    exact = None if missing else measures.shares([city["value"] for city in cities])
    lacking: Reason = ("no_exact_figure", " ".join(missing)) if missing else ("zero_sum",)
    mixed = ["mixed_vintage"] if cities[0]["mixed"] else []
    plain = label | {
        "geo_code": None,
        "unit": "ratio",
        "flags": sorted({*mixed, *(f for city in cities for f in city["flags"])}),
        "input_ids": sorted({i for city in cities for i in city["input_ids"]}),
        "parent_ids": list(dict.fromkeys(name for city in cities for name in city["parent_ids"])),
        "provinces": [],
        "members_reporting": len(cities) - len(missing),
        "members_expected": len(cities),
        "members_missing": missing,
    }

    def row(measure: str, value: float | None, *, ends: Ends = (None, None), why: Reason, more: Row = plain) -> Row:
        return more | {
            "metric_id": f"{TABLE}:{measure}:{label['corridor_id']}:{label['indicator_id']}:{label['basis']}:"
            f"{label['period_end']}",
            "measure": measure,
            "value": value,
            "value_low": ends[0],
            "value_high": ends[1],
            "formula_id": FORMULAS[measure],
            **reason_row(why if value is None else None),
        }

    equal = [1 / len(cities)] * len(cities)
    for name, measure in PLAIN.items():
        value = float(measure(exact, equal)) if exact else None
        yield row(name, value, ends=_ends(measure, value, cities=cities, p=equal), why=lacking)
    if (label["indicator_id"], label["basis"]) == POPULATION:
        return
    if weights is None:
        for name in WEIGHTED:
            yield row(name, None, why=("no_population",) if exact else lacking)
        return
    p = measures.shares([weights.people[code] for code in codes]) or []
    with_people = plain | {
        "flags": sorted({*plain["flags"], *weights.flags}),
        "input_ids": sorted({*plain["input_ids"], *weights.input_ids}),
        "parent_ids": [*plain["parent_ids"], *weights.parent_ids],
    }
    for name, measure in WEIGHTED.items():
        value = float(measure(exact, p)) if exact else None
        yield row(name, value, ends=_ends(measure, value, cities=cities, p=p), why=lacking, more=with_people)
    groups = [province[code] for code in codes]
    divided = len(set(groups)) > 1
    parts = measures.split(exact, p, groups) if exact and divided else (None, None)
    why = lacking if not exact else ("one_province",)
    split = with_people | {"provinces": sorted(set(groups))}
    for name, part in zip(SPLIT, parts, strict=True):
        yield row(name, part, ends=(part, part), why=why, more=split)


def _ends(measure: measures.Measure, value: float | None, *, cities: list[Row], p: list[float]) -> Ends:
    if value is not None:
        return value, value
    return measures.ends(measure, low=[c["low"] for c in cities], high=[c["high"] for c in cities], weights=p)


def _all(column: pl.Series) -> list[str]:
    return sorted({item for items in column.to_list() for item in items})
