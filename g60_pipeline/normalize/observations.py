"""Raw figures to `core.observation_candidate`: checks every row against the catalog, converts units, reads periods."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from g60_pipeline.contracts.columns import FIRST_YEAR
from g60_pipeline.contracts.core.figures import ObservationCandidate
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.contracts.vocabulary import PUBLISHED_FLAGS, PUBLISHED_PERIOD_KINDS, ROUNDS, STATUSES
from g60_pipeline.normalize.choose import CHOICE
from g60_pipeline.normalize.expressions import filed_as, number, word_list
from g60_pipeline.normalize.periods import with_periods
from g60_pipeline.normalize.rules import (
    Rule,
    apply_rules,
    known,
    known_indicator,
    known_list,
    known_place,
    known_unit,
    numeric,
    required,
    unique,
)

FILLED: Final = ("row_id", "geo_code", "indicator_id", "basis", "period_kind", "period", "value", "unit")
"""Columns no figure can do without."""

CANDIDATE_COLUMNS: Final = tuple(
    c
    for c in ObservationCandidate.column_names()
    if c not in {*CHOICE, "annual", "snapshot_id", "retrieved_at", "withdrawn", "superseded", "known_from"}
)
"""Columns of a candidate before its vintage is added and the choice is made."""


def observation_id() -> pl.Expr:
    """Return the identifier a raw figure gets."""
    return filed_as("row_id")


def candidates_from_raw(
    raw: pl.DataFrame,
    *,
    geography: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    unit: pl.DataFrame,
    document: pl.DataFrame,
    today: dt.date,
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the figures that keep every rule, in canonical units and periods, and the issues of those that do not.

    Args:
        raw: `raw.observation` rows, each with a `document_id`.
        geography: `core.geography`.
        indicator: `core.indicator`.
        indicator_basis: `core.indicator_basis`.
        unit: `core.unit`.
        document: `core.document`.
        today: Last day a figure may refer to.
    """
    checked, issues = apply_rules(
        raw, _word_rules(geography=geography, indicator=indicator, unit=unit, document=document)
    )
    bases = indicator_basis.select(
        "indicator_id", "basis", "observed_over", "non_negative", canonical_unit="unit", basis_known=pl.lit(1)
    )
    units = unit.select("unit", "dimension", "power_of_ten")
    canonical = units.rename({c: f"canonical_{c}" for c in units.columns})
    choices = indicator_basis.group_by("indicator_id").agg(known_bases=pl.col("basis").sort().str.join(", "))
    joined = (
        checked.join(choices, on="indicator_id", how="left", maintain_order="left")
        .join(bases, on=["indicator_id", "basis"], how="left", maintain_order="left")
        .join(units, on="unit", how="left", maintain_order="left")
        .join(canonical, on="canonical_unit", how="left", maintain_order="left")
        .join(
            document.select("document_id", printed_on="published"),
            on="document_id",
            how="left",
            maintain_order="left",
        )
    )
    typed = with_periods(joined).with_columns(
        number=number("value", pl.col("power_of_ten") - pl.col("canonical_power_of_ten")), flag_list=word_list("flags")
    )
    kept, more = apply_rules(typed, _meaning_rules(today=today))
    return _candidates(kept, document=document), issues + more


def _is_within_year() -> pl.Expr:
    """Return whether a day or a month is filed for a year."""
    return (pl.col("period_kind") == "year") & pl.col("period").str.contains(r"^\d{4}[-/.年]\d")


def _word_rules(
    *, geography: pl.DataFrame, indicator: pl.DataFrame, unit: pl.DataFrame, document: pl.DataFrame
) -> list[Rule]:
    return [
        *required(FILLED),
        *required(["document_id"]),
        unique("row_id"),
        known_place(geography),
        known_indicator(indicator),
        known_unit(unit),
        known("period_kind", PUBLISHED_PERIOD_KINDS, "period_kind"),
        known("status", [s for s in STATUSES if s != "unstated"], "status"),
        known("round", [r for r in ROUNDS if r != "unknown"], "revision_round"),
        known_list("flags", PUBLISHED_FLAGS, "flag"),
        known("document_id", document["document_id"].to_list(), "document"),
        known("confirmed_by", document["document_id"].to_list(), "document"),
        Rule(
            "confirmed_and_unverified",
            "confirmed_by",
            pl.col("confirmed_by").is_not_null() & word_list("flags").list.contains("unverified"),
        ),
        Rule("confirmed_by_itself", "confirmed_by", pl.col("confirmed_by") == pl.col("document_id")),
        *numeric("value"),
    ]


def _meaning_rules(*, today: dt.date) -> list[Rule]:
    no_period, flags = pl.col("period_end").is_null(), pl.col("flag_list").list
    return [
        Rule("unknown_basis", "basis", pl.col("basis_known").is_null(), values={"known": pl.col("known_bases")}),
        Rule("unit_of_another_kind", "unit", pl.col("dimension") != pl.col("canonical_dimension")),
        Rule("not_a_period", "period", no_period & ~_is_within_year()),
        Rule("period_within_year", "period", no_period & _is_within_year(), "not_a_period.remedy"),
        Rule(
            "period_of_another_kind",
            "period_kind",
            pl.col("period_kind").is_in(["date", "census"]) & (pl.col("observed_over") == "calendar_year"),
        ),
        Rule(
            "period_too_early",
            "period",
            pl.col("period_end").dt.year() < FIRST_YEAR,
            values={"first": str(FIRST_YEAR)},
        ),
        Rule("period_reversed", "period", pl.col("period_start") > pl.col("period_end")),
        Rule("period_not_over", "period", pl.col("period_end") > today, values={"today": today.isoformat()}),
        Rule(
            "printed_before",
            "period",
            # What is counted at the end of a year may be printed within it: only the year is compared.
            (pl.col("period_end") <= today) & (pl.col("printed_on").dt.year() < pl.col("period_start").dt.year()),
        ),
        Rule("below_zero", "value", pl.col("non_negative") & (pl.col("number") < 0)),
        Rule("two_bounds", "flags", flags.contains("lower_bound") & flags.contains("upper_bound")),
    ]


def _candidates(rows: pl.DataFrame, *, document: pl.DataFrame) -> pl.DataFrame:
    status = pl.col("status").fill_null("unstated")
    added = pl.concat_list(
        pl.col("flag_list"),
        pl.when("month_only").then(pl.lit(["month_only"])).otherwise(pl.lit([], dtype=pl.List(pl.String))),
        pl.when(pl.col("period_kind") == "census")
        .then(pl.lit(["census"]))
        .otherwise(pl.lit([], dtype=pl.List(pl.String))),
    )
    return (
        rows.join(
            document.select("document_id", doc_grade="grade", doc_published="published"), on="document_id", how="left"
        )
        .select(
            observation_id=observation_id(),
            geo_code="geo_code",
            indicator_id="indicator_id",
            basis="basis",
            period_kind="kind",
            period_start="period_start",
            period_end="period_end",
            year=pl.col("period_end").dt.year().cast(pl.Int32),
            value="number",
            unit="canonical_unit",
            value_as_published="value",
            unit_as_published="unit",
            status=status,
            round=pl.coalesce(
                "round",
                status.replace_strict({"preliminary": "first", "final": "annual_final"}, default="unknown"),
            ),
            flags=added.list.unique().list.sort(),
            grade="doc_grade",
            document_id="document_id",
            published="doc_published",
            locator="locator",
            note="note",
            confirmed_by="confirmed_by",
            origin=pl.format("{}, line {}", pl.col("file"), pl.col("line")),
        )
        .select(CANDIDATE_COLUMNS)
    )
