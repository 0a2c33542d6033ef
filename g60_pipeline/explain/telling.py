"""The story of one number: everything behind a row of any metric.

Which row: `metric_row`. Its figures and events: `figures`; its sum: `arithmetic`; its look: `screen`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from g60_pipeline.explain.arithmetic import reason, worked
from g60_pipeline.explain.figures import documents, events, figures
from g60_pipeline.explain.labels import labels_zh
from g60_pipeline.explain.metric_row import Asked, find_row
from g60_pipeline.explain.subject import Named, subject
from g60_pipeline.explain.working import Both, Case, Sum, Working
from g60_pipeline.reader.columns import Columns
from g60_pipeline.reader.database import Row, Warehouse


@dataclass(frozen=True)
class Story:
    """A metric row with everything it was made of."""

    metric: str
    row: Row
    columns: Columns
    labels_zh: dict[str, str]
    unit: Both
    formula: Row
    reason: Both | None
    working: Working
    figures: list[Row]
    events: list[Row]
    documents: list[Row]
    subject: list[Named]
    build: Row

    @property
    def arithmetic(self) -> list[Sum]:
        """Return the sums that are written out."""
        return self.working.sums

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts; names of columns are those of the warehouse."""
        working = self.working
        return {
            "metric": self.metric,
            "row": self.row,
            "reason": self.reason[0] if self.reason else None,
            "subject": {named.key: named.as_json() for named in self.subject},
            "formula": self.formula,
            "arithmetic": [s.as_json() for s in working.sums],
            "rests_on": [part.as_json() for part in working.parts],
            "no_sum": working.unwritten[0] if working.unwritten else None,
            "figures": self.figures,
            "events": self.events,
            "documents": self.documents,
            "build": self.build,
        }


def tell(warehouse: Warehouse, asked: Asked) -> Story:
    """Return the story of the row that is asked for.

    Raises:
        UsageError: There is no such row, or more than one fits.
    """
    metric, row = find_row(warehouse, asked)
    held = figures(warehouse, row)
    case = Case(warehouse, metric, row, held)
    return Story(
        metric=metric,
        row=row,
        columns=case.columns,
        labels_zh=labels_zh(case.tables),
        unit=_unit(warehouse, row.get("unit")),
        formula=warehouse.one("FROM core.formula WHERE formula_id = $id", {"id": row["formula_id"]}),
        reason=reason(case),
        working=worked(case),
        figures=held,
        events=events(warehouse, row.get("event_ids") or [], row.get("undecided_ids") or []),
        documents=documents(warehouse, [*(row.get("document_ids") or []), *_of_claim(warehouse, row)]),
        subject=subject(case),
        build=warehouse.one("SELECT build_id, built_at, version, catalog_hash FROM core.build"),
    )


def _unit(warehouse: Warehouse, unit: str | None) -> Both:
    """Return the symbol of a unit in both languages; a ratio bears none."""
    sql = "SELECT symbol_en, symbol_zh FROM core.unit WHERE unit = $unit"
    found = warehouse.rows(sql, {"unit": unit}) if unit and unit != "ratio" else []
    return (found[0]["symbol_en"], found[0]["symbol_zh"]) if found else ("", "")


def _of_claim(warehouse: Warehouse, row: Row) -> list[str]:
    """Return the document a claim was printed in."""
    if not row.get("claim_id"):
        return []
    sql = "SELECT document_id FROM core.claim WHERE claim_id = $id"
    return [warehouse.one(sql, {"id": row["claim_id"]})["document_id"]]
