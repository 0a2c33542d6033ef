"""What people write into the inbox: a cell with one meaning is read and reported, one with two or none is left as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.readings import Reading, read_cell, read_day, read_name, read_number, read_period, understood
from g60_pipeline.naming import folded
from g60_pipeline.normalize.rules import apply_rules, known_indicator, known_place, known_unit

Frames = dict[str, pl.DataFrame]


@pytest.mark.parametrize(
    ("column", "typed", "read"),
    [
        ("geo_code", "苏州", "320500"),
        ("geo_code", "苏州市", "320500"),
        ("geo_code", "江苏省苏州市", "320500"),
        ("geo_code", "Suzhou", "320500"),
        ("geo_code", "SUZHOU", "320500"),
        ("geo_code", "Suzhou  (Anhui)", "341300"),
        ("geo_code", "宿州", "341300"),
        ("geo_code", "320500", "320500"),
        ("geo_code", "苏洲", None),
        ("geo_code", "Su", None),
        ("indicator_id", "GDP", "gdp"),
        ("indicator_id", "gross domestic product", "gdp"),
        ("unit", "亿元", "cny_100m"),
        ("unit", "亿　元", "cny_100m"),
        ("unit", "万元", "cny_10k"),
        ("unit", "家", "count"),
        ("unit", "件", "count"),
        ("unit", "万件", "count_10k"),
        ("unit", "万人", "persons_10k"),
        ("unit", "%", "percent"),
        ("unit", "％", "percent"),
        ("unit", "100 Million Yuan", "cny_100m"),
        ("unit", "RMB billion", "cny_bn"),
        ("unit", "10,000 persons", "persons_10k"),
        ("unit", "million US$", "usd_m"),
        ("unit", "km²", "km2"),
        ("unit", "million", "million"),
        ("unit", "亿", None),
        ("unit", "万", None),
        ("unit", "dollars", None),
    ],
)
def test_name_of_the_catalog_is_read_as_its_identifier_and_any_other_text_is_not(
    column: str, typed: str, read: str | None
) -> None:
    assert read_name(column, typed) == read


def test_basis_is_read_by_its_name_within_its_indicator_only() -> None:
    assert read_name("basis", "按常住单位原则核算，现价", indicator="rd_expenditure") is None
    for indicator in load_catalog().indicators:
        names = [folded(name) for b in indicator.bases for name in {b.name_en, b.name_zh}]
        for b in indicator.bases:
            for name in (b.basis, b.name_en, b.name_zh):
                alone = names.count(folded(name)) <= 1 or b.name_en == b.name_zh
                assert read_name("basis", name, indicator=indicator.indicator_id) == (b.basis if alone else None)


def test_every_name_of_a_place_and_a_unit_is_read_as_what_the_catalog_says_it_means() -> None:
    catalog = load_catalog()
    for place in catalog.geographies:
        for name in (place.name_en, place.name_zh, place.short_zh, *place.aliases):
            assert read_name("geo_code", name) == place.geo_code
    meaning = {u.unit: (u.dimension, u.power_of_ten) for u in catalog.units}
    doubtful = set()
    for unit in catalog.units:
        for name in (unit.symbol_en, unit.symbol_zh, *unit.aliases):
            read = read_name("unit", name)
            if read is None:
                doubtful.add(name)
            else:
                assert meaning[read] == meaning[unit.unit]
    assert doubtful == {"项"}, "these mean something else as well"


def test_unit_with_two_meanings_is_the_one_that_measures_the_indicator() -> None:
    assert read_name("unit", "项", indicator="patents_granted") == "count"
    assert read_name("unit", "项", indicator="gdp") is None


@pytest.mark.parametrize(
    ("typed", "unit", "read"),
    [
        ("12,700", "cny_100m", "12700"),
        ("1,234,567.89", "cny_100m", "1234567.89"),
        ("-1,234", "cny_100m", "-1234"),
        ("12.5%", "percent", "12.5"),
        ("1,234.5 %", "percent", "1234.5"),
        ("12.5%", "cny_100m", None),
        ("12.5%", "ratio", None),
        ("12,7", "cny_100m", None),
        ("1,2700", "cny_100m", None),
        ("0,123", "cny_100m", None),
        ("-0,123", "cny_100m", None),
        ("00,123", "cny_100m", None),
        ("12,70,000", "cny_100m", None),
        ("0012,700", "cny_100m", None),
        ("12.700,5", "cny_100m", None),
        ("12,700.", "cny_100m", None),
        (",700", "cny_100m", None),
        ("12 700", "cny_100m", None),
        ("12700", "cny_100m", None),
    ],
)
def test_number_loses_commas_that_part_thousands_and_nothing_else(typed: str, unit: str, read: str | None) -> None:
    assert read_number(typed, unit=unit) == read


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        ("year", "2022", "2022"),
        ("year", "2022年", "2022"),
        ("year", "2022年度", "2022"),
        ("year", "2022/12/31", "2022"),
        ("year", "2022-12", "2022"),
        ("year", "2022年12月31日", "2022"),
        ("year", "2022年末", "2022"),
        ("year", "2022/12/30", None),
        ("year", "2022-11", None),
        ("year", "2022/13/31", None),
        ("year", "22", None),
        ("year", "31/12/2022", None),
        ("year", "12/31/2022", None),
        ("year", "2022.12", None),
        ("date", "2022/6/3", "2022-06-03"),
        ("date", "2022年6月3日", "2022-06-03"),
        ("date", "2022.6.3", "2022-06-03"),
        ("date", "2022-06", "2022-06/2022-06"),
        ("date", "2022年6月末", "2022-06/2022-06"),
        ("date", "2022年底", "2022-12-31"),
        ("date", "2022/2/30", None),
        ("date", "2022/6-3", None),
        ("date", "2022", None),
        ("census", "2020/11/1", "2020-11-01"),
        ("census", "2020-11", None),
        ("part_year", "2022年1-9月", "2022-01/2022-09"),
        ("part_year", "2022年1月—9月", "2022-01/2022-09"),
        ("part_year", "2022年1-13月", None),
        ("part_year", "2022-09", None),
        (None, "2022/12/31", None),
        ("month", "2022/12/31", None),
    ],
)
def test_period_is_read_in_the_form_of_its_kind_and_a_day_within_a_year_is_no_year(
    kind: str | None, typed: str, read: str | None
) -> None:
    assert read_period(typed, kind=kind) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("2023年3月30日", "2023-03-30"), ("2023/3", "2023-03"), ("2023年", "2023"), ("2023/3/32", None), ("spring", None)],
)
def test_day_of_a_document_is_read_as_far_as_it_is_known(typed: str, read: str | None) -> None:
    assert read_day(typed) == read


def test_correction_says_a_place_or_number_as_the_inbox_does() -> None:
    assert [
        read_cell(*cell) for cell in (("geo_code", "苏州"), ("value", "12,700"), ("period", "2022年"), ("", "x"))
    ] == [
        "320500",
        "12700",
        "2022年",
        "x",
    ]


def test_every_cell_that_is_read_is_reported_and_no_other() -> None:
    rows = pl.DataFrame(
        {
            "file": ["inbox/a.csv"] * 2,
            "line": [2, 3],
            "geo_code": ["Suzhou", "330100"],
            "indicator_id": ["gdp", "gdp"],
            "unit": ["亿元", "cny_100m"],
            "value": ["12,700", "12,7"],
            "period_kind": ["year", "year"],
            "period": ["2022年", "2021"],
            "note": ["1,000", None],
        },
        schema_overrides={"line": pl.Int32},
    )
    told: list[Reading] = []
    read = understood(rows, on_reading=told.append)
    assert read.select(pl.exclude("file", "line")).rows() == [
        ("320500", "gdp", "cny_100m", "12700", "year", "2022", "1,000"),
        ("330100", "gdp", "cny_100m", "12,7", "year", "2021", None),
    ]
    assert [(r.line, r.column, r.typed, r.read) for r in told] == [
        (2, "geo_code", "Suzhou", "320500"),
        (2, "unit", "亿元", "cny_100m"),
        (2, "value", "12,700", "12700"),
        (2, "period", "2022年", "2022"),
    ]
    assert told[0].others == ("341300",), "the other Suzhou is named, so that nobody takes one for the other"


WORDS = pl.List(pl.String)


@pytest.mark.parametrize(
    ("rule", "column", "both"),
    [
        (
            known_place(
                pl.DataFrame(
                    {"geo_code": ["1", "2"], "name_en": ["A", "A"], "name_zh": ["甲", "乙"], "aliases": [[], []]},
                    schema_overrides={"aliases": WORDS},
                )
            ),
            "geo_code",
            ["the code 1 (A 甲)", "the code 2 (A 乙)"],
        ),
        (
            known_indicator(
                pl.DataFrame(
                    {
                        "indicator_id": ["x", "y"],
                        "name_en": ["甲", "乙"],
                        "name_zh": ["甲", "乙"],
                        "aliases": [["A"], ["A"]],
                    }
                )
            ),
            "indicator_id",
            ["x", "y"],
        ),
        (
            known_unit(
                pl.DataFrame(
                    {
                        "unit": ["x", "y"],
                        "dimension": ["d", "d"],
                        "power_of_ten": [0, 1],
                        "symbol_en": ["A", "A"],
                        "symbol_zh": ["甲", "乙"],
                        "aliases": [[], []],
                    },
                    schema_overrides={"aliases": WORDS},
                )
            ),
            "unit",
            ["x", "y"],
        ),
    ],
    ids=["place", "indicator", "unit"],
)
def test_name_with_two_meanings_is_refused_with_both(rule: Any, column: str, both: list[str]) -> None:
    rows = pl.DataFrame({"file": ["f"], "line": [2], column: ["a"]}, schema_overrides={"line": pl.Int32})
    _, (issue,) = apply_rules(rows, [rule])
    assert issue.message == "'a' is the name of 2 of them"
    assert issue.remedy == f"Write {' or '.join(both)}"


@pytest.fixture(scope="module")
def written(run_home: Callable[..., Frames], make: Any) -> Frames:
    """Return the graph of an inbox in which one figure is written in codes and one in words."""
    words = {
        "geo_code": "杭州市",
        "indicator_id": "GDP",
        "unit": "亿元",
        "value": "１８，７５３．３",
        "period": "2022/12/31",
        "published": "2024年3月1日",
    }
    codes = {
        "geo_code": "330100",
        "indicator_id": "gdp",
        "unit": "cny_100m",
        "value": "18753.3",
        "period": "2022",
        "published": "2024-03-01",
    }
    files = {"inbox/words.csv": make.inbox_csv(words), "inbox/codes.csv": make.inbox_csv(codes)}
    return run_home(files)


def test_figure_in_words_is_the_figure_in_codes_of_one_document(written: Frames) -> None:
    own = written["core.observation_candidate"].filter(pl.col("origin").str.starts_with("inbox/"))
    assert own.height == 2
    same = own.drop("observation_id", "origin", "chosen", "rank", "reason_code", "reason_args", strict=False)
    assert same[0].equals(same[1])
    assert written["core.quarantine"].is_empty()
