"""Events on the four collaboration paths by place, corridor and year: how many, with whom, and what amounts they print.

Links between the places are `collaboration_links`' work. An event counts once for every place it names and once for a
corridor; plans, totals and repeats of an event do not count, but their amounts stand beside the others. What a larger
place has, a member of it may have: such events reach the upper end only.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from g60_pipeline.metrics.common import conform, entity
from g60_pipeline.metrics.named_places import (
    ABOVE,
    WITHIN,
    ancestry,
    indistinct,
    named_places,
    naming_all,
    placements,
)
from g60_pipeline.normalize.reasons import reason_columns
from g60_pipeline.tables.network import CollaborationByPath

FORMULA: Final = "collaboration_by_path"
NO_PLACE: Final = "no-place"
"""Stands in the identifier of a row for events that name no place."""

EVENT: Final = "event"
"""Nature of the records that are counted."""

PLAN: Final = "plan"
"""Nature of the records whose amounts were never paid."""

MONEY: Final = "cny_100m"
"""Unit all amounts of money are brought to."""

_KEY: Final = ("corridor_id", "geo_code", "path", "span", "year")
_AMOUNT_FLAGS: Final = {
    "about": "rounded",
    "more_than": "lower_bound",
    "nearly": "upper_bound",
    "at_most": "upper_bound",
}


def happened(collaboration: pl.DataFrame) -> pl.DataFrame:
    """Return the records that tell of an event, each event once."""
    return collaboration.filter(pl.col("nature") == EVENT)


def collaboration_by_path(
    collaboration: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame, unit: pl.DataFrame
) -> pl.DataFrame:
    """Return `metrics.collaboration_by_path`.

    Args:
        collaboration: `core.collaboration`.
        members: `corridor_id`, `geo_code` of the metric members.
        geography: `core.geography`.
        unit: `core.unit`.
    """
    named = named_places(collaboration)
    places = named.group_by("event_id").agg(named=pl.col("geo_code").sort())
    whose = pl.concat(
        [
            _of_corridors(named, members=members, geography=geography),
            _of_places(named, members=members, geography=geography),
            _of_none(collaboration, named),
        ],
        how="diagonal",
    )
    events = (
        spans(collaboration)
        .join(whose, on="event_id")
        .join(places, on="event_id", how="left")
        .join(_amounts(collaboration, unit=unit), on="event_id")
    )
    bare = (
        events.filter(pl.col("nature") == EVENT)
        .group_by(_KEY)
        .agg(
            *_counts(),
            amounts=pl.lit(0, dtype=pl.UInt32),
            amounts_left_out=pl.lit(0, dtype=pl.UInt32),
            flags=pl.lit([], dtype=pl.List(pl.String)),
        )
    )
    priced = (
        events.filter(pl.col("amount").is_not_null() & pl.col("unit").is_not_null())
        .sort("event_id")
        .group_by(*_KEY, "kind", "unit", maintain_order=True)
        .agg(*_counts(), *_sums())
    )
    rows = pl.concat([bare, priced], how="diagonal")
    own = named_places(happened(collaboration))
    return conform(_with_coverage(rows, named=own, members=members, geography=geography), CollaborationByPath)


def spans(collaboration: pl.DataFrame) -> pl.DataFrame:
    """Return every event twice, `span` all and `span` year or undated, with `year` where the row is for one."""
    columns = ("event_id", "path", "document_id")
    own = collaboration.select(
        *columns, "year", span=pl.when(pl.col("year").is_null()).then(pl.lit("undated")).otherwise(pl.lit("year"))
    )
    every = collaboration.select(*columns, year=pl.lit(None, dtype=pl.Int32), span=pl.lit("all"))
    return pl.concat([own, every])


def _of_corridors(named: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `corridor_id`, `event_id`, `certain` (names a member, not only a larger place), `of_all`."""
    of_all = naming_all(named, members=members, geography=geography).with_columns(of_all=pl.lit(value=True))
    return (
        named.join(placements(geography, members=members), on="geo_code")
        .filter(pl.col("role").is_in([WITHIN, ABOVE]))
        .group_by("corridor_id", "event_id")
        .agg(certain=(pl.col("role") == WITHIN).any())
        .join(of_all, on=["corridor_id", "event_id"], how="left")
        .with_columns(pl.col("of_all").fill_null(value=False))
    )


def _of_places(named: pl.DataFrame, *, members: pl.DataFrame, geography: pl.DataFrame) -> pl.DataFrame:
    """Return `geo_code`, `event_id`, `certain` for every place an event names; what is uncertain, for members only."""
    subjects = pl.concat([members.select("geo_code"), named.select("geo_code")]).unique()
    lineage = ancestry(geography).select("geo_code", "ancestor")
    own = named.join(lineage, on="geo_code").select("event_id", geo_code="ancestor", certain=pl.lit(value=True))
    larger = named.join(lineage, left_on="geo_code", right_on="ancestor").select(
        "event_id", geo_code="geo_code_right", certain=pl.lit(value=False)
    )
    return (
        pl.concat([own, larger.join(members, on="geo_code", how="semi")])
        .join(subjects, on="geo_code", how="semi")
        .group_by("geo_code", "event_id")
        .agg(pl.col("certain").any())
    )


def _of_none(collaboration: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return `event_id`, `certain` of the events that name no place."""
    return collaboration.join(named, on="event_id", how="anti").select("event_id", certain=pl.lit(value=True))


def _amounts(collaboration: pl.DataFrame, *, unit: pl.DataFrame) -> pl.DataFrame:
    """Return the amount of every record with the ends its wording gives; plans and targets have none.

    Amounts of money stand in one unit, so that they can be set beside each other; all others keep their own.
    """
    form = pl.col("amount_form")
    (money,) = unit.filter(pl.col("unit") == MONEY).select("dimension", "power_of_ten").iter_rows()
    of_money = unit.filter(pl.col("dimension") == money[0]).select(
        amount_unit="unit", shift=money[1] - pl.col("power_of_ten")
    )
    shift = pl.col("shift").fill_null(0)
    bigger = pl.col("amount") * pl.lit(10.0).pow(-shift)
    amount = pl.when(shift > 0).then(pl.col("amount") / pl.lit(10.0).pow(shift)).otherwise(bigger)
    exact = form.is_in(["point", "about"])
    bounded_above = form.is_in(["nearly", "at_most"])
    flag = form.replace_strict(_AMOUNT_FLAGS, default=None, return_dtype=pl.String)
    return collaboration.join(of_money, on="amount_unit", how="left", maintain_order="left").select(
        "event_id",
        "kind",
        "nature",
        "amount",
        unit=pl.when(pl.col("shift").is_not_null()).then(pl.lit(MONEY)).otherwise("amount_unit"),
        enters=((exact | bounded_above | (form == "more_than")) & (pl.col("nature") != PLAN)).fill_null(value=False),
        amount_flag=flag,
        exact=pl.when(exact).then(amount),
        low=pl.when(exact | (form == "more_than")).then(amount).when(bounded_above & (amount >= 0)).then(0.0),
        high=pl.when(exact | bounded_above).then(amount),
    )


def _counts() -> list[pl.Expr]:
    certain = pl.col("certain")
    return [
        certain.sum().alias("events_low"),
        pl.len().alias("events_high"),
        pl.when(pl.col("of_all").is_not_null().any()).then(pl.col("of_all").sum()).alias("corridor_events"),
        pl.col("event_id").filter(certain).sort().alias("event_ids"),
        pl.col("event_id").filter(~certain).sort().alias("undecided_ids"),
        pl.col("document_id").unique().sort().alias("document_ids"),
        pl.col("named")
        .filter(certain)
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique()
        .sort()
        .alias("parties"),
    ]


def _sums() -> list[pl.Expr]:
    """Return what the amounts of a group come to: between the largest of them and their sum.

    One amount may contain another (a running total, an issue and its registration), which documents do not say. So
    there is a value only where a single amount stands; events of a larger place reach the upper end only.
    """
    certain, enters = pl.col("certain"), pl.col("enters")
    counted = certain & enters
    lone = (counted.sum() == 1) & pl.col("exact").filter(counted).is_not_null().all()
    bounded = enters.any() & pl.col("high").filter(enters).is_not_null().all()
    summed = counted.any() & pl.col("exact").filter(counted).is_not_null().all()
    return [
        pl.when(lone).then(pl.col("exact").filter(counted).sum()).alias("value"),
        pl.col("low").filter(counted).max().alias("value_low"),
        pl.when(bounded).then(pl.col("high").filter(enters).sum()).alias("value_high"),
        pl.when(summed).then(pl.col("exact").filter(counted).sum()).alias("amount_sum"),
        counted.sum().alias("amounts"),
        (certain & ~enters).sum().alias("amounts_left_out"),
        pl.col("amount_flag").drop_nulls().unique().sort().alias("flags"),
    ]


def _with_coverage(
    rows: pl.DataFrame, *, named: pl.DataFrame, members: pl.DataFrame, geography: pl.DataFrame
) -> pl.DataFrame:
    """Add who can be told from a larger place, and take the number of events from rows where that is not so."""
    unclear = indistinct(named, geography=geography).select("geo_code", "named_as")
    of_corridor = (
        members.join(unclear, on="geo_code", how="left")
        .group_by("corridor_id")
        .agg(
            corridor_missing=pl.col("geo_code").filter(pl.col("named_as").is_not_null()).sort(),
            corridor_size=pl.len(),
        )
    )
    no_codes = pl.lit([], dtype=pl.List(pl.String))
    place = pl.col("geo_code").is_not_null()
    joined = rows.join(of_corridor, on="corridor_id", how="left").join(unclear, on="geo_code", how="left")
    counted = joined.with_columns(
        members_missing=pl.when(pl.col("named_as").is_not_null())
        .then(pl.concat_list("geo_code"))
        .otherwise(pl.coalesce("corridor_missing", no_codes)),
        members_expected=pl.coalesce("corridor_size", place.cast(pl.UInt32)),
    )
    open_count = (pl.col("members_missing").list.len() > 0) & (pl.col("events_high") > pl.col("events_low"))
    label = pl.coalesce(entity(), pl.lit(NO_PLACE))
    amount_label = pl.concat_str(pl.lit(":"), pl.col("kind"), pl.lit(":"), pl.col("unit")).fill_null("")
    when = pl.coalesce(pl.col("year").cast(pl.String), "span")
    return counted.with_columns(
        metric_id=pl.format("collaboration_by_path:{}:{}:{}{}", label, "path", when, amount_label),
        events=pl.when(~open_count).then("events_low"),
        value=pl.when(~open_count).then("value"),
        party_count=pl.col("parties").list.len(),
        members_reporting=pl.col("members_expected") - pl.col("members_missing").list.len(),
        **reason_columns(
            (
                open_count,
                "larger_place",
                [pl.col("events_high") - pl.col("events_low"), pl.col("members_missing").list.join(" ")],
            )
        ),
        formula_id=pl.lit(FORMULA),
    )
