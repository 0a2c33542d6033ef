"""The tables of raw and core by name; those of the metrics are in their rooms, and all of them in `tables`.

The order is the order of publication: a table comes after those it refers to.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import dataframely as dy

from g60_pipeline.contracts import core, live, raw
from g60_pipeline.errors import G60Error

ISSUES: Final = ("live", "inbox", "document", "observation", "star_listing", "claim", "record")
"""Steps that may refuse rows; what each refuses is gathered in `core.quarantine`."""


@dataclass(frozen=True)
class Table:
    """One table: its layer, its name within it, and its contract."""

    layer: str
    name: str
    schema: type[dy.Schema]

    @property
    def full_name(self) -> str:
        """Return `layer.name`, the name SQL users know."""
        return f"{self.layer}.{self.name}"

    @property
    def description(self) -> str:
        """Return the contract's docstring in one paragraph."""
        return " ".join((inspect.getdoc(self.schema) or "").split())


def _tables() -> tuple[Table, ...]:
    return (
        Table("raw", "document", raw.Document),
        Table("raw", "observation", raw.Observation),
        Table("raw", "correction", raw.Correction),
        Table("stage", "cited_observation", raw.Observation),
        Table("stage", "corrected_observation", raw.Observation),
        Table("raw", "star_listing", raw.StarListing),
        Table("raw", "claim", raw.Claim),
        Table("stage", "cited_claim", raw.Claim),
        Table("raw", "collaboration", raw.Collaboration),
        Table("raw", "policy", raw.Policy),
        Table("raw", "city_profile", raw.CityProfile),
        Table("raw", "flow", raw.Flow),
        Table("raw", "scope_statement", raw.ScopeStatement),
        Table("raw", "series_break", raw.Break),
        Table("raw", "rejected", raw.Rejected),
        Table("raw", "live_figure", live.FigureVintage),
        Table("raw", "live_listing", live.ListingVintage),
        Table("raw", "live_pair", live.PairVintage),
        Table("raw", "live_place", live.PlaceVintage),
        Table("raw", "live_institution", live.InstitutionVintage),
        Table("raw", "live_document", raw.Document),
        Table("stage", "live_observation", raw.Observation),
        Table("stage", "star_listing", core.StarListing),
        *(Table("issue", name, core.Quarantine) for name in ISSUES),
        Table("core", "geography", core.Geography),
        Table("core", "corridor", core.Corridor),
        Table("core", "corridor_member", core.CorridorMember),
        Table("core", "indicator", core.Indicator),
        Table("core", "indicator_basis", core.IndicatorBasis),
        Table("core", "unit", core.Unit),
        Table("core", "ratio", core.Ratio),
        Table("core", "index_framework", core.IndexFramework),
        Table("core", "formula", core.Formula),
        Table("core", "formula_version", core.FormulaVersion),
        Table("core", "reason", core.Reason),
        Table("core", "source", core.Source),
        Table("core", "document", core.Document),
        Table("core", "snapshot", core.Snapshot),
        Table("core", "answer", core.Answer),
        Table("core", "revision", core.Revision),
        Table("core", "observation_candidate", core.ObservationCandidate),
        Table("core", "observation", core.Observation),
        Table("core", "correction", core.Correction),
        Table("core", "input_file", core.InputFile),
        Table("core", "star_listing", core.StarListing),
        Table("core", "star_unplaced", core.StarUnplaced),
        Table("core", "copublication", core.Copublication),
        Table("core", "institution", core.Institution),
        Table("core", "coordinate", core.Coordinate),
        Table("core", "claim", core.Claim),
        Table("core", "collaboration", core.Collaboration),
        Table("core", "policy", core.Policy),
        Table("core", "city_profile", core.CityProfile),
        Table("core", "flow", core.Flow),
        Table("core", "scope_statement", core.ScopeStatement),
        Table("core", "series_break", core.SeriesBreak),
        Table("core", "rejected", core.Rejected),
        Table("core", "quarantine", core.Quarantine),
        Table("core", "column", core.Column),
        Table("core", "build", core.Build),
    )


CORE_TABLES: Final[dict[str, Table]] = {t.full_name: t for t in _tables()}
"""The tables of raw and core, and what passes between their steps, by full name."""


def core_table(full_name: str) -> Table:
    """Return the table of raw or core called `layer.name`.

    Raises:
        G60Error: There is no such table.
    """
    return named(full_name, CORE_TABLES)


def named(full_name: str, tables: Mapping[str, Table]) -> Table:
    """Return one of the tables by its full name.

    Raises:
        G60Error: There is no such table.
    """
    if full_name not in tables:
        raise G60Error(full_name, "it is not a table of the warehouse", f"Choose one of {', '.join(tables)}")
    return tables[full_name]
