"""Totals, shares and growth with pandas, tables in SQLite: `python pandas_sqlite.py DATABASE`. See README.md."""

from __future__ import annotations

import sqlite3
import sys

import pandas as pd

NATION = "100000"
SERIES = ["indicator_id", "basis", "period_kind", "period_end"]


def main(database: str) -> None:
    with sqlite3.connect(database) as connection:
        figure, basis, member, place = (
            pd.read_sql(f"SELECT * FROM {name}", connection)  # noqa: S608 - our own names
            for name in ("figure", "indicator_basis", "member", "place")
        )
        found = figure.loc[(figure.round_group == "any") & figure.value.notna(), ["geo_code", *SERIES, "value"]]
        inside = found.merge(member, on="geo_code").merge(basis[basis.additive == 1], on=["indicator_id", "basis"])
        total = inside.groupby(["corridor_id", *SERIES], as_index=False).agg(
            value=("value", "sum"), n=("value", "size")
        )
        size = member.groupby("corridor_id").size().rename("members")
        total = total.join(size, on="corridor_id").query("n == members").rename(columns={"corridor_id": "entity"})
        own = found.rename(columns={"geo_code": "entity"})
        columns = ["entity", *SERIES, "value"]
        series = pd.concat([total[columns], own[columns]], ignore_index=True).merge(basis, on=["indicator_id", "basis"])
        shown = series[series.entity.isin({*place.geo_code, *member.corridor_id, NATION})]

        nation = series[series.entity == NATION][[*SERIES, "value"]].rename(columns={"basis": "national_basis"})
        on = ["indicator_id", "national_basis", "period_kind", "period_end"]
        paired = shown[(shown.entity != NATION) & (shown.additive == 1)].merge(nation, on=on, suffixes=("", "_nation"))
        paired = paired[paired.value_nation != 0]
        share = paired.assign(value=paired.value / paired.value_nation)

        day = pd.to_datetime(shown.period_end)
        before = day - pd.DateOffset(years=1)
        before = before.where(~day.dt.is_month_end, before + pd.offsets.MonthEnd(0))
        ends = shown.assign(base_end=before.dt.strftime("%Y-%m-%d"))
        base = shown.rename(columns={"period_end": "base_end", "value": "base_value"})
        on = ["entity", "indicator_id", "basis", "period_kind", "base_end"]
        pairs = ends[ends.kind.isin(["stock", "flow"])].merge(base[[*on, "base_value"]], on=on)
        pairs = pairs[pairs.base_value > 0]
        growth = pairs.assign(value=pairs.value / pairs.base_value - 1)

        for name, frame in {"series": series, "share": share, "growth": growth}.items():
            frame[columns].to_sql(name, connection, index=False, if_exists="replace")


if __name__ == "__main__":
    main(sys.argv[1])
