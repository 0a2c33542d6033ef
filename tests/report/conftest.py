"""The site of the embedded facts, written once for all tests that look at it, and the browser they look with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import BROWSERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Once
    from playwright.sync_api import Browser

    from g60_pipeline.reader.database import Warehouse
    from g60_pipeline.settings import Settings


@pytest.fixture(scope="session")
def site(once: Once, published: Settings) -> Path:
    """Return the folder of the site. Read it only."""

    def made(folder: Path) -> Path:
        from g60_pipeline.reader.database import open_warehouse
        from g60_pipeline.report.site.build import build

        with open_warehouse(published) as opened:
            return build(opened, folder).folder

    return once("site", made)


@pytest.fixture(scope="session")
def warehouse(published: Settings) -> Iterator[Warehouse]:
    """Return the warehouse the site is of."""
    from g60_pipeline.reader.database import open_warehouse

    with open_warehouse(published) as opened:
        yield opened


@pytest.fixture(scope="session")
def parsed(site: Path) -> dict[str, Any]:
    """Return every page as a tree, by its path below the site."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8")
    return {
        file.relative_to(site).as_posix(): html.fromstring(file.read_bytes(), parser=parser)
        for file in sorted(site.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the Chromium of the system, which may reach nothing but files."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, "no Chromium: install Debian's package `chromium`, as .ci/run does"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        )
        yield browser
        browser.close()
