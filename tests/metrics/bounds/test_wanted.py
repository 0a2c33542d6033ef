"""Which missing figure narrows which number most, on the figures of the package."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl
import pytest

Frames = dict[str, pl.DataFrame]


def of(graph: Frames, claim: str, scope: str, tier: str) -> pl.DataFrame:
    rows = graph["metrics.wanted"].filter(claim_id=claim, corridor=scope, tier=tier)
    return rows.sort("part_removed", descending=True)


def test_the_growth_of_research_lacks_suzhou_most(graph: Frames) -> None:
    for scope in ("g60_songjiang", "g60_shanghai"):
        first = of(graph, "C105", scope, "steady").row(0, named=True)
        assert (first["geo_code"], first["indicator_id"], first["year"]) == ("320500", "rd_expenditure", 2018)
        assert (first["publisher_zh"], first["release_year"], first["release_month"]) == ("苏州市统计局", 2019, 10)
        assert first["list_url"].startswith("https://tjj.suzhou.gov.cn/")


@pytest.mark.parametrize(("claim", "place"), [("C106", "310117"), ("C107", "310117"), ("C110", "310117")])
def test_one_figure_of_songjiang_settles_a_claim(graph: Frames, claim: str, place: str) -> None:
    first = of(graph, claim, "g60_songjiang", "printed").row(0, named=True)
    assert first["geo_code"] == place
    assert first["part_removed"] > 0.99


def test_what_is_wanted_is_not_held_and_takes_something_away(graph: Frames) -> None:
    rows = graph["metrics.wanted"]
    exact = graph["metrics.figure"].filter(pl.col("value").is_not_null() & (pl.col("round_group") == "any"))
    series = ["geo_code", "indicator_id", "basis", "period_end"]
    assert rows.join(exact, on=series, how="semi").is_empty()
    assert rows.filter((pl.col("removed") <= 0) | (pl.col("part_removed") < 0.01)).is_empty()
    assert rows.filter(pl.col("width_left") > pl.col("width")).is_empty()


def test_a_line_for_the_inbox_is_a_figure_without_its_value(graph: Frames, make: Any) -> None:
    from g60_pipeline.ingest.inbox import FIGURES

    names = FIGURES.template.strip().split(",")
    for row in graph["metrics.wanted"].sample(50, seed=1).iter_rows(named=True):
        (cells,) = csv.reader(io.StringIO(row["inbox_line"]))
        line = dict(zip(names, cells, strict=True))
        assert (line["geo_code"], line["indicator_id"], line["basis"]) == (
            row["geo_code"],
            row["indicator_id"],
            row["basis"],
        )
        assert (line["value"], line["unit"], line["period"][:4]) == ("", row["unit"], str(row["year"]))


def test_a_figure_is_looked_up_where_the_catalog_says_it_is_printed(graph: Frames) -> None:
    rows = graph["metrics.wanted"].select("indicator_id", "printed_kind", "publisher_zh", "list_url").unique()
    found = {row[0]: row[1:] for row in rows.iter_rows()}
    assert found["star_listed"] == ("listing", "上海证券交易所", "https://www.sse.com.cn")
    assert found["national_st_awards"][:2] == ("official_list", "中华人民共和国科学技术部")
    assert found["little_giants"][:2] == ("official_list", "中华人民共和国工业和信息化部")
    assert found["rd_personnel"][0] == "yearbook"
    assert rows.filter(pl.col("publisher_zh").is_null()).is_empty()


def test_a_figure_is_out_on_its_day_by_the_calendar_or_with_the_communique(graph: Frames) -> None:
    def out(indicator: str, place: str, year: int) -> set[tuple[int | None, int | None]]:
        rows = graph["metrics.wanted"].filter(indicator_id=indicator, geo_code=place, year=year)
        return set(rows.select("release_year", "release_month").iter_rows())

    assert out("star_listed", "310117", 2024) == {(2024, 9)}, "a listing is public on its day"
    assert out("population_resident", "310117", 2023) == {(2024, 5)}, "of cities in March to May"
    assert out("rd_expenditure", "320500", 2018) == {(2019, 10)}
    assert out("pct_applications", "320500", 2023) == {(2024, 4)}, "the month of the communique of Suzhou"
    assert out("pct_applications", "330400", 2023) == {(None, None)}, "no month is known of that of Jiaxing"
