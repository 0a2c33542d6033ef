"""Figures of the members of a corridor side by side, with ends."""

from __future__ import annotations

from typing import Any

import polars as pl
from metrics.member_rows import FIRMS, PEOPLE, THREE, stock

from g60_pipeline.metrics.figures.member_figures import member_figures

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]


def side_by_side(make: Any, *rows: Row, members: tuple[str, ...] = THREE) -> pl.DataFrame:
    bases = make.bases(PEOPLE, FIRMS)
    figure, total = make.totals(*rows, members=members, bases=bases)
    return member_figures(total, figure, indicator_basis=bases).sort("indicator_id", "geo_code")


def box(row: Row) -> tuple[float | None, float, float | None]:
    return row["value"], row["low"], row["high"]


def test_a_member_without_a_figure_has_what_its_province_leaves(make: Any) -> None:
    rows = [stock(FIRMS, "330100", 5.0), stock(FIRMS, "340100", 2.0), stock(FIRMS, "330000", 9.0)]
    found = {r["geo_code"]: r for r in side_by_side(make, *rows).iter_rows(named=True)}
    assert box(found["330100"]) == (5, 5, 5)
    assert box(found["330400"]) == (None, 0, 9 - 5)
    assert found["330400"]["input_ids"] == ["o3"]


def test_without_a_figure_of_the_province_there_is_no_upper_end(make: Any) -> None:
    found = side_by_side(make, stock(FIRMS, "330100", 5.0), stock(FIRMS, "340100", 2.0))
    assert box(found.filter(pl.col("geo_code") == "330400").row(0, named=True)) == (None, 0, None)


def test_one_member_alone_is_compared_with_nobody(make: Any) -> None:
    assert side_by_side(make, stock(FIRMS, "330100", 5.0)).is_empty()


def test_held_members_are_those_of_the_corridors(graph: Frames) -> None:
    figure, total = graph["metrics.figure"], graph["metrics.total"]
    held = member_figures(total, figure, indicator_basis=graph["core.indicator_basis"])
    assert held.group_by("corridor_id", "indicator_id", "basis", "period_end").len()["len"].unique().to_list() == [9]
    assert held.filter(pl.col("low") > pl.col("high")).is_empty()
