"""What is named as nearest to an unknown word, and that thousands of them do not hold a build up."""

from __future__ import annotations

import time

import polars as pl

from g60_pipeline.normalize.rules import COMPARED, apply_rules, known, known_unit

DOCUMENTS = [f"D{number:04}" for number in range(600)]


def remedies(values: list[str]) -> list[str]:
    rows = pl.DataFrame(
        {"file": ["f.csv"] * len(values), "line": range(len(values)), "document_id": values},
        schema_overrides={"line": pl.Int32},
    )
    kept, issues = apply_rules(rows, [known("document_id", DOCUMENTS, "document")])
    assert kept.height + len(issues) == len(values)
    return [issue.remedy for issue in issues]


def test_nearest_is_named_for_each_of_a_few() -> None:
    first, again, other = remedies(["D0007x", "D0007", "D0007x", "?"])
    assert first.startswith("Did you mean D0007 / ")
    assert (again, other) == (first, "See the catalog for the known ones")


def test_thousands_of_unknown_words_are_told_at_once() -> None:
    started = time.monotonic()
    told = remedies([f"D{number}" for number in range(10_000, 30_000)] + ["x" * 1_000_000])
    assert time.monotonic() - started < 5
    assert len(told) == 20_001
    assert all("Did you mean" in remedy for remedy in told[:COMPARED])
    assert set(told[COMPARED:]) == {"See the catalog for the known ones"}


def test_thousands_of_unknown_units_are_told_at_once() -> None:
    names = [f"unit_{number:03}" for number in range(60)]
    unit = pl.DataFrame({"unit": names, "symbol_en": names, "symbol_zh": ["亿元", *names[1:]]}).with_columns(
        dimension="unit", power_of_ten=0, aliases=pl.lit([], dtype=pl.List(pl.String))
    )
    values = ["亿元", *(f"unit_{number:03}x" for number in range(20_000))]
    rows = pl.DataFrame({"file": "f.csv", "line": pl.int_range(20_001, dtype=pl.Int32, eager=True), "unit": values})
    started = time.monotonic()
    _, issues = apply_rules(rows, [known_unit(unit)])
    assert time.monotonic() - started < 5
    assert issues[0].remedy == "Write unit_000"
    assert issues[1].remedy.startswith("Did you mean")
    assert issues[-1].remedy == "See the catalog for the known ones"


def test_word_too_long_to_be_a_slip_is_not_compared() -> None:
    started = time.monotonic()
    assert remedies(["D0007" * 200_000]) == ["See the catalog for the known ones"]
    assert time.monotonic() - started < 1
