"""Every number on the site is the one of the warehouse, at the row its explanation names."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from g60_pipeline.report.site.page import anchor

if TYPE_CHECKING:
    from g60_pipeline.reader.database import Row, Warehouse

NUMBER = re.compile(r"(?<![\d.,/])-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")
"""A printed number; n of 'one in n' is read apart."""

ONE_IN = re.compile(r"1/(\d[\d,]*\.\d+)")

FIELDS = ("value", "low", "high", "bound", "weight", "rank", "best", "worst")
"""Fields of charts that hold numbers of a row."""


@pytest.fixture(scope="module")
def held(warehouse: Warehouse) -> dict[str, Row]:
    """Return every figure and every metric row by its anchor."""
    found = {anchor(r["observation_id"]): r for r in warehouse.rows("FROM core.observation_candidate")}
    for table in warehouse.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'metrics'"):
        found |= {anchor(r["metric_id"]): r for r in warehouse.rows(f"FROM metrics.{table['table_name']}")}
    return found


def numbers(row: Row) -> list[float]:
    """Return what may be printed of a row: its numbers, as a percentage too, and the parts of its date."""
    own = [float(v) for v in row.values() if isinstance(v, (int, float)) and not isinstance(v, bool)]
    dates = [part for v in row.values() if hasattr(v, "year") for part in (v.year, v.month, v.day)]
    return [*own, *(100 * v for v in own), *map(float, dates)]


def is_printed(text: str, among: list[float]) -> bool:
    """Return whether a printed number is one of some numbers, rounded to the digits it has."""
    plain = text.replace(",", "")
    shown = float(plain)
    whole, _, exponent = plain.partition("e")
    digit = 10.0 ** (int(exponent or 0) - len(whole.partition(".")[2]))
    return any(math.isclose(shown, v, rel_tol=1e-9, abs_tol=0.5000001 * digit) for v in among)


def test_every_linked_number_is_the_one_of_the_row_it_leads_to(parsed: dict[str, Any], held: dict[str, Row]) -> None:
    wrong, seen = [], 0
    for name, page in parsed.items():
        for link in page.xpath("//a[@class='n'] | //p[@class='of']/a"):
            row = held[link.get("href").partition("#")[2]]
            text = link.text_content()
            known = numbers(row)
            for n in ONE_IN.findall(text):
                seen += 1
                shares = [100 / v for v in known if v] + [1 / v for v in known if v]
                if not is_printed(n, shares):
                    wrong.append((name, text, row))
            for found in NUMBER.findall(ONE_IN.sub("", text)):
                seen += 1
                if not is_printed(found, known):
                    wrong.append((name, text, row))
    assert wrong == []
    assert seen > 20_000


def points(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a chart as the page's script reads them."""
    return [
        {field: value for field, value in zip(chart["fields"], row, strict=True) if value is not None}
        for row in chart["rows"]
    ]


def test_every_number_of_every_chart_is_the_one_of_its_row(parsed: dict[str, Any], held: dict[str, Row]) -> None:
    wrong, seen = [], 0
    for name, page in parsed.items():
        for text in page.xpath("//figure/script[@type='application/json']/text()"):
            for point in points(json.loads(text)):
                if "id" not in point or point.get("claimed"):
                    continue
                row = held[anchor(point["id"])]
                known = numbers(row)
                if row.get("metric_id", "").startswith("innovation_index:"):
                    known += numbers(
                        held[
                            f"{row['metric_id'].replace('innovation_index', 'index_robustness').removesuffix(':equal:arithmetic')}:all"
                        ]
                    )
                for field in FIELDS:
                    if field in point:
                        seen += 1
                        if not any(math.isclose(point[field], v, rel_tol=1e-9) for v in known):
                            wrong.append((name, field, point))
    assert wrong == []
    assert seen > 5_000


def test_a_cell_of_the_table_of_years_is_of_its_place_and_year(
    parsed: dict[str, Any], held: dict[str, Row], warehouse: Warehouse
) -> None:
    names = {r["geo_code"]: r["short_zh"] for r in warehouse.rows("FROM core.geography")}
    seen = 0
    for name, page in parsed.items():
        if not name.startswith("zh/indicators/"):
            continue
        for table in page.xpath("//table[contains(@class, 'years')]"):
            heads = [th.text_content() for th in table.xpath("./thead//th")]
            for line in table.xpath("./tbody/tr"):
                for head, cell in zip(heads[1:], line.xpath("./td"), strict=True):
                    for link in cell.xpath("./a"):
                        row = held[link.get("href").partition("#")[2]]
                        assert (names[row["geo_code"]], str(row["year"])) == (head, line[0].text_content())
                        seen += 1
    assert seen > 1_500


def test_a_share_that_is_an_interval_has_the_narrowest_assumed_one_below_it(
    parsed: dict[str, Any], warehouse: Warehouse
) -> None:
    (row,) = warehouse.rows(
        """SELECT min(width), arg_min(low, width) AS low, arg_min(high, width) AS high FROM metrics.bound
           WHERE corridor_id = 'g60_songjiang' AND indicator_id = 'gdp' AND basis = 'current_prices' AND year = 2022
             AND measure = 'share_of_nation' AND tier <> 'printed'"""
    )
    for language, tier in (("en", "if nothing fell"), ("zh", "若均未下降")):
        page = parsed[f"{language}/indicators/gdp.html"]
        (line,) = [tr for tr in page.xpath("//tbody/tr") if len(tr) == 7 and tr[0].text_content() == "2022"]
        assert f"{100 * row['low']:.2f}–{100 * row['high']:.2f} %" in line[2].text_content()
        assert tier in line[2].text_content()


def test_shared_series_of_the_small_charts_are_the_chosen_figures(site: Any, warehouse: Warehouse) -> None:
    text = (site / "assets" / "series-zh.js").read_text(encoding="utf-8")
    shared = json.loads(text.removeprefix("window.G60_SERIES = ").rstrip(";\n"))
    rows = warehouse.rows(
        """SELECT o.indicator_id, g.short_zh, o.year, o.value FROM core.observation AS o JOIN core.geography AS g USING (geo_code)"""
    )
    chosen = defaultdict(set)
    for row in rows:
        chosen[row["indicator_id"], row["short_zh"], row["year"]].add(row["value"])
    points = [
        (i, place, year, value)
        for i, places in shared.items()
        for place, line in places.items()
        for year, value in line
    ]
    assert len(points) > 1_500
    assert [p for p in points if p[3] is not None and p[3] not in chosen[p[:3]]] == []


def test_ranks_of_a_city_are_those_of_the_warehouse(parsed: dict[str, Any], warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        """WITH nine AS (
               SELECT o.year, o.value, o.geo_code FROM core.observation AS o
               JOIN core.corridor_member AS m USING (geo_code)
               WHERE m.corridor_id = 'g60_shanghai' AND m.version = 'metrics' AND o.indicator_id = 'gdp'
                 AND o.basis = 'current_prices' AND o.period_kind = 'calendar_year'
                 AND NOT list_has_any(o.flags, ['lower_bound', 'upper_bound', 'estimated_by_source']))
           SELECT year, geo_code, rank() OVER (PARTITION BY year ORDER BY value DESC) AS rank,
                  count(*) OVER (PARTITION BY year) AS n FROM nine"""
    )
    wanted = {str(r["year"]): f"{r['rank']}/{r['n']}" for r in rows if r["geo_code"] == "320500"}
    table = parsed["en/cities/320500.html"].xpath("//table[contains(@class, 'heat')]")[0]
    years = [th.text_content() for th in table.xpath("./thead//th")][1:]
    line = next(tr for tr in table.xpath("./tbody/tr") if tr[0].text_content() == "Gross domestic product")
    shown = dict(zip(years, (td.text_content() for td in line.xpath("./td")), strict=True))
    assert {y: v for y, v in shown.items() if v} == wanted


def test_the_strip_of_a_claim_shows_the_interval_of_both_scopes(parsed: dict[str, Any], warehouse: Warehouse) -> None:
    lead = warehouse.rows("FROM analysis.claims WHERE lead IS NOT NULL AND position = 1 ORDER BY lead")
    cards = {a.get("id"): a for a in parsed["en/index.html"].xpath("//article[@class='card']")}
    assert set(cards) == {row["claim_id"] for row in lead}
    assert len(cards) == 7
    for row in lead:
        card = cards[row["claim_id"]]
        assert row["verdict"].replace("_", " ") in card.text_content()
        chart = json.loads(card.xpath(".//script/text()")[0])
        factor = 100 if row["unit"] == "ratio" else 1
        claimed = next(v for v in points(chart) if v.get("claimed"))
        assert (claimed["low"], claimed["high"]) == (factor * row["claimed_low"], factor * row["claimed_high"])
        own = next(v for v in points(chart) if f":{row['scope']}:" in v["id"])
        for end in ("low", "high"):
            value = row[f"value_{end}"]
            assert own.get(end) == (None if value is None else factor * value)
