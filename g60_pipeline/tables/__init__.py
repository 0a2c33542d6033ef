"""All tables of the warehouse by name, those of raw and core and those of the metrics, and what their columns say.

The order is the order of publication: a table comes after those it refers to or is made of.
"""

from __future__ import annotations

from typing import Final

from g60_pipeline.contracts.core_tables import CORE_TABLES, Table, named
from g60_pipeline.metrics.engine.registry import metric_functions

TABLES: Final[dict[str, Table]] = CORE_TABLES | {
    table.full_name: table for made in metric_functions() for table in made.tables
}
"""Every table by full name. Raw tables stay in Parquet; core and metrics are published."""


def table(full_name: str) -> Table:
    """Return the table called `layer.name`.

    Raises:
        G60Error: There is no such table.
    """
    return named(full_name, TABLES)


__all__ = ["TABLES", "Table", "table"]
