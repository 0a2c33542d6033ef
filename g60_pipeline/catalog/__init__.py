"""What exists: geographies, corridors, indicators, units, sources, ratios and formulas.

The data stands in CSV and YAML beside this file and is validated on load; no figure and no arithmetic lives here.
"""

from g60_pipeline.catalog.load import load_catalog
from g60_pipeline.catalog.models import (
    Basis,
    Catalog,
    Corridor,
    CorridorVersion,
    Formula,
    Geography,
    Indicator,
    Ratio,
    Source,
    Unit,
)

__all__ = [
    "Basis",
    "Catalog",
    "Corridor",
    "CorridorVersion",
    "Formula",
    "Geography",
    "Indicator",
    "Ratio",
    "Source",
    "Unit",
    "load_catalog",
]
