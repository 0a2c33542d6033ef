"""The composite index: bounds, components, index. Its steps on plain numbers: `index_steps`; figures: `index_inputs`.

A city's year has an index where every component is stored, a year where enough cities have one. Nothing is imputed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import ANY_ROUND
from g60_pipeline.metrics.figures.total import metric_members
from g60_pipeline.metrics.index.contract import (
    AGGREGATIONS,
    DIMENSIONS,
    WEIGHTINGS,
    IndexBound,
    IndexComponent,
    IndexRobustness,
    InnovationIndex,
)
from g60_pipeline.metrics.index.edition import EQUAL, EVIDENCE, FORMULAS, City, Edition, editions
from g60_pipeline.metrics.index.index_inputs import index_inputs
from g60_pipeline.metrics.index.index_robustness import index_robustness
from g60_pipeline.metrics.index.index_steps import (
    aggregate,
    by_dimension,
    flat,
    ranks,
)
from g60_pipeline.normalize.reasons import Reason, reason_row

Row = dict[str, Any]


@metric(IndexBound, IndexComponent, InnovationIndex, IndexRobustness)
def composite_index(
    index_framework: pl.DataFrame, *, intensity: pl.DataFrame, figure: pl.DataFrame, corridor_member: pl.DataFrame
) -> tuple[pl.DataFrame, ...]:
    """Return bounds, components, index and robustness of every framework in every corridor."""
    found = editions(
        index_inputs(
            index_framework,
            intensity=intensity,
            observation=figure.filter(pl.col("round_group") == ANY_ROUND),
            members=metric_members(corridor_member),
        )
    )
    return index_bound(found), index_component(found), innovation_index(found), index_robustness(found)


def index_bound(found: list[Edition]) -> pl.DataFrame:
    """Return `metrics.index_bound`."""
    rows = [
        bound | _of(edition, "bound") | {"metric_id": edition.row_id("bound", component_id)}
        for edition in found
        for component_id, bound in edition.bounds.items()
    ]
    return frame_of(rows, IndexBound)


def index_component(found: list[Edition]) -> pl.DataFrame:
    """Return `metrics.index_component`."""
    rows = []
    for edition in found:
        for year, cities in edition.years.items():
            weights, complete = edition.weights(year), edition.complete(year)
            bounds = [edition.row_id("bound", name) for name in edition.components]
            figures = [city[name]["raw_id"] for city in complete.values() for name in edition.components]
            for code, city in cities.items():
                for component_id, row in city.items():
                    given = {
                        f"weight_{name}": by_name[component_id] if by_name and code in complete else None
                        for name, by_name in weights.items()
                    }
                    added = {
                        f"contribution_{name}": None if weight is None else weight * row["normalised"]
                        for name, weight in ((name, given[f"weight_{name}"]) for name in WEIGHTINGS)
                    }
                    made_of = [row["raw_id"], *bounds] if row["raw"] is not None else []
                    made_of += figures if given["weight_entropy"] is not None else []
                    lacking = ("not_held_that_year",) if row["raw"] is None else EQUAL
                    reason = lacking if row.get("normalised") is None else None
                    name = edition.row_id("component", code, year, component_id)
                    why = {"metric_id": name, "parent_ids": made_of} | reason_row(reason)
                    rows.append(row | given | added | _of(edition, "component") | why)
    return frame_of(rows, IndexComponent)


def innovation_index(found: list[Edition]) -> pl.DataFrame:
    """Return `metrics.innovation_index`, a row for every member and year, with an index or the reason for none."""
    return frame_of(
        [row for edition in found for year in edition.years for row in _year(edition, year)], InnovationIndex
    )


def _year(edition: Edition, year: int) -> Iterator[Row]:
    weights, values = edition.weights(year), edition.normalised(year)
    full = sum(all(row.get("normalised") is not None for row in city.values()) for city in edition.years[year].values())
    level = [name for name in edition.components if values and flat([city[name] for city in values.values()])]
    for weighting in WEIGHTINGS:
        for aggregation in AGGREGATIONS:
            chosen = weights[weighting]
            floor = parameters(FORMULAS["index"])["floor"] if aggregation == "geometric" else None
            scores = {code: aggregate(city, chosen, floor=floor) for code, city in values.items() if chosen is not None}
            place = ranks(scores)
            unranked = edition.without(scores, year)
            behind = _all_of(values, edition.years[year]) if weighting == "entropy" else {}
            parts = {
                code: by_dimension(city, chosen, dimensions=edition.components, floor=floor)
                for code, city in values.items()
                if chosen is not None
            }
            for code, city in edition.years[year].items():
                missing = [name for name, row in city.items() if row.get("normalised") is None]
                yield (
                    _of(edition, "index")
                    | {
                        "metric_id": edition.row_id("index", code, year, weighting, aggregation),
                        "parent_ids": [edition.row_id("component", code, year, name) for name in edition.components],
                        "geo_code": code,
                        "year": year,
                        "weighting": weighting,
                        "aggregation": aggregation,
                        "value": scores.get(code),
                        "rank": None if unranked else place.get(code),
                        "rank_low": place.get(code),
                        "rank_high": place[code] + len(unranked) if code in place else None,
                        "cities": full,
                        "members_expected": len(edition.years[year]),
                        "members_missing": unranked,
                        "components_used": len(city) - len(missing),
                        "components_expected": len(city),
                        "missing": missing,
                        "without_spread": level if code in scores else [],
                    }
                    | reason_row(None if code in scores else _why(edition, missing, full))
                    | {f"dimension_{name}": parts.get(code, {}).get(name) for name in DIMENSIONS}
                    | {name: sorted({*_all(city, name), *behind.get(name, ())}) for name in EVIDENCE}
                )


def _all_of(ranked: Iterable[str], cities: dict[str, City]) -> dict[str, list[str]]:
    """Return what the entropy weights of a year rest on: the figures of every ranked city."""
    return {name: sorted({item for code in ranked for item in _all(cities[code], name)}) for name in EVIDENCE}


def _why(edition: Edition, missing: list[str], full: int) -> Reason:
    if missing:
        return "missing_components", " ".join(missing)
    if full < edition.least_cities:
        return "too_few_cities", str(full), str(edition.least_cities)
    return ("no_entropy_weights",)


def _of(edition: Edition, table: str) -> Row:
    return {
        "framework_id": edition.framework_id,
        "corridor_id": edition.corridor_id,
        "edition": edition.name,
        "formula_id": FORMULAS[table],
    }


def _all(city: City, name: str) -> list[str]:
    return sorted({item for row in city.values() for item in row[name]})
