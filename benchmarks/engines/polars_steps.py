"""Totals, shares and growth by the functions of the package: `python polars_steps.py FOLDER`. See README.md."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from g60_pipeline.metrics.engine.rounds import ANY_ROUND
from g60_pipeline.metrics.figures.total import metric_members, totals_by_round
from g60_pipeline.metrics.growth.growth import growth
from g60_pipeline.metrics.ratios.national_share import national_share


def main(folder: Path) -> None:
    names = ("figure", "indicator_basis", "corridor_member", "geography", "series_break")
    table = {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}
    figure = table["figure"].filter(round_group=ANY_ROUND)
    basis, geography, member = table["indicator_basis"], table["geography"], table["corridor_member"]
    members = metric_members(member)
    total = totals_by_round(figure, members=members, indicator_basis=basis, geography=geography)
    share = national_share(total, figure, indicator_basis=basis, geography=geography)
    rates = growth(
        total,
        figure,
        corridor_member=member,
        indicator_basis=basis,
        geography=geography,
        series_break=table["series_break"].clear(),
    )
    for name, frame in {"total": total, "share": share, "growth": rates}.items():
        frame.write_parquet(folder / f"made_{name}.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
