"""From counts to rows of the inbox: exact where nothing is open, else a lower and an upper end."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest

from g60_pipeline.catalog import load_catalog
from g60_pipeline.catalog.record_models import RecordKind, read_record_kind, record_kinds
from g60_pipeline.errors import G60Error
from g60_pipeline.tally.count import Counts
from g60_pipeline.tally.rows import Source, figures, inbox_file, of_no_kind

SOURCE = Source("CNIPA", "Grants", "2024-01", "", "A")
NONE = Path("/nowhere")


def counts(*cells: dict[str, object], contradictions: int = 0) -> Counts:
    empty: dict[str, object] = {
        "kind": None,
        "geo_code": None,
        "district_code": None,
        "is_open": False,
        "province": None,
        "year": 2023,
        "records": 1,
        "amount": 0,
        "without_amount": 0,
        "without_identifier": 0,
    }
    frame = pl.DataFrame(
        [empty | cell for cell in cells],
        schema_overrides={"kind": pl.String, "geo_code": pl.String, "district_code": pl.String, "province": pl.String},
    )
    return Counts(frame, 0, 0, contradictions, pl.DataFrame())


def ends(found: Counts, kind: RecordKind, place: str, years: range = range(2023, 2024)) -> list[tuple[int, int | None]]:
    return [(figure.low, figure.high) for figure in figures(found, kind, places=[place], years=years)]


def test_what_may_belong_to_a_place_widens_only_the_upper_end() -> None:
    patents = read_record_kind("patents", NONE)
    found = counts(
        {"geo_code": "320500", "records": 100},
        {"geo_code": "320500", "records": 10, "kind": "发明专利"},
        {"geo_code": "320500", "records": 4, "year": None, "kind": "发明专利"},
        {"is_open": True, "province": "320000", "records": 3, "kind": "外观设计"},
        {"is_open": True, "province": "340000", "records": 50},
        {"is_open": True, "records": 2, "kind": "发明专利"},
        {"records": 9999},
        {"geo_code": "340100", "records": 7},
    )

    every, inventions = ends(found, patents, "320500")

    assert every == (110, 119)
    assert inventions == (10, 116), "100 of Suzhou say no kind"


def test_kinds_in_other_words_than_those_of_a_series_are_no_zero() -> None:
    patents = read_record_kind("patents", NONE)
    found = counts({"geo_code": "320500", "records": 7, "kind": "发明"}, {"geo_code": "320500", "kind": "实用新型"})

    with pytest.raises(G60Error, match=r"invention, 发明专利, 发明授权\); there are 发明, 实用新型") as caught:
        ends(found, patents, "320500")

    assert caught.value.subject == "invention_patents_granted"


def test_kinds_that_no_series_names_are_listed_with_their_records() -> None:
    patents = read_record_kind("patents", NONE)
    found = counts(
        {"geo_code": "320500", "records": 7, "kind": "发明专利"},
        {"geo_code": "320500", "records": 2, "kind": "实用新型"},
        {"geo_code": "330100", "records": 3, "kind": "实用新型"},
        {"geo_code": "330100", "records": 3, "kind": "发明"},
        {"geo_code": "330100", "records": 9},
    )

    assert of_no_kind(found, patents) == [("实用新型", 5), ("发明", 3)]
    assert of_no_kind(found, read_record_kind("papers", NONE)) == []


def test_records_of_shanghai_without_a_district_may_be_of_songjiang() -> None:
    patents = read_record_kind("patents", NONE)
    found = counts(
        {"geo_code": "310000", "district_code": "310117", "records": 5},
        {"geo_code": "310000", "records": 20},
        {"geo_code": "310000", "is_open": True, "province": "310000", "records": 3},
    )

    assert ends(found, patents, "310117")[0] == (5, 8)
    assert ends(found, patents, "310000")[0] == (28, 28)


def test_certificates_count_at_three_year_ends() -> None:
    firms = read_record_kind("firms", NONE)
    found = counts(
        *({"geo_code": "340100", "year": year, "records": 10 ** (year - 2019)} for year in range(2019, 2024))
    )

    assert [low for low, _ in ends(found, firms, "340100", range(2021, 2024))] == [111, 1110, 11100]


def test_amounts_have_no_upper_end_where_one_is_unknown() -> None:
    contracts = read_record_kind("contracts", NONE)
    known = counts({"geo_code": "340100", "amount": 12345}, {"is_open": True, "amount": 100})
    unknown = counts({"geo_code": "340100", "amount": 12345}, {"geo_code": "340100", "without_amount": 1})

    assert ends(known, contracts, "340100")[1] == (12345, 12445)
    assert ends(unknown, contracts, "340100")[1] == (12345, None)


def test_a_record_without_identifier_may_repeat_another() -> None:
    patents = read_record_kind("patents", NONE)
    found = counts({"geo_code": "340100", "records": 10, "without_identifier": 4}, contradictions=1)

    assert ends(found, patents, "340100")[0] == (6, 11)


def test_the_rows_are_an_inbox_file() -> None:
    contracts = read_record_kind("contracts", NONE)
    found = counts({"geo_code": "340100", "amount": 12345, "records": 2}, {"is_open": True, "amount": 100})
    rows = list(
        csv.DictReader(
            io.StringIO(
                inbox_file(
                    figures(found, contracts, places=["340100", "340200"], years=range(2023, 2024)),
                    contracts,
                    SOURCE,
                    locator="3 rows of a.csv",
                )
            )
        )
    )

    assert [(row["indicator_id"], row["geo_code"], row["value"], row["unit"], row["flags"]) for row in rows] == [
        ("tech_contract_count", "340100", "2", "count", "lower_bound"),
        ("tech_contract_count", "340100", "3", "count", "upper_bound"),
        ("tech_contract_count", "340200", "1", "count", "upper_bound"),
        ("tech_contract_value", "340100", "123.45", "cny", "lower_bound"),
        ("tech_contract_value", "340100", "124.45", "cny", "upper_bound"),
        ("tech_contract_value", "340200", "1.00", "cny", "upper_bound"),
    ]
    assert {(row["publisher"], row["document_title"], row["locator"]) for row in rows} == {
        ("CNIPA", "Grants", "3 rows of a.csv")
    }
    assert len({row["row_id"] for row in rows}) == len(rows)


def test_every_packaged_kind_leads_to_series_of_the_catalog() -> None:
    catalog = load_catalog()
    bases = {(i.indicator_id, b.basis): i for i in catalog.indicators for b in i.bases}
    units = {unit.unit: unit.dimension for unit in catalog.units}
    kinds = record_kinds(NONE)

    assert {"patents", "firms", "papers", "contracts"} <= set(kinds)
    for name in kinds:
        for series in read_record_kind(name, NONE).series:
            indicator = bases[series.indicator_id, series.basis]
            assert units[series.unit or "count"] == units[indicator.unit], series
            assert (series.period == "year_end") == (indicator.observed_over == "point_in_time"), series


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("columns: {address: [a]}\n", "name_en: Field required"),
        ("[1, 2]\n", "valid dictionary"),
        (
            "name_en: A\nname_zh: B\ncolumns: {address: [a], date: [d]}\n"
            "series: [{indicator_id: gdp, basis: x, kinds: [k]}]\n",
            "no column kind is named",
        ),
        (
            "name_en: A\nname_zh: B\ncolumns: {address: [a], date: [d]}\n"
            "series: [{indicator_id: gdp, basis: x, valid_years: 3}]\n",
            "valid_years is for records that count at the end of a year",
        ),
    ],
)
def test_a_file_of_ones_own_is_checked(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(G60Error, match=rule):
        read_record_kind("mine", tmp_path)


def test_a_kind_nobody_described_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(G60Error, match=r"no file describes records of this name.*patents"):
        read_record_kind("../patents", tmp_path)
