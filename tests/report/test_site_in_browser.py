"""The site in Chromium, from disk and without a network: every page in both languages, wide and narrow, light and dark."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import GLYPHS, Tab, sideways, violations

from g60_pipeline.wording import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.system

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 800}

KINDS = (
    "index", "claims", "cities", "cities/310117", "indicators", "indicators/gdp", "map", "timeline", "gradient",
    "specialisation", "ranks", "coverage", "revisions", "dictionary", "methods",
)  # fmt: skip
"""One page of every kind."""

ALIKE = "document.querySelectorAll('.why ~ .why, table.data tr:nth-child(n+8)').forEach((e) => e.remove())"
"""Takes away what is like what is left, before every rule is tried on every element."""


@pytest.fixture(
    params=[("en", WIDE, "light"), ("zh", NARROW, "dark")], ids=["english-wide-light", "chinese-narrow-dark"]
)
def tab(request: pytest.FixtureRequest, browser: Browser, site: Path) -> Iterator[tuple[str, Tab]]:
    language, size, scheme = request.param
    made = Tab(browser, site, size=size, scheme=scheme)
    yield language, made
    made.context.close()


def test_every_page_opens_without_an_error_or_a_sideways_scroll(tab: tuple[str, Tab]) -> None:
    language, opened = tab
    wide = {}
    for file in sorted((opened.folder / language).rglob("*.html")):
        page = opened.open(file.relative_to(opened.folder).as_posix())
        if (by := sideways(page)) > 0:
            wide[file.name] = by
    assert opened.wrong == []
    assert wide == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_page_draws_its_charts_has_every_glyph_and_is_accessible(tab: tuple[str, Tab], kind: str) -> None:
    language, opened = tab
    page = opened.drawn(f"{language}/{kind}.html")
    assert page.locator("figure.chart").count() == page.locator("figure.chart .canvas svg").count()
    assert sideways(page) <= 0
    assert page.evaluate(GLYPHS) == []
    page.evaluate(ALIKE)
    assert violations(page) == []
    assert opened.wrong == []


def test_a_number_opens_its_explanation_in_place_and_escape_closes_it(tab: tuple[str, Tab]) -> None:
    language, opened = tab
    page = opened.open(f"{language}/indicators/gdp.html")
    page.locator("table.years a.n").first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog#why")
    assert dialog.is_visible()
    assert "core.observation_candidate" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.locator("a.n[href*='national_share']").first.click()
    assert "g60 explain national_share:" in dialog.inner_text()
    dialog.locator(".of a").last.click()
    assert dialog.is_visible()
    dialog.locator(".close").click()
    assert not dialog.is_visible()
    assert opened.wrong == []


def test_a_number_of_another_page_leads_there_and_is_explained(tab: tuple[str, Tab]) -> None:
    language, opened = tab
    page = opened.open(f"{language}/index.html")
    page.locator("table.data a.n").first.click()
    page.wait_for_url("**/indicators/*")
    assert page.locator("dialog#why").is_visible()
    assert opened.wrong == []


def test_claims_are_filtered_by_verdict_scope_and_words(tab: tuple[str, Tab]) -> None:
    language, opened = tab
    page = opened.open(f"{language}/claims.html")
    rows = page.locator("#claims tbody tr:visible")
    every = rows.count()
    page.locator("select[name=verdict]").select_option("contradicted")
    fewer = rows.count()
    assert 0 < fewer < every
    assert set(rows.evaluate_all("(rows) => rows.map((r) => r.dataset.verdict)")) == {"contradicted"}
    page.locator("input[name=lead]").check()
    assert set(rows.evaluate_all("(rows) => rows.map((r) => r.querySelector('.id').textContent)")) == {"C107", "C110"}
    page.locator("select[name=verdict]").select_option("")
    page.locator("input[name=text]").fill("C109")
    assert rows.count() == 2
    assert page.locator("form output").inner_text().startswith(("2 ", "显示2/"))


def test_search_finds_pages_by_a_name_of_either_language(tab: tuple[str, Tab]) -> None:
    language, opened = tab
    page = opened.open(f"{language}/methods.html")
    page.locator("#q").fill("科创板上市")
    page.locator("#found a").first.wait_for()
    assert "indicators/star_listed.html" in (page.locator("#found a").first.get_attribute("href") or "")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{language}/indicators/star_listed.html")


def test_the_theme_is_switched_and_kept_and_the_language_leads_to_the_same_page(tab: tuple[str, Tab]) -> None:
    language, opened = tab
    page = opened.drawn(f"{language}/indicators/gdp.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.locator("button.theme").click()
    after = page.evaluate(ground)
    assert before != after
    page.wait_for_function(
        "document.querySelectorAll('figure.chart .canvas svg').length === document.querySelectorAll('figure.chart').length"
    )
    page.locator("a.lang").click()
    page.wait_for_url(f"**/{'zh' if language == 'en' else 'en'}/indicators/gdp.html")
    assert page.evaluate(ground) == after
    assert opened.wrong == []


def test_a_chart_is_saved_as_picture_and_as_numbers(browser: Browser, site: Path) -> None:
    opened = Tab(browser, site, size=WIDE, scheme="light")
    page = opened.open("zh/indicators/gdp.html")
    figure = page.locator("figure.chart").first
    saved = {}
    for form in ("svg", "png", "csv"):
        with page.expect_download() as waiting:
            figure.locator(f"[data-as={form}]").click()
        saved[form] = Path(waiting.value.path()).read_bytes()
        assert waiting.value.suggested_filename == f"地区-国内-生产总值-九城与松江.{form}"
    assert saved["svg"].startswith(b"<svg")
    assert "来源：".encode() in saved["svg"]
    assert saved["png"].startswith(b"\x89PNG")
    rows = list(csv.DictReader(saved["csv"].decode("utf-8-sig").splitlines()))
    assert list(rows[0]) == ["地区", "年份", "数值", "界值或估计", "界值或估计类别", "单位", "id"]
    cells = {(row["地区"], row["年份"]): list(row.values())[2:6] for row in rows}
    assert cells["苏州", "2022"] == ["23958.34", "", "", "亿元"]
    assert cells["苏州", "2024"] == ["", "26700", word("estimated_by_source")[1], "亿元"]
    opened.context.close()


def test_the_map_shows_the_links_of_a_path_up_to_a_year(browser: Browser, site: Path) -> None:
    opened = Tab(browser, site, size=WIDE, scheme="light")
    page = opened.drawn("en/map.html")
    links = "[...document.querySelectorAll('figure.chart')].filter((f) => f.chart.kind === 'network')[1].querySelectorAll('.mark-rule line').length"
    every = page.evaluate(links)
    page.locator("select[name=path]").select_option("innovation_hub")
    hubs = page.evaluate(links)
    page.locator("input[name=until]").fill("2019")
    early = page.evaluate(links)
    assert every > hubs > early > 0
    opened.context.close()


def test_pages_are_read_without_scripts(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto((site / "en" / "indicators" / "gdp.html").as_uri())
    assert page.locator("nav a").first.is_visible()
    assert page.locator("noscript").count() == 3
    assert page.locator("table.years").is_visible()
    assert page.locator(".why").first.is_visible()
    context.close()


def test_a_page_prints_its_tables_and_no_controls(browser: Browser, site: Path) -> None:
    opened = Tab(browser, site, size=WIDE, scheme="light")
    page = opened.open("en/indicators/gdp.html")
    page.emulate_media(media="print")
    assert page.locator("table.years").is_visible()
    for control in ("nav", ".search", "button.theme", ".tools >> nth=0"):
        assert not page.locator(control).is_visible(), control
    opened.context.close()
