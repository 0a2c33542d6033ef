"""Exports as independent readers see them: Excel, Data Package, SDMX, DCAT, CITATION.cff, BibTeX, sha256sum."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bibtexparser
import duckdb
import frictionless
import openpyxl
import polars as pl
import pytest
import rdflib
from pysdmx.io import get_datasets, read_sdmx
from rdflib.namespace import DCAT, DCTERMS, RDF

from g60_pipeline.export import flat, table, write
from g60_pipeline.export.selection import open_selection
from g60_pipeline.reader.words import Words
from g60_pipeline.settings import Settings

LARGEST = 120_000
"""Bytes up to which a table of a data package is read in full: the larger ones are of the same making."""

Exported = Callable[..., Path]


@pytest.fixture(scope="module")
def exported(published: Settings, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return a function that writes a form once and returns where: `exported("csv", terms="ask")`."""
    made: dict[tuple[str, str, str], Path] = {}

    def export(form: Any, *, terms: Any = "open", language: Any = "en") -> Path:
        key = (form, terms, language)
        if key not in made:
            place = tmp_path_factory.mktemp("export") / ("g60.xlsx" if form == "xlsx" else form)
            made[key] = write.export(published, form, to=place, terms=terms, words=Words(language)).path
        return made[key]

    return export


@pytest.fixture(scope="module")
def book(exported: Exported) -> openpyxl.Workbook:
    return openpyxl.load_workbook(exported("xlsx", terms="ask"))


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_workbook_has_a_sheet_per_theme_and_those_that_explain_it(book: openpyxl.Workbook, ask: Any) -> None:
    themes = ask("SELECT DISTINCT theme FROM core.indicator JOIN core.observation USING (indicator_id)")
    assert len(book.sheetnames) == len(themes) + len({"About", "Ratios", "Claims", "Definitions", "Sources", "Flags"})
    assert book.sheetnames[0] == "About"
    assert book.sheetnames[-5:] == ["Ratios", "Claims", "Definitions", "Sources", "Flags"]


def test_sheets_have_frozen_headings_with_notes_and_number_formats(book: openpyxl.Workbook) -> None:
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes == "B2", name
        assert book[name].auto_filter.ref, name
    sheet = book["Economy"]
    head = {cell.value: cell for cell in sheet[1]}
    assert "only bounds" in head["Value"].comment.text
    shares = [row[head["Share of China"].column - 1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.number_format for cell in shares if cell.value is not None} == {"0.00%"}
    days = [row[head["Period"].column - 1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.number_format for cell in days} == {"yyyy-mm-dd"}
    assert all(cell.is_date or re.fullmatch(r"\d{4}-\d\d/\d{4}-\d\d", cell.value) for cell in days)


def test_every_number_of_the_workbook_is_that_of_the_warehouse(book: openpyxl.Workbook, ask: Any) -> None:
    shown = {row["Row"]: row for sheet in book.worksheets[1:-4] for row in rows_of(sheet)}
    figures = ask("SELECT observation_id, value, flags FROM core.observation")
    for row in figures:
        bound = {"lower_bound": "At least", "upper_bound": "At most"}
        column = next((bound[flag] for flag in row["flags"] if flag in bound), "Value")
        assert shown[row["observation_id"]][column] == pytest.approx(row["value"], rel=1e-14)
    totals = ask("SELECT metric_id, value, value_low, value_high FROM metrics.corridor_total")
    totals += ask("SELECT metric_id, value, value_low, value_high FROM metrics.intensity")
    for row in totals:
        cells = [shown[row["metric_id"]][name] for name in ("Value", "At least", "At most")]
        for cell, number in zip(cells, (row["value"], row["value_low"], row["value_high"]), strict=True):
            assert cell == (None if number is None else pytest.approx(number, rel=1e-14))
    assert len(shown) == len(figures) + len(totals)
    for name in ("corridor_total", "intensity"):
        for row in ask(
            f"SELECT metric_id, value, analysis.reason(reason_code, reason_args) AS why FROM metrics.{name}"
        ):
            assert (shown[row["metric_id"]]["Reason"] or None, row["value"] is None) == (row["why"], bool(row["why"]))


def test_every_document_a_figure_names_is_in_the_sheet_of_sources(book: openpyxl.Workbook) -> None:
    listed = {row["Documents"] for row in rows_of(book["Sources"])}
    named = {name for row in rows_of(book["Patents"]) for name in (row["Documents"] or "").split()}
    assert named
    assert named <= listed


def test_workbook_in_chinese_has_no_english_heading(exported: Exported) -> None:
    book = openpyxl.load_workbook(exported("xlsx", terms="ask", language="zh"))
    heads = [cell.value for sheet in book.worksheets[1:] for cell in sheet[1]]
    assert all(not head.isascii() for head in heads)
    flags = {row["标记"]: row["含义"] for row in rows_of(book["标记"])}
    assert flags["约数"] == "所印为约数"


def test_name_that_looks_like_a_formula_stays_a_text(own_home: Settings, tmp_path: Path) -> None:
    hostile = ('=HYPERLINK("http://x.test","y")', "+1+1", "-1", "@SUM(A1)", "https://x.test/", "\t=1", "1e5")
    own_home.database.chmod(0o644)
    with duckdb.connect(str(own_home.database)) as connection:
        codes = connection.execute("SELECT DISTINCT geo_code FROM core.observation ORDER BY 1").fetchall()
        for (code,), name in zip(codes, hostile, strict=False):
            connection.execute("UPDATE core.geography SET name_en = ? WHERE geo_code = ?", [name, code])
    path = tmp_path / "g60.xlsx"
    write.export(own_home, "xlsx", to=path, terms="ask", words=Words("en"))
    found = set()
    for sheet in openpyxl.load_workbook(path).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", cell
            assert cell.hyperlink is None
            found |= {cell.value} & set(hostile) if cell.data_type == "s" else set()
    assert found == set(hostile)


def test_csv_for_excel_has_a_byte_order_mark_and_no_formula(published: Settings, tmp_path: Path) -> None:
    names = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "plain", "1-1", "-1", "-0.25")
    frame = pl.DataFrame({"name": names, "value": [-1.5] * len(names)})
    rows = list(csv.DictReader(flat.as_csv(frame, excel=True).decode().splitlines()))
    assert [row["name"] for row in rows] == [*(f"'{name}" for name in names[:5]), *names[5:]]
    assert {row["value"] for row in rows} == {"-1.5"}
    assert [row["name"] for row in csv.DictReader(flat.as_csv(frame).decode().splitlines())] == list(names)
    with open_selection(published, "open") as selection:
        selection.columns = {"core.unit": selection.columns["core.unit"]}
        flat.write_csv(selection, tmp_path, excel=True)
    assert (tmp_path / "core" / "unit.csv").read_bytes().startswith(b"\xef\xbb\xbfunit,")


def test_parquet_and_csv_hold_every_row_and_column_of_the_warehouse(
    exported: Exported, published: Settings, tmp_path: Path
) -> None:
    columnar = exported("parquet", terms="closed")
    with duckdb.connect(str(published.database), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        held = {
            f"{schema}.{name}": connection.sql(f"FROM {schema}.{name}").pl()
            for schema, name in connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'metrics')"
            ).fetchall()
        }
    small = {name for name, frame in held.items() if frame.height < 1000}
    with open_selection(published, "closed") as selection:
        selection.columns = {name: columns for name, columns in selection.columns.items() if name in small}
        flat.write_csv(selection, tmp_path)
    for name, frame in held.items():
        stored = pl.read_parquet(columnar / f"{name.replace('.', '/')}.parquet")
        assert (stored.shape, stored.schema) == (frame.shape, frame.schema), name
        if name in small:
            with (tmp_path / f"{name.replace('.', '/')}.csv").open(encoding="utf-8", newline="") as file:
                head, *rows = csv.reader(file)
            assert (head, len(rows)) == (frame.columns, frame.height), name
    assert not (tmp_path / "core" / "unit.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_data_package_is_valid_by_frictionless(exported: Exported) -> None:
    folder = exported("datapackage")
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert descriptor["rows_left_out"]["core.observation"] > 4000
    for resource in descriptor["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    read = [resource for resource in descriptor["resources"] if resource["bytes"] <= LARGEST]
    assert len(read) > 40
    names = {resource["name"] for resource in read}
    assert all(
        key["reference"]["resource"] in names for r in read for key in r["schema"].get("foreignKeys", ())
    )  # otherwise frictionless would not look
    package = frictionless.Package.from_descriptor(descriptor | {"resources": read}, basepath=str(folder))
    report = package.validate()
    assert report.valid, report.flatten(["title", "message"])[:5]


def test_a_spoilt_data_package_is_not_valid(exported: Exported, tmp_path: Path) -> None:
    """The reader does look: a word that is none, a reference that leads nowhere."""
    folder = exported("datapackage")
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    wanted = ("core_unit", "core_indicator", "core_indicator_basis")
    for resource in (r for r in descriptor["resources"] if r["name"] in wanted):
        (tmp_path / resource["path"]).parent.mkdir(exist_ok=True)
        text = (folder / resource["path"]).read_text(encoding="utf-8")
        spoilt = text.replace(",cny_100m,", ",nowhere,") if resource["name"] == "core_indicator_basis" else text
        (tmp_path / resource["path"]).write_text(spoilt, encoding="utf-8")
        resource.pop("hash"), resource.pop("bytes")
    resources = [r for r in descriptor["resources"] if r["name"] in wanted]
    package = frictionless.Package.from_descriptor(descriptor | {"resources": resources}, basepath=str(tmp_path))
    kinds = {row[0] for row in package.validate().flatten(["type"])}
    assert "foreign-key" in kinds


def test_sdmx_is_read_back_with_its_structure(exported: Exported, ask: Any) -> None:
    folder = exported("sdmx", terms="ask")
    message = read_sdmx(folder / "structure.json", validate=True)
    (structure,) = message.get_data_structure_definitions()
    (data,) = get_datasets(folder / "figures.csv", folder / "structure.json", validate=True)
    dimensions = [c.id for c in structure.components.dimensions]
    assert dimensions == ["INDICATOR", "BASIS", "AREA", "PERIOD_KIND", "TIME_PERIOD"]
    frame = data.data
    assert not frame.duplicated(dimensions).any()
    (counted,) = ask(
        "SELECT (SELECT count(*) FROM core.observation) + (SELECT count(*) FROM metrics.corridor_total)"
        " + (SELECT count(*) FROM metrics.intensity) AS n"
    )
    assert len(frame) == counted["n"]
    listed = {code.id for codes in message.get_codelists() if codes.id == "CL_INDICATOR" for code in codes}
    assert set(frame["INDICATOR"]) == listed
    (gdp,) = ask(
        "SELECT value FROM metrics.corridor_total WHERE metric_id = 'corridor_total:g60_shanghai:gdp:current_prices:2020-12-31'"
    )
    row = frame[frame["ROW_ID"] == "corridor_total:g60_shanghai:gdp:current_prices:2020-12-31"].iloc[0]
    assert (row["TIME_PERIOD"], row["UNIT_MEASURE"], float(row["OBS_VALUE"])) == ("2020", "cny_100m", gdp["value"])
    lacking = frame[frame["ROW_ID"] == "corridor_total:g60_songjiang:gdp:current_prices:2023-12-31"].iloc[0]
    assert (lacking["OBS_STATUS"], lacking["REASON"]) == ("M", "no exact figure of Songjiang District 松江没有确切数据")


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning:rdflib")  # its reader of JSON-LD
def test_catalog_entry_is_dcat_and_names_every_file_with_its_checksum(exported: Exported) -> None:
    folder = exported("sdmx", terms="ask")
    graph = rdflib.Graph().parse(
        data=(folder / "catalog.jsonld").read_text(encoding="utf-8"), publicID=folder.as_uri() + "/", format="json-ld"
    )
    (entry,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert {title.language for title in graph.objects(entry, DCTERMS.title)} == {"en", "zh"}
    checksum = rdflib.URIRef("http://spdx.org/rdf/terms#checksum")
    value = rdflib.URIRef("http://spdx.org/rdf/terms#checksumValue")
    told = {
        str(graph.value(file, DCTERMS.title)): str(graph.value(graph.value(file, checksum), value))
        for file in graph.objects(entry, DCAT.distribution)
    }
    files = {f.name: f for f in folder.iterdir() if f.name not in {"catalog.jsonld", "SHA256SUMS"}}
    assert told == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


def test_citation_file_follows_its_schema(exported: Exported) -> None:
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.citation-file-format"]
    done = subprocess.run(
        [*command, exported("metadata") / "CITATION.cff"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_document_is_an_entry_of_bibtex(exported: Exported, ask: Any) -> None:
    library = bibtexparser.parse_file(str(exported("metadata") / "references.bib"))
    assert library.failed_blocks == []
    entries = {entry.key: entry.fields_dict for entry in library.entries}
    documents = ask("SELECT document_id, url FROM core.document")
    assert set(entries) == {d["document_id"] for d in documents} | {"g60_pipeline"}
    assert all(entries[d["document_id"]]["url"].value == d["url"] for d in documents if d["url"])


@pytest.mark.parametrize("form", ["parquet", "metadata"])
def test_checksums_hold(exported: Exported, form: str) -> None:
    folder = exported(form, terms="ask" if form == "metadata" else "closed")
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False)
    assert done.returncode == 0
    named = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert named == {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()} - {"SHA256SUMS"}


@pytest.mark.parametrize(
    "value",
    [
        *(10**15, -(10**16), 2**53 + 1, 10**29),
        *(float("nan"), float("-inf")),
        *(dt.date(1850, 1, 1), dt.date(1900, 2, 28), dt.time(1, 2), dt.timedelta(days=3)),
    ],
)
def test_value_that_excel_would_hold_as_another_one_is_text_in_a_workbook(value: object) -> None:
    cell = openpyxl.load_workbook(io.BytesIO(table.as_xlsx([{"value": value}]))).active["A2"]
    assert (cell.data_type, cell.value) == ("s", str(value))


@pytest.mark.parametrize("value", [999_999_999_999_999, -0.5, True, dt.date(1900, 3, 1)])
def test_other_numbers_and_days_are_numbers_and_days_in_a_workbook(value: object) -> None:
    cell = openpyxl.load_workbook(io.BytesIO(table.as_xlsx([{"value": value}]))).active["A2"]
    assert cell.data_type in "nbd"
    assert cell.value == (dt.datetime(1900, 3, 1) if isinstance(value, dt.date) else value)


def test_time_of_a_moment_is_shown_in_a_workbook() -> None:
    moment = dt.datetime(2024, 12, 31, 23, 59, 59)
    cell = openpyxl.load_workbook(io.BytesIO(table.as_xlsx([{"at": moment}]))).active["A2"]
    assert (cell.value, "ss" in cell.number_format) == (moment, True)


def test_text_longer_than_a_cell_of_a_workbook_says_how_much_of_it_is_there() -> None:
    text = "\u957f" * 40_000
    cell = openpyxl.load_workbook(io.BytesIO(table.as_xlsx([{"text": text, "list": [text]}]))).active
    for place, length in (("A2", 40_000), ("B2", 40_004)):
        held = cell[place].value
        kept = held.partition("\u2026")[0]
        assert len(held) <= 32_767
        assert held == f"{kept}\u2026 [{len(kept)} / {length}]"
