"""What tests of pages in Chromium share: a tab that keeps what goes wrong in it, signs without a font, rules of axe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

GLYPHS = """() => {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d", {willReadFrequently: true});
  const drawn = (sign) => {
    canvas.width = canvas.height = 24; pen.font = "16px " + getComputedStyle(document.body).fontFamily;
    pen.fillText(sign, 2, 18); return pen.getImageData(0, 0, 24, 24).data.join();
  };
  const missing = drawn("\\u{10FFFF}");
  const signs = new Set(document.body.innerText.replace(/\\s/g, ""));
  return [...signs].filter((sign) => drawn(sign) === missing);
}"""
"""Signs of a page that look like one no font has."""


RULES = {"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
"""Rules of axe that are tried."""


class Tab:
    """A tab that keeps what goes wrong in it."""

    def __init__(self, browser: Browser, folder: Path, *, size: Any, scheme: str) -> None:
        self.folder = folder
        self.context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", lambda request: self.wrong.append(request.url))

    def open(self, path: str) -> Page:
        self.page.goto((self.folder / path).as_uri())
        return self.page

    def drawn(self, path: str) -> Page:
        """Open a page and draw all its charts, as for printing."""
        page = self.open(path)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_function("[...document.querySelectorAll('figure.chart')].every((f) => f.dataset.drawn)")
        return page


def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def violations(page: Page) -> list[tuple[str, str, str]]:
    """Return what axe finds on a page: rule, the first element that breaks it, and why."""
    import axe_playwright_python

    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)}).then((r) => r.violations)")
    return [(v["id"], v["nodes"][0]["html"], v["nodes"][0]["failureSummary"]) for v in found]
