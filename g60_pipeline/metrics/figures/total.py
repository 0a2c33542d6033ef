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

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import NO_FIGURE, SHARED_COUNT, Metric, own_round_group
from g60_pipeline.metrics.engine.frames import NATION, SERIES, conform, frame_of, province_of, row_id, union, with_flag
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import ANY_ROUND, LEANING, group_age
from g60_pipeline.metrics.figures.totals_kernel import shared, summed
from g60_pipeline.normalize.catalog_tables import METRICS_VERSION
from g60_pipeline.normalize.reasons import reason_row

FORMULA: Final = "corridor_total"
SHARED: Final = "shared_total"
MIXED: Final = "mixed_vintage"
PRINTED: Final = "printed"
"""Tier of the bounds that assume nothing."""

KEY: Final = ("corridor_id", *SERIES, "round_group")
"""What identifies a total before one round is chosen."""

Row = dict[str, Any]


class Total(Metric):
    """Sums over the members of a corridor in every revision round, with the ends that what is printed allows."""

    round_group = own_round_group()
    annual = c.annual()
    value = c.number("Sum, when every member reports.", "unit", answer=True)
    low = c.number("Lower end.", "unit")
    high = c.number("Upper end.", "unit")
    members = c.words("Members of the corridor.", references="core.geography.geo_code")
    provinces = c.words("Province of each member, in the same order.", references="core.geography.geo_code")
    members_reporting = c.count("Members with a figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without a figure.", references="core.geography.geo_code")
    round = c.revision_round("Revision round of all figures; 'unknown' when unstated or mixed.")
    vintages = c.words("Rounds the figures are or may be of.")
    mixed = dy.Bool(description="Whether figures of several rounds are summed.")
    in_round = c.count("Members whose figure is of the round the group is named after.", role="context")


class CorridorTotal(Metric):
    """Sum over the members of a corridor. A value needs every member; fewer give an interval, never an estimate."""

    round_group = own_round_group()
    annual = c.annual()
    value = c.number("Sum, when every member reports from a figure that enters arithmetic.", "unit", answer=True)
    value_low = c.number("Sum of the members that report: the corridor has at least this.", "unit")
    value_high = c.number(
        "Upper end by what the provinces have beyond their reporting members; empty where no province figure is held.",
        "unit",
    )
    members = c.words("Members of the corridor.", references="core.geography.geo_code")
    provinces = c.words("Province of each member, in the same order.", references="core.geography.geo_code")
    members_reporting = c.count("Members with a figure.", role="context")
    members_expected = c.count("Members of the corridor.", minimum=1, role="context")
    members_missing = c.words("Members without a figure.", references="core.geography.geo_code")
    round = c.revision_round("Revision round of all figures; 'unknown' when unstated or mixed.")

    @dy.rule()
    def value_needs_every_member(cls) -> pl.Expr:
        """There is a value exactly where every member reports, and never of a count that members share."""
        whole = pl.col("members_reporting") == pl.col("members_expected")
        return pl.col("value").is_not_null() == (whole & (pl.col("formula_id") != SHARED))

    @dy.rule()
    def interval_holds_value(cls) -> pl.Expr:
        """The interval holds the value."""
        low_ok = pl.col("value_low").is_null() | pl.col("value").is_null() | (pl.col("value_low") <= pl.col("value"))
        high_ok = pl.col("value_high").is_null() | pl.col("value").is_null() | (pl.col("value_high") >= pl.col("value"))
        order = (
            pl.col("value_low").is_null()
            | pl.col("value_high").is_null()
            | (pl.col("value_low") <= pl.col("value_high"))
        )
        return low_ok & high_ok & order


def metric_members(corridor_member: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `geo_code` of the member sets the metrics use, the same for every year."""
    return corridor_member.filter(pl.col("version") == METRICS_VERSION).select("corridor_id", "geo_code")


@metric(Total)
def totals(
    figure: pl.DataFrame,
    bound: pl.DataFrame,
    *,
    corridor_member: pl.DataFrame,
    indicator_basis: pl.DataFrame,
    geography: pl.DataFrame,
) -> pl.DataFrame:
    """Return `metrics.total`: the totals of every corridor, in every revision round and regardless of round.

    The ends of a total that lacks members are as narrow as everything that is printed leaves them: `metrics.bound`.
    """
    members = metric_members(corridor_member)
    return tightened(
        totals_by_round(figure, members=members, indicator_basis=indicator_basis, geography=geography), bound
    )


def tightened(total: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """Return totals with the ends of their bounds, of the round the bounds are of, where these are narrower.

    A total whose bound rests on a figure of another round is of no one round.
    """
    printed = bound.filter(
        (pl.col("measure") == "level") & (pl.col("tier") == PRINTED) & pl.col("corridor_id").is_not_null()
    ).select(
        *KEY[:-1],
        of_round=pl.col("total_group").str.strip_suffix(LEANING),
        bound_low="low",
        bound_high="high",
        bound_id=pl.concat_list("metric_id"),
        bound_inputs="input_ids",
        bound_flags="flags",
        bound_round="round",
    )
    rows = total.with_columns(of_round=pl.col("round_group").str.strip_suffix(LEANING)).join(
        printed, on=[*KEY[:-1], "of_round"], how="left"
    )
    low, high = (
        pick(pl.col(end), pl.col(f"bound_{end}"))
        for end, pick in (("low", pl.max_horizontal), ("high", pl.min_horizontal))
    )
    changed = pl.any_horizontal(low.ne_missing(pl.col("low")), high.ne_missing(pl.col("high")))
    holds = pl.col("value").is_null() & pl.col("bound_id").is_not_null() & changed & (low <= high).fill_null(value=True)
    mixed = holds & ((pl.col("round") != pl.col("bound_round")) | pl.col("bound_flags").list.contains(MIXED))
    return conform(
        rows.with_columns(
            round=pl.when(mixed).then(pl.lit("unknown")).otherwise("round"),
            low=pl.when(holds).then(low).otherwise("low"),
            high=pl.when(holds).then(high).otherwise("high"),
            flags=with_flag(pl.when(holds).then(union("flags", "bound_flags")).otherwise("flags"), MIXED, mixed),
            input_ids=pl.when(holds).then(union("input_ids", "bound_inputs")).otherwise("input_ids"),
            parent_ids=pl.when(holds).then(pl.concat_list("parent_ids", "bound_id")).otherwise("parent_ids"),
        ),
        Total,
    )


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
    """Yield the total of every corridor that has a figure of one series and round."""
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
        lacking = (SHARED_COUNT,) if basis["shared"] else (NO_FIGURE, " ".join(missing))
        bounded = not missing or basis["shared"] or basis["non_negative"]
        yield (
            label
            | _made_of(inside, caps, label["round_group"])
            | {
                "metric_id": f"total:{corridor_id}:{label['indicator_id']}:{label['basis']}:{label['period_end']}:"
                f"{label['round_group']}",
                "corridor_id": corridor_id,
                "year": label["period_end"].year,
                "annual": inside[0]["annual"],
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
            | reason_row(None if found.value is not None else lacking)
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


@metric(CorridorTotal)
def corridor_total(total: pl.DataFrame) -> pl.DataFrame:
    """Return `metrics.corridor_total`: the best of `metrics.total` for each period."""
    rows = best_totals(total).with_columns(
        metric_id=row_id("corridor_total", "corridor_id", "indicator_id", "basis", "period_end"),
        value_low="low",
        value_high="high",
    )
    return conform(rows, CorridorTotal)
