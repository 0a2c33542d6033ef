"""An edition of the index: one framework in one corridor, with its figures, their bounds, and what a year needs.

A city's year has an index where every component is stored, a year where enough cities have one. Nothing is imputed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from g60_pipeline.metrics.engine.formulas import parameters
from g60_pipeline.metrics.index.index_steps import Treatment, entropy_weights, equal_weights, min_max, treat, treated
from g60_pipeline.normalize.reasons import reason_row

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
        bounds = {name: [bound["low"], bound["high"], bound["treatment"]] for name, bound in self.bounds.items()}
        digest = hashlib.sha256(json.dumps([self.corridor_id, bounds]).encode()).hexdigest()[:8]
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


def _bound(component_id: str, found: Treatment, *, held: list[Row]) -> Row:
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
