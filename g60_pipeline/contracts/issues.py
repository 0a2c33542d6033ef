"""How a refused row is written down. The one form serves file reading, normalisation and `g60 inbox check`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl

from g60_pipeline.contracts.core.ledger import Quarantine


@dataclass(frozen=True)
class Issue:
    """One broken rule: where, which value, which rule, what to do."""

    file: str
    rule: str
    message: str
    remedy: str
    line: int | None = None
    column: str | None = None
    value: str | None = None


def issues_frame(issues: list[Issue]) -> pl.DataFrame:
    """Return issues as rows of `core.quarantine`, ordered by file and line, each rule of a line once."""
    rows = [asdict(i) | {"quarantine_id": f"{i.file}:{i.line or 0}:{i.column or '-'}:{i.rule}"} for i in issues]
    if not rows:
        return Quarantine.create_empty()
    frame = pl.DataFrame(rows, schema_overrides={"line": pl.Int32, "column": pl.String, "value": pl.String}).rename(
        {"column": "column_name"}
    )
    return (
        frame.select(Quarantine.column_names())
        .unique("quarantine_id", keep="first", maintain_order=True)
        .sort("file", "line", "column_name", nulls_last=False)
    )
