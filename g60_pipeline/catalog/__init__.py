"""What exists: geographies, corridors, indicators, units, sources, ratios and formulas.

The data is in CSV and YAML beside this file and is validated on load; no figure and no arithmetic lives here.
"""

from g60_pipeline.catalog.formula_models import Formula
from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.catalog.load import load_catalog
from g60_pipeline.catalog.models import (
    Basis,
    Corridor,
    CorridorVersion,
    Geography,
    Indicator,
    Ratio,
    Source,
    Unit,
)
from g60_pipeline.catalog.whole import Catalog

__all__ = [
    "Basis",
    "Catalog",
    "Corridor",
    "CorridorVersion",
    "Formula",
    "Geography",
    "Indicator",
    "LiveSource",
    "Ratio",
    "Source",
    "Unit",
    "load_catalog",
]
