"""Published claims, with the interval their printed form means. `metrics.claim_audit` tests them.

A printed number is rounded: "1/24" means everything nearer to 1/24 than to its neighbours, "more than 1/5" what is
above 1/5 and below 1/4. The intervals follow from the form (`printed`): no test is more generous than the words:

    C107, value 0.2, ratio_n 5, form point    claimed_low 1 / 5.5 = 0.1818, claimed_high 1 / 4.5 = 0.2222
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import polars as pl

from g60_pipeline.catalog.dates import first_day, last_day
from g60_pipeline.contracts.core.records import Claim
from g60_pipeline.contracts.frames import frame_of
from g60_pipeline.contracts.issues import Issue
from g60_pipeline.contracts.vocabulary import CLAIM_FORMS, CLAIM_MEASURES
from g60_pipeline.normalize.claim_words import statement
from g60_pipeline.normalize.expressions import NUMBER, filed_as, not_a_number, number
from g60_pipeline.normalize.expressions import first_day as first_day_expression
from g60_pipeline.normalize.expressions import last_day as last_day_expression
from g60_pipeline.normalize.printed import AT_LEAST, PrintedInterval, printed_number, stands_for
from g60_pipeline.normalize.rules import (
    Rule,
    apply_rules,
    known,
    known_indicator,
    known_place,
    known_unit,
    required,
    unique,
    unreadable,
)

RATIO: Final = "ratio"
DIGITS: Final = 1e-9
"""How far a number may be off a whole number of its last digits: arithmetic in binary."""

ONE_IN_N: Final = 0.01
"""How far value times n may be from one: the value of 1/n is written as a decimal of a few digits."""

OWN_FORMS: Final = ("point", "more_than", "nearly")
"""Forms of a claim that say how its number is meant; of the others the form of the end does."""


def claims(
    raw: pl.DataFrame,
    *,
    geography: pl.DataFrame,
    indicator: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    unit: pl.DataFrame,
    document: pl.DataFrame,
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return `core.claim` and the issues of the rows refused.

    Args:
        raw: `raw.claim` rows, each with a `document_id`.
        geography: `core.geography`.
        indicator: `core.indicator`.
        indicator_basis: `core.indicator_basis`.
        unit: `core.unit`.
        document: `core.document`.
    """
    checked, issues = apply_rules(
        raw, _word_rules(geography=geography, indicator=indicator, unit=unit, document=document)
    )
    kinds = unit.select("unit", "dimension")
    joined = (
        checked.with_columns(claim_id=filed_as("claim_id"))
        .join(unit.select("unit", "dimension", "power_of_ten"), on="unit", how="left", maintain_order="left")
        .join(
            indicator.select("indicator_id", "unit")
            .join(kinds, on="unit")
            .select("indicator_id", of_indicator="dimension"),
            on="indicator_id",
            how="left",
            maintain_order="left",
        )
        .join(
            indicator_basis.group_by("indicator_id").agg(known_bases=pl.col("basis").sort()),
            on="indicator_id",
            how="left",
            maintain_order="left",
        )
    )
    kept, more = apply_rules(joined, _meaning_rules())
    issues += more
    units = {row["unit"]: row for row in unit.iter_rows(named=True)}
    indicators = {row["indicator_id"]: row for row in indicator.iter_rows(named=True)}
    alone = geography.filter(pl.col("level") != "corridor").select("geo_code", "name_en", "name_zh")
    places = {code: (name_en, name_zh) for code, name_en, name_zh in alone.iter_rows()}
    published = dict(document.select("document_id", "published").iter_rows())
    rows = [
        _claim(
            row,
            indicator=indicators[row["indicator_id"]],
            units=units,
            published=published[row["document_id"]],
            place=places.get(row["geo_code"]),
        )
        for row in kept.iter_rows(named=True)
    ]
    return frame_of(Claim, rows).sort("claim_id"), issues


def _word_rules(
    *, geography: pl.DataFrame, indicator: pl.DataFrame, unit: pl.DataFrame, document: pl.DataFrame
) -> list[Rule]:
    dates = [
        unreadable(c, first_day_expression(c), what="date", remedy="Write YYYY, YYYY-MM or YYYY-MM-DD")
        for c in ("period_start", "period_end", "as_of")
    ]
    numbers = [
        Rule(
            "not_a_number",
            c,
            ~pl.col(c).str.contains(NUMBER),
            not_a_number,
            "Write digits with at most one point",
        )
        for c in ("value", "value_start", "precision")
    ]
    return [
        *required(["claim_id", "indicator_id", "measure", "form", "geo_code", "value", "unit"]),
        *required(["scope_as_printed", "document_id"]),
        unique("claim_id"),
        known_indicator(indicator),
        known("measure", CLAIM_MEASURES, "measure"),
        known("form", CLAIM_FORMS, "form of a claim"),
        known("end_form", ("point", "more_than", "nearly"), "form of an end"),
        known_place(geography),
        known_unit(unit),
        known("document_id", document["document_id"].to_list(), "document"),
        *numbers,
        *dates,
        Rule(
            "one_in_n",
            "ratio_n",
            ~pl.col("ratio_n").str.contains(r"^([2-9]|[1-9]\d{1,6})$"),
            lambda value: f"1/{value} is not a share",
            "Write the whole number n >= 2 of '1/n'",
        ),
    ]


def _meaning_rules() -> list[Rule]:
    value, ratio_n = number("value"), number("ratio_n")
    shares = pl.col("measure").str.starts_with("share_of_")
    share = value * 10.0 ** pl.col("power_of_ten").cast(pl.Float64)
    digits = value / number("precision")
    growth = pl.col("dimension") == "ratio_per_year"
    of_claim = pl.when(pl.col("measure") == "level").then("of_indicator").otherwise(pl.lit("ratio"))
    first, last = first_day_expression("period_start"), last_day_expression("period_end")
    return [
        Rule(
            "unknown_basis",
            "basis",
            ~pl.col("basis").is_in("known_bases"),
            lambda value: f"{value!r} is not a basis of this indicator",
            pl.format("Use one of {}, or leave it empty: every basis is tested", pl.col("known_bases").list.join(", ")),
        ),
        Rule(
            "unit_of_another_kind",
            "unit",
            (pl.col("dimension") != of_claim) & ~(growth & (pl.col("measure") == "growth")),
            lambda value: f"unit {value!r} does not measure what is claimed",
            "level: a unit of the indicator (core.indicator, core.unit); shares and growth: percent, ratio or times",
        ),
        Rule(
            "one_in_n_of_no_share",
            "ratio_n",
            ratio_n.is_not_null() & ~(shares & (pl.col("unit") == "ratio") & ((value * ratio_n - 1).abs() < ONE_IN_N)),
            lambda value: f"1/{value} is not what measure, unit and value say",
            "A claim of 1/n is a share, its unit is ratio and its value 1/n as a decimal: n 5, value 0.2",
        ),
        Rule(
            "precision_not_above_zero",
            "precision",
            number("precision") <= 0,
            lambda value: f"a digit is worth more than {value}",
            "Write one unit of the last printed digit: 1 for 48, 0.1 for 4.8, 1000 for 12 thousand",
        ),
        Rule(
            "precision_of_other_digits",
            "precision",
            ratio_n.is_null()
            & (number("precision") > 0)
            & ((digits - digits.round()).abs() > DIGITS * (1 + digits.abs())),
            lambda value: f"the number has digits that are worth less than {value}",
            "Write one unit of the last printed digit: 1 for 48, 0.1 for 4.8, 1000 for 12 thousand",
        ),
        Rule(
            "share_of_more_than_all",
            "value",
            shares & (pl.col("dimension") == "ratio") & ~share.is_between(0, 1),
            lambda value: f"{value} of this unit is no share of a whole",
            "Compare value and unit: 6.6 percent, or the ratio 0.066",
        ),
        Rule(
            "period_reversed",
            "period_start",
            first > last,
            lambda value: f"{value!r} is after the end of the period",
            "Put the earlier date into period_start, the later one into period_end",
        ),
        Rule(
            "form_needs",
            "form",
            (pl.col("form") == "from_to") & (pl.col("value_start").is_null() | pl.col("end_form").is_null()),
            "a from-to claim needs value_start and end_form",
            "Fill both",
        ),
        Rule(
            "precision_missing",
            "precision",
            pl.col("precision").is_null() & pl.col("ratio_n").is_null(),
            "a claim needs the precision of its number, unless it is printed as 1/n",
            "Write one unit of its last printed digit",
        ),
    ]


def _claim(
    row: dict[str, Any],
    *,
    indicator: dict[str, Any],
    units: dict[str, dict[str, Any]],
    published: dt.date | None,
    place: tuple[str, str] | None,
) -> dict[str, Any]:
    value, precision = float(row["value"]) + 0.0, float(row["precision"]) if row["precision"] else None
    ratio_n = int(row["ratio_n"]) if row["ratio_n"] else None
    form = row["form"] if row["form"] in OWN_FORMS else row["end_form"] or "point"
    if row["form"] == "target" and form == "more_than":
        form = AT_LEAST
    claimed_unit, factor = _target_unit(row["measure"], claimed=units[row["unit"]], canonical=units[indicator["unit"]])
    interval = stands_for(value, n=ratio_n, precision=precision, form=form, factor=factor)
    start = PrintedInterval(None, None)
    if row["value_start"]:
        start = printed_number(float(row["value_start"]), _start_precision(row), "point").scaled(factor)
    own_end = last_day(row["period_end"]) if row["period_end"] else None
    as_of = last_day(row["as_of"]) if row["as_of"] else None
    known_by = [day for day in (as_of, published) if day is not None]
    if row["form"] == "target":
        known_by = known_by[:1]
    symbols = (str(units[row["unit"]][f"symbol_{language}"]) for language in ("en", "zh"))
    number_en, number_zh = (f"1/{ratio_n}" if ratio_n else with_symbol(row["value"], symbol) for symbol in symbols)
    words_en, words_zh = statement(row, indicator=indicator, number=(number_en, number_zh), place=place)
    return {
        **{c: row[c] for c in ("claim_id", "indicator_id", "basis", "measure", "form", "end_form", "geo_code", "unit")},
        **{c: row[c] for c in ("scope_as_printed", "printed", "note", "document_id")},
        "lead": int(row["lead"]) if row["lead"] else None,
        "value": value,
        "value_start": float(row["value_start"]) if row["value_start"] else None,
        "ratio_n": ratio_n,
        "precision": precision,
        "claimed_low": interval.low,
        "claimed_high": interval.high,
        "claimed_unit": claimed_unit,
        "claimed_form": form,
        "claimed_factor": factor,
        "start_low": start.low,
        "start_high": start.high,
        "period_start": first_day(row["period_start"]) if row["period_start"] else None,
        "period_end": own_end,
        "as_of": as_of,
        "speaks_from": first_day(row["as_of"]) if row["as_of"] else published,
        "tested_until": own_end or min(known_by, default=None),
        "statement_en": words_en,
        "statement_zh": words_zh,
    }


def _start_precision(row: dict[str, Any]) -> float:
    """Return one unit of the last digit of the start of a from-to claim; a whole number is no finer than its end."""
    _, _, decimals = str(row["value_start"]).partition(".")
    return float(10.0 ** -len(decimals)) if decimals else max(float(row["precision"] or 1), 1.0)


def _target_unit(measure: str, *, claimed: dict[str, Any], canonical: dict[str, Any]) -> tuple[str, float]:
    """Return the unit a claim is tested in and the factor from the unit it was printed in."""
    if measure != "level":
        return RATIO, 0.01 if str(claimed["unit"]).startswith("percent") else 1.0
    if claimed["dimension"] != canonical["dimension"]:
        return str(claimed["unit"]), 1.0
    return str(canonical["unit"]), math.pow(10, claimed["power_of_ten"] - canonical["power_of_ten"])


def with_symbol(number: str, symbol: str) -> str:
    """Return a number with its unit as people write it: "5.74 trillion yuan", "4900 x 10,000 persons", "9万亿元"."""
    if not symbol or symbol in {"number", "个"}:
        return number
    if any("\u4e00" <= character <= "\u9fff" for character in symbol):
        return f"{number}{symbol}"
    return f"{number} × {symbol}" if symbol[0].isdigit() else f"{number} {symbol}"
