"""The explanation of one number: what it is of, its sums, its figures and documents.

The path of a figure, which `explain` goes backwards:

    facts/observations.csv, E0140                  Suzhou, GDP of 2020: 20170.5, in units of 100 million yuan
    figure:320500:gdp:current_prices:2020-12-31    the figure in force; input_ids: E0140
    total of the nine cities                       parent_ids: this figure and eight others
    national_share, share = numerator / denominator    parent_ids: the total, and the figure of China

`query` finds the row, `derive` writes the sums, `evidence` fetches figures and documents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from g60_pipeline.explain import dependencies
from g60_pipeline.explain.derivation import Derivation, RowContext
from g60_pipeline.explain.derive import PublishedRows, derive
from g60_pipeline.explain.evidence import documents, events, figures
from g60_pipeline.explain.query import MetricQuery, find_row
from g60_pipeline.explain.subject import NamedValue, subject_of
from g60_pipeline.reader import reasons
from g60_pipeline.reader.columns import Columns
from g60_pipeline.reader.database import Row, Warehouse
from g60_pipeline.wording import Bilingual, bilingual, entries


@dataclass(frozen=True)
class Explanation:
    """A metric row with everything it was made of."""

    metric: str
    row: Row
    columns: Columns
    labels_zh: dict[str, str]
    unit: Bilingual
    formula: Row
    reason: Bilingual | None
    derivation: Derivation
    figures: list[Row]
    events: list[Row]
    documents: list[Row]
    subject: list[NamedValue]
    build: Row

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts; names of columns are those of the warehouse."""
        derivation = self.derivation
        return {
            "metric": self.metric,
            "row": self.row,
            "reason": self.reason[0] if self.reason else None,
            "subject": {named.key: named.as_json() for named in self.subject},
            "formula": self.formula,
            "arithmetic": [s.as_json() for s in derivation.sums],
            "rests_on": [part.as_json() for part in derivation.depends_on],
            "no_sum": derivation.not_shown_because[0] if derivation.not_shown_because else None,
            "figures": self.figures,
            "events": self.events,
            "documents": self.documents,
            "build": self.build,
        }


def explain(warehouse: Warehouse, query: MetricQuery) -> Explanation:
    """Return the explanation of the row a query finds.

    Raises:
        UsageError: There is no such row, or more than one fits.
    """
    metric, row = find_row(warehouse, query)
    context = RowContext(warehouse, metric, row, figures(warehouse, row))
    return Explanation(
        metric=metric,
        row=row,
        columns=context.columns,
        labels_zh=labels_zh(context.tables),
        unit=_unit(warehouse, row.get("unit")),
        formula=warehouse.one("FROM core.formula WHERE formula_id = $id", {"id": row["formula_id"]}),
        reason=_reason(context),
        derivation=derivation_of(context),
        figures=list(context.figures),
        events=events(warehouse, row.get("event_ids") or [], row.get("undecided_ids") or []),
        documents=documents(warehouse, [*(row.get("document_ids") or []), *_document_of_claim(warehouse, row)]),
        subject=subject_of(context),
        build=warehouse.one("SELECT build_id, built_at, version, catalog_hash FROM core.build"),
    )


def derivation_of(context: RowContext) -> Derivation:
    """Return the sums of a row, what they depend on, and why there are none where that is so."""
    found = derive(context.row, PublishedRows(context.warehouse)) or Derivation()
    found.depends_on = dependencies.of_row(context)
    found.sums = [replace(made, of=dependencies.named(context, made.of)) for made in found.sums]
    found.of_event = dependencies.of_events(context)
    found.not_shown_because = dependencies.not_shown_because(context)
    if not found.sums and found.not_shown_because is None:
        found.not_shown_because = bilingual("explanation.general") if context.answer is not None else _no_sum(context)
    return found


def labels_zh(tables: dict[str, Columns]) -> dict[str, str]:
    """Return the Chinese label of every column of the metrics, and of every step of a sum that is no column."""
    steps = {name: entry.zh for name, entry in entries("step").items()}
    return steps | {name: column.label_zh for columns in tables.values() for name, column in columns.items()}


def _no_sum(context: RowContext) -> Bilingual:
    """Return that a row has no value and why; of a measure of concentration with ends, how these come about."""
    text = bilingual("explanation.no_sum", why=_reason(context) or bilingual("explanation.unknown"))
    if context.metric == "concentration" and context.row["value_low"] is not None:
        ends = bilingual("explanation.ends")
        return f"{text[0]} {ends[0]}", f"{text[1]}{ends[1]}"
    return text


def _reason(context: RowContext) -> Bilingual | None:
    """Return why a row has no value, with names instead of codes and without the full stop."""
    if not context.row.get("reason_code"):
        return None
    found = reasons.reason(context.row, reasons.names(context.warehouse))
    return (found[0].rstrip("."), found[1].rstrip("。")) if found else None


def _unit(warehouse: Warehouse, unit: str | None) -> Bilingual:
    """Return the symbol of a unit in both languages; a ratio has none."""
    sql = "SELECT symbol_en, symbol_zh FROM core.unit WHERE unit = $unit"
    found = warehouse.rows(sql, {"unit": unit}) if unit and unit != "ratio" else []
    return (found[0]["symbol_en"], found[0]["symbol_zh"]) if found else ("", "")


def _document_of_claim(warehouse: Warehouse, row: Row) -> list[str]:
    if not row.get("claim_id"):
        return []
    sql = "SELECT document_id FROM core.claim WHERE claim_id = $id"
    return [warehouse.one(sql, {"id": row["claim_id"]})["document_id"]]
