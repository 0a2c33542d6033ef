"""The OECD connector on its stand-in: rows by column name, codes and units that must match, parts that stand alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from ingest.live.oecd_sdmx.stand_in import (
    MSTI,
    MSTI_DIMENSIONS,
    PATENT_DIMENSIONS,
    PATENTS,
    Oecd,
    Row,
    observation,
    to_csv,
)
from simulator.direct import Direct
from simulator.wire import IncomingRequest, Reply

from g60_pipeline.catalog import load_catalog
from g60_pipeline.ingest.live.connector import SourceRows
from g60_pipeline.ingest.live.http.messages import SourceError
from g60_pipeline.ingest.live.oecd_sdmx.connector import CONNECTOR

PLAN = load_catalog().live_source("oecd_sdmx")
TODAY = dt.date(2026, 11, 22)
PARTS = ("DF_MSTI", "DF_PATENTS")


def desk(service: Oecd, spoil: Callable[[bytes], bytes] = bytes, *, content_type: str | None = None) -> Direct:
    """Return the connector on the stand-in; `spoil` damages every body."""

    def arrived(reply: Reply) -> Reply:
        return replace(reply, content=spoil(reply.content), content_type=content_type or reply.content_type)

    return Direct(CONNECTOR, PLAN, service, TODAY, {f"series/{series.series}": arrived for series in PLAN.series})


def read(direct: Direct, part: str = "DF_MSTI") -> SourceRows:
    direct.refresh(part)
    return direct.read(part)


def msti(*rows: Row) -> Oecd:
    return Oecd({MSTI: list(rows), PATENTS: [observation(PATENT_DIMENSIONS, 2020, "5")]})


def intensity(year: int, value: str, *, status: str = "A", **cells: str) -> Row:
    """Return a row of the R&D flow; further cells replace or add columns."""
    return observation(MSTI_DIMENSIONS, year, value, status=status) | cells


def test_intensity_is_read_with_unit_place_and_the_title_of_the_flow():
    parsed = read(desk(msti(intensity(2021, "2.12345"), intensity(2020, "2.1"))))
    assert parsed.figures.to_dicts()[0] == {
        "record_key": "MSTI.G.PT_B1GQ|CHN|2021",
        "locator": "series/MSTI.G.PT_B1GQ, line 2",
        "series": "MSTI.G.PT_B1GQ",
        "place": "CHN",
        "period_kind": "year",
        "period": "2021",
        "value": "2.12345",
        "unit": "PT_B1GQ",
        "status": None,
        "flags": None,
        "note": None,
    }
    assert parsed.figures["period"].to_list() == ["2021", "2020"]
    assert parsed.title == "OECD, Main science and technology indicators"
    assert (parsed.published, parsed.warnings) == (None, ())


def test_patents_are_read_with_their_fractions():
    service = Oecd()
    service.slices[PATENTS] = [observation(PATENT_DIMENSIONS, 2019, "51234.5678")]
    figures = read(desk(service), "DF_PATENTS").figures
    assert figures.select("record_key", "value", "unit").rows() == [
        ("PATENTS.9P50_1.AP.PRIORITY.INVENTOR|CHN|2019", "51234.5678", "PATN")
    ]


def test_every_flow_is_a_part_and_only_the_parts_wanted_are_asked():
    assert CONNECTOR.parts(PLAN, today=TODAY) == PARTS
    direct = desk(Oecd())
    assert set(direct.refresh("DF_PATENTS")) == {"DF_PATENTS"}
    assert [request.path for request in direct.asked] == [PATENTS]


def test_a_request_asks_for_labelled_csv_from_the_first_year():
    direct = desk(Oecd())
    direct.refresh()
    assert {request.params for request in direct.asked} == {
        (("startPeriod", "2000"), ("dimensionAtObservation", "AllDimensions"), ("format", "csvfilewithlabels"))
    }
    assert {request.form for request in direct.asked} == {"csv"}


def test_no_path_of_the_catalog_could_be_taken_for_a_way_up():
    direct = desk(Oecd())
    direct.refresh()
    assert not [request.path for request in direct.asked if ".." in request.path]


def test_an_empty_value_is_no_row_and_a_zero_is_one():
    figures = read(desk(msti(intensity(2019, ""), intensity(2020, "0"), intensity(2021, "2.5")))).figures
    assert figures.select("period", "value").rows() == [("2020", "0"), ("2021", "2.5")]


@pytest.mark.parametrize("sign", ["NaN", "nan", "NAN", " ", "..", "…", "-", "－", "—"])
def test_the_standards_sign_for_no_observation_is_like_an_empty_cell(sign: str):
    figures = read(desk(msti(intensity(2020, sign, status="E"), intensity(2021, "2.5")))).figures
    assert figures.select("period", "value").rows() == [("2021", "2.5")]


def test_full_width_signs_mean_what_ascii_ones_do():
    row = intensity(2021, "２．５", TIME_PERIOD="２０２１", REF_AREA="ＣＨＮ", UNIT_MULT="０")
    assert read(desk(msti(row))).figures.select("period", "value").rows() == [("2021", "2.5")]


def test_a_cell_that_spans_lines_is_refused_by_their_numbers():
    rows = [intensity(y, "2.5", Measure="Gross" if y != 2021 else '"open') for y in (2020, 2021, 2022)]
    content = to_csv(rows).decode().replace('"""open"', '"open').replace(",Gross,", ',Gross",', 2).encode()
    with pytest.raises(SourceError, match=r"a cell spans lines 3 to 4: a quotation mark is not closed"):
        read(desk(msti(*rows), lambda _: content.replace(b',Gross",', b",Gross,", 1)))


def test_estimates_and_forecasts_are_flagged_and_a_provisional_value_is_preliminary():
    statuses = {2019: "A", 2020: "E", 2021: "P", 2022: "B", 2023: "F", 2024: "I"}
    figures = read(desk(msti(*(intensity(y, "2.1", OBS_STATUS=s) for y, s in statuses.items())))).figures
    assert figures.select("flags", "status").rows() == [
        (None, None),
        ("estimated_by_source", None),
        (None, "preliminary"),
        (None, None),
        ("estimated_by_source", None),
        ("estimated_by_source", None),
    ]


def test_a_status_other_than_normal_is_kept_as_a_note():
    statuses = {2019: "A", 2020: "E", 2021: "P", 2022: "B"}
    rows = [intensity(year, "2.1", status=status) for year, status in statuses.items()]
    assert read(desk(msti(*rows))).figures["note"].to_list() == [
        None,
        "observation status E (Estimated value) / 观测状态 E (Estimated value)",
        "observation status P (Provisional value) / 观测状态 P (Provisional value)",
        "observation status B (Time series break) / 观测状态 B (Time series break)",
    ]


def test_a_unit_multiplier_is_applied_exactly_and_said():
    figures = read(desk(msti(intensity(2021, "0.00000212345678901234567890123", UNIT_MULT="6")))).figures
    assert figures.select("value", "note").rows() == [
        (
            "2.12345678901234567890123",
            "printed as 0.00000212345678901234567890123 in units of 10^6"
            " / 印为0.00000212345678901234567890123，单位为10^6",
        )
    ]


def test_columns_are_found_by_name_whatever_their_order_and_company():
    row = intensity(2021, "2.5", DECIMALS="2", Decimals="Two")
    turned = dict(reversed(row.items()))
    assert read(desk(msti(turned))).figures["value"].to_list() == ["2.5"]


def test_a_file_without_a_multiplier_is_read_as_it_stands():
    row = {name: cell for name, cell in intensity(2021, "2.5").items() if name != "UNIT_MULT"}
    assert read(desk(msti(row))).figures["value"].to_list() == ["2.5"]


def test_rows_of_other_places_and_other_dimension_values_are_not_yielded():
    rows = [
        intensity(2021, "3.3", REF_AREA="USA"),
        intensity(2021, "1.9", MEASURE="B"),
        intensity(2021, "2.5"),
    ]
    assert read(desk(msti(*rows))).figures["value"].to_list() == ["2.5"]


def test_negative_and_absurd_values_are_handed_on_as_published():
    figures = read(desk(msti(intensity(2020, "-1"), intensity(2021, "1e9")))).figures
    assert figures["value"].to_list() == ["-1", "1000000000"]


def header(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Return a spoiler of the header line."""

    def spoil(content: bytes) -> bytes:
        first, rest = content.decode().split("\r\n", 1)
        return f"{change(first)}\r\n{rest}".encode()

    return spoil


SPOILED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda body: body[:-60], "line 2 has"),
    "cut in quotes": (lambda body: body[: body.index(b'"Gross') + 9], "is not whole CSV"),
    "HTML": (lambda _: b"\n<!DOCTYPE html><title>Wait</title>", "HTML or XML page"),
    "empty": (lambda _: b"", "the answer is empty"),
    "GBK": (lambda body: body.decode().replace("China", "中国").encode("gbk", "replace"), "not UTF-8"),
    "JSON": (lambda _: b'{"data": {}}', "columns are missing: STRUCTURE_ID"),
    "JSONP": (lambda _: b"callback({})", "columns are missing: STRUCTURE_ID"),
    "column renamed": (header(lambda line: line.replace("OBS_VALUE", "VALUE")), "columns are missing: OBS_VALUE"),
    "selected column gone": (header(lambda line: line.replace("PRICE_BASE", "PRICES")), "missing: PRICE_BASE"),
    "column twice": (header(lambda line: line.replace("Time period", "TIME_PERIOD")), "twice: TIME_PERIOD"),
    "a column less": (header(lambda line: line.rpartition(",")[0]), "the file may be cut short"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_damaged_file_is_refused_and_names_series_and_rule(fault: str):
    spoil, rule = SPOILED[fault]
    with pytest.raises(SourceError) as caught:
        read(desk(msti(intensity(2021, "2.5")), spoil))
    assert caught.value.subject == "oecd_sdmx, series/MSTI.G.PT_B1GQ"
    assert rule in caught.value.rule
    assert caught.value.remedy


ROWS: dict[str, tuple[list[Row], str]] = {
    "unit changed": (
        [intensity(2021, "250", UNIT_MEASURE="XDC")],
        "line 2 is in the unit 'XDC', the series in PT_B1GQ",
    ),
    "a row twice": (
        [intensity(2021, "2.5"), intensity(2020, "2.4"), intensity(2021, "2.5")],
        "CHN 2021 is there twice, on lines 2 and 4",
    ),
    "a quarter": ([intensity(2021, "2.5", TIME_PERIOD="2021-Q1")], "TIME_PERIOD of line 2 is '2021-Q1', not a year"),
    "words for every value": ([intensity(2021, "n/a")], "no value is a number: series/"),
    "multiplier in words": ([intensity(2021, "2.5", UNIT_MULT="millions")], "UNIT_MULT of line 2 is 'millions'"),
    "another flow": (
        [intensity(2021, "2.5", STRUCTURE_ID="OECD.STI.STP:DSD_MSTI@DF_MSTI2(1.0)")],
        "OECD.STI.STP:DSD_MSTI@DF_MSTI was asked for",
    ),
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_row_that_can_not_be_meant_is_refused(fault: str):
    rows, rule = ROWS[fault]
    with pytest.raises(SourceError) as caught:
        read(desk(msti(*rows)))
    assert rule in caught.value.rule
    assert caught.value.remedy


def test_one_odd_cell_is_left_out_with_a_remark_and_the_others_enter():
    parsed = read(desk(msti(intensity(2021, "n/a"), intensity(2020, "2.4"))))
    assert parsed.figures["value"].to_list() == ["2.4"]
    assert parsed.warnings == ("series/MSTI.G.PT_B1GQ: OBS_VALUE of line 2 is 'n/a', not a number, and is left out",)


@pytest.mark.parametrize("status", [400, 410])
def test_a_flow_the_service_refuses_keeps_the_other_one_in(status: int):
    direct = desk(Oecd())
    key = next(f"series/{s.series}" for s in PLAN.series if not s.series.startswith("MSTI"))
    direct.spoil[key] = lambda _: Reply(status, b"refused", "text/plain")
    direct.refresh()
    assert direct.read("DF_MSTI").figures.height == 25
    with pytest.raises(SourceError, match=rf"status {status}"):
        direct.read("DF_PATENTS")


def test_another_version_of_the_flow_is_the_same_flow():
    row = intensity(2021, "2.5", STRUCTURE_ID="OECD.STI.STP:DSD_MSTI@DF_MSTI(1.0.3)")
    assert read(desk(msti(row))).figures.height == 1


def test_without_a_matching_row_the_codes_seen_are_told():
    rows = [intensity(2021, "2.5", MEASURE="G_FA"), intensity(2021, "2.5", MEASURE="B", REF_AREA="USA")]
    with pytest.raises(SourceError) as caught:
        read(desk(msti(*rows)))
    assert "no row is of CHN with FREQ A, MEASURE G" in caught.value.rule
    assert "REF_AREA CHN/USA; FREQ A; MEASURE B/G_FA" in caught.value.rule
    assert "ingest/live/oecd_sdmx/source.yaml" in caught.value.remedy


def test_a_header_alone_is_no_empty_table():
    with pytest.raises(SourceError, match="the codes seen: REF_AREA none"):
        read(desk(msti(intensity(2021, "2.5")), lambda body: body.split(b"\r\n")[0] + b"\r\n"))


def test_an_unknown_key_is_told_and_keeps_the_other_flow_in():
    service = Oecd()
    del service.slices[PATENTS]
    direct = desk(service)
    direct.refresh()
    assert direct.read("DF_MSTI").figures.height == 25
    with pytest.raises(SourceError, match=r"nothing under OECD\.STI\.PIE,DSD_PATENTS@DF_PATENTS,1\.0/9P50_1") as caught:
        direct.read("DF_PATENTS")
    assert "Data Explorer" in caught.value.remedy


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([], "the service has nothing under"),
        ([intensity(2021, "9", MEASURE="G_FA")], "no row is of CHN with FREQ A, MEASURE B"),
        ([intensity(2021, "9", MEASURE="B", UNIT_MEASURE="XDC")], "is in the unit 'XDC'"),
    ],
    ids=["withdrawn", "another code", "another unit"],
)
def test_a_withdrawn_series_of_a_flow_keeps_its_last_answer(rows: list[Row], rule: str):
    known = next(series for series in PLAN.series if series.series.startswith("MSTI"))
    key = MSTI.partition("/")[2].replace(".G.", ".B.")
    options = known.options | {"key": key, "select": known.options["select"] | {"MEASURE": "B"}}
    second = known.model_copy(update={"series": "MSTI.B", "options": options})
    plan = PLAN.model_copy(update={"series": (*PLAN.series, second)})
    service, path = msti(intensity(2021, "2.5")), MSTI.replace(".G.", ".B.")
    service.slices[path] = [intensity(2021, "1.5", MEASURE="B")]
    direct = Direct(CONNECTOR, plan, service, TODAY)
    direct.refresh("DF_MSTI")
    service.slices[path], service.slices[MSTI] = rows, [intensity(2021, "2.6")]
    direct.refresh("DF_MSTI")
    figures = direct.read("DF_MSTI").figures.sort("series")
    assert figures.select("series", "value").rows() == [("MSTI.B", "1.5"), ("MSTI.G.PT_B1GQ", "2.6")]
    (told,) = direct.remarks
    assert rule in told
    assert "its last answer stays in force" in told


def test_a_byte_order_mark_and_a_wrong_header_are_warned_of_and_the_rows_stand():
    direct = desk(
        msti(intensity(2021, "2.5")), lambda body: b"\xef\xbb\xbf" + body, content_type="text/csv; charset=windows-1252"
    )
    parsed = read(direct)
    assert parsed.figures["value"].to_list() == ["2.5"]
    assert parsed.warnings == (
        "series/MSTI.G.PT_B1GQ: the answer begins with a byte order mark",
        "series/MSTI.G.PT_B1GQ: the header says windows-1252, the bytes are UTF-8",
    )


def test_a_snapshot_without_a_series_of_the_flow_is_refused():
    with pytest.raises(SourceError, match="oecd_sdmx, DF_MSTI: the snapshot holds no series"):
        CONNECTOR.parse("DF_MSTI", {}, plan=PLAN)


def test_the_stand_in_answers_304_to_its_own_etag():
    service = Oecd()
    asked = IncomingRequest("GET", MSTI, {"format": "csvfilewithlabels"}, {})
    first = service.reply(asked)
    again = service.reply(IncomingRequest("GET", MSTI, asked.query, {"If-None-Match": first.headers["ETag"]}))
    assert (first.status, again.status, again.content) == (200, 304, b"")
    assert first.content == to_csv(service.slices[MSTI])
