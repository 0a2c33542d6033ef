"""The contract of every table, declared once: columns, units, rules and references.

Validation, quarantine, DuckDB DDL and comments, Dagster's column schema and the data dictionary are all read from
here. Not here: where rows come from (`sources`), how they are typed (`normalize`), what is computed (`metrics`).
"""

from g60_pipeline.contracts.registry import TABLES, Table, table

__all__ = ["TABLES", "Table", "table"]
