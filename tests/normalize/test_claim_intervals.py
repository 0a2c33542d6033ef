"""The interval a printed number stands for: no laxer than the wording, and no stricter than the digits."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60_pipeline.catalog import load_catalog
from g60_pipeline.contracts.raw import Claim as RawClaim
from g60_pipeline.metrics.engine.traced import TracedNumber
from g60_pipeline.normalize import printed
from g60_pipeline.normalize.catalog_tables import geography, indicator, indicator_basis, unit
from g60_pipeline.normalize.claims import claims, with_symbol
from g60_pipeline.normalize.printed import last_nonzero_unit, one_in, printed_number

CATALOG = load_catalog()
PAPERS = pl.DataFrame({"document_id": ["D1"], "published": [dt.date(2024, 10, 25)]})
DEFAULT = {
    "claim_id": "C1",
    "indicator_id": "gdp",
    "measure": "level",
    "form": "point",
    "geo_code": "G60",
    "value": "5",
    "unit": "cny_tn",
    "precision": "1",
    "scope_as_printed": "nine_cities",
    "document_id": "D1",
}


def read(**row: str) -> tuple[dict[str, Any], list[str]]:
    names = [c for c in RawClaim.column_names() if c not in {"file", "line"}]
    filled = DEFAULT | row
    raw = pl.DataFrame(
        [{"file": "f", "line": 2} | {n: filled.get(n) or None for n in names}],
        schema={"file": pl.String, "line": pl.Int32} | dict.fromkeys(names, pl.String),
    )
    table, issues = claims(
        raw,
        geography=geography(CATALOG),
        indicator=indicator(CATALOG),
        indicator_basis=indicator_basis(CATALOG),
        unit=unit(CATALOG),
        document=PAPERS,
    )
    return (table.row(0, named=True) if table.height else {}), [i.rule for i in issues]


@pytest.mark.parametrize(
    ("n", "form", "low", "high"),
    [
        (24, "point", 1 / 24.5, 1 / 23.5),
        (5, "point", 1 / 5.5, 1 / 4.5),
        (120, "point", 1 / 125, 1 / 115),
        (100, "point", 1 / 105, 1 / 95),
        (125, "point", 1 / 125.5, 1 / 124.5),
        (90, "point", 1 / 90.5, 1 / 89.5),
        (5, "more_than", 1 / 5, 1 / 4),
        (2, "more_than", 1 / 2, 1),
        (7, "nearly", 1 / 8, 1 / 7),
    ],
)
def test_one_in_n_stands_for_what_rounds_to_it(n: int, form: str, low: float, high: float) -> None:
    interval = one_in(n, form)
    assert (interval.low, interval.high) == (pytest.approx(low, rel=1e-15), pytest.approx(high, rel=1e-15))


@pytest.mark.parametrize(
    ("value", "precision", "form", "low", "high"),
    [
        (16.2, 0.1, "point", 16.15, 16.25),
        (83, 1, "point", 82.5, 83.5),
        (4900, 100, "point", 4850, 4950),
        (20, 1, "more_than", 20, 30),
        (3.2, 0.1, "more_than", 3.2, 3.3),
        (50000, 1, "more_than", 50000, 60000),
        (29000, 1, "more_than", 29000, 30000),
        (1.05, 0.01, "nearly", 1.04, 1.05),
        (9, 1, "nearly", 8, 9),
    ],
)
def test_a_printed_number_stands_for_its_last_digit(
    value: float, precision: float, form: str, low: float, high: float
) -> None:
    interval = printed_number(value, precision, form)
    assert (interval.low, interval.high) == (pytest.approx(low, rel=1e-12), pytest.approx(high, rel=1e-12))


@given(st.integers(2, 500), st.sampled_from(["point", "more_than", "nearly"]))
def test_one_in_n_lies_in_its_own_interval_and_neighbours_share_only_an_end(n: int, form: str) -> None:
    interval = one_in(n, form)
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low <= 1 / n <= interval.high
    if form == "point" and n < 100:
        assert one_in(n + 1, form).high == interval.low


@pytest.mark.parametrize(
    ("value", "step"), [(20, 10), (21, 1), (3.2, 0.1), (29000, 1000), (0.05, 0.01), (100, 100), (1.5e4, 1000)]
)
def test_the_last_digit_that_is_not_zero(value: float, step: float) -> None:
    assert last_nonzero_unit(value) == pytest.approx(step, rel=1e-12)


@pytest.mark.parametrize(
    ("row", "unit_of_claim", "low", "high"),
    [
        ({"value": "5.74", "unit": "cny_tn", "precision": "0.01"}, "cny_100m", 57350, 57450),
        ({"value": "9", "unit": "cny_tn", "precision": "1", "form": "nearly"}, "cny_100m", 80000, 90000),
        ({"measure": "share_of_nation", "ratio_n": "15", "unit": "ratio", "value": "0.0667", "precision": ""}, "ratio", 1 / 15.5, 1 / 14.5),
        ({"measure": "share_of_nation", "value": "16.2", "unit": "percent", "precision": "0.1"}, "ratio", 0.1615, 0.1625),
        ({"measure": "share_of_nation", "value": "20", "unit": "percent", "precision": "1", "form": "more_than"}, "ratio", 0.2, 0.3),
        ({"measure": "growth", "value": "83", "unit": "percent", "precision": "1"}, "ratio", 0.825, 0.835),
        ({"form": "target", "end_form": "more_than", "value": "10", "unit": "cny_tn"}, "cny_100m", 100000, None),
        ({"form": "target", "end_form": "point", "value": "10", "unit": "cny_tn"}, "cny_100m", 95000, 105000),
    ],
)  # fmt: skip
def test_a_claim_is_told_in_the_unit_it_is_tested_in(
    row: dict[str, str], unit_of_claim: str, low: float, high: float | None
) -> None:
    claim, issues = read(**row)
    assert issues == []
    assert claim["claimed_unit"] == unit_of_claim
    assert claim["claimed_low"] == pytest.approx(low, rel=1e-12)
    assert claim["claimed_high"] == (high if high is None else pytest.approx(high, rel=1e-12))


def test_a_claim_from_one_level_to_another_keeps_both_ends() -> None:
    claim, _ = read(
        indicator_id="hightech_enterprises", unit="count", form="from_to", end_form="more_than",
        value_start="10000", value="50000", precision="1", period_start="2018", period_end="2023",
    )  # fmt: skip
    assert (claim["start_low"], claim["start_high"]) == (9999.5, 10000.5)
    assert (claim["claimed_low"], claim["claimed_high"]) == (50000, 60000)
    assert (claim["period_start"], claim["period_end"]) == (dt.date(2018, 1, 1), dt.date(2023, 12, 31))


@pytest.mark.parametrize(
    ("dates", "until"),
    [
        ({"period_end": "2022", "as_of": "2024-03"}, dt.date(2022, 12, 31)),
        ({"as_of": "2024-02"}, dt.date(2024, 2, 29)),
        ({}, dt.date(2024, 10, 25)),
    ],
)
def test_a_claim_is_tested_until_its_own_period_else_its_date_else_its_publication(
    dates: dict[str, str], until: dt.date
) -> None:
    assert read(**dates)[0]["tested_until"] == until


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"form": "roughly"}, "unknown_form_of_a_claim"),
        ({"measure": "rank"}, "unknown_measure"),
        ({"unit": "yuan"}, "unknown_unit"),
        ({"value": "about 5"}, "not_a_number"),
        ({"ratio_n": "1"}, "one_in_n"),
        ({"ratio_n": "4.5"}, "one_in_n"),
        ({"form": "from_to"}, "form_needs"),
        ({"precision": ""}, "precision_missing"),
        ({"period_end": "2020-13"}, "not_a_date"),
        ({"geo_code": "G61"}, "unknown_geography_code"),
        ({"document_id": "D2"}, "unknown_document"),
    ],
)
def test_a_bad_claim_is_refused(row: dict[str, str], rule: str) -> None:
    claim, issues = read(**row)
    assert claim == {}
    assert issues == [rule]


def test_the_claim_is_put_into_words_in_both_languages() -> None:
    claim, _ = read(
        measure="share_of_nation", ratio_n="15", unit="ratio", value="0.0667", precision="", as_of="2024-01"
    )
    assert claim["statement_en"] == "Gross domestic product: 1/15 of China (2024-01)"
    assert claim["statement_zh"].endswith("占全国1/15 (2024-01)")


@pytest.mark.parametrize(
    ("dates", "words_en", "words_zh"),
    [
        ({}, "", ""),
        ({"as_of": "2022-11"}, " (2022-11)", " (2022-11)"),
        ({"period_end": "2022"}, " (2022)", " (2022)"),
        ({"period_start": "2022", "period_end": "2022"}, " (2022)", " (2022)"),
        ({"period_start": "2018", "period_end": "2022", "as_of": "2023"}, " (2018–2022)", " (2018–2022)"),
        ({"period_start": "2018"}, " (since 2018)", "（自2018起）"),
        ({"period_start": "2018", "as_of": "2022-11"}, " (since 2018, as of 2022-11)", "（自2018起，截至2022-11）"),
    ],
)
def test_the_words_name_the_dates_a_claim_has_and_no_other(dates: dict[str, str], words_en: str, words_zh: str) -> None:
    claim, _ = read(**({"as_of": "", "period_start": "", "period_end": ""} | dates))
    assert claim["statement_en"].rpartition("yuan")[2] == words_en
    assert claim["statement_zh"].rpartition("元")[2] == words_zh


def test_no_claim_of_the_facts_speaks_of_none(graph: dict[str, pl.DataFrame]) -> None:
    words = graph["core.claim"].select("claim_id", "statement_en", "statement_zh")
    assert (
        words.filter(pl.any_horizontal(pl.col("statement_en", "statement_zh").str.contains("None|null"))).rows() == []
    )


@pytest.mark.parametrize(
    ("number", "symbol", "words"),
    [
        ("5", "", "5"),
        ("5", "number", "5"),
        ("9", "万亿元", "9万亿元"),
        ("4900", "10,000 persons", "4900 × 10,000 persons"),
        ("5.74", "trillion yuan", "5.74 trillion yuan"),
    ],
)
def test_a_number_is_written_with_its_unit(number: str, symbol: str, words: str) -> None:
    assert with_symbol(number, symbol) == words


@pytest.mark.parametrize(("form", "high"), [("more_than", 6e4), ("at_least", None)])
def test_a_target_of_more_than_a_number_is_open_above(form: str, high: float | None) -> None:
    found = printed.stands_for(5.0, n=None, precision=1.0, form=form, factor=1e4)
    assert (found.low, found.high) == (5e4, high)


def test_a_printed_form_is_written_out_by_the_rules_that_compute_it() -> None:
    found = printed.stands_for(TracedNumber(1 / 24), n=TracedNumber(24), precision=None, form="point", factor=1.0)
    assert repr(found.low) == "1.0 / (24.0 + 0.5)"
    assert found.low == printed.one_in(24, "point").low
