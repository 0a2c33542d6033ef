"""The audit: every published claim, in each scope, on each basis the warehouse can test it by.

Each claim gets two verdicts: as known now, and as known when it was made. Which figures each may use: `claim_cases`;
which period: `claim_evidence`; what the figure is made of: `claim_figures`; what follows from both: `verdicts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import polars as pl

from g60_pipeline.metrics.claims.claim_cases import NOW, THEN, case_frames, case_of
from g60_pipeline.metrics.claims.claim_evidence import (
    Evidence,
    Row,
    ScopeFigures,
    is_outdated,
    pick,
    series,
)
from g60_pipeline.metrics.claims.claim_figures import Sides, operands_of, published
from g60_pipeline.metrics.claims.claim_kernel import ENDS, SIDES
from g60_pipeline.metrics.claims.claim_lookup import Catalog, catalog_of, held_of
from g60_pipeline.metrics.claims.contract import TESTED, ClaimAudit
from g60_pipeline.metrics.claims.verdicts import ClaimInterval, FigureInterval, literally_true, scope_fit, verdict
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.normalize.printed import AT_LEAST, percent
from g60_pipeline.normalize.reasons import reason_row

FORMULA: Final = "claim_audit"
UNDATED: Final = dt.date(2100, 12, 31)
"""Period of a row for a claim that bears no date and has no figure to test it by."""

NOTHING: Final[Row] = {f"{side}_{column}": [] for side in SIDES for column in ENDS.values()}
"""Numbers of a figure that there is not."""

SILENT: Final = ("uninformative", "not_computable")
"""Verdicts that say nothing of a claim."""


@metric(ClaimAudit)
def claim_audit(  # noqa: PLR0913  - a parameter is a table, and the audit reads nearly all
    claim: pl.DataFrame,
    *,
    corridor: pl.DataFrame,
    corridor_member: pl.DataFrame,
    document: pl.DataFrame,
    geography: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    observation_candidate: pl.DataFrame,
    ratio: pl.DataFrame,
    series_break: pl.DataFrame,
    bound: pl.DataFrame,
    figure: pl.DataFrame,
    corridor_total: pl.DataFrame,
    national_share: pl.DataFrame,
    growth: pl.DataFrame,
    intensity: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.claim_audit`; the parameters are the tables of core and the metrics of these names."""
    tables = {
        "corridor_member": corridor_member,
        "document": document,
        "geography": geography,
        "indicator": indicator,
        "indicator_basis": indicator_basis,
        "observation_candidate": observation_candidate,
        "ratio": ratio,
        "series_break": series_break,
        "bound": bound,
    }
    frames = case_frames(claim, tables)
    catalog = catalog_of(
        corridor, corridor_member=corridor_member, indicator=indicator, indicator_basis=indicator_basis
    )
    scopes = [*corridor["corridor_id"], *claim["geo_code"].unique()]
    held = {scope: held_of(scope, frames=frames) for scope in scopes}
    rows = [
        row
        for told in claim.iter_rows(named=True)
        for row in _rows_of_claim(told, held=held, catalog=catalog, copies=frames.copies)
    ]
    tested = [row["tested"] for row in rows if row["tested"]]
    sides = Sides([frames.total, frames.delta_total], figure=frames.figure, bound=bound).of(tested)
    same = published(
        figure=figure, corridor_total=corridor_total, national_share=national_share, growth=growth, intensity=intensity
    )
    made = [row | (operands_of(row["tested"], sides, same) if row["tested"] else {}) for row in rows]
    return frame_of([NOTHING | row for row in made], ClaimAudit)


def _rows_of_claim(
    claim: Row, *, held: dict[str, ScopeFigures], catalog: Catalog, copies: Mapping[str, str]
) -> list[Row]:
    scopes = catalog.scopes.get(claim["geo_code"])
    form = "more_than" if claim["claimed_form"] == AT_LEAST else claim["claimed_form"]
    claimed = ClaimInterval(low=claim["claimed_low"], high=claim["claimed_high"], form=form)
    tests = {}
    for when in (NOW, THEN):
        known = {scope: held[scope] for scope in scopes or [claim["geo_code"]]}
        tests[when] = _tests(claim, claimed, held=known, catalog=catalog, case=case_of(claim, when), copies=copies)
    rows = []
    for basis, of_basis in tests[NOW].items():
        said = {scope: _verdict(claim, evidence, claimed) for scope, evidence in of_basis.items()}
        for scope, evidence in of_basis.items():
            before = tests[THEN].get(basis, {}).get(scope, Evidence(basis))
            everyone = catalog.members.get(scope, []) if scopes else [scope]
            rows.append(
                _row(claim, claimed, scope=scope if scopes else None, evidence=evidence)
                | _as_known_then(claim, claimed, before)
                | {
                    "metric_id": f"claim_audit:{claim['claim_id']}:{scope}:{basis}",
                    "scope_fit": scope_fit(scope if scopes else None, said),
                    "missing": everyone if evidence.missing is None else evidence.missing,
                }
            )
            row = rows[-1]
            if evidence.row is None:
                row["period_kind"] = catalog.bases[claim["indicator_id"]][0]["observed_over"]
            row |= _reason(claim, evidence) | _remarks(claim, evidence, missing=row["missing"])
    return rows


def _tests(
    claim: Row,
    claimed: ClaimInterval,
    *,
    held: dict[str, ScopeFigures],
    catalog: Catalog,
    case: str,
    copies: Mapping[str, str],
) -> dict[str, dict[str, Evidence]]:
    """Return the evidence by basis and scope, all scopes of one basis on one period."""
    indicator = claim["indicator_id"]
    bases, computed_by = catalog.bases[indicator], catalog.computed_by.get(indicator)

    def copy(name: str) -> str:
        return copies.get(name + case, name + case)

    found = {
        scope: {s.basis: s for s in series(claim, bases=bases, held=of, computed_by=computed_by, copy=copy)}
        for scope, of in held.items()
    }
    tests = {}
    for basis in dict.fromkeys(basis for by_basis in found.values() for basis in by_basis):
        by_scope = {scope: by_basis[basis] for scope, by_basis in found.items() if basis in by_basis}
        tests[basis] = pick(claim, by_scope, says=lambda row: verdict(_tested(row, claim), claimed) not in SILENT)
    return tests


def _row(claim: Row, claimed: ClaimInterval, *, scope: str | None, evidence: Evidence) -> Row:
    row = evidence.row
    tested = _tested(row, claim) if row else FigureInterval(None, None, None)
    period_end = row["period_end"] if row else claim["tested_until"] or UNDATED
    return {
        "corridor_id": scope,
        "geo_code": None if scope else claim["geo_code"],
        "indicator_id": claim["indicator_id"],
        "basis": evidence.basis,
        "period_kind": row["period_kind"] if row else None,
        "period_end": period_end,
        "year": period_end.year,
        "unit": claim["claimed_unit"],
        "flags": row["flags"] if row else [],
        "formula_id": FORMULA,
        "input_ids": row["input_ids"] if row else [],
        "parent_ids": [],
        "claim_id": claim["claim_id"],
        "verdict": _verdict(claim, evidence, claimed),
        "would_say": verdict(tested, claimed) if row and is_outdated(evidence) else None,
        "age": evidence.age,
        "literally_true": literally_true(tested, claimed) if row else None,
        "value": tested.value,
        "value_low": tested.low,
        "value_high": tested.high,
        "claimed_low": claimed.low,
        "claimed_high": claimed.high,
        "printed_value": claim["value"],
        "printed_n": claim["ratio_n"],
        "printed_precision": claim["precision"],
        "printed_form": claim["claimed_form"],
        "printed_factor": claim["claimed_factor"],
        "tested": row,
    }


def _as_known_then(claim: Row, claimed: ClaimInterval, evidence: Evidence) -> Row:
    row = evidence.row
    tested = _tested(row, claim) if row else FigureInterval(None, None, None)
    return {
        "verdict_then": _verdict(claim, evidence, claimed),
        "period_end_then": row["period_end"] if row else None,
        "value_then": tested.value,
        "value_low_then": tested.low,
        "value_high_then": tested.high,
    }


def _verdict(claim: Row, evidence: Evidence, claimed: ClaimInterval) -> str:
    if evidence.row is None:
        return "not_computable"
    return "outdated" if is_outdated(evidence) else verdict(_tested(evidence.row, claim), claimed)


def _tested(row: Row, claim: Row) -> FigureInterval:
    return FigureInterval(value=row["value"], low=row["low"], high=row["high"], growth=claim["measure"] == "growth")


def _reason(claim: Row, evidence: Evidence) -> Row:
    row = evidence.row
    if row is None:
        return reason_row((evidence.why_not or "no_member",))
    figure, stands_for = (
        _span(row["low"], row["high"], claim),
        _span(claim["claimed_low"], claim["claimed_high"], claim),
    )
    return reason_row((TESTED, row["period_end"].isoformat(), figure, stands_for))


def _remarks(claim: Row, evidence: Evidence, *, missing: list[str]) -> Row:
    """Return what else bears on a verdict: codes, and beside each its argument or an empty text."""
    row = evidence.row or {}
    blocked = row["reason_code"] if row and claim["measure"] == "growth" else None
    told = {
        "lacking": " ".join(missing) if missing else None,
        "only_end": "" if claim["form"] == "from_to" else None,
        "measured_anew": "" if evidence.constant else None,
        "too_old": str(evidence.age) if is_outdated(evidence) else None,
        f"no_rate_{blocked}": "".join(row["reason_args"]) if blocked else None,
        "undated_claim": "" if row and not claim["tested_until"] else None,
    }
    remarks = {code: argument for code, argument in told.items() if argument is not None}
    return {"remark_codes": list(remarks), "remark_args": list(remarks.values())}


def _span(low: float | None, high: float | None, claim: Row) -> str:
    """Return an interval as an amount of a reason: numbers, each with its unit in brackets."""
    if low is None or high is None:
        known = low if low is not None else high
        return f"{'≤' if low is None else '≥'} {_number(known, claim)}" if known is not None else "?"
    return _number(low, claim) if low == high else f"{_number(low, claim)} – {_number(high, claim)}"


def _number(value: float, claim: Row) -> str:
    if claim["claimed_unit"] == "ratio":
        inverse = f" (1/{1 / value:,.1f})" if claim["ratio_n"] and value > 0 else ""
        return percent(value) + inverse
    return f"{value:,.3f}".rstrip("0").rstrip(".") + f"[{claim['claimed_unit']}]"
