"""Sums over sets of places, with what is known of them when members are missing. The arithmetic: `totals_kernel`.

A total has a value only when every member reports, from one revision round or flagged `mixed_vintage`. When members are
missing, additive non-negative figures still give an interval: at least the sum of those that report; at most that sum
plus, province by province, what the province has beyond its reporting members. Without a province figure there is no
upper end. Counts that places share, such as awards of joint projects, are no sum: at least the largest member, at most
the sum or what the nation has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from g60_pipeline.contracts.metrics import CorridorTotal, Total
from g60_pipeline.metrics.common import (
    ANY_ROUND,
    LEANING,
    NATION,
    SERIES,
    conform,
    frame_of,
    group_age,
    province_of,
)
from g60_pipeline.metrics.totals_kernel import shared, summed
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION

FORMULA: Final = "corridor_total"
SHARED: Final = "shared_total"
KEY: Final = ("corridor_id", *SERIES, "round_group")
"""What identifies a total before one round is chosen."""

Row = dict[str, Any]


def metric_members(corridor_member: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `geo_code` of the member sets the metrics use, the same for every year."""
    return corridor_member.filter(pl.col("version") == METRICS_VERSION).select("corridor_id", "geo_code")


def totals_by_round(
    figure: pl.DataFrame, *, members: pl.DataFrame, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return the totals of every set of places, in every revision round and regardless of round.

    Args:
        figure: `metrics.figure`.
        members: `corridor_id`, `geo_code`.
        indicator_basis: `core.indicator_basis`; only additive and shared bases have totals.
        geography: `core.geography`.

    Returns:
        The columns of `metrics.total`.
    """
    province = dict(province_of(geography).select("geo_code", "group_code").iter_rows())
    sets = {
        str(corridor_id): group["geo_code"].sort().to_list()
        for (corridor_id,), group in members.partition_by("corridor_id", as_dict=True).items()
    }
    bases = indicator_basis.filter(pl.col("additive") | pl.col("shared"))
    of_basis = {(b["indicator_id"], b["basis"]): b for b in bases.iter_rows(named=True)}
    codes = {code for inside in sets.values() for code in inside}
    codes |= {province[code] for code in codes if province.get(code)}
    known = figure.join(bases, on=["indicator_id", "basis"], how="semi").filter(pl.col("geo_code").is_in(sorted(codes)))
    nation = _nation(figure, bases=bases)
    rows: list[Row] = []
    series = ("indicator_id", "basis", "period_kind", "period_end", "round_group")
    for key, held in _grouped(known, *series).items():
        label = dict(zip(series, key, strict=True))
        basis = of_basis[label["indicator_id"], label["basis"]]
        rows += _of_sets(label, held, nation.get(key), basis=basis, sets=sets, province=province)
    return frame_of(rows, Total)


def _grouped(frame: pl.DataFrame, *key: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in frame.sort("metric_id").iter_rows(named=True):
        groups.setdefault(tuple(row[name] for name in key), []).append(row)
    return groups


def _nation(figure: pl.DataFrame, *, bases: pl.DataFrame) -> dict[tuple[Any, ...], Row]:
    """Return China's figures by the series of the shared counts they bound."""
    paired = bases.filter("shared").select("indicator_id", served="basis", basis="national_basis")
    found = figure.filter(pl.col("geo_code") == NATION).join(paired, on=["indicator_id", "basis"])
    key = ("indicator_id", "served", "period_kind", "period_end", "round_group")
    return {series: rows[0] for series, rows in _grouped(found, *key).items()}


def _of_sets(
    label: Row,
    held: list[Row],
    nation: Row | None,
    *,
    basis: Row,
    sets: dict[str, list[str]],
    province: dict[str, str],
) -> Iterator[Row]:
    """Yield the total of every corridor that a figure of one series and round is held for."""
    of = {figure["geo_code"]: figure for figure in held}
    for corridor_id, members in sets.items():
        inside = [of[code] for code in members if code in of]
        if not inside:
            continue
        provinces = [province[code] for code in members]
        if basis["shared"]:
            found, capped = shared(members, [*inside, *([nation] if nation else [])])
            caps = [nation] if capped and nation else []
            formula = SHARED
        else:
            found, codes = summed(members, provinces, held)
            caps, formula = [of[code] for code in codes], FORMULA
        missing = sorted(code for code in members if of.get(code, {}).get("value") is None)
        bounded = not missing or basis["shared"] or basis["non_negative"]
        yield (
            label
            | _made_of(inside, caps, label["round_group"])
            | {
                "metric_id": f"total:{corridor_id}:{label['indicator_id']}:{label['basis']}:{label['period_end']}:"
                f"{label['round_group']}",
                "corridor_id": corridor_id,
                "year": label["period_end"].year,
                "unit": basis["unit"],
                "formula_id": formula,
                "value": found.value,
                "low": found.low if bounded else None,
                "high": found.high if bounded else None,
                "members": members,
                "provinces": provinces,
                "members_reporting": len(members) - len(missing),
                "members_expected": len(members),
                "members_missing": missing,
            }
        )


def _made_of(inside: list[Row], caps: list[Row], group: str) -> Row:
    """Return rounds, flags and inputs of the figures of a total."""
    used = [*inside, *caps]
    rounds = {figure["round"] for figure in used}
    mixture = group == ANY_ROUND or group.endswith(LEANING)
    mixed = mixture and len(rounds) > 1
    flags = {flag for figure in used for flag in figure["flags"]} | ({"mixed_vintage"} if mixed else set())
    return {
        "round": group if not mixture else rounds.pop() if len(rounds) == 1 else "unknown",
        "vintages": sorted({vintage for figure in used for vintage in figure["vintages"]}),
        "flags": sorted(flags),
        "input_ids": sorted({name for figure in used for name in figure["input_ids"]}),
        "parent_ids": [figure["metric_id"] for figure in used],
        "mixed": mixed,
        "in_round": sum(figure["in_round"] for figure in inside if figure["value"] is not None),
    }


def best_totals(total: pl.DataFrame) -> pl.DataFrame:
    """Return one total per corridor, indicator, basis and period.

    The round in which most members report is taken; among those a single round before a mixture, the mixture that
    strays least from one round, and the newest round first.
    """
    return (
        total.filter(pl.any_horizontal(pl.col("value", "low", "high").is_not_null()))
        .sort(*KEY[:-1], -pl.col("members_reporting"), "mixed", -pl.col("in_round"), group_age())
        .unique(KEY[:-1], keep="first", maintain_order=True)
    )


def corridor_total(best: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.corridor_total` from the best totals."""
    rows = best.with_columns(
        metric_id=pl.format("corridor_total:{}:{}:{}:{}", "corridor_id", "indicator_id", "basis", "period_end"),
        value_low="low",
        value_high="high",
    )
    return conform(rows, CorridorTotal)
