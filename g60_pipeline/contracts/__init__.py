"""The contract of every table of raw and core, declared once: columns, units, rules and references.

Validation, quarantine, DuckDB DDL and comments, Dagster's column schema and the data dictionary are all read from
here. Not here: where rows come from (`ingest`), how they are typed (`normalize`), metrics and their
contracts (`metrics`).
"""

from g60_pipeline.contracts.core_tables import CORE_TABLES, Table, core_table

__all__ = ["CORE_TABLES", "Table", "core_table"]
