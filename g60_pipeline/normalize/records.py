"""Collaboration, policies, city profiles, flows, scope statements, breaks, rejected evidence: text to typed rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from g60_pipeline.contracts.core import records as contract
from g60_pipeline.contracts.core.figures import SeriesBreak
from g60_pipeline.contracts.core.ledger import Rejected
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.contracts.vocabulary import AMOUNT_FORMS, NATURES, PATHS, ROUNDS
from g60_pipeline.normalize.expressions import first_day, number, word_list
from g60_pipeline.normalize.rules import Rule, apply_rules, known, known_list, numeric, required, unique, unreadable

DATE_REMEDY: Final = "remedy.date"
EVERY: Final = "*"
"""Stands for every place, or for every indicator and basis, of a break."""

Result = tuple[pl.DataFrame, list[Issue]]


def collaboration(raw: pl.DataFrame, *, geography: pl.DataFrame, document: pl.DataFrame, unit: pl.DataFrame) -> Result:
    """Return `core.collaboration` and the issues of the rows refused."""
    codes = _codes(geography)
    kept, issues = apply_rules(
        raw,
        [
            *required(["event_id", "path", "kind", "nature", "name_zh", "name_en", "document_id"]),
            unique("event_id"),
            _document(document),
            known("path", PATHS, "collaboration_path"),
            known("nature", NATURES, "nature_of_a_record"),
            known("from_geo", codes, "geography_code"),
            known("to_geo", codes, "geography_code"),
            known_list("members", codes, "geography_codes"),
            known("amount_form", AMOUNT_FORMS, "wording_of_an_amount"),
            known("amount_unit", unit["unit"].to_list(), "unit"),
            *numeric("amount"),
            unreadable("start", first_day("start"), what="date", remedy=DATE_REMEDY),
        ],
    )
    start = first_day("start")
    table = kept.with_columns(
        members=word_list("members"),
        start_as_printed="start",
        start_date=start,
        year=start.dt.year().cast(pl.Int32),
        amount=number("amount"),
    )
    return _select(table, contract.Collaboration.column_names()), issues


def policy(raw: pl.DataFrame, *, geography: pl.DataFrame, document: pl.DataFrame) -> Result:
    """Return `core.policy` and the issues of the rows refused."""
    kept, issues = apply_rules(
        raw,
        [
            *required(["policy_id", "geo_code", "level", "title_zh", "title_en", "theme", "document_id"]),
            unique("policy_id"),
            _document(document),
            known("geo_code", _codes(geography), "geography_code"),
            unreadable("issued", first_day("issued"), what="date", remedy=DATE_REMEDY),
        ],
    )
    table = kept.with_columns(issued_as_printed="issued", issued=first_day("issued"))
    return _select(table, contract.Policy.column_names()), issues


def city_profile(raw: pl.DataFrame, *, geography: pl.DataFrame, document: pl.DataFrame) -> Result:
    """Return `core.city_profile` and the issues of the rows refused."""
    kept, issues = apply_rules(
        raw,
        [
            *required(["profile_id", "geo_code", "role_en", "role_zh", "document_id"]),
            unique("profile_id"),
            _document(document),
            known("geo_code", _codes(geography), "geography_code"),
        ],
    )
    return _select(kept, contract.CityProfile.column_names()), issues


def flow(raw: pl.DataFrame, *, geography: pl.DataFrame, document: pl.DataFrame, unit: pl.DataFrame) -> Result:
    """Return `core.flow` and the issues of the rows refused. The year is the last one the printed period names."""
    codes = _codes(geography)
    kept, issues = apply_rules(
        raw,
        [
            *required(["flow_id", "flow_indicator", "indicator_en", "indicator_zh"]),
            Rule(
                "no_place",
                "from_geo",
                pl.col("from_geo").is_null() & pl.col("to_geo").is_null(),
            ),
            *required(["value", "unit", "value_form", "directed", "document_id"]),
            unique("flow_id"),
            _document(document),
            known_list("from_geo", codes, "geography_codes"),
            known_list("to_geo", codes, "geography_codes"),
            known("unit", unit["unit"].to_list(), "unit"),
            known("value_form", AMOUNT_FORMS, "wording_of_an_amount"),
            known("directed", ["0", "1"], "direction_mark"),
            *numeric("value"),
        ],
    )
    table = kept.with_columns(
        from_geo=word_list("from_geo"),
        to_geo=word_list("to_geo"),
        period_as_printed="period",
        year=pl.col("period").str.extract_all(r"\d{4}").list.last().cast(pl.Int32, strict=False),
        value=number("value"),
        directed=pl.col("directed") == "1",
    )
    return _select(table, contract.Flow.column_names()), issues


def scope_statement(raw: pl.DataFrame, *, document: pl.DataFrame) -> Result:
    """Return `core.scope_statement` and the issues of the rows refused."""
    kept, issues = apply_rules(
        raw,
        [
            *required(["scope_id", "names_shanghai_as", "summary_en", "document_id"]),
            unique("scope_id"),
            _document(document),
            *numeric("total_area_km2"),
            *numeric("total_population_10k"),
        ],
    )
    table = kept.with_columns(
        total_area_km2=number("total_area_km2"), total_population_10k=number("total_population_10k")
    )
    return _select(table, contract.ScopeStatement.column_names()), issues


def series_break(
    raw: pl.DataFrame, *, geography: pl.DataFrame, indicator_basis: pl.DataFrame, document: pl.DataFrame
) -> Result:
    """Return `core.series_break` and the issues of the rows refused.

    A place that changed its borders breaks whatever counts it: one filed for indicator `*`, basis `*` is a row for
    every basis of the catalog.
    """
    bases = indicator_basis.select("indicator_id", "basis", basis_known=pl.lit(1))
    for_all = (pl.col("indicator_id") == EVERY) & (pl.col("basis") == EVERY) & (pl.col("territorial") == "1")
    kept, issues = apply_rules(
        raw.join(bases, on=["indicator_id", "basis"], how="left", maintain_order="left"),
        [
            *required(["break_id", "geo_code", "indicator_id", "basis", "first_period", "reason_en", "reason_zh"]),
            *required(["document_id", "territorial"]),
            known("territorial", ["0", "1"], "border_mark"),
            unique("break_id"),
            _document(document),
            known("geo_code", [*_codes(geography), EVERY], "geography_code"),
            known("round", ROUNDS, "revision_round"),
            unreadable("first_period", _year("first_period"), what="year", remedy="remedy.first_year"),
            Rule(
                "unknown_basis",
                "basis",
                pl.col("basis_known").is_null() & ~for_all,
                "remedy.basis_of_break",
            ),
        ],
    )
    everything = kept.filter(for_all).drop("indicator_id", "basis", "basis_known").join(bases, how="cross")
    rows = pl.concat([kept.filter(~for_all), everything.select(kept.columns)])
    return _select(
        rows.with_columns(first_period=_year("first_period"), territorial=pl.col("territorial") == "1"),
        SeriesBreak.column_names(),
    ), issues


def rejected(raw: pl.DataFrame) -> Result:
    """Return `core.rejected` and the issues of the rows refused."""
    kept, issues = apply_rules(raw, required(["evidence_file", "evidence_id", "reason", "remedy"]))
    return kept.select(Rejected.column_names()).sort("evidence_file", "evidence_id"), issues


def _codes(geography: pl.DataFrame) -> list[str]:
    return geography["geo_code"].to_list()


def _document(document: pl.DataFrame) -> Rule:
    return known("document_id", document["document_id"].to_list(), "document")


def _year(column: str) -> pl.Expr:
    return pl.when(pl.col(column).str.contains(r"^\d{4}$")).then(pl.col(column)).cast(pl.Int32, strict=False)


def _select(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return rows.select(columns).sort(columns[0], maintain_order=True)


__all__ = [
    "city_profile",
    "collaboration",
    "flow",
    "policy",
    "rejected",
    "scope_statement",
    "series_break",
]
