"""Contracts of the core layer: what exists and what was ever published, in canonical codes, units and periods."""

from g60_pipeline.tables.core.catalog import (
    Corridor,
    CorridorMember,
    Formula,
    Geography,
    Indicator,
    IndicatorBasis,
    Ratio,
    Source,
    Unit,
)
from g60_pipeline.tables.core.figures import Document, Observation, ObservationCandidate, SeriesBreak, StarListing
from g60_pipeline.tables.core.ledger import Build, Quarantine, Rejected
from g60_pipeline.tables.core.records import CityProfile, Claim, Collaboration, Flow, Policy, ScopeStatement

__all__ = [
    "Build",
    "CityProfile",
    "Claim",
    "Collaboration",
    "Corridor",
    "CorridorMember",
    "Document",
    "Flow",
    "Formula",
    "Geography",
    "Indicator",
    "IndicatorBasis",
    "Observation",
    "ObservationCandidate",
    "Policy",
    "Quarantine",
    "Ratio",
    "Rejected",
    "ScopeStatement",
    "SeriesBreak",
    "Source",
    "StarListing",
    "Unit",
]
