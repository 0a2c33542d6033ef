"""Another corridor is one YAML file away: it gets totals, shares and growth like the two that come with the package."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from g60_pipeline.publish.storage import validated
from g60_pipeline.tables import table

HEFEI_WUHU = """\
corridor_id: hefei_wuhu
name_en: Hefei and Wuhu
name_zh: 合肥与芜湖
description_en: A corridor of two cities
description_zh: 两城走廊
parent_code: "100000"
document: {publisher: a test, title: a list of two}
members: ["340100", "340200"]
"""

Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def own(run_home: Callable[..., Frames]) -> Frames:
    return run_home({"corridors/hefei_wuhu.yaml": HEFEI_WUHU})


def of(frame: pl.DataFrame, **wanted: object) -> dict[str, object]:
    return frame.filter(**wanted).row(0, named=True)


def test_it_has_totals_that_are_the_sum_of_its_members(own: Frames) -> None:
    day = dt.date(2022, 12, 31)
    firms = own["core.observation"].filter(
        pl.col("geo_code").is_in(["340100", "340200"]), indicator_id="star_listed", basis="tally", period_end=day
    )
    total = of(
        own["metrics.corridor_total"],
        corridor_id="hefei_wuhu",
        indicator_id="star_listed",
        basis="tally",
        period_end=day,
    )
    assert firms.height == 2
    assert total["value"] == firms["value"].sum()
    assert (total["members_reporting"], total["members_expected"]) == (2, 2)


def test_it_has_shares_growth_and_intensity(own: Frames) -> None:
    for name in ("national_share", "growth", "intensity"):
        assert own[f"metrics.{name}"].filter(corridor_id="hefei_wuhu").height > 0, name


def test_its_share_of_china_is_total_over_nation(own: Frames) -> None:
    share = of(
        own["metrics.national_share"],
        corridor_id="hefei_wuhu",
        indicator_id="population_resident",
        basis="resident_census",
        period_end=dt.date(2020, 11, 1),
    )
    figures = own["core.observation"].filter(
        indicator_id="population_resident", basis="resident_census", period_end=dt.date(2020, 11, 1)
    )
    value = dict(figures.select("geo_code", "value").iter_rows())
    assert share["share"] == pytest.approx((value["340100"] + value["340200"]) / value["100000"], rel=1e-12)


def test_it_changes_nothing_for_the_other_corridors(own: Frames, graph: Frames) -> None:
    for name in ("corridor_total", "national_share", "growth", "intensity", "claim_audit"):
        others = own[f"metrics.{name}"].filter(pl.col("corridor_id").ne_missing("hefei_wuhu"))
        assert others.equals(graph[f"metrics.{name}"]), name


def test_its_tables_keep_their_contracts(own: Frames) -> None:
    for name, frame in own.items():
        assert validated(table(name), frame).height == frame.height
