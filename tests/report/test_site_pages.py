"""The site as files: whole in both languages, within its limits, every link leading somewhere, nothing rewritten in vain."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from g60_pipeline.doctor.site import of_site
from g60_pipeline.reader.site_manifest import MADE_OF, MANIFEST
from g60_pipeline.report.site.build import build
from g60_pipeline.report.site.data import Data
from g60_pipeline.report.site.derivations import Derivations
from g60_pipeline.report.site.page import Site
from g60_pipeline.report.site.pages import cities
from g60_pipeline.settings import Settings
from g60_pipeline.wording import LANGUAGES, REASON, entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from g60_pipeline.doctor.findings import Finding
    from g60_pipeline.reader.database import Warehouse

LEFT_OVER = re.compile(r"\{\{|\{%|\bNone\b|\bnan\b|\bundefined\b|�|[0-9]––|––[0-9]")
"""What a template or a missing value leaves in a text."""


def test_every_page_is_there_in_both_languages_and_says_which(site: Path, parsed: dict[str, Any]) -> None:
    english, chinese = ({n.partition("/")[2] for n in parsed if n.startswith(f"{lang}/")} for lang in ("en", "zh"))
    assert english == chinese
    assert len(english) > 60
    for name, page in parsed.items():
        assert page.get("lang") == ("zh-CN" if name.startswith("zh/") else "en"), name


def test_share_without_a_value_says_why_and_methods_list_all_reasons(parsed: dict[str, Any]) -> None:
    said = {"en": "no exact figure of Songjiang District", "zh": "松江没有确切数据"}
    for language, words in said.items():
        share = "national_share:g60_songjiang:gdp:current_prices:2023-12-31"
        (why,) = parsed[f"{language}/indicators/gdp.html"].xpath(f"//article[@id='{share}']")
        assert words in why.text_content()
        codes = parsed[f"{language}/methods.html"].xpath("//dl[@class='terms']//dt/code/text()")
        assert codes == sorted(entries(REASON))


def test_no_formula_shows_a_sign_of_its_markup(parsed: dict[str, Any]) -> None:
    formulas = parsed["en/methods.html"].xpath("//*[local-name()='math']")
    assert len(formulas) > 20
    assert [f.text_content() for f in formulas if "\\" in f.text_content()] == []


def test_a_page_is_below_one_megabyte_and_the_site_below_fifteen(site: Path) -> None:
    sizes = {file: file.stat().st_size for file in site.rglob("*") if file.is_file()}
    assert {f.name: n for f, n in sizes.items() if n > 1_000_000} == {}
    assert sum(sizes.values()) < 15_000_000


def test_every_link_leads_to_a_file_of_the_site_and_to_a_place_in_it(site: Path, parsed: dict[str, Any]) -> None:
    anchors = {name: set(page.xpath("//@id")) for name, page in parsed.items()}
    broken = []
    for name, page in parsed.items():
        for href in set(page.xpath("//a/@href | //link/@href | //script/@src")):
            if href.startswith(("http://", "https://", "data:")):
                continue
            file, _, place = href.partition("#")
            target = (site / name).parent.joinpath(unquote(file)).resolve() if file else site / name
            inside = target.relative_to(site.resolve() if file else site).as_posix()
            if not target.is_file() or (place and unquote(place) not in anchors[inside]):
                broken.append((name, href))
    assert broken == []


def test_no_identifier_stands_twice_in_a_page(parsed: dict[str, Any]) -> None:
    for name, page in parsed.items():
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), name


def test_no_text_has_a_placeholder_or_a_missing_value(parsed: dict[str, Any]) -> None:
    found = {}
    for name, page in parsed.items():
        text = " ".join(page.xpath("//body//text()[not(ancestor::script) and not(ancestor::code)]"))
        if not name.endswith("/dictionary.html") and (left := LEFT_OVER.findall(text)):
            found[name] = left[:3]
    assert found == {}


def test_every_chart_says_subject_unit_or_scale_years_and_source_and_has_numbers(parsed: dict[str, Any]) -> None:
    charts = [c for page in parsed.values() for c in page.xpath("//figure/script[@type='application/json']/text()")]
    assert len(charts) > 300
    for text in charts:
        chart = json.loads(text)
        assert chart["title"]
        assert chart["fields"]
        assert chart["rows"]
        assert any(
            note.startswith(("Source: ", "来源：")) or "Source: " in note or "来源：" in note for note in chart["notes"]
        )


def test_a_chinese_page_has_no_english_heading(parsed: dict[str, Any]) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for name, page in parsed.items():
        if name.startswith("zh/"):
            for heading in page.xpath("//h1 | //h2 | //nav//a | //thead//th"):
                words = "".join(heading.xpath(".//text()[not(ancestor::span[@lang])]")).strip()
                assert not words or chinese.search(words) or re.fullmatch(r"[\d–/.%]+|R&D.*|p\d+", words), (name, words)


def test_nothing_is_written_again_where_nothing_changed(tmp_path: Path, site: Path, warehouse: Warehouse) -> None:
    folder = tmp_path / "report"
    shutil.copytree(site, folder)
    assert build(warehouse, folder).written == 0


def test_only_pages_made_of_something_else_are_written_again(tmp_path: Path, site: Path, warehouse: Warehouse) -> None:
    folder = tmp_path / "report"
    shutil.copytree(site, folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest |= {
        "made_of": "another build",
        "en/indicators/gdp.html": "other numbers",
        "en/gone.html": "a page of before",
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "en" / "gone.html").write_text("of before", encoding="utf-8")
    (folder / "zh" / "claims.html").unlink()

    done = build(warehouse, folder)

    assert done.written == 2
    assert not (folder / "en" / "gone.html").exists()
    assert {f.relative_to(folder) for f in folder.rglob("*.html")} == {
        f.relative_to(site) for f in site.rglob("*.html")
    }
    for name in ("en/indicators/gdp.html", "zh/claims.html", MANIFEST):
        assert (folder / name).read_bytes() == (site / name).read_bytes()


@pytest.fixture
def home(tmp_path: Path, site: Path, published: Settings) -> Settings:
    """Return a home with the published file and its site."""
    home = Settings(tmp_path / "home")
    shutil.copytree(site, home.report_dir)
    home.database.symlink_to(published.database)
    return home


def looked_at(home: Settings) -> Finding:
    (found,) = of_site(home)
    return found


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "number": lambda content: content.replace(b"1", b"2", 1),
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "no text": lambda content: content + b"\xff",
}


@pytest.mark.parametrize("fault", SPOILT)
@pytest.mark.parametrize("name", ["data/gdp.csv", "zh/claims.html", "assets/series-en.js"])
def test_file_that_is_not_as_it_was_written_is_named(home: Settings, name: str, fault: str) -> None:
    assert looked_at(home).state == "ok"
    file = home.report_dir / name
    file.write_bytes(SPOILT[fault](file.read_bytes()))
    found = looked_at(home)
    assert (found.state, found.remedy) == ("wrong", "Run `g60 report`, which writes it again")
    assert f"1 files of {home.report_dir} are not as they were written, {name} among them" in found.detail


def test_files_that_are_not_as_they_were_written_are_written_again(
    home: Settings, site: Path, warehouse: Warehouse
) -> None:
    names = ("data/gdp.csv", "zh/claims.html", "assets/series-en.js", "en/indicators/gdp.html")
    for name, spoil in zip(names, SPOILT.values(), strict=True):
        file = home.report_dir / name
        file.write_bytes(spoil(file.read_bytes()))
    assert build(warehouse, home.report_dir).written == len(names)
    assert [n for n in names if (home.report_dir / n).read_bytes() != (site / n).read_bytes()] == []
    assert looked_at(home).state == "ok"


def test_site_of_another_build_is_named(home: Settings) -> None:
    file = home.report_dir / MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(manifest | {MADE_OF: "another"}), encoding="utf-8")
    assert looked_at(home).state == "note"
    assert "shows another build than the one in force" in looked_at(home).detail
    file.write_text("{", encoding="utf-8")
    assert looked_at(home).state == "wrong"


def test_the_file_of_an_indicator_opens_in_a_spreadsheet_and_has_its_figures(site: Path, warehouse: Warehouse) -> None:
    import csv

    content = (site / "data" / "gdp.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    held = {
        r["observation_id"]: r for r in warehouse.rows("FROM core.observation_candidate WHERE indicator_id = 'gdp'")
    }
    assert len(rows) > 200
    for row in rows:
        assert float(row["value"]) == held[row["observation_id"]]["value"]
        assert row["value_as_published"] == held[row["observation_id"]]["value_as_published"]
        assert row["chosen"] == str(held[row["observation_id"]]["chosen"]).lower()
    slots = [tuple(row[c] for c in ("geo_code", "basis", "period_kind", "period_start", "period_end")) for row in rows]
    in_use = [slot for slot, row in zip(slots, rows, strict=True) if row["chosen"] == "true"]
    assert len(set(in_use)) == len(in_use) < len(rows), "of some periods figures of other rounds are given, too"


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_knows_indicators_by_what_people_call_them(site: Path, language: str) -> None:
    text = (site / "assets" / f"search-{language}.js").read_text(encoding="utf-8")
    index = json.loads(text.partition("=")[2].rstrip().rstrip(";"))
    words = {entry["p"]: entry["w"] for entry in index}
    assert "高企" in words["indicators/hightech_enterprises.html"]
    assert "GERD" in words["indicators/rd_expenditure.html"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_share_of_another_figure_of_the_period_is_marked_beside_the_newest_one(
    warehouse: Warehouse, language: Any
) -> None:
    data = Data(warehouse)
    share = next(s for s in data.place_shares["320500"] if s["indicator_id"] == "gdp")
    newest = max((r for (geo, _), r in data.annual["gdp", "current_prices"].items() if geo == "320500"), key=_end)
    assert newest["observation_id"] in share["input_ids"]

    def page() -> str:
        site = Site(data, Derivations(warehouse), language)
        return site.render(next(page for page in cities.pages(site) if page.path == "cities/320500.html"))

    note = {"en": "The share takes another figure of the period", "zh": "该比重取同期另一数值"}[language]
    assert note not in page()
    share["input_ids"] = [i for i in share["input_ids"] if i != newest["observation_id"]]
    marked = page()
    assert note in marked
    assert marked.count(f"<small>{share['year']} *</small>") == 1


def _end(row: dict[str, Any]) -> Any:
    return row["period_end"]
