"""The composite index: bounds, components, index. Its steps on plain numbers: `index_steps`; figures: `index_inputs`.

A city's year has an index where every component is held, a year where enough cities have one. Nothing is imputed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.index import (
    AGGREGATIONS,
    DIMENSIONS,
    WEIGHTINGS,
    IndexBound,
    IndexComponentValue,
    InnovationIndex,
)
from g60_pipeline.metrics.common import frame_of
from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.index_steps import (
    Treated,
    aggregate,
    by_dimension,
    entropy_weights,
    equal_weights,
    flat,
    min_max,
    ranks,
    treat,
    treated,
)
from g60_pipeline.normalize.reasons import Reason, reason_row

FORMULAS: Final = {"bound": "index_bound", "component": "index_component", "index": "innovation_index"}
"""Formula of each table."""

EVIDENCE: Final = ("flags", "input_ids")
"""What a row takes over from the figures it rests on."""

EQUAL: Final = ("equal_figures",)
"""Reason where a component has figures and its bounds no room between them."""

Row = dict[str, Any]
City = dict[str, Row]
"""Component -> its row, for one city and year."""


@dataclass
class Edition:
    """One framework in one corridor: figures, bounds, and for each year the cities that have every component."""

    framework_id: str
    corridor_id: str
    rows: list[Row]
    bounds: dict[str, Row] = field(default_factory=dict)
    years: dict[int, dict[str, City]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Treat outliers, take bounds, normalise."""
        limits = parameters(FORMULAS["bound"])
        for component_id in self.components:
            held = [row for row in self.rows if row["component_id"] == component_id and row["raw"] is not None]
            found = treat([row["raw"] for row in held], limits)
            bound = _bound(component_id, found, held=held) | {"dimension": self.components[component_id]}
            self.bounds[component_id] = bound
            for row in held:
                value = treated(row["raw"], {**bound, **limits})
                row |= {"treated": value, "normalised": min_max(value, bound["low"], bound["high"])}
        for row in self.rows:
            self.years.setdefault(row["year"], {}).setdefault(row["geo_code"], {})[row["component_id"]] = row

    @property
    def components(self) -> dict[str, str]:
        """Return component -> dimension, in order."""
        return {row["component_id"]: row["dimension"] for row in sorted(self.rows, key=lambda row: row["position"])}

    @property
    def name(self) -> str:
        """Return framework, version and a hash of the bounds."""
        told = {name: [bound["low"], bound["high"], bound["treatment"]] for name, bound in self.bounds.items()}
        digest = hashlib.sha256(json.dumps([self.corridor_id, told]).encode()).hexdigest()[:8]
        return f"{self.framework_id} {self.rows[0]['version']} {digest}"

    @property
    def least_cities(self) -> int:
        """Return how many cities a year needs."""
        return int(self.rows[0]["least_cities"])

    def row_id(self, table: str, *what: str | int) -> str:
        """Return the identifier of a row of one of the tables of `FORMULAS`."""
        return ":".join(map(str, (FORMULAS[table], self.framework_id, self.corridor_id, *what)))

    def complete(self, year: int) -> dict[str, City]:
        """Return the cities of a year that have every component, normalised; none where they are too few."""
        full = {
            code: city
            for code, city in self.years[year].items()
            if all(row.get("normalised") is not None for row in city.values())
        }
        return full if len(full) >= self.least_cities else {}

    def normalised(self, year: int) -> dict[str, dict[str, float]]:
        """Return city -> component -> normalised value, of the complete cities of a year."""
        return {
            code: {name: float(city[name]["normalised"]) for name in self.components}
            for code, city in self.complete(year).items()
        }

    def without(self, ranked: Iterable[str], year: int) -> list[str]:
        """Return the members of a year that are not among the ranked ones."""
        return sorted(self.years[year].keys() - set(ranked))

    def weights(self, year: int) -> dict[str, dict[str, float] | None]:
        """Return the weights of a year by weighting; entropy weights are None where nothing varies."""
        values = self.normalised(year)
        columns = {name: [city[name] for city in values.values()] for name in self.components}
        return {"equal": equal_weights(self.components), "entropy": entropy_weights(columns) if values else None}


def editions(inputs: pl.DataFrame) -> list[Edition]:
    """Return every framework in every corridor, from the rows of `index_inputs`."""
    return [
        Edition(str(framework_id), str(corridor_id), group.to_dicts())
        for (framework_id, corridor_id), group in inputs.partition_by(
            "framework_id", "corridor_id", as_dict=True
        ).items()
    ]


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
                    told = {"metric_id": name, "parent_ids": made_of} | reason_row(reason)
                    rows.append(row | given | added | _of(edition, "component") | told)
    return frame_of(rows, IndexComponentValue)


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


def _bound(component_id: str, found: Treated, *, held: list[Row]) -> Row:
    raws = [row["raw"] for row in held]
    low, high = (min(found.values), max(found.values)) if held else (None, None)
    reason = EQUAL if low == high else None
    return (
        {
            "component_id": component_id,
            "figures": len(held),
            "low": low,
            "high": high,
            "raw_low": min(raws, default=None),
            "raw_high": max(raws, default=None),
            "skewness": found.skewness,
            "kurtosis": found.kurtosis,
            "treatment": found.treatment,
            "points_treated": found.points,
            "parent_ids": [row["raw_id"] for row in held],
        }
        | reason_row(reason if held else ("not_held",))
        | {name: sorted({item for row in held for item in row[name]}) for name in EVIDENCE}
    )


def _of(edition: Edition, table: str) -> Row:
    return {
        "framework_id": edition.framework_id,
        "corridor_id": edition.corridor_id,
        "edition": edition.name,
        "formula_id": FORMULAS[table],
    }


def _all(city: City, name: str) -> list[str]:
    return sorted({item for row in city.values() for item in row[name]})
