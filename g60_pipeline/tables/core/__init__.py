"""Contracts of the core layer: what exists and what was ever published, in canonical codes, units and periods."""

from g60_pipeline.tables.core.catalog import (
    Corridor,
    CorridorMember,
    Formula,
    FormulaVersion,
    Geography,
    IndexFramework,
    Indicator,
    IndicatorBasis,
    Ratio,
    Reason,
    Source,
    Unit,
)
from g60_pipeline.tables.core.figures import (
    Document,
    Observation,
    ObservationCandidate,
    SeriesBreak,
    StarListing,
    StarUnplaced,
)
from g60_pipeline.tables.core.ledger import Build, Correction, Quarantine, Rejected
from g60_pipeline.tables.core.live import Answer, Coordinate, Copublication, Institution, Revision, Snapshot
from g60_pipeline.tables.core.records import CityProfile, Claim, Collaboration, Flow, Policy, ScopeStatement

__all__ = [
    "Answer",
    "Build",
    "CityProfile",
    "Claim",
    "Collaboration",
    "Coordinate",
    "Copublication",
    "Correction",
    "Corridor",
    "CorridorMember",
    "Document",
    "Flow",
    "Formula",
    "FormulaVersion",
    "Geography",
    "IndexFramework",
    "Indicator",
    "IndicatorBasis",
    "Institution",
    "Observation",
    "ObservationCandidate",
    "Policy",
    "Quarantine",
    "Ratio",
    "Reason",
    "Rejected",
    "Revision",
    "ScopeStatement",
    "SeriesBreak",
    "Snapshot",
    "Source",
    "StarListing",
    "StarUnplaced",
    "Unit",
]
