"""Every claim against the bounds of its number, tier by tier: what the figures printed leave, and what assumptions add.

Where a number is known exactly, that is its interval in every tier. All scopes of a claim are tested on one period, the
same as in the audit where both are known there. A bound that rests on a figure of the claim's own document is left out.
A tier has rows only where it narrows the number of a scope: without them it says what the tier before it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import dataframely as dy
import polars as pl

from g60_pipeline.catalog.bound_models import Assumption
from g60_pipeline.catalog.load import load_bounds
from g60_pipeline.contracts import columns as c
from g60_pipeline.contracts.vocabulary import VERDICTS
from g60_pipeline.metrics.claims.claim_evidence import Evidence, Series, is_outdated, pick
from g60_pipeline.metrics.claims.verdicts import ClaimInterval, FigureInterval, scope_fit, verdict
from g60_pipeline.metrics.engine.contract import Metric
from g60_pipeline.metrics.engine.frames import frame_of
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.normalize.printed import AT_LEAST

FORMULA: Final = "claim_bound"
SILENT: Final = ("uninformative",)

Row = dict[str, Any]
Key = tuple[str, str, str]
"""Corridor, measure, and `indicator:basis` or `ratio_id`."""

EXACT: Final = {
    "level": ("corridor_total", "value"),
    "share_of_nation": ("national_share", "share"),
    "growth": ("growth", "value"),
}
"""Where the exact number of a measure is published, and in which column."""


class ClaimBound(Metric):
    """Each published claim against the bounds of its number in each scope, under the assumptions of a tier."""

    claim_id = c.text("Claim.", references="core.claim.claim_id")
    tier = c.text("What is assumed beside what is printed.", role="value")
    verdict = c.one_of(VERDICTS, "What the test says under these assumptions.", role="value")
    low = c.number("Lower end of what the number can be.", "unit", answer=True)
    high = c.number("Upper end of what the number can be; empty where nothing closes it.", "unit")
    claimed_low = c.number("Lower end of what the claim's printed form stands for.", "unit", role="evidence")
    claimed_high = c.number("Upper end of what the claim's printed form stands for.", "unit", role="evidence")
    scope_fit = c.one_of(
        ("this_scope", "both_scopes", "other_scope", "neither", "undecided"), "Which scope reproduces the claim."
    )
    fall = c.number("How far a place's figure may fall in a year, by assumption.", "ratio", role="evidence")
    rise = c.number("How far a place's figure may rise in a year, by assumption.", "ratio", role="evidence")

    @dy.rule()
    def ends_in_order(cls) -> pl.Expr:
        """The lower end is not above the upper one."""
        return (pl.col("low") <= pl.col("high")).fill_null(value=True)


@dataclass(frozen=True)
class _KnownNumbers:
    """Numbers by key and day: exact ones, and those of each tier; rows with `low`, `high` and what they are made of."""

    exact: Mapping[Key, Mapping[dt.date, Row]]
    bounds: Mapping[str, Mapping[Key, Mapping[dt.date, Row]]]


@metric(ClaimBound)
def claim_bound(
    claim: pl.DataFrame,
    *,
    bound: pl.DataFrame,
    corridor: pl.DataFrame,
    corridor_total: pl.DataFrame,
    growth: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    national_share: pl.DataFrame,
    observation_candidate: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.claim_bound`; the parameters are the tables of core and the metrics of these names."""
    known = _known(bound, corridor_total=corridor_total, national_share=national_share, growth=growth)
    bases = _bases(indicator_basis, indicator)
    computed = dict(indicator.select("indicator_id", "computed_by").iter_rows())
    own = _own_figures(observation_candidate)
    scopes: dict[str, list[str]] = {}
    for corridor_id, code in corridor.select("corridor_id", "as_published_code").sort("corridor_id").iter_rows():
        scopes.setdefault(code, []).append(corridor_id)
    rows: list[Row] = []
    for told in claim.iter_rows(named=True):
        of_scopes = scopes.get(told["geo_code"], [])
        for basis, name, unit in _numbers(told, bases[told["indicator_id"]], computed[told["indicator_id"]]):
            if unit == told["claimed_unit"]:
                keys = {scope: (scope, *name) for scope in of_scopes}
                rows += _of_claim(told, basis, keys=keys, known=known, own=own.get(told["document_id"], set()))
    return frame_of(rows, ClaimBound)


def _bases(indicator_basis: pl.DataFrame, indicator: pl.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    default = indicator.select("indicator_id", "default_basis")
    for row in indicator_basis.join(default, on="indicator_id").sort("indicator_id", "basis").iter_rows(named=True):
        found.setdefault(row["indicator_id"], []).append(row)
    return found


def _own_figures(candidate: pl.DataFrame) -> dict[str, set[str]]:
    """Return the figures each document prints, or confirms where they are not the publisher's own."""
    found: dict[str, set[str]] = {}
    columns = ("observation_id", "document_id", "confirmed_by", "grade")
    for name, document, confirming, grade in candidate.select(columns).iter_rows():
        found.setdefault(document, set()).add(name)
        if confirming and grade != "A":
            found.setdefault(confirming, set()).add(name)
    return found


def _numbers(claim: Row, bases: list[Row], computed_by: str | None) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Yield basis, measure with name, and unit of the numbers a claim may be about."""
    measure, indicator = claim["measure"], claim["indicator_id"]
    for basis in bases:
        if claim["basis"] not in (None, basis["basis"]):
            continue
        name = f"{indicator}:{basis['basis']}"
        if measure == "level" and computed_by and basis["basis"] == basis["default_basis"] and claim["basis"] is None:
            yield basis["basis"], ("ratio", computed_by), basis["unit"]
        yield basis["basis"], (measure, name), basis["unit"] if measure == "level" else "ratio"
        if measure == "level":
            yield basis["basis"], ("mean", name), basis["unit"]


def _known(bound: pl.DataFrame, **tables: pl.DataFrame) -> _KnownNumbers:
    exact: dict[Key, dict[dt.date, Row]] = {}
    for measure, (table, column) in EXACT.items():
        held = tables[table].filter(pl.col(column).is_not_null() & pl.col("corridor_id").is_not_null())
        for row in held.iter_rows(named=True):
            if row.get("measure") != "cagr_since_2018":
                ends = {"low": row[f"{column}_low"], "high": row[f"{column}_high"], "value": row[column]}
                exact.setdefault(_key(row, measure), {})[row["period_end"]] = row | ends
    bounds: dict[str, dict[Key, dict[dt.date, Row]]] = {}
    for row in bound.filter(pl.col("corridor_id").is_not_null() & pl.col("reason_code").is_null()).iter_rows(
        named=True
    ):
        measure = "growth" if row["base_year"] is not None else row["measure"]
        key = _key(row, measure)
        bounds.setdefault(row["tier"], {}).setdefault(key, {})[row["period_end"]] = row | {"value": None}
    return _KnownNumbers(exact, bounds)


def _key(row: Row, measure: str) -> Key:
    name = row["ratio_id"] if measure == "ratio" else f"{row['indicator_id']}:{row['basis']}"
    since = f":{row['base_year']}" if measure == "growth" else ""
    return row["corridor_id"], measure + since, name


def _of_claim(claim: Row, basis: str, *, keys: dict[str, Key], known: _KnownNumbers, own: set[str]) -> Iterator[Row]:
    form = "more_than" if claim["claimed_form"] == AT_LEAST else claim["claimed_form"]
    claimed = ClaimInterval(low=claim["claimed_low"], high=claim["claimed_high"], form=form)
    if claim["measure"] == "growth":
        if claim["period_start"] is None or claim["period_end"] is None:
            return
        start, end = claim["period_start"].year, claim["period_end"].year
        keys = {s: (k[0], f"growth:{start if start < end else end - 1}", k[2]) for s, k in keys.items()}
    best: dict[str, dict[dt.date, Row]] = {scope: dict(known.exact.get(key, {})) for scope, key in keys.items()}
    for tier in load_bounds().tiers:
        narrower = {
            scope: {
                day: row
                for day, row in known.bounds.get(tier.tier, {}).get(key, {}).items()
                if not own & set(row["input_ids"])
            }
            for scope, key in keys.items()
        }
        if not any(narrower.values()):
            continue
        best = {scope: rows | narrower[scope] for scope, rows in best.items()}
        found = _picked(claim, basis, best, claimed=claimed)
        if any(e.row is not None and e.row.get("tier") == tier.tier for e in found.values()):
            limits = next((a for a in tier.assumptions if _speaks_of(a, claim, found)), None)
            yield from _rows(claim, found, tier=tier.tier, limits=limits, claimed=claimed)


def _speaks_of(assumption: Assumption, claim: Row, found: Mapping[str, Evidence]) -> bool:
    series = {(e.row["indicator_id"], e.row["basis"]) for e in found.values() if e.row}
    return (assumption.indicator, assumption.basis) in series or assumption.indicator == claim["indicator_id"]


def _picked(
    claim: Row, basis: str, best: dict[str, dict[dt.date, Row]], *, claimed: ClaimInterval
) -> dict[str, Evidence]:
    series = {scope: Series(basis, rows=tuple(_in_time(claim, rows))) for scope, rows in best.items()}
    if claim["measure"] == "growth":
        day = claim["period_end"]
        series = {s: Series(basis, rows=tuple(r for r in of.rows if r["year"] == day.year)) for s, of in series.items()}
    return pick(claim, series, says=lambda row: verdict(_tested(row, claim), claimed) not in SILENT)


def _in_time(claim: Row, rows: dict[dt.date, Row]) -> list[Row]:
    until, flow_until = claim["tested_until"], claim["speaks_from"] if claim["period_end"] is None else None
    return [
        row
        for day, row in sorted(rows.items())
        if (until is None or day <= until)
        and not (flow_until and row["period_kind"] == "calendar_year" and day >= flow_until)
    ]


def _tested(row: Row, claim: Row) -> FigureInterval:
    return FigureInterval(value=row["value"], low=row["low"], high=row["high"], growth=claim["measure"] == "growth")


def _rows(
    claim: Row, found: Mapping[str, Evidence], *, tier: str, limits: Assumption | None, claimed: ClaimInterval
) -> Iterator[Row]:
    said = {
        scope: "outdated" if is_outdated(e) else verdict(_tested(e.row, claim), claimed)
        for scope, e in found.items()
        if e.row is not None
    }
    for scope, evidence in found.items():
        row = evidence.row
        if row is None:
            continue
        yield {
            "metric_id": f"{FORMULA}:{claim['claim_id']}:{scope}:{evidence.basis}:{row.get('measure', 'exact')}:{tier}",
            "corridor_id": scope,
            "indicator_id": claim["indicator_id"],
            "basis": evidence.basis,
            "period_kind": row["period_kind"],
            "period_end": row["period_end"],
            "year": row["year"],
            "unit": claim["claimed_unit"],
            "flags": row["flags"],
            "formula_id": FORMULA,
            "input_ids": row["input_ids"],
            "parent_ids": [row["metric_id"]],
            "claim_id": claim["claim_id"],
            "tier": tier,
            "verdict": said[scope],
            "low": row["low"],
            "high": row["high"],
            "claimed_low": claimed.low,
            "claimed_high": claimed.high,
            "scope_fit": scope_fit(scope, said),
            "fall": limits.fall if limits else None,
            "rise": limits.rise if limits else None,
        }
