"""The page of open proposals in Chromium: judged with keys, downloaded, and entered by the command."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import papers
import pytest
from browsing import GLYPHS, Tab, sideways, violations

from g60_pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system

TEXT = "初步核算，全年实现地区生产总值26727.0亿元，比上年增长6.0%。全年专利授权量98000件。年末常住人口12958万人。"
KINDS = [("en", {"width": 1280, "height": 900}, "light"), ("zh", {"width": 375, "height": 800}, "dark")]


@pytest.fixture
def home(g60: Callable[..., Any], tmp_path: Path) -> Settings:
    """Return a home with a document whose proposals wait."""
    document = tmp_path / "page.html"
    document.write_bytes(papers.page(TEXT, title="2024年苏州市国民经济和社会发展统计公报"))
    home = Settings(tmp_path / "home")
    assert g60("communique", "add", str(document), "--geo", "苏州", "--year", "2024", home=home).exit_code == 0
    return home


@pytest.fixture(params=KINDS, ids=["english-wide-light", "chinese-narrow-dark"])
def tab(
    request: pytest.FixtureRequest, browser: Browser, home: Settings, g60: Callable[..., Any], tmp_path: Path
) -> Iterator[Tab]:
    """Return the page of a language, opened."""
    language, size, scheme = request.param
    result = g60("communique", "review", "--html", str(tmp_path / "review.html"), "--lang", language, home=home)
    assert result.exit_code == 0, result.stderr
    made = Tab(browser, tmp_path, size=size, scheme=scheme)
    made.open("review.html")
    yield made
    made.context.close()


def choices(page: Page) -> list[str | None]:
    """Return the decision of each proposal."""
    return [article.get_attribute("data-decision") for article in page.locator("article").all()]


def test_page_has_figures_marked_is_accessible_and_has_every_glyph(tab: Tab) -> None:
    page = tab.page
    assert page.locator("mark").all_inner_texts() == ["26727.0亿元", "6.0%", "98000件", "12958万人"]
    page.keyboard.press("a")
    page.keyboard.press("c")
    assert sideways(page) <= 0
    assert page.evaluate(GLYPHS) == []
    assert violations(page) == []
    assert tab.wrong == []


def test_keys_decide_and_the_command_enters_what_was_downloaded(
    tab: Tab, home: Settings, g60: Callable[..., Any], tmp_path: Path
) -> None:
    page = tab.page
    for key in ("a", "r", "c"):
        page.keyboard.press(key)
    for wrong in ("no number", "98,1"):
        page.keyboard.type(wrong)
        page.keyboard.press("Enter")
        assert page.locator("[role=alert]:not(:empty)").count() == 1
        page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("98,001")
    page.keyboard.press("Enter")
    assert choices(page) == ["accept", "reject", "correct", ""]
    with page.expect_download() as download:
        page.locator("#download").click()
    file = tmp_path / "decisions.csv"
    download.value.save_as(file)
    result = g60("communique", "review", "--decisions", str(file), home=home)
    assert "1 accepted, 1 corrected, 1 rejected, 1 left" in result.stdout
    with (home.inbox / "communiques.csv").open(encoding="utf-8", newline="") as rows:
        assert [(row["indicator_id"], row["value"]) for row in csv.DictReader(rows)] == [
            ("gdp", "26727.0"),
            ("patents_granted", "98001"),
        ]
    assert tab.wrong == []


def test_decision_is_taken_back_and_decisions_outlive_the_page(tab: Tab) -> None:
    page = tab.page
    page.keyboard.press("r")
    page.keyboard.press("k")
    page.keyboard.press("u")
    page.locator("article").nth(2).locator("[data-choice=accept]").click()
    assert choices(page) == ["", "", "accept", ""]
    page.wait_for_timeout(500)  # the browser stores what a page keeps a moment later
    page.reload()
    assert choices(page) == ["", "", "accept", ""]
    assert tab.wrong == []
