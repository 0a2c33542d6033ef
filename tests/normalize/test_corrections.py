"""Corrections: applied with a trace, kept from the screen nowhere, and refused once their source is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from worded import assert_in_chinese

from g60_pipeline.errors import G60Error
from g60_pipeline.normalize.corrections import corrected
from g60_pipeline.tables import table

pytestmark = pytest.mark.usefixtures("of_few_facts")

Frames = dict[str, pl.DataFrame]
HEADER = "correction_id,row_id,column,printed,corrected,reason_en,reason_zh,document_id,author,reviewed\n"
SOUND = {
    "correction_id": "K1",
    "row_id": "E0406",
    "column": "value",
    "printed": "12013.1",
    "corrected": "12013.7",
    "reason_en": "misprint",
    "reason_zh": "误印",
    "document_id": "D0548",
    "author": "a reviewer",
    "reviewed": "2026-11-20",
}


def register(*rows: dict[str, str]) -> dict[str, str | bytes]:
    return {"corrections/own.csv": HEADER + "".join(",".join((SOUND | row).values()) + "\n" for row in rows)}


def test_a_corrected_figure_shows_what_is_printed_and_enters_as_it_should_be(run_home: Callable[..., Frames]) -> None:
    made = run_home(register({}))
    (row,) = made["core.observation_candidate"].filter(pl.col("observation_id") == "E0406").to_dicts()
    assert (row["value"], row["value_as_published"], "corrected" in row["flags"]) == (12013.7, "12013.1", True)
    assert row["origin"].endswith("corrected by K1")
    (entry,) = made["core.correction"].to_dicts()
    assert (entry["row_ids"], entry["document_id"], entry["file"]) == (["E0406"], "D0548", "corrections/own.csv")
    touched = made["metrics.corridor_total"].filter(pl.col("input_ids").list.contains("E0406"))
    assert touched.height >= 2
    assert touched["flags"].list.contains("corrected").all()
    for name in ("core.correction", "core.observation_candidate"):
        table(name).schema.validate(made[name])


def test_unit_and_period_can_be_corrected_too(run_home: Callable[..., Frames]) -> None:
    made = run_home(register({"column": "unit", "printed": "cny_100m", "corrected": "cny_bn"}))
    (row,) = made["core.observation_candidate"].filter(pl.col("observation_id") == "E0406").to_dicts()
    assert (row["value"], row["unit_as_published"], row["value_as_published"]) == (120131.0, "cny_100m", "12013.1")


def test_correction_is_written_in_words_as_the_inbox_is(run_home: Callable[..., Frames]) -> None:
    own = {"column": "unit", "printed": "亿元", "corrected": "billion yuan"}
    made = run_home(register(own))
    (entry,) = made["core.correction"].to_dicts()
    assert (entry["printed"], entry["corrected"]) == ("cny_100m", "cny_bn")


def test_without_corrections_nothing_is_changed(graph: Frames) -> None:
    assert graph["core.correction"].is_empty()
    assert graph["stage.corrected_observation"].equals(
        pl.concat([graph["stage.cited_observation"], graph["stage.live_observation"]])
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"printed": "12013.0"}], r"now says '12013.1', not '12013.0': the source has been mended"),
        ([{"row_id": "E9999"}], r"no figure is called E9999: it is gone from its source"),
        ([{"column": "colour"}], r"'colour' is not a column that can be corrected"),
        ([{"corrected": "12013.1"}], r"it changes nothing"),
        ([{"corrected": "12 013.7"}], r"'12 013.7' is not a number"),
        ([{"corrected": "1.2e4"}], r"'1.2e4' is not a number"),
        ([{"reason_zh": ""}], r"reason_zh is empty"),
        ([{"author": ""}], r"author is empty"),
        ([{"document_id": "D9999"}], r"there is no document D9999"),
        ([{"reviewed": "2026-13-01"}], r"'2026-13-01' is not a day"),
        ([{"reviewed": "2026-11-23"}], r"reviewed on 2026-11-23, which is after 2026-11-22, today in China"),
        ([{}, {}], r"its identifier is used twice"),
        ([{}, {"correction_id": "K2"}], r"value of E0406 is corrected twice"),
    ],
)
def test_a_correction_that_can_not_stand_stops_the_build_with_a_remedy(
    run_home: Callable[..., Frames], rows: list[dict[str, str]], words: str
) -> None:
    with pytest.raises(G60Error, match=words) as told:
        run_home(register(*rows))["core.correction"]
    assert f"corrections/own.csv, line {len(rows) + 1}" in told.value.subject
    assert told.value.remedy
    assert_in_chinese(told.value)


@pytest.mark.parametrize(
    ("row", "words", "remedy"),
    [
        ({"column": "geo_code", "printed": "340100", "corrected": "310199"}, r"'310199' is not a known geography code \[", "six digits"),
        ({"column": "unit", "printed": "cny_100m", "corrected": "furlong"}, r"'furlong' is not a known unit \[unknown_unit\]", "catalog"),
        ({"column": "unit", "printed": "cny_100m", "corrected": "persons"}, r"\[unit_of_another_kind\]", "canonical unit"),
        ({"column": "unit", "printed": "cny_100m", "corrected": "cny_10k"}, r"\[scale_of_the_unit\]", "cny_100m would fit"),
        ({"column": "period", "printed": "2022", "corrected": "2035"}, r"\[period_not_over\]", "target"),
        ({"column": "basis", "printed": "current_prices", "corrected": "gross"}, r"\[unknown_basis\]", "current_prices"),
        ({"column": "indicator_id", "printed": "gdp", "corrected": "gpd"}, r"\[unknown_indicator\]", "gdp"),
        ({"column": "status", "printed": "preliminary", "corrected": "last"}, r"\[unknown_status\]", "final"),
    ],
    ids=["place", "unit", "unit of another kind", "scale", "period", "basis", "indicator", "status"],
)  # fmt: skip
def test_correction_that_makes_its_figure_be_refused_is_named_with_the_rule(
    run_home: Callable[..., Frames], row: dict[str, str], words: str, remedy: str
) -> None:
    with pytest.raises(G60Error, match=words) as told:
        run_home(register(row))["core.observation_candidate"]
    assert told.value.subject == "corrections/own.csv, correction K1"
    assert f"{row['column']} of E0406 is {row['corrected']!r}" in told.value.rule
    assert told.value.remedy.startswith("Mend the correction, or take it out.")
    assert remedy in told.value.remedy


@pytest.mark.parametrize("content", ["correction_id,row_id\n", HEADER + "K1,E0406\n", b"\xff\xfe"])
def test_a_register_that_can_not_be_read_is_not_passed_over(
    run_home: Callable[..., Frames], content: str | bytes
) -> None:
    with pytest.raises(G60Error, match=r"corrections/own\.csv"):
        run_home({"corrections/own.csv": content})["core.correction"]


def observations(*rows: tuple[str, str]) -> pl.DataFrame:
    columns = table("raw.observation").schema.columns()
    plain: dict[str, Any] = {"file": "archive/x", "line": 2, "unit": "cny_100m"}
    filled = [plain | {"row_id": name, "value": value} for name, value in rows]
    return pl.DataFrame(
        [{name: row.get(name) for name in columns} for row in filled],
        schema={name: column.dtype for name, column in columns.items()},
    )


def entry(**more: str) -> pl.DataFrame:
    row = SOUND | {"row_id": "worldbank:gdp|2025", "printed": "1", "corrected": "2"} | more
    columns = table("raw.correction").schema.columns()
    filled: dict[str, Any] = {"file": "facts/corrections.csv", "line": 2} | row
    return pl.DataFrame([filled], schema={name: column.dtype for name, column in columns.items()})


TODAY = dt.date(2026, 11, 22)
DOCUMENTS = pl.DataFrame({"document_id": ["D0548"]})


def test_of_a_live_figure_every_vintage_that_says_so_is_corrected() -> None:
    rows = observations(("worldbank:gdp|2025@20260101T000000Z-a", "1"), ("worldbank:gdp|2025@20260201T000000Z-b", "1"))
    mended, made = corrected(rows, entry(), document=DOCUMENTS, today=TODAY)
    assert mended["value"].to_list() == ["2", "2"]
    assert len(made["row_ids"][0]) == 2


def test_a_live_source_that_mended_itself_ends_the_correction() -> None:
    rows = observations(("worldbank:gdp|2025@20260101T000000Z-a", "1"), ("worldbank:gdp|2025@20260201T000000Z-b", "2"))
    with pytest.raises(G60Error, match="mended"):
        corrected(rows, entry(), document=DOCUMENTS, today=TODAY)


def test_a_figure_of_the_inbox_is_named_with_its_file(run_home: Callable[..., Frames], make: Any) -> None:
    own = register({"row_id": "inbox/a.csv#r1", "printed": "24653.4", "corrected": "24653.5"})
    made = run_home(own | {"inbox/a.csv": make.inbox_csv({})})
    (row,) = made["core.observation_candidate"].filter(pl.col("observation_id") == "inbox/a.csv#r1").to_dicts()
    assert (row["value"], row["value_as_published"]) == (24653.5, "24653.4")
