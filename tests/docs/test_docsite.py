"""The site of the documentation: guides in both languages, dictionary and docstrings; no link leads nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import html

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from pathlib import Path; import docsite; docsite.build(Path(sys.argv[1]), 'g60_pipeline.api')"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the pages of the guides and of one module: those of all are made by `make docsite`, in `.ci/run`."""
    folder = tmp_path_factory.mktemp("docsite")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT / "docs", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {f.relative_to(folder).as_posix(): html.parse(f).getroot() for f in folder.rglob("*.html")}


def test_every_guide_is_a_page_with_its_first_heading(pages: dict[str, Any]) -> None:
    for page, heading in {
        "handbook/readme.html": "g60_pipeline",
        "handbook/readme_zh.html": "g60_pipeline",
        "handbook/dictionary.html": "The warehouse: data dictionary",
        "handbook/contributing.html": "Contributing",
    }.items():
        headings = [h.text_content().strip() for h in pages[page].iter("h1")]
        assert heading in headings, page
    assert "metrics.national_share" in pages["handbook/dictionary.html"].text_content()


def test_docstrings_are_shown_with_their_types(pages: dict[str, Any]) -> None:
    text = pages["g60_pipeline/api.html"].text_content()
    assert "Return the rows of a table that pass all filters" in text
    assert "polars.dataframe.frame.DataFrame" in text
    headings = {h.text_content().strip().rstrip(":") for h in pages["g60_pipeline/api.html"].iter("h6")}
    assert {"Arguments", "Returns", "Raises"} <= headings


def test_no_link_of_a_guide_leads_nowhere(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        if name.startswith("handbook"):
            for link in page.iter("a"):
                target = (link.get("href") or "").partition("#")[0]
                if target and "://" not in target:
                    place = (Path("/") / name).parent / target
                    parts: list[str] = []
                    for part in place.parts[1:]:
                        parts = parts[:-1] if part == ".." else [*parts, part]
                    assert "/".join(parts) in pages, (name, target)
