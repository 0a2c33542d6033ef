"""Words that mean harm, wherever data bring words along: shown, written and linked as words, and as nothing else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

import bibtexparser
import openpyxl
import papers
import polars as pl
import pytest
import rdflib
import yaml
from breakage import hostile
from lxml import etree
from pysdmx.io import read_sdmx
from stored import write_table

from g60_pipeline.contracts.issues import Issue, issues_frame
from g60_pipeline.export import write
from g60_pipeline.ingest.live.archive import Archive, Attempt, Trouble
from g60_pipeline.orchestration.asset_metadata import preview
from g60_pipeline.orchestration.checks import CHECKS
from g60_pipeline.orchestration.explained import how_to_explain, newest_explained
from g60_pipeline.reader.database import open_warehouse
from g60_pipeline.reader.words import Words
from g60_pipeline.refresh.alerts import report
from g60_pipeline.report.site import build
from g60_pipeline.settings import Settings
from g60_pipeline.tables import table

FILE: Final = f"{hostile.MARK}'; DROP <script>\x1b[31m\u202e=1+1"
"""Name of a file that a person puts into the inbox, or adds as a document."""

TODAY: Final = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)

SCREENS: Final = (
    ("show",),
    ("show", "gdp", "--lang", "zh"),
    ("show", "rd_expenditure", "--format", "md"),
    ("claims",),
    ("claims", "--lead", "--lang", "zh"),
    ("wanted",),
    ("landscape",),
    ("coverage",),
    ("explain", "national_share", "gdp", "--corridor", "g60_shanghai"),
    ("explain", "policy_timeline:g60_shanghai:P056"),
    ("sql", "FROM core.document LIMIT 30"),
    ("sql", "FROM core.policy LIMIT 30", "--format", "md"),
    ("sql", "FROM core.document LIMIT 30", "--json"),
    ("diff", "{other}"),
    ("inbox", "list"),
    ("communique", "list"),
)
"""Commands on a warehouse of such words, as far as they show words of data."""

NAMES: Final = (
    ("show", "{}"),
    ("show", "gdp", "--geo", "{}"),
    ("explain", "national_share", "{}"),
    ("explain", "{}"),
    ("explain", "growth", "gdp", "--date", "{}"),
    ("explain", "growth", "gdp", "--by", "{}"),
    ("show", "--as-of", "{}"),
    ("chart", "{}"),
    ("wanted", "--corridor", "{}"),
)
"""Commands that are given such a word where they want a name."""


@pytest.fixture(scope="module")
def home(published: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(tmp_path_factory.mktemp("hostile") / "home")
    shutil.copytree(published.home, settings.home)
    assert hostile.spoil(settings.database) > 50
    settings.inbox.mkdir()
    (settings.inbox / f"{FILE}.csv").write_text("row_id,geo_code\n=1+1,<script>\n", encoding="utf-8")
    return settings


@pytest.fixture(scope="module")
def small(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the same with tables short enough to be written seven times."""
    settings = Settings(tmp_path_factory.mktemp("small") / "home")
    shutil.copytree(home.home, settings.home)
    hostile.shorten(settings.database, rows=60)
    return settings


def test_no_screen_obeys_what_it_shows(g60: Any, home: Settings, published: Settings) -> None:
    shown = 0
    for command in SCREENS:
        done = g60(*(part.format(other=published.database) for part in command), home=home)
        assert done.exit_code == 0, (command, done.stderr)
        assert hostile.obeyed(done.output) == [], command
        shown += hostile.MARK in done.output
    assert shown > len(SCREENS) // 2


def test_doctor_and_warnings_obey_nothing_they_tell_of(
    g60: Any, home: Settings, graph: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    """Words of files, sources and rows reach them by the inbox, the archive, the incidents and the tables."""
    own = Settings(tmp_path / "home")
    shutil.copytree(home.home, own.home)
    for word in hostile.WORDS:
        report(own, f"source:{word}"[:200], title=word, body=word)
    ended = {"source_id": "wikidata", "parts": (), "started_at": TODAY, "ended_at": TODAY, "ending": "failed"}
    trouble = Trouble(subject=hostile.WORDS[8], rule=" ".join(hostile.WORDS), remedy=hostile.WORDS[7])
    archive = Archive(own.archive_dir)
    archive.note(Attempt(**ended, requests=1, received_bytes=0, trouble=trouble, warnings=hostile.WORDS))
    for check in CHECKS:
        for name in check.reads:
            write_table(own, table(name), graph[name])
    issues = [
        Issue.of(f"inbox/{word}.csv"[:300], rule, line=line, column=word[:50], value=word, known=word)
        for line, word in enumerate(hostile.WORDS, start=2)
        for rule in ("duplicate", "unknown_column")
    ]
    write_table(own, table("core.quarantine"), issues_frame(issues))
    note = pl.lit(" ".join(hostile.WORDS))
    snapshot = graph["core.snapshot"].clear()
    odd = {"snapshot_id": "s", "source_id": "wikidata", "part": "", "state": "in force", "seen_on": []}
    row = pl.DataFrame([odd], schema_overrides={"seen_on": pl.List(pl.Date)}).with_columns(note_en=note, note_zh=note)
    write_table(
        own, table("core.snapshot"), pl.concat([snapshot, row], how="diagonal_relaxed").select(snapshot.columns)
    )
    for language in ("en", "zh"):
        for command in (
            ("doctor",),
            ("doctor", "--json"),
            ("warnings",),
            ("warnings", "quarantine_is_empty", "--all"),
            ("warnings", "quarantine_is_empty", "--json"),
            ("warnings", "answers_without_remarks"),
            ("archive", "log"),
        ):
            done = g60(*command, "--lang", language, home=own)
            assert done.exit_code in {0, 1}, (command, done.stderr)
            assert hostile.obeyed(done.output) == [], command
            assert hostile.MARK in done.output or command == ("warnings",), command


def test_a_word_in_the_place_of_a_name_is_wrong_usage_told_harmlessly(g60: Any, published: Settings) -> None:
    for number, command in enumerate(NAMES):
        for word in hostile.WORDS[number % 3 :: 3]:
            done = g60(*(part.format(word.replace("\x00", "")) for part in command), home=published)
            assert done.exit_code == 2, (command, word, done.output)
            assert hostile.obeyed(done.output) == [], (command, word)


def test_pages_hold_the_words_as_text(home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LANGUAGES", ("en",))
    with open_warehouse(home) as warehouse:
        build.build(warehouse, tmp_path / "site")
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
    assert not [name for name in files if hostile.MARK in name or not name.isprintable()]
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    assert sum(hostile.MARK in text for text in pages.values()) > 40
    assert {name: harm for name, text in pages.items() if (harm := hostile.harm_of_page(text))} == {}


def test_charts_hold_the_words_as_text(g60: Any, home: Settings, tmp_path: Path) -> None:
    for form in ("svg", "html"):
        assert g60("chart", "gdp", "-o", str(tmp_path / f"gdp.{form}"), home=home).exit_code == 0
    picture = (tmp_path / "gdp.svg").read_text(encoding="utf-8")
    assert hostile.MARK in picture
    named = {etree.QName(element).localname for element in etree.fromstring(picture.encode()).iter()}
    assert named.isdisjoint({"script", "image", "foreignObject", "img", hostile.MARK})
    page = (tmp_path / "gdp.html").read_text(encoding="utf-8")
    assert [harm for harm in hostile.harm_of_page(page) if not harm.startswith("<script>")] == []


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning:rdflib")  # its reader of JSON-LD
def test_files_to_pass_on_hold_the_words_as_words(small: Settings, tmp_path: Path) -> None:
    def exported(form: Any, **options: Any) -> Path:
        return write.export(
            small,
            form,
            to=tmp_path / (f"g60.{form}" if form == "xlsx" else form),
            terms="closed",
            words=Words("en"),
            **options,
        ).path

    book = openpyxl.load_workbook(exported("xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(hostile.MARK in str(cell.value) for cell in cells)
    assert [c.value for c in cells if c.data_type == "f" or (c.hyperlink and hostile.MARK in c.hyperlink.target)] == []
    for file in exported("csv", excel=True).rglob("*.csv"):
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")):
            assert [c for c in row if re.match(r"[=+@\t\r]|-(?![\d.]+(e[+-]?\d+)?$)", c)] == [], file
    release = exported("release")
    json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert yaml.safe_load((release / "CITATION.cff").read_text(encoding="utf-8"))["type"] == "dataset"
    written = (release / "references.bib").read_text(encoding="utf-8")
    references = bibtexparser.parse_string(written)
    assert (references.failed_blocks, {entry.entry_type for entry in references.entries}) == ([], {"misc"})
    assert hostile.obeyed(written) == []
    assert len(rdflib.Graph().parse(release / "catalog.jsonld", format="json-ld")) > 100
    assert read_sdmx(exported("sdmx") / "structure.json").structures
    names = [path.name for path in tmp_path.rglob("*")]
    assert not [name for name in names if hostile.MARK in name]


def test_dagster_shows_the_words_as_text(home: Settings) -> None:
    (explained,) = newest_explained(home).values()
    assert hostile.MARK in str(explained.value)
    assert re.findall(r"(?<!\\)[<\x1b]", str(explained.value).replace("<br>", "")) == []
    frame = pl.DataFrame({"metric_id": [f"a`b'; rm -rf {hostile.MARK} #"], "year": [2024]})
    (told,) = how_to_explain(table("metrics.growth"), frame).values()
    assert "g60 explain 'a b'\"'\"'; rm -rf" in str(told.value)
    assert "('a b''; rm" in str(told.value)
    document = pl.DataFrame({"title": hostile.WORDS, "publisher": hostile.WORDS})
    assert len(preview(table("core.document"), document).records) > 0


def test_review_page_holds_sentences_titles_and_addresses_as_text(g60: Any, tmp_path: Path) -> None:
    home = Settings(tmp_path / "home")
    words = [word for word in hostile.WORDS if word.isprintable() and len(word) < 200]
    text = "".join(w.replace("<", "&lt;") for w in words) + "，全年实现地区生产总值26727.0亿元，比上年增长6.0%。"
    page = tmp_path / f"{FILE}.html"
    page.write_bytes(papers.page(text, title="2024年苏州市国民经济和社会发展统计公报<script>qzx=1</script>"))
    added = g60("communique", "add", str(page), "--geo", "苏州", "--year", "2024", home=home)
    assert added.exit_code == 0, added.stderr
    (record,) = home.documents_dir.glob("*.json")
    unsealed = json.loads(record.read_text()) | {"url": hostile.ADDRESSES[0], "seal": None}
    record.write_text(json.dumps(unsealed), encoding="utf-8")
    for command in (("list",), ("review", "--json"), ("review", "--html", str(tmp_path / "page.html"))):
        done = g60("communique", *command, home=home)
        assert done.exit_code == 0, done.stderr
        assert hostile.obeyed(done.output + added.output) == []
    written = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert hostile.MARK in written
    assert hostile.harm_of_page(written) == []
