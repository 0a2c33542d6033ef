"""The audit: every published claim, in each scope, on each basis the warehouse can test it by."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from g60_pipeline.metrics.claim_evidence import NO_TEST_EN, NO_TEST_ZH, Evidence, Held, Row, find, grouped
from g60_pipeline.metrics.common import ANY_ROUND, SERIES, conform, union
from g60_pipeline.metrics.shares import corridors, places, shares_of
from g60_pipeline.metrics.totals import best_totals, metric_members, totals_by_round
from g60_pipeline.metrics.verdicts import Claimed, Tested, literally_true, scope_fit, verdict
from g60_pipeline.normalize.claims import with_symbol
from g60_pipeline.tables.metrics import ClaimAudit

FORMULA: Final = "claim_audit"
DELTA: Final = "YRD"
WORLD: Final = "WLD"
UNDATED: Final = dt.date(2100, 12, 31)
"""Period of a row for a claim that bears no date and has no figure to test it by."""


def claim_audit(
    claim: pl.DataFrame,
    *,
    figure: pl.DataFrame,
    total: pl.DataFrame,
    share: pl.DataFrame,
    growth: pl.DataFrame,
    intensity: pl.DataFrame,
    catalog: dict[str, pl.DataFrame],
) -> pl.DataFrame:
    """Return `metrics.claim_audit`.

    Args:
        claim: `core.claim`.
        figure: Figures of `metrics.figures`.
        total: Totals of the corridors in every round.
        share: `metrics.national_share`.
        growth: `metrics.growth`.
        intensity: `metrics.intensity`.
        catalog: `corridor`, `corridor_member`, `geography`, `indicator`, `indicator_basis`, `unit` of core.
    """
    corridor, geography = catalog["corridor"], catalog["geography"]
    bases = _bases(catalog["indicator_basis"], catalog["indicator"])
    delta = _delta_shares(figure, total, catalog=catalog)
    world = _world_shares(figure, total, indicator_basis=catalog["indicator_basis"])
    held: dict[str, Held] = {}
    for scope in [*corridor["corridor_id"].to_list(), *claim["geo_code"].unique().to_list()]:
        held[scope] = _held(
            scope, figure=figure, total=total, share=share, growth=growth, intensity=intensity, delta=delta, world=world
        )
    published_as = corridor.filter(pl.col("as_published_code").is_not_null())
    scopes_of = {
        str(key[0]): group["corridor_id"].to_list() for key, group in published_as.group_by("as_published_code")
    }
    computed_by = dict(catalog["indicator"].select("indicator_id", "computed_by").iter_rows())
    symbols = {u: (en, zh) for u, en, zh in catalog["unit"].select("unit", "symbol_en", "symbol_zh").iter_rows()}
    names = {code: (en, zh) for code, en, zh in geography.select("geo_code", "name_en", "short_zh").iter_rows()}
    members = metric_members(catalog["corridor_member"])
    members_of = {str(k[0]): g["geo_code"].sort().to_list() for k, g in members.group_by("corridor_id")}
    rows: list[Row] = []
    for row in claim.iter_rows(named=True):
        scopes = scopes_of.get(row["geo_code"])
        found = {
            scope: find(
                row,
                bases=bases[row["indicator_id"]],
                held=held[scope],
                computed_by=computed_by.get(row["indicator_id"]),
            )
            for scope in scopes or [row["geo_code"]]
        }
        rows += _rows_of_claim(
            row,
            found,
            is_corridor=scopes is not None,
            names=names,
            symbols=symbols,
            members_of=members_of,
            observed_over=bases[row["indicator_id"]][0]["observed_over"],
        )
    dtypes = {n: c.dtype for n, c in ClaimAudit.columns().items()}
    return conform(pl.DataFrame(rows, schema=dtypes), ClaimAudit)


def _rows_of_claim(
    claim: Row,
    found: dict[str, list[Evidence]],
    *,
    is_corridor: bool,
    names: dict[str, tuple[str, str]],
    symbols: dict[str, tuple[str, str]],
    members_of: dict[str, list[str]],
    observed_over: str,
) -> list[Row]:
    form = claim["form"] if claim["form"] in {"point", "more_than", "nearly"} else claim["end_form"] or "point"
    claimed = Claimed(low=claim["claimed_low"], high=claim["claimed_high"], form=form)
    verdicts: dict[str, dict[str, str]] = {}
    for scope, evidences in found.items():
        for evidence in evidences:
            said = "not_computable" if evidence.row is None else verdict(_tested(evidence.row), claimed)
            verdicts.setdefault(evidence.basis, {})[scope] = said
    rows = []
    for scope, evidences in found.items():
        for evidence in evidences:
            row = evidence.row
            of_basis = {s: verdicts[evidence.basis].get(s, "not_computable") for s in found}
            everyone = members_of.get(scope, []) if is_corridor else [scope]
            missing = everyone if evidence.missing is None else evidence.missing
            said = of_basis[scope]
            period_end = row["period_end"] if row else claim["tested_until"] or UNDATED
            tested = _tested(row) if row else Tested(None, None, None)
            reason_en, reason_zh = _reason(
                claim, evidence, missing=missing, names=names, symbols=symbols[claim["claimed_unit"]]
            )
            rows.append(
                {
                    "metric_id": f"claim_audit:{claim['claim_id']}:{scope}:{evidence.basis}",
                    "corridor_id": scope if is_corridor else None,
                    "geo_code": None if is_corridor else scope,
                    "indicator_id": claim["indicator_id"],
                    "basis": evidence.basis,
                    "period_kind": row["period_kind"] if row else observed_over,
                    "period_end": period_end,
                    "year": period_end.year,
                    "unit": claim["claimed_unit"],
                    "flags": row["flags"] if row else [],
                    "formula_id": FORMULA,
                    "input_ids": row["input_ids"] if row else [],
                    "claim_id": claim["claim_id"],
                    "verdict": said,
                    "literally_true": literally_true(tested, claimed) if row else None,
                    "value": tested.value,
                    "value_low": tested.low,
                    "value_high": tested.high,
                    "claimed_low": claimed.low,
                    "claimed_high": claimed.high,
                    "scope_fit": scope_fit(scope if is_corridor else None, of_basis),
                    "missing": missing,
                    "reason_en": reason_en,
                    "reason_zh": reason_zh,
                }
            )
    return rows


def _tested(row: Row) -> Tested:
    return Tested(value=row["value"], low=row["low"], high=row["high"])


def _reason(
    claim: Row, evidence: Evidence, *, missing: list[str], names: dict[str, tuple[str, str]], symbols: tuple[str, str]
) -> tuple[str, str]:
    lack_en = ", ".join(names[m][0] for m in missing if m in names)
    lack_zh = "、".join(names[m][1] for m in missing if m in names)
    tail_en = f" No exact figure for {lack_en}." if missing else ""
    tail_zh = f"{lack_zh}没有确切数据。" if missing else ""
    if claim["form"] == "from_to":
        tail_en += " Only the end of the claim is tested, not its start."
        tail_zh += "只检验终点，未检验起点。"
    if evidence.constant:
        tail_en += " The newest figures are taken for every year; areas are measured anew from time to time."
        tail_zh += "各年均取最新数据；面积会重新勘测。"
    if evidence.row is None:
        why = evidence.why_not or "no_member"
        return f"Not tested: {NO_TEST_EN[why]}.{tail_en}", f"未检验：{NO_TEST_ZH[why]}。{tail_zh}"
    row = evidence.row
    day = row["period_end"].isoformat()
    low, high = (row["value"],) * 2 if row["value"] is not None else (row["low"], row["high"])
    figure_en, figure_zh = (_span(low, high, claim=claim, symbol=symbol) for symbol in symbols)
    stands_en, stands_zh = (
        _span(claim["claimed_low"], claim["claimed_high"], claim=claim, symbol=symbol) for symbol in symbols
    )
    undated_en = "" if claim["tested_until"] else " The claim bears no date; the newest period is taken."
    undated_zh = "" if claim["tested_until"] else "该说法无日期，按最新一期检验。"
    blocked = row.get("reason")
    note_en = f" No rate: {blocked}." if blocked and row["value"] is None else ""
    return (
        f"{day}: {figure_en}; the claim stands for {stands_en}.{tail_en}{note_en}{undated_en}",
        f"{day}：{figure_zh}；该说法相当于{stands_zh}。{tail_zh}{undated_zh}",
    )


def _span(low: float | None, high: float | None, *, claim: Row, symbol: str) -> str:
    if low is None or high is None:
        known = low if low is not None else high
        return f"{'≤' if low is None else '≥'} {_number(known, claim, symbol)}" if known is not None else "?"
    if low == high:
        return _number(low, claim, symbol)
    return f"{_number(low, claim, symbol)} – {_number(high, claim, symbol)}"


def _number(value: float, claim: Row, symbol: str) -> str:
    if claim["claimed_unit"] == "ratio":
        inverse = f" (1/{1 / value:,.1f})" if claim["ratio_n"] and value > 0 else ""
        return f"{value * 100:,.2f} %{inverse}"
    return with_symbol(f"{value:,.3f}".rstrip("0").rstrip("."), symbol)


def _bases(indicator_basis: pl.DataFrame, indicator: pl.DataFrame) -> dict[str, list[Row]]:
    default = indicator.select("indicator_id", "default_basis")
    ordered = indicator_basis.join(default, on="indicator_id").sort(
        "indicator_id", pl.col("basis") != pl.col("default_basis"), "basis"
    )
    groups: dict[str, list[Row]] = {}
    for row in ordered.iter_rows(named=True):
        groups.setdefault(row["indicator_id"], []).append(row)
    return groups


def _delta_shares(figure: pl.DataFrame, total: pl.DataFrame, *, catalog: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the corridors' shares of the Delta, whose total is the sum of the provinces that belong to it."""
    provinces = catalog["geography"].filter(pl.col("parent_code") == DELTA)
    members = provinces.select("geo_code", corridor_id=pl.lit(DELTA))
    bases = catalog["indicator_basis"]
    delta = totals_by_round(figure, members=members, indicator_basis=bases, geography=catalog["geography"])
    pairs = bases.filter("additive").select("indicator_id", "basis", reference_basis="basis")
    share = shares_of(corridors(total), delta.drop("corridor_id"), pairs=pairs)
    absent = best_totals(delta).select(*SERIES, absent="members_missing")
    return share.join(absent, on=SERIES, how="left").with_columns(members_missing=union("members_missing", "absent"))


def _world_shares(figure: pl.DataFrame, total: pl.DataFrame, *, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    pairs = indicator_basis.filter(pl.col("additive") & pl.col("world_basis").is_not_null()).select(
        "indicator_id", "basis", reference_basis="world_basis"
    )
    return shares_of(corridors(total), figure.filter(pl.col("geo_code") == WORLD), pairs=pairs)


def _held(
    scope: str,
    *,
    figure: pl.DataFrame,
    total: pl.DataFrame,
    share: pl.DataFrame,
    growth: pl.DataFrame,
    intensity: pl.DataFrame,
    delta: pl.DataFrame,
    world: pl.DataFrame,
) -> Held:
    is_place = pl.col("geo_code") == scope
    here = (pl.col("corridor_id") == scope) | is_place
    alone = figure.filter(is_place & (pl.col("round_group") == ANY_ROUND))
    level = pl.concat(
        [
            best_totals(total.filter(pl.col("corridor_id") == scope)),
            places(alone, wanted=pl.DataFrame({"geo_code": [scope]})).drop("geo_code"),
        ],
        how="diagonal",
    )
    of_level = grouped(level, "indicator_id", "basis")
    missing = level.select("indicator_id", "basis", "period_end", "period_kind", "members_missing")
    keys = ["indicator_id", "basis", "period_end", "period_kind"]
    shares = _as_interval(share.filter(here), "share").join(missing, on=keys, how="left")
    changes = _as_interval(growth.filter(here & (pl.col("measure") != "cagr_since_2018")), "value").join(
        missing, on=keys, how="left"
    )
    return Held(
        levels=of_level,
        nation=grouped(shares, "indicator_id", "basis"),
        delta=grouped(_as_interval(delta.filter(pl.col("corridor_id") == scope), "share"), "indicator_id", "basis"),
        world=grouped(_as_interval(world.filter(pl.col("corridor_id") == scope), "share"), "indicator_id", "basis"),
        growth=grouped(changes, "indicator_id", "basis", "base_year"),
        ratios=grouped(_as_interval(intensity.filter(here), "value").join(missing, on=keys, how="left"), "ratio_id"),
    )


def _as_interval(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.drop("low", "high", strict=False).with_columns(value=name, low=f"{name}_low", high=f"{name}_high")
