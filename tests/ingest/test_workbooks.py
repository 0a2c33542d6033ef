"""Workbooks in the inbox: what a person sees in a sheet is read as from a CSV file, what can not be trusted is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import papers
import polars as pl
import pytest
import xlsxwriter

from g60_pipeline.contracts.issues import Issue
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest import sheet_files
from g60_pipeline.ingest.inbox import read_inbox, read_inbox_file
from g60_pipeline.ingest.office import sheets, workbook
from g60_pipeline.ingest.own_rows import rows_in
from g60_pipeline.ingest.sheet_files import shown
from g60_pipeline.settings import Settings

Frames = dict[str, pl.DataFrame]
COLUMNS = ("row_id", "geo_code", "indicator_id", "basis", "period_kind", "period", "value", "unit")
GOOD = ("a", "苏州", "gdp", "current_prices", "year", 2022, 23958.3, "亿元")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[pl.DataFrame, list[Issue]]]:
    """Return a function that reads a workbook from the inbox, and returns its figures and what was refused."""

    def run(
        content: bytes | openpyxl.Workbook, *, name: str = "mine.xlsx", table: str = "observation"
    ) -> tuple[pl.DataFrame, list[Issue]]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else saved(content))
        rows, issues = read_inbox_file(path)
        return rows[table], issues

    return run


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def book(*rows: tuple[Any, ...], header: tuple[str, ...] = COLUMNS) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    for row in (header, *rows):
        made.active.append(row)
    return made


def refusal(read: Callable[..., Any], content: bytes | openpyxl.Workbook, **options: Any) -> str:
    with pytest.raises(G60Error) as caught:
        read(content, **options)
    return str(caught.value)


def test_sheet_is_read_like_a_csv_file_with_its_row_numbers(read: Callable[..., Any]) -> None:
    frame, issues = read(book(GOOD, (None,) * 8, ("b", 330100, *GOOD[2:5], "2021", "18,109", "亿元")))
    assert issues == []
    assert frame.select("file", "line", *COLUMNS).rows() == [
        ("inbox/mine.xlsx", 2, "a", "320500", "gdp", "current_prices", "year", "2022", "23958.3", "cny_100m"),
        ("inbox/mine.xlsx", 4, "b", "330100", "gdp", "current_prices", "year", "2021", "18109", "cny_100m"),
    ]


def test_claims_are_known_by_their_columns(read: Callable[..., Any]) -> None:
    header = ("claim_id", "indicator_id", "measure", "form", "geo_code", "value", "unit", "scope_as_printed")
    frame, issues = read(
        book(("c", "gdp", "share_of_nation", "point", "G60", 0.0667, "ratio", "nine_cities"), header=header),
        table="claim",
    )
    assert (frame["claim_id"].to_list(), frame["value"].to_list(), issues) == (["c"], ["0.0667"], [])


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12700, "General", "12700"),
        (12700.0, "#,##0", "12700"),
        (0.1 + 0.2, "General", "0.3"),
        (12.5, "0.00", "12.50"),
        (12.5, '#,##0.00"亿元"', "12.50"),
        (12.5, "0.00_ ", "12.50"),
        (12.3456, "0.0", "12.3456"),
        (1e15, "General", "1000000000000000"),
        (1.5e-7, "General", "0.00000015"),
        (0.125, "0.0%", "12.5%"),
        (1, "0%", "100%"),
        (0, "0%", "0%"),
        (True, "General", "TRUE"),
        ("12,700", "@", "12,700"),
        ("a\nb", "General", "a b"),
        (None, "General", ""),
        (dt.datetime(2022, 12, 31), "yyyy-mm-dd", "2022-12-31"),
        (dt.datetime(2022, 12, 31), "m/d/yy", "2022-12-31"),
        (dt.datetime(2022, 12, 31), 'yyyy"年"m"月"d"日"', "2022-12-31"),
        (dt.datetime(2022, 12, 1), 'yyyy"年"m"月"', "2022-12"),
        (dt.datetime(2022, 1, 1), "yyyy", "2022"),
        (dt.datetime(2022, 1, 1), '[$-804]yyyy"年"', "2022"),
        (dt.datetime(2022, 12, 31, 12, 30), "yyyy-mm-dd", "2022-12-31 12:30:00"),
    ],
)
def test_cell_is_what_a_person_sees_in_it(value: Any, code: str, text: str) -> None:
    made = openpyxl.Workbook()
    made.active["A1"].number_format = code
    made.active["A1"].value = value
    made.active["A1"].number_format = code
    cell = openpyxl.load_workbook(io.BytesIO(saved(made))).active["A1"]
    assert shown(cell) == text


@pytest.mark.parametrize(
    ("day", "code", "kind", "period"),
    [
        (dt.date(2022, 12, 31), "yyyy/m/d", "year", "2022"),
        (dt.date(2022, 1, 1), 'yyyy"年"', "year", "2022"),
        (dt.date(2022, 6, 30), "yyyy/m/d", "year", "2022-06-30"),
        (dt.date(2022, 6, 30), "yyyy/m/d", "date", "2022-06-30"),
    ],
)
def test_date_of_excel_is_a_period_as_one_that_is_typed(
    read: Callable[..., Any], day: dt.date, code: str, kind: str, period: str
) -> None:
    made = book((*GOOD[:4], kind, day, *GOOD[6:]))
    made.active["F2"].number_format = code
    frame, _ = read(made)
    assert frame["period"].to_list() == [period]


def test_title_above_and_merged_cells_of_the_header_are_passed_over(read: Callable[..., Any]) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(("各市生产总值",))
    sheet.append(())
    sheet.append((*COLUMNS[:6], "数值"))
    sheet.append((None,) * 6 + COLUMNS[6:])
    sheet.append(GOOD)
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("G3:H3")
    for column in "ABCDEF":
        sheet.merge_cells(f"{column}3:{column}4")
    frame, issues = read(made)
    assert issues == []
    assert frame.select("line", "row_id", "value").rows() == [(5, "a", "23958.3")]


def test_whole_header_merged_over_two_rows_is_one_header(read: Callable[..., Any]) -> None:
    made = openpyxl.Workbook()
    for row in (COLUMNS, (), GOOD):
        made.active.append(row)
    for column in "ABCDEFGH":
        made.active.merge_cells(f"{column}1:{column}2")
    frame, issues = read(made)
    assert (frame["line"].to_list(), issues) == ([3], [])


def test_rows_that_a_merged_cell_runs_through_are_refused_with_its_place(read: Callable[..., Any]) -> None:
    made = book(GOOD, ("b", *GOOD[1:]), ("c", *GOOD[1:]))
    made.active.merge_cells("B2:B3")
    frame, issues = read(made)
    assert frame["row_id"].to_list() == ["c"]
    assert [(i.line, i.rule, i.column, i.value) for i in issues] == [
        (2, "merged_cells", "geo_code", "B2:B3"),
        (3, "merged_cells", "geo_code", "B2:B3"),
    ]


def test_formula_is_read_by_its_stored_value_and_refused_without_one(read: Callable[..., Any]) -> None:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    sheet.write_row(1, 0, GOOD)
    sheet.write_formula(1, 6, "=20000+3958.3", None, 23958.3)
    made.close()
    assert read(buffer.getvalue())[0]["value"].to_list() == ["23958.3"]
    frame, (issue,) = read(book(GOOD, ("b", *GOOD[1:6], "=20000+3958.3", "亿元")))
    assert frame["row_id"].to_list() == ["a"]
    assert (issue.line, issue.rule, issue.column, issue.value) == (3, "formula_without_value", "value", "G3")
    assert "save it" in issue.remedy


def test_cell_that_shows_an_error_is_refused(read: Callable[..., Any]) -> None:
    made = book(GOOD)
    made.active["G2"].value, made.active["G2"].data_type = "#DIV/0!", "e"
    frame, (issue,) = read(made)
    assert frame.is_empty()
    assert (issue.rule, issue.line) == ("cell_error", 2)
    assert "#DIV/0!" in issue.message


def test_sheet_with_the_header_is_read_wherever_it_is(read: Callable[..., Any]) -> None:
    made = openpyxl.Workbook()
    made.active.append(("notes",))
    for row in (COLUMNS, GOOD):
        made.create_sheet("second").append(()) if row is COLUMNS else None
        made["second"].append(row)
    frame, issues = read(made)
    assert (frame["row_id"].to_list(), issues) == (["a"], [])


def test_two_sheets_with_a_header_are_refused_with_both_names(read: Callable[..., Any]) -> None:
    made = book(GOOD)
    made.active.title = "一"
    second = made.create_sheet("二")
    second.append(COLUMNS)
    assert "一, 二" in refusal(read, made)


@pytest.mark.parametrize(
    "rows",
    [
        (COLUMNS, GOOD),
        ((*COLUMNS[:6], "valeu", "unit"), GOOD),
        (GOOD,),
        (("地区", "指标", "数", "单位"), ("苏州", "GDP", 1, "亿元")),
    ],
    ids=["whole header", "header with a mistake", "no header", "header of its own"],
)
@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_figures_in_a_sheet_that_is_not_read_are_refused_with_its_name(
    read: Callable[..., Any], rows: tuple[tuple[Any, ...], ...], state: str
) -> None:
    made = book(GOOD)
    second = made.create_sheet("第二张")
    for row in rows:
        second.append(row)
    second.sheet_state = state
    assert "第二张" in refusal(read, made)


def test_notes_and_lists_beside_the_figures_are_let_be(read: Callable[..., Any]) -> None:
    made = book(GOOD)
    for row in (("苏州2022年公报", "p. 3"), ("gdp", "地区生产总值", "亿元"), ("geo_code", "苏州", 2022)):
        made.create_sheet().append(row)
    assert read(made)[0].height == 1


def test_figure_above_the_header_is_refused_and_titles_and_labels_are_not(read: Callable[..., Any]) -> None:
    made = openpyxl.Workbook()
    for row in (("苏州主要指标",), ("行", "地区", "指标", "口径", "类", "期", "数值", "单位"), COLUMNS, GOOD):
        made.active.append(row)
    assert read(made)[0].height == 1
    made.active.insert_rows(1)
    for column, cell in enumerate(("b", "宁波", *GOOD[2:]), start=1):
        made.active.cell(1, column).value = cell
    assert "row 1 " in refusal(read, made)


@pytest.mark.parametrize(
    ("value", "code", "unit"),
    [
        *((27000.5, code, "亿元") for code in ("0.0,", "#,##0,,", "0,.0", '0\\.0,"万"', '[>=10000]0!.0,"万";0', ";;;")),
        *(
            (27000.5, code, "亿元")
            for code in ('0.0"万"', '0.0"万元"', '"-"0.0', "-0.0", '"约"0', '0"0"', 'General"万"')
        ),
        *((-27000.5, code, "亿元") for code in ("0;0", "General;General", "0.0_);0.0", "0;[Red]0")),
    ],
)
def test_number_whose_format_shows_another_one_is_refused(
    read: Callable[..., Any], value: float, code: str, unit: str
) -> None:
    made = book((*GOOD[:6], value, unit))
    made.active["G2"].number_format = code
    frame, (issue,) = read(made)
    assert (frame.height, issue.rule, issue.line, issue.column) == (0, "number_format", 2, "value")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((27000.5, code) for code in ("General", "0", "#,##0.00", "@", '0.0"亿元"', '0.0"100 million yuan"', "# ?/?")),
        *(
            (27000.5, code)
            for code in ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "[$¥-804]#,##0.0", "¥0.0", "0.0E+00")
        ),
        *((-5.5, code) for code in ("0.0;-0.0", "0.0_);(0.0)", "0.0;[Red]-0.0", "0.0", '0;"-"0')),
        (0, '0.0;-0.0;"-"'),
    ],
)
def test_number_that_is_shown_as_it_is_or_rounded_is_read_with_all_its_digits(
    read: Callable[..., Any], value: float, code: str
) -> None:
    made = book((*GOOD[:6], value, "亿元"))
    made.active["G2"].number_format = code
    frame, issues = read(made)
    assert (float(frame["value"].item()), issues) == (value, [])


@pytest.mark.parametrize(
    ("header", "rule", "named"),
    [
        (COLUMNS[:-1], "missing_column", "unit"),
        ((*COLUMNS, "colour"), "unknown_column", "colour"),
        ((*COLUMNS, "unit"), "double_column", "unit"),
    ],
)
def test_wrong_header_is_refused_as_in_a_csv_file(
    read: Callable[..., Any], header: tuple[str, ...], rule: str, named: str
) -> None:
    frame, issues = read(book(header=header))
    assert frame.is_empty()
    assert [(i.rule, i.line, i.value) for i in issues] == [(rule, 1, named)]


def test_empty_workbook_has_no_header(read: Callable[..., Any]) -> None:
    frame, (issue,) = read(openpyxl.Workbook())
    assert (frame.height, issue.rule) == (0, "header")


def test_filled_cell_beyond_the_header_spoils_its_own_row(read: Callable[..., Any]) -> None:
    frame, (issue,) = read(book(GOOD, ("b", *GOOD[1:], "x")))
    assert frame["row_id"].to_list() == ["a"]
    assert (issue.rule, issue.line) == ("cell_count", 3)


def with_macros() -> bytes:
    buffer = io.BytesIO(papers.workbook(COLUMNS))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"programme")
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "mine.xlsx", "old Office file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "mine.csv", "old Office file"),
        (b"row_id,geo_code\n", "mine.xlsx", "but it is none"),
        (papers.word("文"), "mine.xlsx", "but it is none"),
        (papers.workbook(COLUMNS), "mine.csv", "under another name"),
        (papers.workbook(COLUMNS), "mine.xls", "under another name"),
        (papers.workbook(COLUMNS)[:3000], "mine.xlsx", "damaged"),
        (with_macros(), "mine.xlsm", "macros"),
        (with_macros(), "mine.xlsx", "macros"),
        (papers.zipped(xl__workbook_xml=b"\0" * 30_000_000), "mine.xlsx", "zip bomb"),
        (papers.zipped(xl__workbook_xml=b"<workbook/>"), "mine.xlsx", "no workbook that can be read"),
        (
            papers.with_part(papers.workbook(COLUMNS), SHEET, lambda text: text[:-30].encode()),
            "mine.xlsx",
            "can be read",
        ),
        (
            papers.with_part(
                papers.workbook(COLUMNS),
                SHEET,
                lambda text: f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>{text}'.encode(),
            ),
            "mine.xlsx",
            "declares entities",
        ),
    ],
    ids=[
        "encrypted or .xls",
        "encrypted as .csv",
        "CSV as .xlsx",
        "Word as .xlsx",
        "workbook as .csv",
        "workbook as .xls",
        "cut off",
        "macros",
        "macros as .xlsx",
        "zip bomb",
        "no content types",
        "sheet cut off",
        "entities",
    ],
)
def test_hostile_or_mistaken_file_is_refused_with_a_remedy(
    read: Callable[..., Any], content: bytes, name: str, words: str
) -> None:
    assert words in refusal(read, content, name=name)


def test_cell_far_out_does_not_fill_the_memory(read: Callable[..., Any]) -> None:
    made = book(GOOD)
    made.active["XFD1048576"].value = 1
    assert f"more than {sheet_files.MOST_CELLS:,} cells" in refusal(read, made)


def test_workbook_that_is_refused_keeps_no_other_file_out_and_open_ones_are_not_read_twice(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "good.xlsx").write_bytes(saved(book(GOOD)))
    (inbox / "bad.XLSX").write_bytes(b"nothing")
    (inbox / "~$good.xlsx").write_bytes(b"lock of Excel")
    paths = Settings(tmp_path).inbox_files()
    assert [path.name for path in paths] == ["bad.XLSX", "good.xlsx"]
    rows, (issue,) = read_inbox(paths)
    assert rows["observation"]["file"].to_list() == ["inbox/good.xlsx"]
    assert (issue.file, issue.rule) == ("inbox/bad.XLSX", "unreadable")


def test_figure_of_a_workbook_enters_under_the_name_of_its_file_and_row(
    run_home: Callable[..., Frames], make: Any
) -> None:
    header, row = (line.split(",") for line in make.inbox_csv({"row_id": "m", "value": "24000"}).splitlines())
    tables = run_home({"inbox/mine.xlsx": saved(book(tuple(row), header=tuple(header)))})
    own = tables["core.observation_candidate"].filter(pl.col("origin").str.starts_with("inbox/"))
    assert own.select("observation_id", "origin", "value").rows() == [
        ("inbox/mine.xlsx#m", "inbox/mine.xlsx, line 2", 24000.0)
    ]


def test_rows_of_a_workbook_are_known_by_their_identifiers_so_that_a_cut_one_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    path.write_bytes(saved(book(GOOD, ("b", *GOOD[1:]))))
    assert rows_in("inbox/mine.xlsx", path) == ["a", "b"]
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(G60Error, match="damaged"):
        rows_in("inbox/mine.xlsx", path)


def test_fault_of_whoever_reads_the_rows_is_not_called_one_of_the_file() -> None:
    given = io.BytesIO()
    openpyxl.Workbook().save(given)

    with pytest.raises(KeyError, match="ours"), workbook(given.getvalue(), name="own.xlsx"):
        raise KeyError("ours")


def test_part_that_breaks_as_a_sheet_is_read_is_called_a_fault_of_the_file() -> None:
    made = io.BytesIO()
    plain = saved(book(("A1",)))
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, content[:-40] if "worksheets/" in member else content)

    with pytest.raises(G60Error, match=r"own\.xlsx: it is no workbook"):
        list(sheets(made.getvalue(), name="own.xlsx"))
