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
from g60_pipeline.normalize.expressions import NUMBER, NUMBER_REMEDY, filed_as, not_a_number, number, word_list
from g60_pipeline.normalize.periods import with_periods
from g60_pipeline.normalize.rules import (
    Rule,
    apply_rules,
    known,
    known_indicator,
    known_list,
    known_place,
    known_unit,
    required,
    unique,
)

FILLED: Final = ("row_id", "geo_code", "indicator_id", "basis", "period_kind", "period", "value", "unit")
"""Columns no figure can do without."""

WITHIN: Final = ": a day or month within a year says nothing of the whole year"
"""What is said of a day that is filed for a year."""

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
        known("period_kind", PUBLISHED_PERIOD_KINDS, "period kind"),
        known("status", [s for s in STATUSES if s != "unstated"], "status"),
        known("round", [r for r in ROUNDS if r != "unknown"], "revision round"),
        known_list("flags", PUBLISHED_FLAGS, "flag"),
        known("document_id", document["document_id"].to_list(), "document"),
        known("confirmed_by", document["document_id"].to_list(), "document"),
        Rule(
            "confirmed_and_unverified",
            "confirmed_by",
            pl.col("confirmed_by").is_not_null() & word_list("flags").list.contains("unverified"),
            "a figure that another document confirms is not unverified",
            "Take out the flag, or the confirming document",
        ),
        Rule(
            "confirmed_by_itself",
            "confirmed_by",
            pl.col("confirmed_by") == pl.col("document_id"),
            lambda value: f"document {value!r} can not confirm its own figure",
            "Name the document of another source",
        ),
        Rule(
            "not_a_number",
            "value",
            ~pl.col("value").str.contains(NUMBER),
            not_a_number,
            f"{NUMBER_REMEDY}, ranges or '>' (use flags for bounds)",
        ),
    ]


def _meaning_rules(*, today: dt.date) -> list[Rule]:
    return [
        Rule(
            "unknown_basis",
            "basis",
            pl.col("basis_known").is_null(),
            lambda value: f"{value!r} is not a basis of this indicator",
            pl.format("Use one of {}", "known_bases"),
        ),
        Rule(
            "unit_of_another_kind",
            "unit",
            pl.col("dimension") != pl.col("canonical_dimension"),
            lambda value: f"unit {value!r} does not measure this indicator",
            "Use a unit that converts into the indicator's canonical unit (core.indicator, core.unit)",
        ),
        Rule(
            "not_a_period",
            "period",
            pl.col("period_end").is_null(),
            pl.format(
                "'{}' is not a period of its kind{}",
                "period",
                pl.when(_is_within_year()).then(pl.lit(WITHIN)).otherwise(pl.lit("")),
            ),
            "year: YYYY, or in the inbox its last day; date and census: YYYY-MM-DD (a bare month twice: "
            "YYYY-MM/YYYY-MM); part_year: YYYY-MM/YYYY-MM",
        ),
        Rule(
            "period_of_another_kind",
            "period_kind",
            pl.col("period_kind").is_in(["date", "census"]) & (pl.col("observed_over") == "calendar_year"),
            lambda value: f"this basis is counted over a year, {value!r} is a day",
            "File it as year (YYYY), or as part_year (YYYY-MM/YYYY-MM) when it covers a part of the year",
        ),
        Rule(
            "period_too_early",
            "period",
            pl.col("period_end").dt.year() < FIRST_YEAR,
            lambda value: f"{value!r} lies before {FIRST_YEAR}",
            "Check the year; earlier figures are not held",
        ),
        Rule(
            "period_reversed",
            "period",
            pl.col("period_start") > pl.col("period_end"),
            lambda value: f"{value!r} ends before it starts",
            "Put the earlier month first",
        ),
        Rule(
            "period_not_over",
            "period",
            pl.col("period_end") > today,
            lambda value: f"{value!r} is not over on {today.isoformat()}",
            "A target or forecast is not a figure: leave it out until the period has ended",
        ),
        Rule(
            "printed_before",
            "period",
            # What is counted at the end of a year may be printed within it: only the year is compared.
            (pl.col("period_end") <= today) & (pl.col("printed_on").dt.year() < pl.col("period_start").dt.year()),
            lambda value: f"the year of {value!r} begins after its document was published",
            "Check the period and the date of the document: what lies ahead of a document is a plan, not a figure",
        ),
        Rule(
            "below_zero",
            "value",
            pl.col("non_negative") & (pl.col("number") < 0),
            lambda value: f"{value!r} is below zero, which this basis can not be",
            "Check the sign in the document",
        ),
        Rule(
            "two_bounds",
            "flags",
            pl.col("flag_list").list.contains("lower_bound") & pl.col("flag_list").list.contains("upper_bound"),
            "a figure is flagged lower_bound and upper_bound at once",
            "Enter the two ends as two rows",
        ),
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
