"""What the server of `g60 ui` shows besides Dagster's UI: the last builds, the site, charts of indicators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from g60_pipeline.catalog import load_catalog
from g60_pipeline.orchestration.indicators import description, indicator_assets
from g60_pipeline.orchestration.pages import routes
from g60_pipeline.settings import Settings

Ask = Callable[[str], httpx.Response]


def server(settings: Settings) -> Ask:
    """Return a function that asks the routes of a home for a path."""
    app = Starlette(routes=routes(settings))

    async def asked(path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path)

    return lambda path: asyncio.run(asked(path))


def test_the_first_page_is_that_of_the_last_builds(tmp_path: Path) -> None:
    answer = server(Settings(tmp_path))("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/runs")


def test_a_chart_is_drawn_of_the_file_in_force_and_fits_the_page(published: Settings) -> None:
    answer = server(published)("/chart/zh/gdp.svg")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "地区（国内）生产总值" in answer.text
    assert ' width="100%"' in answer.text.partition(">")[0]


@pytest.mark.parametrize(("name", "words"), [("nonsense", "nonsense"), ("<script>", "&lt;script&gt;")])
def test_a_chart_that_can_not_be_drawn_says_why_in_its_place(published: Settings, name: str, words: str) -> None:
    answer = server(published)(f"/chart/en/{name}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "<script>" not in answer.text
    assert "is not a known indicator" in answer.text or words in answer.text


def test_a_chart_of_a_home_without_a_warehouse_says_what_to_run(tmp_path: Path) -> None:
    assert "g60 build" in server(Settings(tmp_path))("/chart/en/gdp.svg").text


def test_a_language_the_site_has_not_is_refused(published: Settings) -> None:
    assert server(published)("/chart/fr/gdp.svg").status_code == 404


def test_the_site_is_shown_once_it_is_written_and_nothing_beside_it(tmp_path: Path) -> None:
    home = Settings(tmp_path)
    ask = server(home)
    answer = ask("/report/en/index.html")
    assert answer.status_code == 404
    assert "g60 report" in answer.text
    page = home.report_dir / "en" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<html>the site</html>", encoding="utf-8")
    (home.warehouse_dir / "secret.txt").write_text("secret", encoding="utf-8")
    assert "the site" in server(home)("/report/en/").text
    for path in ("/report/../secret.txt", "/report/%2e%2e/secret.txt", "/report/en/..%2f..%2fsecret.txt"):
        assert "secret" not in server(home)(path).text, path


def test_every_indicator_is_found_under_its_chinese_name_and_links_to_its_pages() -> None:
    catalog = load_catalog()
    indicators, units = {i.indicator_id: i for i in catalog.indicators}, {u.unit: u for u in catalog.units}
    keys = {spec.key.path[-1]: spec for spec in indicator_assets()}
    assert set(keys) == {f"{i.indicator_id} {i.name_zh}" for i in indicators.values()}
    texts = {name: description(i, units[i.unit]) for name, i in indicators.items()}
    text = texts["star_listed"]
    assert "科创板上市公司数" in text
    assert "(/report/zh/indicators/star_listed.html)" in text
    assert "(/chart/en/star_listed.svg)" in text
    assert "`corridor_total`" in text
    assert "`intensity_ratio`" in texts["rd_intensity"]
