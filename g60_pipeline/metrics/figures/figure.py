"""Candidates as intervals: one figure per place, indicator, basis, period and group of revision rounds.

GDP of one city and year, as three documents print it, and of its province, which only the first round has:

    city      first 95 · annual_final 100 · census4 at least 98
    province  first 300

    group          city            province
    first          95 to 95        300 to 300     figures of that round
    annual_final   100 to 100      -
    census4        98 to -         -              a lower bound gives the lower end only
    first+         95 to 95        300 to 300     of that round, else of the nearest
    annual_final+  100 to 100      300 to 300
    census4+       100 to 100      300 to 300     a figure before a bound
    any            100 to 100      300 to 300     the chosen figure, whatever its round

Which figure of a group is taken is the rule of choice (`normalize.choose`), with these additions:

- A figure that its source replaced or withdrew is used only where no other is left, be that a bound or an estimate.
- An exact figure is its own interval; a rounded one reaches half a digit to either side.
- Where a basis has no figure, one on a basis that the catalog says is the same number takes its place (`basis_joined`).
  Bounds of both bases count, the tightest decides; bounds that contradict each other say nothing.
- A bound that contradicts an exact figure of a lower grade takes its place.
- Estimates and part-years do not enter. What a parent counts but could not place widens the upper end of its members.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from g60_pipeline.contracts import columns as c
from g60_pipeline.metrics.engine.contract import NO_FIGURE, Metric, own_round_group
from g60_pipeline.metrics.engine.frames import SERIES, conform, province_of, row_id, union
from g60_pipeline.metrics.engine.registry import metric
from g60_pipeline.metrics.engine.rounds import ANY_ROUND, LEANING, distance, in_named_round
from g60_pipeline.normalize.choose import rank_columns, usability, with_rank_keys
from g60_pipeline.normalize.periods import is_annual
from g60_pipeline.normalize.printed import rounded_to
from g60_pipeline.normalize.reasons import reason_columns

FORMULA: Final = "figure"
KEY: Final = ("geo_code", *SERIES, "round_group")
"""What identifies a figure."""

_NAMING: Final = ("geo_code", "indicator_id", "basis", "period_end", "round_group")

UNSTATED: Final = "unstated"
"""Vintage of a figure that names neither status nor round: it may belong to any round."""


class Figure(Metric):
    """Figures as intervals, one per place, series and revision round: what every other metric is computed from.

    An exact figure is its own interval, a rounded one reaches half a digit to either side; of bounds one end is known.
    """

    round_group = own_round_group()
    annual = c.annual()
    value = c.number("Figure, where it is exact.", "unit", answer=True)
    low = c.number("Lower end.", "unit")
    high = c.number("Upper end.", "unit")
    unallocated = c.number(
        "What the province counts and could not place: it opens the upper end.", "unit", role="context"
    )
    province_code = c.code("Province the place is, or lies in.", nullable=True)
    round = c.revision_round("Revision round of the figure.")
    vintages = c.words("Rounds the figure is or may be of.")
    mixed = dy.Bool(description="Always false: a figure is of one round.")
    in_round = c.count("1 where the figure is of the round its group is named after.", role="context")


@metric(Figure)
def figures(
    observation_candidate: pl.DataFrame, *, indicator_basis: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Return the figures that may enter arithmetic.

    Returns:
        The columns of `metrics.figure`. Constants are dated to the newest day any place has a figure for.
    """
    bases = indicator_basis.select("indicator_id", "basis", "unit", "kind", "slack_basis")
    in_force = _in_force("geo_code", *SERIES, "round")
    usable = observation_candidate.filter((pl.col("period_kind") != "part_year") & in_force & (usability() < 2)).join(
        bases.drop("unit"), on=["indicator_id", "basis"]
    )
    ranked = with_rank_keys(usable.with_columns(half=_half_digit()))
    constant = pl.col("kind") == "constant"
    dated = _with_stand_ins(ranked, indicator_basis).with_columns(
        vintage=pl.when(pl.col("round") != "unknown")
        .then("round")
        .when(pl.col("status") == "unstated")
        .then(pl.lit(UNSTATED))
        .otherwise(pl.lit("revised")),
        staleness=pl.when(constant).then(-pl.col("period_end").dt.epoch("d")).otherwise(0),
        period_end=pl.when(constant)
        .then(pl.col("period_end").max().over("indicator_id", "basis"))
        .otherwise("period_end"),
    )
    named = dated.filter(pl.col("round") != "unknown").select(*SERIES, lean="round").unique()
    leaning = dated.join(named, on=SERIES).with_columns(
        round_group=pl.col("lean") + LEANING, off_round=distance("round", "lean")
    )
    exact = dated.with_columns(off_round=pl.lit(0, dtype=pl.Int32))
    groups = pl.concat(
        [
            exact.with_columns(round_group="round"),
            leaning.select(*exact.columns, "round_group"),
            exact.with_columns(round_group=pl.lit(ANY_ROUND)),
        ]
    ).filter(_in_force(*KEY))
    groups = groups.filter(
        pl.col("unnamed").cast(pl.Int8) == pl.col("unnamed").cast(pl.Int8).min().over("geo_code", *SERIES)
    )
    order = ["joined", "unnamed", "staleness", "off_round", *[c for c in rank_columns() if c != "unnamed"]]
    named = _with_unallocated(_ends(groups.sort(*KEY, *order)), bases=bases, geography=geography).with_columns(
        metric_id=row_id("figure", *_NAMING),
        corridor_id=pl.lit(None, dtype=pl.String),
        year=pl.col("period_end").dt.year(),
        formula_id=pl.lit(FORMULA),
        parent_ids=pl.lit([], dtype=pl.List(pl.String)),
        annual=is_annual(),
        mixed=pl.lit(value=False),
        in_round=in_named_round(),
        **reason_columns((pl.col("value").is_null(), NO_FIGURE, [pl.col("geo_code")])),
    )
    return conform(named, Figure)


def _in_force(*key: str) -> pl.Expr:
    """Return whether a figure is in force, or none of its key is: its source neither replaced nor withdrew it."""
    in_force = pl.col("superseded").is_null() & ~pl.col("flags").list.contains("withdrawn")
    return in_force | ~in_force.any().over(*key)


def _half_digit() -> pl.Expr:
    """Return how far a figure flagged `rounded` may lie from what is printed."""
    printed = pl.col("value_as_published")
    exact = printed.cast(pl.Float64)
    half = printed.map_elements(rounded_to, return_dtype=pl.Float64) / 2 * (pl.col("value") / exact).abs()
    return pl.when(pl.col("flags").list.contains("rounded") & (exact != 0)).then(half).otherwise(0.0)


def _with_stand_ins(ranked: pl.DataFrame, indicator_basis: pl.DataFrame) -> pl.DataFrame:
    """Return the figures, and once more on each basis that they may stand in for, flagged `basis_joined`."""
    joins = indicator_basis.filter(pl.col("stand_in_basis").is_not_null()).select(
        "indicator_id", served="basis", basis="stand_in_basis"
    )
    flags = pl.concat_list("flags", pl.lit(["basis_joined"])).list.unique().list.sort()
    lent = ranked.join(joins, on=["indicator_id", "basis"]).with_columns(basis="served", flags=flags, joined=1)
    own = ranked.with_columns(joined=pl.lit(0, dtype=pl.Int32))
    return pl.concat([own, lent.select(own.columns).cast({"joined": pl.Int32})])


def _ends(ordered: pl.DataFrame) -> pl.DataFrame:
    """Return the exact figure, unless a bound of better grade contradicts it, and the tightest bounds of the bases."""
    disputed = (pl.col("use") == 1) & pl.col("flags").list.contains("disagreement")
    refuted = disputed.first().over(*KEY)
    best = ordered.select(*KEY).unique(maintain_order=True)
    found = {"exact": ordered.filter((pl.col("use") == 0) & ~refuted)}
    for side in ("lower", "upper"):
        bounds = ordered.filter((pl.col("use") == 1) & pl.col("flags").list.contains(f"{side}_bound"))
        of_bases = bounds.unique([*KEY, "joined"], keep="first", maintain_order=True)
        found[side] = of_bases.sort("value", descending=side == "lower", maintain_order=True)
    for name, rows in found.items():
        columns = ("value", "half", "observation_id", "flags", "round", "vintage")
        first = rows.unique(KEY, keep="first", maintain_order=True)
        renamed = first.select(*KEY, **{f"{name}_{column}": column for column in columns})
        best = best.join(renamed, on=KEY, how="left", maintain_order="left")
    return best


def _with_unallocated(best: pl.DataFrame, *, bases: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    exact = pl.col("exact_value").is_not_null()
    frame = best.select(
        *KEY,
        value="exact_value",
        low=pl.coalesce(pl.col("exact_value") - pl.col("exact_half"), "lower_value"),
        high=pl.coalesce(pl.col("exact_value") + pl.col("exact_half"), "upper_value"),
        round=pl.coalesce("exact_round", "lower_round", "upper_round"),
        vintages=pl.concat_list(pl.coalesce("exact_vintage", "lower_vintage", "upper_vintage")),
        flags=pl.when(exact).then(union("exact_flags")).otherwise(union("lower_flags", "upper_flags")),
        input_ids=pl.when(exact)
        .then(pl.concat_list("exact_observation_id"))
        .otherwise(pl.concat_list("lower_observation_id", "upper_observation_id").list.drop_nulls()),
    ).join(bases.drop("kind"), on=["indicator_id", "basis"], how="left")
    frame = frame.filter((pl.col("low") <= pl.col("high")).fill_null(value=True))
    parent = frame.select(
        "indicator_id",
        "period_kind",
        "period_end",
        "round_group",
        slack_basis="basis",
        parent_code="geo_code",
        unallocated="value",
        unallocated_ids="input_ids",
    )
    keys = ["indicator_id", "period_kind", "period_end", "round_group", "slack_basis", "parent_code"]
    parents = geography.select("geo_code", "parent_code")
    province = province_of(geography).select("geo_code", province_code="group_code")
    open_above = pl.col("low").is_not_null() & pl.col("high").is_null() & pl.col("unallocated").is_not_null()
    return (
        frame.join(parents, on="geo_code", how="left")
        .join(parent, on=keys, how="left")
        .with_columns(
            high=pl.when(open_above).then(pl.col("low") + pl.col("unallocated")).otherwise("high"),
            input_ids=pl.when(open_above).then(union("input_ids", "unallocated_ids")).otherwise("input_ids"),
            unallocated=pl.when(open_above).then("unallocated"),
        )
        .join(province, on="geo_code", how="left")
    )
